"""An article is gone when a publisher says so, or when what looks like it persists; the same on both databases."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from config.clock import ManualClock
from db.archive import Archive
from db.archiving.entries import Archived, NewArticle, NewExtraction
from db.asking import queries
from db.histories import respell, seen, settling
from db.histories.changes import ChangeKind
from db.histories.removals import LOOK_AGAIN_AFTER, PERSISTENCE, Evidence
from db.models import Article, ArticleUrl, Change, Link, Removal, Visit, VisitOutcome
from db.verify import verify
from tests.contract.desk import RULES, Desk


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def gone_at(archive: Archive) -> datetime | None:
    with archive.read() as session:
        return session.scalars(select(Article.gone_at)).one()


def removals(archive: Archive) -> list[Removal]:
    with archive.read() as session:
        return list(
            session.scalars(
                select(Removal).where(Removal.withdrawn_at.is_(None)).order_by(Removal.id)
            )
        )


def told(archive: Archive) -> list[str]:
    with archive.read() as session:
        kinds = session.scalars(select(Change.kind).order_by(Change.id))
        return [kind for kind in kinds if kind != ChangeKind.REVISION]


def see_wall(desk: Desk, path: str, evidence: Evidence | None, reason: str) -> Archived:
    """Look at a page that is not believed; what says that the article is gone, if anything does."""
    link = desk.link(path)
    entry = replace(
        desk.bare(link, VisitOutcome.QUARANTINED, status=200),
        article=link.article_id if evidence else None,
        gone_by=evidence,
        detail=evidence.value if evidence else reason,
        capture_id=desk.keep(link, f"<html>{reason} {desk.clock.now()}".encode()),
        extraction=NewExtraction(b"{}", "1", RULES, is_believed=False, reason=reason),
    )
    return desk.archive_all(entry)[0]


def test_a_410_is_believed_at_once(desk: Desk, archive: Archive, clock: ManualClock) -> None:
    desk.see("a", "one")
    desk.wait(hours=1)
    desk.see_gone("a", status=410)
    (removal,) = removals(archive)
    assert gone_at(archive) == clock.now() == removal.suspected_at == removal.confirmed_at
    assert removal.evidence == "410"
    assert told(archive) == [ChangeKind.GONE]
    assert verify(archive) == []


def test_a_404_is_a_suspicion_until_three_looks_over_two_days_have_found_it(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    desk.see("a", "one")
    desk.wait(hours=1)
    suspected_at = clock.now()
    states = []
    for hours in (20, 20, 7, 1, 0):
        desk.see_gone("a", status=404)
        states.append(gone_at(archive))
        desk.wait(hours=hours)
    assert states == [None, None, None, None, suspected_at]
    (removal,) = removals(archive)
    assert (removal.evidence, removal.suspected_at) == ("404", suspected_at)
    assert removal.confirmed_at == clock.now() == suspected_at + PERSISTENCE
    assert told(archive) == [ChangeKind.ALIAS, ChangeKind.GONE]
    assert verify(archive) == []


def test_two_looks_confirm_nothing_however_far_apart(desk: Desk, archive: Archive) -> None:
    desk.see("a", "one")
    for _ in range(2):
        desk.wait(days=30)
        desk.see_gone("a", status=404)
    assert gone_at(archive) is None
    desk.wait(days=1)
    desk.see_gone("a", status=404)
    assert gone_at(archive) is not None


def test_a_suspicion_is_looked_at_again_in_time_to_confirm_it(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    desk.see("a", "one")
    dues = []
    while gone_at(archive) is None:
        desk.see_gone("a", status=404)  # of whose schedule nothing is left
        with archive.read() as session:
            due_at = session.scalars(select(Link.due_at)).one()
        if due_at is not None:
            dues.append(due_at - clock.now())
            desk.wait(seconds=dues[-1].total_seconds())
    assert dues == [LOOK_AGAIN_AFTER] * 2
    assert timedelta(days=1) == LOOK_AGAIN_AFTER


def test_a_failed_look_neither_confirms_a_suspicion_nor_ends_it(
    desk: Desk, archive: Archive
) -> None:
    desk.see("a", "one")
    desk.see_gone("a", status=404)
    for outcome, detail in (
        (VisitOutcome.ERROR, "timeout: 60 s"),
        (VisitOutcome.ERROR, "HTTP 503"),
        (VisitOutcome.REFUSED, "robots"),
        (VisitOutcome.ERROR, "dns: no such host"),
    ):
        desk.wait(days=2)
        desk.archive_all(desk.bare(desk.link("a"), outcome, detail=detail))
    for reason in ("blocked", "consent", "login", "empty"):
        desk.wait(days=2)
        see_wall(desk, "a", None, reason)
    (removal,) = removals(archive)
    assert (removal.confirmed_at, removal.returned_at) == (None, None)
    assert gone_at(archive) is None
    for _ in range(2):
        desk.see_gone("a", status=404)
    assert gone_at(archive) == removal.suspected_at
    assert verify(archive) == []


@pytest.mark.parametrize("evidence", [Evidence.SOFT_404, Evidence.SECTION_FRONT])
def test_a_page_in_its_place_that_persists_is_a_removal(
    desk: Desk, archive: Archive, evidence: Evidence
) -> None:
    desk.see("a", "one")
    for _ in range(3):
        assert gone_at(archive) is None
        desk.wait(days=1)
        archived = see_wall(desk, "a", evidence, "not_found")
        assert archived.outcome is VisitOutcome.QUARANTINED
    (removal,) = removals(archive)
    assert gone_at(archive) == removal.suspected_at
    assert removal.evidence == evidence.value
    assert verify(archive) == []


def test_any_sight_of_the_text_ends_a_removal_and_the_next_is_another(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    desk.see("a", "one")
    desk.see_gone("a", status=410)
    desk.wait(days=1)
    desk.see_again("a")
    returned_at = clock.now()
    assert gone_at(archive) is None
    desk.wait(days=1)
    desk.see_gone("a", status=404)
    desk.wait(days=1)
    desk.see("a", "two")
    first, second = removals(archive)
    assert (first.returned_at, second.returned_at) == (returned_at, clock.now())
    assert second.confirmed_at is None
    assert told(archive) == [ChangeKind.GONE, ChangeKind.BACK, ChangeKind.ALIAS, ChangeKind.ALIAS]
    assert verify(archive) == []


def test_what_was_suspected_is_confirmed_by_a_410(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    desk.see("a", "one")
    desk.see_gone("a", status=404)
    suspected_at = clock.now()
    desk.wait(hours=1)
    desk.see_gone("a", status=410)
    (removal,) = removals(archive)
    assert (removal.evidence, removal.confirmed_at) == ("410", clock.now())
    assert gone_at(archive) == suspected_at


def test_an_article_is_there_while_another_of_its_links_shows_it(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    number = desk.see("old", "one").article_id
    desk.see("new", "one", article=number)
    for _ in range(4):
        desk.wait(days=1)
        desk.see_gone("old", status=404)
    assert removals(archive) == []
    assert gone_at(archive) is None
    desk.archive_all(desk.bare(desk.link("new"), VisitOutcome.ERROR, detail="timeout: 60 s"))
    desk.see_gone("old", status=410)
    assert gone_at(archive) is None  # a look that failed says nothing of the other
    desk.see_gone("new", status=410)
    assert gone_at(archive) == clock.now()
    with archive.read() as session:
        assert all(session.scalars(select(ArticleUrl.to_at)))
    assert verify(archive) == []


def test_the_other_links_of_an_article_are_asked_when_one_is_gone(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    number = desk.see("old", "one").article_id
    desk.see("new", "one", article=number)
    new = desk.link("new")
    desk.archive_all(replace(desk.bare(new, VisitOutcome.ERROR), link_state=desk.at_rest()))
    desk.wait(days=9)
    desk.see_gone("old", status=404)
    with archive.read() as session:
        assert session.scalars(select(Link.due_at).where(Link.id == new.id)).one() == clock.now()


def test_looks_of_one_batch_see_each_others_removals(desk: Desk, archive: Archive) -> None:
    number = desk.see("a", "one").article_id
    desk.see("b", "one", article=number)
    desk.wait(hours=2)
    gone = [
        desk.bare(desk.link(path), VisitOutcome.GONE, status=410, article=number) for path in "ab"
    ]
    desk.archive_all(*gone, desk.entry(desk.link("a"), "one", article=number))
    (removal,) = removals(archive)
    assert removal.returned_at is not None
    desk.archive_all(desk.entry(desk.link("b"), "one", article=number), gone[0])
    assert gone_at(archive) is None
    assert len(removals(archive)) == 1
    assert verify(archive) == []


def test_a_clock_that_was_set_back_confirms_no_suspicion_and_turns_no_removal_round(
    desk: Desk, archive: Archive
) -> None:
    desk.see("a", "one")
    for _ in range(4):
        desk.see_gone("a", status=404)
        desk.wait(days=-10)
    assert gone_at(archive) is None
    desk.see_again("a")
    (removal,) = removals(archive)
    assert removal.returned_at == removal.suspected_at
    assert verify(archive) == []


def test_a_removal_of_an_older_release_ends_like_any_other(desk: Desk, archive: Archive) -> None:
    desk.see("a", "one")
    with archive.write() as session:
        article = session.scalars(select(Article)).one()
        article.gone_at = desk.clock.now()
    desk.wait(days=1)
    desk.see_again("a")
    assert gone_at(archive) is None
    assert told(archive) == [ChangeKind.BACK]


def test_visits_that_found_it_gone_say_so_whether_or_not_it_is_believed(
    desk: Desk, archive: Archive
) -> None:
    desk.see("a", "one")
    desk.see_gone("a", status=404)
    with archive.read() as session:
        outcomes = session.scalars(select(Visit.outcome).order_by(Visit.id)).all()
    assert outcomes == ["new", "gone"]


def test_a_url_that_shows_what_it_showed_before_is_the_articles_again(
    desk: Desk, archive: Archive
) -> None:
    number = desk.see("a", "one").article_id
    desk.see_gone("a")
    desk.wait(days=1)
    desk.see_again("a")
    with archive.read() as session:
        (view,) = queries.find_articles(session, number=number)
    assert [alias.to_at for alias in view.aliases] == [None]


def test_all_looks_at_once_make_the_removals_that_they_made_one_by_one(
    archive: Archive, clock: ManualClock
) -> None:
    dice = random.Random(4)
    for life in range(12):
        desk = Desk(archive, clock, site=f"s{life}")
        number = desk.see("a", "one").article_id
        desk.see("b", "one", article=number)
        for _ in range(14):
            desk.wait(hours=dice.choice((1, 20, 50)))
            path = dice.choice("aab")
            deed = dice.choice(("gone", "gone", "gone", "page", "410", "again", "elsewhere"))
            if deed == "again":
                desk.see(path, "one", article=number)
            elif deed == "elsewhere" and desk.link(path).article_id == number:
                desk.see(path, "another article", article=NewArticle())
            elif desk.link(path).article_id == number and deed == "page":
                see_wall(desk, path, Evidence.SOFT_404, "not_found")
            elif desk.link(path).article_id == number:
                desk.see_gone(path, status=410 if deed == "410" else 404)
        with archive.read() as session:
            assert number is not None
            rows = session.scalars(
                select(Removal).where(Removal.article_id == number, Removal.withdrawn_at.is_(None))
            )
            recorded = [respell.said_of(row) for row in rows]
            plan = settling.plan(seen.looks_of(session, number), ())
        assert recorded == [each.said for each in plan.removals], life
    assert verify(archive) == []
