"""`morgue quarantine`: the pages that were kept and not believed."""

from datetime import datetime

import click

from db.asking import reports
from morgue.cli import output
from morgue.cli.access import clock_of, settings_of
from morgue.cli.asof import asked, times_json
from morgue.cli.errors import ExitCode
from morgue.cli.invocation import Invocation
from morgue.cli.moments import shown
from morgue.cli.opened import asking
from morgue.cli.options import json_option, times_options


@click.command()
@click.option("--site", metavar="NAME", help="Only this site.")
@click.option("--reason", metavar="REASON", help="Only for this reason, as in login.")
@times_options
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@click.pass_obj
def quarantine(
    invocation: Invocation,
    *,
    site: str | None,
    reason: str | None,
    as_of: datetime | None,
    known_at: datetime | None,
    limit: int,
    as_json: bool,
) -> ExitCode:
    """List the pages that were kept and not believed, with the reason; the latest first.

    `morgue reextract` reads them again: what is believed then is released. Exit code 1 where there
    is none.
    """
    settings = settings_of(invocation)
    when = asked(clock_of(settings), as_of=as_of, known_at=known_at)
    with asking(settings) as session:
        found = reports.quarantine_list(session, site=site, reason=reason, as_of=when, limit=limit)
    if as_json:
        pages = [
            {
                "site": page.site,
                "url": page.url,
                "reason": page.reason,
                "detail": page.detail,
                "quarantined_at": page.quarantined_at,
                "capture": page.capture_id,
            }
            for page in found
        ]
        output.document(times_json(when) | {"pages": pages})
    elif found:
        output.table(
            ("FETCHED", "SITE", "REASON", "DETAIL", "URL"),
            [
                (shown(page.quarantined_at), page.site, page.reason, page.detail or "", page.url)
                for page in found
            ],
        )
    else:
        output.note("No page is in quarantine.")
    return ExitCode.OK if found else ExitCode.NOTHING
