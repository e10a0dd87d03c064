"""What people do to the identity of articles: nothing is lost by it, and all of it can be undone."""

from typing import Any

import pytest
from sqlalchemy import delete, select, update

from config.clock import ManualClock
from db.archive import Archive
from db.archiving.entries import Alias, Archived
from db.asking import queries, reports
from db.asking.asof import NOW, AsOf
from db.errors import ActionRefused
from db.histories import seen
from db.identities import candidates, identity, merging
from db.identities.merging import Doer, Done
from db.models import Action, Article, ArticleUrl, Change, KeptApart, Link, Revision, VisitOutcome
from db.verify import verify
from pipeline import urls
from pipeline.fingerprint import shingles
from tests.contract.desk import Desk


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def doer(desk: Desk, reason: str | None = None) -> Doer:
    return Doer("anna@desk:1", desk.clock.now(), reason)


def merge(desk: Desk, kept: int, other: int) -> Done:
    desk.wait(minutes=1)
    with desk.archive.write() as session:
        done = merging.merge(session, kept, other, doer=doer(desk), shingles_of=shingles)
    desk.wait(minutes=1)
    return done


def split(desk: Desk, article_id: int, *paths: str) -> Done:
    desk.wait(minutes=1)
    keys = [f"{desk.site}.example/{path}" for path in paths]
    with desk.archive.write() as session:
        done = merging.split(
            session, article_id, keys, doer=doer(desk), shingles_of=shingles, key_of=urls.key
        )
    desk.wait(minutes=1)
    return done


def undo(desk: Desk, action_id: int) -> Done:
    desk.wait(minutes=1)
    with desk.archive.write() as session:
        done = merging.undo(session, action_id, doer=doer(desk), shingles_of=shingles)
    desk.wait(minutes=1)
    return done


def number(archived: Archived) -> int:
    assert archived.article_id is not None
    return archived.article_id


def texts(desk: Desk, article_id: int) -> list[str]:
    with desk.archive.read() as session:
        return [one.revision.text for one in seen.standing_of(session, article_id)]


def answers(desk: Desk, as_of: AsOf | None = None) -> dict[str, Any]:
    """All that the archive says of its articles."""
    told: dict[str, Any] = {}
    with desk.archive.read() as session:
        ids = session.scalars(select(Article.id).order_by(Article.id)).all()
        for article_id in ids:
            more = {"as_of": as_of} if as_of else {}
            for view in queries.find_articles(session, number=article_id, **more):
                if view.number != article_id or view.revision is None:
                    continue
                told[f"article {article_id}"] = [
                    view.revision.id,
                    view.gone_at,
                    view.first_seen_at,
                    view.last_seen_at,
                    session.get_one(Article, article_id).first_seen_at if as_of is None else None,
                    sorted((a.url_key, a.evidence, a.from_at, a.to_at) for a in view.aliases),
                    [
                        (r.id, r.number, r.first_seen_at, r.previous_seen_at)
                        for r in queries.history(session, article_id, **more)
                    ],
                ]
        if as_of is None:
            links = session.execute(
                select(Link.url_key, Link.article_id, Link.revision_id).order_by(Link.id)
            )
            told["links"] = [tuple(row) for row in links]
    return told


def two_articles(desk: Desk) -> tuple[int, int]:
    """Looks at two articles that take turns."""
    first = number(desk.see("a", "The ferry sails at nine."))
    desk.wait(hours=1)
    second = number(desk.see("b", "The ferry sails at ten."))
    desk.wait(hours=1)
    desk.see("a", "The ferry sails at eleven.")
    desk.wait(hours=1)
    desk.see("b", "The ferry sails at noon.")
    desk.wait(hours=1)
    return first, second


def assert_in_order(archive: Archive) -> None:
    assert [str(violation) for violation in verify(archive)] == []


def test_a_merged_article_has_the_texts_urls_and_links_of_both(
    desk: Desk, archive: Archive
) -> None:
    first, second = two_articles(desk)
    done = merge(desk, first, second)
    assert [text.split()[-1] for text in texts(desk, first)] == [
        "nine.",
        "ten.",
        "eleven.",
        "noon.",
    ]
    assert texts(desk, second) == []
    assert done.urls == ("http://lantern.example/b",)
    with archive.read() as session:
        by_number = queries.find_articles(session, number=second)
        by_url = queries.find_articles(session, url_key="lantern.example/b")
        shown = session.scalars(select(Link.article_id)).all()
    assert [one.number for one in (*by_number, *by_url)] == [first, first]
    assert shown == [first, first]
    assert_in_order(archive)


def test_later_looks_at_a_merged_articles_url_go_to_the_one_that_it_is(
    desk: Desk, archive: Archive
) -> None:
    first, second = two_articles(desk)
    before = desk.link("b")  # as a crawl has it that began before
    merge(desk, first, second)
    stale = desk.entry(before, "The ferry is late.", article=second)
    (archived,) = desk.archive_all(stale)
    assert (archived.article_id, archived.outcome) == (first, VisitOutcome.REVISED)
    unchanged = desk.bare(
        before, VisitOutcome.SAME_BYTES, article=second, seen_revision_id=before.revision_id
    )
    assert desk.archive_all(unchanged)[0].article_id == first
    assert_in_order(archive)


