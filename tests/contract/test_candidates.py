from dataclasses import replace

import pytest
from sqlalchemy import select, update

from config.clock import ManualClock
from db.archive import Archive
from db.archiving.entries import Alias, NewArticle
from db.identities import candidates
from db.models import Article, ArticleUrl
from tests.contract.desk import Desk, with_shingles

SHINGLES = tuple(range(-5, 11))


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def test_candidates_are_the_articles_of_these_urls_and_guids(desk: Desk, archive: Archive) -> None:
    link = desk.link("a", guid="guid-1")
    entry = desk.entry(link, "one", title="First", published="2026-03-01")
    entry = replace(entry, aliases=(*entry.aliases, Alias("http://x/b", "x/b", "redirect")))
    (archived,) = desk.archive_all(with_shingles(entry, [1, -2, 3]))
    desk.see("other", "else")
    with archive.read() as session:
        at = candidates.articles_at(session, desk.site_id, ["x/b", "x/c"])
        by_guid = candidates.articles_with(session, desk.site_id, ["guid-1", "guid-2"])
        elsewhere = candidates.articles_at(session, desk.site_id + 1, ["x/b"])
        (row,) = candidates.candidate_rows(session, by_guid, guids=by_guid)
    assert at == {"x/b": {archived.article_id}}
    assert by_guid == {archived.article_id: {"guid-1"}}
    assert elsewhere == {}
    assert row.url_keys == ("lantern.example/a", "x/b")
    assert (row.guids, row.apart, row.shingles) == ({"guid-1"}, set(), (1, -2, 3))
    assert (row.title, row.revision_number, row.published) == ("First", 1, "2026-03-01")


def test_a_guid_that_is_everywhere_gives_a_limited_number_of_candidates(
    desk: Desk, archive: Archive
) -> None:
    entries = [
        desk.entry(desk.link(f"p{i}"), f"text {i}", article=NewArticle("same")) for i in range(25)
    ]
    desk.archive_all(*entries)
    with archive.read() as session:
        found = candidates.articles_with(session, desk.site_id, ["same"])
        is_telling = candidates.has_telling_guids(session, desk.site_id)
    assert len(found) == candidates.GUID_SHARED_BY
    assert not is_telling


def test_guids_are_telling_where_each_article_has_its_own(desk: Desk, archive: Archive) -> None:
    entries = [
        desk.entry(desk.link(f"p{i}"), f"text {i}", article=NewArticle(f"guid {i}"))
        for i in range(candidates.GUIDS_NEEDED)
    ]
    desk.archive_all(*entries)
    with archive.read() as session:
        assert candidates.has_telling_guids(session, desk.site_id)
        assert not candidates.has_telling_guids(session, desk.site_id + 1)


def test_articles_are_found_by_parts_of_any_text_they_had(desk: Desk, archive: Archive) -> None:
    first = desk.archive_all(with_shingles(desk.entry(desk.link("a"), "one"), SHINGLES))[0]
    desk.wait(hours=1)
    assert first.article_id is not None
    desk.archive_all(
        with_shingles(
            desk.entry(desk.link("a"), "rewritten", article=first.article_id), range(900, 916)
        )
    )
    desk.archive_all(with_shingles(desk.entry(desk.link("b"), "another"), range(500, 516)))
    with archive.read() as session:
        alike = candidates.articles_like(session, desk.site_id, [SHINGLES, (), (7, 8)])
        unlike = candidates.articles_like(session, desk.site_id, [(1, *range(600, 615))])
        elsewhere = candidates.articles_like(session, desk.site_id + 1, [SHINGLES])
    assert alike == {first.article_id}
    assert unlike == elsewhere == set()


def test_what_very_many_texts_share_finds_none_of_them(desk: Desk, archive: Archive) -> None:
    furniture = range(8)
    entries = [
        with_shingles(
            desk.entry(desk.link(f"p{i}"), f"text {i}"), [*furniture, 100 * i, 100 * i + 1]
        )
        for i in range(1, candidates.FURNITURE + 2)
    ]
    archived = desk.archive_all(*entries)
    with archive.read() as session:
        found = candidates.articles_like(session, desk.site_id, [furniture])
        own = candidates.articles_like(session, desk.site_id, [(*furniture, 300, 301)])
    assert found == set()
    assert own == {archived[2].article_id}


def test_a_merged_articles_urls_guids_and_texts_lead_to_the_one_that_it_is(
    desk: Desk, archive: Archive
) -> None:
    first, second, third = desk.archive_all(
        desk.entry(desk.link("a"), "one", article=NewArticle("g1")),
        desk.entry(desk.link("b"), "two", article=NewArticle("g2")),
        with_shingles(desk.entry(desk.link("c"), "three", article=NewArticle("g3")), SHINGLES),
    )
    with archive.write() as session:
        for one, into in ((third, second), (second, first)):
            session.execute(
                update(Article)
                .where(Article.id == one.article_id)
                .values(merged_into_id=into.article_id)
            )
    with archive.read() as session:
        at = candidates.articles_at(session, desk.site_id, ["lantern.example/c"])
        by_guid = candidates.articles_with(session, desk.site_id, ["g1", "g3"])
        like = candidates.articles_like(session, desk.site_id, [SHINGLES])
    assert at == {"lantern.example/c": {first.article_id}}
    assert by_guid == {first.article_id: {"g1", "g3"}}
    assert like == {first.article_id}


def test_an_alias_keeps_all_that_was_weighed(desk: Desk, archive: Archive) -> None:
    entry = desk.entry(desk.link("a"), "one")
    words = "guid +0.5, similar text +0.4, another title -0.1"
    desk.archive_all(replace(entry, aliases=(replace(entry.aliases[0], because=words),)))
    with archive.read() as session:
        assert session.scalars(select(ArticleUrl.because)).all() == [words]
