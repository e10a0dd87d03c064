"""Links: nothing that a source said is lost, and what is due is due for a stated reason."""

from datetime import datetime, timedelta

import pytest

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import links
from db.archiving.entries import FoundLink, LinkState, Offered
from db.models import VisitOutcome
from tests.contract.desk import Desk


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def offer(desk: Desk, *found: FoundLink, trust_lastmod: bool = False) -> Offered:
    with desk.archive.write() as session:
        return links.offer_links(
            session, desk.site_id, found, now=desk.clock.now(), trust_lastmod=trust_lastmod
        )


def due(desk: Desk, *, limit: int = 100, exclude: tuple[int, ...] = ()) -> list[str]:
    with desk.archive.read() as session:
        found = links.due_links(
            session, [desk.site_id], now=desk.clock.now(), limit=limit, exclude=exclude
        )
    return [link.url_key for link in found]


def found(key: str, *, modified_at: datetime | None = None, **stated: object) -> FoundLink:
    return FoundLink(f"http://{key}", key, modified_at=modified_at, **stated)  # type: ignore[arg-type]


def visit(desk: Desk, key: str, *, due_at: datetime | None, modified_at: datetime | None) -> None:
    with desk.archive.write() as session:
        link = links.ensure_link(session, desk.site_id, found(key), now=desk.clock.now())
    entry = desk.bare(link, VisitOutcome.SAME_BYTES)
    state = LinkState(due_at=due_at, modified_at=modified_at)
    desk.archive_all(
        type(entry)(**{f: getattr(entry, f) for f in entry.__slots__} | {"link_state": state})
    )


def test_a_new_link_is_due_at_once_and_a_known_one_is_not_new(desk: Desk) -> None:
    assert offer(desk, found("a"), found("b")) == Offered(new=2, known=0, due=2)
    assert offer(desk, found("a"), found("c")) == Offered(new=1, known=1, due=1)
    assert due(desk) == ["a", "b", "c"]


def test_one_url_twice_in_an_offer_is_one_link_that_knows_both_statements(desk: Desk) -> None:
    offered = offer(desk, found("a", title="T", depth=2), found("a", guid="g", depth=1))
    assert offered == Offered(new=1, known=0, due=1)
    link = desk.link("x")
    with desk.archive.read() as session:
        first = links.load_links(session, [link.id - 1])[link.id - 1]
    assert (first.title, first.guid, first.depth) == ("T", "g", 1)


def test_a_source_that_states_less_takes_nothing_away(desk: Desk, clock: ManualClock) -> None:
    now = clock.now()
    offer(desk, found("a", modified_at=now, title="T", guid="g", published_at=now))
    offer(desk, found("a", modified_at=now - timedelta(days=9)))
    offer(desk, found("a", guid="another"))
    with desk.archive.read() as session:
        (link,) = links.due_links(session, [desk.site_id], now=now, limit=9)
    assert (link.title, link.guid, link.published_at, link.modified_at) == ("T", "g", now, now)


def test_the_same_offer_again_changes_nothing(desk: Desk, clock: ManualClock) -> None:
    stated = found("a", modified_at=clock.now() + timedelta(microseconds=123_456), title="T\0")
    offer(desk, stated)
    with desk.archive.read() as session:
        before = links.due_links(session, [desk.site_id], now=clock.now(), limit=9)
    desk.wait(hours=1)
    assert offer(desk, stated) == Offered(new=0, known=1, due=0)
    with desk.archive.read() as session:
        assert links.due_links(session, [desk.site_id], now=clock.now(), limit=9) == before


def test_thousands_of_links_are_offered_together(desk: Desk) -> None:
    many = [found(f"page-{i}") for i in range(2500)]
    assert offer(desk, *many).new == 2500
    assert offer(desk, *many) == Offered(new=0, known=2500, due=0)


def test_a_trusted_modification_makes_a_resting_link_due(desk: Desk, clock: ManualClock) -> None:
    told = clock.now()
    visit(desk, "a", due_at=None, modified_at=told)
    assert offer(desk, found("a", modified_at=told), trust_lastmod=True).due == 0
    later = told + timedelta(minutes=5)
    assert offer(desk, found("a", modified_at=later), trust_lastmod=True).due == 1
    assert due(desk) == ["a"]


def test_a_modification_before_the_last_look_is_no_news(desk: Desk, clock: ManualClock) -> None:
    visit(desk, "a", due_at=None, modified_at=None)
    stated = clock.now() - timedelta(minutes=1)
    assert offer(desk, found("a", modified_at=stated), trust_lastmod=True).due == 0


@pytest.mark.parametrize(("rest", "made_due"), [(timedelta(hours=23), 0), (timedelta(hours=25), 1)])
def test_an_untrusted_modification_wakes_a_resting_link_once_a_day(
    desk: Desk, clock: ManualClock, rest: timedelta, made_due: int
) -> None:
    visit(desk, "a", due_at=None, modified_at=None)
    clock.advance(rest)
    assert offer(desk, found("a", modified_at=clock.now())).due == made_due


def test_an_untrusted_modification_leaves_a_link_on_its_timetable(
    desk: Desk, clock: ManualClock
) -> None:
    visit(desk, "a", due_at=clock.now() + timedelta(days=3), modified_at=None)
    clock.advance(timedelta(days=2))
    assert offer(desk, found("a", modified_at=clock.now())).due == 0


def test_the_freshest_link_is_due_first_and_those_in_hand_are_left_out(
    desk: Desk, clock: ManualClock
) -> None:
    now = clock.now()
    offer(
        desk,
        found("old", published_at=now - timedelta(days=2)),
        found("deep", published_at=now, depth=1),
        found("new", published_at=now - timedelta(hours=1)),
        found("unstated"),
    )
    assert due(desk) == ["unstated", "new", "old", "deep"]
    with desk.archive.read() as session:
        first = links.due_links(session, [desk.site_id], now=now, limit=1)[0]
    assert due(desk, limit=2, exclude=(first.id,)) == ["new", "old"]
