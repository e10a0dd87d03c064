"""Half-made pages: everything that stays, with slots for what differs in every answer.

Knows slots and views. Must not know any outlet's markup.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from morgue.demo.newsroom.fiction import Picture, Text
from morgue.demo.newsroom.outlets import Outlet, Section


class Slot(IntEnum):
    """A place in a page that is filled anew for every request."""

    TOKEN = 0  # unique to the request
    NONCE = 1  # another one
    CLOCK = 2  # the time, as a page's header prints it
    DATE = 3  # the date, likewise
    AD_TOP = 4
    AD_SIDE = 5
    AD_BODY = 6
    RAIL = 7  # links to what is new: changes with time
    SERVED = 8  # which machine took how long


Sheet = tuple[bytes | Slot, ...]


def sheet(*parts: str | bytes | Slot) -> Sheet:
    """Put parts together: neighbouring text is joined, bytes are shared as they are."""
    out: list[bytes | Slot] = []
    text: list[str] = []
    for part in parts:
        if isinstance(part, str):
            text.append(part)
            continue
        if text:
            out.append("".join(text).encode())
            text.clear()
        out.append(part)
    if text:
        out.append("".join(text).encode())
    return tuple(out)


def filled(page: Sheet, slots: Mapping[Slot, bytes]) -> bytes:
    """The page as it goes out."""
    return b"".join([slots[part] if isinstance(part, Slot) else part for part in page])


@dataclass(frozen=True, slots=True)
class Teaser:
    """One article as other pages announce it."""

    id: str
    title: str
    standfirst: str
    path: str
    section: Section
    published: datetime  # in the outlet's time zone
    modified: datetime
    image: str


@dataclass(frozen=True, slots=True)
class ArticleView:
    """All that a page of one article shows."""

    outlet: Outlet
    base: str  # the outlet's address
    path: str
    id: str
    number: int
    section: Section
    text: Text
    captions: tuple[tuple[Picture, str], ...]
    published: datetime
    modified: datetime | None
    related: tuple[Teaser, ...]
    comments: tuple[tuple[str, str], ...]
    is_live: bool
    source: tuple[str, str] | None  # URL and title of what is reprinted
    salt: str  # another one for each article: names of images and the like

    @property
    def url(self) -> str:
        """The page's canonical address."""
        return self.base + self.path


@dataclass(frozen=True, slots=True)
class ListView:
    """All that a front page or a page of a section shows."""

    outlet: Outlet
    base: str
    section: Section | None  # None: the front page
    page: int
    teasers: tuple[Teaser, ...]
    next_path: str | None


class Markup(Protocol):
    """How one outlet's pages look."""

    def article(self, view: ArticleView) -> Sheet:
        """The page of an article."""
        ...

    def listing(self, view: ListView) -> Sheet:
        """A front page, or a page of a section."""
        ...

    def wall(self, *, url: str) -> Sheet:
        """A consent wall in place of a page."""
        ...

    def missing(self, *, is_gone: bool) -> Sheet:
        """The page of a 404 or 410."""
        ...

    def rail(self, teasers: tuple[Teaser, ...]) -> bytes:
        """Links to what is new, for the slot of that name."""
        ...

    def clock(self, local: datetime) -> tuple[bytes, bytes]:
        """The header's time and date."""
        ...
