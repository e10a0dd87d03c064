"""The writer's name as a line of its own in bold, above the first paragraph or below the last.

Knows how such a line differs from a subheading. Must not know what else is stated of the authors.
"""

import re
from collections.abc import Sequence

from pipeline.heads import people
from pipeline.reading import Block

_LONGEST = 100  # characters of a line of names
_BOLD_LEVEL = 4  # of headings that are paragraphs in bold
_AMONG = 4  # blocks at the start
_BEFORE = 400  # characters that may stand above the line: a standfirst
_MOST = 4  # names
_FEWEST = 3  # blocks of a text that may be signed
_FULL_NAME = re.compile(r"[^\W\d_]+(?:[-'’.]*\s?[^\W\d_]+[-'’.]*){1,5}$")
_BETWEEN = re.compile(r"\s*(?:/|,|;|&|\||\s(?:and|und|et|y|e|og|och|en|và|dan|i|и)\s)\s*")
_WORD = re.compile(r"[^\W\d_]+")


def find(blocks: Sequence[Block]) -> tuple[int, tuple[str, ...]] | None:
    """Which block is a signature, and the names in it; None where none is.

    A subheading may look like a name ("Key Points"). But the words of a subheading stand in the text, and those of a
    name do not stand there in small letters; and who writes an article is rarely a subject of it.
    """
    lines = [number for number, block in enumerate(blocks) if _is_line_of_names(block)]
    if not lines or len(blocks) < _FEWEST:
        return None
    small = {w for block in blocks for w in _WORD.findall(block.text) if w.islower()}
    named = [number for number in lines if not _words_of(blocks[number]) & small]
    if len(named) != 1:  # several people, each with a part of the text
        return None
    at = named[0]
    is_above = at < _AMONG and sum(len(block.text) for block in blocks[:at]) <= _BEFORE
    names = _names(blocks[at].text)
    is_subject = any(
        name in block.text for name in names for n, block in enumerate(blocks) if n != at
    )
    return (at, names) if (is_above or at == len(blocks) - 1) and not is_subject else None


def _words_of(block: Block) -> set[str]:
    """The words of a block's names, in small letters."""
    return {word.casefold() for name in _names(block.text) for word in _WORD.findall(name)}


def _is_line_of_names(block: Block) -> bool:
    is_bold = block.kind == "heading" and block.level == _BOLD_LEVEL
    return is_bold and len(block.text) <= _LONGEST and bool(_names(block.text))


def _names(text: str) -> tuple[str, ...]:
    """The names that a line consists of; none where anything else stands in it."""
    names = tuple(_BETWEEN.split(text))
    if len(names) > _MOST or not all(map(_is_full_name, names)):
        return ()
    return names


def _is_full_name(text: str) -> bool:
    words = text.split()
    return (
        2 <= len(words) <= 4
        and all(word[0].isupper() for word in words)
        and not text.isupper()
        and bool(_FULL_NAME.match(text))
        and people.is_name(text)
        and not people.is_organisation(text)
    )
