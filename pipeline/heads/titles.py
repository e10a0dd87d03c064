"""Which of the strings that could be the headline is the headline.

Knows what speaks for a headline: who says it, how it is written, what it resembles. Must not know markup.
"""

import re
from dataclasses import dataclass, replace

from pipeline.heads import site_names
from pipeline.heads.headlines import DECLARING, NO_HEADING, Candidate, Headlines, Writing
from pipeline.models import forest

FEATURES = (
    "rank of heading", "headings", "in article", "marked", "part", "lesser heading", "declared by",
    *(f"says {reader}" for reader in DECLARING), *(f"raw {reader}" for reader in DECLARING),
    "said", "strings", "cut", "tail", "tail is name", "is name", "pieces", "kicker shown",
    "heading at end", "heading at start", "at end of heading", "at start of heading", "longer than heading",
    "like heading", "like json-ld", "like opengraph", "like title element", "like address", "address like it",
    "in others", "others in it", "words", "signs", "ellipsis", "colon", "bar",
)  # fmt: skip
"""What each row of `rows` says, in order."""

_CONFIRMING = ("json-ld", "opengraph", "title element")
_INDEPENDENT = {"json-ld name": "json-ld", "twitter": "opengraph", "meta": "opengraph"}
_BAR = re.compile(r"\s[|\-–—•·»:]\s|[|｜]")


@dataclass(frozen=True, slots=True)
class Title:
    """The headline, the reader that saw it, and whether another one says the same words."""

    text: str
    reader: str
    is_confirmed: bool


def choose(seen: Headlines) -> Title | None:
    """The headline: a heading that a declared title confirms, else what the model of headlines finds most likely.

    The headings of most pages are confirmed. Where readers differ (a title for search engines or for sharing, a
    heading of the whole site, a kicker that one of them gives), no order of trust holds on all sites.
    """
    number = confirmed(seen)
    chosen = _likeliest(seen) if number is None else seen.candidates[number]
    if chosen is None:
        return None
    best = written(chosen)
    kinds = {_INDEPENDENT.get(w.reader, w.reader) for w in chosen.writings}
    reader = "json-ld" if best.reader == "json-ld name" else best.reader
    return Title(best.text, reader, is_confirmed=len(kinds) > 1)


def confirmed(seen: Headlines) -> int | None:
    """The number of the first candidate that is both a heading and a declared title."""
    for number, candidate in enumerate(seen.candidates):
        is_heading = any(w.rank < NO_HEADING for w in candidate.writings)
        if is_heading and not site_names.is_name(candidate.folded, seen.names):
            for reader in _CONFIRMING:
                if seen.stripped.get(reader) == candidate.folded:
                    return number
    return None


def _likeliest(seen: Headlines) -> Candidate | None:
    if len(seen.candidates) < 2:
        return next(iter(seen.candidates), None)
    model = forest.load("headline")
    return max(seen.candidates, key=lambda candidate: model.score(_row(candidate, seen)))


def rows(headlines: Headlines) -> list[list[float]]:
    """For each candidate, in order, a number for each of FEATURES."""
    return [_row(candidate, headlines) for candidate in headlines.candidates]


def _row(own: Candidate, seen: Headlines) -> list[float]:
    others = [c.folded for c in seen.candidates if c is not own]
    words, folded, best = own.words, own.folded, own.writings[0]
    shown = [w for w in own.writings if w.reader == "page"]
    heading = max(seen.headings, key=lambda h: _alike(words, h), default="")
    differs = bool(heading) and folded != heading
    says = [_agrees(seen.stripped.get(reader), folded) for reader in DECLARING]
    common = len(words & seen.slug)
    text = best.text
    return [
        min((w.rank for w in shown), default=NO_HEADING),
        len(seen.headings),
        any(w.is_inside for w in shown),
        any(w.is_marked for w in shown),
        min((w.part for w in shown), default=-1),
        min((w.is_lesser for w in shown), default=-1),
        DECLARING.index(best.reader) if best.reader in DECLARING else -1,
        *says,
        *(_agrees(seen.raw.get(reader), folded) for reader in DECLARING),
        len({w.reader for w in own.writings}),
        len(seen.candidates),
        min(w.cut for w in own.writings),
        len(best.tail.split()),
        site_names.is_name(best.tail, seen.names) if best.tail else 0,
        site_names.is_name(text, seen.names),
        max((len(w.pieces) for w in shown), default=0),
        differs and bool(seen.above) and folded.endswith(heading) and folded.startswith(seen.above),
        differs and folded.endswith(heading),
        differs and folded.startswith(heading),
        differs and heading.endswith(folded),
        differs and heading.startswith(folded),
        len(folded) - len(heading) if heading else 0,
        _alike(words, heading),
        _alike(words, seen.stripped.get("json-ld", "")),
        _alike(words, seen.stripped.get("opengraph", "")),
        _alike(words, seen.stripped.get("title element", "")),
        common / len(seen.slug) if seen.slug else 0.5,
        common / len(words) if words and seen.slug else 0.5,
        sum(folded in other for other in others),
        sum(other in folded for other in others),
        len(words),
        len(text),
        text.endswith(("…", "...")),
        ":" in text,
        bool(_BAR.search(text)),
    ]


def written(own: Candidate) -> Writing:
    """The best writing of a candidate: as the page shows it, unless its parts run together there or it is shouted."""
    shown = next((w for w in own.writings if w.reader == "page"), None)
    declared = [w for w in own.writings if w.reader != "page"]
    if shown is None:
        return declared[0]
    others = [w for w in declared if not w.cut] or declared
    if shown.pieces:
        signs = len(shown.text)
        joined = next((w for w in others if len(w.text) > signs), None)
        return replace(shown, text=joined.text if joined else _joined(shown))
    closed = shown.text.replace(" ", "")
    for other in declared:
        if len(other.text) > len(shown.text) and other.text.replace(" ", "") == closed:
            return replace(shown, text=other.text)
    if shown.text.isupper() or shown.text.islower():
        quiet = (w.text for w in declared if not w.text.isupper() and not w.text.islower())
        return replace(shown, text=next(quiet, shown.text))
    return shown


def _joined(shown: Writing) -> str:
    """A kicker and its headline with a colon between, where the heading shows them in two lines."""
    kicker, *rest = shown.pieces
    if len(rest) == 1 and kicker[-1].isalnum() and len(kicker) < len(rest[0]):
        return f"{kicker}: {rest[0]}"
    return shown.text


def _agrees(said: str | None, folded: str) -> int:
    """1: says the same words; 0: says nothing; -1: says something else."""
    if not said:
        return 0
    return 1 if said == folded else -1


def _alike(words: frozenset[str], other: str) -> float:
    others = frozenset(other.split())
    return len(words & others) / max(len(words | others), 1)
