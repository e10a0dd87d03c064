"""Crawls what its folder's task.json says and writes report.json: the process that owns the reactor."""

import json
import logging
import re
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from twisted.internet._resolver import GAIResolver

from config.clock import SystemClock
from config.settings import load_settings
from config.site import SiteConfig
from crawler.run import run_crawl

log = logging.getLogger("child")

_HANGS_S = 10.0
"""How long a resolver hangs that gets no answer: longer than any request here may take."""


def main(folder: Path) -> None:
    logging.basicConfig(level=logging.WARNING)
    task = json.loads((folder / "task.json").read_text())
    names = task.get("names")
    if names:
        GAIResolver.__init__.__defaults__ = (None, resolver(names))
    overrides = {"delay_s": 0, "timeout_s": 2, "max_source_mb": 1, **task["settings"]}
    settings = load_settings(env={}, cwd=folder, overrides=overrides)
    report = run_crawl(
        settings,
        [SiteConfig.model_validate(site) for site in task["sites"]],
        urls=task["urls"],
        known_sites=[SiteConfig.model_validate(site) for site in task.get("known", ())],
        trigger=task.get("trigger", "command"),
        clock=SystemClock(timedelta(hours=task.get("hours_later", 0))),
        progress=lambda event: log.warning("%s %s %s", event.name, event.site, event.facts),
        limit=task.get("limit"),
    )
    written = json.dumps({"report": asdict(report), "peak_mb": _peak_mb()}, default=str)
    (folder / "report.json").write_text(written)


def resolver(names: dict[str, str]) -> Callable[..., Any]:
    """The system's look-up of names, but for these: an address, "unknown", or "hangs"."""

    def look_up(host: str, *rest: Any, **named: Any) -> Any:
        address = names.get(host, host)
        if address == "unknown":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if address == "hangs":
            time.sleep(_HANGS_S)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return socket.getaddrinfo(address, *rest, **named)

    return look_up


def _peak_mb() -> float:
    """The most memory that this process had at once. Not `ru_maxrss`: that begins with what its parent had."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
