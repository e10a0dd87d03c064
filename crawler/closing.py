"""How sites' parts of a crawl, and the crawl, are closed in the archive: outcome, next run, leases given back.

Knows the archive's rows. Must not know Scrapy.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from datetime import datetime
from typing import Any

import structlog

from config.schedule import next_crawl
from crawler import backlog
from crawler.crawl import Crawl
from crawler.lanes import Lane
from crawler.report import CrawlReport, SiteReport
from db.archiving import crawls, leases
from db.errors import ArchiveError
from db.models import CrawlOutcome
from db.proving import seals
from pipeline.context import LeaseLost

log = structlog.get_logger(__name__)


def submit_end(crawl: Crawl, lane: Lane) -> "Future[SiteReport]":
    """Have a site's part closed with what else waits to be written; the crawl knows its report once it is committed."""

    def keep(done: "Future[SiteReport]") -> None:
        if done.exception() is None:
            crawl.reports[lane.site.name] = done.result()

    future: Future[SiteReport] = crawl.notes.submit(lambda session: end_site(session, crawl, lane))
    future.add_done_callback(keep)
    return future


def end_site(session: Any, crawl: Crawl, lane: Lane) -> SiteReport:
    """Close one site's part, say when it is due again, and give its leases back. May be called again if rolled back."""
    now = crawl.clock.now()
    name = lane.site.name
    has_answered = lane.answer_count > 0 or lane.last_failure is None
    outcome = _outcome(crawl, lane, has_answered=has_answered)
    error = _words(crawl, lane)
    counts = dict(crawl.counts[name])
    report = SiteReport(
        name,
        outcome,
        counts,
        error,
        source_problems=crawl.source_problems.get(name, {}),
        crawl_id=crawl.crawl_id,
    )
    try:
        crawl.require_leases(session, [name])
    except LeaseLost as lost:
        crawls.end_part(
            session,
            crawl.crawl_id,
            lane.site_id,
            outcome=CrawlOutcome.STOPPED,
            counts=counts,
            error=str(lost),
        )
        return report
    crawls.end_crawl_site(
        session,
        crawl.crawl_id,
        lane.site_id,
        now=now,
        outcome=outcome,
        counts=counts,
        due_at=_due_at(crawl, lane, now=now, has_answered=has_answered),
        has_answered=has_answered,
        error=lane.closed_because if lane.is_paused else error,
        begun_at=crawl.started_at if lane.takes_due else None,
        wait_until_at=lane.wait_until,
        heeded=_heeded(crawl, lane),
        is_ill=not lane.is_paused and (not lane.is_late or not lane.is_getting_on),
    )
    if lane.backlog is not None:
        backlog.close_backlog(
            session,
            lane.backlog,
            began_at=crawl.started_at,
            now=now,
            share=crawl.settings.backfill_share,
            wait_until=lane.wait_until,
            error=error,
        )
    for lease in crawl.leases.get(name, ()):
        leases.release(session, lease.name, token=lease.token)
    return report


def finish(crawl: Crawl) -> CrawlReport:
    """Close what is still open of the crawl."""
    crawl.notes.close()
    outcome = CrawlOutcome.FINISHED
    if crawl.failed_because:
        outcome = CrawlOutcome.FAILED
    elif crawl.stopped_because:
        outcome = CrawlOutcome.STOPPED
    error = crawl.failed_because or crawl.stopped_because

    def close(session: Any) -> tuple[datetime, dict[str, SiteReport]]:
        now = crawl.clock.now()
        ended = {
            name: end_site(session, crawl, lane)
            for name, lane in crawl.lanes.items()
            if name not in crawl.reports
        }
        crawls.end_crawl(session, crawl.crawl_id, now=now, outcome=outcome, error=error)
        return now, ended

    now, ended = crawl.archive.transact(close)
    crawl.reports |= ended
    _seal(crawl)
    sites = (*(crawl.reports[name] for name in crawl.lanes), *_left_alone(crawl.busy))
    return CrawlReport(crawl.crawl_id, outcome, crawl.started_at, now, sites, error)


def nothing_done(busy: Mapping[str, str], *, now: datetime) -> CrawlReport:
    """The report where every site was left alone."""
    return CrawlReport(None, None, now, now, tuple(_left_alone(busy)))


def _left_alone(busy: Mapping[str, str]) -> Iterable[SiteReport]:
    return (SiteReport(name, None, busy=words) for name, words in busy.items())


def _seal(crawl: Crawl) -> None:
    """Seal what was committed. The crawl is closed already: what cannot be sealed now, a later one will."""
    try:
        seals.seal(crawl.archive, is_paced=True)
    except ArchiveError as error:
        log.warning("archive_not_sealed", sites=[*crawl.lanes], error=str(error))


def _outcome(crawl: Crawl, lane: Lane, *, has_answered: bool) -> CrawlOutcome:
    if not lane.is_done() and crawl.is_ending():
        return CrawlOutcome.FAILED if crawl.failed_because else CrawlOutcome.STOPPED
    if not has_answered:
        return CrawlOutcome.FAILED
    return CrawlOutcome.STOPPED if lane.is_late or lane.is_paused else CrawlOutcome.FINISHED


def _words(crawl: Crawl, lane: Lane) -> str | None:
    """What was wrong with a site, for a person."""
    if lane.answer_count == 0 and lane.last_failure is not None:
        return f"{lane.site.home} could not be reached: {lane.last_failure}"
    if lane.is_paused:
        return None  # nothing is wrong
    if lane.closed_because:
        return lane.closed_because
    problems = crawl.source_problems.get(lane.site.name, {})
    if problems and len(problems) == len(lane.site.sources):
        url, words = next(iter(problems.items()))
        return f"none of its sources could be read; {url}: {words}"
    return None


def _due_at(crawl: Crawl, lane: Lane, *, now: datetime, has_answered: bool) -> datetime | None:
    """When the site is due again: by its schedule, but not before it wants to be asked."""
    if not lane.takes_due:
        return crawl.due_before[lane.site.name]
    if _is_interrupted(crawl, lane):
        due_at = now
    else:
        due_at = next_crawl(
            lane.site.schedule,
            last=crawl.started_at,
            now=now,
            time_zone=lane.site.time_zone,
            name=lane.site.name,
            failure_count=0 if has_answered else crawl.failures_before[lane.site.name] + 1,
        )
    return max(due_at, lane.wait_until or due_at)


def _is_interrupted(crawl: Crawl, lane: Lane) -> bool:
    """Whether the site's part is to go on soon, or when it is resumed."""
    return lane.is_paused or _is_stopped(crawl, lane)


def _is_stopped(crawl: Crawl, lane: Lane) -> bool:
    """Whether it is the crawl that was stopped, before it was done with the site."""
    return bool(crawl.stopped_because and not lane.is_done() and not crawl.failed_because)


def _heeded(crawl: Crawl, lane: Lane) -> datetime | None:
    """A person's wish that this crawl was. One that was made before a pause is over with it."""
    if not lane.is_paused and _is_stopped(crawl, lane):
        return None
    return crawl.wanted_before[lane.site.name]
