"""What forks of the zygote do, and the named steps at which each job can be killed.

A job that another part of Morgue needs to have killed is added here: what it does, and where its steps are.
"""

import asyncio
import importlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alembic.ddl.impl import DefaultImpl
from sqlalchemy import func, select

from config.alerting import AlertRule, Channel
from config.clock import ManualClock, SystemClock
from config.settings import Settings, load_settings
from config.site import load_sites
from crawler import holding
from crawler.backlog import Backlog
from crawler.run import run_crawl
from db import schema
from db.archive import Archive, Session
from db.archiving import alerts, backfill_lists, backfills, crawls, ledger
from db.backups import kept, making
from db.histories import changes, edits, rereadings, resettle
from db.identities import actions, aliases
from db.models import Crawl, Site
from db.proving import seals
from morgue import daemon, reextraction
from morgue.alerting import desk
from morgue.cli import morgue, up
from morgue.daemon import Daemon
from morgue.health.findings import Finding, Kind
from morgue.reextraction import Run
from morgue.reextraction_report import SiteReport, Wanted
from morgue.rereading import Order, ReadCapture
from pipeline import context, extraction
from pipeline.context import Event
from pipeline.fingerprint import shingles
from pipeline.rereading import Again, Missing
from pipeline.stages import learn, neighbours
from tests.contract.press import site
from tests.crash import child
from tests.hostile import child as hostile

log = logging.getLogger("crash")

_LOOK_S = 0.3

Steps = Mapping[str, tuple[Any, str, str]]
"""Step -> whose function stands there, and on which side of it. "after" is inside its transaction."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that can be killed."""

    run: Callable[[dict[str, Any]], int]
    steps: Steps
    prepare: Callable[[dict[str, Any]], None] = lambda _: None
    """Done in the fork, before it is armed."""


def _crawl(order: dict[str, Any]) -> int:
    """Crawl every site of a project."""
    settings = load_settings(Path(order["config"]), env={}, cwd=Path("/"))
    report = run_crawl(
        settings,
        list(load_sites(settings.sites_dir).values()),
        trigger="command",
        clock=SystemClock(offset=timedelta(seconds=order["offset_s"])),
        progress=lambda event: _tell(order["told"], event),
    )
    log.warning("%s: %s", report.outcome, report.error)
    return 0 if report.outcome == "finished" else 1


def _tell(path: str, event: Event) -> None:
    """What `crawl --json` prints of a visit, which is acknowledged by that."""
    if event.name == "visit_archived":
        _note(path, f"told {event.facts['url']}")


def _note(path: str, *lines: str) -> None:
    """Write in one call: a process that is killed has written all of it or nothing."""
    written = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(written, "".join(f"{line}\n" for line in lines).encode())
    os.close(written)


class _ReadHere:
    """Reads pages in a thread: what a reading process costs to start would be paid for every kill."""

    def __init__(self, *, processes: int, timeout_s: float, memory_mb: int) -> None:
        del processes, timeout_s, memory_mb

    async def read(self, task: extraction.Task) -> extraction.Result:
        return await asyncio.to_thread(extraction.perform, task)

    async def sight(self, task: extraction.Task) -> Any:
        return await asyncio.to_thread(extraction.sight, task)

    async def close(self) -> None:
        return


def read_here() -> None:
    """Let the crawls of this process read pages in threads of their own."""
    for module in (context, learn):
        module.ReadingProcess = _ReadHere  # type: ignore[attr-defined]


def _prepare_crawl(order: dict[str, Any]) -> None:
    read_here()
    acknowledge(order["told"])


def acknowledge(path: str) -> None:
    """Write down, outside of the archive, what each commit returned for."""
    write = Archive.write

    @contextmanager
    def noted(self: Archive) -> Iterator[Session]:
        with write(self) as session:
            yield session
            lines = session.info.get("written", [])
        if lines:
            _note(path, *lines)

    def keep(session: Session, *rest: Any) -> Any:
        kept = keep_captures(session, *rest)
        _written(session, [f"capture {each.capture_id}" for each in kept])
        return kept

    def archive(session: Session, *rest: Any, **named: Any) -> Any:
        archived = archive_entries(session, *rest, **named)
        _written(session, [f"visit {each.visit_id}" for each in archived])
        return archived

    keep_captures, archive_entries = ledger.keep_captures, ledger.archive_entries
    Archive.write = noted  # type: ignore[method-assign]
    ledger.keep_captures, ledger.archive_entries = keep, archive


