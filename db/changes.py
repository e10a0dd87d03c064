"""The stream of what the archive learnt: written last in a transaction, read from a cursor on.

The ids of changes are taken from one counter whose row stays locked until commit. They have the order of
commits, therefore: who has seen change n has seen all before it, and a cursor neither skips nor repeats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from db.models import Change, to_millisecond
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


_TAKE_IDS = text(
    "INSERT INTO counter (name, value) VALUES ('change', :count)"
    " ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value"
)
