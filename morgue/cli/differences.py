"""How a difference between two texts is shown: coloured words on a terminal, signs elsewhere, JSON.

Knows forms. Must not know how differences are found, nor where texts come from.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import click

from morgue.cli.output import safe
from pipeline.compare import Paragraph, Segment, marked, paragraph_diff, unified, word_diff

CONTEXT = 1
"""Unchanged paragraphs shown before and after a changed one."""


def lines(old: str, new: str, *, is_coloured: bool) -> Iterator[str]:
    """The difference of two texts, a line a paragraph; nothing where they say the same."""
    if not is_coloured:
        difference = unified(old, new, context=CONTEXT)
        yield from safe(difference).splitlines()
        return
    paragraphs = paragraph_diff(old, new)
    changed = [at for at, paragraph in enumerate(paragraphs) if paragraph.op != "equal"]
    near = {at for here in changed for at in range(here - CONTEXT, here + CONTEXT + 1)}
    if not changed:
        return
    for is_near, group in groupby(enumerate(paragraphs), key=lambda pair: pair[0] in near):
        shown = [paragraph for _, paragraph in group]
        if is_near:
            yield from map(coloured, (paragraph.segments for paragraph in shown))
        else:
            yield click.style(f"… {len(shown)} unchanged", dim=True)


def one_line(old: str | None, new: str | None, *, is_coloured: bool) -> str:
    """The difference of two short texts, such as headlines."""
    segments = word_diff(old or "", new or "")
    return coloured(segments) if is_coloured else safe(marked(segments))


def coloured(segments: Sequence[Segment]) -> str:
    """What went struck through in red, what came underlined in green."""
    return "".join(map(_styled, segments))


def _styled(segment: Segment) -> str:
    text = safe(segment.text)
    match segment.op:
        case "insert":
            return click.style(text, fg="green", underline=True)
        case "delete":
            return click.style(text, fg="red", strikethrough=True)
        case "equal":
            return text


def as_json(old: str, new: str) -> list[dict[str, Any]]:
    """The difference of two texts, paragraph by paragraph, for programs."""
    return [_paragraph(paragraph) for paragraph in paragraph_diff(old, new)]


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    return {"op": paragraph.op, "segments": segments_json(paragraph.segments)}


def segments_json(segments: Sequence[Segment]) -> list[dict[str, str]]:
    """Segments as plain values."""
    return [{"op": segment.op, "text": segment.text} for segment in segments]