def _written(session: Session, lines: list[str]) -> None:
    session.info.setdefault("written", []).extend(lines)


def _upgrade(order: dict[str, Any]) -> int:
    """Open an archive that an earlier release wrote."""
    Archive.open(order["address"], clock=SystemClock()).close()
    return 0


def _back_up(order: dict[str, Any]) -> int:
    """Back an archive up into a folder of backups."""
    origin = making.Origin(order["address"], "database", SystemClock(), "test")
    making.make(origin, Path(order["place"]), keep=2, shingles_of=shingles)
    return 0


def _go_back(order: dict[str, Any]) -> int:
    """Go on with a site's back-fill, and do none of its daily work."""
    settings = load_settings(Path(order["config"]), env={}, cwd=Path("/"))
    report = run_crawl(
        settings,
        [],
        backlogs=[load_sites(settings.sites_dir)[order["site"]]],
        trigger="backfill",
        clock=SystemClock(offset=timedelta(seconds=order["offset_s"])),
    )
    log.warning("%s: %s", report.outcome, report.error)
    return 0 if report.outcome == "finished" else 1


def _read_again(order: dict[str, Any]) -> int:
    """Read every page of the small newspaper again, by a better site file."""
    reextraction.ARTICLES = 2  # several transactions
    clock = ManualClock(datetime.fromisoformat(order["moment"]))
    with Archive.open(order["address"], clock=clock) as archive:
        run = Run(Settings(archive_url=order["address"]), archive, clock, jobs=1)
        run.over([site(remove=".extra")], Wanted())
    return 0


def _prepare_reading(order: dict[str, Any]) -> None:
    if not order["processes"]:
        reextraction.read_all = _read_all_here


def _read_all_here(
    work: ReadCapture, orders: Iterable[Order], *, jobs: int, timeout_s: float
) -> Generator[Again | Missing]:
    """Read in the fork itself what is read in processes otherwise."""
    del jobs, timeout_s
    work.prepare()
    yield from map(work, orders)


_WRITES = """
import json, pathlib, sys, uuid
(pathlib.Path(sys.argv[1]) / uuid.uuid4().hex).write_text(json.dumps(json.load(sys.stdin)))
"""


def _tell_people(order: dict[str, Any]) -> int:
    """Raise an alert of what is wrong with a site, and have a command take it."""
    clock = SystemClock(offset=timedelta(seconds=order["offset_s"]))
    rules = [AlertRule.model_validate({"name": "ill", "health": "all", "to": "file"})]
    command = (sys.executable, "-c", _WRITES, order["folder"])
    with Archive.open(order["address"], clock=clock) as archive:
        found = Finding(Kind.LAYOUT, "lantern", clock.now(), "0 of 20 have a date")
        desk.raise_alerts(archive, rules, [found])
        desk.deliver(archive, rules, [Channel(name="file", command=command)], env={})
    return 0


def _keep_crawling(order: dict[str, Any]) -> int:
    """Be the daemon until every site has been crawled and nothing is under way."""
    os.environ[order["mark"]] = "1"  # by which those are known that are left behind
    threading.Thread(target=_end_when_done, args=[order], daemon=True).start()
    try:
        morgue.main(["--config", order["config"], "up"], prog_name="morgue")
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _end_when_done(order: dict[str, Any]) -> None:
    clock = SystemClock(offset=timedelta(seconds=order["offset_s"]))
    with Archive.open(order["address"], clock=clock, read_only=True) as archive:
        while True:
            time.sleep(_LOOK_S)
            with archive.read() as session:
                done = select(func.count()).where(Site.due_at > clock.now())
                running = select(func.count()).where(
                    Crawl.finished_at.is_(None), Crawl.outcome.is_(None)
                )
                if session.scalar(done) == order["sites"] and not session.scalar(running):
                    break
    os.kill(os.getpid(), signal.SIGTERM)


