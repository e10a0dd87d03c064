"""`morgue why`: what set the moment of the next look, in words and in JSON, on both databases."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.clock import ManualClock
from config.site import SiteConfig
from db.archive import Archive
from db.archiving import links, rhythms
from db.archiving.batch_rows import ELSEWHERE
from db.archiving.entries import FoundLink, LinkState
from db.archiving.listings import MISSED
from db.models import VisitOutcome
from morgue import cli
from pipeline.revisits.plan import DueRule
from pipeline.revisits.rhythm import LEARNER_VERSION
from pipeline.stages import learn_rhythms
from tests.contract.desk import Desk

Ask = Callable[..., Result]


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    """It saw one article of a section edited, and one of another not."""
    desk = Desk(archive, clock)
    for path in ("city/mill", "sport/match"):
        desk.see(path, f"{path} opens")
    desk.wait(hours=2)
    desk.see("city/mill", "city/mill burns")
    desk.see("sport/match", "sport/match opens")
    return desk


@pytest.fixture
def ask(desk: Desk, archive_url: str, tmp_path: Path) -> Ask:
    config, sites = tmp_path / "morgue.yaml", tmp_path / "sites"
    sites.mkdir()
    config.write_text(f"archive_url: {archive_url}\nsites_dir: {sites}\n")
    desk.wait(minutes=0)

    def run(*args: str, schedule: str = "{every: 1h}", polite: str = "{}") -> Result:
        (sites / "lantern.yaml").write_text(
            "name: lantern\ntitle: The Lantern\nhome: http://lantern.example/\n"
            f"schedule: {schedule}\npoliteness: {polite}\n"
        )
        return CliRunner().invoke(cli.morgue, ["--config", str(config), "why", *args])

    return run


def learn(desk: Desk) -> None:
    site = SiteConfig.model_validate(
        {"name": "lantern", "title": "L", "home": "http://lantern.example/"}
    )
    with desk.archive.write() as session:
        content, crawl_id = learn_rhythms.learn(session, site, desk.site_id, known=None)
        rhythms.store(
            session,
            desk.site_id,
            learner=LEARNER_VERSION,
            crawl_id=crawl_id,
            content=content,
            now=desk.clock.now(),
        )


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    (link,) = json.loads(result.stdout)["links"]
    return link


def test_the_reasons_are_those_of_the_page_its_section_and_its_site(desk: Desk, ask: Ask) -> None:
    learn(desk)
    mill = told(ask("http://lantern.example/city/mill", "--json"))
    match = told(ask("http://lantern.example/sport/match", "--json"))
    assert (mill["section"], mill["edit_count"], mill["section_edits"]) == ("city", 1, 1.0)
    assert (match["section"], match["edit_count"], match["section_edits"]) == ("sport", 0, 0.0)
    assert mill["site_edits"] == match["site_edits"] == 1.0
    assert mill["section_factor"] > match["section_factor"]
    assert mill["planned_at"] < match["planned_at"]
    assert mill["looks_a_day"] is None
    words = ask("http://lantern.example/city/mill").stdout
    assert "1 edits seen" in words
    assert "from 1 edits seen in" in words


def test_before_anything_is_learnt_it_says_so(ask: Ask) -> None:
    assert "nothing learnt yet" in ask("1").stdout


def test_a_ladder_is_printed_as_the_site_file_has_it(ask: Ask) -> None:
    words = ask("1", schedule="{every: 1h, revisit: {3h: 30m}}").stdout
    assert "the ladder: to 3 h every 30 min" in words
    assert told(ask("1", "--json", schedule="{revisit: ladder}"))["planned_at"] is None


def test_a_budget_makes_a_look_dearer(desk: Desk, ask: Ask) -> None:
    for number in range(60):
        desk.see(f"city/{number}", f"number {number}")
    desk.wait(hours=9)
    with desk.archive.write() as session:  # another crawl, so that time has passed
        from db.archiving import crawls

        desk.crawl_id = crawls.begin_crawl(
            session, trigger="command", owner="x", now=desk.clock.now(), site_ids=[desk.site_id]
        )
    learn(desk)
    free = told(ask("1", "--json"))
    tight = told(ask("1", "--json", polite="{requests_per_day: 100}"))
    assert tight["price"] > free["price"]
    assert tight["looks_a_day"] < 100
    assert tight["planned_at"] > free["planned_at"]


def test_the_rule_that_was_kept_is_told(desk: Desk, ask: Ask) -> None:
    link = desk.link("city/gone", title="x")
    state = LinkState(due_at=desk.clock.now() + timedelta(hours=1), due_rule="retry")
    desk.archive_all(replace(desk.bare(link, VisitOutcome.ERROR), link_state=state))
    found = told(ask("http://lantern.example/city/gone", "--json"))
    assert (found["rule"], found["last_outcome"]) == ("retry", "error")
    assert "the pause grows" in found["because"]


def test_what_is_not_watched_is_a_failure_with_a_remedy(ask: Ask) -> None:
    result = ask("http://lantern.example/nowhere")
    assert result.exit_code == 1
    assert "morgue crawl URL" in result.stderr


def test_a_page_that_somebody_asks_for_is_due_for_that(ask: Ask, desk: Desk) -> None:
    link = desk.link("city/mill")  # as a person who names it
    assert "because:    a person named it" in ask(link.url).output
    desk.see("city/mill", "city/mill burns")
    assert told(ask(link.url, "--json"))["rule"] is None
    desk.wait(minutes=30)
    with desk.archive.write() as session:
        assert links.make_due(session, [link.id], now=desk.clock.now()) == 1
    assert told(ask(link.url, "--json"))["rule"] == DueRule.WANTED


def test_a_page_of_which_its_source_states_a_change_is_due_for_that(ask: Ask, desk: Desk) -> None:
    link = desk.link("city/mill")
    desk.see("city/mill", "city/mill burns")
    desk.wait(minutes=10)
    found = FoundLink(link.url, link.url_key, modified_at=desk.clock.now())
    with desk.archive.write() as session:
        links.offer_links(session, desk.site_id, [found], now=desk.clock.now(), trust_lastmod=True)
    assert "because:    its source states a later change" in ask(link.url).output


def test_the_other_urls_of_an_article_that_is_gone_at_one_are_due_for_that(
    ask: Ask, desk: Desk
) -> None:
    link = desk.link("city/mill")
    last = desk.entry(link, "city/mill burns", article=link.article_id)
    desk.archive_all(replace(last, link_state=desk.at_rest()))
    desk.see("city/mill-again", "city/mill burns", article=link.article_id)
    desk.wait(days=2)
    desk.see_gone("city/mill-again")
    assert (
        "because:    its article was found gone at another"
        in ask("http://lantern.example/city/mill").output
    )


def test_every_rule_that_the_archive_sets_has_words() -> None:
    rules = {links.STATED, links.WANTED, ELSEWHERE, MISSED}
    assert rules <= set(DueRule)
