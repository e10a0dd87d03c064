"""A body in the sentences that are compared.

Knows paragraphs, sentences, quotations and notes. Must not know another text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline import compare
from pipeline.edits.notes import is_note
from pipeline.edits.quotes import is_quotation, overlap, quoted_spans
from pipeline.text.sentences import sentences
from pipeline.text.words import cased_words

MOST = 10_000
"""Sentences of one text that are compared; what follows is compared as one."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, or a paragraph that has no sentence's end."""

    text: str
    normal: str
    line: int
    is_note: bool = False  # of a paragraph that tells of a change
    quoted_at: tuple[tuple[int, int], ...] = ()  # what of it somebody else says

    @property
    def quoted(self) -> tuple[str, ...]:
        """What of it somebody else says, part by part."""
        return tuple(self.text[start:end] for start, end in self.quoted_at)


def units_of(text: str, quoted_lines: frozenset[int] = frozenset()) -> list[Unit]:
    """The sentences of a text, page clocks left out, in order."""
    lines = text.splitlines()
    found: list[Unit] = []
    for number, normal in compare.normal_lines(text):
        found += _units(
            lines[number], number, is_noting=is_note(normal), is_quote=number in quoted_lines
        )
        if len(found) > MOST:
            rest = "\n".join([*(unit.text for unit in found[MOST:]), *lines[number + 1 :]])
            return [*found[:MOST], Unit(rest, compare.normal_text(rest), found[MOST].line)]
    return found


def piece(unit: Unit, start: int, end: int) -> Unit:
    """A part of a sentence, as a unit of its own."""
    text = unit.text[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    return replace(
        unit,
        text=text,
        normal=compare.normal_line(text),
        quoted_at=_quoted_at(unit.quoted_at, text, start),
    )


def word_count(text: str) -> int:
    """Words; characters of unspaced scripts."""
    return len(cased_words(text))


def _units(line: str, number: int, *, is_noting: bool, is_quote: bool) -> list[Unit]:
    spans = [(0, len(line))] if is_quote else quoted_spans(line)
    found = []
    for sentence in sentences(line):
        normal = compare.normal_line(sentence.text)
        if not normal:
            continue
        quoted_at = _quoted_at(spans, sentence.text, sentence.start)
        found.append(Unit(sentence.text, normal, number, is_noting, quoted_at))
    return found


def _quoted_at(
    spans: Sequence[tuple[int, int]], text: str, start: int
) -> tuple[tuple[int, int], ...]:
    """Where in a text that begins there the quotations of its surroundings stand."""
    parts = [
        (one - start, other - start) for one, other in overlap(spans, start, start + len(text))
    ]
    return tuple(part for part in parts if is_quotation(text[slice(*part)]))
