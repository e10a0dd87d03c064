"""What readers say that a page states, before anything is chosen among it.

Knows the shape of such statements. Must not know where they were found.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Claim:
    """One stated value and the reader that found it."""

    value: str
    reader: str


@dataclass(slots=True)
class Claims:
    """Everything stated, most trusted first. Nothing here is chosen or parsed yet."""

    titles: list[Claim] = field(default_factory=list)
    descriptions: list[Claim] = field(default_factory=list)
    persons: list[Claim] = field(default_factory=list)
    organisations: list[Claim] = field(default_factory=list)
    published: list[Claim] = field(default_factory=list)
    modified: list[Claim] = field(default_factory=list)
    sections: list[Claim] = field(default_factory=list)
    tags: list[Claim] = field(default_factory=list)
    site_names: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    canonical_url: str | None = None
    article_body: str | None = None
    types: frozenset[str] = frozenset()  # of the article
    stated: frozenset[str] = frozenset()  # of everything that JSON-LD says of the page
    is_free: bool | None = None
    has_article: bool = False  # a JSON-LD or microdata article, or og:type article
    has_microdata: bool = False
