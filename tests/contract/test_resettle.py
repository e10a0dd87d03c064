"""An article that is settled again: what stands is what its looks saw, and no old answer is lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import select, update

from config.clock import ManualClock
from db.archive import Archive
from db.archiving.entries import Archived
from db.asking import queries
from db.histories import changes, resettle, seen
from db.histories.resettle import Settlement, Why
from db.histories.settling import Look, Text
from db.models import (
    Article,
    Change,
    Link,
    Revision,
    Supersession,
    Unrelated,
    Variant,
    VisitOutcome,
)
from db.verify import verify
from tests.contract.desk import Desk

START = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def shingles(text: str) -> Sequence[int]:
    return tuple(len(word) for word in text.split())


def looks(desk: Desk, article_id: int) -> list[Look]:
    with desk.archive.read() as session:
        return seen.looks_of(session, article_id)


def settle(desk: Desk, article_id: int, found: Sequence[Look] | None = None) -> Settlement:
    with desk.archive.write() as session:
        resettle.lock(session, article_id)
        settled = resettle.settle(
            session,
            article_id,
            seen.looks_of(session, article_id) if found is None else found,
            why=Why("reextracted", now=desk.clock.now()),
            shingles_of=shingles,
        )
        changes.record(session, settled.changes, now=desk.clock.now())
        return settled


def told(desk: Desk) -> list[tuple[str, int | None]]:
    with desk.archive.read() as session:
        rows = session.execute(select(Change.kind, Change.revision_id).order_by(Change.id))
        return [(row.kind, row.revision_id) for row in rows]


def standing(desk: Desk, article_id: int) -> list[str]:
    with desk.archive.read() as session:
        return [one.revision.text for one in seen.standing_of(session, article_id)]


def reading(look: Look, text: str) -> Look:
    """The look, its page read to say this."""
    digest = sha256(f"A headline\n{text}".encode()).digest()
    was = seen_by(look)
    revision = replace(was.revision, text=text, normal_sha256=digest)
    return replace(look, text=replace(was, revision=revision))


def seen_by(look: Look) -> Text:
    assert look.text is not None
    return look.text


def three_texts(desk: Desk) -> int:
    """An article that said three things, the second of which only the extractor saw."""
    for text in ("First text.", "First text. Teaser.", "Last text."):
        archived = desk.see("a", text)
        desk.wait(hours=1)
    return article_of(archived)


def article_of(archived: Archived) -> int:
    assert archived.article_id is not None
    return archived.article_id


def test_what_a_crawl_archived_is_settled_already(desk: Desk, archive: Archive) -> None:
    article_id = three_texts(desk)
    desk.see("a", "Last text.")
    desk.wait(hours=1)
    link = desk.link("a")
    desk.archive_all(
        desk.bare(
            link,
            VisitOutcome.SAME_BYTES,
            article=article_id,
            seen_revision_id=link.revision_id,
        )
    )
    desk.see_gone("a")
    desk.wait(hours=1)
    desk.see("b", "Last text.", article=article_id)
    desk.wait(hours=1)
    desk.see("a", "After all.")
    assert settle(desk, article_id).is_settled
    with archive.read() as session:
        assert session.scalars(select(Supersession)).all() == []


def test_a_revision_of_the_extractor_alone_is_superseded_and_stays(
    desk: Desk, archive: Archive
) -> None:
    article_id = three_texts(desk)
    first, second, third = looks(desk, article_id)
    settled = settle(desk, article_id, [first, reading(second, "First text."), third])
    assert standing(desk, article_id) == ["First text.", "Last text."]
    assert [gone.revision_id for gone in settled.superseded] == [second.seen_as]
    assert settled.added == []
    with archive.read() as session:
        rows = session.scalars(select(Revision).order_by(Revision.number)).all()
        assert [row.text for row in rows] == ["First text.", "First text. Teaser.", "Last text."]
        (gone,) = session.scalars(select(Supersession))
    assert (gone.revision_id, gone.by_revision_id) == (second.seen_as, first.seen_as)
    assert (gone.reason, gone.superseded_at) == ("reextracted", desk.clock.now())
    assert told(desk)[3:] == [("superseded", second.seen_as)]
    assert settle(desk, article_id).is_settled


def test_the_looks_of_a_superseded_revision_saw_the_one_that_stands_for_it(desk: Desk) -> None:
    article_id = three_texts(desk)
    before = looks(desk, article_id)
    said = [reading(look, "All the same.") for look in before]
    settle(desk, article_id, said)
    assert [seen_by(look).revision.text for look in looks(desk, article_id)] == [
        "All the same."
    ] * 3
    assert standing(desk, article_id) == ["All the same."]


def test_a_newest_text_that_was_replaced_is_found_linked_and_compared_again(
    desk: Desk, archive: Archive
) -> None:
    article_id = three_texts(desk)
    with archive.write() as session:
        session.execute(Unrelated.__table__.delete())  # type: ignore[attr-defined]
    first, second, third = looks(desk, article_id)
    settle(desk, article_id, [first, second, reading(third, "Zebra crossing.")])
    with archive.read() as session:
        article = session.get_one(Article, article_id)
        newest = session.get_one(Revision, article.revision_id)
        assert (newest.text, newest.number, article.revision_count) == ("Zebra crossing.", 4, 4)
        assert session.scalars(select(Link.revision_id)).all() == [newest.id]
        assert session.scalars(select(Unrelated.article_id)).all() == [article_id]
        found = queries.search(session, "zebra", limit=5)
    assert [hit.article_id for hit in found.hits] == [article_id]
    assert told(desk)[3:] == [("superseded", third.seen_as)], "no publisher said anything new"


def test_a_crawl_goes_on_from_what_was_settled(desk: Desk, archive: Archive) -> None:
    article_id = three_texts(desk)
    first, second, third = looks(desk, article_id)
    settle(desk, article_id, [first, second, reading(third, "Zebra crossing.")])
    same = desk.see("a", "Zebra crossing.")
    assert same.outcome == VisitOutcome.SAME_TEXT
    last_seen_at = desk.clock.now()
    desk.wait(hours=1)
    assert desk.see("a", "Another animal.").revision_number == 5
    with archive.read() as session:
        newest = seen.standing_of(session, article_id)[-1]
    assert newest.previous_seen_at == last_seen_at
    assert settle(desk, article_id).is_settled


def test_what_was_seen_last_is_known_though_visits_name_what_was_superseded(
    desk: Desk, archive: Archive
) -> None:
    article_id = three_texts(desk)
    first, second, third = looks(desk, article_id)
    settle(desk, article_id, [first, second, reading(third, "Zebra crossing.")])
    desk.see("a", "Another animal.")
    with archive.read() as session:
        newest = seen.standing_of(session, article_id)[-1]
    assert newest.previous_seen_at == third.at


def test_an_article_of_which_no_text_is_believed_any_more_has_none(
    desk: Desk, archive: Archive
) -> None:
    article_id = three_texts(desk)
    settle(desk, article_id, [])
    with archive.read() as session:
        article = session.get_one(Article, article_id)
        assert (article.revision_id, article.revision_count, article.shingles) == (None, 3, None)
        by = session.scalars(select(Supersession.by_revision_id)).all()
    assert by == [None, None, None]
    assert looks(desk, article_id) == []


def test_links_tell_whose_looks_are_whose(desk: Desk) -> None:
    one = article_of(desk.see("a", "Shared text."))
    desk.wait(hours=1)
    desk.see("b", "Shared text.", article=one)
    other = article_of(desk.see("c", "Its own text."))
    assert [look.link_id for look in looks(desk, one)] == [desk.link("a").id, desk.link("b").id]
    assert [look.link_id for look in looks(desk, other)] == [desk.link("c").id]
    with desk.archive.read() as session:
        moved = seen.looks_of(session, other, link_ids=[desk.link("b").id, desk.link("c").id])
    assert [seen_by(look).revision.text for look in moved] == ["Shared text.", "Its own text."]
    assert [seen_by(look).capture_id for look in moved] == [2, 3], (
        "each page is proved by its own capture"
    )


def test_texts_that_were_served_side_by_side_are_a_set_of_variants(
    desk: Desk, archive: Archive
) -> None:
    article_id = three_texts(desk)
    first, second, third = looks(desk, article_id)
    for _ in range(2):
        settle(desk, article_id, [first, second, reading(third, "First text.")])
        with archive.read() as session:
            rows = session.scalars(
                select(Variant).where(Variant.withdrawn_at.is_(None)).order_by(Variant.revision_id)
            ).all()
            assert [(row.number, row.revision_id, row.from_at, row.to_at) for row in rows] == [
                (1, first.seen_as, first.at, None),
                (1, second.seen_as, second.at, None),
            ]
    assert standing(desk, article_id) == ["First text.", "First text. Teaser."]
    assert [kind for kind, _ in told(desk)[3:]] == ["superseded", "variant"]


def superseded(desk: Desk) -> int:
    article_id = three_texts(desk)
    first, second, third = looks(desk, article_id)
    settle(desk, article_id, [first, reading(second, "First text."), third])
    assert verify(desk.archive) == []
    return article_id


def broken(desk: Desk, **values: object) -> set[str]:
    with desk.archive.write() as session:
        session.execute(update(Supersession).values(**values))
    return {violation.promise for violation in verify(desk.archive)}


def test_a_text_of_another_article_that_stands_for_a_revision_is_told(desk: Desk) -> None:
    superseded(desk)
    other = desk.see("b", "Another text.")
    assert "supersessions" in broken(desk, by_revision_id=other.revision_id)
    assert "supersessions" not in broken(desk, reason="merged")


def test_a_supersession_that_ended_before_it_began_is_told(desk: Desk) -> None:
    superseded(desk)
    assert "supersessions" in broken(desk, restored_at=START)


def test_supersessions_that_lead_nowhere_are_told(desk: Desk) -> None:
    superseded(desk)
    assert "superseded_once" in broken(desk, by_revision_id=Supersession.revision_id)


def test_a_revision_that_is_superseded_twice_at_a_time_is_told(desk: Desk) -> None:
    superseded(desk)
    with desk.archive.write() as session:
        (row,) = session.scalars(select(Supersession))
        values = {name: getattr(row, name) for name in ("revision_id", "reason", "superseded_at")}
        session.add(Supersession(**values, by_revision_id=row.by_revision_id))
    assert {violation.promise for violation in verify(desk.archive)} == {"superseded_once"}
