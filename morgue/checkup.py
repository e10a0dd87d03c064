"""A check-up of all sites: from what the archive counts to what detectors find.

Knows where days come from and what is kept of them. Must not know how a finding is told, nor any statistics.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from config.site import SiteConfig
from crawler import losses
from db.archive import Archive, Session
from db.archiving.steering import Agenda, agendas
from db.asking import reports, running, site_days
from db.asking.asof import AsOf
from db.asking.site_days import KeptHealth
from db.statements import chunks
from morgue.cli.due import next_run
from morgue.health import lateness
from morgue.health.days import Day, from_counts
from morgue.health.findings import Finding, Kind
from morgue.health.watch import VERSION, SiteWatch

MEMORY_DAYS = 60
"""Days that are looked back on where nothing is kept."""

SETTLED = timedelta(hours=2)
"""After its end a day's numbers change no more."""

_SITES_AT_ONCE = 50
"""Whose state is written in one transaction: who writes beside it waits for no more."""

_EXAMPLES = 3
_TOLD = timedelta(days=3)
"""For so long is told what needs nobody to do anything."""


@dataclass(frozen=True, slots=True)
class CheckUp:
    """What was found, and from what."""

    at: datetime
    findings: tuple[Finding, ...]  # the longest first
    days: Mapping[str, Day]  # today of each site, as far as it came


def check_up(
    archive: Archive,
    sites: Mapping[str, SiteConfig],
    *,
    longest_crawl: timedelta,
    at: datetime | None = None,
    running_since: datetime | None = None,
) -> CheckUp:
    """Look at every site as it was at a moment, or is now; writes nothing.

    Args:
        archive: Is asked.
        sites: As they are configured.
        longest_crawl: How long a crawl may last.
        at: The moment, where it is not now.
        running_since: From when on somebody begins crawls by schedule; None where that is not known.
    """
    now = at or archive.clock.now()
    with archive.read() as session:
        names = {site.id: site.name for site in running.site_names(session)}
        watches = _watches(session, names, now=now)
        today = now.astimezone(UTC).date()
        counted = site_days.count(session, today, until=now)
        days = {
            site_id: from_counts(today.isoformat(), counted[site_id])
            if site_id in counted
            else Day(day=today)
            for site_id in names
        }
        found = [
            finding
            for site_id, watch in watches.items()
            for finding in watch.findings(days[site_id])
            if names[site_id] in sites or at is not None
        ]
        found += _of_wrong_304s(session, now=now)
        if at is None:
            found += _of_crawls(
                session, sites, now=now, longest=longest_crawl, running_since=running_since
            )
        findings = _with_examples(session, found, now=at)
    return CheckUp(
        now,
        tuple(sorted(findings, key=lambda each: (each.since, each.site, each.kind))),
        {names[site_id]: day for site_id, day in days.items()},
    )


def keep_up(archive: Archive) -> int:
    """Keep the numbers of days that are over, and what is learnt from them. Returns how many days were new."""
    now = archive.clock.now()
    over = (now - SETTLED).astimezone(UTC).date()  # the first day that is not
    with archive.read() as session:
        last = site_days.last_kept(session)
        first = site_days.first_day(session)
        names = running.site_names(session)
    if first is None:
        return 0
    day = max(last + timedelta(days=1) if last else first, over - timedelta(days=MEMORY_DAYS))
    count = 0
    while day < over:
        with archive.read() as session:
            counted = site_days.count(session, day, until=now)
        with archive.write() as session:
            site_days.keep(session, day, {site.id: counted.get(site.id, {}) for site in names})
        day += timedelta(days=1)
        count += 1
    if count:
        _learn(archive, over)
    return count


def _learn(archive: Archive, until: date) -> None:
    with archive.read() as session:
        names = {site.id: site.name for site in running.site_names(session)}
        now = datetime.combine(until, time.min, UTC)
        watches = _watches(session, names, now=now)
    last = until - timedelta(days=1)
    known = {site_id: KeptHealth(last, watch.kept()) for site_id, watch in watches.items()}
    for part in chunks(sorted(known), size=_SITES_AT_ONCE):
        with archive.write() as session:
            kept = {site_id: known[site_id] for site_id in part}
            site_days.keep_healths(session, kept, learner=VERSION)


def _watches(session: Session, names: Mapping[int, str], *, now: datetime) -> dict[int, SiteWatch]:
    """Each site's watch, with all whole days before a moment taken into account."""
    today = now.astimezone(UTC).date()
    known = {
        site_id: each
        for site_id, each in site_days.healths(session, learner=VERSION).items()
        if each.day < today
    }
    oldest = today - timedelta(days=MEMORY_DAYS)
    watches = {
        site_id: SiteWatch(name, known[site_id].state if site_id in known else None)
        for site_id, name in names.items()
    }
    begins = min(
        (known[i].day + timedelta(days=1) if i in known else oldest for i in names), default=today
    )
    kept = site_days.kept(session, since=begins, until=today)
    last = site_days.last_kept(session)
    first = site_days.first_day(session) or today
    day = max(begins, first)
    while day < today:
        text = day.isoformat()
        fresh = {} if last and day <= last else site_days.count(session, day, until=now)
        for site_id, watch in watches.items():
            if site_id in known and day <= known[site_id].day:
                continue
            counts = fresh.get(site_id) or kept.get(site_id, {}).get(text)
            if counts:
                watch.learn(from_counts(text, counts))
        day += timedelta(days=1)
    return watches


