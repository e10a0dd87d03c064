from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from config import cron
from config.schedule import LONGEST_PAUSE, Revisit, Schedule, awake, next_crawl, next_look

NOON = datetime(2024, 5, 15, 12, 0, tzinfo=UTC)  # a Wednesday


def after(expression: str, *, last: datetime, time_zone: str = "UTC") -> datetime:
    moment = next_crawl(
        Schedule.model_validate({"cron": expression}),
        last=last,
        now=last,
        time_zone=time_zone,
    )
    assert moment.utcoffset() == timedelta(0)
    return moment


def local(text: str, time_zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(time_zone))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("* * * * *", "2024-05-15T12:01"),
        ("0 * * * *", "2024-05-15T13:00"),
        ("*/15 * * * *", "2024-05-15T12:15"),
        ("5/20 * * * *", "2024-05-15T12:05"),
        ("59 11 * * *", "2024-05-16T11:59"),
        ("0 12 * * *", "2024-05-16T12:00"),
        ("30 6,18 * * *", "2024-05-15T18:30"),
        ("0 0 1 * *", "2024-06-01T00:00"),
        ("0 0 31 * *", "2024-05-31T00:00"),
        ("0 0 31 6-8 *", "2024-07-31T00:00"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
        ("0 0 * * 0", "2024-05-19T00:00"),  # Sunday, not Monday
        ("0 0 * * 7", "2024-05-19T00:00"),
        ("0 0 * * sun", "2024-05-19T00:00"),
        ("0 0 * * 1", "2024-05-20T00:00"),
        ("0 0 * * MON-FRI", "2024-05-16T00:00"),
        ("0 0 * * fri-sun", "2024-05-17T00:00"),
        ("0 0 * * 5-7", "2024-05-17T00:00"),
        ("0 0 * * */2", "2024-05-16T00:00"),  # Sunday, Tuesday, Thursday, Saturday
        ("0 0 * jan *", "2025-01-01T00:00"),
        ("0 0 13 * fri", "2024-05-17T00:00"),  # either day
        ("0 0 */2 * fri", "2024-05-17T00:00"),  # a field that begins with a star restricts both
        ("0 0 29 2 mon", "2025-02-03T00:00"),
        ("0-10/5 12 * * *", "2024-05-15T12:05"),
    ],
)
def test_a_cron_expression_comes_when_crontab_says(expression: str, expected: str) -> None:
    assert after(expression, last=NOON) == local(expected, "UTC")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("", "has 0 fields instead of five"),
        ("* * * *", "has 4 fields instead of five"),
        ("0 0 * * * *", "has 6 fields instead of five"),
        ("@hourly", "uses the short form @hourly, which is not supported"),
        ("60 * * * *", "has the minute '60', which is not within 0-59"),
        ("* 24 * * *", "has the hour '24', which is not within 0-23"),
        ("* * 0 * *", "has the day of the month '0', which is not within 1-31"),
        ("* * * 13 *", "has the month '13', which is not within 1-12"),
        ("* * * * 8", "has the weekday '8', which is not within 0-7"),
        ("* * * * wednesday", "has the weekday 'wednesday', which is not within 0-7"),
        ("10-5 * * * *", "has the minute '10-5', which ends before it begins"),
        ("*/0 * * * *", "has the minute '*/0': a step of nothing"),
        ("*-5 * * * *", "has the minute '*-5', which means nothing"),
        ("1,,2 * * * *", "has the minute '', which means nothing"),
        ("-1 * * * *", "has the minute '-1', which means nothing"),
        ("0 0 31 2 *", "never comes: no such day is in these months"),
        ("0 0 31 4,6 *", "never comes: no such day is in these months"),
    ],
)
def test_a_wrong_cron_expression_says_what_is_wrong(expression: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the words are compared below
        cron.parse(expression)
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("time_zone", "expression", "last", "expected"),
    [
        # Clocks go from 02:00 to 03:00: 02:30 comes at 03:00, the first moment that exists.
        ("Europe/Berlin", "30 2 * * *", "2024-03-30T02:30+01:00", "2024-03-31T03:00+02:00"),
        ("Europe/Berlin", "30 2 * * *", "2024-03-31T03:00+02:00", "2024-04-01T02:30+02:00"),
        # Several that do not exist, and the one that does, are one.
        ("Europe/Berlin", "*/15 2,3 * * *", "2024-03-31T01:59+01:00", "2024-03-31T03:00+02:00"),
        ("Europe/Berlin", "*/15 2,3 * * *", "2024-03-31T03:00+02:00", "2024-03-31T03:15+02:00"),
        # Clocks go back from 03:00 to 02:00: 02:30 comes once, the first time.
        ("Europe/Berlin", "30 2 * * *", "2024-10-26T02:30+02:00", "2024-10-27T02:30+02:00"),
        ("Europe/Berlin", "30 2 * * *", "2024-10-27T02:30+02:00", "2024-10-28T02:30+01:00"),
        ("Europe/Berlin", "30 2 * * *", "2024-10-27T02:10+01:00", "2024-10-28T02:30+01:00"),
        ("Europe/Berlin", "*/30 * * * *", "2024-10-27T02:30+02:00", "2024-10-27T03:00+01:00"),
        # A change at midnight, and one of half an hour.
        ("America/Asuncion", "0 0 * * *", "2023-09-30T12:00-04:00", "2023-10-01T01:00-03:00"),
        ("Australia/Lord_Howe", "15 2 * * *", "2024-10-05T12:00+10:30", "2024-10-06T02:30+11:00"),
        # Samoa left out the whole of 30 December 2011.
        ("Pacific/Apia", "0 9 30 * *", "2011-12-01T09:00-10:00", "2011-12-31T00:00+14:00"),
    ],
)
def test_a_change_of_clocks_neither_loses_nor_doubles_a_crawl(
    time_zone: str, expression: str, last: str, expected: str
) -> None:
    moment = after(expression, last=datetime.fromisoformat(last), time_zone=time_zone)
    assert moment == datetime.fromisoformat(expected)


