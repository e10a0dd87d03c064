"""A disk that is full, fails or may not be written, at any call: told in words, nothing lost, and the next goes on."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.clock import ManualClock, SystemClock
from db.archive import Archive
from db.models import Revision
from db.verify import verify
from morgue.children import morgue_command
from morgue.demo.newsroom import COURIER, Newsroom, NewsroomServer, write_site_files
from tests import postgres
from tests.contract.desk import Desk
from tests.crash import faults
from tests.crash.test_killed_crawls import crawl, crawl_in_process, project, rows

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that makes a process's disk fail."""
    if shutil.which("cc") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("there is no C compiler")
    return faults.build(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "archive.sqlite3"
    Archive.open(f"sqlite:///{path}", clock=SystemClock()).close()
    return path


CASES = [
    ("database", "WRITE", errno.ENOSPC, 23),
    ("files:{folder}/packs", "WRITE", errno.ENOSPC, 31),
    ("files:{folder}/packs", "WRITE", errno.EIO, 47),
    ("files:{folder}/packs", "READ", errno.EIO, 24),
    ("files:{folder}/packs", "OPEN", errno.EROFS, 2),
]
"""Where captures are, which calls fail and how, and at how many calls the disk fails: every so many, till none does."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("store", "kind", "error", "step"),
    CASES,
    ids=[
        f"{store.partition(':')[0]}-{kind.lower()}-{errno.errorcode[error]}"
        for store, kind, error, _ in CASES
    ],
)
def test_a_disk_that_fails_is_told_in_words_and_costs_nothing_that_was_acknowledged(
    library: Path, template: Path, tmp_path: Path, store: str, kind: str, error: int, step: int
) -> None:
    command = [sys.executable, "-m", "tests.crash.fault_child", str(template), str(tmp_path)]
    done = subprocess.run(
        [*command, store, kind, str(error), str(step)],
        cwd=ROOT,
        env=faults.environment(library),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) > 3
    assert [each for each in told if each["lost"] or each["broken"]] == []
    assert [each for each in told if each["error"] == "not told in words"] == []
    assert all(each["error"] for each in told[:2])
    assert all(each["backups"] in {1, 2} for each in told)


@pytest.mark.parametrize("length", [0, 20, 4_000, 30_000, 60_001])
def test_a_power_cut_leaves_the_commits_up_to_some_point_and_no_half_of_one(
    tmp_path: Path, clock: ManualClock, length: int
) -> None:
    """What a disk has after the cut: the database, and of its -wal the first bytes or all."""
    folder, cut = tmp_path / "before", tmp_path / "after"
    packs = f"files:{folder}/packs"
    folder.mkdir()
    with Archive.open(
        f"sqlite:///{folder}/archive.sqlite3", clock=clock, captures=packs
    ) as archive:
        desk = Desk(archive, clock)
        for number in range(12):
            desk.see(f"p{number}", f"Text {number}.")
        shutil.copytree(folder, cut)
    (cut / "archive.sqlite3-shm").unlink()
    wal = cut / "archive.sqlite3-wal"
    whole = wal.stat().st_size
    with wal.open("r+b") as file:
        file.truncate(max(0, whole - length))
    with (cut / "packs" / "000001.pack").open("ab") as file:
        file.write(b"rec1 and then nothing")  # a record that was being written
    with Archive.open(
        f"sqlite:///{cut}/archive.sqlite3", clock=clock, captures=f"files:{cut}/packs"
    ) as archive:
        assert verify(archive) == []
        with archive.read() as session:
            count = session.scalar(select(func.count()).select_from(Revision)) or 0
        assert count == 12 if length == 0 else count <= 12
        Desk(archive, clock).see("after", "It goes on.")
        assert verify(archive) == []


@pytest.fixture(scope="module")
def outlets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, float]]:
    """A folder with the site file of a running outlet, and how far its time is from ours."""
    newsroom = Newsroom(outlets=[COURIER], articles=10)
    newsroom.advance(timedelta(hours=2))
    with NewsroomServer(newsroom) as server:
        folder = tmp_path_factory.mktemp("sites")
        write_site_files(folder, server)
        offset = newsroom.clock.now() - SystemClock().now().astimezone(UTC)
        yield folder, offset.total_seconds()


def assert_in_order(address: str, captures: str = "database") -> None:
    with Archive.open(address, clock=SystemClock(), captures=captures, read_only=True) as archive:
        assert verify(archive) == []
    assert rows(address, "select count(*) from unread") == [(0,)]


def test_a_crawl_whose_packs_find_no_room_says_so_and_the_next_goes_on(
    library: Path, outlets: tuple[Path, float], tmp_path: Path
) -> None:
    sites, offset_s = outlets
    address, packs = f"sqlite:///{tmp_path}/archive.sqlite3", tmp_path / "packs"
    config = project(tmp_path, sites, address)
    config.write_text(config.read_text() + f"capture_store: files:{packs}\n")
    # the first write is a pack's head; how many pages a later one holds depends on how busy the machine is
    full = faults.armed(library, packs, after=1, error=errno.ENOSPC, kind=faults.Kind.WRITE)
    code, said = crawl_in_process(config, offset_s, env=full)
    assert code == 1
    assert "failed: captures cannot be written" in said
    assert "Make room" in said
    kept = rows(address, "select count(*) from capture")[0][0]
    assert crawl(config, offset_s + 600) == 0
    assert rows(address, "select count(*) from capture")[0][0] > kept
    assert_in_order(address, f"files:{packs}")


def test_a_clock_that_jumps_a_day_either_way_between_crawls_deletes_nothing(
    outlets: tuple[Path, float], tmp_path: Path
) -> None:
    sites, offset_s = outlets
    address = f"sqlite:///{tmp_path}/archive.sqlite3"
    config = project(tmp_path, sites, address)
    counts = []
    for jump in (0, 86_400, -86_400, 3_600):
        assert crawl(config, offset_s + jump) == 0
        counts.append(rows(address, "select count(*) from revision")[0][0])
        assert_in_order(address)
    assert counts == sorted(counts)
    assert counts[0] > 0


@pytest.mark.postgres
def test_a_crawl_under_which_postgres_is_restarted_ends_in_words_or_well_and_the_next_goes_on(
    outlets: tuple[Path, float], tmp_path: Path
) -> None:
    sites, offset_s = outlets
    with postgres.restartable() as server:
        address = postgres.create_database(server.address, "restarted")
        config = project(tmp_path, sites, address)
        gate = tmp_path / "gate"
        said: list[str] = []
        codes: list[int] = []
        running = threading.Thread(
            target=lambda: codes.append(
                crawl(config, offset_s, "waits", "page_read", "3", str(gate), said=said)
            )
        )
        running.start()
        wait_for(gate.with_name("gate.reached"))
        server.stop()
        server.start()
        gate.touch()
        running.join()
        assert codes[0] in {0, 1}, "it was neither killed nor lost"
        if codes[0]:
            assert "cannot connect to" in said[0]
        assert crawl(config, offset_s + 600) == 0
        assert rows(address, "select count(*) from revision")[0][0] > 0
        assert_in_order(address)


@pytest.mark.postgres
@pytest.mark.timeout(300)
def test_a_daemon_under_which_postgres_is_restarted_says_so_and_crawls_on(
    outlets: tuple[Path, float], tmp_path: Path
) -> None:
    sites, offset_s = outlets
    shutil.copytree(sites, tmp_path / "sites")
    (site,) = (tmp_path / "sites").glob("*.yaml")
    with postgres.restartable() as server:
        address = postgres.create_database(server.address, "restarted")
        config = project(tmp_path, tmp_path / "sites", address)
        config.write_text(config.read_text() + "log_format: json\ndelay_s: 0\n")
        command = morgue_command("--config", str(config), "up")
        env = os.environ | {"MORGUE_CLOCK_OFFSET_S": str(offset_s)}
        told: list[str] = []
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env) as daemon:
            assert daemon.stderr is not None
            for line in daemon.stderr:
                event = json.loads(line) if line.startswith("{") else {}
                name = event.get("event", "")
                if name == "site_crawled" and "due_sites_unknown" not in told:
                    server.stop()
                elif name == "due_sites_unknown":
                    assert "cannot connect to" in event["error"]
                    server.start()
                    another = site.read_text().replace(f"name: {site.stem}", "name: another")
                    (tmp_path / "sites" / "another.yaml").write_text(another)
                elif name == "site_crawled":
                    assert event["site"] == "another"
                    daemon.send_signal(signal.SIGTERM)
                told.append(name)
        assert daemon.returncode == 0
        assert told.count("site_crawled") == 2
        assert told[-1] == "daemon_stopped"
        assert_in_order(address)


def wait_for(path: Path, *, patience_s: float = 60) -> None:
    """Wait until another process has come somewhere."""
    end = time.monotonic() + patience_s
    while not path.exists():
        assert time.monotonic() < end, f"{path} does not come"
        time.sleep(0.05)  # another process works meanwhile
