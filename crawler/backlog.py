"""A back-fill's work in one crawl: what is asked for when nothing else is left to ask, and for how long.

Knows order and limits, and the rows of back-fills. Must not know Scrapy.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from config.site import SiteConfig, SourceConfig
from crawler import past
from crawler.sources.period import Period
from db.archive import Archive, Session
from db.archiving import backfill_lists, backfills, crawls
from db.archiving.backfill_lists import KnownDocument, ReadDocument
from db.archiving.backfills import KnownBackfill
from db.archiving.entries import KnownLink
from db.models import BackfillState, DocumentState, Site

CHUNK: Final = 100
"""Pages taken from the archive at a time."""

DOCUMENTS: Final = 10
"""Lists taken from the archive at a time."""

SLICE: Final = timedelta(minutes=10)
"""The longest that a back-fill works before it lets others have the site's hosts."""

LONGEST_PAUSE: Final = timedelta(days=1)
"""Between two slices of a back-fill whose site cannot be reached."""

SHORTEST_PAUSE: Final = timedelta(seconds=5)

_ABSENT = (404, 410)


class Backlog:
    """Lists first, so that it is known early how much there is; then pages, the latest first."""

    def __init__(
        self,
        archive: Archive,
        backfill: KnownBackfill,
        site: SiteConfig,
        *,
        sources: Mapping[int | None, SourceConfig],
        until: datetime,
    ) -> None:
        self.backfill = backfill
        self.period = Period(backfill.first, backfill.last, site.zone)
        self._archive = archive
        self._site = site
        self._sources = sources
        self._until = until
        self._is_dry = False
        self._documents: deque[KnownDocument] = deque()
        self._links: deque[KnownLink] = deque()
        self._tried_documents: set[int] = set()
        self._tried_links: set[int] = set()

    def wants_refill(self) -> bool:
        """Whether the archive should be asked for more."""
        return not (self._is_dry or self._documents or self._links or self._is_over())

    def refill(self, tried: frozenset[int]) -> None:
        """Take lists, or pages where no list is left, but for pages that this crawl has tried. In a thread."""
        with self._archive.read() as session:
            number = self.backfill.id
            documents = backfill_lists.waiting_documents(
                session, number, limit=DOCUMENTS, exclude=self._tried_documents
            )
            self._documents.extend(documents)
            if not documents:
                self._links.extend(
                    backfill_lists.wanted_links(
                        session, number, limit=CHUNK, exclude=tried | self._tried_links
                    )
                )
        self._is_dry = not (self._documents or self._links)

    def next(self) -> KnownDocument | KnownLink | None:
        """What to ask for; each once in a crawl."""
        if self._is_over():
            return None
        if self._documents:
            document = self._documents.popleft()
            self._tried_documents.add(document.id)
            return document
        if self._links:
            link = self._links.popleft()
            self._tried_links.add(link.id)
            return link
        return None

    def has_more(self) -> bool:
        """Whether something is left to be asked for in this crawl."""
        return bool(self._documents or self._links or self.wants_refill()) and not self._is_over()

    def forget(self) -> None:
        """Ask for nothing more: it stays in the archive."""
        self._documents.clear()
        self._links.clear()
        self._is_dry = True

    async def take(
        self,
        document: KnownDocument,
        body: bytes,
        *,
        status: int,
        url: str,
        content_type: str | None,
        max_links: int,
    ) -> int:
        """A list was answered. Returns how many pages of it the back-fill took."""
        if not 200 <= status < 300:
            state = DocumentState.ABSENT if status in _ABSENT else DocumentState.FAILED
            await self.fail(document, f"HTTP {status}", state=state, status=status)
            return 0
        read = await asyncio.to_thread(
            past.read,
            body,
            site=self._site,
            document=document,
            source=self._sources.get(document.source_id),
            period=self.period,
            status=status,
            url=url,
            content_type=content_type,
            now=self._archive.clock.now(),
            max_links=max_links,
        )
        return await asyncio.to_thread(self._note, document, read)

    async def fail(
        self,
        document: KnownDocument,
        words: str,
        *,
        state: DocumentState = DocumentState.FAILED,
        status: int | None = None,
    ) -> None:
        """A list could not be had."""
        await asyncio.to_thread(self._note_unread, document, state, status, words)

    def _note(self, document: KnownDocument, read: ReadDocument) -> int:
        taken = self._archive.transact(
            lambda session: backfill_lists.note_read(
                session,
                document,
                read,
                site_id=self.backfill.site_id,
                now=self._archive.clock.now(),
            )
        )
        self._tried_documents.discard(document.id)
        self._is_dry = False
        return taken

    def _note_unread(
        self, document: KnownDocument, state: DocumentState, status: int | None, words: str
    ) -> None:
        with self._archive.write() as session:
            backfill_lists.note_unread(
                session,
                document,
                state,
                now=self._archive.clock.now(),
                status=status,
                detail=words,
            )

    def _is_over(self) -> bool:
        return self._archive.clock.now() >= self._until


def open_backlog(
    session: Session, archive: Archive, site: SiteConfig, site_row: Site, *, now: datetime
) -> Backlog | None:
    """The site's oldest open back-fill, its lists begun; None where it has none.

    A slice ends when the site is due by its schedule: daily work goes first.
    """
    backfill = backfills.open_of(session, site_row.id)
    if backfill is None:
        return None
    known = crawls.ensure_sources(
        session, site_row.id, [(one.kind, one.url) for one in site.sources]
    )
    ids = {key: source.id for key, source in known.items()}
    if not backfills.progress(session, backfill.id).documents:
        period = Period(backfill.first, backfill.last, site.zone)
        backfill_lists.add_documents(
            session, backfill.id, past.first_documents(site, period, source_ids=ids)
        )
    until = now + SLICE
    if site_row.due_at is not None and site_row.due_at > now:
        until = min(until, site_row.due_at)
    sources: dict[int | None, SourceConfig] = {ids[one.kind, one.url]: one for one in site.sources}
    return Backlog(archive, backfill, site, sources=sources, until=until)


def close_backlog(
    session: Session,
    backlog: Backlog,
    *,
    began_at: datetime,
    now: datetime,
    share: float,
    wait_until: datetime | None,
    error: str | None,
) -> BackfillState:
    """The slice is over: when the back-fill goes on, or that it is complete.

    It rests so long that its share of the time is kept; where the site could not be reached, longer each time.
    """
    rest = max((now - began_at) * (1 - share) / share, SHORTEST_PAUSE)
    if error:
        failures = min(backlog.backfill.failure_count, 16)
        rest = max(rest, min(timedelta(minutes=2) * 2**failures, LONGEST_PAUSE))
    due_at = max(now + rest, wait_until or now)
    return backfills.end_slice(session, backlog.backfill, now=now, due_at=due_at, error=error)
