"""A look that was decided by a text that is not the newest any more is decided anew."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.clock import ManualClock
from db.archive import Archive
from db.archiving.entries import Archived
from db.errors import Overtaken
from db.models import Article, Visit
from db.verify import verify
from pipeline.context import CrawlContext
from pipeline.items import Fetched
from pipeline.stages.archive import ArchiveVisit
from tests.contract.desk import Desk
from tests.contract.press import PARAGRAPHS, Press, page, site
from tests.contract.test_merging import merge, number

EXTRA = "Also in the paper: a lighthouse for sale."


@dataclass
class Interrupted:
    """A clock that is asked between a look's decision and its archiving, and lets somebody act there, once."""

    clock: ManualClock
    deeds: list[Callable[[], object]] = field(default_factory=list)

    def now(self) -> datetime:
        if self.deeds and threading.current_thread().name == "archive-writer":
            self.deeds.pop(0)()
        return self.clock.now()


@pytest.fixture
def press(postgres_url: str, clock: ManualClock, tmp_path: Path) -> Iterator[Press]:
    """On Postgres: SQLite has one writer at a time, and nothing comes between decision and archiving."""
    with Archive.open(postgres_url, clock=clock) as archive:
        yield Press(archive, clock, postgres_url, tmp_path)


def archived(press: Press, fetched: Fetched, *deeds: Callable[[], object]) -> Archived:
    """What a crawl's stage makes of a look, if these things happen each between a decision and its archiving."""

    async def process(context: CrawlContext) -> Fetched:
        stage = ArchiveVisit(context)
        try:
            return await stage.process_item(fetched)
        finally:
            await stage.close_spider()
            await context.reading.close()

    clock = Interrupted(press.clock, list(deeds))
    done = asyncio.run(process(replace(press.context, clock=clock)))
    assert clock.deeds == []
    assert done.archived is not None
    return done.archived


def texts(press: Press, article_id: int | None) -> list[str]:
    return [one.revision.text.splitlines()[-1] for one in press.standing(article_id)]


def test_an_entry_that_was_compared_with_an_earlier_text_is_refused_whole(
    archive: Archive, clock: ManualClock
) -> None:
    desk = Desk(archive, clock)
    first = desk.see("a", "one")
    desk.wait(hours=1)
    late = replace(
        desk.entry(desk.link("a"), "three", article=first.article_id),
        compared_with=first.revision_id,
    )
    second = desk.see("a", "two")
    other = desk.entry(desk.link("b"), "another article")
    with pytest.raises(Overtaken):
        desk.archive_all(other, late)
    with archive.read() as session:
        counts = [session.scalar(select(func.count()).select_from(t)) for t in (Visit, Article)]
    assert counts == [2, 1]
    done = desk.archive_all(other, replace(late, compared_with=second.revision_id))
    assert [each.revision_number for each in done] == [1, 3]
    assert verify(archive) == []


@pytest.mark.postgres
def test_a_look_that_another_crawl_overtakes_is_decided_anew(
    press: Press,
) -> None:
    first = press.look("pier", page())
    mine = press.fetch("pier", page(*PARAGRAPHS[:3], "The same new end."))
    theirs = press.fetch("pier", page(*PARAGRAPHS[:3], "The same new end.", extra=""))
    done = archived(press, mine, lambda: press.archive_look(theirs))
    assert done.outcome == "same_text"
    assert texts(press, first.article_id) == [PARAGRAPHS[3], "The same new end."]
    assert verify(press.archive) == []


@pytest.mark.postgres
def test_a_look_that_re_extraction_overtakes_adds_no_revision_of_ours(
    press: Press,
) -> None:
    first = press.look("pier", page(extra=EXTRA))  # read by the old rules, teaser and all
    mine = press.fetch("pier", page(extra=EXTRA) + "<!-- by the old rules too -->")
    old, better = press.site, site(remove=".extra")

    def reread() -> None:
        press.site = better
        press.reextract()
        press.site = old

    done = archived(press, mine, reread)
    assert done.outcome == "same_text"
    assert texts(press, first.article_id) == [PARAGRAPHS[3]]
    assert verify(press.archive) == []


@pytest.mark.postgres
def test_a_look_that_a_merge_overtakes_goes_to_the_article_that_is_kept(
    press: Press,
) -> None:
    kept = press.look("pier", page(*PARAGRAPHS[:2], title="Pier closed"))
    other = press.look("dock", page(*PARAGRAPHS[2:], title="Who pays for a dock?"))
    mine = press.fetch("dock", page(*PARAGRAPHS[1:], title="Who pays for a dock?"))
    desk = Desk(press.archive, press.clock)
    done = archived(press, mine, lambda: merge(desk, number(kept), number(other)))
    assert done.article_id == kept.article_id
    assert verify(press.archive) == []


@pytest.mark.postgres
def test_a_look_that_is_overtaken_for_ever_is_left_and_its_capture_kept(
    press: Press,
) -> None:
    press.look("pier", page())
    mine = press.fetch("pier", page(*PARAGRAPHS[:3], "My own end."))
    theirs = [
        press.fetch("pier", page(*PARAGRAPHS[:3], f"Another new end, number {n}."))
        for n in range(5)
    ]
    deeds = [lambda each=each: press.archive_look(each) for each in theirs]
    with pytest.raises(Overtaken):
        archived(press, mine, *deeds)
    assert verify(press.archive) == []
    assert archived(press, mine).outcome == "revised"
