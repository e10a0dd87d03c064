"""Kills crawls, upgrades, backups, re-extractions and the daemon with SIGKILL, as often as one wants, and prints where.

usage: python benchmarks/prove_kills.py [--kills 1000] [--database sqlite|postgres] [--seed WORD]

The same lives as in tests/crash/test_many_kills.py: after each kill every capture and visit that a commit returned
for must be there, SQLite's integrity check and `morgue verify` must be clean; the run after the last kill must come
to what an undisturbed one does. Ends at the first archive of which that is not true, with exit code 1.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgres
from tests.crash.forks import Forks
from tests.crash.homes import Home, PostgresHome, SqliteHome
from tests.crash.lives import Scene, Tally, live
from tests.crash.rereadings import ReextractionScene
from tests.crash.scenes import BackupScene, DaemonScene, UpgradeScene, crawl_scenes, press
from tests.migration.kept_releases import RELEASES

_A_BATCH = 25
"""Kills between two lines of progress."""


def main() -> int:
    """Kill, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--database", choices=("sqlite", "postgres"))
    parser.add_argument("--seed", default="1")
    asked = parser.parse_args()
    databases = [asked.database] if asked.database else ["sqlite", "postgres"]
    began = time.monotonic()
    tallies: dict[str, Tally] = {}
    try:
        for database in databases:
            _prove(database, asked.kills // len(databases), asked.seed, tallies)
    except AssertionError as error:
        print(f"\nBROKEN: {error}")
        return 1
    _table(tallies, seconds=time.monotonic() - began)
    return 0


def _prove(database: str, kills: int, seed: str, tallies: dict[str, Tally]) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="morgue-kills-") as folder,
        _home(database, Path(folder)) as home,
        Forks(Path(folder) / "log") as forks,
        press(Path(folder)) as running,
    ):
        crawls = crawl_scenes(running, forks, home)
        scenes: dict[str, Scene] = dict(crawls)
        scenes["backup"] = BackupScene(forks, home, crawls["next crawl"].template, Path(folder))
        scenes |= {f"upgrade {name}": UpgradeScene(forks, home, name) for name in RELEASES}
        scenes["reextraction"] = ReextractionScene(forks, home, Path(folder))
        scenes["daemon"] = DaemonScene(crawls["first crawl"], seconds=6.0)
        shares = {name: 3.0 if name in crawls else 1.0 for name in scenes} | {"daemon": 0.3}  # slow
        for name, scene in scenes.items():
            tally = tallies.setdefault(f"{database} {name}", Tally())
            wanted = round(kills * shares[name] / sum(shares.values()))
            while (done := tally.kills.total()) < wanted:
                batch = min(_A_BATCH, wanted - done)
                tally.add(live(forks, scene, home, kills=batch, seed=f"{seed} {name} {done}"))
                print(f"{database} {name}: {tally.kills.total()} of {wanted}", flush=True)


@contextmanager
def _home(database: str, folder: Path) -> Iterator[Home]:
    if database == "sqlite":
        yield SqliteHome(folder)
        return
    with postgres.server() as address:
        yield PostgresHome(address)


def _table(tallies: dict[str, Tally], *, seconds: float) -> None:
    steps = sorted({step for tally in tallies.values() for step in tally.kills})
    width = max((len(step) for step in steps), default=0)
    print()
    for name, tally in tallies.items():
        print(f"{name}: {tally.kills.total()} kills, {tally.lives} archives")
        for step in steps:
            if tally.kills[step]:
                print(f"  {step:{width}}  {tally.kills[step]:5}")
    total = sum(tally.kills.total() for tally in tallies.values())
    archives = sum(tally.lives for tally in tallies.values())
    print(
        f"\n{total} kills at {archives} archives in {seconds:.0f} s: nothing lost, nothing doubled"
    )


if __name__ == "__main__":
    sys.exit(main())
