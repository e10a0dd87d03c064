"""Sets of variants with their shares, and removals, are told as the looks tell them; the same on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import ledger
from db.asking import queries
from db.asking.asof import NOW, AsOf
from db.histories import spells
from db.histories.spells import RemovalView, VariantSetView
from db.identities.belonging import looks_at
from db.models import Variant, VisitOutcome
from tests.contract.desk import Desk


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def sets(archive: Archive, as_of: AsOf = NOW) -> list[VariantSetView]:
    with archive.read() as session:
        looks = looks_at(session, [1], as_of=as_of)[1].all
        return spells.variant_sets(session, 1, looks, as_of=as_of)


def removals(archive: Archive, as_of: AsOf = NOW) -> list[RemovalView]:
    with archive.read() as session:
        return spells.removals_of(session, 1, as_of=as_of)


def shares(view: VariantSetView) -> list[tuple[int, str, int]]:
    return [
        (each.revision, f"{each.share:.0%}" if each.share is not None else "?", each.look_count)
        for each in view.shares
    ]


def test_an_earlier_text_that_came_back_after_days_is_a_member_by_its_return(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    desk.see("a", "one")
    desk.wait(days=9)
    for words in ("two", "one", "two"):
        desk.wait(hours=1)
        start = clock.now()
        desk.see("a", words)
    (view,) = sets(archive)
    assert [member.revision for member in view.shares] == [2, 3]
    assert view.from_at == start - timedelta(hours=1)


def test_a_test_of_headlines_is_one_set_with_shares_however_often_it_flips(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    desk.see("a", "one")
    desk.wait(hours=1)
    start = clock.now()
    for _ in range(50):
        for words, hours in (("two", 1), ("one", 3)):
            desk.see("a", words)
            desk.wait(hours=hours)
    desk.see("a", "two")
    (view,) = sets(archive)
    assert (view.from_at, view.to_at) == (start, None)
    assert shares(view) == [(1, "75%", 50), (2, "25%", 51)]


def test_editions_at_two_links_have_the_time_that_each_link_showed_them(
    desk: Desk, archive: Archive
) -> None:
    desk.see("a", "one")
    for _ in range(10):
        desk.see("b", "two", article=1)
        desk.wait(minutes=1)
        desk.see("a", "one")
        desk.wait(hours=5)
    (view,) = sets(archive)
    assert [share for _, share, _ in shares(view)] == ["50%", "50%"]


def test_a_failed_look_ends_no_ones_time_and_a_removal_does(desk: Desk, archive: Archive) -> None:
    desk.see("a", "one")
    for words in ("two", "one"):
        desk.wait(hours=1)
        desk.see("a", words)
    desk.wait(hours=1)
    desk.see_gone("a", status=404)
    desk.wait(hours=8)
    desk.see("a", "two")
    (view,) = sets(archive)
    assert shares(view) == [(1, "50%", 1), (2, "50%", 2)]


def test_the_looks_by_which_a_set_settled_are_nobodys_share(desk: Desk, archive: Archive) -> None:
    for words, hours in (("one", 1), ("two", 1), ("one", 1), ("two", 1), ("one", 12), ("one", 13)):
        desk.see("a", words)
        desk.wait(hours=hours)
    desk.see("a", "one")
    (view,) = sets(archive)
    assert view.to_at is not None
    assert shares(view) == [(1, "33%", 2), (2, "67%", 2)]


def test_a_set_is_told_from_the_look_on_that_showed_it_and_open_until_it_settled(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    moments = []
    for words, hours in (("one", 1), ("two", 1), ("one", 1), ("two", 12), ("two", 12), ("two", 1)):
        desk.see("a", words)
        moments.append(AsOf.moment(clock.now()))
        desk.wait(hours=hours)
    told = [sets(archive, moment) for moment in moments]
    assert [len(each) for each in told] == [0, 0, 1, 1, 1, 1]
    assert [each[0].to_at is None for each in told[2:]] == [True, True, True, False]


def test_a_set_is_known_from_the_transaction_on_that_recorded_it(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    moments = []
    late = timedelta(hours=5)
    for words, hours in (("one", 1), ("two", 1), ("one", 1), ("two", 12), ("two", 12), ("two", 1)):
        entry = desk.entry(desk.link("a"), words, article=desk.link("a").article_id)
        with archive.write() as session:  # as a crawl does with what one that died had kept
            ledger.archive_entries(session, [entry], now=clock.now() + late)
        moments.append(clock.now())
        desk.wait(hours=hours)
    known = [sets(archive, AsOf(known_at=moment)) for moment in moments]
    assert [len(each) for each in known] == [0, 0, 0, 0, 1, 1]
    (end,) = {each.to_at for each in sets(archive)}
    assert end == moments[-1]
    assert sets(archive, AsOf(known_at=end + late - timedelta(minutes=1)))[0].to_at is None
    assert sets(archive, AsOf(known_at=end + late))[0].to_at == end


def test_what_an_older_release_knew_of_variants_counts_by_the_publishers_time(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    for words in ("one", "two", "one"):
        desk.see("a", words)
        start = clock.now()
        desk.wait(hours=1)
    with archive.write() as session:
        session.execute(update(Variant).values(recorded_at=None))
    assert len(sets(archive, AsOf.moment(start))) == 1
    assert sets(archive, AsOf.moment(start - timedelta(minutes=1))) == []


def test_a_removal_is_believed_from_the_transaction_on_that_recorded_it(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    desk.see("a", "one")
    desk.wait(hours=1)
    link = desk.link("a")
    gone = desk.bare(link, VisitOutcome.GONE, status=410, article=link.article_id)
    late = clock.now() + timedelta(days=2)
    with archive.write() as session:
        ledger.archive_entries(session, [gone], now=late)
    with archive.read() as session:
        for known_at, is_gone in ((late - timedelta(hours=1), False), (late, True)):
            (view,) = queries.find_articles(session, number=1, as_of=AsOf(known_at=known_at))
            assert (view.gone_at is not None) is is_gone
            assert len(removals(archive, AsOf(known_at=known_at))) == is_gone


def test_removals_are_told_as_they_were_believed_at_a_moment(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    desk.see("a", "one")
    desk.wait(hours=1)
    suspected_at = clock.now()
    for _ in range(3):
        desk.see_gone("a", status=404)
        desk.wait(days=1)
    desk.see_again("a")
    assert removals(archive, AsOf.moment(suspected_at - timedelta(hours=1))) == []
    told = [
        removals(archive, AsOf.moment(suspected_at + timedelta(days=days))) for days in range(4)
    ]
    states = [
        (each.evidence, each.confirmed_at is not None, each.returned_at is not None)
        for (each,) in told
    ]
    assert states == [
        ("404", False, False),
        ("404", False, False),
        ("404", True, False),
        ("404", True, True),
    ]
