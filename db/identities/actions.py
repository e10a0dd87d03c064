"""What a person had done to the archive beside crawling: the audit. Takes a session and never commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.models import Action


def add_action(
    session: Session,
    kind: str,
    *,
    actor: str,
    arguments: Mapping[str, Any],
    now: datetime,
    site_id: int | None = None,
    article_id: int | None = None,
    reason: str | None = None,
) -> int:
    """Note that somebody does something; its number, for the rows that come of it.

    Args:
        session: A write session.
        kind: "merge", "split", "undo", "reextract", "prune", "copy", "pause", "resume", "want".
        actor: user@host:pid.
        arguments: All that was asked for, and all that an undo needs.
        now: When.
        site_id: The only site that it is about.
        article_id: The article that is acted upon.
        reason: As the person gave it.
    """
    action = Action(
        acted_at=now,
        kind=kind,
        actor=actor,
        site_id=site_id,
        article_id=article_id,
        reason=reason,
        arguments=dict(arguments),
        undone_at=None,
    )
    session.add(action)
    session.flush()
    return action.id


def complete_action(session: Session, action_id: int, **more: Any) -> None:
    """Add to what is known of an action: what came of it."""
    action = session.get_one(Action, action_id)
    action.arguments = action.arguments | more
    session.flush()
