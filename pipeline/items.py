"""The one item that travels through the item pipelines: what came of asking for one link.

Knows the values that pass between spider and pipelines. Must not know Scrapy's machinery.
"""

from dataclasses import dataclass, field
from datetime import datetime

from db.archiving.entries import Archived, KnownLink
from pipeline.extraction import Result


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
    same_as_revision_id: int | None = None  # its bytes are those of a page that showed this text
    result: Result | None = None
    baselines: dict[int, bytes] = field(
        default_factory=dict
    )  # normal digests of revisions that another extractor had read, as the present one reads them
    archived: Archived | None = None

    @property
    def link_id(self) -> int:
        """The number of the link that was asked for."""
        return self.link.id

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        return next((value for key, value in self.headers if key.lower() == name), None)
