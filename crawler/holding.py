"""The leases of sites' hosts: taken, taken over from the dead, given back. Never commits.

Knows leases and their owners. Must not know what is done under them.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from config.site import SiteConfig
from crawler.owners import in_words, is_surely_dead
from db.archive import Archive
from db.archiving import leases
from db.models import Lease
from pipeline.context import LEASE_TTL, HeldLease

LONGEST = timedelta(minutes=30)
"""No lease is taken for so long: one that ends later was written by a clock which was set back since."""


def take(
    session: Any, site: SiteConfig, *, owner: str, now: datetime, ttl: timedelta = LEASE_TTL
) -> tuple[HeldLease, ...] | str:
    """The leases of all the site's hosts, or who holds one of them."""
    held: list[HeldLease] = []
    for host in sorted({host.removeprefix("www.") for host in site.hosts}):
        name = f"host:{host}"[:255]
        token = _take(session, name, owner=owner, now=now, ttl=ttl)
        if token is None:
            give_back(session, held)
            holder = in_words(session.get_one(Lease, name).owner or "")
            return f"busy: {host} is being crawled by {holder}"
        held.append(HeldLease(name, token))
    return tuple(held)


def _take(session: Any, name: str, *, owner: str, now: datetime, ttl: timedelta) -> int | None:
    """Take a lease, from its holder too if that is dead, or if no clock like ours can have set its end."""
    token = leases.take(session, name, owner=owner, now=now, ttl=ttl)
    if token is not None:
        return token
    row = session.get_one(Lease, name, populate_existing=True)
    is_from_ahead = row.until_at is not None and row.until_at > now + LONGEST
    if not is_from_ahead and not is_surely_dead(row.owner):
        return None
    leases.release(session, name, token=row.token)
    return leases.take(session, name, owner=owner, now=now, ttl=ttl)


def hosts_in_hands(archive: Archive) -> set[str]:
    """The hosts that somebody is crawling, with and without `www.`."""
    now = archive.clock.now()
    with archive.read() as session:
        held = leases.held(session, now=now)
    hosts = {
        name.removeprefix("host:")
        for name, owner, until_at in held
        if until_at <= now + LONGEST and not is_surely_dead(owner)
    }
    return hosts | {f"www.{host}" for host in hosts}


def give_back(session: Any, held: Iterable[HeldLease]) -> None:
    """Let others have the hosts."""
    for lease in held:
        leases.release(session, lease.name, token=lease.token)
