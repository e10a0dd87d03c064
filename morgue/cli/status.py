"""`morgue status`: how each site is doing, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import click

from config.settings import Settings
from config.site import SiteConfig
from crawler import losses
from db.archive import Archive
from db.archiving.steering import Agenda, agendas
from db.asking import alerting, reports
from db.asking.asof import AsOf
from db.asking.reports import CrawlView, SiteStatus
from db.models import CrawlOutcome
from morgue.cli import output
from morgue.cli.access import settings_of, sites_of
from morgue.cli.ailing import examine, finding_json, print_findings
from morgue.cli.asof import in_words, require_begun
from morgue.cli.due import next_run
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import END, lasted
from morgue.cli.opened import archive_of
from morgue.cli.options import json_option
from morgue.cli.sites import schedule_words
from morgue.health.findings import Finding


@click.command()
@click.argument("names", nargs=-1, metavar="[SITE]…")
@click.option("--check", is_flag=True, help="Say what is wrong and nothing else: for scripts.")
@click.option("--as-of", type=END, help="Say what was wrong then.")
@json_option
@click.pass_obj
def status(
    invocation: Invocation,
    names: Sequence[str],
    *,
    check: bool,
    as_of: datetime | None,
    as_json: bool,
) -> ExitCode:
    """Say how each site is doing: what is wrong with it, its last crawl, when it is due.

    What is wrong comes first: what, since when, by which numbers, and what to do. It is told by what
    is usual at the site; `morgue health SITE` shows its days. A site that could not be reached is
    shown with the reason, and so is a source that could not be read. Exit code 1 where something is
    wrong with a site, or an alert could not be delivered.
    """
    settings = settings_of(invocation)
    configured = sites_of(settings)
    with archive_of(settings, is_asked_only=True) as archive:
        asked = _ask(archive, configured, settings, as_of=as_of)
    chosen = _chosen(names, configured, asked)
    findings = [each for each in asked.findings if each.site in chosen or not each.site]
    failing = [name for name in chosen if name in asked.known and asked.known[name].last_error]
    if as_json:
        output.document(_json(chosen, configured, asked, findings, as_of=as_of))
    else:
        print_findings(findings, now=asked.at)
        for line in asked.undelivered:
            output.line(f"alerts: {output.one_line(line)}")
        if as_of is not None:
            if not findings:
                output.line(f"Nothing was found to be wrong {in_words(AsOf.moment(as_of))}.")
        elif check:
            _print_failing(failing, asked, findings)
        else:
            _print_all(chosen, configured, asked, is_ill=bool(findings or asked.undelivered))
    is_well = not (findings or asked.undelivered or failing)
    return ExitCode.OK if is_well else ExitCode.NOTHING


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the archive says. Of a past moment only findings are told."""

    at: datetime
    findings: tuple[Finding, ...]
    known: Mapping[str, SiteStatus]
    agendas: Mapping[str, Agenda] = field(default_factory=dict)
    crawls: Sequence[CrawlView] = ()
    dead: Sequence[int] = ()  # crawls that stand open, and that nobody is doing
    totals: Mapping[str, int] = field(default_factory=dict)
    undelivered: Sequence[str] = ()


def _ask(
    archive: Archive,
    configured: Mapping[str, SiteConfig],
    settings: Settings,
    *,
    as_of: datetime | None,
) -> _Asked:
    now = as_of or archive.clock.now()
    if as_of:
        with archive.read() as session:
            require_begun(session, AsOf.moment(as_of))
            known = {site.name: site for site in reports.site_status(session, now=now)}
        found = examine(archive, configured, settings, at=as_of).findings
        well = {name: replace(site, last_error=None) for name, site in known.items()}
        return _Asked(now, found, well)
    found = examine(archive, configured, settings).findings
    with archive.read() as session:
        return _Asked(
            at=now,
            findings=found,
            known={site.name: site for site in reports.site_status(session, now=now)},
            agendas=agendas(session),
            crawls=reports.crawl_list(session, limit=1),
            dead=losses.dead_crawls(session, now=now),
            totals=reports.counts(session),
            undelivered=alerting.troubles(session),
        )


def _chosen(names: Sequence[str], configured: Mapping[str, SiteConfig], asked: _Asked) -> list[str]:
    everything = [*configured, *(name for name in asked.known if name not in configured)]
    for name in names:
        if name not in everything:
            raise Failure(
                f"there is no site {name!r}", remedy="`morgue sites list` names those there are."
            )
    return [name for name in everything if not names or name in names]


