"""Removes bodies that somebody wants gone: which, how many bytes, and the audit. Knows what may never go.

Rows of captures stay: that a page was seen, when, and with which digest is still told and still sealed.
A body goes only if every capture that has it is selected. Nothing here is ever called by a crawl.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, text
from sqlalchemy.orm import Session

from db.archive import Archive
from db.models import (
    Action,
    Capture,
    Extraction,
    Frame,
    Link,
    PrunedBody,
    Revision,
    Site,
    Unread,
)
from db.statements import chunks, insert_or_ignore, is_postgres

BATCH = 50
"""Bodies in one transaction: crawls wait for it."""

_PATIENCE = "30s"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which bodies are to go. Those of pages that were not read yet never are."""

    site: str | None = None
    before: datetime | None = None  # fetched before this moment
    is_quarantined: bool = False  # only those that were not believed
    has_proofs: bool = False  # also those that prove a revision

    @property
    def is_explicit(self) -> bool:
        """Whether it says anything at all."""
        return self.site is not None or self.before is not None or self.is_quarantined


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a selection comes to."""

    bodies: int
    captures: int
    revisions: int  # that lose their proof
    stored_bytes: int
    body_bytes: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed."""

    action_id: int | None
    bodies: int
    kept: int  # a dictionary is made of them, or what rests on them is damaged
    rewritten: int
    freed_bytes: int  # in the store: the disk gets them back by `reclaim` or VACUUM


class SiteUnknownError(ValueError):
    """There is no site of this name."""


def estimate(session: Session, selection: Selection) -> Estimate:
    """What a selection comes to, without touching it.

    Raises:
        SiteUnknownError: There is no such site.
    """
    chosen = _chosen(session, selection).subquery()
    frames = session.execute(
        select(func.count(), func.sum(Frame.stored_size), func.sum(Frame.size)).join(
            chosen, chosen.c.body_sha256 == Frame.sha256
        )
    ).one()
    captures = select(Capture.id).join(chosen, chosen.c.body_sha256 == Capture.body_sha256)
    captures = captures.join(Frame, Frame.sha256 == Capture.body_sha256)
    found = captures.subquery()
    return Estimate(
        bodies=frames[0],
        captures=session.scalar(select(func.count()).select_from(found)) or 0,
        revisions=session.scalar(
            select(func.count(Revision.id)).join(found, found.c.id == Revision.capture_id)
        )
        or 0,
        stored_bytes=int(frames[1] or 0),
        body_bytes=int(frames[2] or 0),
    )


