"""`morgue audit`: what sources promised against what is archived, by day, and why the rest is not."""

import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import click

from config.settings import Settings
from config.site import SiteConfig
from db.archive import Archive
from db.archiving import crawls, links, steering
from db.asking import completeness
from db.models import Site
from morgue.auditing import EXPLAINED, Audit, Auditor, Day, Finding, limits
from morgue.auditors import auditor_of
from morgue.children import morgue_command
from morgue.cli import output
from morgue.cli.access import clock_of, settings_of, sites_of
from morgue.cli.actor import actor
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.opened import archive_of
from morgue.cli.options import json_option

_DAY = click.DateTime(["%Y-%m-%d"])
_LONGEST = 3_700


@click.command()
@click.argument("names", nargs=-1, metavar="[SITE]…")
@click.option(
    "--days", type=click.IntRange(1, _LONGEST), metavar="N", help="The last N days. [default: 7]"
)
@click.option("--from", "first", type=_DAY, metavar="DAY", help="The first day.")
@click.option("--to", "last", type=_DAY, metavar="DAY", help="The last day; today if not given.")
@click.option("--ask", is_flag=True, help="Read the sources now, to find what was never noticed.")
@click.option("--repair", is_flag=True, help="Say what can be fetched still; with --yes, fetch it.")
@click.option("--yes", is_flag=True, help="Do it. Otherwise it is only told what would be done.")
@click.option("--soon", is_flag=True, help="With --repair --yes: leave the fetching to the daemon.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="N",
    help="Pages that are listed of each site.",
)
@click.option("--explained", is_flag=True, help="List also pages that are rightly not archived.")
@json_option
@click.pass_obj
def audit(
    invocation: Invocation,
    names: Sequence[str],
    *,
    days: int | None,
    first: datetime | None,
    last: datetime | None,
    ask: bool,
    repair: bool,
    yes: bool,
    soon: bool,
    limit: int,
    explained: bool,
    as_json: bool,
) -> ExitCode:
    """Compare what sources promised with what is archived, by day, with a reason for each gap.

    Every page that a feed, sitemap, section page or the WordPress API named is counted on the day of its
    publication by the site's own clocks: the article's own date, else what its source or its address
    says, else the day on which it was found. Rightly not archived are other addresses of an article, pages
    that are gone or show no article, and what the site's file or robots.txt leaves out. The rest is
    missing, with its reason and what to do.

    Without --ask the archive alone is asked. --ask reads the sources as a crawl does, and finds pages that
    were never noticed. --repair makes due what can be fetched still, and crawls, as politely as ever;
    nothing without --yes. It may be killed and run again. Exit code 1 where pages are missing.
    """
    settings = settings_of(invocation)
    chosen = _chosen(settings, names)
    with archive_of(settings, is_asked_only=not (ask or (repair and yes))) as archive:
        periods = {site.name: _period(archive, site, days, first, last) for site in chosen}
        asked, troubles = _ask(settings, archive, chosen, periods) if ask else ({}, {})
        audits = [_audit(archive, settings, site, periods[site.name], asked) for site in chosen]
        done = _repair(archive, audits) if repair and yes else None
        if done and soon:
            _want(archive, [each.site for each in audits if _repairable(each)])
    if done and not soon:
        _crawl(invocation, [each.site for each in audits if _repairable(each)], as_json=as_json)
        with archive_of(settings, is_asked_only=True) as archive:
            audits = [_audit(archive, settings, site, periods[site.name], {}) for site in chosen]
    if as_json:
        told = [_document(each) for each in audits]
        output.document({"sites": told, "not_asked": troubles, "repaired": done})
    else:
        for each in audits:
            _print(each, limit=limit, is_explained=explained)
        for name, words in troubles.items():
            output.line(f"{name}: not all sources could be asked: {output.one_line(words)}")
        if repair:
            _tell_repair(audits, done, is_soon=soon)
    return ExitCode.NOTHING if any(each.missing for each in audits) else ExitCode.OK


def _chosen(settings: Settings, names: Sequence[str]) -> list[SiteConfig]:
    configured = sites_of(settings)
    for name in names:
        if name not in configured:
            raise Failure(
                f"there is no site {name!r}", remedy="`morgue sites list` names those there are."
            )
    return [site for name, site in configured.items() if not names or name in names]


