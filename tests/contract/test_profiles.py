"""What was learnt of sites is kept, never changed, and told from what is missing or damaged."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select, update

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import profiles
from db.archiving.profiles import KnownProfile
from db.models import Extraction, SiteProfile, VisitOutcome
from db.verify import verify
from pipeline.profiles import profiling, sighting
from pipeline.profiles.profile import LEARNER_VERSION
from pipeline.stages import learn
from tests.contract.desk import Desk


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def add(desk: Desk, content: bytes, *, learner: str = "1", articles: int = 5) -> KnownProfile:
    with desk.archive.write() as session:
        return profiles.add_profile(
            session,
            desk.site_id,
            learner=learner,
            content=content,
            article_count=articles,
            page_count=articles,
            now=desk.clock.now(),
        )


def newest(desk: Desk, **more: Any) -> KnownProfile | None:
    with desk.archive.read() as session:
        return profiles.newest_profile(session, desk.site_id, **more)


def test_a_site_that_is_learnt_again_gets_another_row(desk: Desk, archive: Archive) -> None:
    assert newest(desk) is None
    first = add(desk, b"{}")
    desk.wait(days=1)
    second = add(desk, b"{}", articles=10)
    assert (first.number, second.number) == (1, 2)
    assert newest(desk) == second
    assert first.digest_sha256 == second.digest_sha256 == sha256(b"{}").digest()


def test_sites_are_numbered_apart(archive: Archive, clock: ManualClock) -> None:
    one, other = Desk(archive, clock), Desk(archive, clock, site="beacon")
    assert (add(one, b"1").number, add(other, b"2").number) == (1, 1)
    found = newest(one)
    assert found is not None
    assert found.content == b"1"


def test_what_another_learner_learnt_is_not_taken(desk: Desk) -> None:
    first = add(desk, b"{}", learner="1")
    add(desk, b"[]", learner="2")
    assert newest(desk, learner="1") == first
    assert newest(desk, learner="3") is None


def test_a_site_is_learnt_from_the_newest_text_of_each_article(
    desk: Desk, archive: Archive
) -> None:
    for path in ("a", "b", "c"):
        desk.see(path, f"The text of {path}.")
        desk.wait(hours=1)
    desk.see("a", "The other text of a.")
    with archive.read() as session:
        assert profiles.article_count(session, desk.site_id) == 3
        found = profiles.captures_to_learn_from(session, desk.site_id, limit=80)
        assert [capture.url[-1] for capture in found] == ["a", "c", "b"]
        two = profiles.captures_to_learn_from(session, desk.site_id, limit=2)
    assert [capture.id for capture in two] == [capture.id for capture in found[:2]]


def test_quarantined_pages_are_learnt_from_only_if_asked_for(desk: Desk, archive: Archive) -> None:
    desk.see("a", "The text of a.")
    for path, reason in (("odd", "layout"), ("wall", "consent"), ("odd", "layout")):
        entry = desk.entry(desk.link(path), "Nothing.")
        assert entry.extraction is not None
        desk.archive_all(
            replace(
                entry,
                outcome=VisitOutcome.QUARANTINED,
                article=None,
                revision=None,
                aliases=(),
                extraction=replace(entry.extraction, is_believed=False, reason=reason),
            )
        )
        desk.wait(hours=1)
    with archive.read() as session:
        believed = profiles.captures_to_learn_from(session, desk.site_id, limit=80)
        odd = profiles.captures_to_learn_from(
            session, desk.site_id, limit=80, quarantined_for="layout"
        )
    assert [capture.url[-1] for capture in believed] == ["a"]
    assert [capture.url[-3:] for capture in odd] == ["odd", "e/a"]


def read_with(desk: Desk, profile_id: int | None) -> None:
    entry = desk.entry(desk.link("a"), "The text of a.")
    assert entry.extraction is not None
    desk.archive_all(replace(entry, extraction=replace(entry.extraction, profile_id=profile_id)))


def test_an_extraction_says_which_profile_it_was_read_with(desk: Desk, archive: Archive) -> None:
    known = add(desk, b"{}")
    read_with(desk, known.id)
    with archive.read() as session:
        assert session.scalars(select(Extraction.profile_id)).all() == [known.id]
    assert verify(archive) == []


def test_verify_finds_a_profile_that_was_changed(desk: Desk, archive: Archive) -> None:
    add(desk, b"{}")
    with archive.write() as session:
        session.execute(update(SiteProfile).values(content=b"[]"))
    assert [v.promise for v in verify(archive)] == ["profiles"]


def test_verify_finds_a_profile_that_is_missing(desk: Desk, archive: Archive) -> None:
    read_with(desk, 7)
    (violation,) = verify(archive)
    assert str(violation).startswith("profiles_named: extraction ")
    assert "profile 7" in violation.detail


def shared(desk: Desk) -> list[tuple[str, int]]:
    with desk.archive.read() as session:
        found = profiles.shared_texts(session, desk.site_id, fewest=4)
    return [(one.text, len(one.links)) for one in found]


def test_a_text_that_many_links_show_is_told_with_all_of_them(desk: Desk) -> None:
    first = desk.see("a", "Come back soon.").article_id
    for path in "bc":
        desk.see(path, "Come back soon.", article=first)
    desk.see("x", "The text of x.")
    assert shared(desk) == []
    desk.see("d", "Come back soon.", article=first)
    assert shared(desk) == [("Come back soon.", 4)]
    with desk.archive.read() as session:
        (one,) = profiles.shared_texts(session, desk.site_id, fewest=4)
    assert [url[-1] for url, _ in one.links] == ["a", "b", "c", "d"]


def test_a_text_that_names_its_own_address_is_an_article_at_several(desk: Desk) -> None:
    own = {"canonical_url": "http://lantern.example/a"}
    first = desk.see("a", "The text of a.", **own).article_id
    for path in "bcde":
        desk.see(path, "The text of a.", article=first, **own)
    assert shared(desk) == []


def test_a_site_with_such_a_text_is_due_to_be_learnt_once(desk: Desk, archive: Archive) -> None:
    first = desk.see("a", "Come back soon.").article_id
    for path in "bcd":
        desk.see(path, "Come back soon.", article=first)
    assert learn.is_due(archive, desk.site_id)
    whole = sighting.whole_of("Come back soon.")
    assert whole is not None
    add(desk, profiling.learn([], texts={whole: 4}).content, learner=LEARNER_VERSION, articles=1)
    assert not learn.is_due(archive, desk.site_id)
    desk.see("e", "Come back soon.", article=first)
    assert not learn.is_due(archive, desk.site_id), "it is known"


def test_the_newest_profile_of_every_site_is_found_by_its_name(
    archive: Archive, clock: ManualClock
) -> None:
    one, other = Desk(archive, clock), Desk(archive, clock, site="beacon")
    add(one, b"1", learner="1")
    second = add(one, b"2", learner="1")
    add(one, b"3", learner="2")
    third = add(other, b"4", learner="1")
    Desk(archive, clock, site="never-learnt")
    with archive.read() as session:
        found = profiles.newest_profiles(session, learner="1")
        assert found == {"lantern": second, "beacon": third}
        assert profiles.newest_profiles(session, learner="1", site="beacon") == {"beacon": third}
        assert profiles.newest_profiles(session, learner="9") == {}
