"""Turns findings and changes into alerts, and alerts into messages, by the rules of the settings.

Knows rules and the order of things: written first, then sent. Must not know protocols.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from config.alerting import AlertRule, Channel
from db.archive import Archive, Session
from db.archiving import alerts
from db.archiving.alerts import NewAlert
from db.asking import alerting
from db.asking.alerting import Happening
from db.errors import QueryNotUnderstood
from db.histories import edits
from db.histories.changes import ChangeKind, last_cursor
from morgue.alerting.channels import NotDelivered, send
from morgue.alerting.messages import message
from morgue.health.findings import Finding
from pipeline.edits.edit import COMPARER_VERSION

log = structlog.stdlib.get_logger("morgue.alerts")

_CHANGES_AT_ONCE = 1000


def raise_alerts(
    archive: Archive, rules: Sequence[AlertRule], findings: Sequence[Finding] | None
) -> int:
    """Write the alerts that the rules want now. Returns how many are new.

    Args:
        archive: Is followed, and written to.
        rules: Of the settings.
        findings: What is wrong now; None where nobody looked.
    """
    count = 0
    with archive.write() as session:
        alerts.resolve_others(session, [rule.name for rule in rules], now=archive.clock.now())
    for rule in rules:
        if rule.health and findings is not None:
            count += _of_health(archive, rule, findings)
        elif not rule.health:
            count += _of_changes(archive, rule)
    return count


def _of_health(archive: Archive, rule: AlertRule, findings: Sequence[Finding]) -> int:
    wanted = [
        NewAlert(
            occasion=finding.occasion,
            subject=f"{finding.whom}: {finding.kind.value.replace('_', ' ')} {finding.part}".strip(),
            evidence={
                "kind": finding.kind.value,
                "site": finding.site,
                "part": finding.part,
                "since": finding.since.isoformat(),
                "words": finding.words,
                "numbers": dict(finding.numbers),
                "examples": list(finding.examples),
                "remedy": finding.remedy,
                "command": f"morgue health {finding.site}" if finding.site else "morgue status",
            },
        )
        for finding in findings
        if ("all" in rule.health or finding.kind.value in rule.health)
        and (not rule.sites or not finding.site or finding.site in rule.sites)
    ]
    with archive.write() as session:
        return alerts.keep_raised(
            session,
            rule.name,
            wanted,
            channels=rule.to,
            now=archive.clock.now(),
            is_end_told=rule.over,
        )


def _of_changes(archive: Archive, rule: AlertRule) -> int:
    """Follow the stream of changes to its end, a piece a transaction."""
    count = 0
    while True:
        with archive.write() as session:
            end = _end(session, rule)
            after = alerts.cursor(session, rule.name, first=last_cursor(session))
            until = min(after + _CHANGES_AT_ONCE, end)
            if until <= after:
                return count
            try:
                found = _happenings(session, rule, after=after, until=until)
            except QueryNotUnderstood as error:
                log.warning("alert_rule_not_understood", rule=rule.name, error=str(error))
                return count
            count += alerts.add_alerts(
                session,
                rule.name,
                [_alert(rule, each) for each in found],
                channels=rule.to,
                now=archive.clock.now(),
            )
            alerts.move_cursor(session, rule.name, until)


def _end(session: Session, rule: AlertRule) -> int:
    """The last change that can be judged: edits are found some time after their revision."""
    last = last_cursor(session)
    return min(last, edits.followed(session, comparer=COMPARER_VERSION)) if rule.edits else last


def _happenings(session: Session, rule: AlertRule, *, after: int, until: int) -> list[Happening]:
    return alerting.happenings(
        session,
        after=after,
        until=until,
        kind=ChangeKind.GONE if rule.removals else ChangeKind.REVISION,
        sites=rule.sites,
        query=rule.query,
        is_silent_edit=rule.edits == "silent",
    )


def _alert(rule: AlertRule, found: Happening) -> NewAlert:
    told: dict[str, Any] = {
        "site": found.site,
        "article": found.article_id,
        "title": found.title,
        "change": found.change_id,
        "command": f"morgue history {found.article_id}",
    }
    title = found.title or f"article {found.article_id}"
    occasion = f"change {found.change_id}"
    if rule.query:
        occasion = f"article {found.article_id}"  # told once, however often it is revised
        words = f"matches {rule.query}"
    elif rule.edits:
        words = f"changed without a note in revision {found.number}"
    else:
        words = "is gone"
    return NewAlert(
        occasion=occasion,
        subject=f"{found.site}: {title}",
        evidence=told | {"words": words},
        site_id=found.site_id,
        article_id=found.article_id,
    )


def deliver(
    archive: Archive,
    rules: Sequence[AlertRule],
    channels: Sequence[Channel],
    *,
    env: Mapping[str, str],
) -> int:
    """Send what is due; what a rule may not send yet waits and comes in one message. Returns how many were sent."""
    known = {channel.name: channel for channel in channels}
    limits = {rule.name: rule for rule in rules}
    with archive.read() as session:
        due = alerting.due(session, now=archive.clock.now())
    count = 0
    for (rule, channel), pairs in due.items():
        if channel not in known:
            with archive.write() as session:
                error = f"the settings have no channel {channel} any more"
                alerts.give_up(session, [delivery for delivery, _ in pairs], error=error)
            continue
        for part in _portions(archive, rule, channel, pairs, limits.get(rule)):
            # each message at a moment of its own: by them they are counted
            at = archive.clock.now() + timedelta(milliseconds=count)
            count += _send(archive, rule, known[channel], part, env=env, at=at)
    return count


def _portions(
    archive: Archive,
    rule: str,
    channel: str,
    pairs: list[tuple[int, int]],
    limit: AlertRule | None,
) -> list[list[tuple[int, int]]]:
    """What may be sent now, message by message: one alert each, and the last for all that are left."""
    if limit is None:
        return [pairs]
    now = archive.clock.now()
    with archive.read() as session:
        sent = alerting.sent_at(session, rule, channel, since=now - limit.per)
    free = limit.at_most - len(sent)
    if free <= 0:
        until = sent[0] + limit.per + timedelta(seconds=1)
        with archive.write() as session:
            alerts.postpone(session, [delivery for delivery, _ in pairs], until=until)
        return []
    if len(pairs) <= free:
        return [[pair] for pair in pairs]
    return [*([pair] for pair in pairs[: free - 1]), pairs[free - 1 :]]


def _send(
    archive: Archive,
    rule: str,
    channel: Channel,
    pairs: list[tuple[int, int]],
    *,
    env: Mapping[str, str],
    at: datetime,
) -> int:
    deliveries = [delivery for delivery, _ in pairs]
    with archive.read() as session:
        told = alerting.alerts_named(session, [alert for _, alert in pairs])
    key = f"{rule} {channel.name} {' '.join(map(str, deliveries))}"
    try:
        send(channel, message(rule, told, key=key), env=env, now=at)
    except NotDelivered as error:
        log.warning("alert_not_delivered", rule=rule, channel=channel.name, error=str(error))
        with archive.write() as session:
            alerts.note_failed(session, deliveries, now=archive.clock.now(), error=str(error))
        return 0
    with archive.write() as session:
        alerts.note_delivered(session, deliveries, now=at)
    log.info("alert_delivered", rule=rule, channel=channel.name, alerts=len(told))
    return 1
