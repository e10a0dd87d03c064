"""A backup or a restore that kills itself with SIGKILL the n-th time it comes to a step, before it or after it.

python -m tests.contract.backup_child backup ADDRESS STORE PLACE [STEP SIDE N]
python -m tests.contract.backup_child restore PLACE ADDRESS STORE [STEP SIDE N]
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from config.clock import SystemClock
from db.backups import durable, kept, making, restoring
from db.backups.making import Origin
from db.backups.restoring import Target
from db.moving import copied_rows
from pipeline.fingerprint import shingles

STEPS: dict[str, Any] = {
    "begin": kept,
    "snapshot": making,
    "_copy_rows": making,
    "put": copied_rows.Rows,
    "_copy_pack": making,
    "_manifest": making,
    "write_manifest": kept,
    "finish": kept,
    "thin": kept,
    "remove": kept,
    "copy": durable,
    "copy_file": restoring,
    "_check_database": restoring,
    "place_packs": restoring,
    "place_database": restoring,
}
"""Step -> where its function stands."""


def arm(step: str, side: str, count: int) -> None:
    owner = STEPS[step]
    original = getattr(owner, step)
    left = count

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, step, deadly)


def main(deed: str, first: str, second: str, third: str, *deadly: str) -> None:
    if deadly:
        arm(deadly[0], deadly[1], int(deadly[2]))
    clock = SystemClock()
    if deed == "backup":
        making.make(Origin(first, second, clock, "test"), Path(third), keep=2, shingles_of=shingles)
    else:
        restoring.restore(
            restoring.newest(Path(first)), Target(second, third, clock), shingles_of=shingles
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
