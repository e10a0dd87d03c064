"""What of a site's promises is archived, and why the rest is not: the same on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from config.clock import ManualClock
from config.settings import Settings
from config.site import SiteConfig
from db.archive import Archive
from db.archiving import backfill_lists, backfills, crawls, leases, links
from db.archiving.backfill_lists import NewDocument, ReadDocument
from db.archiving.entries import FoundLink, NewExtraction
from db.asking import completeness
from db.models import CrawlOutcome, Site, VisitOutcome
from morgue.auditing import Audit, Finding, Why, limits
from morgue.auditors import auditor_of
from tests.contract.desk import RULES, Desk

SITE = SiteConfig.model_validate(
    {
        "name": "lantern",
        "title": "The Lantern",
        "home": "http://lantern.example/",
        "time_zone": "Asia/Singapore",
        "sources": [{"feed": "http://lantern.example/feed"}],
        "deny": ["/video/"],
    }
)


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def offer(desk: Desk, *paths: str, **stated: Any) -> None:
    """The site's feed names these pages."""
    found = [
        FoundLink(f"http://lantern.example/{path}", f"lantern.example/{path}", **stated)
        for path in paths
    ]
    with desk.archive.write() as session:
        feed = ("feed", "http://lantern.example/feed")
        known = crawls.ensure_sources(session, desk.site_id, [feed])[feed]
        links.offer_links(session, desk.site_id, found, now=desk.clock.now(), source_id=known.id)


def doubt(desk: Desk, path: str, reason: str) -> None:
    """A look at a page that is not believed."""
    link = desk.link(path)
    reading = NewExtraction(b"{}", "1", RULES, is_believed=False, reason=reason)
    capture_id = desk.keep(link, f"<html>{reason}</html>".encode())
    desk.archive_all(
        desk.bare(link, VisitOutcome.QUARANTINED, capture_id=capture_id, extraction=reading)
    )


def audit(desk: Desk, *, days: int = 3, site: SiteConfig = SITE) -> Audit:
    settings = Settings(archive_url="sqlite:///nowhere")
    last = desk.clock.now().astimezone(site.zone).date()
    first = last - timedelta(days=days - 1)
    begin, end = limits(first, last)
    with desk.archive.read() as session:
        auditor = auditor_of(desk.archive, session, settings, site)
        assert auditor is not None
        pages = completeness.promised(session, desk.site_id, begin=begin, end=end)
        looks = completeness.looks_at_sources(session, desk.site_id, begin=begin, end=end)
    return auditor.audit(pages, looks, first=first, last=last)


def whys(found: Audit) -> dict[str, Why]:
    return {one.url.rpartition("/")[2]: one.why for one in found.findings}


def only(found: Audit) -> Finding:
    (finding,) = found.findings
    return finding


def test_each_gap_has_its_reason(desk: Desk) -> None:
    offer(desk, *("here", "late", "video/clip", "walled", "robots", "inner", "lost", "broken"))
    offer(desk, *("list", "bare", "odd", "old", "kept"))
    desk.see("here", "A text.")
    desk.archive_all(
        desk.bare(desk.link("robots"), VisitOutcome.REFUSED, detail="robots"),
        desk.bare(desk.link("inner"), VisitOutcome.REFUSED, detail="private address"),
        desk.bare(desk.link("broken"), VisitOutcome.ERROR, status=503, detail="HTTP 503"),
    )
    desk.see_gone("lost", status=404)
    for path, reason in (
        ("walled", "consent"),
        ("list", "not_article"),
        ("bare", "empty"),
        ("odd", "layout"),
        ("old", "not_found"),
    ):
        doubt(desk, path, reason)
    desk.keep(desk.link("kept"), b"<html>not read yet</html>")
    found = audit(desk)
    assert whys(found) == {
        "late": Why.WAITING,
        "clip": Why.OUT_OF_SCOPE,
        "walled": Why.QUARANTINED,
        "robots": Why.ROBOTS,
        "inner": Why.REFUSED,
        "lost": Why.GONE,
        "broken": Why.GIVEN_UP,
        "list": Why.NOT_ARTICLE,
        "bare": Why.EMPTY,
        "odd": Why.QUARANTINED,
        "old": Why.GONE,
        "kept": Why.UNREAD,
    }
    day = found.days[-1]
    assert (day.promised, day.archived, day.explained, day.missing) == (13, 1, 5, 7)
    assert found.missing == 7
    remedies = {one.url.rpartition("/")[2]: one.remedy for one in found.findings}
    assert remedies["odd"] == "morgue reextract lantern --quarantined"  # rules have changed since
    assert remedies["broken"] == "morgue crawl http://lantern.example/broken"
    repairs = {one.url.rpartition("/")[2] for one in found.findings if one.repair == "due"}
    assert repairs == {"late", "inner", "broken", "walled"}
    broken = next(one for one in found.findings if one.url.endswith("broken"))
    assert broken.status == 503
    assert broken.source == "feed http://lantern.example/feed"


