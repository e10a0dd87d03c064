"""`morgue sites pause`, `resume` and `ask`: what people want of a site, whether or not a daemon runs.

Knows how it is asked for and told. Must not know who heeds it.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from config.site import SiteConfig
from morgue.cli import output
from morgue.cli.access import settings_of, sites_of
from morgue.cli.actor import actor
from morgue.cli.errors import ExitCode
from morgue.cli.invocation import Invocation
from morgue.cli.options import json_option

if TYPE_CHECKING:
    from db.archive import Session
    from db.models import Site

_names = click.argument("names", nargs=-1, required=True, metavar="SITE…")
_reason = click.option("--reason", metavar="WORDS", help="Kept with the site and the action.")


@click.command("pause")
@_names
@_reason
@json_option
@click.pass_obj
def pause_sites(
    invocation: Invocation, names: Sequence[str], *, reason: str | None, as_json: bool
) -> ExitCode:
    """Leave sites alone until `morgue sites resume`.

    No crawl of a paused site begins by schedule, and one that the daemon has begun leaves the site within a minute:
    what it has not asked for stays due. `morgue crawl SITE` and `morgue sites ask SITE` still crawl it. `morgue
    status` says since when it is paused and why.
    """
    from db.archiving import steering  # noqa: PLC0415 - the archive takes a while to import

    return _steer(
        invocation,
        names,
        steering.pause,
        reason=reason,
        as_json=as_json,
        told=("is paused", "was paused already"),
    )


@click.command("resume")
@_names
@_reason
@json_option
@click.pass_obj
def resume_sites(
    invocation: Invocation, names: Sequence[str], *, reason: str | None, as_json: bool
) -> ExitCode:
    """Crawl paused sites by their schedule again.

    However many runs the pause has cost, one crawl makes up for them.
    """
    from db.archiving import steering  # noqa: PLC0415 - the archive takes a while to import

    return _steer(
        invocation,
        names,
        steering.resume,
        reason=reason,
        as_json=as_json,
        told=("is crawled by its schedule again", "was not paused"),
    )


@click.command("ask")
@_names
@_reason
@json_option
@click.pass_obj
def ask_sites(
    invocation: Invocation, names: Sequence[str], *, reason: str | None, as_json: bool
) -> ExitCode:
    """Have sites crawled by the daemon as soon as it can, whatever their schedule says.

    That is in quiet hours and while they are paused, too. Without a daemon, it is done when one starts, or by
    `morgue crawl --due`. `morgue crawl SITE` crawls in this terminal.
    """
    from db.archiving import steering  # noqa: PLC0415 - the archive takes a while to import

    return _steer(
        invocation,
        names,
        steering.want,
        reason=reason,
        as_json=as_json,
        told=("is crawled as soon as a daemon can", "was asked for already"),
    )


def _steer(
    invocation: Invocation,
    names: Sequence[str],
    change: "Callable[..., bool]",
    *,
    reason: str | None,
    as_json: bool,
    told: tuple[str, str],
) -> ExitCode:
    """Change what is wanted of all these sites, or of none where one is not configured."""
    from morgue.cli.opened import archive_of  # noqa: PLC0415 - the archive takes a while to import

    settings = settings_of(invocation)
    found = sites_of(settings, names)
    with archive_of(settings) as archive, archive.write() as session:
        now = archive.clock.now()
        rows = {name: _row(session, site, now=now) for name, site in found.items()}
        done = {
            name: change(session, row, now=now, actor=actor(), reason=reason)
            for name, row in rows.items()
        }
        states = [_state(row, is_changed=done[name]) for name, row in rows.items()]
    if as_json:
        output.document(states)
        return ExitCode.OK
    for name, is_changed in done.items():
        output.line(f"{name} {told[0] if is_changed else told[1]}.")
    return ExitCode.OK


def _row(session: "Session", site: SiteConfig, *, now: Any) -> "Site":
    from db.archiving import crawls  # noqa: PLC0415 - the archive takes a while to import

    return crawls.ensure_site(session, name=site.name, title=site.title, home=site.home, now=now)


def _state(row: "Site", *, is_changed: bool) -> dict[str, Any]:
    return {
        "site": row.name,
        "is_changed": is_changed,
        "wanted_at": row.wanted_at,
        "paused_at": row.paused_at,
        "pause_reason": row.pause_reason,
    }
