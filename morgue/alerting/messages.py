"""What an alert says: a subject and a text for people, a document for programs. Knows no channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from db.asking.alerting import AlertView

_MOST_TOLD = 50
"""Alerts that one message tells in words; the document has all of them."""

_LONGEST_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class Message:
    """One message: of one alert, or a digest of several."""

    subject: str  # one line
    text: str
    document: dict[str, Any]
    key: str  # the same for the same deliveries: who gets it twice can tell


def message(rule: str, alerts: Sequence[AlertView], *, key: str) -> Message:
    """The message that tells these alerts of a rule."""
    first = alerts[0]
    subject = f"[morgue] {rule}: {first.subject}"
    if len(alerts) > 1:
        subject = f"[morgue] {rule}: {len(alerts)} alerts"
    told = "\n\n".join(_in_words(alert) for alert in alerts[:_MOST_TOLD])
    if len(alerts) > _MOST_TOLD:
        told += f"\n\n… and {len(alerts) - _MOST_TOLD} more: `morgue alerts` lists them."
    document = {"rule": rule, "key": key, "alerts": [_document(alert) for alert in alerts]}
    return Message(_line(subject)[:_LONGEST_SUBJECT], told + "\n", document, key)


def trial(channel: str, *, now: datetime) -> Message:
    """The message of `morgue alerts test`."""
    text = f"This is a test of the channel {channel}, sent at {_moment(now)}.\n"
    key = f"test {channel} {now.isoformat()}"
    document: dict[str, Any] = {"rule": None, "key": key, "test": True, "alerts": []}
    return Message(f"[morgue] test of {channel}", text, document, key)


def _in_words(alert: AlertView) -> str:
    lines = [f"{_line(alert.subject)}", f"  raised {_moment(alert.raised_at)}"]
    evidence = alert.evidence
    lines += [
        f"  {name}: {_line(str(evidence[name]))}"
        for name in ("words", "since", "over_at", "title", "remedy", "command")
        if evidence.get(name)
    ]
    lines += [f"  e.g. {_line(str(url))}" for url in evidence.get("examples", ())]
    return "\n".join(lines)


def _document(alert: AlertView) -> dict[str, Any]:
    return {
        "alert": alert.id,
        "subject": alert.subject,
        "raised_at": alert.raised_at.isoformat(),
        "resolved_at": alert.resolved_at.isoformat() if alert.resolved_at else None,
        "evidence": dict(alert.evidence),
    }


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def _line(text: str) -> str:
    """One printable line: what publishers write must not add headers to a mail."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
