"""Leases: who may crawl a host until when. Knows no crawl; the caller's clock says what time it is.

The token of a lease grows with every new holder. A holder that was frozen past its time notices by
`check`, called in the transaction that writes.
"""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from db.models import Lease
from db.statements import insert_or_ignore


def take(session: Session, name: str, *, owner: str, now: datetime, ttl: timedelta) -> int | None:
    """Take the lease if it is free, run out, or already the owner's. Returns its token, or None."""
    insert_or_ignore(session, Lease, [{"name": name, "owner": None, "token": 0, "until_at": None}])
    return session.scalar(
        update(Lease)
        .where(
            Lease.name == name,
            or_(Lease.owner.is_(None), Lease.owner == owner, Lease.until_at <= now),
        )
        .values(owner=owner, token=Lease.token + 1, until_at=now + ttl)
        .returning(Lease.token)
        .execution_options(synchronize_session=False)
    )


def renew(session: Session, name: str, *, token: int, now: datetime, ttl: timedelta) -> bool:
    """Hold on to the lease for `ttl` from now; false if another holder has taken it."""
    renewed = session.scalar(
        update(Lease)
        .where(Lease.name == name, Lease.token == token, Lease.owner.is_not(None))
        .values(until_at=now + ttl)
        .returning(Lease.token)
        .execution_options(synchronize_session=False)
    )
    return renewed is not None


def release(session: Session, name: str, *, token: int) -> None:
    """Give the lease back; nothing happens if another holder has taken it."""
    session.execute(
        update(Lease)
        .where(Lease.name == name, Lease.token == token)
        .values(owner=None, until_at=None)
        .execution_options(synchronize_session=False)
    )


def check(session: Session, name: str, *, token: int) -> bool:
    """Whether the token still holds the lease; on Postgres nobody can take it before this transaction ends."""
    held = select(Lease.token).where(Lease.name == name, Lease.owner.is_not(None))
    return session.scalar(held.with_for_update(read=True)) == token


def held(session: Session, *, now: datetime) -> list[tuple[str, str, datetime]]:
    """The leases that have not run out: name, owner, until when."""
    rows = session.execute(
        select(Lease.name, Lease.owner, Lease.until_at).where(
            Lease.owner.is_not(None), Lease.until_at > now
        )
    )
    return [(row.name, row.owner, row.until_at) for row in rows]
