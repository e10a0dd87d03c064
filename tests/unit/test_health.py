"""What detectors find in the days of a site, and what they leave alone."""

import json
import random
from datetime import UTC, date, datetime, timedelta

import pytest

from morgue.health.days import FIELDS, Day, SourceDay, Spell
from morgue.health.findings import REMEDIES, Finding, Kind
from morgue.health.lateness import Rest, is_late, is_too_long, last_rest
from morgue.health.odds import Share, odds_of_share
from morgue.health.outages import Outages
from morgue.health.suspicion import Suspicion
from morgue.health.watch import SiteWatch

MONDAY = date(2026, 3, 2)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def usual_day(number: int, *, articles: int = 24, seed: int = 0) -> Day:
    """A day of a steady site with two sources, 90 % bylines, 2 % doubts."""
    dice = random.Random(f"{seed} {number}")
    day = MONDAY + timedelta(days=number)
    quarters = tuple(max(round(articles / 4 + dice.gauss(0, 1)), 1) for _ in range(4))
    feed = tuple(sum(dice.random() < 0.6 for _ in range(n)) for n in quarters)
    return Day(
        day=day,
        articles=quarters,
        covered=(1.0,) * 4,
        looks=tuple(4 * n for n in quarters),
        blocked=(0,) * 4,
        fields={
            name: tuple(sum(dice.random() < 0.9 for _ in range(n)) for n in quarters)
            for name in FIELDS
        },
        doubted=tuple(int(dice.random() < 0.1) for _ in range(4)),
        lengths=tuple((n, 8 + dice.gauss(0, 0.1), 0.6) for n in quarters),
        spells=(Spell("", midnight(day), midnight(day) + timedelta(hours=23.5), 48),),
        sources={
            "1": SourceDay(new=feed),
            "2": SourceDay(new=tuple(n - m for n, m in zip(quarters, feed, strict=True))),
        },
    )


@pytest.fixture
def watch() -> SiteWatch:
    """Of a site that was seen for forty usual days."""
    made = SiteWatch("lantern")
    for number in range(40):
        assert made.findings(usual_day(number)) == []
        made.learn(usual_day(number))
    return made


def altered(**changes: object) -> Day:
    usual = usual_day(40)
    values = {name: getattr(usual, name) for name in Day.__slots__}
    return Day(**(values | changes))  # type: ignore[arg-type]


def kinds(findings: list[Finding]) -> list[Kind]:
    return [each.kind for each in findings]


def test_a_usual_day_has_no_finding(watch: SiteWatch) -> None:
    assert watch.findings(usual_day(40)) == []


def test_lost_bylines_are_named_on_the_same_day_with_then_and_now(watch: SiteWatch) -> None:
    day = altered()
    fields = dict(day.fields) | {"authors": (0, 0, 0, 0)}
    (finding,) = watch.findings(altered(fields=fields))
    assert finding.kind is Kind.LAYOUT
    assert finding.numbers["authors"]["now"] == 0
    assert finding.numbers["authors"]["usual_share"] == pytest.approx(0.9, abs=0.05)
    assert "have an author" in finding.words


def test_a_break_at_six_in_the_evening_is_dated_so(watch: SiteWatch) -> None:
    day = altered(articles=(6, 6, 6, 12))
    fields = dict.fromkeys(day.fields, (6, 6, 6, 0))
    findings = watch.findings(altered(articles=(6, 6, 6, 12), fields=fields))
    assert findings[0].since == midnight(day.day) + timedelta(hours=18)


def test_pages_that_are_not_believed_any_more_are_a_layout_break(watch: SiteWatch) -> None:
    found = watch.findings(altered(articles=(1, 0, 0, 0), doubted=(5, 6, 6, 6), fields={}))
    assert kinds(found) == [Kind.LAYOUT]


def test_bodies_cut_to_a_fifth_are_a_layout_break(watch: SiteWatch) -> None:
    lengths = tuple((n, mean - 1.6, deviation) for n, mean, deviation in altered().lengths)
    assert kinds(watch.findings(altered(lengths=lengths))) == [Kind.LAYOUT]


def test_a_source_that_names_nothing_while_the_other_goes_on_is_dead(watch: SiteWatch) -> None:
    sources = {"1": SourceDay(), "2": SourceDay(new=(6, 6, 6, 6))}
    (finding,) = watch.findings(altered(sources=sources))
    assert (finding.kind, finding.part) == (Kind.DEAD_FEED, "1")


def test_a_site_without_news_for_a_day_is_quiet_not_broken(watch: SiteWatch) -> None:
    silent = Day(day=MONDAY + timedelta(days=40), covered=(1.0,) * 4)
    watch.learn(silent)
    morrow = Day(day=MONDAY + timedelta(days=41), covered=(1.0, 1.0, 0.0, 0.0))
    (finding,) = watch.findings(morrow)
    assert finding.kind is Kind.QUIET
    assert finding.since.date() == silent.day


def test_a_day_that_nobody_looked_at_is_no_silence(watch: SiteWatch) -> None:
    for number in (40, 41, 42):
        watch.learn(Day(day=MONDAY + timedelta(days=number)))
    assert watch.findings(Day(day=MONDAY + timedelta(days=43))) == []


