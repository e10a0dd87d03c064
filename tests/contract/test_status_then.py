"""How sites stood at a moment is told from rows that are only ever added: asked twice, it is the same."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import crawls
from db.asking import reports, status_then
from db.asking.asof import NOW, AsOf
from db.models import CrawlOutcome, SourceLook
from tests.contract.desk import Desk


def test_a_status_as_of_a_moment_is_what_it_was_then(archive: Archive, clock: ManualClock) -> None:
    before = clock.now() - timedelta(hours=1)
    desk = Desk(archive, clock)
    desk.see("a", "one")
    desk.see("b", "two")
    with archive.write() as session:
        feed = ("feed", "http://lantern.example/feed")
        source_id = crawls.ensure_sources(session, desk.site_id, [feed])[feed].id
        session.execute(
            insert(SourceLook).values(
                source_id=source_id,
                crawl_id=desk.crawl_id,
                looked_at=clock.now(),
                outcome="new",
                status=200,
                link_count=2,
                new_link_count=2,
            )
        )
        desk.wait(minutes=1)
        crawls.end_crawl(session, desk.crawl_id, now=clock.now(), outcome=CrawlOutcome.FINISHED)
    then = AsOf.moment(clock.now())
    with archive.read() as session:
        told = status_then.sites_then(session, as_of=then)
        totals = status_then.counts_then(session, as_of=then)
        now = reports.counts(session)
    assert totals == {name: now[name] for name in totals}
    (site,) = told
    assert (site.name, site.article_count, site.link_count) == ("lantern", 2, 2)
    assert site.crawled_at == clock.now()
    assert [(one.kind, one.outcome, one.link_count) for one in site.sources] == [("feed", "new", 2)]
    desk.wait(days=1)
    desk.see("c", "three")
    desk.see("a", "another")
    Desk(archive, clock, site="beacon").see("d", "four")
    with archive.read() as session:
        assert status_then.sites_then(session, as_of=then) == told
        assert status_then.counts_then(session, as_of=then) == totals
        assert status_then.sites_then(session, as_of=AsOf.moment(before)) == []
        assert set(status_then.counts_then(session, as_of=AsOf.moment(before)).values()) == {0}
        later = status_then.sites_then(session, as_of=AsOf.moment(clock.now()))
        assert [(one.name, one.article_count) for one in later] == [("beacon", 1), ("lantern", 3)]
        with pytest.raises(ValueError, match="give a moment"):
            status_then.sites_then(session, as_of=NOW)
