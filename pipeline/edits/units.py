"""A body in the sentences that are compared.

Knows paragraphs, sentences, quotations and notes. Must not know another text.
"""

from dataclasses import dataclass

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
    quoted: tuple[str, ...] = ()  # what of it somebody else says


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
        parts = overlap(spans, sentence.start, sentence.start + len(sentence.text)) if spans else []
        quoted = tuple(line[start:end] for start, end in parts if is_quotation(line[start:end]))
        found.append(Unit(sentence.text, normal, number, is_noting, quoted))
    return found
