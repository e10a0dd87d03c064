"""Links that are missed in their source: due once, for a look that can tell something; the same on both databases."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from config.clock import ManualClock
from crawler.missing import look_for_missing
from crawler.sources.listing import Listing, Order
from db.archive import Archive
from db.archiving import crawls, links, listings
from db.archiving.entries import LinkState
from db.models import Link, Removal, SourceList, VisitOutcome
from morgue import cli
from pipeline.revisits.plan import DueRule
from tests.contract.desk import Desk

FEED = "http://lantern.example/feed"
PATHS = ("e", "d", "c", "b", "a")
"""What the feed lists at first, the newest first."""


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    """It has seen five articles, which the feed lists; their next looks are a week off."""
    desk = Desk(archive, clock)
    for path in reversed(PATHS):
        desk.see(path, f"the text of {path}")
    with archive.write() as session:
        for path in PATHS:
            _link(session, path).due_at = clock.now() + timedelta(days=7)
    return desk


def _link(session: Any, path: str) -> Link:
    found = session.scalar(select(Link).where(Link.url_key == f"lantern.example/{path}"))
    assert found is not None
    return found


def read(desk: Desk, *paths: str, url: str = FEED) -> int:
    """The feed is read an hour later, and lists these; how many links are looked at for it."""
    desk.wait(hours=1)
    listing = Listing(tuple(f"lantern.example/{path}" for path in paths), Order.NEWEST_FIRST)
    with desk.archive.write() as session:
        source = crawls.ensure_sources(session, desk.site_id, [("feed", FEED)])["feed", FEED]
        return look_for_missing(
            session,
            listing,
            site_id=desk.site_id,
            source_id=source.id,
            url=url,
            now=desk.clock.now(),
        )


def due(desk: Desk) -> list[str]:
    with desk.archive.read() as session:
        found = links.due_links(session, [desk.site_id], now=desk.clock.now(), limit=99)
    return [link.url_key.removeprefix("lantern.example/") for link in found]


def test_a_link_that_its_source_lists_no_more_is_due_at_once_and_says_why(desk: Desk) -> None:
    assert read(desk, *PATHS) == 0
    assert read(desk, "f", "e", "d", "b", "a") == 1
    assert due(desk) == ["c"]
    with desk.archive.read() as session:
        link = _link(session, "c")
        assert (link.due_rule, link.missed_at) == (DueRule.MISSED.value, desk.clock.now())


def test_what_is_due_by_a_miss_is_named_as_the_rules_of_revisits_name_it() -> None:
    assert DueRule.MISSED.value == listings.MISSED


def test_a_miss_is_no_removal(desk: Desk) -> None:
    read(desk, *PATHS)
    read(desk, "e", "d", "b", "a")
    desk.see("c", "the text of c")
    with desk.archive.read() as session:
        assert session.scalar(select(func.count(Removal.id))) == 0


def test_the_same_list_again_makes_nothing_due(desk: Desk) -> None:
    read(desk, *PATHS)
    assert read(desk, "e", "d", "b", "a") == 1
    assert read(desk, "e", "d", "b", "a") == 0


def test_a_link_is_looked_at_once_for_being_missed(desk: Desk) -> None:
    read(desk, *PATHS)
    assert read(desk, "e", "d", "b", "a") == 1
    desk.see("c", "the text of c")
    assert read(desk, *PATHS) == 0
    assert read(desk, "e", "d", "b", "a") == 0


def test_a_link_that_is_not_wanted_any_more_is_looked_at_all_the_same(desk: Desk) -> None:
    with desk.archive.write() as session:
        _link(session, "c").due_at = None
    read(desk, *PATHS)
    assert read(desk, "e", "d", "b", "a") == 1
    assert due(desk) == ["c"]


def test_what_is_due_already_stays_as_long_due(desk: Desk) -> None:
    since = desk.clock.now()
    with desk.archive.write() as session:
        _link(session, "c").due_at = since
    read(desk, *PATHS)
    assert read(desk, "e", "d", "b", "a") == 1
    with desk.archive.read() as session:
        assert _link(session, "c").due_at == since


def test_what_is_known_to_be_gone_is_not_asked_again_for_it(desk: Desk) -> None:
    read(desk, *PATHS)
    desk.see_gone("c", status=404)
    assert read(desk, "e", "d", "b", "a") == 0
    with desk.archive.read() as session:
        assert _link(session, "c").missed_at is None


def test_a_page_that_never_showed_an_article_has_none_to_lose(desk: Desk) -> None:
    link = desk.link("podcast")
    desk.archive_all(replace(desk.bare(link, VisitOutcome.SAME_BYTES), link_state=desk.at_rest()))
    read(desk, "e", "d", "podcast", "c", "b", "a")
    assert read(desk, *PATHS) == 0


def test_a_page_that_could_not_be_read_waits_until_its_server_is_ready(desk: Desk) -> None:
    read(desk, *PATHS)
    later = desk.clock.now() + timedelta(days=1)
    state = LinkState(due_at=later, due_rule="retry", failure_count=1)
    desk.archive_all(replace(desk.bare(desk.link("c"), VisitOutcome.ERROR), link_state=state))
    assert read(desk, "e", "d", "b", "a") == 0
    with desk.archive.read() as session:
        assert _link(session, "c").due_at == later


def test_missed_links_are_asked_for_after_new_ones_and_before_other_known_ones(desk: Desk) -> None:
    with desk.archive.write() as session:
        _link(session, "e").due_at = desk.clock.now()
    read(desk, *PATHS)
    read(desk, "e", "d", "c", "a")
    with desk.archive.write() as session:
        links.offer_links(
            session,
            desk.site_id,
            [links.FoundLink("http://lantern.example/f", "lantern.example/f")],
            now=desk.clock.now(),
        )
    assert due(desk) == ["f", "b", "e"]


def test_each_document_of_a_source_is_compared_with_itself(desk: Desk) -> None:
    read(desk, *PATHS)
    assert read(desk, "e", "a", url=f"{FEED}?older") == 0
    assert read(desk, "e", "d", "b", "a") == 1


def test_what_a_list_names_besides_articles_of_the_site_is_passed_over(desk: Desk) -> None:
    read(desk, "x", "e", "d", "unknown", "c", "b", "a")
    assert read(desk, "e", "d", "c", "b", "a") == 0


def test_lists_of_documents_that_are_read_no_more_are_forgotten(desk: Desk) -> None:
    read(desk, *PATHS, url=f"{FEED}/march")
    desk.wait(days=91)
    read(desk, *PATHS, url=f"{FEED}/june")
    with desk.archive.read() as session:
        assert list(session.scalars(select(SourceList.url))) == [f"{FEED}/june"]


def test_a_list_that_loses_links_from_its_middle_as_a_rule_is_not_believed(desk: Desk) -> None:
    for number in range(40):
        desk.see(f"p{number}", f"the text of {number}")
    paths = [f"p{number}" for number in range(40)]
    asked = 0
    read(desk, *paths)
    for number in range(5, 30):
        paths.remove(f"p{number}")
        asked += read(desk, *paths)
    assert asked == 5


@pytest.fixture
def ask(desk: Desk, archive_url: str, tmp_path: Path) -> Callable[..., str]:
    config, sites = tmp_path / "morgue.yaml", tmp_path / "sites"
    sites.mkdir()
    config.write_text(f"archive_url: {archive_url}\nsites_dir: {sites}\n")
    (sites / "lantern.yaml").write_text(
        "name: lantern\ntitle: The Lantern\nhome: http://lantern.example/\n"
    )

    def run(*args: str) -> str:
        done = CliRunner().invoke(cli.morgue, ["--config", str(config), "why", *args])
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_why_tells_of_a_miss_before_the_look_and_after_it(
    desk: Desk, ask: Callable[..., str]
) -> None:
    page = "http://lantern.example/c"
    assert json.loads(ask(page, "--json"))["links"][0]["missed_at"] is None
    assert "missed" not in ask(page)
    read(desk, *PATHS)
    read(desk, "e", "d", "b", "a")
    (told,) = json.loads(ask(page, "--json"))["links"]
    assert told["rule"] == "missed"
    assert told["missed_at"] is not None
    assert "because:    missed in its source since " in ask(page)
    desk.see("c", "the text of c")
    assert "missed:     in its source since " in ask(page)
    assert "because:    missed" not in ask(page)
