"""A page goes on being archived when the capture that proves its earlier text cannot be read any more."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, update

from config.clock import ManualClock
from db.archive import Archive
from db.models import Extraction, Frame, Revision, VisitOutcome
from db.proving import pruning
from db.proving.pruning import Selection
from pipeline.items import Fetched
from pipeline.stages.archive import ArchiveVisit
from tests.contract.test_decisions import Crawler, page, wait


class StageCrawler(Crawler):
    """Archives by the stage itself, which reads earlier captures again."""

    def _archive(self, fetched: Fetched) -> VisitOutcome:
        stage = ArchiveVisit(self.context)

        async def process() -> Fetched:
            try:
                return await stage.process_item(fetched)
            finally:
                await stage.close_spider()

        archived = asyncio.run(process()).archived
        assert archived is not None
        return archived.outcome


@pytest.fixture
def crawler(archive: Archive, clock: ManualClock) -> StageCrawler:
    return StageCrawler(archive, clock)


def damage(archive: Archive) -> None:
    with archive.write() as session:
        session.execute(update(Frame).values(data=b"damaged"))


def prune(archive: Archive) -> None:
    selection = Selection(site="lantern", has_proofs=True)
    pruning.prune(archive, selection, actor="desk:1", reason=None)


@pytest.mark.parametrize("lose", [damage, prune])
def test_a_changed_page_is_a_revision_though_its_last_text_cannot_be_read_again(
    crawler: StageCrawler, archive: Archive, lose: Any
) -> None:
    assert crawler.look("mill", page(title="The mill has burned")) == "new"
    wait(crawler, hours=1)
    with archive.write() as session:
        session.execute(update(Extraction).values(extractor="an older one"))
    lose(archive)
    assert crawler.look("mill", page(title="Who cut the rope?")) == "revised"
    assert crawler.all(select(Revision.number).order_by(Revision.number)) == [1, 2]
