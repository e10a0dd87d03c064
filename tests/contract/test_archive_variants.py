"""Texts served side by side are kept as such, the same on both databases, and as the rule says for all looks at once."""

import random
import threading
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from config.clock import ManualClock
from db.archive import Archive
from db.archiving.entries import NewArticle
from db.histories import seen as seen_again
from db.histories import settling, variants
from db.histories.changes import ChangeKind
from db.models import Article, Change, Link, Revision, Variant, Visit, VisitOutcome
from db.verify import verify
from tests.contract.desk import Desk

NEW, REVISED, SAME_TEXT = VisitOutcome.NEW, VisitOutcome.REVISED, VisitOutcome.SAME_TEXT
SAME_BYTES, VARIANT = VisitOutcome.SAME_BYTES, VisitOutcome.VARIANT


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def sets(archive: Archive) -> list[tuple[int, int, datetime, datetime | None]]:
    with archive.read() as session:
        rows = session.execute(
            select(Variant.number, Revision.number, Variant.from_at, Variant.to_at)
            .join(Revision, Revision.id == Variant.revision_id)
            .where(Variant.withdrawn_at.is_(None))
            .order_by(Variant.number, Revision.number)
        )
        return [tuple(row) for row in rows]


def revisions(archive: Archive) -> list[Revision]:
    with archive.read() as session:
        return list(session.scalars(select(Revision).order_by(Revision.number)))


def kinds(archive: Archive) -> list[str]:
    with archive.read() as session:
        return list(session.scalars(select(Change.kind).order_by(Change.id)))