def test_undoing_a_merge_restores_every_answer(desk: Desk, archive: Archive) -> None:
    first, second = two_articles(desk)
    before, then = answers(desk), AsOf.moment(desk.clock.now())
    past = answers(desk, then)
    done = merge(desk, first, second)
    assert answers(desk, then) == past
    assert answers(desk) != before
    undo(desk, done.action_id)
    assert answers(desk) == before
    assert answers(desk, then) == past
    assert_in_order(archive)


def test_what_was_seen_after_a_merge_goes_back_with_its_link(desk: Desk, archive: Archive) -> None:
    first, second = two_articles(desk)
    done = merge(desk, first, second)
    desk.see("b", "The ferry is late.")
    undo(desk, done.action_id)
    assert texts(desk, second)[-1] == "The ferry is late."
    assert texts(desk, first)[-1] == "The ferry sails at eleven."
    assert_in_order(archive)


def one_article(desk: Desk) -> int:
    first = number(desk.see("a", "The ferry sails at nine."))
    for path, text in (
        ("b", "The library opens."),
        ("a", "The ferry sails at ten."),
        ("b", "The library is open."),
    ):
        desk.wait(hours=1)
        desk.see(path, text, article=first)
    desk.wait(hours=1)
    return first


def test_a_split_gives_urls_and_what_was_seen_there_an_article_of_their_own(
    desk: Desk, archive: Archive
) -> None:
    first = one_article(desk)
    then = AsOf.moment(desk.clock.now())
    past = answers(desk, then)
    done = split(desk, first, "b")
    assert texts(desk, first) == ["The ferry sails at nine.", "The ferry sails at ten."]
    assert texts(desk, done.other_id) == ["The library opens.", "The library is open."]
    assert answers(desk, then) == past
    with archive.read() as session:
        found = queries.find_articles(session, url_key="lantern.example/b")
    assert [one.number for one in found] == [done.other_id]
    assert_in_order(archive)


def test_split_articles_stay_apart(desk: Desk, archive: Archive) -> None:
    first = one_article(desk)
    before = desk.link("b")
    done = split(desk, first, "b")
    with archive.read() as session:
        rows = candidates.candidate_rows(session, [first, done.other_id], guids={})
    assert [row.apart for row in rows] == [{done.other_id}, {first}]
    stale = desk.entry(before, "The library is closed.", article=first)
    assert desk.archive_all(stale)[0].article_id == done.other_id
    undo(desk, done.action_id)
    with archive.read() as session:
        (row,) = candidates.candidate_rows(session, [first], guids={})
    assert row.apart == set()


def test_undoing_a_split_restores_every_answer(desk: Desk, archive: Archive) -> None:
    first = one_article(desk)
    before, then = answers(desk), AsOf.moment(desk.clock.now())
    past = answers(desk, then)
    done = split(desk, first, "b")
    undo(desk, done.action_id)
    assert answers(desk) == before
    assert answers(desk, then) == past
    with archive.read() as session:
        found = queries.find_articles(session, number=done.other_id)
    assert [one.number for one in found] == [first]
    assert_in_order(archive)


def refusal(desk: Desk, act: Any, *arguments: Any) -> str:
    before = answers(desk)
    with pytest.raises(ActionRefused) as told:
        act(desk, *arguments)
    assert answers(desk) == before
    return str(told.value)


def test_nonsense_is_refused_in_words(desk: Desk, archive: Archive, clock: ManualClock) -> None:
    first, second = two_articles(desk)
    elsewhere = number(Desk(archive, clock, site="herald").see("x", "Far away."))
    assert "with itself" in refusal(desk, merge, first, first)
    assert "no article 99" in refusal(desk, merge, first, 99)
    assert "of herald" in refusal(desk, merge, first, elsewhere)
    assert "no URL of article" in refusal(desk, split, first, "b")
    assert "all URLs" in refusal(desk, split, first, "a")
    assert "no action 7" in refusal(desk, undo, 7)
    done = merge(desk, first, second)
    assert f"merged into {first}" in refusal(desk, merge, second, first)
    undone = undo(desk, done.action_id)
    assert "undone already" in refusal(desk, undo, done.action_id)
    assert "is an undo itself" in refusal(desk, undo, undone.action_id)


def test_what_builds_on_an_action_is_undone_first(desk: Desk) -> None:
    first, second = two_articles(desk)
    third = number(desk.see("c", "The ferry is full."))
    one, two = merge(desk, first, second), merge(desk, third, first)
    assert f"undo {two.action_id} first" in refusal(desk, undo, one.action_id)
    undo(desk, two.action_id)
    undo(desk, one.action_id)
    assert [bool(texts(desk, article)) for article in (first, second, third)] == [True] * 3


