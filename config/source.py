"""Where a site's links come from: the kinds of source and what can be said of each.

Knows the shape of one source in a site file. Must not know how a source is fetched or read.
"""

import re
from datetime import timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from config.rules import FieldRule, Regexes, Strict, one_of
from config.values import Css, Duration, Url, XPath, at_least, mistake, passes

SourceKind = Literal["feed", "news_sitemap", "wordpress", "section", "sitemap", "follow", "archive"]

SOURCE_KINDS: Final[tuple[SourceKind, ...]] = (
    "feed",
    "news_sitemap",
    "wordpress",
    "section",
    "sitemap",
    "follow",
    "archive",
)
"""Every kind of source, freshest first; the last is for back-fills alone."""

_PLACES: Final = re.compile(r"\{([^{}]*)\}")
_KNOWN_PLACES: Final = ("yyyy", "mm", "m", "dd", "d", "page")


def _archive(value: str) -> str:
    """A URL whose places for date and page are all known, and lead from the year to the day."""
    places = _PLACES.findall(value)
    if unknown := [place for place in places if place not in _KNOWN_PLACES]:
        known = ", ".join(f"{{{place}}}" for place in _KNOWN_PLACES)
        raise mistake(f"has the place {{{unknown[0]}}}", remedy=f"Known: {known}.")
    if not places:
        raise mistake(
            "is one page", remedy="Write {yyyy}, {mm} and {dd} where its date stands, or {page}."
        )
    has_month = "mm" in places or "m" in places
    has_day = "dd" in places or "d" in places
    if (has_month and "yyyy" not in places) or (has_day and not has_month):
        raise mistake(
            "does not say of which year or month", remedy="Write {yyyy} and {mm} before {dd}."
        )
    return value


class LinkRule(Strict):
    """Which links of a section page count. A plain string is short for `css`."""

    css: Css | None = Field(
        default=None, description="A CSS selector of links, or of elements whose links count."
    )
    xpath: XPath | None = Field(
        default=None, description="An XPath of links, or of elements whose links count."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return {"css": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_one_selector(self) -> Self:
        one_of(self.css, self.xpath)
        return self

    __get_pydantic_json_schema__ = FieldRule.__get_pydantic_json_schema__


class SourceConfig(Strict):
    """Where links come from. Exactly one key names its kind and its URL."""

    feed: Url | None = Field(default=None, description="An RSS, Atom or JSON feed.")
    news_sitemap: Url | None = Field(
        default=None, description="A sitemap of the last days' articles."
    )
    wordpress: Url | None = Field(
        default=None, description="A WordPress site, by its home page or its /wp-json/ address."
    )
    section: Url | None = Field(default=None, description="A page that lists articles.")
    sitemap: Url | None = Field(default=None, description="A sitemap, or an index of sitemaps.")
    follow: Url | None = Field(
        default=None, description="A page from which links are followed: the last resort."
    )
    archive: Annotated[Url, AfterValidator(_archive)] | None = Field(
        default=None,
        description="Pages that list articles by date, with {yyyy}, {mm} (or {m}), {dd} (or {d}) and "
        "{page} in their URL: read by back-fills alone.",
    )
    links: LinkRule | None = Field(
        default=None,
        description="Of a section or an archive: which of its links count; those that look like articles where absent.",
    )
    depth: int = Field(default=2, ge=1, le=5, description="Of follow: how many links away to go.")
    allow: Regexes = Field(
        default=(),
        description="Only links in whose URL one of these is found, besides the site's own allow.",
    )
    deny: Regexes = Field(default=(), description="No links in whose URL one of these is found.")
    max_age: Annotated[Duration, at_least(timedelta(seconds=1))] | None = Field(
        default=None, description="Ignore links that the source dates further back than this."
    )
    max_links: int | None = Field(
        default=None, ge=1, le=1_000_000, description="Take at most this many links at a time."
    )

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        kinds = [kind for kind in SOURCE_KINDS if getattr(self, kind) is not None]
        if not kinds:
            raise mistake(
                "does not say what kind of source it is",
                remedy=f"Add one of {', '.join(SOURCE_KINDS)} with a URL.",
            )
        if len(kinds) > 1:
            raise mistake(
                f"is a second kind of source beside {kinds[0]}",
                remedy="Put a dash before it: that begins a new source.",
                at=(kinds[1],),
            )
        if self.links is not None and self.section is None and self.archive is None:
            raise mistake(
                "belongs to a section or an archive",
                remedy="Remove it; allow and deny fit every source.",
                at=("links",),
            )
        if "depth" in self.model_fields_set and self.follow is None:
            raise mistake("belongs to follow", remedy="Remove it.", at=("depth",))
        return self

    @property
    def kind(self) -> SourceKind:
        """What the source is."""
        return next(kind for kind in SOURCE_KINDS if getattr(self, kind) is not None)

    @property
    def url(self) -> str:
        """Where the source is."""
        return str(getattr(self, self.kind))

    @property
    def rank(self) -> int:
        """The source's place in the order of freshness: 0 is asked first."""
        return SOURCE_KINDS.index(self.kind)

    def wants(self, url: str) -> bool:
        """Whether a link passes the source's own allow and deny; the site's apply besides."""
        return passes(url, allow=self.allow, deny=self.deny)
