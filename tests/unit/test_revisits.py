from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log
from random import Random

import pytest

from pipeline.revisits import curves, plan, rhythm
from pipeline.revisits.plan import UNTIL, DueRule, Subject, next_look
from pipeline.revisits.rhythm import UNKNOWN, Rhythm, section_of
from pipeline.revisits.tally import Changes, Tally

BORN = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def subject(**more: object) -> Subject:
    return Subject(**{"section": "city", "born_at": BORN, "found_at": BORN, **more})  # type: ignore[arg-type]


def looks(of: Subject, *, by: Rhythm = UNKNOWN, price: float = plan.PRICE) -> list[float]:
    """The ages at which an article that never changes is looked at."""
    found, now = [], BORN
    while (planned := next_look(by, of, now=now, price=price)).due_at is not None:
        assert planned.due_at > now
        now = planned.due_at
        found.append((now - BORN) / HOUR)
    return found


def due(of: Subject, now: datetime, *, by: Rhythm = UNKNOWN) -> datetime:
    found = next_look(by, of, now=now).due_at
    assert found is not None
    return found


def test_most_edits_come_within_a_day() -> None:
    week = curves.by_age(168)
    assert 0.78 < curves.by_age(24) / week < 0.86
    assert curves.by_age(0) == 0
    assert curves.by_age(1e9) == pytest.approx(1, abs=1e-3)


def test_exposure_is_the_same_however_a_time_is_cut() -> None:
    rates = (0.5, 1.0, 2.0)
    whole = curves.exposure(0.5, 40, rates)
    pieces = [0.5, 2, 3, 17, 24, 25, 40]
    assert sum(curves.exposure(a, b, rates) for a, b in pairwise(pieces)) == pytest.approx(whole)


def test_the_pauses_between_looks_grow_with_age_and_the_last_look_is_at_the_last_age() -> None:
    ages = looks(subject())
    pauses = [later - earlier for earlier, later in pairwise([0.0, *ages])]
    assert pauses[:5] == sorted(pauses[:5])
    assert ages[-1] == UNTIL / HOUR
    assert 5 <= len(ages) <= 16


def test_an_article_that_was_edited_is_looked_at_sooner_and_one_seen_in_vain_later() -> None:
    now = BORN + 6 * HOUR
    quiet = due(subject(), now)
    edited = due(subject(edit_count=1, edited_at=now), now)
    twice = due(subject(edit_count=2, edited_at=now), now)
    unwatched = due(subject(found_at=now), now)
    assert twice < edited < unwatched < quiet


def test_a_live_page_and_a_busy_section_are_looked_at_sooner() -> None:
    now = BORN + 2 * HOUR
    busy = Rhythm(factors=(("city", 3.0),))
    plain = due(subject(), now)
    live = due(subject(is_live=True), now)
    city = due(subject(), now, by=busy)
    assert live < city < plain


