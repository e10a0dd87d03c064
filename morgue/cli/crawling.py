"""A crawl as the command line sees it: run, watched, told, its exit code. Imports Scrapy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from config.settings import Settings
from config.site import SiteConfig
from crawler.report import CrawlReport, SiteReport
from crawler.run import BadAddress, run_crawl
from db.archiving.steering import Agenda
from db.models import CrawlOutcome
from morgue.cli import output
from morgue.cli.access import clock_of, configuration
from morgue.cli.due import next_run
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.moments import lasted
from morgue.cli.opened import archive_errors
from morgue.cli.watching import counts_in_words, watching


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be crawled."""

    sites: Sequence[SiteConfig]
    urls: Sequence[str]
    known: Sequence[SiteConfig]  # to which a URL may belong
    limit: int | None  # pages
    backlogs: Sequence[SiteConfig] = ()  # whose back-fill goes on

    @property
    def is_naming(self) -> bool:
        """Whether only single pages were named."""
        return bool(self.urls) and not self.sites


def crawl(
    order: Order,
    *,
    settings: Settings,
    trigger: str,
    is_quiet: bool,
    is_due_only: bool,
    as_json: bool,
) -> ExitCode:
    """Crawl, say what came of it, and with which code to leave."""
    clock = clock_of(settings)
    told: set[str] = set()

    def is_wanted(site: SiteConfig, agenda: Agenda) -> bool:
        at = next_run(site, agenda, now=clock.now())
        return at is not None and at <= clock.now()

    def tell_at_once(site: SiteReport) -> None:
        told.add(site.name)
        output.json_line(_site_event(site))

    with (
        configuration(),
        archive_errors(),
        watching(as_json=as_json, is_quiet=is_quiet, is_naming=order.is_naming) as watcher,
    ):
        try:
            report = run_crawl(
                settings,
                order.sites,
                urls=order.urls,
                known_sites=order.known,
                backlogs=order.backlogs,
                trigger=trigger,
                clock=clock,
                progress=watcher,
                limit=order.limit,
                announce=output.note,
                is_wanted=is_wanted if is_due_only else None,
                site_ended=tell_at_once if as_json else lambda _: None,
            )
        except BadAddress as error:
            raise Failure(str(error)) from error
    _tell([site for site in report.sites if site.name not in told], report, as_json=as_json)
    return _exit_code(report, is_due_only=is_due_only, is_naming=order.is_naming)


def _tell(sites: Iterable[SiteReport], report: CrawlReport, *, as_json: bool) -> None:
    for site in sites:
        if as_json:
            output.json_line(_site_event(site))
        else:
            _print_site(site)
    took = report.finished_at - report.started_at
    if as_json:
        output.json_line(
            {
                "event": "crawl_finished",
                "crawl": report.crawl_id,
                "outcome": report.outcome,
                "sites": len(report.sites),
                "error": report.error,
                "seconds": round(took.total_seconds(), 3),
            }
        )
        return
    if report.error:
        output.line(f"The crawl ended early: {output.one_line(report.error)}.")
    if report.crawl_id is not None:
        output.line(f"Crawl {report.crawl_id} took {lasted(took)}.")


def _site_event(site: SiteReport) -> dict[str, Any]:
    if site.busy:
        return {"event": "site_busy", "site": site.name, "why": site.busy}
    return {
        "event": "site_finished",
        "site": site.name,
        "crawl": site.crawl_id,
        "outcome": site.outcome,
        "counts": dict(site.counts),
        "error": site.error,
        "source_problems": dict(site.source_problems),
    }


def _print_site(site: SiteReport) -> None:
    name = click.style(site.name, bold=True)
    if site.busy:
        output.line(f"{name}: not crawled, {output.one_line(site.busy)}")
        return
    words = counts_in_words(site.counts)
    if site.outcome is CrawlOutcome.FINISHED and not site.error:
        output.line(f"{name}: {words}")
    else:
        output.line(f"{name}: {site.outcome}: {output.one_line(site.error)} ({words})")
    for url, problem in site.source_problems.items():
        output.line(f"  source {output.one_line(url)}: {output.one_line(problem)}")


def _exit_code(report: CrawlReport, *, is_due_only: bool, is_naming: bool) -> ExitCode:
    if report.error and report.error.startswith("asked to stop"):
        return ExitCode.INTERRUPTED
    if report.outcome is CrawlOutcome.FAILED or report.outcome is CrawlOutcome.STOPPED:
        return ExitCode.NOTHING
    failed = any(site.outcome is CrawlOutcome.FAILED for site in report.sites)
    if is_naming and any(report.count(what) for what in ("error", "refused", "gone")):
        return ExitCode.NOTHING
    if failed or (report.busy and not is_due_only):
        return ExitCode.NOTHING
    return ExitCode.OK