def _of_crawls(
    session: Session,
    sites: Mapping[str, SiteConfig],
    *,
    now: datetime,
    longest: timedelta,
    running_since: datetime | None,
) -> list[Finding]:
    known = agendas(session)
    found, gaps = [], []
    rest = lateness.last_rest(running.begun_by_schedule(session, now=now), now=now)
    at_work = [running_since, rest.ended_at if rest else None]
    since = max((moment for moment in at_work if moment), default=None)
    dead = losses.dead_crawls(session, now=now)
    for name, runs in running.runs(session, now=now, dead=dead).items():
        site, agenda = sites.get(name), known.get(name)
        if site is None or agenda is None:
            continue
        if runs.open_since:
            lasts = now - runs.open_since
            if lateness.is_too_long(lasts, past=runs.took, limit=longest):
                words = f"its crawl has been running for {lasts / timedelta(minutes=1):.0f} minutes"
                found.append(Finding(Kind.HANGING, name, runs.open_since, words))
        elif runs.killed >= 2 and runs.killed_since:
            words = f"its last {runs.killed} crawls did not end by themselves"
            found.append(Finding(Kind.HANGING, name, runs.killed_since, words))
        elif gap := _gap(site, agenda, runs, now=now, at_work_since=since):
            gaps.append(gap)
    return [*found, *_of_rest(rest, gaps, now=now)]


def _of_rest(
    rest: lateness.Rest | None, gaps: list[Finding], *, now: datetime
) -> Iterator[Finding]:
    """One finding where nobody crawled anything, whatever the number of sites that wait; told for some days after."""
    if rest is None or (rest.ended_at and rest.ended_at < now - _TOLD):
        yield from gaps
    elif rest.ended_at:
        words = (
            f"no crawl began between {_minute(rest.began_at)} and {_minute(rest.ended_at)}:"
            " Morgue was not running"
        )
        yield Finding(Kind.GAP, "", rest.began_at, words)
        yield from gaps
    elif gaps:
        words = f"no crawl has begun since {_minute(rest.began_at)}; {len(gaps)} sites wait for one"
        yield Finding(Kind.GAP, "", rest.began_at, words)


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def _of_wrong_304s(session: Session, *, now: datetime) -> list[Finding]:
    """Told for some days: the crawl has settled it by itself."""
    words = "it answered 304, and had changed"
    return [
        Finding(Kind.WRONG_304, site, at, words, url, examples=(url,))
        for site, url, at in running.wrong_304s(session, since=now - _TOLD, until=now)
    ]


def _gap(
    site: SiteConfig,
    agenda: Agenda,
    runs: running.Runs,
    *,
    now: datetime,
    at_work_since: datetime | None,
) -> Finding | None:
    """A crawl that its schedule wants, and that does not begin: nobody schedules, or too much."""
    due_at = agenda.due_at
    if not runs.is_scheduled or due_at is None or agenda.paused_at is not None:
        return None
    at = next_run(site, agenda, now=now)
    last = agenda.begun_at or agenda.crawled_at
    if at is None or at > now or not lateness.is_late(due_at=due_at, last=last, now=now):
        return None
    if at_work_since and not lateness.is_late(
        due_at=max(due_at, at_work_since), last=_before(at_work_since, due_at, last), now=now
    ):
        return None  # who has just begun to work has not got round to it
    words = f"it was due at {_minute(due_at)} and no crawl has begun"
    return Finding(Kind.GAP, site.name, due_at, words)


def _before(at_work_since: datetime, due_at: datetime, last: datetime | None) -> datetime | None:
    """What `last` would have been, had the whole schedule been later by what nobody was at work for."""
    return last + max(at_work_since - due_at, timedelta(0)) if last else None


def _with_examples(
    session: Session, found: list[Finding], *, now: datetime | None
) -> list[Finding]:
    if not found:
        return []
    urls = running.source_urls(session)
    return [
        replace(
            each,
            part=urls.get(each.part, each.part),
            examples=_examples(session, each, now=now, urls=urls),
        )
        for each in found
    ]


def _examples(
    session: Session, finding: Finding, *, now: datetime | None, urls: Mapping[str, str]
) -> tuple[str, ...]:
    as_of = AsOf.moment(now) if now else AsOf()
    until = as_of.said_at
    match finding.kind:
        case Kind.WRONG_304:
            return finding.examples
        case Kind.DEAD_FEED:
            return (urls[finding.part],) if finding.part in urls else ()
        case Kind.LAYOUT:
            doubted = reports.quarantine_list(
                session, site=finding.site, as_of=as_of, limit=10 * _EXAMPLES
            )
            pages = [each.url for each in doubted if each.reason in site_days.DOUBTS]
            if "doubted" not in finding.numbers or not pages:
                pages = running.newest_pages(session, finding.site, until=until, limit=_EXAMPLES)
            return tuple(pages[:_EXAMPLES])
        case Kind.BLOCKED:
            return tuple(running.refused_pages(session, finding.site, until=until, limit=_EXAMPLES))
        case _:
            return ()
