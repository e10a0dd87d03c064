"""How often articles change is learnt from the ledger, and decides when they are looked at again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from config.clock import ManualClock
from config.site import SiteConfig
from crawler import budget
from db.archive import Archive
from db.archiving import crawls, links, rhythms
from db.models import CrawlOutcome, Link
from pipeline.revisits import rhythm
from pipeline.revisits.rhythm import LEARNER_VERSION
from pipeline.stages import learn_rhythms
from tests.contract.desk import Desk

SITE = SiteConfig.model_validate(
    {"name": "lantern", "title": "The Lantern", "home": "http://lantern.example/"}
)


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def _crawl(desk: Desk) -> None:
    """The desk's looks from now on belong to another crawl."""
    with desk.archive.write() as session:
        desk.crawl_id = crawls.begin_crawl(
            session,
            trigger="command",
            owner="desk:1",
            now=desk.clock.now(),
            site_ids=[desk.site_id],
        )


def _learn(desk: Desk) -> rhythms.KnownRhythm:
    with desk.archive.write() as session:
        known = rhythms.load(session, [desk.site_id], learner=LEARNER_VERSION).get(desk.site_id)
        content, crawl_id = learn_rhythms.learn(session, SITE, desk.site_id, known=known)
        rhythms.store(
            session,
            desk.site_id,
            learner=LEARNER_VERSION,
            crawl_id=crawl_id,
            content=content,
            now=desk.clock.now(),
        )
    with desk.archive.read() as session:
        return rhythms.load(session, [desk.site_id], learner=LEARNER_VERSION)[desk.site_id]


def test_a_link_counts_the_edits_that_its_looks_saw(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    desk.see("a", "one")
    desk.wait(hours=1)
    desk.see("a", "two")
    edited_at = clock.now()
    desk.wait(hours=1)
    desk.see("a", "two")
    with archive.read() as session:
        link = session.scalars(select(Link)).one()
        assert (link.edit_count, link.edited_at) == (1, edited_at)


def test_each_crawl_is_learnt_from_once_in_their_order(desk: Desk, clock: ManualClock) -> None:
    for path in ("city/a", "city/b", "sport/c"):
        desk.see(path, f"{path} one")
    first = _learn(desk)
    assert first.crawl_id == desk.crawl_id
    assert _learn(desk).content == first.content
    desk.wait(hours=2)
    _crawl(desk)
    desk.see("city/a", "city/a two")
    desk.see("city/b", "city/b one")
    desk.see("sport/c", "sport/c one")
    second = _learn(desk)
    tally = second.content["tally"]
    assert tally["articles"].keys() == {"city", "sport"}
    assert sum(n for band in tally["bands"] for n, _ in band[1].values()) == 1.0
    learnt = rhythm.of_content(second.content["rhythm"])
    assert learnt.factor("city") > learnt.factor("sport")
    assert _learn(desk).content == second.content


def test_learning_at_each_crawl_is_learning_from_all_at_once(desk: Desk) -> None:
    for number in range(4):
        desk.see("city/a", f"text {number // 2}")
        _learn(desk)
        desk.wait(hours=3)
        _crawl(desk)
    step_by_step = _learn(desk).content
    with desk.archive.read() as session:
        at_once, _ = learn_rhythms.learn(session, SITE, desk.site_id, known=None)
    assert at_once["rhythm"]["rates"] == step_by_step["rhythm"]["rates"] or all(
        abs(one - other) < 1e-3
        for one, other in zip(
            at_once["rhythm"]["rates"], step_by_step["rhythm"]["rates"], strict=True
        )
    )


def test_requests_of_the_last_hour_and_day_leave_the_rest_of_the_budget(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    site = SITE.model_copy(
        update={
            "politeness": SITE.politeness.model_copy(
                update={"requests_per_hour": 50, "requests_per_day": 90}
            )
        }
    )
    with archive.write() as session:
        assert budget.left(session, SITE, desk.site_id, now=clock.now()) is None
        assert budget.left(session, site, desk.site_id, now=clock.now()) == 50
        crawls.end_crawl_site(
            session,
            desk.crawl_id,
            desk.site_id,
            now=clock.now(),
            outcome=CrawlOutcome.FINISHED,
            counts={"pages": 38, "sources": 2},
            due_at=None,
            has_answered=True,
        )
        crawls.end_crawl(session, desk.crawl_id, now=clock.now(), outcome=CrawlOutcome.FINISHED)
        assert budget.left(session, site, desk.site_id, now=clock.now()) == 10
        later = clock.now() + timedelta(hours=2)
        assert budget.left(session, site, desk.site_id, now=later) == 50
        assert budget.left(session, site, desk.site_id, now=later + timedelta(days=1)) == 50


def test_of_a_crawl_that_was_killed_the_looks_count(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    polite = SITE.politeness.model_copy(update={"requests_per_hour": 5})
    site = SITE.model_copy(update={"politeness": polite})
    desk.see("a", "one")
    desk.see("b", "one")
    with archive.read() as session:
        assert budget.left(session, site, desk.site_id, now=clock.now()) == 3


def test_new_links_go_before_known_ones_and_those_edited_last_before_others(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    for path in ("old", "edited"):
        desk.see(path, "one")
    desk.wait(hours=1)
    desk.see("edited", "two")
    desk.wait(hours=1)
    for path in ("old", "edited", "new"):
        desk.link(path)  # named: due now
    with archive.read() as session:
        due = links.due_links(session, [desk.site_id], now=clock.now(), limit=9)
    assert [link.url.rpartition("/")[2] for link in due] == ["new", "edited", "old"]
