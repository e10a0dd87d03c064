"""What people had done to the archive, for asking: the audit. Takes a read session; writes nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Action, Site


@dataclass(frozen=True, slots=True)
class ActionView:
    """One thing that somebody had done."""

    id: int
    acted_at: datetime
    kind: str
    actor: str
    site: str | None
    article_id: int | None  # the one acted upon
    other_id: int | None  # merged into it, or split off
    undoes: int | None  # the action that it took back
    reason: str | None
    undone_at: datetime | None


def actions(
    session: Session, *, article_id: int | None = None, limit: int = 100
) -> list[ActionView]:
    """What was done, the latest first.

    Args:
        session: A read session.
        article_id: Only to this article, as the one acted upon or the other.
        limit: How many at most.
    """
    statement = (
        select(Action, Site.name)
        .outerjoin(Site, Site.id == Action.site_id)
        .order_by(Action.id.desc())
    )
    statement = (
        statement.limit(limit)
        if article_id is None
        else statement.where(Action.article_id.is_not(None))
    )
    found = []
    for action, site in session.execute(statement):
        other_id, undoes = action.arguments.get("other"), action.arguments.get("undoes")
        if article_id is not None and article_id not in {action.article_id, other_id}:
            continue
        found.append(
            ActionView(
                id=action.id,
                acted_at=action.acted_at,
                kind=action.kind,
                actor=action.actor,
                site=site,
                article_id=action.article_id,
                other_id=other_id,
                undoes=undoes,
                reason=action.reason,
                undone_at=action.undone_at,
            )
        )
    return found[:limit]
