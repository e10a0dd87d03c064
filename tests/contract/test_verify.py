"""How the archive is checked: what standing is, and going on where an earlier run was stopped."""

from datetime import datetime

import pytest
from sqlalchemy import delete, insert, select, update

from config.clock import ManualClock
from db.archive import Archive
from db.asking import queries
from db.models import Article, Capture, Frame, Revision, Supersession, Unread
from db.verify import Progress, checks, verify
from tests.contract.desk import Desk


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def supersede(archive: Archive, number: int, *, restored_at: datetime | None = None) -> None:
    with archive.write() as session:
        revision_id = session.scalar(select(Revision.id).where(Revision.number == number))
        session.execute(
            insert(Supersession).values(
                revision_id=revision_id,
                reason="reextracted",
                superseded_at=archive.clock.now(),
                restored_at=restored_at,
            )
        )


def test_a_revision_may_equal_one_that_no_longer_stands(desk: Desk, archive: Archive) -> None:
    for words in ("one", "spurious", "one"):
        desk.see("a", words)
        desk.wait(minutes=1)
    assert verify(archive) == []
    supersede(archive, 1)
    assert verify(archive) == []
    supersede(archive, 1, restored_at=archive.clock.now())
    assert verify(archive) == []


def test_standing_revisions_that_became_neighbours_may_not_be_equal(
    desk: Desk, archive: Archive
) -> None:
    for words in ("one", "spurious", "one"):
        desk.see("a", words)
        desk.wait(days=2)
    supersede(archive, 2)
    (violation,) = verify(archive)
    assert violation.promise == "revisions_differ"
    assert "revision 3 says the same as revision 1" in violation.detail


def test_the_newest_revision_is_a_standing_one(desk: Desk, archive: Archive) -> None:
    desk.see("a", "one")
    desk.wait(minutes=1)
    desk.see("a", "two")
    supersede(archive, 2)
    (violation,) = verify(archive)
    assert violation.promise == "article_newest"
    with archive.write() as session:
        first = select(Revision.id).where(Revision.number == 1).scalar_subquery()
        session.execute(update(Article).values(revision_id=first))
    assert verify(archive) == []


def test_a_damaged_capture_costs_its_own_revision_the_proof_and_nothing_else(
    desk: Desk, archive: Archive
) -> None:
    for path, words in (("a", "The ferry sails."), ("b", "Bread is dearer."), ("a", "It sank.")):
        desk.see(path, words)
        desk.wait(hours=1)
    before = _told(archive)
    with archive.write() as session:
        last = session.scalars(select(Frame.id).order_by(Frame.id.desc()).limit(1)).one()
        session.execute(update(Frame).where(Frame.id == last).values(data=b"broken"))
    (violation,) = verify(archive)
    assert (violation.promise, violation.what) == ("captures", "capture 3")
    assert violation.detail.endswith("; unproven: revision 2 of article 1")
    assert _told(archive) == before
    bodies = [b"sails", b"dearer"]
    with archive.read() as session:
        for capture, words in zip(session.scalars(_DIGESTS), bodies, strict=False):
            assert words in archive.captures.get(session, capture)
    assert desk.see("a", "It was raised.").revision_number == 3
    assert [str(found) for found in verify(archive)] == [str(violation)]


_DIGESTS = select(Capture.body_sha256).order_by(Capture.id)


def _told(archive: Archive) -> tuple[object, ...]:
    """What is answered of the two articles."""
    with archive.read() as session:
        views = queries.find_articles(session, site="lantern")
        found = queries.search(session, "sank")
        return views, [queries.history(session, view.number) for view in views], found


def test_an_article_that_was_merged_needs_no_url(desk: Desk, archive: Archive) -> None:
    desk.see("a", "one")
    with archive.write() as session:
        session.execute(
            insert(Article).values(
                id=7,
                site_id=desk.site_id,
                first_seen_at=archive.clock.now(),
                revision_count=0,
                merged_into_id=1,
            )
        )
    assert verify(archive) == []


def test_checking_goes_on_after_what_was_checked(desk: Desk, archive: Archive) -> None:
    desk.see("a", "one")
    all_of_it: list[Progress] = []
    verify(archive, progress=all_of_it.append)
    rest: list[Progress] = []
    verify(archive, progress=rest.append, after=all_of_it[2])
    assert rest == all_of_it[3:]


def test_every_promise_is_named_once_and_says_what_holds() -> None:
    names = [check.promise for check in checks()]
    assert len(names) == len(set(names))
    assert all(check.claim and not check.claim.endswith(".") for check in checks())


def test_a_capture_that_nobody_read_nor_will_is_named(desk: Desk, archive: Archive) -> None:
    capture_id = desk.keep(desk.link("a"), b"<html>kept</html>")
    assert verify(archive) == []
    with archive.write() as session:
        session.execute(delete(Unread))
    (violation,) = verify(archive)
    assert (violation.promise, violation.what) == ("captures_seen", f"capture {capture_id}")
