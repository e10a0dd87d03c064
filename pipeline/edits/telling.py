"""What one revision of an article tells: everything that an editor can change.

Knows the fields. Must not know how two tellings differ.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Telling:
    """The texts, names, dates and pictures of one revision. Empty stands for unknown."""

    title: str = ""
    standfirst: str = ""
    text: str = ""  # one block a line
    authors: tuple[str, ...] = ()
    published: str | None = None  # ISO 8601 as stated
    modified: str | None = None
    language: str | None = None
    section: str | None = None
    credit: str | None = None
    tags: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    images: tuple[str, ...] = ()  # URLs
    is_paywalled: bool = False
    quoted_lines: frozenset[int] = frozenset()  # of `text`: blocks that are quotations

    @classmethod
    def of(cls, fields: Mapping[str, Any], content: bytes = b"") -> Self:
        """What a revision's fields and its extraction's content tell; a content that cannot be read tells nothing."""
        read = _read(content)
        return cls(
            title=fields.get("title") or "",
            standfirst=fields.get("standfirst") or "",
            text=fields.get("text") or "",
            authors=_strings(fields.get("authors")),
            published=fields.get("published"),
            modified=fields.get("modified"),
            language=fields.get("language"),
            section=fields.get("section"),
            credit=fields.get("credit"),
            tags=_strings(read.get("tags")),
            captions=_strings(read.get("captions")),
            images=_strings(
                [image.get("url") for image in _mappings(read.get("images"))],
            ),
            is_paywalled=read.get("is_paywalled") is True,
            quoted_lines=_quoted(_mappings(read.get("blocks"))),
        )


def _read(content: bytes) -> Mapping[str, Any]:
    try:
        read = json.loads(content)
    except ValueError:  # also of bytes that are no Unicode
        return {}
    return read if isinstance(read, dict) else {}


def _strings(values: Any) -> tuple[str, ...]:
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        return ()
    return tuple(value for value in values if isinstance(value, str) and value)


def _mappings(values: Any) -> list[Mapping[str, Any]]:
    return (
        [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    )


def _quoted(blocks: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    """The numbers of the text's lines that belong to quotations."""
    quoted: set[int] = set()
    line = 0
    for block in blocks:
        if block.get("kind") == "embed":
            continue
        count = str(block.get("text", "")).count("\n") + 1
        if block.get("kind") == "quote":
            quoted.update(range(line, line + count))
        line += count
    return frozenset(quoted)
