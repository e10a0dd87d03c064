"""The body of a page that shows none, in the data from which the page's own scripts would have built it.

Knows how such data are written into scripts. Must not be asked where the page shows its text.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree
from lxml.html import fragment_fromstring

from pipeline.markup import blocks
from pipeline.reading import Block
from pipeline.text import typography

_SCRIPT = re.compile(r"<script\b([^>]{0,500})>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)
_ASSIGNED = re.compile(r"(?:=|\bpush\()\s*(?=[{\[])")
_LITERAL = re.compile(
    r'"((?:[^"\\\n]|\\.){400,200000})"'
)  # data written into a string, as streamed pages have it
_LARGEST = 5_000_000  # characters of one script
_MOST_SCRIPTS = 200
_MOST_ASSIGNED = 40  # values looked at in one script
_MOST_VALUES = 200_000  # of one document
_LONG = 400  # characters from which one text may be a body
_SHORTEST = 40  # characters of a text worth counting
_TEXT_KEYS = (
    "content",
    "text",
    "html",
    "body",
    "value",
    "paragraph",
    "data",
    "contentHtml",
    "bodyHtml",
)
_MARKUP = re.compile(r"<(?:p|br|div|h[2-6]|ul|blockquote)\b", re.IGNORECASE)
_ENDS = re.compile(r"""[.!?。！？…]["”’»)]?(?:\s|<|$)""")


def body(source: str) -> list[Block]:
    """The article's blocks as the page's data hold them; empty where none does.

    Args:
        source: the page's markup.
    """
    best: list[str] = []
    most = 0
    for attributes, script in islice(_scripts(source), _MOST_SCRIPTS):
        if len(script) > _LARGEST or "ld+json" in attributes:
            continue
        for value in _values(script):
            for texts in _bodies(value):
                size = sum(len(text) for text in texts if len(text) >= _SHORTEST)
                if size > most:
                    best, most = texts, size
    return [block for text in best for block in _blocks_of(text)]


def _scripts(source: str) -> Iterator[tuple[str, str]]:
    """The attributes and the content of each script element."""
    at = 0
    while (start := _SCRIPT.search(source, at)) and (
        end := _SCRIPT_END.search(source, start.end())
    ):
        yield start[1], source[start.end() : end.start()]
        at = end.end()


def _values(script: str) -> Iterator[Any]:
    """The JSON values that a script is, or assigns."""
    text = script.strip()
    decoder = json.JSONDecoder(strict=False)
    starts = (
        [0]
        if text.startswith(("{", "["))
        else [m.end() for m in _ASSIGNED.finditer(text)][:_MOST_ASSIGNED]
    )
    end = 0
    for start in starts:
        if start < end:
            continue
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        yield value


def _bodies(value: Any) -> Iterator[list[str]]:
    """What in a document may be a body: a text with markup, or a list of texts."""
    waiting = [value]
    seen = 0
    while waiting and seen < _MOST_VALUES:
        current = waiting.pop()
        seen += 1
        if isinstance(current, dict):
            waiting.extend(current.values())
        elif isinstance(current, list):
            texts = [text for item in current[:2000] if (text := _text_of(item))]
            if len(texts) > 1 and _is_prose(texts):
                yield texts
            waiting.extend(item for item in current if isinstance(item, (dict, list, str)))
        elif isinstance(current, str) and len(current) > _LONG:
            if literals := list(_literals(current)):
                waiting.extend(literals)
            elif _MARKUP.search(current) and _is_prose([current]):
                yield [current]


def _literals(text: str) -> Iterator[str]:
    for match in _LITERAL.finditer(text):
        try:
            value = json.loads(match.group(), strict=False)
        except ValueError:
            continue
        if len(value) < len(text):
            yield value


def _text_of(item: Any) -> str | None:
    if isinstance(item, str):
        return item
    if not isinstance(item, dict):
        return None
    return next((item[key] for key in _TEXT_KEYS if isinstance(item.get(key), str)), None)


def _is_prose(texts: list[str]) -> bool:
    """Whether texts are sentences rather than headlines, addresses or code."""
    long = [text for text in texts if len(text) >= _SHORTEST]
    return (
        len(long) * 2 >= len(texts)
        and sum(bool(_ENDS.search(text)) for text in long) * 3 >= len(long) * 2
    )


def _blocks_of(text: str) -> list[Block]:
    if "<" not in text:
        settled = typography.settle(text)
        return [Block("paragraph", settled)] if settled else []
    try:
        return blocks.walk(fragment_fromstring(text, create_parent="div"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
