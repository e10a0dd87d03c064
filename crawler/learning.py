"""A site learnt at once, because a person asks for it: by the same steps as at the end of a crawl.

Knows leases. Must not know what is learnt.
"""

import asyncio

from config.clock import Clock
from config.settings import Settings
from config.site import SiteConfig
from crawler import holding
from crawler.owners import owner_name
from db.archive import Archive, Session
from db.archiving import leases
from db.archiving.profiles import KnownProfile
from pipeline.context import LEASE_TTL, HeldLease, LeaseLost
from pipeline.stages import learn
from pipeline.stages.reading_process import ReadingProcess


class SiteBusy(Exception):  # noqa: N818  like LeaseLost: the name says what happened
    """The site is being crawled."""


def learn_site(
    settings: Settings, site: SiteConfig, *, site_id: int, archive: Archive, clock: Clock
) -> KnownProfile:
    """Learn the site from what the archive holds now; what was not believed for its layout counts, too.

    Raises:
        SiteBusy: Somebody crawls it.
        LeaseLost: Somebody has begun to crawl it meanwhile.
    """
    with archive.write() as session:
        held = holding.take(session, site, owner=owner_name(), now=clock.now())
    if isinstance(held, str):
        raise SiteBusy(held)
    try:
        return asyncio.run(
            _learn(settings, site, site_id=site_id, archive=archive, clock=clock, held=held)
        )
    finally:
        with archive.write() as session:
            holding.give_back(session, held)


async def _learn(
    settings: Settings,
    site: SiteConfig,
    *,
    site_id: int,
    archive: Archive,
    clock: Clock,
    held: tuple[HeldLease, ...],
) -> KnownProfile:
    def require(session: Session) -> None:
        if not all(leases.check(session, lease.name, token=lease.token) for lease in held):
            raise LeaseLost(site.name)

    def renew() -> None:
        with archive.write() as session:
            for lease in held:
                leases.renew(session, lease.name, token=lease.token, now=clock.now(), ttl=LEASE_TTL)

    async def hold() -> None:
        while True:
            await asyncio.sleep(LEASE_TTL.total_seconds() / 3)
            await asyncio.to_thread(renew)

    reading = ReadingProcess(
        processes=settings.reading_processes,
        timeout_s=settings.reading_timeout_s,
        memory_mb=settings.reading_memory_mb,
    )
    lesson = learn.Lesson(
        archive=archive,
        site=site,
        site_id=site_id,
        settings=settings,
        clock=clock,
        reading=reading,
        require=require,
    )
    holding = asyncio.create_task(hold())
    try:
        learnt = await learn.learn(lesson, takes_odd=True)
    finally:
        holding.cancel()
        await reading.close()
    assert learnt is not None  # nothing ends this but the process
    return learnt
