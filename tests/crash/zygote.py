"""Does jobs in forks of itself, and kills them: what takes long to import is imported once for all of them.

Each line of standard input is an order: {"job", "order", "step": [name, count] or null, "signal", "kill_after_s", "log"}.
Each line of standard output tells how its fork ended: {"code", "seconds"}; a negative code is a signal's number.

Has one thread and no reactor, so that it may be forked at any time.
"""

import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
import time
import traceback
from typing import Any

import crawler
import db
import morgue.__main__
import pipeline
from config.site import SiteConfig
from morgue.cli import COMMANDS
from pipeline import extraction
from tests.crash.child import arm
from tests.crash.jobs import JOBS
from tests.hostile.promises import FETCHED_AT, URL, fictional_pages

_PACKAGES = (crawler, db, pipeline)
_OF_SCRAPY = ("downloadermiddlewares", "extensions", "spidermiddlewares")
_LEFT_OUT = (
    "crawler.settings",  # reads a folder's settings when it is imported
    "scrapy.extensions.statsmailer",  # warns
)

PATIENCE_S = 500.0
"""After which a job hangs: it is killed, and the code says so."""

HANGS = 1000


def main() -> int:
    """Serve until the orders end."""
    warm()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    gc.collect()
    gc.freeze()  # what is here already is not copied into the forks
    _say({"ready": sorted(JOBS)})
    for line in sys.stdin:
        _say(_perform(json.loads(line)))
    return 0


def warm() -> None:
    """Import everything that a fork would, and read a page once, so that models and word lists are there."""
    packages = [importlib.import_module(f"scrapy.{name}") for name in _OF_SCRAPY]
    for package in (*_PACKAGES, *packages):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name not in _LEFT_OUT:
                importlib.import_module(module.name)
    for name in ("alembic.command", "alembic.config", "scrapy.pqueues", "scrapy.squeues"):
        importlib.import_module(name)
    importlib.import_module("morgue.cli.crawling")
    for command in COMMANDS.values():
        command.load()
    site = SiteConfig.model_validate({"name": "warm", "title": "Warm", "home": URL})
    for body in fictional_pages():
        extraction.perform(extraction.Task(body=body, url=URL, site=site, fetched_at=FETCHED_AT))


def _say(words: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _perform(order: dict[str, Any]) -> dict[str, Any]:
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os._exit(_fork(order))
    kill_after_s = order.get("kill_after_s")
    code = _wait(pid, PATIENCE_S if kill_after_s is None else kill_after_s)
    if code is None:
        os.kill(pid, signal.SIGKILL)
        code = _wait(pid, PATIENCE_S)
        if kill_after_s is None:
            code = HANGS
    return {"code": code, "seconds": time.monotonic() - began}


def _wait(pid: int, within_s: float) -> int | None:
    """How the fork ended; None where its time was up before."""
    deadline = time.monotonic() + within_s
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            return None
        signal.sigtimedwait({signal.SIGCHLD}, left_s)


def _fork(order: dict[str, Any]) -> int:
    """The life of a fork. Returns its exit code."""
    try:
        os.setsid()
        sys.modules["__main__"] = (
            morgue.__main__
        )  # which reading processes import, as a command's do
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for stream, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(stream, target)
        job = JOBS[order["job"]]
        job.prepare(order["order"])
        if order.get("step"):
            name, count = order["step"]
            arm(name, count, steps=job.steps, number=order["signal"])
        code = job.run(order["order"])
    except BaseException:  # noqa: BLE001  it is told in the log; a fork must not go on as its parent
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    sys.exit(main())
