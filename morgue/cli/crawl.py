"""`morgue crawl`: sites or single pages, now. Imports Scrapy only when there is something to crawl."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import click

from config.settings import Settings
from config.site import SiteConfig
from db.archiving import steering
from morgue import lifeline
from morgue.cli import output
from morgue.cli.access import settings_of, sites_of
from morgue.cli.due import due_sites
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.importing import lasting
from morgue.cli.invocation import Invocation
from morgue.cli.opened import archive_of
from morgue.cli.options import is_url, json_option
from pipeline import confines

GRACE = timedelta(seconds=30)
"""From a daemon's end to that of its crawls, if they do not end when asked."""


@click.command()
@click.argument("targets", nargs=-1, metavar="[SITE|URL]…")
@click.option(
    "--due", is_flag=True, help="Of the sites, only those that are due by their schedule."
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask for N pages at most.")
@click.option("--backfill", "has_backfill", is_flag=True, hidden=True)
@click.option("--trigger", default="command", hidden=True)
@click.option(
    "--as-child", is_flag=True, hidden=True
)  # of a daemon, which holds its standard input
@json_option
@click.pass_obj
def crawl(
    invocation: Invocation,
    targets: Sequence[str],
    *,
    due: bool,
    limit: int | None,
    has_backfill: bool,
    trigger: str,
    as_child: bool,
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
    if as_child:
        lifeline.hold(grace=GRACE)
        confines.limit_memory(settings.crawl_memory_mb)
    urls = [target for target in targets if is_url(target)]
    names = [target for target in targets if not is_url(target)]
    known = sites_of(settings, names if names and not urls else None)
    sites = _chosen(known, names=names, has_urls=bool(urls))
    backlogs = sites if has_backfill else []
    if due:
        sites = _due(settings, sites)
        if not sites and not urls and not backlogs:
            _say_nothing_due(as_json=as_json)
            return ExitCode.OK
    elif names and not as_json:
        _say_paused(settings, names)
    with lasting():
        from morgue.cli import crawling  # noqa: PLC0415 - Scrapy takes a second to import

    return crawling.crawl(
        crawling.Order(
            sites=sites, urls=urls, known=list(known.values()), limit=limit, backlogs=backlogs
        ),
        settings=settings,
        trigger=trigger,
        is_quiet=invocation.is_quiet,
        is_due_only=due,
        as_json=as_json,
    )


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


def _say_paused(settings: Settings, names: Sequence[str]) -> None:
    """A person's word goes before a pause; say that there is one."""
    with suppress(Failure), archive_of(settings, is_asked_only=True) as archive:
        with archive.read() as session:
            known = steering.agendas(session)
        for name in names:
            if name in known and known[name].paused_at is not None:
                reason = known[name].pause_reason
                why = f" ({output.one_line(reason)})" if reason else ""
                output.note(f"{name} is paused{why}: it is crawled now, and not by its schedule.")


def _say_nothing_due(*, as_json: bool) -> None:
    if as_json:
        output.json_line({"event": "crawl_finished", "outcome": None, "sites": 0})
    else:
        output.line("No site is due.")
