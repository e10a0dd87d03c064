"""Crawls in child processes, because a reactor starts once in a process; and what they leave behind."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.crash import forks

ROOT = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).with_name("child.py")


@dataclass
class Crawled:
    """What a child process reported, and what stands in its archive."""

    report: dict[str, Any]
    visits: dict[str, list[dict[str, Any]]]  # by URL
    sources: dict[str, dict[str, Any]]  # by URL
    sites: dict[str, dict[str, Any]]
    source_looks: dict[str, list[dict[str, Any]]]  # by URL
    seconds: float
    peak_mb: float
    output: str

    def visit(self, url: str) -> dict[str, Any]:
        (visit,) = self.visits[url]
        return visit


def site(name: str, base: str, **more: Any) -> dict[str, Any]:
    politeness = {"allow_private_addresses": True, "delay": "0s", "timeout": "2s", "max_page_mb": 1}
    return {
        "name": name,
        "title": name.title(),
        "home": f"{base}/",
        "sources": [{"feed": f"{base}/feed.xml"}],
        "politeness": politeness | more.pop("politeness", {}),
        **more,
    }


def start(
    folder: Path, sites: list[dict[str, Any]], *, env: dict[str, str] | None = None, **more: Any
) -> subprocess.Popen[str]:
    """A child process that crawls these sites into the folder's archive."""
    _write_task(folder, sites, **more)
    return subprocess.Popen(
        [sys.executable, "-P", str(CHILD), str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def end(folder: Path, child: subprocess.Popen[str], *, began: float, timeout: float) -> Crawled:
    output, _ = child.communicate(timeout=timeout)
    assert child.returncode == 0, output
    return _crawled(folder, output, seconds=time.monotonic() - began)


def _write_task(folder: Path, sites: list[dict[str, Any]], **more: Any) -> None:
    task = {"sites": sites, "settings": {}, "urls": [], **more}
    (folder / "task.json").write_text(json.dumps(task))


def _crawled(folder: Path, output: str, *, seconds: float) -> Crawled:
    report = json.loads((folder / "report.json").read_text())
    with sqlite3.connect(folder / "archive.sqlite3") as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute(
            "SELECT link.url, outcome, visit.status, detail, capture.is_truncated,"
            " capture.redirects, capture.url_answered"
            " FROM visit JOIN link ON link.id = visit.link_id LEFT JOIN capture ON capture.id = visit.capture_id"
            " ORDER BY visit.id"
        )
        visits: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            visits.setdefault(row["url"], []).append(dict(row))
        sources = {row["url"]: dict(row) for row in connection.execute("SELECT * FROM source")}
        source_looks: dict[str, list[dict[str, Any]]] = {}
        for row in connection.execute(
            "SELECT source.url, source_look.* FROM source_look JOIN source ON source.id = source_id"
            " ORDER BY source_look.id"
        ):
            source_looks.setdefault(row["url"], []).append(dict(row))
        sites = {row["name"]: dict(row) for row in connection.execute("SELECT * FROM site")}
    connection.close()
    return Crawled(
        report=report["report"],
        visits=visits,
        sources=sources,
        sites=sites,
        source_looks=source_looks,
        seconds=seconds,
        peak_mb=report["peak_mb"],
        output=output,
    )


def crawl(
    folder: Path, sites: list[dict[str, Any]], *, timeout: float = 90, **more: Any
) -> Crawled:
    began = time.monotonic()
    with start(folder, sites, **more) as child:
        try:
            return end(folder, child, began=began, timeout=timeout)
        finally:
            child.kill()


def crawl_in_fork(folder: Path, sites: list[dict[str, Any]], **more: Any) -> Crawled:
    """As `crawl`, in a process that has what it imports from its birth: half the price or less."""
    _write_task(folder, sites, **more)
    began = time.monotonic()
    done = forks.common().run_printing("hostile crawl", folder, os.environ)
    code, output = done[0], "".join(done[1:])
    assert code == 0, output
    return _crawled(folder, output, seconds=time.monotonic() - began)
