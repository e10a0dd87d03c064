"""An upgrade that kills itself with SIGKILL at a step: a named one, or the n-th statement of its migrations.

python -m tests.migration.upgrade_child ADDRESS STEP SIDE
python -m tests.migration.upgrade_child ADDRESS statement N
"""

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from config.clock import SystemClock
from db import schema
from db.archive import Archive


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(step: str, side: str) -> None:
    original = getattr(schema, step)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        if side == "before":
            die()
        original(*args, **kwargs)
        die()

    setattr(schema, step, deadly)


def arm_statement(count: int) -> None:
    """Die after so many statements of the migrations; where there are fewer, tell how many there are."""
    original = schema.migrate
    left = count

    def migrate(*args: Any, **kwargs: Any) -> None:
        @event.listens_for(Engine, "after_cursor_execute")
        def count_down(*_: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                die()

        original(*args, **kwargs)

    schema.migrate = migrate


def main(address: str, step: str, side: str) -> None:
    if step == "statement":
        arm_statement(int(side))
    else:
        arm(step, side)
    Archive.open(address, clock=SystemClock()).close()


if __name__ == "__main__":
    main(*sys.argv[1:])