def test_a_dearer_look_comes_later_and_there_are_fewer() -> None:
    counts = [len(looks(subject(), price=price)) for price in (0.01, 0.02, 0.05, 0.2)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 2 * counts[-1]


def test_at_the_moment_of_a_look_its_gain_has_the_price() -> None:
    now = BORN + HOUR
    planned = next_look(UNKNOWN, subject(), now=now)
    assert planned.rule is DueRule.RHYTHM
    assert planned.due_at
    age = (planned.due_at - BORN) / HOUR
    assert planned.chance * plan.newness(age) == pytest.approx(plan.PRICE, rel=0.07)


def test_no_article_is_left_alone_for_longer_than_the_guard_allows() -> None:
    never = Rhythm(rates=(1e-9,) * 3)
    ages = looks(subject(), by=never)
    assert ages[0] == plan.GUARD_HOURS
    assert all(b - a <= max(plan.GUARD_HOURS, 2 * a) * 4 / 3 + 1e-6 for a, b in pairwise(ages))
    assert next_look(never, subject(), now=BORN).rule is DueRule.GUARD


def test_after_the_last_age_there_is_no_look_and_a_moment_in_the_future_is_no_harm() -> None:
    assert next_look(UNKNOWN, subject(), now=BORN + UNTIL).rule is DueRule.NEVER
    assert due(subject(), BORN - 5 * HOUR) > BORN - 5 * HOUR


def test_intervals_that_tell_only_whether_there_was_an_edit_give_the_rate_of_edits() -> None:
    dice, rate = Random(1), 0.8
    changes = Changes()
    for _ in range(6000):
        length = dice.choice((0.05, 0.3, 1.0, 2.5))
        changes.add(length, has_changed=dice.expovariate(rate) < length)
    assert changes.rate(expected=0.3, strength=3) == pytest.approx(rate, rel=0.06)


def test_for_intervals_of_one_length_the_rate_is_the_logarithm_of_the_share_unchanged() -> None:
    changes = Changes()
    for number in range(1000):
        changes.add(1.0, has_changed=number < 400)
    assert changes.rate(expected=0.3, strength=1e-6) == pytest.approx(-log(0.6), rel=1e-3)


def test_where_little_was_seen_what_was_expected_counts() -> None:
    assert Changes().rate(expected=0.3, strength=3) == pytest.approx(0.3)
    few = Changes()
    few.add(0.2, has_changed=True)
    assert 0.3 < few.rate(expected=0.3, strength=3) < 0.5


def _watched(rates: dict[str, float], *, count: int, seed: int = 2) -> Tally:
    dice, tally = Random(seed), Tally()
    for number in range(count):
        section = sorted(rates)[number % len(rates)]
        tally.meet(section)
        for start, end in pairwise((0.2, 1, 4, 24, 72, 300)):
            expected = rates[section] * (curves.by_age(end) - curves.by_age(start))
            has_changed = dice.random() > 2.718281828**-expected
            tally.look(section, start=start, end=end, has_changed=has_changed)
    tally.pass_time(10 * 86_400)
    return tally


def test_sections_are_told_apart_and_the_site_is_between_them() -> None:
    learnt = rhythm.learn(_watched({"city": 1.0, "sport": 0.1}, count=4000))
    assert learnt.factor("city") > 4 * learnt.factor("sport")
    assert learnt.factor("elsewhere") == 1.0
    assert learnt.rates_in("city")[0] * (1 + curves.EXCITATION) == pytest.approx(1.0, rel=0.25)


def test_what_was_learnt_is_kept_in_json_and_comes_back_the_same() -> None:
    tally = _watched({"city": 0.5, "sport": 0.2}, count=300)
    learnt = rhythm.learn(tally)
    assert rhythm.of_content(rhythm.content_of(learnt)) == learnt
    again = Tally.of_content(tally.content())
    assert again.content() == tally.content()
    assert rhythm.learn(again).rates == pytest.approx(learnt.rates, rel=1e-3)


def test_old_looks_count_half_after_the_half_life() -> None:
    changes = Tally()
    changes.look("a", start=0, end=1, has_changed=True)
    before = changes.bands[0].count
    changes.pass_time(45 * 86_400)
    assert changes.bands[0].count == pytest.approx(before / 2)


def test_a_site_of_a_thousand_sections_is_learnt_in_bounded_room() -> None:
    tally = Tally()
    for number in range(1000):
        tally.meet(f"s{number}")
        tally.look(f"s{number}", start=0.1, end=5, has_changed=number % 2 == 0)
    assert len(tally.sections) == len(tally.articles) == 40
    assert tally.bands[0].length > 200


def test_the_price_is_the_lowest_at_which_the_budget_suffices() -> None:
    learnt = rhythm.learn(_watched({"city": 1.5, "sport": 0.4}, count=2000))
    wanted = [
        learnt.articles_a_day
        * sum(s * plan.count_looks(learnt.rates_in(n), price=p) for n, s in learnt.shares)
        for p in (plan.PRICE, plan.price_for(learnt, looks_a_day=1200))
    ]
    assert wanted[0] > 1200 >= wanted[1] > 900
    assert plan.price_for(learnt, looks_a_day=1e6) == plan.PRICE
    assert plan.price_for(UNKNOWN, looks_a_day=1) == plan.PRICE


@pytest.mark.parametrize(
    ("url", "section"),
    [
        ("https://a.example/sport/football/2026/11/x", "sport"),
        ("https://a.example/2026/11/25/x", "source 7"),
        ("https://a.example/news/world/x.html", "world"),
        ("https://a.example/x", "source 7"),
        ("https://a.example/", "source 7"),
    ],
)
def test_a_section_is_the_first_telling_folder_or_the_source(url: str, section: str) -> None:
    assert section_of(url, 7) == section