@pytest.mark.parametrize("time_zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe"])
@pytest.mark.parametrize("expression", ["30 1 * * *", "5 2 * * *", "0 4 * * *"])
def test_a_daily_crawl_comes_once_on_every_day_of_the_year(time_zone: str, expression: str) -> None:
    moment = local("2024-01-01T00:00", time_zone)
    days = []
    for _ in range(366):
        moment = after(expression, last=moment, time_zone=time_zone)
        days.append(moment.astimezone(ZoneInfo(time_zone)).date().isoformat())
    assert len(set(days)) == 366
    assert days[-1] == "2024-12-31"


def test_the_rarest_expression_is_found() -> None:
    assert after("0 0 29 2 */7", last=NOON) == local("2032-02-29T00:00", "UTC")


def test_an_expression_ends_quietly_at_the_end_of_the_calendar() -> None:
    moments = cron.parse("0 0 * * *").after(datetime(9997, 12, 30))  # noqa: DTZ001
    assert len(list(islice(moments, 10))) == 2


def test_a_site_that_was_never_crawled_is_due_now() -> None:
    for schedule in (Schedule.model_validate({}), Schedule.model_validate({"cron": "0 3 * * *"})):
        assert next_crawl(schedule, last=None, now=NOON, time_zone="UTC") == NOON


def test_an_interval_counts_from_the_beginning_of_the_last_crawl() -> None:
    schedule = Schedule.model_validate({"every": "30m"})
    due = next_crawl(schedule, last=NOON - timedelta(hours=5), now=NOON, time_zone="UTC")
    assert due == NOON - timedelta(hours=4, minutes=30)


@pytest.mark.parametrize("written", [{"every": "30m"}, {"cron": "*/30 * * * *"}])
def test_a_last_crawl_in_the_future_does_not_stop_the_next(written: dict[str, str]) -> None:
    schedule = Schedule.model_validate(written)
    due = next_crawl(schedule, last=NOON + timedelta(days=900), now=NOON, time_zone="UTC")
    assert due == NOON + timedelta(minutes=30)


REVISIT = Revisit.model_validate({"3h": "30m", "1d": "2h", "14d": "1d"})


@pytest.mark.parametrize(
    ("age", "next_age"),
    [
        (timedelta(0), timedelta(minutes=30)),
        (timedelta(minutes=-5), timedelta(minutes=25)),
        (timedelta(hours=2, minutes=50), timedelta(hours=3, minutes=20)),
        (timedelta(hours=3), timedelta(hours=5)),
        (timedelta(hours=23), timedelta(hours=25)),
        (timedelta(days=1), timedelta(days=2)),
        (timedelta(days=13, hours=6), timedelta(days=14)),  # the last look
        (timedelta(days=13, hours=13), None),  # too near to the last age
        (timedelta(days=14), None),
        (timedelta(days=400), None),
    ],
)
def test_an_article_is_looked_at_as_its_age_asks(
    age: timedelta, next_age: timedelta | None
) -> None:
    expected = None if next_age is None else NOON + next_age
    assert next_look(REVISIT, first_seen=NOON, now=NOON + age) == expected