def test_a_headline_tested_against_another_makes_two_revisions_and_one_set(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    start = clock.now()
    outcomes = []
    for look in range(60):
        outcomes.append(desk.see("a", "Bread is dearer.", title=f"Headline {look % 2}").outcome)
        desk.wait(minutes=30)
    assert outcomes == [NEW, REVISED, *[VARIANT, SAME_TEXT] * 29]
    first, second = revisions(archive)
    assert sets(archive) == [
        (1, 1, start, None),
        (1, 2, second.first_seen_at, None),
    ]
    with archive.read() as session:
        assert session.scalars(select(Article.revision_id)).one() == second.id
        seen = session.scalars(select(Visit.revision_id).order_by(Visit.id)).all()
    assert seen == [first.id, second.id] * 30
    assert kinds(archive) == [ChangeKind.REVISION, ChangeKind.REVISION, ChangeKind.VARIANT]
    assert verify(archive) == []


def test_a_304_of_an_earlier_text_is_no_sight_of_the_newest(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    desk.see("a", "one")
    desk.wait(hours=1)
    last_new = clock.now()
    desk.see("a", "two")
    desk.wait(hours=1)
    desk.see("a", "one")
    desk.wait(hours=1)
    again = desk.see_again("a")
    first, second = revisions(archive)
    assert (again.outcome, again.revision_id) == (VARIANT, first.id)
    desk.wait(hours=1)
    desk.see("a", "three")
    third = revisions(archive)[2]
    assert third.previous_seen_at == last_new
    assert second.first_seen_at == last_new


@pytest.mark.parametrize("is_same_page", [True, False])
def test_a_text_that_is_settled_on_becomes_one_more_revision(
    desk: Desk, archive: Archive, clock: ManualClock, *, is_same_page: bool
) -> None:
    moments, outcomes = [], []
    for words, hours in (("one", 1), ("two", 1), ("one", 12), ("one", 12), ("one", 1)):
        moments.append(clock.now())
        is_again = is_same_page and len(moments) > 3
        seen = desk.see_again("a") if is_again else desk.see("a", words)
        outcomes.append(seen.outcome)
        desk.wait(hours=hours)
    assert outcomes == [NEW, REVISED, VARIANT, VARIANT, REVISED]
    first, _, third = revisions(archive)
    assert (third.number, third.text, third.normal_sha256) == (3, "one", first.normal_sha256)
    assert (third.previous_seen_at, third.first_seen_at) == (moments[1], moments[2])
    assert third.recorded_at == moments[4]
    assert (third.capture_id == first.capture_id) is is_same_page
    assert [to_at for _, _, _, to_at in sets(archive)] == [moments[4], moments[4]]
    with archive.read() as session:
        article = session.scalars(select(Article)).one()
        visit = session.scalars(select(Visit).order_by(Visit.id.desc()).limit(1)).one()
        link = session.scalars(select(Link)).one()
    assert (article.revision_id, article.revision_count) == (third.id, 3)
    assert (visit.revision_id, link.revision_id) == (third.id, third.id)
    assert kinds(archive)[-2:] == [ChangeKind.VARIANT, ChangeKind.REVISION]
    assert verify(archive) == []
    assert desk.see("a", "one").outcome is SAME_TEXT


def test_two_editions_at_two_urls_are_variants(desk: Desk, archive: Archive) -> None:
    number = desk.see("story", "The whole story.").article_id
    desk.wait(minutes=1)
    desk.see("amp/story", "The whole story, in short.", article=number)
    for _ in range(20):
        desk.wait(hours=6)
        assert desk.see("story", "The whole story.").outcome is VARIANT
        assert desk.see_again("amp/story").outcome is SAME_BYTES
    assert len(revisions(archive)) == 2
    assert len(sets(archive)) == 2


def test_a_second_link_that_still_shows_a_settled_text_shows_the_newest(
    desk: Desk, archive: Archive
) -> None:
    number = desk.see("a", "one").article_id
    desk.see("b", "one", article=number)
    desk.wait(hours=1)
    desk.see("a", "two")
    for _ in range(4):
        desk.wait(hours=12)
        desk.see_again("b")
        last = desk.see("a", "one")
    newest = revisions(archive)[-1]
    assert newest.number == 3
    assert (last.outcome, last.revision_id) == (SAME_TEXT, newest.id)
    again = desk.see_again("b")
    assert (again.outcome, again.revision_id) == (SAME_BYTES, newest.id)


def test_looks_of_one_batch_come_to_what_looks_one_by_one_come_to(
    desk: Desk, archive: Archive
) -> None:
    link = desk.link("a")
    article = NewArticle()
    entries = []
    for words, hours in (("one", 1), ("two", 1), ("one", 12), ("two", 1), ("one", 30), ("one", 1)):
        entries.append(desk.entry(link, words, article=article))
        desk.wait(hours=hours)
    outcomes = [archived.outcome for archived in desk.archive_all(*entries)]
    assert outcomes == [NEW, REVISED, VARIANT, SAME_TEXT, VARIANT, VARIANT]
    assert desk.see("a", "one").outcome is REVISED
    assert verify(archive) == []


def test_a_clock_that_was_set_back_makes_no_history_of_a_test_and_stops_none(
    desk: Desk, archive: Archive
) -> None:
    desk.see("a", "one")
    desk.wait(hours=1)
    desk.see("a", "two")
    desk.wait(days=-365)
    assert desk.see("a", "one").outcome is VARIANT
    desk.wait(hours=12)
    desk.see("a", "one")
    desk.wait(hours=12)
    assert desk.see("a", "one").outcome is REVISED
    second, third = revisions(archive)[1:]
    assert third.first_seen_at >= second.first_seen_at
    assert verify(archive) == []


def test_a_revision_after_the_clock_was_set_back_is_still_the_newest(
    desk: Desk, archive: Archive
) -> None:
    desk.see("a", "one")
    desk.wait(days=-3)
    desk.see("a", "two")
    desk.wait(hours=1)
    desk.see("a", "three")
    first, second, third = revisions(archive)
    assert first.first_seen_at == second.first_seen_at == third.first_seen_at
    assert verify(archive) == []


def test_a_link_that_comes_to_show_another_article_leaves_the_first_one_its_texts(
    desk: Desk, archive: Archive
) -> None:
    first = desk.see("front", "The flood.", title="Flood")
    desk.wait(hours=1)
    second = desk.see("front", "The fire.", title="Fire", article=NewArticle())
    desk.wait(hours=1)
    third = desk.see("front", "The flood.", title="Flood", article=first.article_id)
    assert second.article_id != first.article_id
    assert (third.outcome, third.revision_id) == (SAME_TEXT, first.revision_id)
    assert [revision.number for revision in revisions(archive)] == [1, 1]
    assert sets(archive) == []
    assert verify(archive) == []


def test_two_crawls_of_one_article_at_once_number_its_revisions_one_after_the_other(
    desk: Desk, archive: Archive
) -> None:
    article = desk.see("a", "one").article_id
    desk.see("b", "one", article=article)
    desk.wait(hours=1)
    entries = {
        path: [desk.entry(desk.link(path), f"{path} {n}", article=article) for n in range(8)]
        for path in ("a", "b")
    }
    failures: list[BaseException] = []

    def crawl(path: str) -> None:
        try:
            for entry in entries[path]:
                desk.archive_all(entry)
        except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=crawl, args=(path,)) for path in entries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [revision.number for revision in revisions(archive)] == list(range(1, 18))
    assert verify(archive) == []


@pytest.mark.parametrize("seed", range(6))
def test_the_ledger_comes_look_by_look_to_what_all_looks_at_once_come_to(
    desk: Desk, archive: Archive, clock: ManualClock, seed: int
) -> None:
    rng = random.Random(seed)
    looks: list[variants.Look] = []
    article: int | NewArticle = NewArticle()
    outcomes: list[Any] = []
    for _ in range(40):
        path = rng.choice("ab")
        words = rng.choice(["one", "one", "one", "two", "three", None])
        link = desk.link(path)
        if words is None:
            if not isinstance(article, int):
                continue
            desk.archive_all(desk.bare(link, VisitOutcome.GONE, status=404, article=article))
            looks.append(variants.Look(link.id, clock.now(), None))
        else:
            entry = desk.entry(link, words, article=article)
            assert entry.revision is not None
            (archived,) = desk.archive_all(entry)
            assert archived.article_id is not None
            article = archived.article_id
            looks.append(variants.Look(link.id, clock.now(), entry.revision.normal_sha256))
            outcomes.append(archived.outcome)
        desk.wait(hours=rng.choice([0.5, 4, 12, 30]))
    order, seen = variants.settle(looks)
    expected = {
        variants.Sight.NEW: NEW,
        variants.Sight.REVISED: REVISED,
        variants.Sight.RETURNED: REVISED,
        variants.Sight.NEWEST: SAME_TEXT,
        variants.Sight.VARIANT: VARIANT,
    }
    assert outcomes == [expected[one.sight] for one in seen if one]
    found = revisions(archive)
    assert [(one.normal_sha256, one.first_seen_at, one.previous_seen_at) for one in found] == [
        (text.digest, text.first_seen_at, text.previous_seen_at) for text in order.texts
    ]
    assert sets(archive) == [
        (one.number, place + 1, from_at, one.to_at)
        for one in order.sets
        for place, from_at in sorted(one.from_at.items())
    ]
    assert isinstance(article, int)
    with archive.read() as session:  # and so does whoever settles the article again
        plan = settling.plan(
            seen_again.looks_of(session, article), seen_again.standing_of(session, article)
        )
    assert plan.is_settled
    assert list(plan.sets) == order.sets
    assert verify(archive) == []
