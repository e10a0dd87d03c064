"""The one spider: serves every site from its configuration.

Knows in which order things are asked and what each answer comes to; other modules know how.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, Self

import structlog
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawler import alone, closing, ending
from crawler.answers import explain, header_of, headers_of, is_truncated, refusal_of
from crawler.asked import Asked, Stopping, asked_of
from crawler.crawl import Crawl
from crawler.documents import Documents
from crawler.lanes import CHUNK, Lane, SourceDocument
from crawler.politeness import slots
from crawler.politeness.guard import private_refusal
from crawler.politeness.robots import UNREACHABLE
from crawler.requests import Requests
from crawler.tenure import Tenure
from crawler.translation import PIPELINES
from db.archiving import links
from db.archiving.backfill_lists import KnownDocument
from db.archiving.entries import KnownLink
from db.errors import ArchiveError
from db.models import DocumentState
from pipeline.context import LeaseLost, context_of
from pipeline.items import Fetched

_UNREAD_AT_ONCE = 16
_NO_ANSWER = ("timeout", "dns", "connection", "tls", "http", "failed")

log = structlog.get_logger(__name__)


class SiteSpider(Spider):
    """Crawls sites: `scrapy crawl site -a name=globaltimes` or `-a name=one,two`."""

    name = "site"

    def __init__(self, name: str | None = None, **arguments: Any) -> None:
        super().__init__("site", **arguments)
        self.sites_named = name
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._endings: set[asyncio.Task[None]] = set()  # sites whose part is being closed
        self._is_open = False
        self._is_stopping = False

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Put our pipelines behind this spider, unless somebody has named others."""
        super().update_settings(settings)
        if not settings.getpriority("ITEM_PIPELINES"):
            settings.set("ITEM_PIPELINES", PIPELINES, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """For the crawl that the crawler carries, or for one of its own under plain Scrapy."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        try:
            context = context_of(crawler)
        except LookupError:
            context = alone.begin(crawler, names=spider.sites_named)
        assert isinstance(context, Crawl)
        spider.attach(context)
        return spider

    def attach(self, of: Crawl) -> None:
        """Serve this crawl."""
        self.of = of
        self._documents = Documents(of)
        self._requests = Requests(of.settings)
        self._tenure = Tenure(of, self)
        self._pages_left = of.limit
        self.settings.set("DOWNLOAD_SLOTS", slots.paces(of.settings, of.sites.values()), "spider")
        connect = self.crawler.signals.connect
        connect(self._opened, signal=signals.spider_opened)
        connect(self._closed, signal=signals.spider_closed)
        connect(self._item_failed, signal=signals.item_error)
        for kind in (signals.item_scraped, signals.item_error, signals.item_dropped):
            connect(self._item_done, signal=kind)

    async def start(self) -> AsyncIterator[Any]:
        """Requests, one whenever a site may be asked: memory stays flat however much is due."""
        async for fetched in self._unread():
            yield fetched
        waiting = list(self.of.lanes.values())
        while waiting and not self._is_stopping:
            self._changed.clear()
            request = await self._next_request(waiting)
            if request is not None:
                yield request
                continue
            waiting = [lane for lane in waiting if not self._has_finished(lane)]
            if waiting and not self._is_stopping:
                await self._changed.wait()
        if self._endings and not self._is_stopping:
            await asyncio.wait(self._endings)

    def stop(self, words: str) -> None:
        """End the crawl soon; what was not asked for stays due. Harmless the second time, and before it is open."""
        self.of.stopped_because = self.of.stopped_because or words
        if self._is_stopping or not self._is_open:
            return
        self._is_stopping = True
        self._changed.set()
        self._spawn(ending.end(self.crawler))

    def leave(self, lane: Lane, words: str) -> None:
        """Leave a site for the rest of this crawl, what waits for its turn included."""
        lane.close(words)
        ending.drop_waiting(self.crawler.engine.downloader, hosts=lane.site.hosts)
        self._changed.set()

    def leave_at_once(self, lane: Lane, words: str) -> None:
        """Leave a site at once, what is on its way from it included."""
        lane.close(words)
        ending.leave(self.crawler, hosts=lane.site.hosts)
        self._changed.set()

    def page_answered(self, response: Response) -> Iterator[Fetched]:
        """Callback of a link: exactly one item."""
        lane, asked = self._settle(response.request)
        lane.answered(at=self.of.clock.now())
        self._heed_retry_after(lane, asked)
        has_body = response.status != 304
        fetched = self._fetched(
            asked,
            status=response.status,
            url_answered=response.url if asked.redirects else asked.url,
            headers=headers_of(response),
            body=response.body if has_body else None,
            is_truncated=is_truncated(response),
            retry_after_s=asked.retry_after_s,
        )
        self._follow(lane, fetched)
        self.of.tell("page_answered", lane.site.name, url=asked.url, status=response.status)
        yield fetched

    def page_failed(self, failure: Failure) -> Iterator[Fetched]:
        """Errback of a link: exactly one item, but none where it is us who stop."""
        lane, asked = self._settle(failure.request)  # type: ignore[attr-defined]
        if isinstance(failure.value, Stopping):
            return
        error, refusal = self._note_failure(lane, asked, failure.value)
        fetched = self._fetched(asked, error=error, refusal=refusal)
        self.of.tell("page_failed", lane.site.name, url=asked.url, error=error, refusal=refusal)
        yield fetched

    async def source_answered(self, response: Response) -> None:
        """Callback of a source's document: its links go into the archive."""
        lane, asked = self._settle(response.request)
        lane.answered(at=self.of.clock.now())
        self._heed_retry_after(lane, asked)
        if isinstance(asked.subject, KnownDocument):
            await self._working(lane, self._take_past(lane, asked.subject, response))
            return
        document: SourceDocument = asked.subject
        document.run.retry_after_s = asked.retry_after_s

        async def work() -> None:
            await self._documents.read(lane, document, response)
            await self._documents.close(lane, document.run)

        await self._working(lane, work())

    async def source_failed(self, failure: Failure) -> None:
        """Errback of a source's document: what was wrong goes into the archive."""
        lane, asked = self._settle(failure.request)  # type: ignore[attr-defined]
        if isinstance(asked.subject, KnownDocument):
            await self._working(lane, self._miss_past(lane, asked, failure.value))
            return
        run = asked.subject.run
        if isinstance(failure.value, Stopping):
            run.is_unread = True
            return
        error, refusal = self._note_failure(lane, asked, failure.value)
        if not asked.subject.is_audit:  # else it tells nothing of the 304 before it
            run.problem, run.is_refused = error or f"refused: {refusal}", refusal is not None
        self.of.tell("source_failed", lane.site.name, url=asked.url, problem=run.problem or error)
        await self._working(lane, self._documents.close(lane, run))

    async def _take_past(self, lane: Lane, document: KnownDocument, response: Response) -> None:
        """A list of a back-fill was answered."""
        assert lane.backlog is not None
        taken = await lane.backlog.take(
            document,
            response.body,
            status=response.status,
            url=response.url,
            content_type=header_of(response, "Content-Type"),
            max_links=self.of.settings.max_links_per_source,
        )
        self.of.count(lane.site.name, "lists")
        self.of.tell("list_read", lane.site.name, url=document.url, pages=taken)

    async def _miss_past(self, lane: Lane, asked: Asked, failure: BaseException | None) -> None:
        """A list of a back-fill could not be had; where it is us who stop, it stays waiting."""
        assert lane.backlog is not None
        if isinstance(failure, Stopping):
            return
        error, refusal = self._note_failure(lane, asked, failure)
        if refusal is not None and refusal.startswith(UNREACHABLE):
            return  # nothing is wrong with the list
        state = DocumentState.REFUSED if refusal else DocumentState.FAILED
        words = refusal or error or "failed"
        self.of.tell("source_failed", lane.site.name, url=asked.url, problem=words)
        await lane.backlog.fail(asked.subject, words, state=state)

    async def _unread(self) -> AsyncIterator[Fetched]:
        """What an earlier crawl kept and did not live to read, a few at a time."""
        lanes = self.of.lanes
        captures = iter(self.of.unread(self.of))
        while (fetched := await asyncio.to_thread(next, captures, None)) is not None:
            lanes[fetched.site].tried.add(fetched.link.id)
            lanes[fetched.site].item_count += 1
            yield fetched
            while not self._is_stopping and self._item_count() >= _UNREAD_AT_ONCE:
                self._changed.clear()
                await self._changed.wait()
            if self._is_stopping:
                break

    async def _next_request(self, waiting: list[Lane]) -> Request | None:
        """The next request, of the site that has been waiting longest."""
        for _ in range(len(waiting)):
            lane = waiting.pop(0)
            waiting.append(lane)
            if self._pages_left == 0 and not lane.documents:
                lane.close("")
            if lane.wants_refill():
                await self._refill(lane)
            work = lane.next()
            while work is None and lane.backlog is not None and lane.wants_backlog():
                await asyncio.to_thread(lane.backlog.refill, frozenset(lane.tried))
                work = lane.next()
            if isinstance(work, KnownLink):
                if self._pages_left is not None:
                    self._pages_left -= 1
                return self._requests.page(
                    lane.site, work, callback=self.page_answered, errback=self.page_failed
                )
            if isinstance(work, KnownDocument):
                return self._requests.past(
                    lane.site, work, callback=self.source_answered, errback=self.source_failed
                )
            if work is not None:
                return self._requests.source(
                    lane.site, work, callback=self.source_answered, errback=self.source_failed
                )
        return None

    async def _refill(self, lane: Lane) -> None:
        """Take due links from the archive, and note where it has none that is new to this crawl."""
        news = lane.news_count
        for in_hand in (lane.on_their_way, lane.tried):
            found = await asyncio.to_thread(self._due, lane, frozenset(in_hand))
            if lane.refill(found):
                return
            if not found:
                break
        lane.is_dry = lane.news_count == news

    def _due(self, lane: Lane, in_hand: frozenset[int]) -> list[KnownLink]:
        with self.of.archive.read() as session:
            return links.due_links(
                session,
                [lane.site_id],
                now=self.of.clock.now(),
                limit=CHUNK,
                exclude=in_hand,
            )

    def _has_finished(self, lane: Lane) -> bool:
        if not lane.is_done():
            return False
        ending = asyncio.get_running_loop().create_task(self._end_site(lane))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        return True

    async def _end_site(self, lane: Lane) -> None:
        """Close a site's part at once, so that its next run waits for no other site of the crawl."""
        name = lane.site.name
        try:
            if lane.was_cut_short or self.of.counts[name]["pages"]:
                for end in self.of.endings:
                    await end(name)
            report = await asyncio.wrap_future(closing.submit_end(self.of, lane))
        except ArchiveError as error:
            self._fail(error)
            return
        self.of.site_ended(report)

    def _item_count(self) -> int:
        return sum(lane.item_count for lane in self.of.lanes.values())

    def _item_done(self, item: Fetched) -> None:
        self.of.lanes[item.site].item_count -= 1
        self._changed.set()

    def _settle(self, request: Request | None) -> tuple[Lane, Asked]:
        """A question has its answer, whatever that is."""
        asked = asked_of(request) if request is not None else None
        assert asked is not None
        lane = self.of.lanes[asked.site.name]
        lane.request_count -= 1
        if isinstance(asked.subject, KnownLink):
            lane.on_their_way.discard(asked.subject.id)
        self._changed.set()
        return lane, asked

    def _fetched(self, asked: Asked, **facts: Any) -> Fetched:
        self.of.count(asked.site.name, "pages")
        self.of.lanes[asked.site.name].item_count += 1
        return Fetched(
            site=asked.site.name,
            link=asked.subject,
            crawl_id=self.of.crawl_id,
            url=asked.url,
            fetched_at=self.of.clock.now(),
            redirects=tuple(asked.redirects),
            **facts,
        )

    def _note_failure(
        self, lane: Lane, asked: Asked, failure: BaseException | None
    ) -> tuple[str | None, str | None]:
        """What went wrong, or why we did not ask; the lane may close on it."""
        assert failure is not None
        if asked.redirects:
            lane.answered(at=self.of.clock.now())
        refusal = refusal_of(failure)
        if refusal is not None:
            if not asked.redirects and refusal.startswith(UNREACHABLE):
                lane.failed(refusal)
                self.leave(lane, refusal)
            return None, refusal
        url = asked.redirects[-1][1] if asked.redirects else asked.url
        error = explain(failure, url=url)
        kind = error.partition(":")[0]
        refusal = private_refusal(error, url=url)
        if refusal is not None:
            lane.failed(refusal)
            return None, refusal
        if kind in _NO_ANSWER:
            lane.failed(error)
            if lane.closed_because is not None:
                self.leave(lane, error)
        else:
            lane.answered(at=self.of.clock.now())
        return error, None

    def _heed_retry_after(self, lane: Lane, asked: Asked) -> None:
        if asked.retry_after_s is None:
            return
        lane.wait_for(asked.retry_after_s, now=self.of.clock.now())
        self.leave(lane, f"the server asked us to wait for {asked.retry_after_s} s")

    def _follow(self, lane: Lane, fetched: Fetched) -> None:
        """Where following links is the source, a page is also a place to find links at."""
        source = lane.followed.get(fetched.link.source_id)
        if source is None or not fetched.body or fetched.status != 200:
            return
        if fetched.link.depth < source.depth and lane.site.covers(fetched.url_answered or ""):
            self._spawn(self._working(lane, self._documents.follow(lane, fetched, source)))

    async def _working(self, lane: Lane, work: Coroutine[Any, Any, None]) -> None:
        """Do something that may bring more to do; an archive that fails ends the crawl."""
        lane.task_count += 1
        try:
            await work
        except ArchiveError as error:
            self._fail(error)
        finally:
            lane.task_count -= 1
            self._changed.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _opened(self) -> None:
        self._tenure.begin()
        self._spawn(self._tenure.hold())
        self._is_open = True
        if self.of.stopped_because is not None:
            self.stop(self.of.stopped_because)

    def _closed(self, reason: str) -> None:
        self._tenure.end()
        if reason != "finished" and self.of.stopped_because is None:
            self.of.stopped_because = reason
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()

    def _item_failed(self, failure: Failure) -> None:
        if isinstance(failure.value, ArchiveError):
            self._fail(failure.value)
        elif isinstance(failure.value, LeaseLost):
            self.leave(self.of.lanes[failure.value.site], str(failure.value))

    def _fail(self, error: ArchiveError) -> None:
        """The archive cannot be written to: going on would only lose what is fetched."""
        if self.of.failed_because is None:
            log.error("crawl_failed", sites=self.of.open_sites(), error=str(error))
            self.of.failed_because = str(error)
        self.stop(str(error))
