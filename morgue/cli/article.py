"""`morgue article`: what a person may do to the identity of articles, and what was done."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import click

from db.archive import Archive
from db.errors import ActionRefused
from db.identities import deeds, merging
from db.identities.deeds import ActionView
from db.identities.merging import Doer, Done
from morgue.cli import output
from morgue.cli.access import settings_of
from morgue.cli.actor import actor
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import shown
from morgue.cli.named import article_named
from morgue.cli.opened import archive_of, asking
from morgue.cli.options import ARTICLE, ArticleName, is_url, json_option
from morgue.cli.output import one_line
from pipeline import urls
from pipeline.fingerprint import shingles

_dry_run = click.option(
    "--dry-run", is_flag=True, help="Say what it would come to, and do nothing."
)
_reason = click.option("--reason", metavar="WORDS", help="Kept with the action.")


class _NothingDoneError(Exception):
    """A dry run ends: its transaction is rolled back."""


@click.group()
def article() -> None:
    """Merge articles that are one, split one that is two, and take it back."""


@article.command()
@click.argument("kept", type=ARTICLE, metavar="A")
@click.argument("other", type=ARTICLE, metavar="B")
@_reason
@_dry_run
@json_option
@click.pass_obj
def merge(
    invocation: Invocation,
    kept: ArticleName,
    other: ArticleName,
    *,
    reason: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make article B part of article A, of the same site.

    A and B are numbers or URLs. A gets the URLs of B and all that was seen at them; its history is told
    anew from the looks at both. Who asks for B is answered with A. Nothing is deleted: what the archive
    said before is said with --as-of, and `morgue article undo` takes the merge back.
    """

    def act(session: Any, doer: Doer) -> Done:
        numbers = [_number(session, name) for name in (kept, other)]
        return merging.merge(session, *numbers, doer=doer, shingles_of=shingles)

    _do(invocation, act, reason=reason, is_dry=dry_run, as_json=as_json)


@article.command()
@click.argument("name", type=ARTICLE, metavar="A")
@click.argument("addresses", nargs=-1, required=True, metavar="URL…")
@_reason
@_dry_run
@json_option
@click.pass_obj
def split(
    invocation: Invocation,
    name: ArticleName,
    addresses: tuple[str, ...],
    *,
    reason: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make what was seen at some URLs of article A an article of its own.

    The two are kept apart from then on, whatever their pages say. `morgue history A` lists the URLs;
    each must have been asked for itself. `morgue article undo` takes the split back.
    """
    for address in addresses:
        if not is_url(address):
            raise Failure(f"{address!r} is no URL", remedy="Write it with http:// or https://.")
    keys = list(dict.fromkeys(urls.key(address) for address in addresses))

    def act(session: Any, doer: Doer) -> Done:
        return merging.split(
            session,
            _number(session, name),
            keys,
            doer=doer,
            shingles_of=shingles,
            key_of=urls.key,
        )

    _do(invocation, act, reason=reason, is_dry=dry_run, as_json=as_json)


@article.command()
@click.argument("action", type=click.IntRange(min=1))
@_reason
@_dry_run
@json_option
@click.pass_obj
def undo(
    invocation: Invocation, action: int, *, reason: str | None, dry_run: bool, as_json: bool
) -> None:
    """Take a merge or a split back, by the number of its ACTION.

    Every answer is what it was before; what was seen since goes with the URL at which it was seen.
    """

    def act(session: Any, doer: Doer) -> Done:
        return merging.undo(session, action, doer=doer, shingles_of=shingles)

    _do(invocation, act, reason=reason, is_dry=dry_run, as_json=as_json)


@article.command()
@click.argument("name", type=ARTICLE, metavar="[A]", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@json_option
@click.pass_obj
def actions(
    invocation: Invocation, name: ArticleName | None, *, limit: int, as_json: bool
) -> ExitCode:
    """List what people had done to the archive, or to article A; the latest first.

    Exit code 1 where nothing was done.
    """
    with asking(settings_of(invocation)) as session:
        number = _number(session, name) if name else None
        found = deeds.actions(session, article_id=number, limit=limit)
    if as_json:
        output.document({"actions": [asdict(each) for each in found]})
    elif found:
        output.table(
            ("ACTION", "WHEN", "WHAT", "BY", "REASON"),
            [
                (str(each.id), shown(each.acted_at), _deed(each), each.actor, each.reason or "")
                for each in found
            ],
        )
    else:
        output.note("Nothing was done.")
    return ExitCode.OK if found else ExitCode.NOTHING


def _do(
    invocation: Invocation,
    act: Callable[[Any, Doer], Done],
    *,
    reason: str | None,
    is_dry: bool,
    as_json: bool,
) -> None:
    with archive_of(settings_of(invocation)) as archive:
        try:
            done = _acted(archive, act, reason=reason, is_dry=is_dry)
        except ActionRefused as error:
            raise Failure(str(error), code=ExitCode.NOTHING) from error
    if as_json:
        output.document(asdict(done) | {"action_id": None if is_dry else done.action_id})
        return
    if is_dry:
        output.line("Nothing was done. It would be so:")
    for line in _lines(done, is_dry=is_dry):
        output.line(line)


def _acted(
    archive: Archive, act: Callable[[Any, Doer], Done], *, reason: str | None, is_dry: bool
) -> Done:
    """Act in one transaction; a dry run does all of it, and is rolled back."""
    doer = Doer(actor(), archive.clock.now(), reason)
    done: list[Done] = []

    def work(session: Any) -> None:
        done[:] = [act(session, doer)]
        _require(not is_dry)

    with suppress(_NothingDoneError):
        archive.transact(work)
    return done[0]


def _require(is_meant: bool) -> None:  # noqa: FBT001 - it says what it requires
    if not is_meant:
        raise _NothingDoneError


def _number(session: Any, name: ArticleName) -> int:
    """An article's number as given, or that of the article at the URL."""
    if name.number is not None:
        return name.number
    return article_named(session, name).number


def _lines(done: Done, *, is_dry: bool) -> list[str]:
    other, kept = done.other_id, done.article_id
    is_new = is_dry and done.kind == "split"
    match done.kind:
        case "merge":
            head = f"Article {other} is article {kept} now."
        case "split":
            head = f"Article {'of its own' if is_new else other} was split off from article {kept}."
        case _:
            head = f"Action {done.undone_id} is undone: articles {kept} and {other}."
    lines = [head, *(f"  {one_line(url)}" for url in done.urls)]
    counts = {
        "superseded": done.superseded_count,
        "added": done.added_count,
        "restored": done.restored_count,
    }
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    lines.append(f"Revisions: {said or 'none changed'}.")
    if not is_dry:
        lines.append(f"This is action {done.action_id}: `morgue article undo` takes it back.")
    if not is_dry and done.kind == "undo":
        lines[-1] = f"This is action {done.action_id}."
    return lines


def _deed(action: ActionView) -> str:
    """What was done, in words."""
    match action.kind:
        case "merge":
            said = f"merged {action.other_id} into {action.article_id}"
        case "split":
            said = f"split {action.other_id} off from {action.article_id}"
        case "undo":
            said = f"undid action {action.undoes}"
        case _:
            where = f" {action.site}" if action.site else ""
            said = f"{action.kind}{where}"
    return f"{said} (undone)" if action.undone_at else said
