"""`morgue health`: what the last days of a site came to, and what is wrong with it, with the evidence."""

from datetime import UTC, date, datetime, timedelta
from math import exp
from typing import Any

import click

from db.archive import Archive
from db.asking import running, site_days
from db.asking.asof import AsOf
from morgue.cli import output
from morgue.cli.access import settings_of, sites_of
from morgue.cli.ailing import examine, finding_json, print_findings
from morgue.cli.asof import in_words, require_begun
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import END
from morgue.cli.opened import archive_of
from morgue.cli.options import json_option

_DAYS = 14


@click.command()
@click.argument("name", metavar="SITE")
@click.option("--days", type=click.IntRange(1, 100), default=_DAYS, show_default=True,
              help="How many of its last days are shown.")  # fmt: skip
@click.option("--as-of", type=END, help="As it was then.")
@json_option
@click.pass_obj
def health(
    invocation: Invocation, name: str, *, days: int, as_of: datetime | None, as_json: bool
) -> ExitCode:
    """Show what the last days of a site came to, and what is wrong with it.

    What is usual is learnt from the site's own past. Exit code 1 where something is wrong.
    """
    settings = settings_of(invocation)
    sites = sites_of(settings)
    with archive_of(settings, is_asked_only=True) as archive:
        now = as_of or archive.clock.now()
        site_id = _number(archive, name)
        if as_of:
            with archive.read() as session:
                require_begun(session, AsOf.moment(as_of))
        found = examine(archive, sites, settings, at=as_of)
        findings = [each for each in found.findings if each.site == name]
        counted = _days(archive, site_id, days=days, now=now)
    if as_json:
        output.document(
            {
                "site": name,
                "at": now,
                "findings": [finding_json(each) for each in findings],
                "days": [{"day": day, **counts} for day, counts in counted.items()],
            }
        )
    else:
        _print_days(counted)
        output.line()
        if as_of:
            output.line(f"{in_words(AsOf.moment(as_of)).capitalize()}:")
        print_findings(findings, now=now)
        if not findings:
            output.line(f"{name} is well, as far as its past tells.")
    return ExitCode.NOTHING if findings else ExitCode.OK


def _number(archive: Archive, name: str) -> int:
    with archive.read() as session:
        known = {site.name: site.id for site in running.site_names(session)}
    if name not in known:
        raise Failure(
            f"the archive knows no site {name!r}",
            remedy="`morgue status` names those there are.",
            code=ExitCode.NOTHING,
        )
    return known[name]


def _days(archive: Archive, site_id: int, *, days: int, now: datetime) -> dict[str, dict[str, Any]]:
    """The numbers of the last days, the oldest first."""
    today = now.astimezone(UTC).date()
    since = today - timedelta(days=days - 1)
    with archive.read() as session:
        kept = site_days.kept(session, since=since, until=today, site_ids=[site_id])
        last = site_days.last_kept(session)
        first = site_days.first_day(session) or today
        found = dict(kept.get(site_id, {}))
        day = max(since, first, (last + timedelta(days=1)) if last else date.min)
        while day <= today:
            counted = site_days.count(session, day, until=now)
            found[day.isoformat()] = counted.get(site_id, {})
            day += timedelta(days=1)
    return dict(sorted(found.items()))


def _print_days(counted: dict[str, dict[str, Any]]) -> None:
    headers = (
        "DAY",
        "ARTICLES",
        "LOOKS",
        "BLOCKED",
        "DOUBTED",
        "AGAIN",
        "POORER",
        "AUTHOR",
        "DATE",
        "LENGTH",
        "FAILED",
    )
    output.table(headers, [_row(day, counts) for day, counts in counted.items()])


_COUNTED = ("looks", "blocked", "doubted", "again", "poorer")


def _row(day: str, counts: dict[str, Any]) -> tuple[str, ...]:
    read = sum(counts.get("articles", ()))
    fields = counts.get("fields", {})
    failed = sum(spell[3] for spell in counts.get("spells", ()) if spell[0])
    return (
        day,
        str(read),
        *(str(sum(counts.get(name, ()))) for name in _COUNTED),
        *(_share(sum(fields.get(name, ())), read) for name in ("authors", "published")),
        _length(counts.get("lengths", ())),
        str(failed),
    )


def _share(k: int, n: int) -> str:
    return f"{k / n:.0%}" if n else "-"


def _length(quarters: Any) -> str:
    count = sum(each[0] for each in quarters)
    if not count:
        return "-"
    return f"{exp(sum(each[0] * each[1] for each in quarters) / count):.0f}"
