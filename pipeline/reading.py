"""What one extractor version reads from one capture: the values that every pure stage hands to the next.

Knows the shape of an extraction. Must not know where pages come from or where extractions go.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

EXTRACTOR_VERSION = "4"
"""Raised whenever the same bytes and rules may give another Reading."""

BlockKind = Literal["paragraph", "heading", "quote", "list_item", "table", "embed", "preformatted"]


class Verdict(StrEnum):
    """Whether an extraction is believed."""

    BELIEVED = "believed"
    QUARANTINED = "quarantined"


class Reason(StrEnum):
    """Why an extraction was not believed."""

    EMPTY = "empty"  # no title, or no text
    CONSENT = "consent"  # a consent or cookie wall
    BLOCKED = "blocked"  # a block page, captcha, challenge
    LOGIN = "login"  # a login or paywall stub without text
    NOT_FOUND = "not_found"  # a "not found" page served with status 200
    NOT_ARTICLE = "not_article"  # a front page, section, list; a product, forum, manual
    NOT_HTML = "not_html"  # binary, feed, PDF ...
    TOO_LARGE = "too_large"  # over a limit: size, depth, nodes
    TIMEOUT = "timeout"  # reading took longer than its limit
    READER_FAILED = "reader_failed"  # reading raised or its process died
    TRUNCATED = "truncated"  # the server ended the body early
    LAYOUT = "layout"  # unlike every page from which the site's profile was learnt


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the body, in reading order."""

    kind: BlockKind
    text: str
    level: int = 0  # of a heading: 1 to 6; of a list item: nesting, from 1


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of the article, not of the page's furniture."""

    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class StatedMoment:
    """A moment as the publisher stated it: with its offset (the site's time zone where none was stated)."""

    at: datetime  # aware, in the stated offset
    precision: Literal["day", "minute", "second"] = "second"

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a stated moment needs an offset")

    def __str__(self) -> str:
        """ISO 8601; the date alone where only a day was stated."""
        if self.precision == "day":
            return self.at.date().isoformat()
        return self.at.isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Removed:
    """Text taken out of the article on purpose."""

    text: str
    why: str  # "caption", "credit", "watermark", "title", "byline", "furniture", "hidden", "profile" ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from one capture. Empty strings never stand for "unknown": None or an empty tuple does."""

    url: str
    verdict: Verdict
    reason: Reason | None = None
    detail: str | None = None  # evidence for the reason, for a person
    title: str | None = None
    standfirst: str | None = None
    blocks: tuple[Block, ...] = ()
    captions: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    authors: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()  # those of the authors that are no people
    published: StatedMoment | None = None
    modified: StatedMoment | None = None
    language: str | None = None  # BCP 47 primary tag, from the text
    section: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    canonical_url: str | None = None
    credit: str | None = None  # the source line: "Reuters", "文章来源于互联网"
    source_url: str | None = None  # where the credit line links to
    watermark: str | None = None  # a phrase found injected into the text, and taken out
    is_paywalled: bool = False
    is_live: bool = False
    is_opinion: bool = False
    is_amp: bool = False  # the AMP copy of another page
    is_print: bool = False  # the copy of another page that is made for paper
    encoding: str | None = None
    readers: Mapping[str, str] = field(default_factory=dict)  # field -> reader that answered
    certainty: Mapping[str, str] = field(default_factory=dict)  # field -> how sure that is
    removed: tuple[Removed, ...] = ()
    extractor: str = EXTRACTOR_VERSION
    profile: str | None = None  # the name of the site's profile that it was read with

    @property
    def text(self) -> str:
        """The body, one block a line."""
        return "\n".join(block.text for block in self.blocks if block.kind != "embed")

    def as_json(self) -> dict[str, Any]:
        """Plain values for `--json` and for storing; moments as ISO 8601 strings."""
        return {
            "url": self.url,
            "title": self.title,
            "standfirst": self.standfirst,
            "text": self.text,
            "blocks": [
                {"kind": b.kind, "text": b.text} | ({"level": b.level} if b.level else {})
                for b in self.blocks
            ],
            "authors": list(self.authors),
            "organisations": list(self.organisations),
            "published": str(self.published) if self.published else None,
            "modified": str(self.modified) if self.modified else None,
            "language": self.language,
            "section": list(self.section),
            "tags": list(self.tags),
            "images": [
                {"url": i.url, "caption": i.caption, "credit": i.credit} for i in self.images
            ],
            "captions": list(self.captions),
            "credit": self.credit,
            "source_url": self.source_url,
            "canonical_url": self.canonical_url,
            "watermark": self.watermark,
            "is_paywalled": self.is_paywalled,
            "is_live": self.is_live,
            "is_opinion": self.is_opinion,
            "is_amp": self.is_amp,
            "is_print": self.is_print,
            "encoding": self.encoding,
            "verdict": self.verdict.value,
            "reason": self.reason.value if self.reason else None,
            "detail": self.detail,
            "readers": dict(self.readers),
            "certainty": dict(self.certainty),
            "removed": [{"text": r.text, "why": r.why} for r in self.removed],
            "extractor": self.extractor,
            "profile": self.profile,
        }
