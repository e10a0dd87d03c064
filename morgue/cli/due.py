"""Which of the configured sites are due: from their schedules as they are now, and from what the archive knows.

Knows neither who crawls nor how. Nothing here is remembered: who starts anew comes to the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from config.schedule import awake, next_crawl
from config.site import SiteConfig
from db.archive import Archive
from db.archiving import backfills
from db.archiving.steering import Agenda, agendas

CLOCKS_DIFFER = timedelta(minutes=5)
"""A moment that is further ahead than this was not written by a clock like ours: one was set back since."""


def due_sites(archive: Archive, sites: Sequence[SiteConfig]) -> list[SiteConfig]:
    """The sites that want to be crawled now: those that a person asked for, then the longest due."""
    with archive.read() as session:
        known = agendas(session)
    now = archive.clock.now()
    due = []
    for site in sites:
        agenda = known.get(site.name, _NEVER_CRAWLED)
        at = next_run(site, agenda, now=now)
        if at is not None and at <= now:
            due.append((agenda.wanted_at is None, agenda.due_at or now, site.name, site))
    return [site for *_, site in sorted(due, key=lambda each: each[:3])]


def due_backfills(archive: Archive, sites: Sequence[SiteConfig]) -> list[SiteConfig]:
    """The sites with a back-fill that may go on now, the one that waits longest first."""
    now = archive.clock.now()
    with archive.read() as session:
        names = backfills.due(session, now=now)
    known = {site.name: site for site in sites}
    return [
        known[name]
        for name in names
        if name in known and awake(known[name].schedule, now, known[name].zone) <= now
    ]


def next_run(site: SiteConfig, agenda: Agenda, *, now: datetime) -> datetime | None:
    """When a daemon crawls a site next; a moment not after `now`: at once. None: it is paused.

    What a person asked for comes at once, in quiet hours and pauses too. Else the site is due when its last crawl
    said, or sooner where its schedule was changed to say so. A last crawl that lies ahead shows that the clock was
    set back: the site is due then, instead of waiting until the clock has caught up.
    """
    if agenda.wanted_at is not None:
        return min(agenda.wanted_at, now)
    if agenda.paused_at is not None:
        return None
    due_at = _due_at(site, agenda, now=now)
    return awake(site.schedule, max(due_at, now), site.zone) if due_at <= now else due_at


def _due_at(site: SiteConfig, agenda: Agenda, *, now: datetime) -> datetime:
    last = agenda.begun_at or agenda.crawled_at
    if agenda.due_at is None or agenda.due_at <= now:
        return agenda.due_at or now
    if last is not None and last > now + CLOCKS_DIFFER:
        return now
    if agenda.begun_at is None:
        return agenda.due_at
    planned = next_crawl(
        site.schedule,
        last=agenda.begun_at,
        now=now,
        time_zone=site.time_zone,
        name=site.name,
        failure_count=agenda.failure_count,
    )
    return min(agenda.due_at, max(planned, agenda.wait_until_at or planned))


_NEVER_CRAWLED = Agenda()
