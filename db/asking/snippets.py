"""Cuts out of a text the place where a query is found. Knows no SQL: both databases show the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.asking import folding
from db.asking.terms import Query, Term

_SEARCHED = 60_000


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage of one line, and where in it the words asked for stand."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def cut(text: str, query: Query, *, width: int = 200) -> Snippet:
    """The passage around the first words found, about `width` characters; the beginning if there are none.

    Only the first 60,000 characters are looked through.
    """
    searched = text[:_SEARCHED]
    found = _marks(searched, query)
    first = found[0][0] if found else 0
    start = _word_start(searched, max(0, first - width // 3)) if first > width // 3 else 0
    end = min(len(text), start + width)
    if end < len(text):
        end = max(searched.rfind(" ", start, end), min(first + width // 3, end))
    before, after = ("… " if start else ""), (" …" if end < len(text) else "")
    shift = len(before) - start
    passage = "".join(" " if c.isspace() else c for c in text[start:end])
    marks = tuple((a + shift, b + shift) for a, b in found if a >= start and b <= end)
    return Snippet(before + passage + after, marks)


def _marks(text: str, query: Query) -> list[tuple[int, int]]:
    words = list(folding.spans(text))
    tokens = [token for _, _, token in words]
    marks: set[tuple[int, int]] = set()
    for term in query.wanted:
        length = len(term.tokens)
        for i in range(len(tokens) - length + 1):
            if _stands(tokens, i, term):
                marks.update((start, end) for start, end, _ in words[i : i + length])
    return _joined(sorted(marks))


def _joined(marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The marks with those made one that overlap: pairs of an unspaced script do."""
    joined: list[tuple[int, int]] = []
    for start, end in marks:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _stands(tokens: Sequence[str], place: int, term: Term) -> bool:
    *firsts, last = term.tokens
    if any(tokens[place + i] != token for i, token in enumerate(firsts)):
        return False
    at = tokens[place + len(firsts)]
    return at.startswith(last) if term.is_prefix else at == last


def _word_start(text: str, position: int) -> int:
    space = text.rfind(" ", 0, position)
    return space + 1 if position - space < 40 else position