def _period(
    archive: Archive,
    site: SiteConfig,
    days: int | None,
    first: datetime | None,
    last: datetime | None,
) -> tuple[date, date]:
    """The days that are asked for, by the site's own clocks."""
    if days is not None and first is not None:
        raise Failure("--days stands beside --from", remedy="Give one of them.")
    end = last.date() if last else archive.clock.now().astimezone(site.zone).date()
    begin = first.date() if first else end - timedelta(days=(days or 7) - 1)
    if begin > end or (end - begin).days > _LONGEST:
        raise Failure(
            f"{begin} to {end} is no period", remedy=f"At most {_LONGEST} days, the earlier first."
        )
    return begin, end


def _audit(
    archive: Archive,
    settings: Settings,
    site: SiteConfig,
    period: tuple[date, date],
    asked: dict[str, Any],
) -> Audit:
    first, last = period
    with archive.read() as session:
        auditor = auditor_of(archive, session, settings, site)
        if auditor is None:
            return Auditor.nothing(site, first=first, last=last)
        site_id = auditor.state.id
        begin, end = limits(first, last)
        pages = completeness.promised(session, site_id, begin=begin, end=end)
        looks = completeness.looks_at_sources(session, site_id, begin=begin, end=end)
        found = asked.get(site.name, [])
        known = completeness.known_keys(session, site_id, [link.url_key for link, _ in found])
    unnoticed = [(link, source) for link, source in found if link.url_key not in known]
    return auditor.audit(pages, looks, unnoticed, first=first, last=last)


def _ask(
    settings: Settings,
    archive: Archive,
    sites: Sequence[SiteConfig],
    periods: dict[str, tuple[date, date]],
) -> tuple[dict[str, Any], dict[str, str]]:
    from crawler.promises import ask_sources  # noqa: PLC0415 - Scrapy takes a second to import

    begin, _ = limits(min(first for first, _ in periods.values()), archive.clock.now().date())
    return ask_sources(settings, sites, since=begin, archive=archive, clock=clock_of(settings))


def _repairable(audit: Audit) -> list[Finding]:
    return [finding for finding in audit.findings if finding.repair]


def _repair(archive: Archive, audits: Sequence[Audit]) -> dict[str, int]:
    """Make due what can be fetched still. Done twice it changes nothing more."""
    done = Counter[str](due=0, offered=0)
    now = archive.clock.now()
    for each in audits:
        if each.state is None:
            continue
        due = [one.link_id for one in each.findings if one.repair == "due" and one.link_id]
        new = [one.link for one in each.findings if one.repair == "offer" and one.link]
        with archive.write() as session:
            done["due"] += links.make_due(session, due, now=now)
            sources = {f"{one.kind} {one.url}": one for one in each.state.sources}
            for source in {one.source for one in each.findings if one.link}:
                named = [one.link for one in each.findings if one.link and one.source == source]
                known = sources.get(source or "")
                ids = (
                    crawls.ensure_sources(session, each.state.id, [(known.kind, known.url)])
                    if known
                    else {}
                )
                source_id = next((one.id for one in ids.values()), None)
                links.offer_links(session, each.state.id, named, now=now, source_id=source_id)
            done["offered"] += len(new)
    return dict(done)


def _want(archive: Archive, names: Sequence[str]) -> None:
    with archive.write() as session:
        for site in session.query(Site).filter(Site.name.in_(names)):
            steering.want(
                session, site, now=archive.clock.now(), actor=actor(), reason="audit --repair"
            )


def _crawl(invocation: Invocation, names: Sequence[str], *, as_json: bool) -> None:
    """As `morgue crawl` does, in a process of its own."""
    if not names:
        return
    config = ("--config", str(invocation.config)) if invocation.config else ()
    quiet = ("--quiet",) if invocation.is_quiet or as_json else ()
    command = morgue_command(*config, *quiet, "crawl", "--trigger", "audit", *names)
    told = subprocess.DEVNULL if as_json else None
    subprocess.run(command, check=False, stdout=told, env=dict(invocation.env))  # noqa: S603 - our own command


