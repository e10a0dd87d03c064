"""Where the sentences of a text end, in the scripts and languages of news.

Knows the marks that end a sentence and the points that do not. Must not know what sentences are compared for.
"""

import re
from typing import NamedTuple

from pipeline.dating import months

_FULL = "。！？｡．︒﹒﹖﹗"
"""Ends a sentence wherever it stands: in scripts that set no blank after it."""

_ENDS = ".!?…‼⁇⁈⁉؟۔।॥։።፧၊။។៕᙮᠃᠉"
"""Ends a sentence where a blank follows."""

_CLOSERS = "\"'”’»›)\\]」』】）〉》〕］｣﹂﹄"

_CANDIDATE = re.compile(
    rf"[{_FULL}]+[{_ENDS}{_FULL}]*[{_CLOSERS}]*\s*"
    rf"|[{_ENDS}]+[{_CLOSERS}]*(?:\s+|$)"
    rf"|(?<=[\u0e00-\u0eff]{{18}})[ \u00a0]+(?=[\u0e00-\u0eff]{{18}})"  # Thai and Lao end nothing but with a blank
)
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«„]*$")
_NEXT = re.compile(r"[\"'“‘«„(\[\-–—¿¡]*(\S+)")
_INITIALS = re.compile(r"^(?:[^\W\d_]\.(?:-?[^\W\d_]\.){0,4})$")
_ORDINAL = re.compile(r"^\d{1,2}\.$")
_NAMED_REACH = 40  # characters of a word before a point that are looked at

# Words that are often the last of a sentence ("no", "sun", "est", "min") are left out: to miss an abbreviation cuts a
# sentence in two in both texts alike, to take a word for one hides an end.
_SHORT = """
mr mrs ms messrs dr drs prof rev hon st ste mt ft fr sr jr gen lt col maj capt cpl sgt cmdr adm gov sen rep pres
supt insp dep atty vs etc al inc ltd corp co bros vol pp fig cf approx tel jan feb apr jun jul aug sep sept oct
nov dec tue tues wed thu thur thurs fri ave blvd
bzw bspw ca usw evtl ggf inkl exkl mio mrd nr str vgl zzgl abs bd dipl ing hr frl hrsg jh jhd sog tsd
mm mme mmes mlle mlles mgr boul éd sra srta sres dña ud uds dpto pág págs núm avda exc excmo ilmo aprox dra exmo
exma sig sigg dott avv prof.ssa dott.ssa p.ex ee.uu
dhr mevr mw ir bijv enz blz osv dvs bl.a t.ex m.fl f.eks pga mfl kl
np tj itd itp zob ul godz proc mln mld tys tzv např atd apod odst
г гг вв др пр им ул просп руб коп тыс млн млрд трлн стр рис напр чел проф акад ген обл р-н пос грн тис вул див
κα κκ δρ π.χ δηλ λ.χ κ.ά κ.λπ μ.μ π.μ
sn doç yrd bkz örn г-н г-жа डॉ श्री श्रीमती प्रो
"""
_ABBREVIATIONS = frozenset(_SHORT.split())
_SHORT_BEFORE_NUMBERS = "no nos nr núm art p pp para sec s"
_BEFORE_NUMBERS = frozenset(_SHORT_BEFORE_NUMBERS.split())


class Sentence(NamedTuple):
    """A sentence, without the blanks around it, and where it stands in its line."""

    text: str
    start: int


def sentences(line: str) -> list[Sentence]:
    """The sentences of one paragraph, in order. Joined by blanks they are the paragraph.

    After UAX #29: a mark ends a sentence where a blank and no small letter follow, a full stop of the unspaced
    scripts anywhere; closing quotes and brackets belong to the sentence before. A point does not end one after
    an abbreviation, initials, or a day before its month.
    """
    found: list[Sentence] = []
    start = 0
    for match in _CANDIDATE.finditer(line):
        if match.end() < len(line) and not _is_end(line, match):
            continue
        _add(found, line, start, match.end())
        start = match.end()
    _add(found, line, start, len(line))
    return found


def _add(found: list[Sentence], line: str, start: int, end: int) -> None:
    text = line[start:end]
    if stripped := text.strip():
        found.append(Sentence(stripped, start + len(text) - len(text.lstrip())))


def _is_end(line: str, match: re.Match[str]) -> bool:
    """Whether a sentence ends with the marks that were found, though the line goes on."""
    mark = match[0][0]
    if mark in _FULL or mark.isspace():
        return True
    following = _NEXT.match(line, match.end(), match.end() + 80)
    word = following[1] if following else ""
    if word[:1].islower():
        return False
    if mark != "." or match[0].startswith(".."):
        return True
    return not _is_abbreviated(line, match.start(), word)


def _is_abbreviated(line: str, point: int, following: str) -> bool:
    """Whether the point belongs to the word before it."""
    reach = line[max(0, point - _NAMED_REACH) : point + 1]
    found = _LAST_WORD.search(reach)
    last = found[0] if found else ""
    if _ORDINAL.match(last):
        return months.number(following.rstrip(".,;:)")) is not None
    if _INITIALS.match(last):
        return last != "I."
    folded = last[:-1].casefold()
    return folded in _ABBREVIATIONS or (folded in _BEFORE_NUMBERS and following[:1].isdigit())
