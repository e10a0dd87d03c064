from datetime import UTC, datetime, timedelta

import pytest

from crawler import pace
from crawler.pace import Stated, Yield, after_failure, max_age_of, next_poll, stated_in

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
BOUNDS = {"every": HOUR, "within": 6 * HOUR}


def watched(a_day: float, *, days: int = 21) -> Yield:
    found = Yield()
    for _ in range(days * 24):
        found = found.after(0, HOUR)
        found = Yield(found.count + a_day / 24, found.seconds)
    return found


def test_what_is_not_known_yet_is_asked_in_every_crawl() -> None:
    assert next_poll(Yield(), now=NOW, **BOUNDS)[0] is None
    assert next_poll(Yield(), now=NOW, every=timedelta(minutes=1), within=6 * HOUR)[0] is None


def test_the_less_a_source_yields_the_later_it_is_asked_and_never_later_than_allowed() -> None:
    found = [next_poll(watched(a_day), now=NOW, **BOUNDS)[0] for a_day in (50, 3, 1.5, 0)]
    assert found[0] is None
    assert found[1] is not None
    assert found[2] is not None
    assert NOW + HOUR < found[1] < found[2] <= found[3] <= NOW + 6 * HOUR  # type: ignore[operator]


def test_a_source_that_awakes_is_asked_more_often_again() -> None:
    quiet = watched(0.5)
    busy = quiet
    for _ in range(24):
        busy = busy.after(2, HOUR)
    assert busy.an_hour(every=HOUR) > 5 * quiet.an_hour(every=HOUR)


def test_a_short_list_is_asked_before_half_of_it_was_replaced() -> None:
    slow = next_poll(watched(2), now=NOW, every=timedelta(minutes=5), within=24 * HOUR)[0]
    short = next_poll(
        watched(2), now=NOW, every=timedelta(minutes=5), within=24 * HOUR, link_count=1
    )[0]
    assert slow == short  # half of even one link takes longer than a new one is likely
    assert pace.LIKELY < 0.4


def test_what_feed_and_server_state_is_honoured_up_to_the_longest_pause() -> None:
    known = watched(50)
    by_ttl, because = next_poll(known, now=NOW, stated=Stated(pause_s=2 * 3600), **BOUNDS)
    assert by_ttl == NOW + 2 * HOUR * 0.9
    assert because == "its feed states 2 h"
    assert next_poll(known, now=NOW, max_age_s=3 * 3600, **BOUNDS)[0] == NOW + 3 * HOUR * 0.9
    assert next_poll(known, now=NOW, max_age_s=1e7, **BOUNDS)[0] == NOW + 6 * HOUR * 0.9
    assert next_poll(known, now=NOW, max_age_s=60, **BOUNDS)[0] is None


def test_hours_and_days_that_a_feed_skips_are_skipped() -> None:
    hours = Stated(skip_hours=frozenset({10, 11}))
    due_at, because = next_poll(watched(50), now=NOW, stated=hours, **BOUNDS)
    assert due_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert "skips Monday 10h" in because
    monday = Stated(skip_days=frozenset({0}))
    assert next_poll(watched(50), now=NOW, stated=monday, **BOUNDS)[0] == datetime(
        2026, 3, 3, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("body", "stated"),
    [
        (b"<rss><channel><ttl>90</ttl><item>", Stated(5400)),
        (b"<rss><channel><item><ttl>90</ttl></item>", Stated()),
        (b"<sy:updatePeriod> daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", Stated(21600)),
        (b"<sy:updatePeriod>often</sy:updatePeriod>", Stated()),
        (b"<skipHours><hour>0</hour><hour>24</hour><hour>5</hour></skipHours>", Stated(0, frozenset({0, 5}))),
        (b"<skipHours>" + b"".join(b"<hour>%d</hour>" % n for n in range(24)) + b"</skipHours>", Stated()),
        (b"<skipDays><day>Sunday</day><day>Funday</day></skipDays>", Stated(0, frozenset(), frozenset({6}))),
        (b"<ttl>99999999999999</ttl>", Stated(9999999 * 60)),
        (b"\xff\xfe\x00<ttl", Stated()),
        (b"", Stated()),
    ],
)  # fmt: skip
def test_what_a_feed_states_is_read_from_its_head(body: bytes, stated: Stated) -> None:
    assert stated_in(body) == stated
    assert Stated.of_content(stated.content()) == stated


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("public, max-age=600", 600),
        ("max-age=600, no-cache", 0),
        ("private", 0),
        ("stale-max-age=5", 0),
        ('s-maxage="900"', 900),
    ],
)
def test_a_server_states_for_how_long_an_answer_holds(header: str | None, seconds: float) -> None:
    assert max_age_of(header) == seconds


def test_a_source_that_fails_waits_longer_each_time_and_as_its_server_asks() -> None:
    pauses = [after_failure(count, now=NOW, every=HOUR)[0] for count in (1, 2, 3, 20)]
    assert pauses[0] is None
    assert pauses[1:] == [NOW + 1.8 * HOUR, NOW + 3.6 * HOUR, NOW + 21.6 * HOUR]
    asked = after_failure(1, now=NOW, every=HOUR, retry_after_s=7200)
    assert asked == (NOW + 2 * HOUR, "its server asks for it")