def test_half_a_feast_is_no_silence(watch: SiteWatch) -> None:
    feast = altered(articles=(2, 3, 3, 2))
    assert Kind.QUIET not in kinds(watch.findings(feast))


def test_refusals_are_a_block(watch: SiteWatch) -> None:
    looks = (20, 20, 20, 20)
    found = watch.findings(altered(looks=looks, blocked=(19, 20, 20, 20)))
    assert Kind.BLOCKED in kinds(found)


def failing(kind: str, hours: float, *, count: int, words: str = "") -> Day:
    begins = midnight(MONDAY + timedelta(days=40))
    well = Spell("", begins, begins + timedelta(hours=1), 3)
    spell = Spell(
        kind, begins + timedelta(hours=2), begins + timedelta(hours=2 + hours), count, words
    )
    return Day(day=begins.date(), spells=(well, spell))


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("tls", Kind.CERTIFICATE),
        ("dns", Kind.DNS),
        ("blocked", Kind.BLOCKED),
        ("timeout", Kind.UNREACHABLE),
    ],
)
def test_a_failure_that_lasts_is_named_by_its_kind(
    watch: SiteWatch, kind: str, named: Kind
) -> None:
    (finding,) = watch.findings(failing(kind, 14, count=6, words="as it said"))
    assert finding.kind is named
    assert "as it said" in finding.words


def test_an_hour_of_failures_passes(watch: SiteWatch) -> None:
    assert watch.findings(failing("timeout", 1, count=3)) == []


def test_a_site_that_often_fails_for_hours_is_named_later_than_one_that_never_does() -> None:
    calm, restless = Outages(), Outages()
    begins = midnight(MONDAY)
    for day in range(60):
        at = begins + timedelta(days=day)
        calm.learn([Spell("", at, at + timedelta(hours=23), 40)])
        restless.learn(
            [
                Spell("", at, at + timedelta(hours=10), 20),
                Spell("timeout", at + timedelta(hours=11), at + timedelta(hours=14), 5),
                Spell("", at + timedelta(hours=15), at + timedelta(hours=23), 20),
            ]
        )
    at = begins + timedelta(days=60)
    spell = Spell("timeout", at, at + timedelta(hours=10), 6)
    assert calm.is_found(spell)
    assert not restless.is_found(spell)


def test_a_finding_ends_with_a_usual_day(watch: SiteWatch) -> None:
    fields = dict(altered().fields) | {"authors": (0, 0, 0, 0)}
    watch.learn(altered(fields=fields))
    assert kinds(watch.findings(Day(day=MONDAY + timedelta(days=41)))) == [Kind.LAYOUT]
    assert watch.findings(usual_day(41)) == []
    watch.learn(usual_day(41))
    assert watch.findings(usual_day(42)) == []


def test_a_break_that_nobody_mends_is_the_usual_after_four_weeks(watch: SiteWatch) -> None:
    def broken(number: int) -> Day:
        usual = usual_day(number)
        values = {name: getattr(usual, name) for name in Day.__slots__}
        return Day(**(values | {"fields": dict(usual.fields) | {"authors": (0,) * 4}}))

    for number in range(40, 75):
        watch.learn(broken(number))
    assert watch.findings(broken(75)) == []


def test_a_watch_goes_on_from_what_was_kept_as_if_it_had_never_stopped(watch: SiteWatch) -> None:
    again = SiteWatch("lantern", json.loads(json.dumps(watch.kept())))
    fields = dict(altered().fields) | {"authors": (0, 0, 0, 1)}
    day = altered(fields=fields)
    assert kinds(again.findings(day)) == kinds(watch.findings(day)) == [Kind.LAYOUT]
    again.learn(day)
    watch.learn(day)
    assert again.findings(usual_day(41)) == watch.findings(usual_day(41)) == []
    assert again.findings(Day(day=MONDAY + timedelta(days=41))) == watch.findings(
        Day(day=MONDAY + timedelta(days=41))
    )


def test_days_that_say_nothing_make_no_suspicion() -> None:
    suspicion = Suspicion(8.0)
    for number in range(400):
        day = MONDAY + timedelta(days=number)
        assert suspicion.close(day, (0.0,) * 4, [number]) == [[number]]
    assert not suspicion.holds((0.0,) * 4)


def test_a_doubt_that_comes_to_nothing_does_not_keep_a_site_from_being_learnt() -> None:
    suspicion = Suspicion(100.0)
    learnt = []
    for number in range(60):
        day = MONDAY + timedelta(days=number)
        learnt += suspicion.close(day, (0.1,) * 4, number)
    assert learnt == list(range(len(learnt)))
    assert 60 - len(learnt) < 28


def test_a_new_site_is_not_judged_before_it_is_known() -> None:
    watch = SiteWatch("new")
    for number in range(3):
        assert watch.findings(Day(day=MONDAY + timedelta(days=number), covered=(1.0,) * 4)) == []
        watch.learn(usual_day(number))


