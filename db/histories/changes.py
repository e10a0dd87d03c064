"""The stream of what the archive learnt: written last in a transaction, read from a cursor on.

The ids of changes are taken from one counter whose row stays locked until commit. They have the order of
commits, therefore: who has seen change n has seen all before it, and a cursor neither skips nor repeats.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select, text
from sqlalchemy.orm import Session

from db.models import Change, Revision, Site, to_millisecond
from db.statements import insert_rows


class ChangeKind(StrEnum):
    """What was learnt of an article. Whatever changes an answer is one of these."""

    REVISION = "revision"  # a new text of it
    VARIANT = "variant"  # texts served side by side, or no longer
    GONE = "gone"
    BACK = "back"  # there again
    SUPERSEDED = "superseded"  # a revision that no longer counts
    RESTORED = "restored"  # a revision that counts again
    MERGED = "merged"  # it is another article; told of both
    SPLIT = "split"  # a part of it is an article of its own; told of both
    ALIAS = "alias"  # a URL of it, come or gone
    RELEASED = "released"  # an extraction of it that is believed now


@dataclass(frozen=True, slots=True)
class NewChange:
    """Something that the archive has just learnt."""

    kind: ChangeKind
    site_id: int
    article_id: int
    revision_id: int | None = None
    action_id: int | None = None


def record(session: Session, changes: Sequence[NewChange], *, now: datetime) -> None:
    """Write changes to the stream, in this order. To be called last in a transaction.

    On Postgres every other writer of changes waits from here until this transaction ends; who locks
    anything else after it may wait for one who waits for it.
    """
    if not changes:
        return
    session.flush()
    last_id = session.execute(_TAKE_IDS, {"count": len(changes)}).scalar_one()
    reached_at = session.scalar(select(Change.reached_at).order_by(Change.id.desc()).limit(1))
    now = to_millisecond(now) or now
    insert_rows(
        session,
        Change,
        [
            {
                "id": change_id,
                "recorded_at": now,
                "reached_at": max(now, reached_at) if reached_at else now,
                "kind": change.kind.value,
                "site_id": change.site_id,
                "article_id": change.article_id,
                "revision_id": change.revision_id,
                "action_id": change.action_id,
            }
            for change_id, change in enumerate(changes, last_id - len(changes) + 1)
        ],
    )


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change as a reader of the stream gets it: the same for ever."""

    cursor: int
    kind: ChangeKind
    recorded_at: datetime
    site: str
    article: int
    revision: int | None  # its number
    title: str | None  # of that revision
    first_seen_at: datetime | None
    previous_seen_at: datetime | None  # last look that still saw its predecessor
    action: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of the stream, and the cursor from which to go on."""

    changes: tuple[ChangeView, ...]
    next_cursor: int


def read_changes(
    session: Session,
    cursor: int,
    *,
    site: str | None = None,
    kinds: Collection[ChangeKind] = (),
    until: datetime | None = None,
    limit: int = 1000,
) -> Page:
    """The changes after a cursor, in the order of commits.

    Args:
        session: A read session: what it sees ends with the last commit before its first statement.
        cursor: The last change that was seen; 0 for none.
        site: Only of the site of this name.
        kinds: Only of these kinds; all where there are none.
        until: Up to what was recorded by this moment.
        limit: Changes at most.
    """
    last = last_cursor(session) if until is None else cursor_before(session, until, is_after=True)
    values: dict[str, Any] = {"cursor": cursor, "last": last, "limit": limit}
    if site is not None:
        values["site"] = site
    if kinds:
        values["kinds"] = [kind.value for kind in kinds]
    statement = _changes_of(is_of_site=site is not None, is_of_kinds=bool(kinds))
    found = tuple(
        ChangeView(
            cursor=row.id,
            kind=ChangeKind(row.kind),
            recorded_at=row.recorded_at,
            site=row.name,
            article=row.article_id,
            revision=row.number,
            title=row.title,
            first_seen_at=row.first_seen_at,
            previous_seen_at=row.previous_seen_at,
            action=row.action_id,
        )
        for row in session.execute(statement, values)
    )
    return Page(found, found[-1].cursor if len(found) == limit else max(cursor, last))


def last_cursor(session: Session) -> int:
    """The number of the last change; 0 where there is none."""
    return session.scalar(select(Change.id).order_by(Change.id.desc()).limit(1)) or 0


def cursor_before(session: Session, moment: datetime, *, is_after: bool = False) -> int:
    """The cursor after which comes what was recorded at this moment or later; with `is_after`, later only.

    Where a clock was set back, what was recorded after that, though at an earlier moment, comes with it.
    """
    later = Change.reached_at > moment if is_after else Change.reached_at >= moment
    first = session.scalar(
        select(Change.id).where(later).order_by(Change.reached_at, Change.id).limit(1)
    )
    return last_cursor(session) if first is None else first - 1


@lru_cache
def _changes_of(*, is_of_site: bool, is_of_kinds: bool) -> Select[*tuple[Any, ...]]:
    """The changes between two cursors, for questions of this form: putting it together takes longer than asking."""
    statement = (
        select(
            Change.id,
            Change.kind,
            Change.recorded_at,
            Change.article_id,
            Change.action_id,
            Site.name,
            Revision.number,
            Revision.title,
            Revision.first_seen_at,
            Revision.previous_seen_at,
        )
        .join(Site, Site.id == Change.site_id)
        .outerjoin(Revision, Revision.id == Change.revision_id)
        .where(Change.id > bindparam("cursor"), Change.id <= bindparam("last"))
        .order_by(Change.id)
        .limit(bindparam("limit"))
    )
    if is_of_site:
        wanted = select(Site.id).where(Site.name == bindparam("site")).scalar_subquery()
        statement = statement.where(Change.site_id == wanted)
    if is_of_kinds:
        statement = statement.where(Change.kind.in_(bindparam("kinds", expanding=True)))
    return statement


_TAKE_IDS = text(
    "INSERT INTO counter (name, value) VALUES ('change', :count)"
    " ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value"
)
