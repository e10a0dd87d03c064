"""A child's tie to the daemon that started it: its standard input, which ends when the daemon does, however that was.

Knows signals and pipes. Must not know what the child is at.
"""

import os
import signal
import sys
import threading
import time
from datetime import timedelta


def hold(*, grace: timedelta) -> None:
    """Once standard input ends, ask this process to end, and after the grace kill it with all that it started."""
    threading.Thread(target=_wait, args=(sys.stdin.fileno(), grace), daemon=True).start()


def _wait(stdin: int, grace: timedelta) -> None:
    while os.read(stdin, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace.total_seconds())
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
