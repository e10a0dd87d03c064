"""The kinds of work that are killed: a first crawl, a later crawl of the same sites, an upgrade, a backup."""

import hashlib
import itertools
import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from sqlalchemy import Connection, MetaData, select

from config.clock import SystemClock
from db import engine as engines
from db import schema
from db.archive import Archive
from db.backups import restoring
from morgue.demo.newsroom import COURIER, MERIDIAN, Newsroom, NewsroomServer, write_site_files
from pipeline.fingerprint import shingles
from tests.crash.forks import Forks
from tests.crash.homes import Home
from tests.crash.jobs import BACKUP_STEPS, CRAWL_STEPS, DAEMON_STEPS, UPGRADE_STEPS
from tests.crash.lives import answers, check_file, check_sound
from tests.migration.kept_releases import FOLDER, write

_places = itertools.count(1)
_NOTHING = "\0"  # stands in no URL
_ONCE = (1,)
_OFTEN = (1, 1, 2, 5)
_SELDOM = {"crawl_begun", "crawl_ends", "crawl_ended", "profile_written", "reprint_written"}
_LEASE_S = 180  # later than the lease of a run that was killed, before anything is due again
_ARTICLES = 10
_CHILDREN_END_S = 60.0  # after their daemon; they finish what is in flight, within a grace of 30 s
_SHOWN = 2_000  # characters of each difference
_NEXT_DAY = timedelta(days=1)
_ACKNOWLEDGED = (
    "select id from capture",
    "select v.id, l.url from visit v join link l on l.id = v.link_id",
)

STATE = {
    "revisions": "select l.url_key, r.number, r.text from revision r join link l on l.article_id = r.article_id",
    "visits": """ -- by article: of two addresses of one, either may be asked first
        select coalesce((select min(o.url_key) from link o where o.article_id = l.article_id), l.url_key),
        v.outcome, count(*) from visit v join link l on l.id = v.link_id group by 1, 2""",
    "captures": """
        select l.url_key, count(*) from capture c join link l on l.id = c.link_id
        group by 1""",
    "changes": """
        select l.url_key, c.kind, count(*) from change c join link l on l.article_id = c.article_id
        group by 1, 2""",
    "edits": """
        select l.url_key, r.number, e.kind, e.op, e.count from edit e
        join revision r on r.id = e.revision_id join link l on l.article_id = r.article_id""",
    "reprints": """
        select a.url_key, r.source_url from reprint r
        join article_url a on a.article_id = r.copy_article_id and a.evidence = 'asked'""",
    "profiles": """
        select s.name, p.number, p.page_count from site_profile p join site s on s.id = p.site_id""",
    "unread": "select count(*) from unread",
}
"""What an archive says after crawls, without what depends on their number or moments."""


