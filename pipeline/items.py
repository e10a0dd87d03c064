"""The one item that travels through the item pipelines: what came of asking for one link.

Knows the values that pass between spider and pipelines. Must not know Scrapy's machinery.
"""

from dataclasses import dataclass, field
from datetime import datetime

from pipeline.reading import Reading


@dataclass(slots=True)
class Fetched:
    """The answer to one request for one link, failures included."""

    site: str  # the site's name
    link_id: int
    crawl_id: int
    url: str  # as asked
    fetched_at: datetime
    status: int | None = None  # None: no answer at all
    url_answered: str | None = None  # after redirects
    redirects: tuple[tuple[int, str], ...] = ()  # (status, url) of each hop, in order
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None  # transfer and content encodings removed; None where there is none to keep
    is_truncated: bool = False  # the server ended the body before its stated length
    error: str | None = None  # what went wrong, as "kind: words"
    refusal: str | None = None  # why we did not ask: "robots", "private address", "too large" ...
    retry_after_s: int | None = None
    # filled by the pipelines
    capture_id: int | None = None
    is_same_bytes: bool = False
    reading: Reading | None = None
    shingles: tuple[int, ...] = field(default=())
