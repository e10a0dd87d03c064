"""`morgue alerts`: what was told to whom, and a try of a channel."""

from typing import Any

import click

from db.asking import alerting
from db.asking.alerting import AlertView
from morgue.alerting.channels import NotDelivered, send
from morgue.alerting.messages import trial
from morgue.cli import output
from morgue.cli.access import clock_of, settings_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import shown
from morgue.cli.opened import asking
from morgue.cli.options import json_option


@click.group(invoke_without_command=True)
@click.option("--rule", help="Only of this rule.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True,
              help="How many at most.")  # fmt: skip
@json_option
@click.pass_context
def alerts(ctx: click.Context, *, rule: str | None, limit: int, as_json: bool) -> ExitCode | None:
    """List the alerts, the latest first, and whether they were delivered.

    Rules and channels are settings: `alerts` and `channels` in morgue.yaml. Exit code 1 where there
    are none.
    """
    if ctx.invoked_subcommand:
        return None
    with asking(settings_of(ctx.obj)) as session:
        found = alerting.alert_list(session, rule=rule, limit=limit)
    if as_json:
        output.document([_json(alert) for alert in found])
    elif found:
        output.table(("ALERT", "RAISED", "UNTIL", "RULE", "DELIVERED", "SUBJECT"), map(_row, found))
    else:
        output.line("There are no alerts.")
    return ExitCode.OK if found else ExitCode.NOTHING


@alerts.command()
@click.argument("channel")
@click.pass_obj
def test(invocation: Invocation, channel: str) -> ExitCode:
    """Send a test message to a channel of the settings."""
    settings = settings_of(invocation)
    known = {each.name: each for each in settings.channels}
    if channel not in known:
        there = f"There are: {', '.join(known)}." if known else "Add it to channels in morgue.yaml."
        raise Failure(f"there is no channel {channel!r}", remedy=there)
    now = clock_of(settings).now()
    try:
        send(known[channel], trial(channel, now=now), env=invocation.env, now=now)
    except NotDelivered as error:
        raise Failure(f"{channel}: {error}", code=ExitCode.NOTHING) from error
    output.line(f"{channel} took the message.")
    return ExitCode.OK


def _row(alert: AlertView) -> tuple[str, ...]:
    return (
        str(alert.id),
        shown(alert.raised_at),
        shown(alert.resolved_at) if alert.resolved_at else "goes on",
        alert.rule,
        ", ".join(_delivery(each) for each in alert.deliveries),
        alert.subject,
    )


def _delivery(delivery: alerting.DeliveryView) -> str:
    if delivery.delivered_at:
        return delivery.channel
    if delivery.next_at is None:
        return f"{delivery.channel} (given up: {delivery.last_error})"
    why = f": {delivery.last_error}" if delivery.last_error else ""
    return f"{delivery.channel} (not yet{why})"


def _json(alert: AlertView) -> dict[str, Any]:
    return {
        "alert": alert.id,
        "rule": alert.rule,
        "subject": alert.subject,
        "raised_at": alert.raised_at,
        "resolved_at": alert.resolved_at,
        "evidence": alert.evidence,
        "deliveries": [
            {
                "channel": each.channel,
                "attempts": each.attempt_count,
                "next_at": each.next_at,
                "delivered_at": each.delivered_at,
                "error": each.last_error,
            }
            for each in alert.deliveries
        ],
    }
