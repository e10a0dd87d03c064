"""Reads what sources answer and offers the links to the archive. Knows one crawl, no engine."""

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import Any, Final

from scrapy.http import Response

from config.site import SiteConfig, SourceConfig
from crawler import discovery, pace
from crawler.answers import header_of
from crawler.crawl import Crawl, Note
from crawler.lanes import Lane, SourceDocument, SourceRun
from crawler.missing import look_for_missing
from crawler.sources import follow
from crawler.sources.answer import SourceAnswer
from crawler.sources.sitemap import MAX_CHILDREN
from db.archive import Session
from db.archiving import crawls, links
from db.archiving.entries import FoundLink, Offered
from db.models import SourceOutcome
from pipeline.items import Fetched

MAX_DEPTH: Final = 3
"""Sitemap indexes within sitemap indexes."""

NOT_TO_ITS_END: Final = "not read to its end: the crawl ended, or the site was left alone"

AUDIT_AFTER: Final = timedelta(days=1)
"""A source that has answered 304 alone for so long is asked without conditions, right behind the 304."""

WRONG_304: Final = (
    "it answered 304 although it named new links a moment later: its 304s are not believed"
)

OFFERED_AT_ONCE: Final = 2_000
"""Links of one transaction: others want to write too."""


class Documents:
    """The sources of one crawl. Everything slow happens in threads."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl

    async def read(self, lane: Lane, document: SourceDocument, response: Response) -> None:
        """Read one document of a source and put its links into the archive."""
        run = document.run
        is_first = document.depth == 0
        if document.is_audit and not 200 <= response.status < 300:
            return  # it tells nothing of the 304 before it
        if is_first:
            run.status = response.status
            run.max_age_s = pace.max_age_of(header_of(response, "Cache-Control"))
        if response.status == 304:
            if self._wants_audit(run):
                lane.audit(document)
            return
        if not 200 <= response.status < 300:
            run.problem = f"HTTP {response.status} from {document.url}"
            return
        if is_first:
            run.is_whole = True
            run.stated = pace.stated_in(response.body).content()
        digest = _digest(response.body, site=lane.site, source=run.config)
        if is_first and digest == run.known.body_sha256:
            return
        answer = await self._discover(lane, run, response)
        await self._take(lane, document, answer)
        if document.is_audit and run.new_link_count:
            run.wrong_304 = True
        if is_first:
            run.body_sha256 = digest
            run.etag = header_of(response, "ETag")
            run.last_modified = header_of(response, "Last-Modified")

    async def _discover(self, lane: Lane, run: SourceRun, response: Response) -> SourceAnswer:
        """The links of a document; none, and the reason, where it takes more memory than there is."""
        try:
            return await asyncio.to_thread(
                discovery.read,
                response.body,
                site=lane.site,
                source=run.config,
                url=response.url,
                content_type=header_of(response, "Content-Type"),
                now=self._crawl.clock.now(),
                since=run.since,
                max_links=self._crawl.settings.max_links_per_source,
            )
        except MemoryError:
            size = len(response.body) // 1_000_000
            words = f"out of memory: {response.url} ({size} MB) takes too much to be read"
            return SourceAnswer(problem=words)

    async def close(self, lane: Lane, run: SourceRun) -> None:
        """A document is done; the source is, and is noted, when its last one is.

        A source that could not be read to its end is not noted: the next crawl begins it anew. What was
        read of it is in the ledger all the same.
        """
        run.open_count -= 1
        if run.open_count > 0:
            return
        if run.is_unread:
            if run.status is not None:
                await asyncio.to_thread(self._add_look, run, NOT_TO_ITS_END)
            return
        site = lane.site.name
        if run.problem:
            self._crawl.source_problems.setdefault(site, {})[run.config.url] = run.problem
        self._crawl.count(site, "sources")
        await asyncio.wrap_future(self._crawl.notes.submit(self._noting(lane.site, run)))

    async def follow(self, lane: Lane, fetched: Fetched, source: SourceConfig) -> None:
        """Offer the links of a page that was itself found by following links."""
        assert fetched.body is not None
        url = fetched.url_answered or fetched.url
        answer = await asyncio.to_thread(
            follow.read,
            fetched.body,
            url=url,
            content_type=fetched.header("content-type"),
            depth=fetched.link.depth,
            max_links=self._crawl.settings.max_links_per_source,
        )
        wanted = [
            found
            for found in answer.links
            if lane.site.wants(found.url) and source.wants(found.url)
        ]
        offered = await self._offer(lane, wanted, source_id=fetched.link.source_id)
        if offered.due:
            lane.forget_waiting()

    async def _take(self, lane: Lane, document: SourceDocument, answer: SourceAnswer) -> None:
        run = document.run
        if answer.problem:
            run.problem, run.is_empty = answer.problem, answer.is_empty
        offered = await self._offer(lane, answer.links, source_id=run.known.id)
        missed = await self._look_for_missing(lane, document, answer)
        run.is_read = True
        run.link_count += len(answer.links)
        run.new_link_count += offered.new
        run.drop(answer.dropped)
        if document.depth < MAX_DEPTH:
            is_chain = run.config.kind == "wordpress"  # page after page, not one within another
            depth = 1 if is_chain else document.depth + 1
            lane.add_documents(run, answer.more, depth=depth, limit=MAX_CHILDREN + 1)
        if offered.due or missed:
            lane.forget_waiting()
        self._crawl.count(lane.site.name, "links", offered.new)
        self._crawl.tell(
            "source_read",
            lane.site.name,
            kind=run.config.kind,
            url=document.url,
            links=len(answer.links),
            new=offered.new,
            missed=missed,
            problem=answer.problem,
        )

    async def _look_for_missing(
        self, lane: Lane, document: SourceDocument, answer: SourceAnswer
    ) -> int:
        """Have links looked at that the document should list, and does not; how many."""
        listing, run = answer.listing, document.run
        if listing is None:
            return 0

        def look(session: Session) -> int:
            return look_for_missing(
                session,
                listing,
                site_id=lane.site_id,
                source_id=run.known.id,
                url=document.url,
                now=self._crawl.clock.now(),
            )

        return await asyncio.to_thread(self._crawl.archive.transact, look)

    async def _offer(
        self, lane: Lane, found: "tuple[FoundLink, ...] | list[FoundLink]", *, source_id: int | None
    ) -> Offered:
        new = known = due = 0
        for start in range(0, len(found), OFFERED_AT_ONCE):
            part = found[start : start + OFFERED_AT_ONCE]
            offered = await asyncio.to_thread(self._offer_now, lane, part, source_id)
            new, known, due = new + offered.new, known + offered.known, due + offered.due
        return Offered(new=new, known=known, due=due)

    def _offer_now(
        self,
        lane: Lane,
        found: "tuple[FoundLink, ...] | list[FoundLink]",
        source_id: int | None,
    ) -> Offered:
        return self._crawl.archive.transact(
            lambda session: links.offer_links(
                session,
                lane.site_id,
                found,
                now=self._crawl.clock.now(),
                source_id=source_id,
                trust_lastmod=lane.site.schedule.trust_lastmod,
            )
        )

    def _wants_audit(self, run: SourceRun) -> bool:
        """Whether a 304 is to be borne out: for a day there was nothing else."""
        last = run.known.asked_whole_at or run.known.checked_at
        return last is None or self._crawl.clock.now() - last >= AUDIT_AFTER

    def _noting(self, site: SiteConfig, run: SourceRun) -> Note:
        # of a source of several documents the first says nothing about the others: always ask anew
        is_whole = not run.has_children
        now = self._crawl.clock.now()

        def note(session: Any) -> None:
            crawls.note_source(
                session,
                run.known.id,
                now=now,
                status=run.status,
                error=run.problem,
                etag=run.etag if is_whole else None,
                last_modified=run.last_modified if is_whole else None,
                body_sha256=run.body_sha256 if is_whole or not run.body_sha256 else bytes(32),
                link_count=run.link_count,
                dropped=run.dropped,
            )
            self._pace(session, site, run)
            self._look(session, run, WRONG_304 if run.wrong_304 else run.problem)

        return note

    def _pace(self, session: Session, site: SiteConfig, run: SourceRun) -> None:
        """Say when the source is asked next."""
        now, known = self._crawl.clock.now(), run.known
        every = site.schedule.every or timedelta(hours=1)
        yielded = pace.Yield(known.yield_count, known.yield_s)
        stated = run.stated if run.is_whole else known.stated
        if run.outcome in (SourceOutcome.ERROR, SourceOutcome.REFUSED):
            due_at, because = pace.after_failure(
                known.failure_count + 1, now=now, every=every, retry_after_s=run.retry_after_s
            )
        else:
            if known.checked_at is not None:  # what a first look finds did not come since another
                yielded = yielded.after(run.new_link_count, now - known.checked_at)
            due_at, because = pace.next_poll(
                yielded,
                now=now,
                every=every,
                within=site.schedule.poll_within,
                link_count=run.link_count or known.link_count,
                stated=pace.Stated.of_content(stated),
                max_age_s=run.max_age_s,
            )
        crawls.note_pace(
            session,
            known.id,
            due_at=due_at,
            because=because,
            yield_count=yielded.count,
            yield_s=yielded.seconds,
            stated=stated,
            asked_whole_at=now if run.is_whole else known.asked_whole_at or known.checked_at or now,
            wrong_304_at=now if run.wrong_304 else known.wrong_304_at,
        )

    def _add_look(self, run: SourceRun, detail: str) -> None:
        with self._crawl.archive.write() as session:
            self._look(session, run, detail)

    def _look(self, session: Session, run: SourceRun, detail: str | None) -> None:
        crawls.add_source_look(
            session,
            run.known.id,
            self._crawl.crawl_id,
            now=self._crawl.clock.now(),
            outcome=run.outcome,
            status=run.status,
            link_count=run.link_count if run.is_read else None,
            new_link_count=run.new_link_count,
            detail=detail,
        )


def _digest(body: bytes, *, site: SiteConfig, source: SourceConfig) -> bytes:
    """Of a document and of everything that decides which of its links are wanted."""
    rules = [
        source.model_dump_json(),
        *(pattern.pattern for pattern in (*site.allow, None, *site.deny) if pattern),
        *sorted(site.hosts),
    ]
    return hashlib.sha256(body + json.dumps(rules).encode()).digest()
