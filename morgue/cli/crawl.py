"""`morgue crawl`: sites or single pages, now. Imports Scrapy."""

from collections.abc import Sequence
from typing import Any

import click

from config.settings import Settings
from config.site import SiteConfig
from crawler.crawl import BadAddress
from crawler.report import CrawlReport, SiteReport
from crawler.run import run_crawl
from db.models import CrawlOutcome
from morgue.cli import output
from morgue.cli.access import clock_of, configuration, settings_of, sites_of
from morgue.cli.due import due_sites
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import lasted
from morgue.cli.opened import archive_errors, archive_of
from morgue.cli.options import is_url, json_option
from morgue.cli.watching import counts_in_words, watching


@click.command()
@click.argument("targets", nargs=-1, metavar="[SITE|URL]…")
@click.option(
    "--due", is_flag=True, help="Of the sites, only those that are due by their schedule."
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask for N pages at most.")
@click.option("--trigger", default="command", hidden=True)
@json_option
@click.pass_obj
def crawl(
    invocation: Invocation,
    targets: Sequence[str],
    *,
    due: bool,
    limit: int | None,
    trigger: str,
    as_json: bool,
) -> ExitCode:
    """Crawl sites or single pages now.

    SITE is the name of a configured site: its sources are read, and every page that is due is
    asked for. URL is one page; where no configured site covers it, its host becomes a site of its
    own. Without SITE or URL every configured site is crawled.

    Ctrl-C ends the crawl in peace: what was not asked for stays due. With --json every event is a
    line, the last one "crawl_finished"; with --quiet only the last lines, one a site.
    """
    settings = settings_of(invocation)
    urls = [target for target in targets if is_url(target)]
    names = [target for target in targets if not is_url(target)]
    known = sites_of(settings, names if names and not urls else None)
    sites = _chosen(known, names=names, has_urls=bool(urls))
    if due:
        sites = _due(settings, sites)
        if not sites and not urls:
            _say_nothing_due(as_json=as_json)
            return ExitCode.OK
    report = _run(
        invocation,
        settings,
        sites,
        urls=urls,
        known=list(known.values()),
        trigger=trigger,
        limit=limit,
        as_json=as_json,
    )
    _tell(report, as_json=as_json)
    return _exit_code(report, is_due=due, is_naming=bool(urls) and not sites)


def _chosen(
    known: dict[str, SiteConfig], *, names: Sequence[str], has_urls: bool
) -> list[SiteConfig]:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Failure(
            f"there is no site {unknown[0]!r}",
            remedy="`morgue sites list` names those there are; a page begins with https://.",
        )
    if names:
        return [known[name] for name in dict.fromkeys(names)]
    if has_urls:
        return []
    if not known:
        raise Failure("no site is configured", remedy="`morgue init` writes some to begin with.")
    return list(known.values())


def _due(settings: Settings, sites: Sequence[SiteConfig]) -> list[SiteConfig]:
    with archive_of(settings) as archive:
        return due_sites(archive, sites)


def _say_nothing_due(*, as_json: bool) -> None:
    if as_json:
        output.json_line({"event": "crawl_finished", "outcome": None, "sites": 0})
    else:
        output.line("No site is due.")


def _run(
    invocation: Invocation,
    settings: Settings,
    sites: Sequence[SiteConfig],
    *,
    urls: Sequence[str],
    known: Sequence[SiteConfig],
    trigger: str,
    limit: int | None,
    as_json: bool,
) -> CrawlReport:
    with (
        configuration(),
        archive_errors(),
        watching(
            as_json=as_json, is_quiet=invocation.is_quiet, is_naming=bool(urls) and not sites
        ) as watcher,
    ):
        try:
            return run_crawl(
                settings,
                sites,
                urls=urls,
                known_sites=known,
                trigger=trigger,
                clock=clock_of(settings),
                progress=watcher,
                limit=limit,
                announce=output.note,
            )
        except BadAddress as error:
            raise Failure(str(error)) from error


def _tell(report: CrawlReport, *, as_json: bool) -> None:
    for site in report.sites:
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


def _exit_code(report: CrawlReport, *, is_due: bool, is_naming: bool) -> ExitCode:
    if report.error and report.error.startswith("asked to stop"):
        return ExitCode.INTERRUPTED
    if report.outcome is CrawlOutcome.FAILED or report.outcome is CrawlOutcome.STOPPED:
        return ExitCode.NOTHING
    failed = any(site.outcome is CrawlOutcome.FAILED for site in report.sites)
    if is_naming and any(report.count(what) for what in ("error", "refused", "gone")):
        return ExitCode.NOTHING
    if failed or (report.busy and not is_due):
        return ExitCode.NOTHING
    return ExitCode.OK
