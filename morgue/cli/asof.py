"""The two times of a question on the command line: `--as-of` and `--known-at`, checked and told in words."""

from datetime import datetime
from typing import Any

from config.clock import Clock
from db.asking import reports
from db.asking.asof import AsOf
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.moments import NO_END, shown
from morgue.cli.output import note


def asked(clock: Clock, *, as_of: datetime | None, known_at: datetime | None) -> AsOf:
    """What the options mean: `--as-of` alone stands for both times, `--known-at now` for today's knowledge."""
    now = clock.now()
    if as_of is not None and known_at is None:
        known_at = as_of
    for moment in {as_of, known_at} - {None, NO_END}:
        if moment is not None and moment > now:
            note(
                f"{shown(moment)} is not over yet: what is learnt until then may change this answer."
            )
            break
    return AsOf(said_at=as_of, known_at=None if known_at == NO_END else known_at)


def in_words(as_of: AsOf) -> str:
    """The two times for a sentence: "as of 2026-03-01 09:00Z, as known today"."""
    if as_of.said_at == as_of.known_at:
        return f"as of {shown(as_of.said_at)}" if as_of.said_at else "as of now"
    said = [f"as of {shown(as_of.said_at)}"] if as_of.said_at else []
    known = f"as known at {shown(as_of.known_at)}" if as_of.known_at else "as known today"
    return ", ".join([*said, known])


def times_json(as_of: AsOf) -> dict[str, Any]:
    """The two times for `--json`; nothing where the question is about now."""
    if as_of == AsOf():
        return {}
    return {"as_of": as_of.said_at, "known_at": as_of.known_at}


def require_begun(session: Any, as_of: AsOf) -> None:
    """Refuse a question about a time of which the archive can know nothing.

    Raises:
        Failure: The archive began later.
    """
    began_at = reports.began_at(session)
    ends = [moment for moment in (as_of.said_at, as_of.known_at) if moment is not None]
    if began_at is not None and ends and min(ends) < began_at:
        raise Failure(
            f"the archive began at {shown(began_at)}: it knows nothing {in_words(as_of)}",
            remedy="Ask for a later moment. `--as-of` counts what the archive had seen by then, "
            "not what was published by then: `morgue search --until` asks for that.",
            code=ExitCode.NOTHING,
        )
