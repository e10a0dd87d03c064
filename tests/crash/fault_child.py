"""Writes to an archive on a disk that fails at its n-th call, for each n in turn, and tells what came of it.

python -m tests.crash.fault_child TEMPLATE FOLDER STORE KIND ERRNO STEP      (with the library of faults.c)
"""

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.clock import ManualClock
from db.archive import Archive
from db.asking import queries
from db.backups import kept, making
from db.backups.making import Origin
from db.errors import ArchiveError
from db.proving import seals
from db.verify import verify
from pipeline.fingerprint import shingles
from tests.contract.desk import Desk
from tests.crash.faults import Kind, failing

PATHS = ("a", "b", "c")


def main(template: str, home: str, store: str, kind: str, error: str, step: str) -> None:
    after = 0
    while True:
        folder = Path(home) / f"{after:05}"
        folder.mkdir(parents=True)
        told = tried(Path(template), folder, store, after=after, error=int(error), kind=Kind[kind])
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        shutil.rmtree(folder)
        if not told["hits"]:
            return
        after += int(step)


def tried(
    template: Path, folder: Path, store: str, *, after: int, error: int, kind: Kind
) -> dict[str, Any]:
    """One life of an archive: begun, written to while its disk fails, and gone on with."""
    clock = ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    shutil.copyfile(template, folder / "archive.sqlite3")
    address = f"sqlite:///{folder}/archive.sqlite3"
    captures = store.format(folder=folder)
    with Archive.open(address, clock=clock, captures=captures) as archive:
        Desk(archive, clock).see("before", "This was there before.")
    acknowledged: list[str] = []
    words, name = "", ""
    with failing(folder, after=after, error=error, kind=kind) as struck:
        try:
            with Archive.open(address, clock=clock, captures=captures) as archive:
                desk = Desk(archive, clock)
                for path in PATHS:
                    desk.see(path, f"Text of {path}. {'more ' * 200}")
                    acknowledged.append(path)
                seals.seal(archive)
            backup(address, captures, folder, clock)
        except ArchiveError as failure:
            words, name = str(failure), type(failure).__name__
        except Exception as failure:  # noqa: BLE001 - it is told, and the test fails
            words, name = repr(failure), "not told in words"
    with Archive.open(address, clock=clock, captures=captures) as archive:
        broken = [str(each) for each in verify(archive)]
        with archive.read() as session:
            found = [
                path
                for path in ("before", *acknowledged)
                if queries.find_articles(session, url_key=f"lantern.example/{path}")
            ]
        desk = Desk(archive, clock)
        desk.see("after", "It goes on.")
        broken += [str(each) for each in verify(archive)]
    backup(address, captures, folder, clock)
    return {
        "after": after,
        "hits": struck.hits,
        "error": name,
        "words": words,
        "lost": sorted({"before", *acknowledged} - set(found)),
        "broken": broken,
        "backups": len(kept.whole(folder / "backups")),
    }


def backup(address: str, captures: str, folder: Path, clock: ManualClock) -> None:
    origin = Origin(address, captures, clock, "test")
    making.make(origin, folder / "backups", keep=None, shingles_of=shingles)


if __name__ == "__main__":
    main(*sys.argv[1:])
