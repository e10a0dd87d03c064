"""Hosts that are taken from dead crawls at once, and from living ones never."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.clock import ManualClock
from config.site import SiteConfig
from crawler import holding, losses
from crawler.owners import owner_name
from db.archive import Archive
from db.archiving import backfills, clocks, crawls, leases, links
from db.archiving.entries import FoundLink
from db.asking import running
from db.models import Backfill, Crawl, CrawlOutcome, Link, Source
from morgue import cli
from pipeline.context import LEASE_TTL

SITE = SiteConfig.model_validate({"name": "one", "title": "One", "home": "https://one.example/"})
OTHER = "elsewhere:77"


def dead_owner() -> str:
    words = "from crawler.owners import owner_name; print(owner_name())"
    return subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, check=True
    ).stdout.strip()


def take(archive: Archive, owner: str) -> "tuple[holding.HeldLease, ...] | str":
    with archive.write() as session:
        return holding.take(session, SITE, owner=owner, now=archive.clock.now())


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel has to tell")
def test_the_hosts_of_a_crawl_that_was_killed_are_free_at_once_and_it_is_fenced(
    archive: Archive,
) -> None:
    dead = dead_owner()
    (old,) = take(archive, dead)
    assert not isinstance(old, str)
    assert holding.hosts_in_hands(archive) == set()
    (new,) = take(archive, OTHER)
    assert not isinstance(new, str)
    with archive.write() as session:
        assert not leases.check(session, old.name, token=old.token)
        assert not leases.renew(
            session, old.name, token=old.token, now=archive.clock.now(), ttl=LEASE_TTL
        )
        assert leases.check(session, new.name, token=new.token)


@pytest.mark.parametrize("owner", [OTHER, owner_name()], ids=["elsewhere", "here"])
def test_the_hosts_of_a_crawl_that_may_live_stay_its_own_until_its_lease_runs_out(
    archive: Archive, clock: ManualClock, owner: str
) -> None:
    take(archive, owner)
    words = take(archive, "third:1")
    assert words == f"busy: one.example is being crawled by {':'.join(owner.split(':')[:2])}"
    assert holding.hosts_in_hands(archive) == {"one.example", "www.one.example"}
    clock.advance(LEASE_TTL)
    assert not isinstance(take(archive, "third:1"), str)


def test_a_lease_from_a_clock_that_was_set_back_since_holds_nobody_up(
    archive: Archive, clock: ManualClock
) -> None:
    take(archive, OTHER)
    clock.advance(-timedelta(days=1))
    assert holding.hosts_in_hands(archive) == set()
    assert not isinstance(take(archive, "third:1"), str)


def test_a_crawl_whose_process_is_dead_is_closed_at_once(archive: Archive) -> None:
    now = archive.clock.now()
    with archive.write() as session:
        site = crawls.ensure_site(session, name="one", title="One", home=SITE.home, now=now)
        for owner in ("dead", "alive"):
            crawls.begin_crawl(
                session, trigger="schedule", owner=owner, now=now, site_ids=[site.id]
            )
        assert crawls.mark_dead_crawls(session, now=now, is_dead=lambda owner: owner == "dead") == [
            1
        ]
        assert session.get_one(Crawl, 1).outcome == "killed"
        assert session.get_one(Crawl, 2).outcome is None


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel has to tell")
def test_a_crawl_of_a_dead_process_is_never_said_to_be_running_and_closed_by_who_looks_after_it(
    archive: Archive, archive_url: str, tmp_path: Path
) -> None:
    now = archive.clock.now()
    with archive.write() as session:
        site = crawls.ensure_site(session, name="one", title="One", home=SITE.home, now=now)
        dead = crawls.begin_crawl(
            session, trigger="schedule", owner=dead_owner(), now=now, site_ids=[site.id]
        )
    config = tmp_path / "morgue.yaml"
    (tmp_path / "sites").mkdir()
    config.write_text(f"archive_url: {archive_url}\n")
    command = ["--config", str(config), "status"]
    told = json.loads(CliRunner().invoke(cli.morgue, [*command, "--json"]).stdout)["last_crawl"]
    assert (told["outcome"], told["is_running"]) == ("killed", False)
    assert "and was killed." in CliRunner().invoke(cli.morgue, command).stdout
    with archive.read() as session:
        assert session.get_one(Crawl, dead).outcome is None  # who asks writes nothing
    assert losses.close_dead(archive) == [dead]
    assert losses.close_dead(archive) == []
    with archive.read() as session:
        assert session.get_one(Crawl, dead).outcome == "killed"


def test_only_sites_whose_part_is_open_have_a_crawl_that_runs_and_only_those_were_killed(
    archive: Archive,
) -> None:
    now = archive.clock.now()
    with archive.write() as session:
        sites = [
            crawls.ensure_site(session, name=name, title=name, home=SITE.home, now=now).id
            for name in ("quick", "slow")
        ]
        number = crawls.begin_crawl(
            session, trigger="schedule", owner="one:1", now=now, site_ids=sites
        )
        outcome = CrawlOutcome.FINISHED
        crawls.end_part(session, number, sites[0], outcome=outcome, counts={}, error=None)
    with archive.read() as session:
        alive = running.runs(session, now=now)
        dead = running.runs(session, now=now, dead=[number])
    assert (alive["quick"].open_since, alive["slow"].open_since) == (None, now)
    assert (dead["slow"].open_since, dead["slow"].killed, dead["quick"].killed) == (None, 1, 0)
    with archive.write() as session:
        crawls.end_crawl(session, number, now=now, outcome=CrawlOutcome.KILLED)
        closed = running.runs(session, now=now)
    assert closed == dead


def test_pages_seen_by_a_clock_ahead_are_looked_at_again_after_their_pause_not_a_day_later(
    archive: Archive, clock: ManualClock
) -> None:
    now = clock.now()
    ahead = now + timedelta(days=1)
    with archive.write() as session:
        site = crawls.ensure_site(session, name="one", title="One", home=SITE.home, now=now)
        for number, visited_at in enumerate((ahead, now - timedelta(hours=1))):
            url = f"https://one.example/{number}"
            link = links.ensure_link(session, site.id, FoundLink(url=url, url_key=url), now=now)
            row = session.get_one(Link, link.id)
            row.visited_at, row.due_at = visited_at, visited_at + timedelta(hours=3)
        session.flush()
        site.crawled_at = ahead
        assert clocks.is_ahead(site, now=now)
        clocks.heed_set_back(session, site, now=now)
        due = [row.due_at for row in session.query(Link).order_by(Link.id).populate_existing()]
    assert due == [now + timedelta(hours=3), now + timedelta(hours=2)]


def test_sources_and_back_fills_do_not_wait_until_a_clock_has_caught_up(
    archive: Archive, clock: ManualClock
) -> None:
    now = clock.now()
    ahead = now + timedelta(days=1)
    hour = timedelta(hours=1)
    with archive.write() as session:
        site = crawls.ensure_site(session, name="one", title="One", home=SITE.home, now=now)
        made = [("feed", f"https://one.example/{name}") for name in ("ahead", "before", "new")]
        known = list(crawls.ensure_sources(session, site.id, made).values())
        for each, at in zip(known[:2], (ahead, now - hour), strict=True):
            row = session.get_one(Source, each.id)
            row.checked_at = row.asked_whole_at = at
            row.due_at = at + 3 * hour
        past = Backfill(
            site_id=site.id,
            from_on="2026-01-01",
            to_on="2026-01-02",
            state="open",
            asked_at=now,
            due_at=ahead + hour,
            failure_count=0,
            counts={},
        )
        session.add(past)
        site.crawled_at = ahead
        clocks.heed_set_back(session, site, now=now)
        again = list(crawls.ensure_sources(session, site.id, made).values())
        assert [each.due_at for each in again] == [None, now + 2 * hour, None]
        assert [each.checked_at for each in again] == [None, now - hour, None]
        assert backfills.due(session, now=now) == []
        assert backfills.due(session, now=now + hour) == ["one"]
