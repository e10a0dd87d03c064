"""`morgue reextract` on all cores, stopped by Ctrl-C or SIGTERM: it ends cleanly, says so, and goes on when run again."""

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.clock import ManualClock
from db.archive import Archive
from db.models import Action, Extraction, Supersession
from db.verify import verify
from tests.contract.press import PARAGRAPHS, Press, page, site

ARTICLES = 90
SITE = """\
name: lantern
title: The Lantern
home: https://lantern.example/
extract:
  - title: h1
    body: div.story
    remove: .extra
"""


def write(folder: Path) -> None:
    """An archive whose every text is read otherwise by the site's file of today."""
    (folder / "morgue.yaml").write_text("archive_url: sqlite:///archive.sqlite3\n")
    (folder / "sites").mkdir()
    (folder / "sites" / "lantern.yaml").write_text(SITE)
    clock = ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    address = f"sqlite:///{folder}/archive.sqlite3"
    filler = "".join(f"<div class=menu><a href='/m{n}'>Menu {n}</a></div>" for n in range(1500))
    with Archive.open(address, clock=clock) as archive:
        press = Press(archive, clock, address, folder)
        press.site = site()
        for number in range(ARTICLES):
            words = f"Pillar {number} was found by divers who counted {number * 7} cracks in it."
            html = page(words, PARAGRAPHS[number % 4], title=f"Pillar {number}", extra="A whale.")
            press.look(f"p{number}", html.replace("</main>", f"</main>{filler}"))


def start(folder: Path) -> "subprocess.Popen[str]":
    words = ["--config", str(folder / "morgue.yaml"), "reextract", "--jobs", "2"]
    # a test-suite that is run in the background ignores SIGINT, and so would its children
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "morgue", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )


def count(archive: Archive, table: type) -> int:
    with archive.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def ends(group: int) -> bool:
    """Whether the group of processes has soon ended: the kernel tells them of their parent's death."""
    until = time.monotonic() + 60
    while is_alive(group) and time.monotonic() < until:
        time.sleep(0.1)
    return not is_alive(group)


def is_alive(group: int) -> bool:
    """Whether the group of processes has one that is not a zombie."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        state, _, owner = rest.split()[:3]
        if int(owner) == group and state != "Z":
            return True
    return False


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of which each test has a copy."""
    folder = tmp_path_factory.mktemp("written")
    write(folder)
    return folder


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_run_that_is_stopped_keeps_what_is_done_and_goes_on(
    number: signal.Signals, written: Path, tmp_path: Path
) -> None:
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    running = start(tmp_path)
    clock = ManualClock(datetime(2026, 3, 9, tzinfo=UTC))
    with Archive.open(f"sqlite:///{tmp_path}/archive.sqlite3", clock=clock) as archive:
        until = time.monotonic() + 600
        while running.poll() is None and time.monotonic() < until:
            if count(archive, Supersession):
                break
        os.kill(running.pid, number)
        stdout, stderr = running.communicate(timeout=100)
        assert running.returncode == 130, stdout + stderr
        assert "Stopped. What is done is kept; the same command goes on." in stdout
        assert "Traceback" not in stderr
        assert ends(running.pid), "its reading processes have ended with it"
        done = count(archive, Supersession)
        assert 0 < done < ARTICLES
        assert verify(archive) == []
        again = start(tmp_path)
        stdout, stderr = again.communicate(timeout=200)
        assert again.returncode == 0, stdout + stderr
        assert count(archive, Supersession) == ARTICLES
        assert count(archive, Extraction) == 2 * ARTICLES
        with archive.read() as session:
            told = session.scalars(select(Action.arguments).order_by(Action.id)).all()
        assert [each["outcome"]["stopped"] for each in told] == [True, False]
        assert verify(archive) == []
