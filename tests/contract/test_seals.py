"""Seals: what was committed is held to, on both databases, and whoever changes the past is noticed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from config.clock import ManualClock
from db.archive import Archive
from db.models import Capture, Revision, TreeHead, Visit
from db.proving import leaves, members, seals
from db.statements import table_of
from db.verify import Violation, verify
from db.verify.against import against
from tests.contract.desk import Desk


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    made = Desk(archive, clock)
    for words in ("one", "two", "three"):
        made.see("a", words)
        made.wait(minutes=1)
    made.see_gone("a", status=404)
    return made


def heads_of(archive: Archive) -> list[TreeHead]:
    with archive.read() as session:
        return list(session.scalars(select(TreeHead).order_by(TreeHead.id)))


def run(archive: Archive, statement: Any) -> None:
    with archive.write() as session:
        session.execute(statement, execution_options={"synchronize_session": False})


def broken(archive: Archive) -> list[Violation]:
    return [each for each in verify(archive) if each.promise.startswith("seals")]


def test_a_seal_takes_in_everything_and_a_second_finds_nothing(
    desk: Desk, archive: Archive
) -> None:
    first = seals.seal(archive)
    assert [(head.tree, head.size) for head in first] == [
        ("capture", 3),
        ("revision", 3),
        ("visit", 4),
    ]
    assert seals.seal(archive) == first
    assert len(heads_of(archive)) == 3
    assert verify(archive) == []


def test_the_tree_grows_and_its_past_stays(desk: Desk, archive: Archive) -> None:
    past = seals.seal(archive)
    desk.see("b", "more")
    assert seals.seal(archive) != past
    assert list(against(archive, past)) == []
    assert verify(archive) == []


def test_rows_are_sealed_alike_whether_at_once_or_one_by_one(
    desk: Desk, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = seals.seal(archive)
    run(archive, delete(TreeHead))
    monkeypatch.setattr(seals, "MOST", 1)
    assert seals.seal(archive) == at_once
    assert len(heads_of(archive)) == 10
    assert verify(archive) == []


def test_heads_are_written_and_read_as_text(desk: Desk, archive: Archive) -> None:
    found = seals.seal(archive)
    assert seals.parse_heads(seals.head_text(found)) == found


@pytest.mark.parametrize(
    "words",
    [
        "",
        "capture",
        "capture:1",
        "capture:x:00",
        "capture:1:zz",
        "capture:1:00",
        f"row:1:{'0' * 64}",
    ],
)
def test_words_that_are_no_head_are_refused(words: str) -> None:
    with pytest.raises(seals.HeadNotUnderstoodError, match="is no head"):
        seals.parse_heads(words)


TAMPERED = {
    "revision 2": update(Revision).where(Revision.number == 2).values(text="forged"),
    "revision 3": update(Revision).where(Revision.number == 3).values(authors=["forged"]),
    "capture 1": update(Capture)
    .where(Capture.id == 1)
    .values(url_answered="http://forged.example/"),
    "capture 2": update(Capture).where(Capture.id == 2).values(headers=b"forged"),
    "visit 4": update(Visit).where(Visit.id == 4).values(outcome="error"),
}


@pytest.mark.parametrize("what", list(TAMPERED))
def test_a_row_that_was_changed_is_named(desk: Desk, archive: Archive, what: str) -> None:
    seals.seal(archive)
    run(archive, TAMPERED[what])
    (violation,) = broken(archive)
    assert violation.what.split()[0] == what.split(maxsplit=1)[0]
    assert "it is not what was sealed at 2026-03-02T09:03:00" in violation.detail


def test_a_row_that_was_taken_away_is_named(desk: Desk, archive: Archive) -> None:
    seals.seal(archive)
    run(archive, delete(Visit).where(Visit.id == 4))
    assert [str(each) for each in broken(archive)] == [
        "seals: visit 4: it was sealed at 2026-03-02T09:03:00+00:00, and is not there"
    ]


def test_a_row_that_was_slipped_in_is_named_and_can_be_taken_in(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    with archive.write() as session:
        session.execute(update(Visit).where(Visit.id == 4).values(id=40))
    seals.seal(archive)
    clock.advance(timedelta(hours=2))
    desk.see("b", "more")
    seals.seal(archive)
    clock.advance(timedelta(hours=2))
    row = {"id": 20, "crawl_id": 1, "link_id": 1, "visited_at": clock.now(), "outcome": "gone"}
    run(archive, insert(table_of(Visit)).values(**row))
    (violation,) = broken(archive)
    assert violation.what == "visit 20"
    assert "came in behind" in violation.detail
    size = seals.seal(archive)[-1].size
    assert seals.seal(archive, is_thorough=True)[-1].size == size + 1
    assert broken(archive) == []


def test_a_row_that_is_committed_late_is_in_the_next_seal(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    """What several writers do to each other on Postgres: the smaller id comes later."""
    with archive.write() as session:
        session.execute(update(Visit).where(Visit.id == 4).values(id=9))
        session.execute(update(Visit).where(Visit.id == 3).values(id=6))
    before = seals.seal(archive)[-1].size
    clock.advance(timedelta(minutes=5))
    row = {"crawl_id": 1, "link_id": 1, "visited_at": clock.now(), "outcome": "gone"}
    run(archive, insert(table_of(Visit)).values(id=8, **row))
    run(archive, insert(table_of(Visit)).values(id=4, **row))
    assert broken(archive) == []
    assert seals.seal(archive)[-1].size == before + 2
    late = members.unpack(heads_of(archive)[-1].members)
    assert late.ranges == ((4, 4), (8, 8))
    assert late.gaps == ((3, 3), (5, 5), (7, 7))
    assert broken(archive) == []


def test_gaps_are_forgotten_after_an_hour(desk: Desk, archive: Archive, clock: ManualClock) -> None:
    with archive.write() as session:
        session.execute(update(Visit).where(Visit.id == 4).values(id=9))
    seals.seal(archive)
    assert members.unpack(heads_of(archive)[-1].members).gaps == ((4, 8),)
    clock.advance(timedelta(hours=2))
    desk.see_gone("a")
    seals.seal(archive)
    assert members.unpack(heads_of(archive)[-1].members).gaps == ()


def test_a_past_that_was_written_anew_is_noticed_by_who_kept_a_head(
    desk: Desk, archive: Archive
) -> None:
    past = seals.seal(archive)
    desk.see("b", "more")
    seals.seal(archive)
    run(archive, delete(TreeHead))
    run(archive, TAMPERED["revision 2"])
    seals.seal(archive)
    assert broken(archive) == []
    said = [str(each) for each in against(archive, past)]
    assert any("the archive has no head over its first 3 rows" in each for each in said)


def test_a_head_that_was_changed_is_noticed(desk: Desk, archive: Archive) -> None:
    past = seals.seal(archive)
    run(archive, update(TreeHead).where(TreeHead.tree == "visit").values(root=b"\0" * 32))
    assert [each.what for each in broken(archive)] == ["head visit:4"]
    assert ["the past was changed" in str(each) for each in against(archive, past)] == [True]


def test_a_head_that_is_no_head_is_noticed(desk: Desk, archive: Archive) -> None:
    seals.seal(archive)
    run(archive, update(TreeHead).where(TreeHead.tree == "visit").values(members=b"\1\1\7"))
    assert any("members end within a number" in str(each) for each in verify(archive))


def test_crawls_that_end_soon_after_a_seal_leave_theirs_for_later(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    before = seals.seal(archive, is_paced=True)
    desk.see("b", "more")
    assert seals.seal(archive, is_paced=True) == before
    clock.advance(seals.PAUSE)
    assert seals.seal(archive, is_paced=True) != before


@pytest.mark.parametrize("tree", list(leaves.TREES))
def test_every_column_of_a_sealed_row_is_in_its_leaf(tree: str) -> None:
    """A new column needs a new form: see db.proving.leaves."""
    assert list(leaves.columns(tree)) == [column.name for column in table_of(leaves.TREES[tree]).c]


def test_a_leaf_says_the_same_bytes_on_both_databases(desk: Desk, archive: Archive) -> None:
    with archive.read() as session:
        said = leaves.said_by(session, "visit", 4)
        root = {head.tree: head.root.hex()[:16] for head in seals.seal(archive)}
    assert said == b'["visit",1,4,1,1,"2026-03-02T09:03:00.000Z","gone",404,null,null,null,null]'
    assert root["visit"] == ROOT_OF_VISITS


ROOT_OF_VISITS = "1767ff80be9f7074"


def test_two_that_seal_at_once_make_one_history(
    desk: Desk, archive: Archive, archive_url: str, clock: ManualClock
) -> None:
    with Archive.open(archive_url, clock=clock) as other, ThreadPoolExecutor(2) as threads:
        first, second = threads.map(seals.seal, (archive, other))
    assert first == second
    assert len(heads_of(archive)) == 3
    assert broken(archive) == []