def test_looks_at_the_default_pace_are_few_and_end() -> None:
    revisit, moment, looks = Revisit.model_validate("ladder"), NOON, 0
    while (later := next_look(revisit, first_seen=NOON, now=moment)) is not None:
        assert later > moment
        moment, looks = later, looks + 1
    assert moment == NOON + timedelta(days=14)
    assert looks == 34


def test_without_steps_an_article_is_never_looked_at_again() -> None:
    assert next_look(Revisit.model_validate({}), first_seen=NOON, now=NOON) is None


def due(schedule: dict[str, object], **more: object) -> datetime:
    given = {"last": NOON, "now": NOON, "time_zone": "UTC"} | more
    return next_crawl(Schedule.model_validate(schedule), **given)  # type: ignore[arg-type]


def test_jitter_delays_by_no_more_than_it_says_and_not_all_sites_alike() -> None:
    names = [f"site{number}" for number in range(200)]
    moments = [due({"every": "1h", "jitter": "10m"}, name=name) for name in names]
    late = [moment - NOON - timedelta(hours=1) for moment in moments]
    assert all(timedelta(0) <= each < timedelta(minutes=10) for each in late)
    assert timedelta(minutes=4) < sum(late, timedelta(0)) / len(late) < timedelta(minutes=6)


def test_jitter_is_the_same_whenever_it_is_asked_for_and_another_the_next_time() -> None:
    schedule = {"every": "1h", "jitter": "10m"}
    assert due(schedule, name="a") == due(schedule, name="a")
    later = due(schedule, name="a", last=NOON + timedelta(hours=1), now=NOON + timedelta(hours=1))
    assert later - due(schedule, name="a") != timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours", "last", "expected"),
    [
        ("14:00-16:00", "2024-05-15T12:00", "2024-05-15T13:00"),
        ("12:30-16:00", "2024-05-15T12:00", "2024-05-15T16:00"),
        ("13:00-16:00", "2024-05-15T12:00", "2024-05-15T16:00"),
        ("10:00-13:00", "2024-05-15T12:00", "2024-05-15T13:00"),
        ("22:00-06:00", "2024-05-15T21:30", "2024-05-16T06:00"),
        ("22:00-06:00", "2024-05-16T04:30", "2024-05-16T06:00"),
        ("22:00-24:00", "2024-05-15T21:30", "2024-05-16T00:00"),
    ],
)
def test_no_crawl_begins_in_quiet_hours(hours: str, last: str, expected: str) -> None:
    moment = local(last, "UTC")
    assert due({"every": "1h", "quiet": hours}, last=moment, now=moment) == local(expected, "UTC")


def test_quiet_hours_that_follow_each_other_are_left_at_the_end_of_the_last() -> None:
    schedule = {"every": "1h", "quiet": ["12:30-14:00", "14:00-15:00", "15:00-15:30"]}
    assert due(schedule) == local("2024-05-15T15:30", "UTC")


def test_quiet_hours_are_those_of_the_site_and_end_where_its_clocks_go_forward() -> None:
    zone = ZoneInfo("Europe/Berlin")
    schedule = Schedule.model_validate({"quiet": "23:00-02:30"})
    before = datetime.fromisoformat("2024-03-31T01:10+01:00")
    assert awake(schedule, before, zone) == datetime.fromisoformat("2024-03-31T03:00+02:00")
    assert awake(schedule, NOON, zone) == NOON


def test_a_site_that_was_never_crawled_waits_for_the_end_of_its_quiet_hours() -> None:
    assert due({"quiet": "11:00-13:00"}, last=None) == local("2024-05-15T13:00", "UTC")


@pytest.mark.parametrize(
    ("failures", "hours"), [(0, 1), (1, 1), (2, 2), (3, 4), (5, 16), (6, 24), (99, 24)]
)
def test_a_site_that_cannot_be_reached_is_asked_less_and_less(failures: int, hours: int) -> None:
    assert due({"every": "1h"}, failure_count=failures) == NOON + timedelta(hours=hours)


def test_a_schedule_that_is_wider_than_any_pause_stays() -> None:
    assert due({"every": "7d"}, failure_count=9) == NOON + timedelta(days=7)
    assert timedelta(days=7) > LONGEST_PAUSE


def test_a_cron_schedule_is_kept_while_backing_off() -> None:
    assert due({"cron": "0 */6 * * *"}, failure_count=2) == local("2024-05-16T00:00", "UTC")
