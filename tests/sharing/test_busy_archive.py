"""One crawl after another writes, nine readers and commands ask: nobody hears of a lock or sees a half.

`python benchmarks/busy.py --minutes 60` does the same for as long as one wants.
"""

from pathlib import Path

import pytest

from tests.sharing import room


@pytest.mark.timeout(400)
def test_nobody_hears_of_a_lock_or_sees_a_half_while_a_crawl_writes(tmp_path: Path) -> None:
    done = room.work(tmp_path, seconds=18)
    room.check(tmp_path, done)
    assert all(each.lines for each in done), room.table(done)
