"""The work of one site in one crawl: what is to be asked, what is on its way, why it ended.

Knows order and limits. Must not know Scrapy, the archive or any format.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from config.site import SiteConfig, SourceConfig
from crawler.backlog import Backlog
from crawler.sources.answer import Dropped
from db.archiving.backfill_lists import KnownDocument
from db.archiving.entries import KnownLink, KnownSource
from db.models import SourceOutcome

MAX_FAILURES: Final = 5
"""Requests in a row that get no answer at all, after which a site is left alone for this crawl."""

MAX_DROPPED: Final = 5
"""Links of one source that are remembered of those left out for one reason."""

CHUNK: Final = 200
"""Links taken from the archive at a time."""


@dataclass(slots=True)
class SourceRun:
    """One source being read, with all its documents."""

    config: SourceConfig
    known: KnownSource
    since: datetime | None
    seen: set[str] = field(default_factory=set)
    open_count: int = 0  # documents asked for or to be asked for
    link_count: int = 0
    new_link_count: int = 0
    is_read: bool = False  # a document of it was; not one with the bytes of the last time
    status: int | None = None
    problem: str | None = None
    is_refused: bool = False  # the problem is that we do not ask
    is_empty: bool = False  # the problem is that it names nothing that its site wants
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: bytes | None = None
    max_age_s: float = 0.0  # as its server says
    retry_after_s: int | None = None
    stated: dict[str, Any] | None = None  # see Source.stated; of an answer in full
    is_whole: bool = False  # its first document was answered in full
    wrong_304: bool = False  # it had answered 304 a moment before it named new links
    is_unread: bool = False  # a document was not asked for in the end
    dropped: dict[str, dict[str, Any]] = field(default_factory=dict)  # see Source.dropped

    def drop(self, dropped: Mapping[str, Dropped]) -> None:
        """Count links that a document named and that were not taken."""
        for reason, links in dropped.items():
            kept = self.dropped.setdefault(reason, {"count": 0, "urls": []})
            kept["count"] += links.count
            kept["urls"] = [*kept["urls"], *links.urls][:MAX_DROPPED]

    @property
    def has_children(self) -> bool:
        """Whether it consists of several documents."""
        return len(self.seen) > 1

    @property
    def outcome(self) -> SourceOutcome:
        """What the look at it came to."""
        if self.new_link_count:
            return SourceOutcome.NEW
        if self.link_count:
            return SourceOutcome.SAME  # a problem beside links: only a part could be read
        if self.is_refused:
            return SourceOutcome.REFUSED
        if self.problem is not None:
            return SourceOutcome.EMPTY if self.is_empty else SourceOutcome.ERROR
        is_unchanged = self.status == HTTPStatus.NOT_MODIFIED
        return SourceOutcome.NOT_MODIFIED if is_unchanged else SourceOutcome.SAME


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document of a source, to be asked for."""

    run: SourceRun
    url: str
    depth: int = 0
    is_audit: bool = False  # asked without conditions, to see whether a 304 told the truth