def _json(
    chosen: Sequence[str],
    configured: Mapping[str, SiteConfig],
    asked: _Asked,
    findings: Sequence[Finding],
    *,
    as_of: datetime | None,
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "at": asked.at,
        "findings": [finding_json(each) for each in findings],
    }
    if as_of is not None:
        return told
    return told | {
        "sites": [_site_json(name, configured.get(name), asked) for name in chosen],
        "totals": asked.totals,
        "last_crawl": _crawl_json(asked) if asked.crawls else None,
        "undelivered_alerts": asked.undelivered,
    }


def _print_failing(failing: Sequence[str], asked: _Asked, findings: Sequence[Finding]) -> None:
    """Sites whose last crawl failed, that no finding tells of."""
    ill = {each.site for each in findings}
    for name in failing:
        if name not in ill:
            output.line(f"{name}: {output.one_line(asked.known[name].last_error)}")


def _print_all(
    chosen: Sequence[str],
    configured: Mapping[str, SiteConfig],
    asked: _Asked,
    *,
    is_ill: bool,
) -> None:
    if is_ill:
        output.line()
    _print(chosen, configured, asked)
    output.line()
    output.line(_totals_in_words(asked.totals))
    output.line(_crawl_in_words(asked) if asked.crawls else "Nothing was crawled yet.")


def _print(names: Sequence[str], configured: Mapping[str, SiteConfig], asked: _Asked) -> None:
    output.table(
        ("SITE", "LAST CRAWL", "DUE", "ARTICLES", "PAGES DUE", "STATE"),
        [_row(name, configured.get(name), asked) for name in names],
    )
    troubles = [line for name in names for line in _troubles(asked.known.get(name))]
    if troubles:
        output.line()
    for line in troubles:
        output.line(line)


def _row(name: str, config: SiteConfig | None, asked: _Asked) -> tuple[str, ...]:
    site, agenda, now = asked.known.get(name), asked.agendas.get(name, Agenda()), asked.at
    due_at = next_run(config, agenda, now=now) if config else None
    due = "-"
    if due_at is not None:
        due = "now" if due_at <= now else f"in {lasted(due_at - now)}"
    if site is None:
        return (name, "never", due, "0", "0", "not crawled yet")
    return (
        name,
        f"{lasted(now - site.crawled_at)} ago" if site.crawled_at else "never",
        due,
        str(site.article_count),
        str(site.due_link_count),
        _state(config, site, agenda, now=now),
    )


def _state(config: SiteConfig | None, site: SiteStatus, agenda: Agenda, *, now: datetime) -> str:
    if agenda.paused_at is not None:
        because = f": {output.one_line(agenda.pause_reason)}" if agenda.pause_reason else ""
        return f"paused {lasted(now - agenda.paused_at)} ago{because}"
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


def _site_json(name: str, config: SiteConfig | None, asked: _Asked) -> dict[str, Any]:
    site, agenda = asked.known.get(name), asked.agendas.get(name, Agenda())
    told: dict[str, Any] = {
        "site": name,
        "is_configured": config is not None,
        "due_at": next_run(config, agenda, now=asked.at) if config else None,
        "wanted_at": agenda.wanted_at,
        "paused_at": agenda.paused_at,
        "pause_reason": agenda.pause_reason,
    }
    if site is None:
        return told | {"crawled_at": None, "last_error": None}
    fields = (
        "title",
        "home",
        "is_ad_hoc",
        "crawled_at",
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


def _crawl_json(asked: _Asked) -> dict[str, Any]:
    crawl = asked.crawls[0]
    return {
        "crawl": crawl.id,
        "started_at": crawl.started_at,
        "finished_at": crawl.finished_at,
        "outcome": CrawlOutcome.KILLED if crawl.id in asked.dead else crawl.outcome,
        "is_running": crawl.finished_at is None and crawl.id not in asked.dead,
        "trigger": crawl.trigger,
        "error": crawl.error,
    }


def _crawl_in_words(asked: _Asked) -> str:
    crawl = asked.crawls[0]
    if crawl.finished_at is None:
        since = lasted(asked.at - crawl.started_at)
        became = "was killed" if crawl.id in asked.dead else "is running"
        return f"Crawl {crawl.id} began {since} ago and {became}."
    ago = lasted(asked.at - crawl.finished_at)
    why = f": {output.one_line(crawl.error)}" if crawl.error else ""
    return f"The last crawl, {crawl.id}, ended {ago} ago ({crawl.outcome}{why})."
