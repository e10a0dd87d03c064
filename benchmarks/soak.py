"""The daemon for hours against a newsroom on this machine: do memory, files, threads and the cost of a look stay flat?

usage: python benchmarks/soak.py [--hours 24] [--every-s 30] [--folder FOLDER] [--samples FILE]

Three outlets are crawled every minute, and every page of theirs is looked at again every two to ten minutes, while the
newsroom publishes and edits in real time. Sampled: memory of the daemon and of its children (PSS: shared pages count
once), open files, threads, and the archive's size for each look. The first sixth of the time is warm-up. Of the rest
the first third is compared with the last; slopes are least squares. Exit code 1 where something is not flat.
"""

import argparse
import csv
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, timedelta
from pathlib import Path

from config.clock import SystemClock
from morgue.demo.newsroom import Newsroom, NewsroomServer, write_site_files

_SCHEDULE = "schedule:\n  every: 1m\n  revisit: {1h: 2m, 1d: 5m, 14d: 10m}\n"
_MOVE_S = 5.0
_MAY_GROW = 1.10  # by the last third, against the first
_MAY_GROW_MB = 8.0
_MAY_GROW_COUNT = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """How the daemon was at a moment."""

    hours: float
    daemon_mb: float
    children_mb: float
    files: int  # open, of the daemon
    threads: int  # of the daemon
    children: int
    looks: int
    archive_mb: float


def main() -> int:
    """Run, sample, judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--every-s", type=float, default=30)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--samples", type=Path, help="a CSV file for every sample")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="morgue-soak-") as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        samples = soak(folder, hours=asked.hours, every_s=asked.every_s)
    if asked.samples:
        write(asked.samples, samples)
    return 0 if tell(samples) else 1


def soak(folder: Path, *, hours: float, every_s: float) -> list[Sample]:
    """Let the daemon work, and look at it."""
    newsroom = Newsroom(articles=150 + round(10 * hours), future=timedelta(hours=max(hours, 2)))
    with NewsroomServer(newsroom) as server:
        for path in write_site_files(folder / "sites", server):
            text = path.read_text()
            head, _, rest = text.partition("schedule:\n")
            lines = rest.splitlines(keepends=True)
            while lines and lines[0][:1] in {" ", "#"}:
                del lines[0]
            path.write_text(head + _SCHEDULE + "".join(lines))
        offset = newsroom.clock.now() - SystemClock().now().astimezone(UTC)
        (folder / "morgue.yaml").write_text(
            "archive_url: sqlite:///archive.sqlite3\nsites_dir: sites\n"
            f"clock_offset_s: {offset.total_seconds()}\n"
        )
        with (folder / "daemon.log").open("ab") as log:
            daemon = subprocess.Popen(
                [sys.executable, "-P", "-m", "morgue", "up"], cwd=folder, stdout=log, stderr=log
            )
        try:
            return _watch(daemon, newsroom, folder, hours=hours, every_s=every_s)
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(120)


def _watch(
    daemon: "subprocess.Popen[bytes]",
    newsroom: Newsroom,
    folder: Path,
    *,
    hours: float,
    every_s: float,
) -> list[Sample]:
    began = moved = sampled = time.monotonic()
    samples: list[Sample] = []
    try:
        while (now := time.monotonic()) - began < hours * 3600:
            if daemon.poll() is not None:
                raise SystemExit(
                    f"the daemon ended: exit code {daemon.returncode}; {folder}/daemon.log"
                )
            newsroom.advance(timedelta(seconds=now - moved))
            moved = now
            if now - sampled >= every_s:
                sampled = now
                samples.append(_sample(daemon.pid, folder, hours=(now - began) / 3600))
            time.sleep(_MOVE_S)
    except KeyboardInterrupt:
        print("stopped early")
    return samples


def _sample(pid: int, folder: Path, *, hours: float) -> Sample:
    family = _family(pid)
    proc = Path(f"/proc/{pid}")
    size = sum(each.stat().st_size for each in folder.glob("archive.sqlite3*"))
    return Sample(
        hours=round(hours, 4),
        daemon_mb=_pss_mb(pid),
        children_mb=sum(map(_pss_mb, family)),
        files=len(list((proc / "fd").iterdir())),
        threads=len(list((proc / "task").iterdir())),
        children=len(family),
        looks=_looks(folder / "archive.sqlite3"),
        archive_mb=size / 1e6,
    )


def _family(pid: int) -> list[int]:
    """Every process below this one."""
    below: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                below += [child, *_family(child)]
    return below


def _pss_mb(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0  # it has ended meanwhile


def _looks(archive: Path) -> int:
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as read,
    ):
        count: int = read.execute("select coalesce(max(id), 0) from visit").fetchone()[0]
        return count
    return 0


def write(path: Path, samples: Sequence[Sample]) -> None:
    """Every sample, a line."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Sample)])
        writer.writeheader()
        writer.writerows(map(asdict, samples))


def tell(samples: Sequence[Sample]) -> bool:
    """Print what was seen; whether it was flat."""
    warm = samples[len(samples) // 6 :]
    if len(warm) < 6:
        print("too short to say anything: fewer than six samples after warm-up")
        return False
    third = len(warm) // 3
    first, last = warm[:third], warm[-third:]
    print(f"{warm[-1].hours:.2f} h, {len(samples)} samples, {warm[-1].looks} looks\n")
    print(f"{'':12} {'first third':>12} {'last third':>12} {'an hour':>10}")
    is_flat = True
    for name, floor in (
        ("daemon_mb", _MAY_GROW_MB),
        ("children_mb", _MAY_GROW_MB),
        ("files", _MAY_GROW_COUNT),
        ("threads", _MAY_GROW_COUNT),
    ):
        middle = statistics.fmean if name == "children_mb" else statistics.median
        before, after = (middle(getattr(each, name) for each in part) for part in (first, last))
        slope = _slope([(each.hours, getattr(each, name)) for each in warm])
        grows = after > max(before * _MAY_GROW, before + floor)
        is_flat &= not grows
        print(f"{name:12} {before:12.1f} {after:12.1f} {slope:+10.2f}{'  GROWS' if grows else ''}")
    bytes_a_look = [
        1e6 * _slope([(each.looks, each.archive_mb) for each in part]) for part in (first, last)
    ]
    print(f"{'bytes/look':12} {bytes_a_look[0]:12.0f} {bytes_a_look[1]:12.0f}")
    print("\nflat after warm-up" if is_flat else "\nNOT flat after warm-up")
    return is_flat


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """Least squares; 0 where the first values do not differ."""
    if len({x for x, _ in points}) < 2:
        return 0.0
    return statistics.linear_regression([x for x, _ in points], [y for _, y in points]).slope


if __name__ == "__main__":
    sys.exit(main())
