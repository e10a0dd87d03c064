"""One crawl after another writes; nine readers and commands work at the same archive, each in a process of its own.

usage: python -m tests.sharing.busy PROJECT SECONDS

PROJECT is a folder with a morgue.yaml, whose newsroom somebody else serves and moves. Everybody writes what was done
into PROJECT/NAME.jsonl, a command a line: {"arguments", "code", "seconds", "said"}.
"""

import contextlib
import gc
import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from morgue.cli import morgue
from tests.crash.jobs import read_here
from tests.crash.zygote import warm

_PAUSE_S = 0.4  # between two commands of one reader: nine of them share few cores
_GRACE_S = 200.0
_KEPT = 2000  # characters of what a command said

Wanted = Iterator[list[str]]


def numbers() -> Iterator[int]:
    """Of articles, the first again and again, and all others in turn."""
    while True:
        for number in range(1, 60):
            yield 1 + number % 12
            yield number


def shows() -> Wanted:
    return (["show", str(number), "--json"] for number in numbers())


def histories() -> Wanted:
    return (["history", str(number), "--json"] for number in numbers())


def again(*arguments: str) -> Callable[[], Wanted]:
    def wanted() -> Wanted:
        while True:
            yield list(arguments)

    return wanted


READERS: dict[str, Callable[[], Wanted]] = {
    "search": again("search", "the", "--json"),
    "show": shows,
    "history": histories,
    "status": again("status", "--json"),
    "changes": again("changes", "--limit", "100000", "--json"),
    "verify": again("verify", "--json"),
    "seal": again("seal", "--json"),
    "edits": again("edits", "--json"),
    "backup": again("backup", "backups", "--keep", "2", "--json"),
}
FOLLOWER = ["changes", "--since", "0", "--limit", "1000000", "--follow", "--json"]


def main() -> int:
    """Work for so many seconds, then ask everybody to end."""
    os.chdir(sys.argv[1])
    seconds = float(sys.argv[2])
    warm()
    gc.freeze()
    workers = [_fork(_reading, name, wanted()) for name, wanted in READERS.items()]
    follower = _fork(_following)
    writer = _fork(_crawling)
    time.sleep(seconds)
    for pid in (*workers, writer):
        os.kill(pid, signal.SIGUSR1)
    codes = [_ended(pid) for pid in (*workers, writer)]
    time.sleep(2)  # the follower looks each second: what was written last comes now
    os.kill(follower, signal.SIGINT)
    codes.append(_ended(follower))
    return 0 if set(codes) <= {0, 130} else 1


def _fork(work: Callable[..., int], *arguments: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        code = work(*arguments)
    finally:
        os._exit(code)


def _ended(pid: int) -> int:
    deadline = time.monotonic() + _GRACE_S
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return 71


def _asked_to_end() -> list[bool]:
    """Grows when the parent asks to end: between two commands is where that is looked at."""
    asked: list[bool] = []
    signal.signal(signal.SIGUSR1, lambda *_: asked.append(True))
    return asked


def _reading(name: str, wanted: Wanted) -> int:
    asked = _asked_to_end()
    with Path(f"{name}.jsonl").open("w") as done:
        for arguments in wanted:
            if asked:
                return 0
            done.write(json.dumps(run(arguments)) + "\n")
            done.flush()
            time.sleep(_PAUSE_S)
    return 0


def run(arguments: list[str]) -> dict[str, Any]:
    """What a command line comes to in this process."""
    began = time.monotonic()
    said, told = io.StringIO(), io.StringIO()
    code: Any = 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
        try:
            morgue.main(arguments, prog_name="morgue")
        except SystemExit as end:
            code = end.code
    out = said.getvalue()
    return {
        "arguments": arguments,
        "code": code,
        "seconds": time.monotonic() - began,
        "said": out if arguments[0] in {"history", "changes"} else out[-_KEPT:],
        "told": told.getvalue()[-_KEPT:],
    }


def _following() -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    written = os.open("follower.jsonl", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(written, 1)
    try:
        morgue.main(FOLLOWER, prog_name="morgue")
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _crawling() -> int:
    """A crawl a process: a reactor starts once in each."""
    asked = _asked_to_end()
    with Path("crawl.jsonl").open("w") as done:
        while not asked:
            began = time.monotonic()
            code = _ended(_fork(_crawl))
            line = {"arguments": ["crawl"], "code": code, "seconds": time.monotonic() - began}
            done.write(json.dumps(line | {"said": "", "told": ""}) + "\n")
            done.flush()
    return 0


def _crawl() -> int:
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    read_here()
    log = os.open("crawl.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        morgue.main(["crawl", "--json"], prog_name="morgue")
    except SystemExit as end:
        sys.stdout.flush()
        return int(end.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