def state(address: str, *, without: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in STATE, but of the article that stands at a path."""
    found = zip(STATE, answers(address, STATE.values()), strict=True)
    return {name: sorted(row for row in said if without not in str(row[0])) for name, said in found}


@dataclass(slots=True)
class Press:
    """Running outlets, and site files for them."""

    newsroom: Newsroom
    sites: Path
    folder: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def project(self, address: str) -> Path:
        """A settings file for the archive."""
        config = self.folder / f"morgue-{next(self._numbers)}.yaml"
        self.settle(config, address)
        return config

    def settle(self, config: Path, address: str, *, offset_s: float = 0.0) -> None:
        """Write the settings file, with how far its clock is from ours."""
        lines = (f"archive_url: {address}", f"sites_dir: {self.sites}", "reading_processes: 1")
        config.write_text("\n".join((*lines, f"clock_offset_s: {offset_s}")) + "\n")

    @property
    def fickle(self) -> str:
        """Where the article stands that is served with two headlines by turns: no two crawls see the same of it."""
        return urlsplit(self.newsroom.truth(self.newsroom.role("split").id)["url"]).path

    def offset_s(self) -> float:
        """How far the newsroom's time is from ours."""
        ours = SystemClock().now().astimezone(UTC)
        return (self.newsroom.clock.now() - ours).total_seconds()


@contextmanager
def press(folder: Path) -> Iterator[Press]:
    """Outlets whose day is over for the length of the block: their time stands still."""
    newsroom = Newsroom(outlets=[COURIER, MERIDIAN], articles=_ARTICLES)
    newsroom.advance(timedelta(hours=2))
    with NewsroomServer(newsroom) as server:
        sites = folder / "sites"
        write_site_files(sites, server)
        yield Press(newsroom, sites, folder)


class CrawlScene:
    """Crawls of two outlets that copy from each other, from a template on."""

    job = "crawl"
    steps: ClassVar = {name: _ONCE if name in _SELDOM else _OFTEN for name in CRAWL_STEPS}

    def __init__(self, press: Press, forks: Forks, home: Home, template: str) -> None:
        """Crawls once undisturbed, to know what that comes to."""
        self.press = press
        self.template = template
        undisturbed = self.begin(home)
        ended = forks.run(self.job, undisturbed.order(0))
        assert ended.code == 0, forks.said()
        self.seconds = ended.seconds
        self.expected = state(undisturbed.address, without=press.fickle)
        undisturbed.end()

    def begin(self, home: Home) -> "CrawlLife":
        """A copy of the template."""
        return CrawlLife(self.press, home, home.new(self.template), scene=self)


class CrawlLife:
    """One archive that is crawled into."""

    def __init__(
        self, press: Press, home: Home, address: str, *, scene: CrawlScene | None = None
    ) -> None:
        self.address = address
        self._press = press
        self._scene = scene
        self._home = home
        self._config = press.project(address)
        self._told = self._config.with_suffix(".told")

    def order(self, run: int) -> dict[str, Any]:
        """A crawl that is later than the last one's leases."""
        offset_s = self._press.offset_s() + run * _LEASE_S
        return {"config": str(self._config), "offset_s": offset_s, "told": str(self._told)}

    def check_killed(self) -> None:
        """What a commit returned for, or a person was told of, is there."""
        told = self._told.read_text().splitlines() if self._told.exists() else []
        noted: dict[str, set[str]] = {"capture": set(), "visit": set(), "told": set()}
        for line in told:
            kind, _, what = line.partition(" ")
            noted[kind].add(what)
        captures, visits = answers(self.address, _ACKNOWLEDGED)
        assert noted["capture"] <= {str(row[0]) for row in captures}, "a capture is lost"
        assert noted["visit"] <= {str(row[0]) for row in visits}, "a visit is lost"
        assert noted["told"] <= {str(row[1]) for row in visits}, "a visit that was told is lost"
        check_sound(self.address)

    def check_whole(self) -> None:
        """The archive says what that of an undisturbed crawl says: no more, no less."""
        assert self._scene is not None
        self.check_killed()
        check_same(state(self.address, without=self._press.fickle), self._scene.expected)

    def end(self) -> None:
        """Throw the archive away."""
        self._home.drop(self.address)
        self._config.unlink()
        self._told.unlink(missing_ok=True)


def crawl_scenes(press: Press, forks: Forks, home: Home) -> dict[str, CrawlScene]:
    """A first crawl, and one on the next day. Moves the newsroom's time."""
    empty = home.new()
    Archive.open(empty, clock=SystemClock()).close()
    crawled = home.new(empty)
    yesterday = CrawlLife(press, home, crawled)
    assert forks.run("crawl", yesterday.order(0)).code == 0, forks.said()
    press.newsroom.advance(_NEXT_DAY)
    return {
        "first crawl": CrawlScene(press, forks, home, empty),
        "next crawl": CrawlScene(press, forks, home, crawled),
    }


class DaemonScene:
    """The daemon, killed while it finds sites due and has children crawl them."""

    job = "daemon"
    steps: ClassVar = dict.fromkeys(DAEMON_STEPS, _ONCE)

    def __init__(self, first: CrawlScene, seconds: float) -> None:
        """Has to come to what a first crawl does, but for profiles: who is asked to end leaves them to its next crawl.

        Args:
            first: The first crawl.
            seconds: What an undisturbed daemon takes for it.
        """
        self.press = first.press
        self.template = first.template
        self.expected = without_profiles(first.expected)
        self.seconds = seconds

    def begin(self, home: Home) -> "DaemonLife":
        """An empty archive."""
        return DaemonLife(self, home, home.new(self.template))


class DaemonLife:
    """One archive that a daemon keeps."""

    def __init__(self, scene: DaemonScene, home: Home, address: str) -> None:
        self.address = address
        self._scene = scene
        self._home = home
        self._config = scene.press.project(address)
        self._mark = f"KILLED_{self._config.stem.replace('-', '_')}"

    def order(self, run: int) -> dict[str, Any]:
        """A daemon that is later than the last one's leases."""
        offset_s = self._scene.press.offset_s() + run * _LEASE_S
        self._scene.press.settle(self._config, self.address, offset_s=offset_s)
        return {
            "config": str(self._config),
            "address": self.address,
            "offset_s": offset_s,
            "mark": self._mark,
            "sites": len(self._scene.press.newsroom.outlets),
        }

    def check_killed(self) -> None:
        """Its children end by themselves, and leave an archive that is sound."""
        deadline = time.monotonic() + _CHILDREN_END_S
        while left := _marked(self._mark):
            assert time.monotonic() < deadline, f"children go on without their daemon: {left}"
            time.sleep(0.1)
        check_sound(self.address)

    def check_whole(self) -> None:
        """The archive says what that of an undisturbed crawl says."""
        self.check_killed()
        check_same(state(self.address, without=self._scene.press.fickle), self._scene.expected)

    def end(self) -> None:
        """Throw the archive away."""
        self._home.drop(self.address)
        self._config.unlink()


def _marked(mark: str) -> list[int]:
    """Processes that have a mark in their environment."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark.encode() in environment.read_bytes():
                found.append(int(environment.parent.name))
    return found


def without_profiles(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What an archive says but for profiles: a site that is asked to end leaves them to its next crawl with pages."""
    return {name: rows_found for name, rows_found in found.items() if name != "profiles"}


def check_same(found: dict[str, list[Any]], expected: dict[str, list[Any]]) -> None:
    """Two archives say the same: no more, no less."""
    for name, rows_expected in expected.items():
        there, wanted = Counter(found[name]), Counter(rows_expected)
        missing, more = list(wanted - there), list(there - wanted)
        if missing or more:
            words = f"not there {str(missing)[:_SHOWN]}, too much {str(more)[:_SHOWN]}"
            raise AssertionError(f"{name}: {words}")


class UpgradeScene:
    """The upgrade of an archive that an earlier release wrote."""

    job = "upgrade"
    steps: ClassVar = dict.fromkeys(UPGRADE_STEPS, _ONCE) | {"statement_run": range(1, 60)}

    def __init__(self, forks: Forks, home: Home, release: str) -> None:
        """Upgrades once undisturbed, to know what that comes to."""
        kept = json.loads((FOLDER / f"{release}.json").read_text(encoding="utf-8"))
        self.schema = kept["schema"]
        self.template = home.new()
        with _connected(self.template) as connection:
            schema.migrate(connection, self.schema)
            write(connection, kept["rows"])
        self.before = everything(self.template)
        undisturbed = self.begin(home)
        ended = forks.run(self.job, undisturbed.order(0))
        assert ended.code == 0, forks.said()
        self.seconds = ended.seconds
        self.expected = everything(undisturbed.address)
        undisturbed.end()

    def begin(self, home: Home) -> "UpgradeLife":
        """A copy of the old archive."""
        return UpgradeLife(self, home, home.new(self.template))


class UpgradeLife:
    """One archive that is upgraded."""

    def __init__(self, scene: UpgradeScene, home: Home, address: str) -> None:
        self.address = address
        self._scene = scene
        self._home = home

    def order(self, run: int) -> dict[str, Any]:
        """The same each time."""
        del run
        return {"address": self.address}

    def check_killed(self) -> None:
        """It is wholly the old archive or wholly the new one."""
        check_file(self.address)
        assert everything(self.address) in (self._scene.before, self._scene.expected)

    def check_whole(self) -> None:
        """It is the new one."""
        check_file(self.address)
        assert everything(self.address) == self._scene.expected

    def end(self) -> None:
        """Throw the archive away."""
        self._home.drop(self.address)


class BackupScene:
    """Backups of an archive that has crawls behind it, with one whole backup there already."""

    job = "backup"
    steps: ClassVar = dict.fromkeys(BACKUP_STEPS, _ONCE)

    def __init__(self, forks: Forks, home: Home, template: str, folder: Path) -> None:
        """Backs up once undisturbed, to know how long that takes."""
        self.template = template
        self.folder = folder
        self.forks = forks
        life = self.begin(home)
        self.seconds = forks.run(self.job, life.order(0)).seconds
        life.end()

    def begin(self, home: Home) -> "BackupLife":
        """A copy of the archive and a folder with its first backup."""
        life = BackupLife(self, home, home.new(self.template))
        assert self.forks.run(self.job, life.order(0)).code == 0, self.forks.said()
        return life


class BackupLife:
    """One archive that is backed up."""

    def __init__(self, scene: BackupScene, home: Home, address: str) -> None:
        self.address = address
        self._home = home
        self._place = scene.folder / f"backups-{next(_places)}"

    def order(self, run: int) -> dict[str, Any]:
        """The same each time."""
        del run
        return {"address": self.address, "place": str(self._place)}

    def check_killed(self) -> None:
        """The newest backup that looks whole is."""
        newest = restoring.newest(self._place)
        for file in newest.manifest.files:
            found = (newest.folder / file.path).read_bytes()
            assert hashlib.sha256(found).hexdigest() == file.sha256, (
                f"{file.path} is not what was kept"
            )

    def check_whole(self) -> None:
        """An archive made of the newest backup says what the one says that was backed up."""
        self.check_killed()
        restored = self._home.new()
        target = restoring.Target(restored, "database", SystemClock())
        restoring.restore(restoring.newest(self._place), target, shingles_of=shingles)
        check_sound(restored)
        assert state(restored, without=_NOTHING) == state(self.address, without=_NOTHING)
        self._home.drop(restored)

    def end(self) -> None:
        """Throw the archive and its backups away."""
        self._home.drop(self.address)
        shutil.rmtree(self._place)


def everything(address: str) -> dict[str, list[str]]:
    """Every row of every table, in words, with the names of its columns."""
    with _connected(address) as connection:
        metadata = MetaData()
        metadata.reflect(connection, only=lambda name, _: not name.startswith("search"))
        return {
            name: sorted(str(dict(row)) for row in connection.execute(select(table)).mappings())
            for name, table in metadata.tables.items()
        }


@contextmanager
def _connected(address: str) -> Iterator[Connection]:
    engine = engines.open_engine(engines.parse_address(address))
    try:
        with engines.writer(engine) as connection:
            yield connection
    finally:
        engine.dispose()
