"""Pages that servers send in place of articles: challenges, consent walls, "not found", logins.

Knows how such pages speak, in the languages of news sites. Must not know how a page was read, nor what is done with it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.kinds.wall_words import CONSENT_WORDS, PHRASES, TITLES
from pipeline.reading import Reason
from pipeline.text import typography

ORDER = (Reason.BLOCKED, Reason.NOT_FOUND, Reason.CONSENT, Reason.LOGIN)
_MOST = 4_000  # characters in which phrases are looked for
_MOST_SENTENCES = 80
_SENTENCES = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？؟।])|\n")
_LONGEST_TITLE = 250
_SEPARATORS = re.compile(r"\s+[|·•»«:–—-]+\s+|\s*[|·•»]\s*|:\s+")
_TRIMMED = " .!?…。！？\"'“”«»()[]:;,-–—*"
_CODED = re.compile(
    r"(?:error|http|fehler|erreur|errore|erro|ошибка|błąd|fout|fel|feil|hata|エラー)?[ :#-]*"
    r"(40[0134]|410|429|451|50[023])"
    r"(?: error| fehler)?"
)
_REASON_OF_CODE = {"404": Reason.NOT_FOUND, "410": Reason.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class Said:
    """A wall's words, as a page says them."""

    reason: Reason
    words: str
    rest: int  # characters of what the page says beside them


def in_title(titles: Sequence[str]) -> Said | None:
    """A title that is a wall's and nothing else, the site's name aside."""
    for title in titles:
        if len(title) > _LONGEST_TITLE:
            continue
        whole = folded(title)
        for part in (whole, *_SEPARATORS.split(whole)):
            if reason := _reason_of(part.strip(_TRIMMED)):
                return Said(reason, typography.shortened(title, limit=80), 0)
    return None


def _reason_of(part: str) -> Reason | None:
    if reason := TITLES.get(part):
        return reason
    code = _CODED.match(part)
    if code is None:
        return None
    rest = part[code.end() :].strip(_TRIMMED)
    if not rest or rest in TITLES:
        return _REASON_OF_CODE.get(code.group(1), Reason.BLOCKED)
    return None


def in_text(pieces: Sequence[str], *, wanted: Reason | None = None) -> Said | None:
    """The kind of wall that speaks in most sentences of these pieces of text, and how much they say beside.

    Where only one kind is `wanted` and nothing of it is said, the others are not looked for.
    """
    best: Said | None = None
    told = [folded(piece[:_MOST]) for piece in pieces]
    whole = "\n".join(told)
    if wanted and not any(phrase in whole for phrase in PHRASES[wanted]):
        return None
    said = {reason: [phrase for phrase in PHRASES[reason] if phrase in whole] for reason in ORDER}
    if not any(said.values()):
        return None
    sentences = [s for piece in told for s in _SENTENCES.split(piece) if s]
    total = sum(map(len, sentences))
    for reason in ORDER:
        spoken, first = 0, ""
        for sentence in sentences[:_MOST_SENTENCES]:
            phrase = next((phrase for phrase in said[reason] if phrase in sentence), None)
            if phrase:
                spoken += len(sentence)
                first = first or phrase
        if first and (best is None or total - spoken < best.rest):
            best = Said(reason, first, total - spoken)
    return best


def consent_share(text: str) -> float:
    """How many of a text's words are those of consent forms; a text on cookies has a few in a hundred."""
    words = folded(text[:_MOST]).split()
    return sum(word.strip(_TRIMMED) in CONSENT_WORDS for word in words) / (len(words) + 1)


def folded(text: str) -> str:
    """Lower case, apostrophes straight, spaces single."""
    return " ".join(text.lower().replace("’", "'").replace("‘", "'").split())
