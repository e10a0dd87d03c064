"""A back-fill killed with SIGKILL at each named step, then gone on with: nothing lost, nothing asked for thrice."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.clock import SystemClock
from db.archive import Archive
from db.archiving import backfills, crawls
from morgue.demo.newsroom import Newsroom, NewsroomServer, write_site_files
from morgue.demo.newsroom.outlets import GAZETTE
from tests.crash.forks import KILLED, Death, Forks
from tests.crash.jobs import BACKFILL_STEPS
from tests.crash.lives import check_sound, rows

pytestmark = pytest.mark.timeout(600)  # of which the first test pays for the zygote

SITE = GAZETTE.name
COUNTS = {"list_comes": 3, "list_written": 3, "capture_kept": 2}
STATE = (
    "select url, state, link_count, outside_count from backfill_document order by 1",
    """select l.url_key, r.number, r.text from revision r
    join article a on a.id = r.article_id join link l on l.article_id = a.id order by 1, 2""",
    "select l.url_key from backfill_link b join link l on l.id = b.link_id order by 1",
    "select state from backfill",
)


class Press:
    """A running outlet with some days behind it, and what fetches them."""

    def __init__(self, server: NewsroomServer, folder: Path, forks: Forks) -> None:
        self.server, self.folder, self.forks = server, folder, forks
        write_site_files(folder / "sites", server)

    def begin(self, address: str) -> None:
        start = self.server.newsroom.start.astimezone(UTC).date()
        first, last = start + timedelta(days=1), start + timedelta(days=4)
        with Archive.open(address, clock=SystemClock()) as archive, archive.write() as session:
            now = archive.clock.now()
            site = crawls.ensure_site(session, name=SITE, title="G", home="http://a/", now=now)
            backfills.begin(session, site.id, first, last, now=now)

    def go_on(self, address: str, *, later_s: float = 0, death: Death | None = None) -> int:
        config = self.folder / "morgue.yaml"
        config.write_text(
            f"archive_url: {address}\nsites_dir: {self.folder}/sites\nreading_processes: 1\n"
        )
        offset = self.server.newsroom.clock.now() - SystemClock().now()
        order = {
            "config": str(config),
            "site": SITE,
            "offset_s": offset.total_seconds() + later_s,
        }
        return self.forks.run("backfill", order, death).code


@pytest.fixture(scope="module")
def press(forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Press]:
    newsroom = Newsroom(outlets=[GAZETTE], articles=18)
    newsroom.advance(timedelta(days=12))
    folder = tmp_path_factory.mktemp("press")
    with NewsroomServer(newsroom) as server:
        yield Press(server, folder, forks)


def state(address: str) -> list[Any]:
    return [rows(address, statement) for statement in STATE]


@pytest.fixture(scope="module")
def unharmed(press: Press, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What an undisturbed back-fill archives."""
    address = f"sqlite:///{tmp_path_factory.mktemp('unharmed')}/archive.sqlite3"
    press.begin(address)
    assert press.go_on(address) == 0, press.forks.said()
    documents, articles, wanted, ended = said = state(address)
    assert {row[1] for row in documents} == {"read", "skipped"}
    assert len(articles) >= 3
    assert len(wanted) >= 3
    assert ended == [("complete",)]
    return said


@pytest.mark.parametrize("step", BACKFILL_STEPS)
def test_a_killed_back_fill_goes_on_where_it_was(
    step: str, press: Press, unharmed: list[Any], archive_url: str
) -> None:
    press.begin(archive_url)
    press.server.forget_requests()
    death = Death(step, COUNTS.get(step, 1))
    assert press.go_on(archive_url, death=death) == KILLED, "it was not killed there"
    check_sound(archive_url)
    assert press.go_on(archive_url, later_s=600) == 0, press.forks.said()
    assert state(archive_url) == unharmed
    assert rows(archive_url, "select count(*) from unread") == [(0,)]
    check_sound(archive_url)
    asked = Counter[str]()
    for (_, target, _), number in press.server.requests.items():
        asked[target] += number * (target != "/robots.txt")  # also asked for by what obeys it
    assert max(asked.values()) <= 2, "each of the two asks for a list or a page once at most"
