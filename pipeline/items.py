"""The one item that travels through the item pipelines: what came of asking for one link.

Knows the values that pass between spider and pipelines. Must not know Scrapy's machinery.
"""

from dataclasses import dataclass
from datetime import datetime

from db.entries import Archived, KnownLink
from pipeline.extraction import Result


@dataclass(frozen=True, slots=True)
class Baseline:
    """The newest revision as the present extractor reads it, where another extractor had read it."""

    revision_id: int
    normal_sha256: bytes


@dataclass(slots=True)
class Fetched:
    """The answer to one request for one link, failures included."""

    site: str  # the site's name
    link: KnownLink
    crawl_id: int
    url: str  # as asked
    fetched_at: datetime
    status: int | None = None  # None: no answer at all
    url_answered: str | None = None  # after redirects
    redirects: tuple[tuple[int, str], ...] = ()  # (status, url) of each hop, in order
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None  # transfer and content encodings removed; None: none to keep
    is_truncated: bool = False  # the server ended the body before its stated length
    error: str | None = None  # what went wrong, as "kind: words"
    refusal: str | None = None  # why we did not ask: "robots", "private address" ...
    retry_after_s: int | None = None
    # filled by the pipelines
    capture_id: int | None = None
    is_same_bytes: bool = False
    result: Result | None = None
    baseline: Baseline | None = None
    archived: Archived | None = None

    @property
    def link_id(self) -> int:
        """The number of the link that was asked for."""
        return self.link.id

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        return next((value for key, value in self.headers if key.lower() == name), None)
