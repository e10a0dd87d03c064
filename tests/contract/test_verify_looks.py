"""Sets of variants and removals that do not fit the visits are told by `verify`."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Delete, Update, delete, update

from config.clock import ManualClock
from db.archive import Archive
from db.models import Article, Removal, Variant, Visit
from db.verify import verify
from tests.contract.desk import Desk


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    """Articles 1 with variants, 2 that was gone and is there again, 3 that is gone."""
    made = Desk(archive, clock)
    for words in ("one", "two", "one", "two"):
        made.see("a", words)
        made.wait(hours=1)
    for path in ("b", "c"):
        made.see(path, path)
        made.wait(hours=1)
        made.see_gone(path)
    made.wait(hours=1)
    made.see_again("b")
    return made


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DAMAGES: dict[str, Update | Delete] = {
    "variant_members": update(Variant).values(to_at=LONG_AGO),
    "variant_sets": update(Variant).where(Variant.id == 1).values(to_at=Variant.from_at),
    "variant_visits": delete(Variant),
    "removal_looks": update(Visit).where(Visit.outcome == "gone").values(outcome="error"),
    "removal_moments": update(Removal).where(Removal.id == 1).values(returned_at=LONG_AGO),
    "article_gone": update(Article).where(Article.id == 3).values(gone_at=None),
}  # fmt: skip


def test_what_the_ledger_writes_of_variants_and_removals_is_sound(
    desk: Desk, archive: Archive
) -> None:
    assert desk.archive is archive
    assert verify(archive) == []


@pytest.mark.parametrize("promise", DAMAGES)
def test_a_set_or_a_removal_that_does_not_fit_is_told(
    desk: Desk, archive: Archive, promise: str
) -> None:
    assert desk.archive is archive
    with archive.write() as session:
        session.execute(DAMAGES[promise])
    assert promise in {violation.promise for violation in verify(archive)}


def test_a_removal_that_ended_without_its_article_is_told(desk: Desk, archive: Archive) -> None:
    assert desk.archive is archive
    with archive.write() as session:
        session.execute(
            update(Removal).where(Removal.id == 2).values(returned_at=Removal.suspected_at)
        )
    assert "article_gone" in {violation.promise for violation in verify(archive)}
