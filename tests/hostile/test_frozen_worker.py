"""A crawl that is frozen past its lease, and overtaken: it writes nothing more when it wakes."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.hostile import lying
from tests.hostile.crawling import site
from tests.hostile.lying import Lie, Server

CHILD = Path(__file__).parents[1] / "crash" / "child.py"
Make = Callable[[dict[str, Lie]], Server]


def start(config: Path, offset_s: float) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-P", str(CHILD), str(config), str(offset_s)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def test_a_frozen_crawl_that_was_overtaken_doubles_nothing(server: Make, tmp_path: Path) -> None:
    hangs = server({"/lie": lying.never})
    (tmp_path / "sites").mkdir()
    given = site("hangs", hangs.base, politeness={"timeout": "40s"})
    (tmp_path / "sites" / "hangs.yaml").write_text(json.dumps(given))
    config = tmp_path / "morgue.yaml"
    config.write_text(f"archive_url: sqlite:///{tmp_path}/archive.sqlite3\ndelay_s: 0\n")
    with start(config, 0) as frozen:
        deadline = time.monotonic() + 60
        while "/lie" not in hangs.paths:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        frozen.send_signal(signal.SIGSTOP)
        hangs.lies.clear()
        with start(config, 600) as second:
            said, _ = second.communicate(timeout=100)
        assert said.startswith("finished"), said
        frozen.send_signal(signal.SIGCONT)
        frozen.communicate(timeout=100)

    connection = sqlite3.connect(tmp_path / "archive.sqlite3")
    rows = connection.execute(
        "select l.url, count(*) from visit v join link l on l.id = v.link_id"
        " where v.outcome = 'new' group by 1"
    ).fetchall()
    connection.close()
    assert {url.rpartition("/")[2] for url, _ in rows} == {"lie", "story-1", "story-2"}
    assert all(count == 1 for _, count in rows)
