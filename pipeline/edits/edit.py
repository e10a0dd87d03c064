"""One typed edit: what of an article a publisher changed, how, and by how much.

Knows the kinds. Must not know how they are found.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

COMPARER_VERSION = "2"
"""Raised whenever the same two tellings may give other edits."""

Op = Literal["add", "delete", "edit", "move"]


class Kind(StrEnum):
    """What was changed."""

    HEADLINE = "headline"
    STANDFIRST = "standfirst"
    BYLINE = "byline"
    DATE = "date"  # of publication, as stated
    MODIFIED = "modified"  # the change that the publisher states itself
    SECTION = "section"
    TAG = "tag"
    CREDIT = "credit"
    PAYWALL = "paywall"
    IMAGE = "image"
    CAPTION = "caption"
    CORRECTION = "correction"  # a correction, an editor's note, a note of an update
    BODY = "body"  # sentences, notes left out
    NUMBER = "number"  # inside a headline, standfirst or sentence that otherwise stayed
    NAME = "name"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Edit:
    """All changes of one kind and one operation between two tellings of an article."""

    kind: Kind
    op: Op
    count: int  # how many: sentences, numbers, pictures, authors ...
    size: int  # words that came and went (characters in unspaced scripts); of a move, those that moved
    is_silent: bool = False  # a number, name or quote was replaced, and no note says so