def _print(audit: Audit, *, limit: int, is_explained: bool) -> None:
    output.line(click.style(f"{audit.site}, {audit.first} to {audit.last}", bold=True))
    if audit.state is None:
        output.line("  was never crawled")
        return
    output.table(
        ("DAY", "PROMISED", "ARCHIVED", "EXPLAINED", "MISSING", "LOOKS", "WHY"),
        [row for alike in _runs(audit.days) for row in _rows(alike, audit)],
    )
    shown = [one for one in audit.findings if is_explained or one.why not in EXPLAINED]
    for finding in shown[:limit]:
        output.line(f"{finding.day} {output.one_line(finding.url)}")
        output.line(f"    {finding.why}: {output.one_line(finding.words)}")
        output.line(f"    named by {output.one_line(finding.source or 'a person')}")
        if finding.remedy:
            output.line(f"    do: {output.one_line(finding.remedy)}")
    if len(shown) > limit:
        output.line(f"... and {len(shown) - limit} more: --limit N, or --json for all")
    for source in audit.state.sources:
        for reason, dropped in source.dropped.items():
            example = f", as {dropped['urls'][0]}" if dropped["urls"] else ""
            count = f"{dropped['count']} links not taken" if dropped["count"] else "not all taken"
            words = f"{source.kind} {source.url}: {count}: {reason}{example}"
            output.line(f"  {output.one_line(words)}")
    output.line()


def _runs(days: Sequence[Day]) -> Iterator[list[Day]]:
    """Each day alone, but for days one after the other of which there is nothing to say."""
    for is_silent, group in groupby(days, key=lambda day: not (day.promised or day.looks)):
        alike = list(group)
        yield from [alike] if is_silent else ([day] for day in alike)


def _rows(alike: Sequence[Day], audit: Audit) -> Iterator[tuple[str, ...]]:
    first, last = alike[0], alike[-1]
    name = first.day.isoformat() if first is last else f"{first.day} to {last.day}"
    whys = [f"{count} {why}" for why, count in first.whys.most_common()]
    if not first.looks and audit.was_known_on(last.day):
        whys.append("no source was looked at")
    failed = f" ({first.failed_looks} failed)" if first.failed_looks else ""
    yield (
        name,
        str(first.promised),
        str(first.archived),
        str(first.explained),
        str(first.missing),
        f"{first.looks}{failed}",
        ", ".join(whys),
    )


def _tell_repair(audits: Sequence[Audit], done: dict[str, int] | None, *, is_soon: bool) -> None:
    if done is None:
        repairs = Counter(one.repair for each in audits for one in _repairable(each))
        output.line(f"{repairs['due'] + repairs['offer']} pages would be made due and fetched.")
        if repairs["read"]:
            output.line(f"{repairs['read']} that a crawl kept and did not read would be read.")
        output.line("Nothing was done: --yes does it.")
        return
    output.line(
        f"{done['due']} pages were made due, {done['offered']} that nobody had noticed added."
    )
    if is_soon:
        output.line("The daemon (`morgue up`) fetches them.")


def _document(audit: Audit) -> dict[str, Any]:
    return {
        "site": audit.site,
        "from": audit.first.isoformat(),
        "to": audit.last.isoformat(),
        "missing": audit.missing,
        "days": [
            {
                "day": day.day.isoformat(),
                "promised": day.promised,
                "archived": day.archived,
                "explained": day.explained,
                "missing": day.missing,
                "whys": {why.value: count for why, count in sorted(day.whys.items())},
                "looks_at_sources": day.looks,
                "failed_looks": day.failed_looks,
            }
            for day in audit.days
        ],
        "pages": [
            {
                "url": one.url,
                "day": one.day.isoformat(),
                "day_by": one.day_by,
                "why": one.why,
                "is_missing": one.why not in EXPLAINED,
                "words": one.words,
                "source": one.source,
                "status": one.status,
                "article": one.article_id,
                "remedy": one.remedy,
                "repair": one.repair,
            }
            for one in audit.findings
        ],
        "sources": [
            {
                "kind": one.kind,
                "url": one.url,
                "checked_at": one.checked_at,
                "link_count": one.link_count,
                "last_error": one.last_error,
                "not_taken": one.dropped,
            }
            for one in (audit.state.sources if audit.state else ())
        ],
    }
