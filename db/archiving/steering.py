"""What decides when a site is crawled next, and what people want of it: pause, resume, now. Never commits.

Knows rows. Must not know schedules.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.identities.actions import add_action
from db.models import Site


@dataclass(frozen=True, slots=True)
class Agenda:
    """What the archive knows that decides when a site is crawled next."""

    due_at: datetime | None = None  # as its last crawl left it; None: now
    begun_at: datetime | None = None  # of its last whole crawl
    crawled_at: datetime | None = None  # end of its last crawl
    wait_until_at: datetime | None = None  # its server does not want to be asked before
    failure_count: int = 0
    wanted_at: datetime | None = None
    paused_at: datetime | None = None
    pause_reason: str | None = None


_AGENDAS = select(
    Site.name,
    Site.due_at,
    Site.begun_at,
    Site.crawled_at,
    Site.wait_until_at,
    Site.failure_count,
    Site.wanted_at,
    Site.paused_at,
    Site.pause_reason,
)


def agendas(session: Session) -> dict[str, Agenda]:
    """The agenda of every site that the archive knows, by name."""
    return {row.name: Agenda(*row[1:]) for row in session.execute(_AGENDAS)}


def agenda_of(session: Session, name: str) -> Agenda:
    """The agenda of one site; that of a site which was never crawled where the archive does not know it."""
    row = session.execute(_AGENDAS.where(Site.name == name)).one_or_none()
    return Agenda(*row[1:]) if row else Agenda()


def pauses(session: Session, site_ids: Iterable[int]) -> dict[int, datetime]:
    """Those of these sites that are paused, and since when."""
    rows = session.execute(
        select(Site.id, Site.paused_at).where(
            Site.id.in_(list(site_ids)), Site.paused_at.is_not(None)
        )
    )
    return {row.id: row.paused_at for row in rows}


def pause(
    session: Session, site: Site, *, now: datetime, actor: str, reason: str | None = None
) -> bool:
    """Have the site left alone by its schedule; false where it is paused already, whose reason then stays."""
    if site.paused_at is not None:
        return False
    site.paused_at, site.pause_reason = now, reason
    _note(session, "pause", site, now=now, actor=actor, reason=reason)
    return True


def resume(
    session: Session, site: Site, *, now: datetime, actor: str, reason: str | None = None
) -> bool:
    """Have the site crawled by its schedule again; false where it was not paused."""
    if site.paused_at is None:
        return False
    arguments = {"paused_at": site.paused_at.isoformat(), "pause_reason": site.pause_reason}
    site.paused_at = site.pause_reason = None
    _note(session, "resume", site, now=now, actor=actor, reason=reason, arguments=arguments)
    return True


def want(
    session: Session, site: Site, *, now: datetime, actor: str, reason: str | None = None
) -> bool:
    """Have the site crawled soon, whatever its schedule says; false where that is wanted already."""
    if site.wanted_at is not None:
        return False
    site.wanted_at = now
    _note(session, "want", site, now=now, actor=actor, reason=reason)
    return True


def _note(
    session: Session,
    kind: str,
    site: Site,
    *,
    now: datetime,
    actor: str,
    reason: str | None,
    arguments: Mapping[str, object] | None = None,
) -> None:
    add_action(
        session,
        kind,
        actor=actor,
        arguments={"site": site.name, **(arguments or {})},
        now=now,
        site_id=site.id,
        reason=reason,
    )
