"""Writes alerts and their deliveries. Takes a write session and never commits.

An alert is written before anything is sent, in the transaction that moves its rule's cursor: who dies meanwhile
skips none and repeats none.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, aliased

from db.models import Alert, AlertDelivery, AlertRule

_REOPENED: Final = timedelta(days=1)
"""What was over for less is not told again, unless its end was told."""

_SETTLED: Final = timedelta(hours=1)
"""What has been over for so long is told to be."""

_FOLLOWED: Final = timedelta(days=30)
"""For so long an end is told that could not be told before: nobody looked."""

_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class NewAlert:
    """Something that a rule wants to be told."""

    occasion: str  # what it is about: of things that last, the same for as long as they do
    subject: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    site_id: int | None = None
    article_id: int | None = None


def cursor(session: Session, rule: str, *, first: int) -> int:
    """The last change that a rule has seen; a new rule begins with what comes after `first`."""
    row = session.get(AlertRule, rule)
    if row is None:
        session.add(AlertRule(name=rule, change_id=first))
        session.flush()
        return first
    return row.change_id


def move_cursor(session: Session, rule: str, change_id: int) -> None:
    """Note that a rule has seen the changes up to this one."""
    session.get_one(AlertRule, rule).change_id = change_id


def add_alerts(
    session: Session,
    rule: str,
    alerts: Sequence[NewAlert],
    *,
    channels: Collection[str],
    now: datetime,
) -> int:
    """Write alerts of what happened, but for those that are written already. Returns how many were new."""
    told = _occasions(session, rule, [alert.occasion for alert in alerts])
    count = 0
    for alert in alerts:
        if alert.occasion not in told:
            told.add(alert.occasion)
            _add(session, rule, alert, occasion=alert.occasion, channels=channels, now=now)
            count += 1
    return count


def keep_raised(
    session: Session,
    rule: str,
    alerts: Sequence[NewAlert],
    *,
    channels: Collection[str],
    now: datetime,
    is_end_told: bool = False,
) -> int:
    """Write alerts of what lasts: raise those that are new, resolve those that are over.

    What was over for less than a day goes on, and nobody is told again: but where its end was told, which is an alert
    of its own, written once it has been over for an hour. Returns how many were raised.
    """
    recent = session.scalars(
        select(Alert)
        .where(Alert.rule == rule, ~_is_end(), ~_has_end())
        .where(Alert.resolved_at.is_(None) | (Alert.resolved_at > now - _REOPENED))
        .order_by(Alert.id)
    )
    known = {alert.occasion.rpartition(_FROM)[0]: alert for alert in recent}
    wanted = {alert.occasion: alert for alert in alerts}
    for occasion, row in known.items():
        if occasion in wanted:
            row.resolved_at = None
        elif row.resolved_at is None:
            row.resolved_at = now
    new = [alert for occasion, alert in wanted.items() if occasion not in known]
    for alert in new:
        occasion = f"{alert.occasion[:150]}{_FROM}{now.isoformat(timespec='seconds')}"
        _add(session, rule, alert, occasion=occasion, channels=channels, now=now)
    if is_end_told:
        _tell_ends(session, rule, channels=channels, now=now)
    return len(new)


_FROM: Final = " from "
_OVER: Final = " over"
"""After the occasion of something that lasted: that it is over is an occasion, too."""


def _is_end() -> ColumnElement[bool]:
    return Alert.occasion.like(f"%{_FROM}%{_OVER}")


def _has_end() -> ColumnElement[bool]:
    """Whether the end of an alert was written."""
    end = aliased(Alert)
    return (
        select(end.id)
        .where(end.rule == Alert.rule, end.occasion == Alert.occasion + _OVER)
        .correlate(Alert)
        .exists()
    )


def _tell_ends(session: Session, rule: str, *, channels: Collection[str], now: datetime) -> None:
    ended = session.scalars(
        select(Alert)
        .where(Alert.rule == rule, Alert.occasion.contains(_FROM), ~_is_end(), ~_has_end())
        .where(Alert.resolved_at <= now - _SETTLED, Alert.resolved_at > now - _FOLLOWED)
        .order_by(Alert.id)
    ).all()
    for alert in ended:
        said = {name: alert.evidence[name] for name in _SAID if name in alert.evidence}
        over_at = alert.resolved_at.isoformat() if alert.resolved_at else None
        words = f"over; it was: {alert.evidence.get('words', alert.subject)}"
        end = NewAlert(
            occasion=alert.occasion,
            subject=f"{alert.subject} is over",
            evidence=said | {"words": words, "over_at": over_at, "alert": alert.id},
            site_id=alert.site_id,
            article_id=alert.article_id,
        )
        _add(session, rule, end, occasion=f"{alert.occasion}{_OVER}", channels=channels, now=now)


_SAID: Final = ("kind", "site", "part", "since", "command")
"""What is told of something again when it is over."""


def resolve_others(session: Session, rules: Collection[str], *, now: datetime) -> None:
    """Close what lasts of rules that are no more."""
    session.execute(
        update(Alert)
        .where(Alert.resolved_at.is_(None), Alert.rule.not_in(list(rules)))
        .values(resolved_at=now)
        .execution_options(synchronize_session=False)
    )


def note_delivered(session: Session, delivery_ids: Collection[int], *, now: datetime) -> None:
    """These were taken by their channel, in one message."""
    for row in _deliveries(session, delivery_ids):
        row.attempt_count += 1
        row.delivered_at, row.next_at, row.last_error = now, None, None


def note_failed(
    session: Session, delivery_ids: Collection[int], *, now: datetime, error: str
) -> None:
    """These could not be delivered: they are tried again, at pauses that double."""
    for row in _deliveries(session, delivery_ids):
        wait = min(_FIRST_WAIT * 2 ** min(row.attempt_count, 16), _LONGEST_WAIT)
        row.attempt_count += 1
        row.next_at, row.last_error = now + wait, error


def postpone(session: Session, delivery_ids: Collection[int], *, until: datetime) -> None:
    """These wait until their rule may send again."""
    for row in _deliveries(session, delivery_ids):
        row.next_at = until


def give_up(session: Session, delivery_ids: Collection[int], *, error: str) -> None:
    """These have nowhere to go."""
    for row in _deliveries(session, delivery_ids):
        row.next_at, row.last_error = None, error


def _deliveries(session: Session, delivery_ids: Collection[int]) -> Sequence[AlertDelivery]:
    statement = select(AlertDelivery).where(AlertDelivery.id.in_(list(delivery_ids)))
    return session.scalars(statement.where(AlertDelivery.delivered_at.is_(None))).all()


def _occasions(session: Session, rule: str, occasions: Sequence[str]) -> set[str]:
    known = select(Alert.occasion).where(Alert.rule == rule, Alert.occasion.in_(list(occasions)))
    return set(session.scalars(known))


def _add(
    session: Session,
    rule: str,
    alert: NewAlert,
    *,
    occasion: str,
    channels: Collection[str],
    now: datetime,
) -> None:
    row = Alert(
        rule=rule,
        occasion=occasion,
        subject=alert.subject,
        site_id=alert.site_id,
        article_id=alert.article_id,
        raised_at=now,
        # what happened is over when it is told
        resolved_at=None if _FROM in occasion and not occasion.endswith(_OVER) else now,
        evidence=dict(alert.evidence),
    )
    session.add(row)
    session.flush()
    session.add_all(
        AlertDelivery(alert_id=row.id, channel=channel, attempt_count=0, next_at=now)
        for channel in dict.fromkeys(channels)
    )
    session.flush()
