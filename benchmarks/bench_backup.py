"""What does a backup of a SQLite archive cost, by the ways that SQLite has, while another process writes to it?

python benchmarks/bench_backup.py [--articles 20000] [--folder FOLDER]

Compared in one run: the online backup API under a held snapshot (what `morgue backup` does), the same without a
snapshot (begins again whenever another connection writes), and VACUUM INTO. CPU is this process's; "writes" are
the commits of the writer meanwhile, and the longest that one of them took.
"""

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from config.clock import ManualClock
from db.archive import Archive
from db.backups import making
from db.engine import parse_address
from tests.contract.desk import Desk

_PATIENCE_S = 60.0

_WRITER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
print("ready", flush=True)
longest = count = 0
while True:
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE counter SET value = value + 1")
    connection.execute("COMMIT")
    count += 1
    longest = max(longest, time.perf_counter() - began)
    open(sys.argv[2], "w").write(f"{count} {longest}")
    time.sleep(0.01)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--folder", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=wanted.folder) as name:
        folder = Path(name)
        database = folder / "archive.sqlite3"
        fill(database, wanted.articles)
        print(f"archive of {database.stat().st_size / 1e6:.0f} MB")
        for way, act in WAYS.items():
            measure(way, act, database, folder)


def fill(database: Path, count: int) -> None:
    """An archive with so many revisions, each with a page of its own."""
    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    with Archive.open(f"sqlite:///{database}", clock=clock) as archive:
        desk = Desk(archive, clock)
        words = " ".join(f"word{n} of it" for n in range(300))
        for start in range(0, count, 100):
            entries = [
                desk.entry(desk.link(f"p{n}"), f"Story {n}. {words[n % 900 :]}")
                for n in range(start, min(start + 100, count))
            ]
            desk.archive_all(*entries)
            desk.wait(minutes=5)


def measure(way: str, act: Callable[[Path, Path], None], database: Path, folder: Path) -> None:
    """One way, beside a writer."""
    target, told = folder / "backup.sqlite3", folder / "told"
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(database), str(told)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        cpu, wall = time.process_time(), time.perf_counter()
        outcome = ""
        try:
            act(database, target)
        except TimeoutError:
            outcome = f"not done in {_PATIENCE_S:.0f} s; "
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        writer.terminate()
    count, longest = told.read_text().split()
    size = target.stat().st_size / 1e6 if target.exists() else 0
    print(
        f"{way:34} {outcome}{wall:6.1f} s, CPU {cpu:5.2f} s, {size:.0f} MB; "
        f"{count} writes, the longest {float(longest) * 1000:.0f} ms"
    )
    for end in ("", "-wal", "-shm", "-journal"):
        target.with_name(target.name + end).unlink(missing_ok=True)


def under_snapshot(database: Path, target: Path) -> None:
    """What `morgue backup` does."""
    url = parse_address(f"sqlite:///{database}")
    making.snapshot(url, target, tell=lambda _what, _done, _total: None)


def without_snapshot(database: Path, target: Path) -> None:
    """The backup API as its manual shows it: some pages at a time."""
    end = time.perf_counter() + _PATIENCE_S

    def hear(_status: int, _remaining: int, _total: int) -> None:
        if time.perf_counter() > end:
            raise TimeoutError

    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=2_000, progress=hear, sleep=0)


def vacuum_into(database: Path, target: Path) -> None:
    """Written anew, without free pages."""
    with closing(sqlite3.connect(database, isolation_level=None)) as source:
        source.execute("VACUUM INTO ?", (str(target),))


WAYS = {
    "backup API under a snapshot": under_snapshot,
    "backup API, 2,000 pages at a time": without_snapshot,
    "VACUUM INTO": vacuum_into,
}

if __name__ == "__main__":
    main()