def test_two_addresses_of_one_article_are_one_promise_kept(desk: Desk) -> None:
    offer(desk, "one", "two")
    seen = desk.see("one", "A text.")
    desk.see("two", "A text.", article=seen.article_id)
    finding = only(audit(desk))
    assert (finding.why, finding.article_id) == (Why.ALIAS, seen.article_id)
    assert finding.words == f"another address of article {seen.article_id}"


def test_a_page_counts_on_its_publishers_day(desk: Desk) -> None:
    now = desk.clock.now()
    today = now.astimezone(SITE.zone).date()
    offer(desk, "stated", published_at=now - timedelta(days=1))
    offer(desk, f"{today - timedelta(days=2):%Y/%m/%d}/address", "found")
    offer(desk, "own", published_at=now - timedelta(days=1))
    own = (today - timedelta(days=2)).isoformat()
    desk.see("own", "A text.", published=f"{own}T23:59:00+08:00",
             published_at=datetime.fromisoformat(f"{own}T23:59:00+08:00").astimezone(UTC))  # fmt: skip
    found = audit(desk)
    assert {one.url.rpartition("/")[2]: (one.day, one.day_by) for one in found.findings} == {
        "stated": (today - timedelta(days=1), "source"),
        "address": (today - timedelta(days=2), "address"),
        "found": (today, "found"),
    }
    assert [day.archived for day in found.days] == [1, 0, 0]


def test_what_nobody_asked_for_yet_says_what_kept_it_back(desk: Desk) -> None:
    offer(desk, "late")
    now = desk.clock.now()
    assert only(audit(desk)).words.startswith("due, and the next crawl has not come")
    with desk.archive.write() as session:
        leases.take(session, "host:lantern.example", owner="other:1", now=now, ttl=timedelta(1))
    assert only(audit(desk)).why is Why.BUSY
    desk.wait(days=2)
    with desk.archive.write() as session:
        crawls.end_crawl(
            session,
            desk.crawl_id,
            now=now,
            outcome=CrawlOutcome.STOPPED,
            error="its time of 60 minutes was up",
        )
    finding = only(audit(desk))
    assert finding.why is Why.CUT
    assert "its time of 60 minutes was up" in finding.words
    with desk.archive.write() as session:
        session.query(Site).update({"paused_at": now, "pause_reason": "they asked us to"})
    finding = only(audit(desk))
    assert (finding.why, finding.words) == (Why.PAUSED, "the site is paused: they asked us to")


def test_what_a_back_fill_wants_waits_for_it(desk: Desk) -> None:
    now = desk.clock.now()
    day = date(2026, 1, 5)
    with desk.archive.write() as session:
        known, _ = backfills.begin(session, desk.site_id, day, day, now=now)
        backfill_lists.add_documents(
            session, known.id, [NewDocument("sitemap", "http://lantern.example/m")]
        )
        (document,) = backfill_lists.waiting_documents(session, known.id, limit=1)
        link = FoundLink("http://lantern.example/past", "lantern.example/past")
        read = ReadDocument(200, [link], 1)
        backfill_lists.note_read(session, document, read, site_id=desk.site_id, now=now)
    finding = only(audit(desk))
    assert (finding.why, finding.repair) == (Why.BACKFILL, "due")


def test_a_repair_makes_pages_due_once(desk: Desk) -> None:
    offer(desk, "broken")
    desk.archive_all(desk.bare(desk.link("broken"), VisitOutcome.ERROR, detail="timeout"))
    finding = only(audit(desk))
    assert (finding.why, finding.repair) == (Why.GIVEN_UP, "due")
    now = desk.clock.now()
    for changed in (1, 0):
        with desk.archive.write() as session:
            assert links.make_due(session, [finding.link_id or 0], now=now) == changed
    desk.see("broken", "It is there now.")
    found = audit(desk)
    assert found.findings == ()
    assert found.days[-1].archived == 1


def test_a_source_keeps_what_was_not_taken_of_its_last_full_answer(desk: Desk) -> None:
    offer(desk, "one")
    dropped = {"another host": {"count": 3, "urls": ["http://b.example/ä"]}}
    for digest, told in ((b"1", dropped), (None, None), (b"2", None)):
        with desk.archive.write() as session:
            feed = ("feed", "http://lantern.example/feed")
            known = crawls.ensure_sources(session, desk.site_id, [feed])[feed]
            crawls.note_source(
                session,
                known.id,
                now=desk.clock.now(),
                status=200,
                body_sha256=digest,
                link_count=1,
                dropped=told,
            )
        state = audit(desk).state
        assert state is not None
        # a 304 says nothing of it; a full answer does
        assert state.sources[0].dropped == ({} if digest == b"2" else dropped)