def test_a_url_that_was_only_named_is_not_split_off(desk: Desk) -> None:
    first = one_article(desk)
    link = desk.link("a")
    alias = Alias("http://lantern.example/named", "lantern.example/named", "canonical")
    entry = desk.entry(link, "The ferry sails at ten.", article=first)
    desk.archive_all(entry.__class__(**{**_fields(entry), "aliases": (*entry.aliases, alias)}))
    assert "never was asked" in refusal(desk, split, first, "named")


def _fields(entry: Any) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__dataclass_fields__}


def test_each_action_leaves_a_row_and_tells_the_stream(desk: Desk, archive: Archive) -> None:
    first, second = two_articles(desk)
    with archive.write() as session:
        done = merging.merge(
            session, first, second, doer=doer(desk, "the same ferry"), shingles_of=shingles
        )
    undo(desk, done.action_id)
    with archive.read() as session:
        rows = session.scalars(select(Action).order_by(Action.id)).all()
        kinds = session.execute(
            select(Change.kind, Change.article_id).where(Change.action_id.is_not(None))
        ).all()
        aliases = session.scalars(select(ArticleUrl.article_id)).all()
    assert [(row.kind, row.reason, row.actor) for row in rows] == [
        ("merge", "the same ferry", "anna@desk:1"),
        ("undo", None, "anna@desk:1"),
    ]
    assert rows[0].undone_at is not None
    assert {("merged", first), ("merged", second), ("split", first), ("split", second)} <= {
        tuple(row) for row in kinds
    }
    assert {kind for kind, _ in kinds} >= {"superseded", "restored"}
    assert aliases == [first, second]


@pytest.mark.parametrize(
    ("promise", "breaking"),
    [
        ("link_article", update(Link).values(article_id=2)),
        ("merged_articles", update(Article).where(Article.id == 2).values(merged_into_id=2)),
        ("alias_article", update(ArticleUrl).values(site_id=2)),
        ("alias_moves", update(ArticleUrl).values(article_id=2)),
        ("kept_apart", delete(KeptApart).where(KeptApart.article_id == 3)),
    ],
)
def test_a_broken_identity_is_noticed(
    desk: Desk, archive: Archive, clock: ManualClock, promise: str, breaking: Any
) -> None:
    Desk(archive, clock, site="herald")
    first, second = two_articles(desk)
    merge(desk, first, second)
    split(desk, first, "b")
    assert_in_order(archive)
    with archive.write() as session:
        session.execute(breaking.execution_options(synchronize_session=False))
    assert promise in {violation.promise for violation in verify(archive)}


def test_what_stands_for_a_text_is_found_through_a_merge_and_a_split(
    desk: Desk, archive: Archive
) -> None:
    first, second = two_articles(desk)
    merge(desk, first, second)
    split(desk, first, "b")
    with archive.read() as session:
        known = {one.id: one.text for one in session.scalars(select(Revision))}
        standing = set(session.scalars(select(Article.revision_id)))
        ends = seen.stand_for(session, known)
    assert {known[old] == known[end] for old, end in ends.items()} == {True}
    assert standing - {None} <= set(ends.values())
    assert len(set(ends.values())) == 4  # two texts of each


def reprints(desk: Desk, article_id: int, as_of: AsOf = NOW) -> list[tuple[int, int | None]]:
    """Copy and source of each reprint that the article is part of."""
    with desk.archive.read() as session:
        found = reports.reprints_of(session, article_id, as_of=as_of)
        return [(each.copy_article_id, each.source_article_id) for each in found]


def copy(desk: Desk, copy_id: int, source: str, source_id: int) -> bool:
    with desk.archive.write() as session:
        return identity.add_reprint(
            session,
            copy_article_id=copy_id,
            source_url=f"http://wire.example/{source}",
            source_article_id=source_id,
            containment=0.9,
            evidence=["text overlap"],
            now=desk.clock.now(),
        )


def test_reprints_follow_their_articles_through_a_merge_and_back(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    wire = Desk(archive, clock, site="wire")
    source, again = (number(wire.see(path, f"The {path} sails.")) for path in ("ferry", "ship"))
    kept, other = (number(desk.see(path, f"The {path} sails.")) for path in ("a", "b"))
    copy(desk, other, "ferry", source)
    before = clock.now()
    done = merge(desk, kept, other)
    assert reprints(desk, kept) == [(kept, source)]
    assert reprints(desk, source) == [(kept, source)]
    assert reprints(desk, source, AsOf.moment(before)) == [(other, source)]
    assert not copy(desk, kept, "ferry", source), "it is known, of the one that was merged"
    assert copy(desk, other, "ship", again), "it was found before the merge and is noted after it"
    moved = merge(wire, source, again)
    assert reprints(desk, kept) == [(kept, source)], "two rows, one pair"
    undo(wire, moved.action_id)
    assert reprints(desk, kept) == [(kept, source), (kept, again)]
    undo(desk, done.action_id)
    assert reprints(desk, other) == [(other, source)]
    assert reprints(desk, kept) == [(kept, again)]
    assert verify(archive) == []
