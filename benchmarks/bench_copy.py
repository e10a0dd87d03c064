"""What moving an archive costs, and holding it to its past: rows a second, milliseconds for a thousand rows.

All seconds are CPU seconds of this process: what others do on the machine does not count, nor does Postgres.

    python benchmarks/bench_copy.py [--revisions 5000] [--target postgresql://...]     an empty database

The archive is that of bench_archive.py: texts of 4 KB, each with its capture, and one later look at each.
The peer of the copy is SQLite's own online backup of the same file, which moves pages and knows no other database.
"""

import argparse
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench_archive import NOW, archived, texts
from sqlalchemy import func, select

from config.clock import ManualClock
from db.archive import Archive
from db.models import TreeHead
from db.moving import copying
from db.proving import seals
from db.verify import Progress, verify
from pipeline.fingerprint import shingles


def sealed(archive: Archive) -> None:
    """Print what sealing everything costs."""
    for_tree: dict[str, list[float]] = {}
    counts: dict[str, int] = {}
    last = time.process_time()

    def tell(tree: str, count: int) -> None:
        nonlocal last
        for_tree.setdefault(tree, []).append(time.process_time() - last)
        counts[tree] = counts.get(tree, 0) + count
        last = time.process_time()

    seals.seal(archive, tell=tell)
    for tree, seconds in for_tree.items():
        print(f"sealing a thousand {tree}s: {sum(seconds) / counts[tree] * 1e6:.1f} ms")
    with archive.read() as session:
        size = session.scalar(
            select(func.sum(func.length(TreeHead.members) + func.length(TreeHead.frontier) + 32))
        )
    print(f"bytes of the heads for a row: {(size or 0) / sum(counts.values()):.1f}")


def copied(source: Archive, address: str) -> None:
    """Print what a copy costs, by part."""
    began: dict[str, float] = {}
    ended: dict[str, tuple[float, int]] = {}

    def hear(step: copying.CopyProgress) -> None:
        began.setdefault(step.step, time.process_time())
        ended[step.step] = (time.process_time(), step.done)

    start = time.process_time()
    with Archive.open(address, clock=ManualClock(NOW), upgrade="copy") as target:
        report = copying.copy(source, target, shingles_of=shingles, progress=hear)
        seconds = time.process_time() - start
        rows = sum(report.rows.values())
        print(f"copy to {address.partition(':')[0]}: {rows} rows in {seconds:.1f} s: ", end="")
        print(f"{rows / seconds:.0f} rows/s, {report.rows['revision'] / seconds:.0f} revisions/s")
        compared = ended["comparing"][0] - ended["copying"][0]
        print(f"  comparing alone: {rows / compared:.0f} rows/s")
        checked(target)


def checked(archive: Archive) -> None:
    """Print what checking every promise costs."""
    seconds: dict[str, float] = {}
    last = time.process_time()

    def hear(step: Progress) -> None:
        nonlocal last
        now = time.process_time()
        seconds[step.promise] = seconds.get(step.promise, 0.0) + now - last
        last = now

    assert verify(archive, progress=hear) == []
    slowest = sorted(seconds.items(), key=lambda item: -item[1])[:4]
    told = ", ".join(f"{name} {value:.2f}" for name, value in slowest)
    print(f"  verify: {sum(seconds.values()):.2f} s, of which {told}")


def backed_up(source: Path, target: Path) -> float:
    """Seconds of SQLite's own backup."""
    began = time.process_time()
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    return time.process_time() - began


def main() -> None:
    """Make an archive, seal it, copy it, check it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--revisions", type=int, default=5000)
    parser.add_argument("--target", help="an empty Postgres database; SQLite where absent")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-copy-") as name:
        path = Path(name) / "archive.sqlite3"
        archived(f"sqlite:///{path}", texts(chosen.revisions), 40)
        with Archive.open(f"sqlite:///{path}", clock=ManualClock(NOW)) as source:
            sealed(source)
            copied(source, chosen.target or f"sqlite:///{name}/copy.sqlite3")
        print(
            f"SQLite's own backup of the file: {backed_up(path, Path(name) / 'backup.sqlite3'):.2f} s"
        )


if __name__ == "__main__":
    main()
