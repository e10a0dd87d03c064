"""Answers about alerts: which there are, what is to be sent, and what in the stream of changes a rule wants.

Takes a read session; writes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnClause, column, func, select, table, text
from sqlalchemy.orm import Session

from db.asking import search as searching
from db.histories.changes import ChangeKind
from db.models import Alert, AlertDelivery, Change, Edit, Revision, Site


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """An alert on its way to a channel."""

    id: int
    channel: str
    attempt_count: int
    next_at: datetime | None
    delivered_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert, and whom it reached."""

    id: int
    rule: str
    subject: str
    raised_at: datetime
    resolved_at: datetime | None
    evidence: Mapping[str, Any]
    deliveries: tuple[DeliveryView, ...]


def alert_list(session: Session, *, rule: str | None = None, limit: int = 50) -> list[AlertView]:
    """The alerts, the latest first."""
    statement = select(Alert).order_by(Alert.id.desc()).limit(limit)
    if rule is not None:
        statement = statement.where(Alert.rule == rule)
    return _views(session, session.scalars(statement).all())


def alerts_named(session: Session, alert_ids: Collection[int]) -> list[AlertView]:
    """These alerts, in the order in which they were raised."""
    statement = select(Alert).where(Alert.id.in_(list(alert_ids))).order_by(Alert.id)
    return _views(session, session.scalars(statement).all())


def _views(session: Session, rows: Sequence[Alert]) -> list[AlertView]:
    deliveries: dict[int, list[DeliveryView]] = {}
    for row in session.scalars(
        select(AlertDelivery)
        .where(AlertDelivery.alert_id.in_([alert.id for alert in rows]))
        .order_by(AlertDelivery.id)
    ):
        view = DeliveryView(
            id=row.id,
            channel=row.channel,
            attempt_count=row.attempt_count,
            next_at=row.next_at,
            delivered_at=row.delivered_at,
            last_error=row.last_error,
        )
        deliveries.setdefault(row.alert_id, []).append(view)
    return [
        AlertView(
            id=row.id,
            rule=row.rule,
            subject=row.subject,
            raised_at=row.raised_at,
            resolved_at=row.resolved_at,
            evidence=row.evidence,
            deliveries=tuple(deliveries.get(row.id, ())),
        )
        for row in rows
    ]


def due(
    session: Session, *, now: datetime, limit: int = 500
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """What is to be sent now: of each rule and channel the deliveries with their alerts, the oldest first."""
    rows = session.execute(
        select(Alert.rule, AlertDelivery.channel, AlertDelivery.id, Alert.id)
        .join(Alert, Alert.id == AlertDelivery.alert_id)
        .where(AlertDelivery.next_at <= now)
        .order_by(AlertDelivery.id)
        .limit(limit)
    )
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for rule, channel, delivery_id, alert_id in rows:
        found.setdefault((rule, channel), []).append((delivery_id, alert_id))
    return found


def sent_at(session: Session, rule: str, channel: str, *, since: datetime) -> list[datetime]:
    """When messages of a rule were taken by a channel, the earliest first."""
    statement = (
        select(AlertDelivery.delivered_at)
        .join(Alert, Alert.id == AlertDelivery.alert_id)
        .where(Alert.rule == rule, AlertDelivery.channel == channel)
        .where(AlertDelivery.delivered_at > since)
        .distinct()
        .order_by(AlertDelivery.delivered_at)
    )
    return [at for at in session.scalars(statement) if at is not None]


def troubles(session: Session) -> list[str]:
    """Channels that do not take what is sent to them, in sentences."""
    rows = session.execute(
        select(AlertDelivery.channel, func.count(), func.max(AlertDelivery.last_error))
        .where(AlertDelivery.delivered_at.is_(None), AlertDelivery.last_error.is_not(None))
        .where(AlertDelivery.next_at.is_not(None), AlertDelivery.attempt_count > 0)
        .group_by(AlertDelivery.channel)
        .order_by(AlertDelivery.channel)
    )
    return [
        f"{count} could not be delivered to {channel} yet: {error}"
        for channel, count, error in rows
    ]


def undelivered_count(session: Session) -> int:
    """Deliveries that are still to be made."""
    statement = select(func.count()).where(AlertDelivery.next_at.is_not(None))
    return session.scalar(statement) or 0


@dataclass(frozen=True, slots=True)
class Happening:
    """A change that a rule wants to be told."""

    change_id: int
    site_id: int
    site: str
    article_id: int
    title: str | None
    number: int | None  # of its revision
    recorded_at: datetime


def happenings(
    session: Session,
    *,
    after: int,
    until: int,
    kind: ChangeKind,
    sites: Collection[str] = (),
    query: str | None = None,
    is_silent_edit: bool = False,
) -> list[Happening]:
    """The changes after one number and up to another that are of a kind, and match.

    Raises:
        QueryNotUnderstood: Nothing in `query` can be searched for.
    """
    statement = (
        select(
            Change.id,
            Change.site_id,
            Site.name,
            Change.article_id,
            Revision.title,
            Revision.number,
            Change.recorded_at,
        )
        .join(Site, Site.id == Change.site_id)
        .outerjoin(Revision, Revision.id == Change.revision_id)
        .where(Change.id > after, Change.id <= until, Change.kind == kind.value)
        .order_by(Change.id)
    )
    if sites:
        statement = statement.where(Site.name.in_(list(sites)))
    if is_silent_edit:
        silent = select(Edit.id).where(
            Edit.revision_id == Change.revision_id, Edit.is_silent.is_(True)
        )
        statement = statement.where(silent.exists())
    if query is None:
        return [Happening(*row) for row in session.execute(statement)]
    found: dict[int, Happening] = {}
    for source in searching.sources(session, searching.parse(query)):
        matching = statement.where(text(source.index.whole))
        if source.index.key is not None:
            key: ColumnClause[int] = column(source.index.key)
            matching = matching.join(table("search", key), key == Change.revision_id)
        for row in session.execute(matching, source.parameters):
            found[row[0]] = Happening(*row)
    return [found[change_id] for change_id in sorted(found)]