def _command(order: dict[str, Any]) -> int:
    """Be a command line."""
    _move(order)
    try:
        morgue.main(order["words"], prog_name="morgue")
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _program(order: dict[str, Any]) -> int:
    """Be the program that a module of the tests is."""
    _move(order)
    return int(importlib.import_module(order["module"]).main(*order["words"]) or 0)


def _crawl_hostile(order: dict[str, Any]) -> int:
    """Crawl what a folder's task says, as tests of hostile servers have it."""
    _move(order)
    hostile.main(Path(order["folder"]))
    return 0


def _move(order: dict[str, Any]) -> None:
    """Go to a folder with an environment of its own, and print into files."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    for stream, path in enumerate(order["printed"], start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)


CRAWL_STEPS: Steps = {
    "leases_taken": (holding, "take", "after"),
    "crawl_begun": (crawls, "begin_crawl", "after"),
    **child.STEPS,
    "source_noted": (crawls, "note_source", "after"),
    "edits_written": (edits, "add_edits", "after"),
    "crawl_ended": (crawls, "end_crawl", "after"),
    "seal_made": (seals, "_row", "after"),
}

UPGRADE_STEPS: Steps = {
    "wal_begun": (schema, "_use_wal", "after"),
    "upgrade_begins": (schema, "migrate", "before"),
    "statement_run": (DefaultImpl, "_exec", "after"),
    "upgrade_made": (schema, "migrate", "after"),
    "upgrade_committed": (schema, "upgrade", "after"),
}

BACKUP_STEPS: Steps = {
    "backup_begun": (kept, "begin", "after"),
    "rows_copied": (making, "_copy_rows", "after"),
    "snapshot_made": (making, "snapshot", "after"),
    "manifest_written": (kept, "write_manifest", "after"),
    "backup_ends": (kept, "finish", "before"),
    "backup_ended": (kept, "finish", "after"),
    "old_ones_removed": (kept, "thin", "after"),
}

BACKFILL_STEPS: Steps = {
    "lists_begun": (backfill_lists, "add_documents", "after"),
    "list_comes": (Backlog, "take", "before"),
    "list_written": (backfill_lists, "note_read", "after"),
    "pages_chosen": (backfill_lists, "wanted_links", "after"),
    "capture_kept": child.STEPS["capture_kept"],
    "visit_written": child.STEPS["visit_written"],
    "slice_ended": (backfills, "end_slice", "after"),
}

REEXTRACTION_STEPS: Steps = {
    "action_added": (actions, "add_action", "after"),
    "readings_written": (rereadings, "write_readings", "after"),
    "article_settled": (resettle, "write", "after"),
    "changes_recorded": (changes, "record", "after"),
    "articles_committed": (SiteReport, "take", "before"),
    "article_added": (aliases, "add_article", "after"),
    "quarantine_released": (rereadings, "release", "after"),
    "edits_followed": (neighbours, "catch_up", "before"),
    "action_completed": (actions, "complete_action", "after"),
}

ALERT_STEPS: Steps = {
    "alert_written": (alerts, "keep_raised", "after"),
    "alert_is_sent": (desk, "send", "before"),
    "alert_delivered": (desk, "send", "after"),
    "delivery_noted": (alerts, "note_delivered", "after"),
    "round_ends": (desk, "deliver", "after"),
}

DAEMON_STEPS: Steps = {
    "look_begins": (Daemon, "_look", "before"),
    "due_sites_found": (up, "_find_due", "after"),
    "crawl_starts": (Daemon, "_start", "before"),
    "child_heard": (daemon, "_site_event", "before"),
    "site_told": (daemon, "_tell", "after"),
}

JOBS = {
    "command": Job(_command, {}),
    "program": Job(_program, {}),
    "hostile crawl": Job(_crawl_hostile, {}),
    "crawl": Job(_crawl, CRAWL_STEPS, _prepare_crawl),
    "upgrade": Job(_upgrade, UPGRADE_STEPS),
    "backup": Job(_back_up, BACKUP_STEPS),
    "backfill": Job(_go_back, BACKFILL_STEPS, lambda _: read_here()),
    "reextraction": Job(_read_again, REEXTRACTION_STEPS, _prepare_reading),
    "alert": Job(_tell_people, ALERT_STEPS),
    "daemon": Job(_keep_crawling, DAEMON_STEPS),
}
