"""The names in a sentence: by capitals where a script has them, by what stands beside them where it has none.

Knows scripts, and words that stand beside names. Must not know who is meant. It looks for tokens that may be names:
whoever compares takes those that differ.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.dating import months

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_START = re.compile(r"^[\s\"'“‘«„(\[\-–—¿¡]*")
_POSSESSIVE = re.compile(r"['’]s?$")
_NOUNS = 0.22
_NOUNS_COUNTED = 40
"""Share of capitals among so many words within sentences above which an unknown language writes its nouns so."""

_CAPITAL_NOUNS = ("de", "lb", "gsw", "nds")

_NO_NAMES = """
monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag
sonnabend sonntag i i'm i'll i've i'd
"""
_DAYS = frozenset(_NO_NAMES.split())

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\u3005"
_HANGUL = "\uac00-\ud7a3"
# A name before its title or after it, by script; the name is the one group that matched.
_BESIDE = re.compile(
    rf"""
    ([{_HAN}A-Za-z]{{1,12}}(?:·[{_HAN}A-Za-z]{{1,12}})+)        # 约翰·史密斯
    |([\u30a1-\u30fa\u30fc]{{3,}}(?:[・＝=][\u30a1-\u30fa\u30fc]{{2,}})*)  # ジョン・スミス
    |(?:总统|總統|总理|總理|主席|部长|部長|市长|市長|省长|州长|州長|书记|局长|记者|記者|教授|医生|外长|发言人|發言人)([{_HAN}]{{2,3}})(?=[说表指称認认告在对對宣强強也将將会會周星今昨]|$)
    |([{_HAN}]{{2,3}})(?=先生|女士|小姐|同志|教授|氏|さん|容疑者|被告|首相|大統領|議員|知事|選手|監督|社長)
    |([{_HANGUL}]{{2,4}})(?=\s?(?:씨|대통령|장관|의원|총리|대표|시장|교수|기자|감독|회장)(?:[^{_HANGUL}]|[은는이가을를의과와도]))
    |(?:الرئيس|السيد|السيدة|الدكتور|الوزير|الملك|الأمير|الشيخ|النائب|الجنرال|اللواء)\s+(\w+(?:\s\w+)?)
    |(?:ראש\sהממשלה|הנשיא|השר|השרה|ד"ר|פרופ'|מר|גב')\s+(\w+(?:\s\w+)?)
    |(?:श्री|श्रीमती|राष्ट्रपति|प्रधानमंत्री|मुख्यमंत्री|मंत्री|डॉ\.?)\s+([\u0900-\u097f]+(?:\s[\u0900-\u097f]+)?)
    |(?:นาย|นางสาว|นาง|พล\.อ\.|ดร\.)\s?([\u0e00-\u0e7f]{{2,15}})
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Usage:
    """How the words of an article are written: what tells a name from a word that begins a sentence."""

    small: frozenset[str]  # words met in small letters
    capital: frozenset[str]  # words met with a capital within a sentence, in small letters
    paired: frozenset[str]  # those of them that stood beside another
    has_capital_nouns: bool


def usage(sentences: Iterable[str], *, language: str | None = None) -> Usage:
    """How these sentences use capitals."""
    small: set[str] = set()
    capital: set[str] = set()
    paired: set[str] = set()
    count = capital_count = 0
    for sentence in sentences:
        before: re.Match[str] | None = None
        for place, match in enumerate(_WORD.finditer(sentence)):
            word = _bare(match[0])
            folded = word.casefold()
            if word[:1].islower():
                small.add(folded)
            elif place and word[:1].isupper():
                capital.add(folded)
                capital_count += 1
                if before and before[0][:1].isupper() and match.start() - before.end() == 1:
                    paired.add(folded)
                    paired.add(_bare(before[0]).casefold())
            count += bool(place)
            before = match
    return Usage(
        small=frozenset(small),
        capital=frozenset(capital),
        paired=frozenset(paired - small),
        has_capital_nouns=language in _CAPITAL_NOUNS
        or (language is None and count >= _NOUNS_COUNTED and capital_count > _NOUNS * count),
    )


def names(text: str, known: Usage) -> list[str]:
    """The tokens of a sentence that are names or parts of them, in order, in small letters."""
    if text.isascii() or not _BESIDE.search(text):
        return [word for _, word in _capitals(text, known)]
    beside = [(match.start(), match[match.lastindex or 0]) for match in _BESIDE.finditer(text)]
    return [word for _, word in sorted([*_capitals(text, known), *beside])]


def _capitals(text: str, known: Usage) -> list[tuple[int, str]]:
    start = _START.match(text)
    first = start.end() if start else 0
    found = []
    for match in _WORD.finditer(text):
        if not match[0][0].isupper():
            continue
        word = _bare(match[0]).casefold()
        if _is_name(word, known, is_first=match.start() == first):
            found.append((match.start(), word))
    return found


def _is_name(word: str, known: Usage, *, is_first: bool) -> bool:
    if word in _DAYS or months.number(word) is not None:
        return False
    if known.has_capital_nouns:
        return word in known.paired
    if word in known.small:
        return False
    return not is_first or word in known.capital


def _bare(word: str) -> str:
    return _POSSESSIVE.sub("", word) or word
