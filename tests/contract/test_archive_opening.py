"""Opening an archive: created, upgraded, refused, and every refusal in words that say what to do."""

import gc
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, select, text

from config.clock import ManualClock, SystemClock
from db import schema
from db.archive import Archive
from db.engine import APPLICATION_ID
from db.errors import (
    ArchiveAddressWrong,
    ArchiveError,
    ArchiveMissing,
    ArchiveTooNew,
    ArchiveTooOld,
    ArchiveUnreachable,
    ArchiveUnwritable,
    NotAnArchive,
)
from db.models import Site
from tests.contract.desk import Desk

CLOCK = SystemClock()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/archive.sqlite3"
    url: str = request.getfixturevalue("postgres_url")
    return url


def test_a_new_archive_says_that_it_is_made(empty_url: str) -> None:
    said: list[str] = []
    with Archive.open(empty_url, clock=CLOCK, announce=said.append) as archive:
        assert said == [f"creating the archive {archive.name}"]
        with archive.read() as session:
            assert schema.version(session.connection()) == schema.HEAD
    Archive.open(empty_url, clock=CLOCK, announce=said.append).close()
    assert len(said) == 1


def test_two_that_open_a_new_archive_at_once_both_succeed(empty_url: str) -> None:
    said: list[str] = []
    failed: list[BaseException] = []
    gate = threading.Barrier(4)

    def open_it() -> None:
        gate.wait()
        try:
            Archive.open(empty_url, clock=CLOCK, announce=said.append).close()
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(said) == 1


def test_two_processes_that_open_a_new_archive_at_once_both_succeed(empty_url: str) -> None:
    script = (
        "import sys; from db.archive import Archive; from config.clock import SystemClock;"
        "Archive.open(sys.argv[1], clock=SystemClock(), announce=print).close()"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, empty_url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    outputs = [child.communicate(timeout=60) for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], outputs
    assert sum("creating" in said for said, _ in outputs) == 1


def test_a_newer_archive_is_refused(archive_url: str) -> None:
    with Archive.open(archive_url, clock=CLOCK) as archive, archive.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for read_only in (False, True):
        with pytest.raises(ArchiveTooNew, match=r"schema 9999.*use the release that wrote it"):
            Archive.open(archive_url, clock=CLOCK, read_only=read_only)


def test_an_older_archive_is_not_upgraded_unless_it_may_be(archive_url: str) -> None:
    with Archive.open(archive_url, clock=CLOCK) as archive, archive.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(ArchiveTooOld, match="morgue db upgrade"):
        Archive.open(archive_url, clock=CLOCK, upgrade="no")
    with pytest.raises(ArchiveTooOld, match="morgue db upgrade"):
        Archive.open(archive_url, clock=CLOCK, read_only=True)


def test_somebody_elses_tables_are_left_alone(empty_url: str, tmp_path: Path) -> None:
    from db import engine as engines

    engine = engines.open_engine(engines.parse_address(empty_url))
    with engines.writer(engine) as connection:
        connection.execute(text("CREATE TABLE recipe (id integer)"))
    with pytest.raises(NotAnArchive, match=r"recipe.*choose another archive_url"):
        Archive.open(empty_url, clock=CLOCK)
    with engines.writer(engine) as connection:
        assert schema.inspect(connection).get_table_names() == ["recipe"]
    engine.dispose()


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear editor, " * 100)
    with pytest.raises(NotAnArchive, match="not a Morgue archive"):
        Archive.open(f"sqlite:///{path}", clock=CLOCK)
    assert path.read_text() == "Dear editor, " * 100
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveMissing, match=f"there is no folder {tmp_path}/no"):
        Archive.open(f"sqlite:///{tmp_path}/no/archive.sqlite3", clock=CLOCK)


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnwritable, match="check that it is a file"):
        Archive.open(f"sqlite:///{tmp_path}", clock=CLOCK)


@pytest.mark.parametrize("how", [{"read_only": True}, {"upgrade": "no"}])
def test_a_missing_archive_is_not_made_by_asking_it(tmp_path: Path, how: dict[str, object]) -> None:
    with pytest.raises(ArchiveMissing, match="`morgue crawl`"):
        Archive.open(f"sqlite:///{tmp_path}/archive.sqlite3", clock=CLOCK, **how)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("archive.sqlite3", "no URL"),
        ("mysql://me:hunter2@host/db", "cannot be kept in mysql"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("postgresql://me:hunter2@host:port/db", "no URL"),
    ],
)
def test_a_wrong_address_is_refused_without_its_password(address: str, words: str) -> None:
    with pytest.raises(ArchiveAddressWrong, match=words) as caught:
        Archive.open(address, clock=CLOCK)
    assert "hunter2" not in str(caught.value)


def test_a_server_that_is_down_is_named_without_its_password() -> None:
    with pytest.raises(
        ArchiveUnreachable, match=r"cannot connect to postgresql://me:\*\*\*@"
    ) as caught:
        Archive.open("postgresql://me:hunter2@127.0.0.1:1/db", clock=CLOCK)
    assert "hunter2" not in str(caught.value)


