"""`morgue prune`: bodies removed because a person says so."""

from datetime import datetime
from typing import Any

import click

from db.archive import Archive
from db.proving import pruning
from db.proving.pruning import Estimate, Pruned, Selection, SiteUnknownError
from morgue.cli import output
from morgue.cli.access import settings_of
from morgue.cli.actor import actor
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import START
from morgue.cli.opened import archive_of
from morgue.cli.options import json_option
from morgue.cli.progress import bar


@click.command()
@click.option("--site", metavar="NAME", help="Only pages of this site.")
@click.option("--before", type=START, help="Only pages fetched before this moment.")
@click.option("--quarantined", is_flag=True, help="Only pages that were not believed.")
@click.option(
    "--with-proofs",
    is_flag=True,
    help="Also pages that prove a revision: its text stays, unproven.",
)
@click.option("--reason", metavar="WORDS", help="Kept with the removal.")
@click.option("--yes", is_flag=True, help="Do it. Otherwise it is only told what would go.")
@click.option(
    "--vacuum",
    is_flag=True,
    help="Give the room back to the disk at once (see docs/archive-care.md).",
)
@json_option
@click.pass_obj
def prune(
    invocation: Invocation,
    *,
    site: str | None,
    before: datetime | None,
    quarantined: bool,
    with_proofs: bool,
    reason: str | None,
    yes: bool,
    vacuum: bool,
    as_json: bool,
) -> ExitCode:
    """Remove the bodies of kept pages for good; nothing is ever removed otherwise.

    At least one of --site, --before and --quarantined must be given; with several, all must be true
    of a page. Without --yes it is told what would go. That a page was seen, when and with which
    digest stays, and so do texts: `morgue verify` tells pruned pages from lost ones.
    Exit code 1 where nothing is selected.
    """
    selection = Selection(
        site=site, before=before, is_quarantined=quarantined, has_proofs=with_proofs
    )
    if not selection.is_explicit:
        raise Failure(
            "nothing says what is to go", remedy="Give --site, --before or --quarantined."
        )
    settings = settings_of(invocation)
    with archive_of(settings, is_asked_only=not yes, may_create=False) as archive:
        try:
            with archive.read() as session:
                estimate = pruning.estimate(session, selection)
            pruned = _prune(invocation, archive, selection, reason=reason) if yes else None
        except SiteUnknownError as error:
            raise Failure(str(error), remedy="`morgue status` lists the sites.") from error
        reclaimed = archive.captures.reclaim(archive.write) if pruned else 0
        if pruned and vacuum:
            pruning.vacuum(archive)
        name = archive.name
    if as_json:
        _print_json(name, estimate, pruned, reclaimed)
    else:
        _print(name, estimate, pruned, reclaimed, is_vacuumed=vacuum)
    return ExitCode.OK if estimate.bodies else ExitCode.NOTHING


def _prune(
    invocation: Invocation, archive: Archive, selection: Selection, *, reason: str | None
) -> Pruned:
    with bar(is_quiet=invocation.is_quiet) as tell:
        return pruning.prune(
            archive,
            selection,
            actor=actor(),
            reason=reason,
            progress=lambda done, total: tell("pruning", done, total),
        )


def _print_json(name: str, estimate: Estimate, pruned: Pruned | None, reclaimed: int) -> None:
    told: dict[str, Any] = {
        "archive": name,
        "selected": {
            "bodies": estimate.bodies,
            "captures": estimate.captures,
            "revisions_unproven": estimate.revisions,
            "stored_bytes": estimate.stored_bytes,
            "body_bytes": estimate.body_bytes,
        },
        "pruned": None,
    }
    if pruned is not None:
        told["pruned"] = {
            "action": pruned.action_id,
            "bodies": pruned.bodies,
            "kept": pruned.kept,
            "rewritten": pruned.rewritten,
            "freed_bytes": pruned.freed_bytes,
            "reclaimed_bytes": reclaimed,
        }
    output.document(told)


def _print(
    name: str, estimate: Estimate, pruned: Pruned | None, reclaimed: int, *, is_vacuumed: bool
) -> None:
    what = (
        f"{estimate.bodies} bodies of {estimate.captures} captures "
        f"({_size(estimate.stored_bytes)} stored, {_size(estimate.body_bytes)} of pages)"
    )
    if estimate.revisions:
        what += f"; {estimate.revisions} revisions lose their proof"
    if pruned is None:
        output.line(f"{name}: would remove {what}")
        if estimate.bodies:
            output.line("Nothing was removed: --yes does it.")
        return
    output.line(f"{name}: removed {pruned.bodies} of {what}")
    if pruned.kept:
        output.line(
            f"{pruned.kept} stay: a dictionary in use is made of them, or a damaged page rests on them"
        )
    if pruned.rewritten:
        output.line(f"{pruned.rewritten} pages that rested on them were written anew")
    freed = f"{_size(max(pruned.freed_bytes, 0))} freed"
    if reclaimed:
        output.line(f"{freed}; the packs gave {_size(reclaimed)} back to the disk")
    elif is_vacuumed:
        output.line(f"{freed}, and given back to the disk")
    else:
        output.line(f"{freed}: new pages take that room; --vacuum gives it back to the disk")


def _size(count: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