@dataclass(slots=True)
class Lane:
    """One site's work: first its sources, the freshest first, then its links, the newest first."""

    site: SiteConfig
    site_id: int
    window: int  # requests on their way at a time
    takes_due: bool = True  # false where only URLs that a person named are wanted
    documents: deque[SourceDocument] = field(default_factory=deque)
    links: deque[KnownLink] = field(default_factory=deque)
    tried: set[int] = field(default_factory=set)
    on_their_way: set[int] = field(default_factory=set)
    request_count: int = 0  # on their way, sources included
    task_count: int = 0  # answers being worked on, which may bring more
    item_count: int = 0  # pages on their way through the pipelines
    is_dry: bool = False  # the archive had nothing more that is due
    closed_because: str | None = None
    answer_count: int = 0
    answered_at: datetime | None = None
    failures_in_row: int = 0
    last_failure: str | None = None
    wait_until: datetime | None = None  # when the server wants to be asked again
    requests_left: int | None = None  # of the site's budget; None: it has none
    news_count: int = 0  # how often there was something new in the archive
    backlog: Backlog | None = None  # a back-fill's work, for when nothing else is left
    followed: dict[int | None, SourceConfig] = field(default_factory=dict)  # by source id
    longest: timedelta | None = None  # the site's part may take; None: as long as the crawl
    is_late: bool = False  # its time was up
    is_getting_on: bool = (
        True  # when its time was up: the server answered, there was just too much to ask
    )
    was_cut_short: bool = False  # the site's last crawl was killed
    is_paused: bool = False  # by a person, while it was crawled

    def add_documents(self, run: SourceRun, urls: Iterable[str], *, depth: int, limit: int) -> int:
        """Put documents of a source on the list, each once in a crawl. Returns how many."""
        added = 0
        for url in urls:
            if url in run.seen or len(run.seen) >= limit:
                continue
            run.seen.add(url)
            run.open_count += 1
            added += 1
            self.documents.append(SourceDocument(run, url, depth))
        return added

    def refill(self, links: Collection[KnownLink]) -> int:
        """Take due links that this crawl has not tried. Returns how many are waiting then."""
        self.links = deque(link for link in links if link.id not in self.tried)
        return len(self.links)

    def audit(self, document: SourceDocument) -> None:
        """Ask for a source's document once more, without conditions, at once."""
        document.run.open_count += 1
        self.documents.appendleft(replace(document, is_audit=True))

    def forget_waiting(self) -> None:
        """There are newer links in the archive: ask it again."""
        if self.takes_due:
            self.links.clear()
            self.is_dry = False
            self.news_count += 1

    def next(self) -> SourceDocument | KnownDocument | KnownLink | None:
        """What to ask for now; None where nothing may be asked at the moment."""
        if self.closed_because is not None or self.request_count >= self.window:
            return None
        if self.requests_left == 0:
            self.close("")  # nothing is wrong with the site: what is due stays due
            return None
        if self.documents:
            self._spend()
            return self.documents.popleft()
        if not self.links:
            return self._next_of_backlog()
        link = self.links.popleft()
        self.tried.add(link.id)
        self.on_their_way.add(link.id)
        self._spend()
        return link

    def _spend(self) -> None:
        """One more request is on its way."""
        self.request_count += 1
        if self.requests_left is not None:
            self.requests_left -= 1

    def _next_of_backlog(self) -> KnownDocument | KnownLink | None:
        while self.backlog is not None and (work := self.backlog.next()) is not None:
            if isinstance(work, KnownLink):
                if work.id in self.tried:
                    continue
                self.tried.add(work.id)
                self.on_their_way.add(work.id)
            self._spend()
            return work
        return None

    def wants_backlog(self) -> bool:
        """Whether the archive should be asked for a back-fill's work."""
        return (
            self.backlog is not None
            and self.closed_because is None
            and not (self.documents or self.links or self.wants_refill())
            and self.backlog.wants_refill()
        )

    def wants_refill(self) -> bool:
        """Whether the archive should be asked for due links."""
        return (
            self.takes_due
            and not self.is_dry
            and self.closed_because is None
            and not self.documents
            and not self.links
        )

    def is_done(self) -> bool:
        """Whether nothing more will come of this site."""
        if self.request_count or self.task_count or self.item_count:
            return False
        if self.closed_because is not None:
            return True
        has_backlog = self.backlog is not None and self.backlog.has_more()
        return not (self.documents or self.links or self.wants_refill() or has_backlog)

    def answered(self, *, at: datetime | None = None) -> None:
        """The server said something."""
        self.answer_count += 1
        self.failures_in_row = 0
        self.answered_at = at

    def answered_since(self, moment: datetime) -> bool:
        """Whether the server said something since then."""
        return self.answered_at is not None and self.answered_at >= moment

    def failed(self, words: str) -> None:
        """The server said nothing; after a few of these it is left alone."""
        self.last_failure = words
        self.failures_in_row += 1
        if self.failures_in_row >= MAX_FAILURES:
            self.close(f"{MAX_FAILURES} requests in a row got no answer; the last: {words}")

    def wait_for(self, seconds: int, *, now: datetime) -> None:
        """The server does not want to be asked before then."""
        self.wait_until = max(self.wait_until or now, now + timedelta(seconds=seconds))

    def close(self, words: str) -> None:
        """Ask nothing more; what is due stays due. Empty words: nothing is wrong with the site."""
        if self.closed_because is None:
            self.closed_because = words
            for document in self.documents:
                document.run.open_count -= 1
                document.run.is_unread = True
            self.documents.clear()
            self.links.clear()
            if self.backlog is not None:
                self.backlog.forget()
