"""One crawl after another writes into a SQLite archive while nine readers and commands use it.

usage: python benchmarks/busy.py [--minutes 60] [--folder FOLDER]

The same as tests/sharing/test_busy_archive.py, for longer: no command may tell of a lock, the stream of changes is seen
whole and once by who follows it, revisions have no gaps, and at the end the archive keeps all promises. The newsroom
publishes and edits an hour of its time every three seconds.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.sharing import room


def main() -> int:
    """Work, check, and print what was done."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--folder", type=Path, help="where to work; otherwise a temporary one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="morgue-busy-") as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        done = room.work(folder, seconds=asked.minutes * 60)
        print(room.table(done))
        try:
            room.check(folder, done)
        except AssertionError as error:
            print(f"BROKEN: {error}")
            return 1
    print("nobody heard of a lock, nobody saw a half")
    return 0


if __name__ == "__main__":
    sys.exit(main())
