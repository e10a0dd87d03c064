"""`morgue status`: how each site is doing, in words."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from config.site import SiteConfig
from db.asking import reports
from db.asking.reports import CrawlView, SiteStatus
from morgue.cli import output
from morgue.cli.access import settings_of, sites_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import lasted
from morgue.cli.opened import archive_of
from morgue.cli.options import json_option
from morgue.cli.sites import schedule_words


@click.command()
@click.argument("names", nargs=-1, metavar="[SITE]…")
@json_option
@click.pass_obj
def status(invocation: Invocation, names: Sequence[str], *, as_json: bool) -> ExitCode:
    """Say how each site is doing: its last crawl, when it is due, and what is wrong with it.

    A site that could not be reached is shown with the reason, and so is a source that could not be
    read. Exit code 1 where something is wrong with a site.
    """
    settings = settings_of(invocation)
    configured = sites_of(settings)
    with archive_of(settings, is_asked_only=True) as archive:
        now = archive.clock.now()
        with archive.read() as session:
            known = {site.name: site for site in reports.site_status(session, now=now)}
            crawls = reports.crawl_list(session, limit=1)
            totals = reports.counts(session)
    everything = [*configured, *(name for name in known if name not in configured)]
    for name in names:
        if name not in everything:
            raise Failure(
                f"there is no site {name!r}", remedy="`morgue sites list` names those there are."
            )
    chosen = [name for name in everything if not names or name in names]
    if as_json:
        output.document(
            {
                "sites": [_site_json(n, configured.get(n), known.get(n)) for n in chosen],
                "totals": totals,
                "last_crawl": _crawl_json(crawls[0]) if crawls else None,
            }
        )
    else:
        _print(chosen, configured, known, now=now)
        output.line()
        output.line(_totals_in_words(totals))
        output.line(_crawl_in_words(crawls[0], now=now) if crawls else "Nothing was crawled yet.")
    is_well = not any(known[name].last_error for name in chosen if name in known)
    return ExitCode.OK if is_well else ExitCode.NOTHING


def _print(
    names: Sequence[str],
    configured: Mapping[str, SiteConfig],
    known: Mapping[str, SiteStatus],
    *,
    now: datetime,
) -> None:
    output.table(
        ("SITE", "LAST CRAWL", "DUE", "ARTICLES", "PAGES DUE", "STATE"),
        [_row(name, configured.get(name), known.get(name), now=now) for name in names],
    )
    troubles = [line for name in names for line in _troubles(known.get(name))]
    if troubles:
        output.line()
    for line in troubles:
        output.line(line)


def _row(
    name: str, config: SiteConfig | None, site: SiteStatus | None, *, now: datetime
) -> tuple[str, ...]:
    if site is None:
        return (name, "never", "now", "0", "0", "not crawled yet")
    due = "-"
    if config is not None:
        is_due = site.due_at is None or site.due_at <= now
        due = "now" if is_due else f"in {lasted((site.due_at or now) - now)}"
    return (
        name,
        f"{lasted(now - site.crawled_at)} ago" if site.crawled_at else "never",
        due,
        str(site.article_count),
        str(site.due_link_count),
        _state(config, site),
    )


def _state(config: SiteConfig | None, site: SiteStatus) -> str:
    if site.last_error:
        times = f" ({site.failure_count} times in a row)" if site.failure_count > 1 else ""
        return site.last_error + times
    if config is None:
        return "single pages only" if site.is_ad_hoc else "not configured any more"
    failing = sum(source.last_error is not None for source in site.sources)
    if failing:
        return f"{failing} of {len(site.sources)} sources could not be read"
    return f"well, {schedule_words(config.schedule)}"


def _troubles(site: SiteStatus | None) -> Iterator[str]:
    for source in site.sources if site else ():
        if source.last_error and site:
            words = output.one_line(source.last_error)
            yield f"{site.name}: {source.kind} {output.one_line(source.url)}: {words}"


def _site_json(name: str, config: SiteConfig | None, site: SiteStatus | None) -> dict[str, Any]:
    told: dict[str, Any] = {"site": name, "is_configured": config is not None}
    if site is None:
        return told | {"crawled_at": None, "due_at": None, "last_error": None}
    fields = (
        "title",
        "home",
        "is_ad_hoc",
        "crawled_at",
        "due_at",
        "failure_count",
        "last_error",
        "article_count",
        "link_count",
        "due_link_count",
    )
    sources = [
        {
            "kind": source.kind,
            "url": source.url,
            "checked_at": source.checked_at,
            "status": source.status,
            "link_count": source.link_count,
            "failure_count": source.failure_count,
            "last_error": source.last_error,
        }
        for source in site.sources
    ]
    return told | {name: getattr(site, name) for name in fields} | {"sources": sources}


def _totals_in_words(totals: Mapping[str, int]) -> str:
    named = ("articles", "revisions", "visits", "captures", "quarantined", "reprints")
    return ", ".join(f"{totals[name]} {name}" for name in named)


def _crawl_json(crawl: CrawlView) -> dict[str, Any]:
    return {
        "crawl": crawl.id,
        "started_at": crawl.started_at,
        "finished_at": crawl.finished_at,
        "outcome": crawl.outcome,
        "trigger": crawl.trigger,
        "error": crawl.error,
    }


def _crawl_in_words(crawl: CrawlView, *, now: datetime) -> str:
    if crawl.finished_at is None:
        since = lasted(now - crawl.started_at)
        return f"Crawl {crawl.id} began {since} ago and is running, or was killed."
    ago = lasted(now - crawl.finished_at)
    why = f": {output.one_line(crawl.error)}" if crawl.error else ""
    return f"The last crawl, {crawl.id}, ended {ago} ago ({crawl.outcome}{why})."
