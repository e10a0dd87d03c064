"""What people want of a site: paused, resumed, crawled soon; and when it is crawled next."""

from datetime import timedelta

from sqlalchemy import select

from config.clock import ManualClock
from config.site import SiteConfig
from db.archive import Archive
from db.archiving import steering
from db.models import Action, Site
from morgue.cli.due import due_sites
from tests.contract.timeless import HOUR, crawl, site


def steer(archive: Archive, what: str, name: str = "one", reason: str | None = None) -> bool:
    with archive.write() as session:
        row = session.scalars(select(Site).where(Site.name == name)).one()
        change = getattr(steering, what)
        return bool(
            change(session, row, now=archive.clock.now(), actor="ann@desk:1", reason=reason)
        )


def agenda(archive: Archive, name: str = "one") -> steering.Agenda:
    with archive.read() as session:
        return steering.agendas(session)[name]


def is_due(archive: Archive, one: SiteConfig) -> bool:
    return due_sites(archive, [one]) == [one]


def test_a_paused_site_is_not_due_and_once_resumed_it_is_due_once(
    archive: Archive, clock: ManualClock
) -> None:
    one = site(every="1h")
    crawl(archive, one)
    assert steer(archive, "pause", reason="the publisher asked")
    assert agenda(archive).pause_reason == "the publisher asked"
    clock.advance(timedelta(days=30))
    assert not is_due(archive, one)
    assert steer(archive, "resume")
    assert is_due(archive, one)
    crawl(archive, one)
    assert not is_due(archive, one)


def test_what_is_paused_or_resumed_already_stays_and_is_no_action(archive: Archive) -> None:
    crawl(archive, site())
    assert not steer(archive, "resume")
    assert steer(archive, "pause", reason="first")
    assert not steer(archive, "pause", reason="second")
    assert agenda(archive).pause_reason == "first"
    assert steer(archive, "resume", reason="they agreed")
    with archive.read() as session:
        done = session.execute(
            select(Action.kind, Action.reason, Action.actor, Action.site_id).order_by(Action.id)
        ).all()
    assert [tuple(row) for row in done] == [
        ("pause", "first", "ann@desk:1", 1),
        ("resume", "they agreed", "ann@desk:1", 1),
    ]


def test_a_site_that_a_person_asks_for_is_due_whatever_its_schedule_and_first(
    archive: Archive, clock: ManualClock
) -> None:
    one, other = site(every="7d", quiet="00:00-23:59"), site("other", every="1h")
    crawl(archive, one)
    crawl(archive, other)
    clock.advance(2 * HOUR)
    steer(archive, "pause")
    assert due_sites(archive, [one, other]) == [other]
    assert steer(archive, "want")
    assert not steer(archive, "want")
    assert due_sites(archive, [one, other]) == [one, other]


def test_what_a_person_asked_for_is_done_once_and_what_is_asked_meanwhile_again(
    archive: Archive, clock: ManualClock
) -> None:
    one = site()
    crawl(archive, one)
    steer(archive, "want")
    crawl(archive, one, heeded=agenda(archive).wanted_at)
    assert not is_due(archive, one)
    clock.advance(timedelta(minutes=1))
    steer(archive, "want")  # while a crawl runs that had begun before
    crawl(archive, one, heeded=None)
    assert is_due(archive, one)


def test_a_schedule_that_becomes_narrower_is_heeded_at_once(
    archive: Archive, clock: ManualClock
) -> None:
    crawl(archive, site(every="7d"), next_in=timedelta(days=7))
    clock.advance(2 * HOUR)
    assert not is_due(archive, site(every="7d"))
    assert not is_due(archive, site(every="3h"))
    assert is_due(archive, site(every="1h"))


def test_a_server_that_wants_to_be_left_alone_is_whatever_the_schedule(
    archive: Archive, clock: ManualClock
) -> None:
    crawl(archive, site(), next_in=timedelta(days=2), wait=timedelta(days=2))
    clock.advance(timedelta(days=1))
    assert not is_due(archive, site(every="1h"))
    clock.advance(timedelta(days=1))
    assert is_due(archive, site(every="1h"))


def test_a_clock_set_back_a_day_brings_one_crawl_and_no_standstill(
    archive: Archive, clock: ManualClock
) -> None:
    one = site(every="1h")
    crawl(archive, one)
    clock.advance(-timedelta(days=1))
    assert is_due(archive, one)
    crawl(archive, one)
    assert not is_due(archive, one)
    clock.advance(HOUR)
    assert is_due(archive, one)


def test_a_clock_set_forward_a_day_brings_one_crawl(archive: Archive, clock: ManualClock) -> None:
    one = site(every="1h")
    crawl(archive, one)
    clock.advance(timedelta(days=1))
    assert is_due(archive, one)
    crawl(archive, one)
    assert not is_due(archive, one)


def test_a_wish_from_a_clock_that_was_set_back_since_is_done_once(
    archive: Archive, clock: ManualClock
) -> None:
    one = site(every="1h")
    crawl(archive, one)
    steer(archive, "want")
    clock.advance(-timedelta(days=1))
    assert is_due(archive, one)
    crawl(archive, one, heeded=agenda(archive).wanted_at)
    assert not is_due(archive, one)
