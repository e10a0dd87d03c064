"""A copy that kills itself with SIGKILL the n-th time it has done a step.

python -m tests.contract.copy_child SOURCE TARGET STORE [STEP N]
"""

import os
import signal
import sys
from typing import Any

from config.clock import SystemClock
from db import schema
from db.archive import Archive
from db.asking import search
from db.moving import copied_rows, copying
from pipeline.fingerprint import shingles

STEPS = {
    "mark_copy": schema,
    "put": copied_rows.Rows,
    "read": copied_rows.Rows,
    "index_revisions": search,
}
"""Step -> where its function stands. It dies after it, inside of its transaction."""


def arm(step: str, count: int) -> None:
    owner: Any = STEPS[step]
    original = getattr(owner, step)
    left = count

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        result = original(*args, **kwargs)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, step, deadly)


def main(source: str, target: str, spec: str, *deadly: str) -> None:
    if deadly:
        arm(deadly[0], int(deadly[1]))
    clock = SystemClock()
    with (
        Archive.open(source, clock=clock, read_only=True) as origin,
        Archive.open(target, clock=clock, captures=spec, upgrade="copy") as copy,
    ):
        copying.copy(origin, copy, shingles_of=shingles)


if __name__ == "__main__":
    main(*sys.argv[1:])
