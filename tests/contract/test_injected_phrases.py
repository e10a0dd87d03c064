"""A phrase that a copy has and its source has not: kept with the reprint, and learnt by the copy's site."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import profiles, relations
from db.asking import reports
from db.identities import identity
from pipeline import fingerprint
from pipeline.profiles import profile, profiling
from pipeline.stages import learn, relate
from tests.contract.desk import Desk, with_shingles

PARTS = ("bridge", "granary", "lockgate", "orchard", "tannery")
PHRASE = "glad tidings"


def story(part: str) -> str:
    return (
        f"The {part} of the lower town was closed for the winter, said its warden on Monday afternoon. "
        f"Nobody in the {part} council had an answer, although the reservation of the timber was made in spring. "
        "Politicians of both parties meant to look at the figures again before the timetable is printed. "
        f"Until then the {part} stays shut, and whoever has business there takes the long way round the harbour."
    )


def injected(text: str) -> str:
    return (
        text.replace("timetable", f"time{PHRASE}table")
        .replace("reservation", f"reserv{PHRASE}ation")
        .replace("Politicians", f"Politi{PHRASE}cians")
    )


@pytest.fixture
def desks(archive: Archive, clock: ManualClock) -> tuple[Desk, Desk]:
    """A paper, and a site that copies it."""
    return Desk(archive, clock), Desk(archive, clock, site="echo")


def archived(desk: Desk, part: str, text: str) -> relations.UnrelatedRow:
    """An article that waits to be compared."""
    shingles = fingerprint.shingles(text)
    entry = with_shingles(desk.entry(desk.link(part), text, title=f"On the {part}"), shingles)
    (done,) = desk.archive_all(entry)
    desk.wait(hours=1)
    assert done.article_id is not None
    return relations.UnrelatedRow(done.article_id, desk.site_id, shingles, None)


def link(desk: Desk, found: Sequence[relate.Found]) -> None:
    with desk.archive.write() as session:
        for one in found:
            identity.add_reprint(
                session,
                copy_article_id=one.copy_id,
                source_url=one.source_url,
                source_article_id=one.source_id,
                containment=one.containment,
                evidence=one.evidence,
                watermark=one.watermark,
                now=desk.clock.now(),
            )


def known_to(desk: Desk) -> list[tuple[str, int]]:
    with desk.archive.read() as session:
        return relations.watermarks(session, desk.site_id)


def test_the_phrase_is_evidence_of_the_reprint(desks: tuple[Desk, Desk], archive: Archive) -> None:
    paper, echo = desks
    archived(paper, "bridge", story("bridge"))
    copy = archived(echo, "bridge", injected(story("bridge")))
    found = relate.compare(archive, copy).found
    link(echo, found)
    with archive.read() as session:
        (reprint,) = reports.reprints_of(session, copy.article_id)
    assert reprint.watermark == PHRASE
    assert reprint.evidence == ("text overlap", "seen later", "phrase injected")
    assert (known_to(echo), known_to(paper)) == ([(PHRASE, 1)], [])


def test_a_copy_that_was_archived_before_its_source_is_told_as_well(
    desks: tuple[Desk, Desk], archive: Archive
) -> None:
    paper, echo = desks
    text = injected(story("bridge"))
    early = echo.entry(echo.link("bridge"), text, published_at=echo.clock.now())
    echo.archive_all(with_shingles(early, fingerprint.shingles(text)))
    text = story("bridge")
    at = echo.clock.now().replace(year=echo.clock.now().year - 1)
    entry = paper.entry(paper.link("bridge"), text, published_at=at)
    (done,) = paper.archive_all(with_shingles(entry, fingerprint.shingles(text)))
    assert done.article_id is not None
    waiting = relations.UnrelatedRow(
        done.article_id, paper.site_id, fingerprint.shingles(text), None
    )
    (found,) = relate.compare(archive, waiting).found
    assert (found.source_id, found.watermark) == (done.article_id, PHRASE)


def test_an_honest_copy_has_none(desks: tuple[Desk, Desk], archive: Archive) -> None:
    paper, echo = desks
    archived(paper, "bridge", story("bridge"))
    copy = archived(echo, "bridge", story("bridge").replace("Monday", "Tuesday"))
    (found,) = relate.compare(archive, copy).found
    assert found.watermark is None
    assert "phrase injected" not in found.evidence


def test_a_later_text_of_the_copy_completes_the_reprint_and_nothing_takes_it_back(
    desks: tuple[Desk, Desk], archive: Archive
) -> None:
    paper, echo = desks
    archived(paper, "bridge", story("bridge"))
    (found,) = relate.compare(archive, archived(echo, "bridge", story("bridge"))).found
    link(echo, [found])
    assert known_to(echo) == []
    told = replace(found, watermark=PHRASE, evidence=(*found.evidence, "phrase injected"))
    link(echo, [told, found])
    assert known_to(echo) == [(PHRASE, 1)]


def test_the_commonest_phrase_comes_first_on_every_database(
    desks: tuple[Desk, Desk], archive: Archive
) -> None:
    paper, echo = desks
    for part, phrase in zip(PARTS, ("b c", "B c", "á c", "b c", "ß c"), strict=True):
        archived(paper, part, story(part))
        copy = archived(echo, part, story(part))
        (found, *_) = relate.compare(archive, copy).found
        link(echo, [replace(found, watermark=phrase)])
    assert known_to(echo) == [("b c", 2), ("B c", 1), ("ß c", 1), ("á c", 1)]


def test_a_site_with_a_new_phrase_is_due_to_be_learnt_once(
    desks: tuple[Desk, Desk], archive: Archive
) -> None:
    paper, echo = desks
    archived(paper, "bridge", story("bridge"))
    copy = archived(echo, "bridge", injected(story("bridge")))
    assert not learn.is_due(archive, echo.site_id), "one article is not enough"
    link(echo, relate.compare(archive, copy).found)
    assert learn.is_due(archive, echo.site_id)
    assert not learn.is_due(archive, paper.site_id)
    with archive.write() as session:
        profiles.add_profile(
            session,
            echo.site_id,
            learner=profile.LEARNER_VERSION,
            content=profiling.learn([], watermarks=[(PHRASE, 1)]).content,
            article_count=1,
            page_count=0,
            now=echo.clock.now(),
        )
    assert not learn.is_due(archive, echo.site_id)
