"""A removal that kills itself with SIGKILL the n-th time it has done a step.

python -m tests.contract.prune_child ARCHIVE STORE BEFORE [STEP N]
"""

import sys
from datetime import datetime

from config.clock import SystemClock
from db.archive import Archive
from db.captures import files, frames, rows
from db.captures.packs import Packs
from db.proving import pruning
from tests.contract import copy_child

copy_child.STEPS |= {
    "drop": frames.FrameStore,
    "delete_frames": rows,
    "rewrite": rows,
    "append": Packs,
    "_move": files.FileStore,
    "remove": Packs,
}


def main(address: str, spec: str, before: str, *deadly: str) -> None:
    if deadly:
        copy_child.arm(deadly[0], int(deadly[1]))
    with Archive.open(address, clock=SystemClock(), captures=spec) as archive:
        selection = pruning.Selection(before=datetime.fromisoformat(before))
        pruning.prune(archive, selection, actor="child", reason=None)
        archive.captures.reclaim(archive.write)


if __name__ == "__main__":
    main(*sys.argv[1:])
