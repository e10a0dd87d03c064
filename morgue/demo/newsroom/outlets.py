"""The fictional outlets: their names, places, sections and the shapes of their addresses.

Knows where things are found. Must not know what the pages look like.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

PageKind = Literal[
    "front", "section", "rss", "atom", "json_feed", "news_sitemap", "sitemap_index", "wordpress"
]


@dataclass(frozen=True, slots=True)
class Section:
    """A department of an outlet: part of an address, a heading, the topic of its stories."""

    slug: str
    title: str
    topic: str


@dataclass(frozen=True, slots=True)
class Outlet:
    """One fictional publication."""

    name: str  # also of its site file
    title: str
    letter: str  # begins the ids of its articles
    zone: str
    sections: tuple[Section, ...]
    share: float  # of all articles of a newsroom
    machine_pages: tuple[tuple[str, PageKind], ...]  # path -> what answers there

    @property
    def paper(self) -> str:
        """The title as people say it after "the"."""
        return self.title.removeprefix("The ")

    @property
    def time_zone(self) -> ZoneInfo:
        """Where its clock hangs."""
        return ZoneInfo(self.zone)

    def path_of(self, kind: PageKind) -> str:
        """Where the outlet serves a kind of machine page.

        Raises:
            KeyError: it does not serve it.
        """
        return {kind_there: path for path, kind_there in self.machine_pages}[kind]

    def serves(self, kind: PageKind) -> bool:
        """Whether it has such a machine page."""
        return any(there == kind for _, there in self.machine_pages)

    def article_path(self, *, section: Section, title: str, number: int, at: datetime) -> str:
        """The address of an article that is published at a moment under a title."""
        day = at.astimezone(self.time_zone)
        if self.letter == "G":
            return f"/page/{day:%Y%m}/{130_000 + number}.html"
        slug = slug_of(title) or f"post-{48_000 + number}"
        if self.letter == "M":
            return f"/{day:%Y/%m}/{slug}/"
        return f"/{section.slug}/{day:%Y/%m/%d}/{slug}-{100_000 + number}"

    def section_at(self, path: str) -> tuple[Section, int] | None:
        """The section and page whose list a path (without query) names."""
        found = _SECTION_PATHS[self.letter].fullmatch(path)
        if found is None:
            return None
        section = next((each for each in self.sections if each.slug == found["slug"]), None)
        return (section, int(found["page"] or 1)) if section else None

    def section_path(self, section: Section, *, page: int = 1) -> str:
        """The address of a page of a section's list, counted from 1."""
        if self.letter == "G":
            return f"/{section.slug}/index{'' if page == 1 else f'_{page}'}.html"
        if self.letter == "M":
            return f"/category/{section.slug}/" + ("" if page == 1 else f"page/{page}/")
        return f"/{section.slug}/" + ("" if page == 1 else f"?page={page}")


COURIER = Outlet(
    name="harbour-courier",
    title="The Harbour Courier",
    letter="C",
    zone="Europe/Lisbon",
    sections=(
        Section("harbour", "Harbour", "harbour"),
        Section("city", "City", "council"),
        Section("transport", "Transport", "transport"),
        Section("business", "Business", "business"),
        Section("culture", "Culture", "culture"),
        Section("sport", "Sport", "sport"),
    ),
    share=0.5,
    machine_pages=(
        ("/", "front"),
        ("/rss.xml", "rss"),
        ("/atom.xml", "atom"),
        ("/feed.json", "json_feed"),
        ("/news-sitemap.xml", "news_sitemap"),
        ("/sitemap.xml", "sitemap_index"),
    ),
)
GAZETTE = Outlet(
    name="inland-gazette",
    title="Inland Gazette",
    letter="G",
    zone="America/Chicago",
    sections=(
        Section("land", "LAND", "farming"),
        Section("schools", "SCHOOLS", "schools"),
        Section("weather", "WEATHER", "weather"),
        Section("health", "HEALTH", "health"),
    ),
    share=0.3,
    machine_pages=(
        ("/", "front"),
        ("/rss.xml", "rss"),
        ("/news-sitemap.xml", "news_sitemap"),
        ("/sitemap.xml", "sitemap_index"),
    ),
)
MERIDIAN = Outlet(
    name="meridian-post",
    title="Meridian Post",
    letter="M",
    zone="Asia/Singapore",
    sections=(
        Section("world", "World", "weather"),
        Section("economy", "Economy", "business"),
        Section("society", "Society", "health"),
        Section("stage", "Stage", "culture"),
    ),
    share=0.2,
    machine_pages=(
        ("/", "front"),
        ("/feed/", "rss"),
        ("/feed/atom/", "atom"),
        ("/news-sitemap.xml", "news_sitemap"),
        ("/wp-sitemap.xml", "sitemap_index"),
        ("/wp-json/", "wordpress"),
        ("/wp-json/wp/v2/posts", "wordpress"),
    ),
)
OUTLETS = (COURIER, GAZETTE, MERIDIAN)

_SECTION_PATHS = {
    "C": re.compile(r"/(?P<slug>[a-z]+)/(?P<page>)"),  # its pages are counted in the query
    "G": re.compile(r"/(?P<slug>[a-z]+)/(?:index(?:_(?P<page>\d{1,5}))?\.html)?"),
    "M": re.compile(r"/category/(?P<slug>[a-z]+)/(?:page/(?P<page>\d{1,5})/)?"),
}
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_FOLDED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "ae", "Ö": "oe", "Ü": "ue"}
)


def slug_of(title: str) -> str:
    """The words of a title as part of an address; empty where none can be written in ASCII."""
    ascii_only = unicodedata.normalize("NFKD", title.translate(_FOLDED)).encode("ascii", "ignore")
    return _NOT_SLUG.sub("-", ascii_only.decode().lower()).strip("-")[:80].rstrip("-")