@pytest.mark.postgres
def test_a_database_that_is_not_there_is_named(postgres_url: str) -> None:
    address = postgres_url.replace("/morgue_", "/nowhere_")
    with pytest.raises(ArchiveUnreachable, match="does not exist"):
        Archive.open(address, clock=CLOCK)


def test_nobody_writes_through_a_read_only_archive(archive_url: str) -> None:
    with Archive.open(archive_url, clock=CLOCK, read_only=True) as archive:
        with (
            pytest.raises(ArchiveUnwritable, match=r"may (not be written|only be read)"),
            archive.write() as session,
        ):
            session.execute(text("DELETE FROM site"))
        with archive.read() as session:
            assert session.scalar(text("SELECT count(*) FROM site")) == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ArchiveUnwritable, match="permission"):
            Archive.open(f"sqlite:///{tmp_path}/archive.sqlite3", clock=CLOCK)
    finally:
        tmp_path.chmod(0o700)


def test_a_place_that_cannot_be_written_is_named() -> None:
    with pytest.raises(ArchiveError, match=r"/proc/archive\.sqlite3"):
        Archive.open("sqlite:////proc/archive.sqlite3", clock=CLOCK)


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path, clock: ManualClock) -> None:
    with Archive.open(f"sqlite:///{tmp_path}/archive.sqlite3", clock=clock) as archive:
        desk = Desk(archive, clock)
        desk.see("a", "one")

        @event.listens_for(archive.engine, "begin")
        def fill(connection: object) -> None:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]

        with pytest.raises(ArchiveUnwritable, match=r"no space left.*free some"):
            desk.see("b", " ".join(str(i) for i in range(200_000)))
        event.remove(archive.engine, "begin", fill)
        with archive.read() as session:
            assert session.scalar(text("SELECT count(*) FROM revision")) == 1


def test_a_damaged_archive_says_so(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    Archive.open(f"sqlite:///{path}", clock=CLOCK).close()
    damaged = bytearray(path.read_bytes())
    damaged[4096:40960] = b"\xff" * (40960 - 4096)
    path.write_bytes(damaged)
    with (
        pytest.raises(ArchiveError, match=r"damaged|not a Morgue archive"),
        Archive.open(f"sqlite:///{path}", clock=CLOCK) as archive,
        archive.read() as session,
    ):
        session.execute(text("SELECT * FROM site, link, visit")).all()


def test_opening_and_closing_fifty_times_leaks_nothing(archive_url: str) -> None:
    def open_files() -> int:
        gc.collect()
        folder = Path("/proc/self/fd")
        return len(list(folder.iterdir())) if folder.exists() else 0

    before = open_files()
    for _ in range(50):
        with Archive.open(archive_url, clock=CLOCK) as archive, archive.read() as session:
            session.execute(text("SELECT 1"))
    assert open_files() <= before + 1


def test_an_archive_is_one_file_once_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    with Archive.open(f"sqlite:///{path}", clock=CLOCK) as archive, archive.write() as session:
        session.execute(text("SELECT 1"))
    assert list(tmp_path.iterdir()) == [path]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_each_commit_is_forced_to_the_disk(tmp_path: Path, clock: ManualClock) -> None:
    with (
        Archive.open(f"sqlite:///{tmp_path}/a.sqlite3", clock=clock) as archive,
        archive.read() as session,
    ):
        assert session.scalar(text("PRAGMA synchronous")) == 2  # FULL


def test_a_file_says_that_it_is_an_archive_and_another_programs_is_refused(tmp_path: Path) -> None:
    Archive.open(f"sqlite:///{tmp_path}/a.sqlite3", clock=CLOCK).close()
    with sqlite3.connect(tmp_path / "a.sqlite3") as own:
        assert own.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    own.close()
    with sqlite3.connect(tmp_path / "map.gpkg") as other:
        other.execute("PRAGMA application_id = 0x47504B47")
    other.close()
    with pytest.raises(NotAnArchive, match="another program's file"):
        Archive.open(f"sqlite:///{tmp_path}/map.gpkg", clock=CLOCK)


@pytest.mark.postgres
def test_what_postgres_has_planned_is_kept_from_question_to_question(
    postgres_url: str, clock: ManualClock
) -> None:
    planned = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM site%'")
    with Archive.open(postgres_url, clock=clock) as archive:
        for _ in range(10):
            with archive.read() as session:
                session.scalar(select(func.count()).select_from(Site))
        with archive.read() as session:
            assert session.scalar(planned) == 1


def test_nothing_is_written_by_who_only_reads(archive: Archive) -> None:
    row = {"name": "lantern", "title": "Lantern", "home": "http://127.0.0.1/", "is_ad_hoc": False}
    row |= {"added_at": archive.clock.now(), "failure_count": 0}
    with suppress(ArchiveUnwritable), archive.read() as session:
        session.execute(insert(Site), [row])
    with archive.read() as session:
        assert session.scalar(select(func.count()).select_from(Site)) == 0
