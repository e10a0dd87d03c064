"""A process that archives looks, or asks for them, beside others: `archive_child.py ADDRESS ROLE NAME COUNT`."""

import sys
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from config.clock import ManualClock
from db.archive import Archive
from db.asking import queries
from db.models import Revision, Visit
from tests.contract.desk import Desk


def write(archive: Archive, clock: ManualClock, name: str, count: int) -> None:
    """Archive `count` looks at pages of a site of its own, and at one article after the other."""
    desk = Desk(archive, clock, site=name)
    for number in range(count):
        clock.advance(timedelta(seconds=1))
        desk.see(f"page-{number % 10}", f"text {number} of {name}")


def read(archive: Archive, count: int) -> None:
    """Ask again and again; every answer is of one moment: each revision has a visit that saw it."""
    for _ in range(count):
        with archive.read() as session:
            seen = select(Visit.revision_id)
            orphans = select(func.count()).where(Revision.id.not_in(seen))
            assert session.scalar(orphans) == 0
            queries.search(session, "text")


if __name__ == "__main__":
    address, role, name, count = sys.argv[1:]
    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    with Archive.open(address, clock=clock) as archive:
        if role == "write":
            write(archive, clock, name, int(count))
        else:
            read(archive, int(count))
