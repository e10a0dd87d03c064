"""Edits are found for every pair of neighbours, once, whatever happens between archiving and comparing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from config.clock import ManualClock
from db.archive import Archive
from db.asking.asof import AsOf
from db.histories import edit_answers
from db.histories import edits as rows
from db.histories.changes import ChangeKind, NewChange, record
from db.histories.edits import EditRow, Pair
from db.models import Counter, Edit, Revision, Supersession
from db.verify import verify
from pipeline.edits.edit import COMPARER_VERSION
from pipeline.stages.neighbours import catch_up
from tests.contract.desk import Desk


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def kept(archive: Archive) -> list[tuple[int, int, str, str, int]]:
    with archive.read() as session:
        found = session.scalars(
            select(Edit).order_by(Edit.revision_id, Edit.previous_revision_id, Edit.kind)
        )
        return [
            (each.previous_revision_id, each.revision_id, each.kind, each.op, each.count)
            for each in found
        ]


def revised(desk: Desk, *texts: str) -> list[int]:
    """An article with these texts; the ids of its revisions."""
    ids = []
    for text in texts:
        seen = desk.see("a", text)
        assert seen.revision_id is not None
        ids.append(seen.revision_id)
        desk.wait(hours=1)
    return ids


def promises(archive: Archive) -> set[str]:
    return {violation.promise for violation in verify(archive)}


def test_every_pair_of_neighbours_is_compared_once(desk: Desk, archive: Archive) -> None:
    one, two, three = revised(desk, "Bread is dear.", "Bread is dear. So is milk.", "So is milk.")
    assert catch_up(archive) == 2
    assert kept(archive) == [
        (one, two, "body", "add", 1),
        (two, three, "body", "delete", 1),
    ]
    assert catch_up(archive) == 0
    assert len(kept(archive)) == 2
    assert "edits_found" not in promises(archive)


def test_what_was_left_is_found_by_following_the_changes(desk: Desk, archive: Archive) -> None:
    revised(desk, "one", "two")
    with archive.read() as session:
        assert rows.waiting_count(session, comparer=COMPARER_VERSION) == 2
    assert catch_up(archive, limit=1) == 1
    with archive.read() as session:
        assert rows.waiting_count(session, comparer=COMPARER_VERSION) == 0


def test_a_new_version_of_the_comparison_compares_everything_again(
    desk: Desk, archive: Archive
) -> None:
    one, two = revised(desk, "one", "two")
    catch_up(archive)
    with archive.read() as session:
        changed = rows.next_changes(session, comparer="next", limit=10)
        assert changed is not None
        assert rows.uncompared(session, changed.article_ids, comparer="next") == [Pair(two, one)]


def test_edits_are_written_once(desk: Desk, archive: Archive) -> None:
    one, two = revised(desk, "one", "two")
    for _ in range(2):
        with archive.write() as session:
            edit = EditRow("body", "edit", 1, 2, is_silent=False)
            rows.add_edits(session, Pair(two, one), [edit], comparer="1")
            rows.follow(session, 7, comparer="1")
            rows.follow(session, 5, comparer="1")
    assert kept(archive) == [(one, two, "body", "edit", 1)]
    with archive.read() as session:
        assert rows.followed(session, comparer="1") == 7


def test_a_superseded_revision_gives_its_neighbours_to_each_other(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    one, two, three = revised(desk, "Bread is dear.", "Bread is cheap.", "Bread is dear. Yes.")
    catch_up(archive)
    with archive.write() as session:
        session.add(
            Supersession(
                revision_id=two,
                by_revision_id=one,
                reason="reextracted",
                superseded_at=clock.now() + timedelta(hours=1),
            )
        )
        article_id = session.scalar(select(Revision.article_id).where(Revision.id == two))
        assert article_id is not None
        change = NewChange(ChangeKind.SUPERSEDED, desk.site_id, article_id, two)
        record(session, [change], now=clock.now())
    catch_up(archive)
    assert (one, three, "body", "add", 1) in kept(archive)
    assert (one, two) in {row[:2] for row in kept(archive)}  # old answers stay
    assert not {"edit_neighbours", "edits_found"} & promises(archive)


def test_missing_edits_are_noticed(desk: Desk, archive: Archive) -> None:
    revised(desk, "one", "two")
    assert "edits_found" not in promises(archive)  # not compared yet
    catch_up(archive)
    with archive.write() as session:
        session.execute(delete(Edit))
    assert "edits_found" in promises(archive)
    with archive.write() as session:
        session.execute(delete(Counter).where(Counter.name.like("edits%")))
    catch_up(archive)
    assert "edits_found" not in promises(archive)


def test_edits_between_strangers_are_noticed(desk: Desk, archive: Archive) -> None:
    one, _, three = revised(desk, "one", "two", "three")
    catch_up(archive)
    assert "edit_neighbours" not in promises(archive)
    with archive.write() as session:
        session.execute(
            update(Edit).where(Edit.revision_id == three).values(previous_revision_id=one)
        )
    assert "edit_neighbours" in promises(archive)


def test_a_damaged_content_costs_only_what_it_alone_tells(desk: Desk, archive: Archive) -> None:
    one, _ = revised(desk, "Bread is dear.", "Bread is cheap.")
    with archive.read() as session:
        text = rows.texts(session, [one])[one]
    assert text.fields["text"] == "Bread is dear."
    assert b"Bread is dear." in text.content


def told(archive: Archive, **asked: Any) -> list[tuple[int, int, str, str]]:
    with archive.read() as session:
        return [
            (view.previous_number, view.number, view.edit.kind, view.edit.op)
            for view in edit_answers.edits(session, comparer=COMPARER_VERSION, **asked)
        ]


def test_the_edits_of_the_archive_come_with_the_looks_between_which_they_were_made(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    began = clock.now()
    revised(
        desk, "At least 12 people came to the harbour.", "At least 14 people came to the harbour."
    )
    catch_up(archive)
    with archive.read() as session:
        body, number = edit_answers.edits(session, comparer=COMPARER_VERSION)
    assert (body.edit.kind, number.edit.kind, number.edit.is_silent) == ("body", "number", True)
    assert (body.previous_number, body.number, body.site) == (1, 2, "lantern")
    assert (body.last_seen_old, body.first_seen_new) == (began, began + timedelta(hours=1))


def test_edits_are_asked_for_by_site_kind_time_and_silence(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    began = clock.now()
    revised(
        desk,
        "At least 12 people came.",
        "At least 14 people came.",
        "At least 14 people came. Yes.",
    )
    catch_up(archive)
    assert told(archive) == [
        (2, 3, "body", "add"),
        (1, 2, "body", "edit"),
        (1, 2, "number", "edit"),
    ]
    assert told(archive, kinds=["number"]) == [(1, 2, "number", "edit")]
    assert told(archive, is_silent_only=True) == [(1, 2, "number", "edit")]
    assert told(archive, site="lantern", limit=1, offset=1) == [(1, 2, "body", "edit")]
    assert told(archive, site="beacon") == []
    assert told(archive, since=began + timedelta(hours=2)) == [(2, 3, "body", "add")]
    assert len(told(archive, until=began + timedelta(hours=2))) == 2


def test_as_of_a_moment_edits_lie_between_those_that_were_neighbours_then(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    texts = ("Bread is dear.", "Bread is cheap.", "Bread is dear. Yes.")
    one, two, three = revised(desk, *texts)
    before = clock.now()
    catch_up(archive)
    desk.wait(hours=1)
    with archive.write() as session:
        session.add(
            Supersession(
                revision_id=two,
                by_revision_id=one,
                reason="reextracted",
                superseded_at=clock.now(),
            )
        )
        article_id = session.scalar(select(Revision.article_id).where(Revision.id == two))
        assert article_id is not None
        change = NewChange(ChangeKind.SUPERSEDED, desk.site_id, article_id, two)
        record(session, [change], now=clock.now())
    catch_up(archive)
    assert {row[:2] for row in told(archive)} == {(1, 3)}
    assert {row[:2] for row in told(archive, as_of=AsOf.moment(before))} == {(1, 2), (2, 3)}
    assert told(archive, as_of=AsOf.moment(before - timedelta(hours=3))) == []
    with archive.read() as session:
        pairs = [Pair(two, one), Pair(three, one), Pair(three, two), Pair(one, three)]
        kept_pairs = edit_answers.edits_between(session, pairs, comparer=COMPARER_VERSION)
    assert set(kept_pairs) == set(pairs[:3])
