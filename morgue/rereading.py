"""Kept captures, read again in processes of their own: each takes a body from the archive and says what it shows.

Knows tasks and where bodies are. Must not know what becomes of the readings.
"""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from config.clock import SystemClock
from config.site import SiteConfig
from db.archive import Archive
from db.captures import CaptureError
from db.histories.reextraction import Page
from morgue.reading_processes import Lost, in_order
from pipeline import confines, extraction, rereading
from pipeline.extraction import Task
from pipeline.rereading import Again, Missing


@dataclass(frozen=True, slots=True)
class Order:
    """A capture to be read again. Small: its body is fetched where it is read."""

    capture_id: int
    body_sha256: bytes
    site: str
    url: str
    fetched_at: datetime
    content_type: str | None
    feed_title: str | None
    feed_published: datetime | None
    is_truncated: bool


def order_of(page: Page, site: str) -> Order:
    """The page as a task."""
    return Order(
        capture_id=page.capture_id,
        body_sha256=page.body_sha256,
        site=site,
        url=page.url,
        fetched_at=page.fetched_at,
        content_type=page.content_type,
        feed_title=page.feed_title,
        feed_published=page.feed_published,
        is_truncated=page.is_truncated,
    )


@dataclass(slots=True)
class ReadCapture:
    """Reads one capture by the rules and the profile of its site; is sent to the processes that read."""

    address: str
    captures: str
    sites: Mapping[str, SiteConfig]
    profiles: Mapping[str, bytes]  # content, by site
    max_depth: int
    memory_mb: int  # that each process may have
    _archive: Archive | None = field(default=None, init=False)

    def prepare(self) -> None:
        """Limit the process, import the readers and open the archive."""
        confines.limit_memory(self.memory_mb)
        from pipeline import read  # noqa: PLC0415  where it is read, not where it is asked for
        from pipeline.profiles import profile  # noqa: PLC0415

        del read, profile
        self._archive = Archive.open(
            self.address, clock=SystemClock(), captures=self.captures, read_only=True
        )

    def __call__(self, order: Order) -> Again | Missing:
        """Fetch the body and read it."""
        assert self._archive is not None
        try:
            with self._archive.read() as session:
                body = self._archive.captures.get(session, order.body_sha256)
        except CaptureError as error:
            return Missing(order.capture_id, str(error))
        task = self._task(order, body)
        return confines.within(
            self.memory_mb, partial(rereading.read, order.capture_id), task, has_failed=_has_failed
        )

    def lost(self, lost: Lost[Order]) -> Again:
        """A capture that took too long or killed its process."""
        task = self._task(lost.task, b"")
        return Again(lost.task.capture_id, extraction.failure(task, lost.reason, lost.detail))

    def _task(self, order: Order, body: bytes) -> Task:
        return Task(
            body=body,
            url=order.url,
            site=self.sites[order.site],
            fetched_at=order.fetched_at,
            content_type=order.content_type,
            feed_title=order.feed_title,
            feed_published=order.feed_published,
            is_truncated=order.is_truncated,
            max_depth=self.max_depth,
            profile=self.profiles.get(order.site),
        )


def _has_failed(again: Again) -> bool:
    return extraction.has_failed(again.reading)


def read_all(
    work: ReadCapture, orders: Iterable[Order], *, jobs: int, timeout_s: float
) -> Generator[Again | Missing]:
    """Every capture, read again, in order."""
    for result in in_order(work, orders, jobs=jobs, timeout_s=timeout_s):
        yield work.lost(result) if isinstance(result, Lost) else result
