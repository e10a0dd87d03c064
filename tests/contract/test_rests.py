"""Months in which nobody crawled are one finding, not one of each site; and none that a crawl about to begin will end."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.clock import ManualClock
from config.settings import Settings
from db.archive import Archive
from morgue.checkup import check_up
from morgue.health.findings import Finding, Kind
from morgue.watchman import Watchman
from tests.contract import timeless
from tests.contract.timeless import site

HALF = timedelta(minutes=30)
NAMES = ("lantern", "gazette", "courier")
SITES = {name: site(name, every="30m") for name in NAMES}


def crawl(archive: Archive, name: str) -> None:
    """A crawl by schedule, over in no time."""
    timeless.crawl(archive, SITES[name], next_in=HALF)


@pytest.fixture
def crawled(archive: Archive, clock: ManualClock) -> Archive:
    """Of three sites, crawled every half hour for a day."""
    for _ in range(48):
        for name in NAMES:
            crawl(archive, name)
        clock.advance(HALF)
    return archive


def gaps(archive: Archive, *, is_running_for: timedelta | None = None) -> list[Finding]:
    since = archive.clock.now() - is_running_for if is_running_for is not None else None
    found = check_up(archive, SITES, longest_crawl=timedelta(hours=2), running_since=since)
    return [each for each in found.findings if each.kind is Kind.GAP]


def test_who_crawls_by_schedule_has_no_gap(crawled: Archive) -> None:
    assert gaps(crawled) == []


def test_one_site_that_is_left_out_is_named_itself(crawled: Archive, clock: ManualClock) -> None:
    for _ in range(3):
        crawl(crawled, "lantern")
        crawl(crawled, "gazette")
        clock.advance(HALF)
    assert [each.site for each in gaps(crawled)] == ["courier"]


def test_nobody_at_work_is_one_finding_however_many_sites_wait(
    crawled: Archive, clock: ManualClock
) -> None:
    began_at = clock.now() - HALF
    clock.advance(timedelta(days=60))
    (finding,) = gaps(crawled)
    assert (finding.site, finding.since, finding.whom) == ("", began_at, "all sites")
    assert "3 sites wait" in finding.words


def test_who_begins_after_a_rest_names_nothing_that_the_next_crawls_end(
    crawled: Archive, clock: ManualClock
) -> None:
    clock.advance(timedelta(days=60))
    assert gaps(crawled, is_running_for=timedelta(minutes=1)) == []
    (finding,) = gaps(crawled, is_running_for=timedelta(hours=2))  # and it begins none
    assert finding.site == ""


def test_a_rest_that_is_over_is_told_for_some_days_and_the_sites_are_not(
    crawled: Archive, clock: ManualClock
) -> None:
    clock.advance(timedelta(days=60))
    crawl(crawled, "lantern")  # the others come next
    (finding,) = gaps(crawled)
    assert finding.site == ""
    assert f"{clock.now():%Y-%m-%d %H:%M}Z: Morgue was not running" in finding.words
    for _ in range(49):
        for name in NAMES:
            crawl(crawled, name)
        clock.advance(HALF)
    assert len(gaps(crawled)) == 1
    for _ in range(3 * 48):
        for name in NAMES:
            crawl(crawled, name)
        clock.advance(HALF)
    assert gaps(crawled) == []


def test_a_site_that_is_left_out_after_a_rest_is_named_a_pause_later(
    crawled: Archive, clock: ManualClock
) -> None:
    clock.advance(timedelta(days=60))
    for _ in range(3):
        crawl(crawled, "lantern")
        crawl(crawled, "gazette")
        clock.advance(HALF)
    assert {each.site for each in gaps(crawled)} == {"", "courier"}


def test_the_watchman_of_a_daemon_that_begins_after_a_rest_finds_nothing_yet(
    crawled: Archive, clock: ManualClock, tmp_path: Path
) -> None:
    clock.advance(timedelta(days=60))
    watchman = Watchman(
        crawled, settings=lambda: Settings(home=tmp_path), sites=lambda: SITES, env={}
    )
    watchman.go_round()
    assert watchman.last is not None
    assert watchman.last.findings == ()
