"""`morgue backfill`: a site's past, through its sitemaps, its API and its pages by date."""

import json
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import click

from config.site import SiteConfig
from db.archive import Archive
from db.archiving import backfills, crawls
from db.archiving.backfills import KnownBackfill, Progress
from db.models import BackfillState
from morgue.children import morgue_command
from morgue.cli import output
from morgue.cli.access import settings_of, sites_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import shown
from morgue.cli.opened import archive_of
from morgue.cli.options import json_option
from morgue.cli.progress import Tell, bar

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("name", required=False, metavar="[SITE]")
@click.option("--from", "first", type=_DAY, metavar="DAY", help="The first day that is wanted.")
@click.option("--to", "last", type=_DAY, metavar="DAY", help="The last one; today if not given.")
@click.option("--soon", is_flag=True, help="Leave the work to the daemon, beside the daily one.")
@click.option("--list", "is_listing", is_flag=True, help="List back-fills and how far they are.")
@click.option("--stop", type=int, metavar="NUMBER", help="End the back-fill of this number.")
@json_option
@click.pass_obj
def backfill(
    invocation: Invocation,
    name: str | None,
    *,
    first: datetime | None,
    last: datetime | None,
    soon: bool,
    is_listing: bool,
    stop: int | None,
    as_json: bool,
) -> ExitCode:
    """Fetch what a site published in a period of its past.

    Days are those of the site's own clocks. Sitemaps and their indexes are read, those left out whose
    name or date says that they have nothing of the period; so are the WordPress API and the pages by
    date that the site's file names (`archive:`). Pages that are known are not asked for again. Whether an
    article is of the period is decided by its own date, when it has been read.

    It keeps to the site's pauses and robots.txt, and the site's daily crawls go first. Killed or stopped
    with Ctrl-C, the same command goes on where it was. With --soon, or when it is interrupted, the daemon
    (`morgue up`) does the rest. Exit code 1 where the site could not be reached.
    """
    settings = settings_of(invocation)
    if is_listing or stop is not None:
        with archive_of(settings, is_asked_only=stop is None) as archive:
            if stop is not None:
                return _stop(archive, stop, as_json=as_json)
            return _list(archive, name, as_json=as_json)
    if name is None or first is None:
        raise Failure(
            "nothing says what is wanted", remedy="Write: morgue backfill SITE --from 2024-01-01"
        )
    site = sites_of(settings, [name])[name]
    with archive_of(settings) as archive:
        known = _begin(archive, site, first.date(), last.date() if last else None)
        if soon:
            _tell_soon(known, as_json=as_json)
            return ExitCode.OK
        return _run(invocation, archive, known, as_json=as_json)


def _begin(archive: Archive, site: SiteConfig, first: date, last: date | None) -> KnownBackfill:
    now = archive.clock.now()
    today = now.astimezone(site.zone).date()
    last = min(last or today, today)
    if first > last:
        raise Failure(
            f"the period from {first} to {last} has no day", remedy="Write the earlier day first."
        )
    if not site.sources:
        raise Failure(
            f"{site.name} has no sources", remedy="Name a sitemap in its file: docs/add-a-site.md."
        )
    with archive.write() as session:
        row = crawls.ensure_site(session, name=site.name, title=site.title, home=site.home, now=now)
        known, _ = backfills.begin(session, row.id, first, last, now=now)
    return known


def _run(
    invocation: Invocation,
    archive: Archive,
    known: KnownBackfill,
    *,
    as_json: bool,
) -> ExitCode:
    """Slice after slice, each a crawl in a process of its own, until it is complete or cannot go on."""
    with bar(is_quiet=invocation.is_quiet or as_json) as tell:
        while True:
            with archive.read() as session:
                before = backfills.progress(session, known.id)
            ended = _slice(invocation, known, before, tell)
            with archive.read() as session:
                known = backfills.load(session, known.id)
                at = backfills.progress(session, known.id)
            if known.state is not BackfillState.OPEN or ended.is_stopped:
                break
            if ended.problem or at == before:
                _print(known, at, as_json=as_json)
                words = ended.problem or known.detail or "nothing more could be had for now"
                raise Failure(words, remedy="The same command goes on; so does the daemon.")
    _print(known, at, as_json=as_json)
    if ended.is_stopped and known.state is BackfillState.OPEN:
        output.note("Stopped. The same command goes on where it was, and so does the daemon.")
        return ExitCode.INTERRUPTED
    return ExitCode.OK


class _Ended:
    """How a slice ended."""

    def __init__(self) -> None:
        self.is_stopped = False
        self.problem: str | None = None


def _slice(invocation: Invocation, known: KnownBackfill, at: Progress, tell: Tell) -> _Ended:
    ended = _Ended()
    done, total = at.links - at.links_waiting, at.links
    with _crawling(invocation, known.site, ended) as child:
        assert child.stdout is not None
        for line in child.stdout:
            event = _event(line)
            if event.get("event") == "list_read":
                total += int(event.get("pages") or 0)
            elif event.get("event") == "visit_archived":
                done += 1
            elif event.get("event") == "site_busy" or event.get("error"):
                ended.problem = str(event.get("why") or event["error"])
            tell(known.site, done, max(total, done))
    if child.returncode in (ExitCode.INTERRUPTED, -signal.SIGINT, -signal.SIGTERM):
        ended.is_stopped, ended.problem = True, None
    elif child.returncode and not ended.problem:
        ended.problem = f"its crawl ended with code {child.returncode}"
    return ended