def test_evidence_is_counted_few_pages_weigh_less_than_many() -> None:
    share = Share()
    for _ in range(30):
        share.learn(18, 20)
    few, many = (
        odds_of_share((0,), (n,), share, alternatives=[0.01, 0.4 * share.mean])[0] for n in (2, 20)
    )
    assert 0 < few < many


def test_odds_are_a_bet_that_gains_nothing_on_usual_days() -> None:
    dice = random.Random(1)
    share = Share()
    for _ in range(60):
        share.learn(sum(dice.random() < 0.9 for _ in range(20)), 20)
    gains = []
    for _ in range(4000):
        k = sum(dice.random() < 0.9 for _ in range(20))
        odds = odds_of_share((k,), (20,), share, alternatives=[0.01, 0.4 * share.mean])
        gains.append(2.718281828 ** odds[0])
    assert sum(gains) / len(gains) < 1.05


def test_a_crawl_is_late_once_a_whole_pause_has_passed() -> None:
    due = midnight(MONDAY)
    last = due - timedelta(minutes=30)
    assert not is_late(due_at=due, last=last, now=due + timedelta(minutes=29))
    assert is_late(due_at=due, last=last, now=due + timedelta(minutes=31))


def test_a_rest_is_longer_than_a_day_and_than_the_pauses_before_it_explain() -> None:
    begins = midnight(MONDAY)
    by_day = [begins + timedelta(days=n // 8, hours=n % 8 * 2) for n in range(80)]  # and no nights
    last = by_day[-1]
    assert last_rest([], now=begins) is None
    assert last_rest(by_day, now=last + timedelta(hours=23)) is None
    assert last_rest(by_day, now=last + timedelta(days=30)) == Rest(last, None)
    again = [*by_day, last + timedelta(days=30)]
    assert last_rest(again, now=again[-1] + timedelta(hours=1)) == Rest(last, again[-1])
    weekly = [begins + timedelta(weeks=n) for n in range(5)]
    assert last_rest(weekly, now=weekly[-1] + timedelta(days=13)) is None


def known_pages(again: int, poorer: int, **lost: int) -> Day:
    """The fortieth day, with looks again at known pages."""
    looks = {"again": (again,) * 4, "poorer": (poorer,) * 4, "lost": lost}
    return altered(**looks)


def test_known_pages_that_say_less_are_a_layout_break_however_few_pages_are_new() -> None:
    watch = SiteWatch("lantern")
    for number in range(40):
        day = usual_day(number, articles=4)
        values = {name: getattr(day, name) for name in Day.__slots__}
        watch.learn(Day(**(values | {"again": (5,) * 4, "poorer": (0, 0, number % 7 == 0, 0)})))
    assert watch.findings(known_pages(5, 0)) == []
    (finding,) = watch.findings(known_pages(5, 4, text=14, authors=2))
    assert finding.kind is Kind.LAYOUT
    assert "16 of 20 known pages that were read again say less than they did" in finding.words
    assert "(14 lost half of their text or more, 2 lost an author)" in finding.words


def stirring(number: int, stirred: int) -> Day:
    """A day on which the first source, first to name few links, changes in so many of six crawls a quarter."""
    usual = usual_day(number)
    values = {name: getattr(usual, name) for name in Day.__slots__}
    sources = {
        "1": SourceDay(new=(0, 1, 0, 0), asked=(6,) * 4, stirred=(stirred,) * 4),
        "2": SourceDay(new=(6, 5, 6, 6), asked=(6,) * 4, stirred=(5,) * 4),
    }
    return Day(**(values | {"sources": sources}))


def test_a_source_that_stands_still_while_its_site_has_news_is_dead() -> None:
    watch = SiteWatch("lantern")
    for number in range(40):
        assert watch.findings(stirring(number, 3 + number % 2)) == []
        watch.learn(stirring(number, 3 + number % 2))
    (finding,) = watch.findings(stirring(40, 0))
    assert (finding.kind, finding.part) == (Kind.DEAD_FEED, "1")
    assert "it had changed at 0 of 24 looks" in finding.words


def test_a_break_late_in_a_day_is_told_by_what_came_since(watch: SiteWatch) -> None:
    late = altered(poorer=(0, 0, 19, 19), again=(20, 20, 20, 20))
    for number in range(40, 60):
        usual = usual_day(number)
        values = {name: getattr(usual, name) for name in Day.__slots__}
        watch.learn(Day(**(values | {"again": (20,) * 4})))
    (finding,) = watch.findings(late)
    assert "38 of 40 known pages" in finding.words


def test_a_crawl_hangs_that_lasts_far_longer_than_those_before() -> None:
    past = [timedelta(minutes=m) for m in (2, 3, 2, 2, 3, 4, 2)]
    limit = timedelta(hours=1)
    assert not is_too_long(timedelta(minutes=9), past=past, limit=limit)
    assert is_too_long(timedelta(minutes=40), past=past, limit=limit)
    assert is_too_long(timedelta(minutes=61), past=[], limit=limit)


def test_every_kind_of_finding_has_a_remedy() -> None:
    assert set(REMEDIES) == set(Kind)
    assert "lantern" in Finding(Kind.QUIET, "lantern", midnight(MONDAY), "").remedy
