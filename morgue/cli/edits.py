"""`morgue edits`: what publishers changed, over the whole archive."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import click

from db.histories import edit_answers
from db.histories import edits as rows
from db.histories.edit_answers import EditView
from morgue.cli import output
from morgue.cli.access import clock_of, settings_of
from morgue.cli.asof import asked, times_json
from morgue.cli.edited import edit_json, phrase
from morgue.cli.errors import ExitCode
from morgue.cli.invocation import Invocation
from morgue.cli.moments import END, START, shown
from morgue.cli.opened import archive_of, asking
from morgue.cli.options import json_option, times_options
from pipeline.edits.edit import COMPARER_VERSION, Kind
from pipeline.stages.neighbours import catch_up

_INCLUDING = timedelta(milliseconds=1)
"""The archive's finest difference: what is asked "until" a moment includes it."""


@click.command()
@click.argument("site", required=False)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in Kind]),
    metavar="KIND",
    help=f"Only of this kind; again for more: {', '.join(kind.value for kind in Kind)}.",
)
@click.option(
    "--silent", is_flag=True, help="Only numbers, names and quotations replaced without a note."
)
@click.option("--since", type=START, help="First seen new then or later.")
@click.option("--until", type=END, help="First seen new by then.")
@times_options
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Pass over so many.")
@click.option(
    "--compare", "is_comparing", is_flag=True, help="First compare what no crawl has compared yet."
)
@json_option
@click.pass_obj
def edits(
    invocation: Invocation,
    site: str | None,
    *,
    kinds: tuple[str, ...],
    silent: bool,
    since: datetime | None,
    until: datetime | None,
    as_of: datetime | None,
    known_at: datetime | None,
    limit: int,
    offset: int,
    is_comparing: bool,
    as_json: bool,
) -> ExitCode:
    """List what publishers changed in their articles, the latest first.

    SITE is the name of a site; without it, all. Each edit was made between the two looks that are given: the last
    that still saw the old text and the first that saw the new one. SILENTLY: a number, a name or a quotation was
    replaced, and no note of the publisher tells of it.

    An edit makes a revision. A caption that is changed alone makes none, and is not in this list: `morgue history
    ARTICLE --edits` tells it, between its two looks. `--kind caption` lists those that were changed beside other edits.
    """
    settings = settings_of(invocation)
    when = asked(clock_of(settings), as_of=as_of, known_at=known_at)
    if is_comparing:
        with archive_of(settings) as archive:
            output.note(f"{catch_up(archive)} revisions compared")
    with asking(settings) as session:
        found = edit_answers.edits(
            session,
            comparer=COMPARER_VERSION,
            site=site,
            kinds=kinds,
            is_silent_only=silent,
            since=since,
            until=until + _INCLUDING if until else None,
            as_of=when,
            limit=limit,
            offset=offset,
        )
        waiting = rows.waiting_count(session, comparer=COMPARER_VERSION)
    if as_json:
        output.document(
            times_json(when) | {"waiting": waiting, "edits": [_view_json(view) for view in found]}
        )
    else:
        _print(found)
    if waiting:
        output.note(
            f"{waiting} changes of the archive were not looked through for edits yet: the next crawl does it, "
            "or `morgue edits --compare`."
        )
    return ExitCode.OK if found else ExitCode.NOTHING


def _view_json(view: EditView) -> dict[str, Any]:
    return {
        "article": view.article_id,
        "site": view.site,
        "title": view.title,
        "old": view.previous_number,
        "new": view.number,
        "last_seen_old": view.last_seen_old,
        "first_seen_new": view.first_seen_new,
        "recorded_at": view.recorded_at,
        **edit_json(view.edit),
    }


def _print(found: Sequence[EditView]) -> None:
    if not found:
        output.note("No edits were found.")
        return
    output.table(
        (
            "ARTICLE",
            "SITE",
            "REVISION",
            "LAST SEEN OLD",
            "FIRST SEEN NEW",
            "EDIT",
            "WORDS",
            "TITLE",
        ),
        [
            (
                str(view.article_id),
                view.site,
                f"{view.previous_number} to {view.number}",
                shown(view.last_seen_old),
                shown(view.first_seen_new),
                phrase(view.edit),
                str(view.edit.size or ""),
                view.title,
            )
            for view in found
        ],
    )