@contextmanager
def _crawling(
    invocation: Invocation, site: str, ended: _Ended
) -> Iterator["subprocess.Popen[str]"]:
    """A child that crawls one slice; SIGTERM and SIGINT to us end it in peace."""
    config = ("--config", str(invocation.config)) if invocation.config else ()
    command = morgue_command(
        *config, "crawl", "--due", "--backfill", "--trigger", "backfill", "--json", site
    )
    child = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, text=True, env=dict(invocation.env)
    )

    def stop(_number: int, _frame: object) -> None:
        ended.is_stopped = True
        child.send_signal(signal.SIGTERM)

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        with child:
            yield child
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _stop(archive: Archive, number: int, *, as_json: bool) -> ExitCode:
    with archive.write() as session:
        try:
            was_open = backfills.stop(session, number, now=archive.clock.now())
        except LookupError as error:
            raise Failure(
                f"there is no back-fill {number}", remedy="`morgue backfill --list` numbers them."
            ) from error
        known, at = backfills.load(session, number), backfills.progress(session, number)
    if not was_open and not as_json:
        output.line(f"Back-fill {number} had ended already: {known.state}.")
        return ExitCode.OK
    _print(known, at, as_json=as_json)
    return ExitCode.OK


def _list(archive: Archive, name: str | None, *, as_json: bool) -> ExitCode:
    with archive.read() as session:
        known = backfills.listed(session, site=name)
        all_at = [backfills.progress(session, each.id) for each in known]
    if as_json:
        output.document([_document(each, at) for each, at in zip(known, all_at, strict=True)])
        return ExitCode.OK
    if not known:
        output.line("No back-fill was asked for yet: morgue backfill SITE --from DAY --to DAY")
        return ExitCode.OK
    output.table(
        ("NUMBER", "SITE", "FROM", "TO", "STATE", "LISTS", "PAGES", "NEXT"),
        [
            (
                str(each.id),
                each.site,
                each.first.isoformat(),
                each.last.isoformat(),
                each.state.value,
                _of(at.documents - at.documents_waiting, at.documents),
                _of(at.links - at.links_waiting, at.links),
                _next(each),
            )
            for each, at in zip(known, all_at, strict=True)
        ],
    )
    return ExitCode.OK


def _next(known: KnownBackfill) -> str:
    if known.state is not BackfillState.OPEN:
        return f"ended {shown(known.ended_at)}"
    words = shown(known.due_at) if known.due_at else "now"
    return f"{words}: {known.detail}" if known.detail else words


def _of(done: int, total: int) -> str:
    return f"{done} of {total}"


def _tell_soon(known: KnownBackfill, *, as_json: bool) -> None:
    if as_json:
        output.document({"backfill": known.id, "site": known.site, "state": known.state})
        return
    output.line(
        f"Back-fill {known.id} of {known.site} from {known.first} to {known.last} is the daemon's now "
        "(`morgue up`); `morgue backfill --list` shows how far it is."
    )


def _print(known: KnownBackfill, at: Progress, *, as_json: bool) -> None:
    if as_json:
        output.document(_document(known, at))
        return
    for words in _lines(known, at):
        output.line(words)


def _lines(known: KnownBackfill, at: Progress) -> Sequence[str]:
    lines = [
        f"Back-fill {known.id} of {known.site}, {known.first} to {known.last}: {known.state}",
        f"  lists read or left out: {_of(at.documents - at.documents_waiting, at.documents)}",
        f"  pages looked at: {_of(at.links - at.links_waiting, at.links)}",
    ]
    words = {
        "lists_failed": "lists could not be read",
        "lists_refused": "lists are refused by robots.txt",
        "outside_by_list": "pages left out: of other days by what their list says",
        "articles_in_period": "articles of the period",
        "articles_of_other_days": "articles of other days, by their own date",
        "articles_undated": "articles without a date",
        "no_article": "pages that showed no article",
    }
    lines += [f"  {known.counts[key]} {say}" for key, say in words.items() if known.counts.get(key)]
    if known.state is BackfillState.COMPLETE:
        lines.append(
            f"  `morgue audit {known.site} --from {known.first} --to {known.last}` shows what is missing"
        )
    return lines


def _document(known: KnownBackfill, at: Progress) -> dict[str, Any]:
    return {
        "backfill": known.id,
        "site": known.site,
        "from": known.first.isoformat(),
        "to": known.last.isoformat(),
        "state": known.state,
        "asked_at": known.asked_at,
        "due_at": known.due_at,
        "ended_at": known.ended_at,
        "detail": known.detail,
        "lists": at.documents,
        "lists_waiting": at.documents_waiting,
        "pages": at.links,
        "pages_waiting": at.links_waiting,
        "counts": known.counts,
    }