def prune(
    archive: Archive,
    selection: Selection,
    *,
    actor: str,
    reason: str | None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Pruned:
    """Remove the bodies of a selection, some in each transaction. Stopped, the same call goes on.

    Raises:
        SiteUnknownError: There is no such site.
        ArchiveBusy: Somebody reads or writes bodies for too long.
    """
    with archive.read() as session:
        wanted = list(_wanted(session, selection))
    action_id: int | None = None
    bodies = kept = rewritten = freed = done = 0
    for some in chunks(wanted, BATCH):
        with _alone(archive) as session:
            still = _still(session, selection, some)
            dropped = archive.captures.drop(session, still)
            if dropped.gone:
                action_id = action_id or _act(session, archive, selection, actor, reason)
                _note(session, dropped.gone, action_id, archive.clock.now())
        bodies += len(dropped.gone)
        kept += len(dropped.kept)
        rewritten += dropped.rewritten_count
        freed += dropped.freed
        done += len(some)
        progress(done, len(wanted))
    return Pruned(action_id, bodies, kept, rewritten, freed)


def pruned_counts(session: Session) -> tuple[int, int]:
    """Bodies that were removed and did not come again, and the revisions that no body proves for that."""
    is_gone = ~select(Frame.id).where(Frame.sha256 == PrunedBody.sha256).exists()
    bodies = select(func.count()).select_from(PrunedBody).where(is_gone)
    revisions = (
        select(func.count(Revision.id))
        .join(Capture, Capture.id == Revision.capture_id)
        .join(PrunedBody, PrunedBody.sha256 == Capture.body_sha256)
        .where(is_gone)
    )
    return session.scalar(bodies) or 0, session.scalar(revisions) or 0


def vacuum(archive: Archive) -> None:
    """Give the room of removed rows back to the disk. Takes as long as copying what is left, and as much room."""
    connection = archive.engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        if archive.engine.dialect.name == "postgresql":
            driver.autocommit = True
            driver.execute("VACUUM FULL frame")
            driver.autocommit = False
        else:
            driver.execute("VACUUM")
    finally:
        connection.close()


def _wanted(session: Session, selection: Selection) -> Iterator[bytes]:
    """Digests of the bodies, newest frame first: what rests on others goes before them."""
    chosen = _chosen(session, selection).subquery()
    yield from session.scalars(
        select(Frame.sha256)
        .join(chosen, chosen.c.body_sha256 == Frame.sha256)
        .order_by(Frame.id.desc())
    )


def _still(session: Session, selection: Selection, digests: Sequence[bytes]) -> list[bytes]:
    """Those of the bodies that are chosen still: a crawl may have seen them again."""
    chosen = _chosen(session, selection).where(Capture.body_sha256.in_(digests))
    found = set(session.scalars(chosen))
    return [sha256 for sha256 in digests if sha256 in found]


def _chosen(session: Session, selection: Selection) -> Any:
    """The statement of the digests of bodies all of whose captures are selected."""
    is_wanted = case((_condition(session, selection), 1), else_=0)
    return (
        select(Capture.body_sha256)
        .join(Link, Link.id == Capture.link_id)
        .group_by(Capture.body_sha256)
        .having(func.min(is_wanted) == 1)
    )


def _condition(session: Session, selection: Selection) -> ColumnElement[bool]:
    read_as = select(Extraction.id).where(Extraction.capture_id == Capture.id)
    parts: list[ColumnElement[bool]] = [
        ~select(Unread.capture_id).where(Unread.capture_id == Capture.id).exists(),
    ]
    if selection.site is not None:
        site_id = session.scalar(select(Site.id).where(Site.name == selection.site))
        if site_id is None:
            raise SiteUnknownError(f"there is no site {selection.site} in the archive")
        parts.append(Link.site_id == site_id)
    if selection.before is not None:
        parts.append(Capture.fetched_at < selection.before)
    if selection.is_quarantined:
        parts.append(read_as.where(Extraction.verdict == "quarantined").exists())
        parts.append(~read_as.where(Extraction.verdict != "quarantined").exists())
    if not selection.has_proofs:
        parts.append(~select(Revision.id).where(Revision.capture_id == Capture.id).exists())
    return and_(*parts)


@contextmanager
def _alone(archive: Archive) -> Iterator[Session]:
    """A transaction in which nobody else has a frame in hand: crawls code bodies against those that may go."""
    with archive.write() as session:
        if is_postgres(session):
            session.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
            session.execute(text("LOCK TABLE frame IN ACCESS EXCLUSIVE MODE"))
        yield session


def _act(
    session: Session, archive: Archive, selection: Selection, actor: str, reason: str | None
) -> int:
    """The audit row of a removal."""
    site_id = session.scalar(select(Site.id).where(Site.name == selection.site))
    arguments = {
        "site": selection.site,
        "before": selection.before.isoformat() if selection.before else None,
        "quarantined": selection.is_quarantined,
        "proofs": selection.has_proofs,
    }
    action = Action(
        acted_at=archive.clock.now(),
        kind="prune",
        actor=actor,
        site_id=site_id,
        reason=reason,
        arguments=arguments,
    )
    session.add(action)
    session.flush()
    return action.id


def _note(session: Session, digests: Sequence[bytes], action_id: int, now: datetime) -> None:
    rows = [{"sha256": sha256, "action_id": action_id, "pruned_at": now} for sha256 in digests]
    insert_or_ignore(session, PrunedBody, rows)
