"""Any sequence of merges and splits, undone in reverse order, leaves every answer as it was."""

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from config.clock import ManualClock
from db.archive import Archive
from db.asking.asof import AsOf
from db.errors import ActionRefused
from db.models import Article, Link
from db.verify import verify
from tests.contract.desk import Desk
from tests.contract.test_merging import answers, merge, number, split, undo

TEXTS = ["The ferry sails.", "The ferry is late.", "The library opens.", "Snow on the pass."]


@dataclass
class World:
    """An archive with a few articles that several links show, and what was done to it."""

    desk: Desk
    done: list[int] = field(default_factory=list)

    def look(self, link: int, text: int) -> None:
        """See a text at a link; a new link begins an article or belongs to that before it."""
        self.desk.see(f"p{link}", TEXTS[text])
        self.desk.wait(hours=1)

    def articles(self) -> list[int]:
        with self.desk.archive.read() as session:
            own = Article.site_id == self.desk.site_id
            return list(session.scalars(select(Article.id).where(own).order_by(Article.id)))

    def links(self) -> list[tuple[str, int]]:
        with self.desk.archive.read() as session:
            rows = session.execute(
                select(Link.url_key, Link.article_id)
                .where(Link.site_id == self.desk.site_id)
                .order_by(Link.id)
            )
            return [(row.url_key.partition("/")[2], row.article_id) for row in rows]

    def act(self, kind: str, one: int, other: int) -> None:
        """Merge or split whatever these numbers choose; what makes no sense is refused."""
        try:
            if kind == "merge":
                ids = self.articles()
                done = merge(self.desk, ids[one % len(ids)], ids[other % len(ids)])
            else:
                links = self.links()
                path, article_id = links[one % len(links)]
                done = split(self.desk, article_id, path)
        except ActionRefused:
            return
        self.done.append(done.action_id)


looks = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=8)
deeds = st.lists(
    st.tuples(st.sampled_from(["merge", "merge", "split"]), st.integers(0, 5), st.integers(0, 5)),
    min_size=1,
    max_size=5,
)


@pytest.fixture
def fresh(archive_url: str, clock: ManualClock, tmp_path: Path) -> Iterator[Iterator[World]]:
    """Worlds without end: on SQLite each a file, on Postgres each a site of one archive."""
    if not archive_url.startswith("sqlite"):
        with Archive.open(archive_url, clock=clock) as archive:
            yield (World(Desk(archive, clock, site=f"s{n}")) for n in itertools.count())
        return
    empty = Path(archive_url.removeprefix("sqlite:///"))

    def worlds() -> Iterator[World]:
        for n in itertools.count():
            path = tmp_path / f"world-{n}.sqlite3"
            shutil.copyfile(empty, path)
            with Archive.open(f"sqlite:///{path}", clock=clock) as archive:
                yield World(Desk(archive, clock))

    yield worlds()


@pytest.mark.timeout(600)
@settings(
    max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(seen=looks, deeds=deeds)
def test_merges_and_splits_undone_in_reverse_order_leave_every_answer_as_it_was(
    fresh: Iterator[World], seen: list[tuple[int, int]], deeds: list[tuple[str, int, int]]
) -> None:
    world = next(fresh)
    for link, text in seen:
        world.look(link, text)
    before, then = answers(world.desk), AsOf.moment(world.desk.clock.now())
    past = answers(world.desk, then)
    for kind, one, other in deeds:
        world.act(kind, one, other)
        assert answers(world.desk, then) == past
    assert [str(violation) for violation in verify(world.desk.archive)] == []
    for action_id in reversed(world.done):
        undo(world.desk, action_id)
    assert answers(world.desk) == before
    assert answers(world.desk, then) == past


def test_a_later_look_finds_its_article_after_any_undo(
    archive: Archive, clock: ManualClock
) -> None:
    desk = Desk(archive, clock)
    first = number(desk.see("a", TEXTS[0]))
    desk.wait(hours=1)
    second = number(desk.see("b", TEXTS[1]))
    done = merge(desk, first, second)
    desk.see("b", TEXTS[2])
    undo(desk, done.action_id)
    assert number(desk.see("b", TEXTS[3])) == second
    assert number(desk.see("a", TEXTS[3])) == first
