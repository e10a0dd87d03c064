"""`morgue changes`: the stream of what the archive learnt, from a cursor on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from threading import Event
from types import FrameType
from typing import Any

import click

from db.archive import Archive
from db.archiving import crawls
from db.histories import changes as stream
from db.histories.changes import ChangeKind, ChangeView, Page
from morgue.cli import output
from morgue.cli.access import settings_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import END, START, shown
from morgue.cli.opened import archive_of
from morgue.cli.options import json_option
from morgue.cli.output import one_line

_PAGE = 1000
_PAUSE_S = 1.0

_WORDS = {
    ChangeKind.REVISION: "new text",
    ChangeKind.VARIANT: "texts side by side",
    ChangeKind.GONE: "gone",
    ChangeKind.BACK: "back",
    ChangeKind.SUPERSEDED: "no longer counted",
    ChangeKind.RESTORED: "counted again",
    ChangeKind.MERGED: "merged",
    ChangeKind.SPLIT: "split",
    ChangeKind.ALIAS: "another URL",
    ChangeKind.RELEASED: "released from quarantine",
}


class PlaceType(click.ParamType[int | datetime]):
    """A place in the stream: a cursor, a moment, or "now"."""

    name = "cursor|moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | datetime:
        """Tell a cursor from a moment."""
        text = str(value).strip()
        if text.isascii() and text.isdigit() and len(text) < 19:
            return int(text)
        if text.lower() == "now":
            return -1
        return START.convert(value, param, ctx)


@click.command()
@click.option(
    "--since",
    type=PlaceType(),
    default="0",
    help="After this cursor, or from this moment on; now: only what is to come. [default: all]",
)
@click.option("--site", metavar="NAME", help="Only this site.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in ChangeKind]),
    help="Only of this kind; may be given several times.",
)
@click.option("--as-of", type=END, help="Only what was recorded by then.")
@click.option("--follow", is_flag=True, help="Wait for more, until Ctrl-C.")
@click.option("--limit", type=click.IntRange(1), help="So many at most.  [default: 1000]")
@json_option
@click.pass_obj
def changes(
    invocation: Invocation,
    *,
    since: int | datetime,
    site: str | None,
    kinds: tuple[str, ...],
    as_of: datetime | None,
    follow: bool,
    limit: int | None,
    as_json: bool,
) -> ExitCode:
    """Tell what the archive learnt, in the order in which it was written.

    Each change has a number, its cursor. Who goes on from the last one with --since gets every
    change once, however many crawls write at the same time. With --json a change is a line; the
    last line has the next cursor, which with --site or --kind may be later than the last change.
    """
    if follow and as_of is not None:
        raise Failure("--follow waits for what comes, --as-of ends before", remedy="Choose one.")
    with archive_of(settings_of(invocation), is_asked_only=True) as archive:
        reader = _Reader(
            archive,
            cursor=_cursor(archive, since, site),
            site=site,
            kinds=[ChangeKind(kind) for kind in kinds],
            until=as_of,
        )
        if limit is None and not follow:
            limit = _PAGE
        with _asked_to_stop() as stop:
            for change in reader.read(limit=limit, is_following=follow, stop=stop):
                if as_json:
                    output.json_line(asdict(change))
                else:
                    _print(change)
        if as_json:
            output.json_line({"next_cursor": reader.cursor})
        else:
            output.note(f"go on with: morgue changes --since {reader.cursor}")
    return ExitCode.INTERRUPTED if stop.is_set() else ExitCode.OK


@contextmanager
def _asked_to_stop() -> Iterator[Event]:
    """An event that Ctrl-C or SIGTERM sets: reading ends between two changes, with the right cursor.

    The second signal ends at once, wherever that is.
    """
    stop = Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        restore()

    for number in before:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        restore()


def _cursor(archive: Archive, since: int | datetime, site: str | None) -> int:
    """The place in the stream that was named, in this archive."""
    with archive.read() as session:
        if site is not None and crawls.site_id(session, site) is None:
            raise Failure(
                f"the archive has no site {site!r}", remedy="`morgue status` names those it has."
            )
        last = stream.last_cursor(session)
        if isinstance(since, datetime):
            return stream.cursor_before(session, since)
    if since > last:
        raise Failure(
            f"the archive's last change is {last}: the cursor {since} is not of this archive",
            remedy="Begin again with --since 0, or with a moment.",
        )
    return last if since < 0 else since


class _Reader:
    """Reads on, and remembers how far it is."""

    def __init__(
        self,
        archive: Archive,
        *,
        cursor: int,
        site: str | None,
        kinds: list[ChangeKind],
        until: datetime | None,
    ) -> None:
        self.cursor = cursor
        self._archive = archive
        self._site = site
        self._kinds = kinds
        self._until = until

    def read(self, *, limit: int | None, is_following: bool, stop: Event) -> Iterator[ChangeView]:
        """The changes, as many as there are or may be; the cursor is after the one that was given last."""
        left = limit
        while left is None or left > 0:
            page = self._page(_PAGE if left is None else min(left, _PAGE))
            for change in page.changes:
                if stop.is_set():
                    return
                self.cursor = change.cursor
                yield change
            self.cursor = page.next_cursor
            if left is not None:
                left -= len(page.changes)
            is_drained = len(page.changes) < _PAGE
            if left == 0 or (is_drained and not is_following):
                return
            if is_drained and stop.wait(_PAUSE_S):
                return

    def _page(self, limit: int) -> Page:
        with self._archive.read() as session:
            return stream.read_changes(
                session,
                self.cursor,
                site=self._site,
                kinds=self._kinds,
                until=self._until,
                limit=limit,
            )


def _print(change: ChangeView) -> None:
    revision = f", revision {change.revision}" if change.revision else ""
    what = f"{_WORDS[change.kind]}: article {change.article}{revision}"
    title = f", {one_line(change.title)}" if change.title else ""
    output.line(f"{change.cursor}  {shown(change.recorded_at)}  {change.site}  {what}{title}")
