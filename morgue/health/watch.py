"""One site watched: every test over its days, and the findings that they come to.

Knows which tests there are and how wrong each may be. What it learnt is a value that can be kept and gone on from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import exp, log
from typing import Any

from morgue.health.days import FIELDS, NONE, Counts, Day, Spell
from morgue.health.findings import Finding, Kind
from morgue.health.lengths import Lengths, merged
from morgue.health.odds import Odds, Share, odds_of_share
from morgue.health.outages import FALSE_A_YEAR, Outages
from morgue.health.rhythm import Rhythm
from morgue.health.suspicion import Suspicion

VERSION = "2"
"""Of what is learnt, and how: what another version kept is learnt anew."""

_FALSE_A_YEAR = {
    "field": 0.1,  # shared by the fields
    "doubted": 0.1,
    "again": 0.1,
    "blocked": 0.05,
    "source": 0.05,  # shared by the sources, as is
    "stirred": 0.2,
}
"""False findings a year that each test may make; what is left of one is for outages, and for:"""

_FALSE_LENGTHS = 0.1
_FALSE_SILENCE = 0.1

_LEAST_SHARE = 0.15
"""Of a field: what is rarer is not missed."""

_LEAST_SOURCE = 0.02
"""Of a source, among all: one that is hardly ever first to name a link is not told by that."""

_LEAST_LEARNT = 20
"""Pages (or links) that a share is learnt from before anything is said of it."""

_RISING = ("doubted", "again", "blocked")
"""Shares that are bad when they rise."""

_OF_SPELL = {"tls": Kind.CERTIFICATE, "dns": Kind.DNS, "blocked": Kind.BLOCKED}


@dataclass(slots=True)
class _ShareTest:
    """A share of the site's pages or links, and the suspicion that it is not what it was."""

    share: Share
    suspicion: Suspicion
    learnt: int = 0

    def odds(self, told: "_Told") -> Odds:
        return odds_of_share(
            told.counts, told.totals, self.share, alternatives=self._alternatives(told)
        )

    def _alternatives(self, told: "_Told") -> list[float]:
        """What the share becomes where something broke; none where too little is known of it."""
        mean = self.share.mean
        if self.learnt < _LEAST_LEARNT:
            return []
        if not told.falls:
            return [other for other in (0.97, 0.6, 0.3) if other > 2 * mean]
        if told.name.startswith("source "):
            return [0.05 * mean, 0.4 * mean] if mean > _LEAST_SOURCE else []
        return [0.01, 0.4 * mean] if mean > _LEAST_SHARE else []

    def close(self, day: date, told: "_Told", *, may_learn: bool = True) -> None:
        observed = [sum(map(min, told.counts, told.totals)), sum(told.totals)]
        learnable = self.suspicion.close(day, self.odds(told), observed)
        for k, n in learnable if may_learn else ():
            self.share.learn(k, n)
            self.learnt += n

    def kept(self) -> list[Any]:
        return [self.share.weights, self.learnt, self.suspicion.kept(), list(self.share.odd)]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a day tells of a share."""

    name: str  # of the test
    counts: Counts
    totals: Counts
    falls: bool  # whether it is a fall that is bad

    def since(self, moment: datetime, day: date) -> tuple[int, int]:
        """What the day came to from a moment of it on; all of it where that was earlier."""
        first = moment.hour // 6 if moment.date() == day else 0
        return sum(map(min, self.counts[first:], self.totals[first:])), sum(self.totals[first:])


class SiteWatch:
    """What was learnt of a site, and what is suspected of it."""

    def __init__(self, site: str, kept: Mapping[str, Any] | None = None) -> None:
        """Begin, or go on from what was kept."""
        kept = kept or {}
        self.site = site
        self._shares = {
            name: _ShareTest(
                Share(weights, odd=(odd[0], odd[1]), may_be_odd=name in _RISING),
                Suspicion.again(0.0, suspected),
                learnt,
            )
            for name, (weights, learnt, suspected, odd) in kept.get("shares", {}).items()
        }
        rhythm, silence = kept.get("rhythm", ((), None))
        self._rhythm = Rhythm(rhythm)
        self._silence = _suspicion(_FALSE_SILENCE, silence)
        lengths, lengths_suspected = kept.get("lengths", ((), None))
        self._lengths = Lengths(lengths)
        self._length_suspicion = _suspicion(_FALSE_LENGTHS, lengths_suspected)
        self._outages = Outages(kept.get("outages"))
        self._sources = {name: Outages(each) for name, each in kept.get("sources", {}).items()}
        self._last_article: str | None = kept.get("last_article")

    def kept(self) -> dict[str, Any]:
        """What to go on from another time."""
        return {
            "shares": {name: test.kept() for name, test in self._shares.items()},
            "rhythm": [self._rhythm.kept, self._silence.kept()],
            "lengths": [self._lengths.kept, self._length_suspicion.kept()],
            "outages": self._outages.kept,
            "sources": {name: each.kept for name, each in self._sources.items()},
            "last_article": self._last_article,
        }

    def learn(self, day: Day) -> None:
        """Take a whole day into account."""
        told = list(self._told(day))
        may_learn = not self._is_source_missed(told, day)
        for each in told:
            is_free = may_learn or not each.name.startswith("source ")
            self._test(each.name, day).close(day.day, each, may_learn=is_free)
        if any(day.covered):
            odds = self._rhythm.odds_of_silence(day)
            for counts in self._silence.close(day.day, odds, [day.day.toordinal(), *day.articles]):
                self._rhythm.learn(counts)
        odds = self._lengths.odds(day.lengths)
        for length in self._length_suspicion.close(day.day, odds, list(merged(day.lengths))):
            self._lengths.learn(length)
        self._outages.learn(day.spells)
        for number, source in day.sources.items():
            self._sources.setdefault(number, Outages()).learn(source.spells)
        if day.read:
            self._last_article = day.day.isoformat()

    def _is_source_missed(self, told: list[_Told], day: Day) -> bool:
        """Whether a source is in doubt: the shares of the others are not their usual ones then."""
        tests = [(self._test(each.name, day), each) for each in told if each.name[:7] == "source "]
        return any(t.suspicion.is_doubt() or t.suspicion.holds(t.odds(each)) for t, each in tests)

    def findings(self, today: Day) -> list[Finding]:
        """What is wrong now, today taken into account as far as it came."""
        found = [*self._of_outages(today), *self._of_pages(today)]
        if not any(each.kind is not Kind.LAYOUT for each in found):
            found += self._of_silence(today)
        return found

    def _told(self, day: Day) -> Iterator[_Told]:
        """The shares that a day tells of."""
        for name in FIELDS:
            if name in day.fields or f"field {name}" in self._shares:
                yield _Told(f"field {name}", day.fields.get(name, NONE), day.articles, falls=True)
        pages = tuple(map(sum, zip(day.articles, day.doubted, strict=True)))
        yield _Told("doubted", day.doubted, pages, falls=False)
        yield _Told("again", day.poorer, day.again, falls=False)
        yield _Told("blocked", tuple(map(min, day.blocked, day.looks)), day.looks, falls=False)
        if len(day.sources) > 1:
            for number, source in day.sources.items():
                yield _Told(f"source {number}", source.new, day.new_links, falls=True)
                yield _Told(f"stirred {number}", source.stirred, source.asked, falls=True)

    def _test(self, name: str, day: Day) -> _ShareTest:
        test = self._shares.get(name)
        if test is None:
            test = _ShareTest(Share(may_be_odd=name in _RISING), Suspicion(0.0))
            self._shares[name] = test
        test.suspicion.bar = _bar(_false_a_year(name, sources=len(day.sources)))
        return test

    def _of_pages(self, today: Day) -> Iterator[Finding]:
        layout = []
        silent: dict[str, list[tuple[datetime, str, dict[str, Any]]]] = {}
        for told in self._told(today):
            test = self._test(told.name, today)
            odds = test.odds(told)
            if not test.suspicion.holds(odds):
                continue
            since = test.suspicion.begins(today.day, odds)
            k, n = told.since(since, today.day)
            what, _, part = told.name.partition(" ")
            numbers = {"usual_share": round(test.share.mean, 3), "now": k, "of": n}
            words = (
                f"{_WORDS[what].format(k=k, n=n, a=_A.get(part))}, usually {test.share.mean:.0%}"
            )
            if what == "blocked":
                yield Finding(Kind.BLOCKED, self.site, since, words, numbers=numbers)
            elif what in ("source", "stirred"):
                silent.setdefault(part, []).append((since, words, numbers))
            else:
                if what == "again":
                    words += _of_what(today.lost)
                layout.append((since, part or what, words, numbers))
        layout += self._of_lengths(today)
        if layout:
            yield Finding(
                Kind.LAYOUT,
                self.site,
                min(each[0] for each in layout),
                "; ".join(each[2] for each in layout),
                numbers={each[1]: each[3] for each in layout},
            )
        for part, each in silent.items():
            words = f"{'; '.join(words for _, words, _ in each)}; other sources go on"
            yield Finding(
                Kind.DEAD_FEED, self.site, min(one[0] for one in each), words, part, each[0][2]
            )

    def _of_lengths(self, today: Day) -> Iterator[tuple[datetime, str, str, dict[str, Any]]]:
        odds = self._lengths.odds(today.lengths)
        if not self._length_suspicion.holds(odds):
            return
        usual = exp(self._lengths.usual)
        count, mean, _ = merged(today.lengths)
        now = exp(mean) if count else None
        said = f"{now:,.0f} characters long today" if now else "of another length"
        yield (
            self._length_suspicion.begins(today.day, odds),
            "length",
            f"bodies are {said}, usually {usual:,.0f}",
            {"usual_length": round(usual), "now": round(now) if now else None},
        )

    def _of_silence(self, today: Day) -> Iterator[Finding]:
        odds = self._rhythm.odds_of_silence(today)
        if not self._silence.holds(odds):
            return
        whole = self._rhythm.expected(today.day, (1.0,) * 4)
        so_far = self._rhythm.expected(today.day, today.covered)
        last = today.day.isoformat() if today.read else self._last_article
        words = (
            f"{today.read} new articles today, usually {so_far:.0f} by now and {whole:.0f} a day;"
            f" the newest is of {last or 'before it was watched'}"
        )
        numbers = {
            "now": today.read,
            "usual_by_now": round(so_far, 1),
            "usual_a_day": round(whole, 1),
        }
        since = self._silence.begins(today.day, odds)
        yield Finding(Kind.QUIET, self.site, since, words, numbers=numbers)

    def _of_outages(self, today: Day) -> Iterator[Finding]:
        spell = self._outages.under_way(today.spells)
        if spell and self._outages.is_found(spell):
            kind = _OF_SPELL.get(spell.kind, Kind.UNREACHABLE)
            yield _outage(kind, self.site, spell, self._outages)
            return
        count = max(len(self._sources), 1)
        for number in {**self._sources, **today.sources}:
            outages = self._sources.get(number) or Outages()
            source = today.sources.get(number)
            spell = outages.under_way(source.spells if source else ())
            if spell and outages.is_found(spell, false_a_year=FALSE_A_YEAR / count):
                yield _outage(Kind.DEAD_FEED, self.site, spell, outages, part=number)


_WORDS = {
    "field": "{k} of {n} new articles have {a}",
    "doubted": "{k} of {n} new pages were not believed",
    "again": "{k} of {n} known pages that were read again say less than they did",
    "blocked": "{k} of {n} looks were refused or met a wall",
    "source": "it named {k} of the {n} new links",
    "stirred": "it had changed at {k} of {n} looks at which the site had new links",
}

_A = {
    "title": "a headline",
    "authors": "an author",
    "published": "a date",
    "standfirst": "a standfirst",
    "section": "a section",
    "language": "a language",
}


def _of_what(lost: Mapping[str, int]) -> str:
    """What pages lost, the most frequent first."""
    most = sorted(lost, key=lambda name: (-lost[name], name))
    named = (f"{lost[name]} {_LOST.get(name) or f'lost {_A[name]}'}" for name in most)
    return f" ({', '.join(named)})" if lost else ""


_LOST = {
    "belief": "are not believed any more",
    "text": "lost half of their text or more",
}


def _outage(kind: Kind, site: str, spell: Spell, outages: Outages, *, part: str = "") -> Finding:
    last = f"{spell.count} looks in a row failed"
    words = f"{last}: {spell.words or spell.kind}"
    numbers = {
        "looks": spell.count,
        "last_look": spell.ended_at.isoformat(),
        "such_a_year": round(outages.chances_a_year(spell), 4),
    }
    return Finding(kind, site, spell.began_at, words, part, numbers)


def _false_a_year(name: str, *, sources: int) -> float:
    what = name.partition(" ")[0]
    shared_by = {"field": len(FIELDS), "source": sources, "stirred": sources}
    return _FALSE_A_YEAR[what] / max(shared_by.get(what, 1), 1)


def _bar(false_a_year: float) -> float:
    """The weight of evidence that chance reaches so often."""
    return log(365 / false_a_year)


def _suspicion(false_a_year: float, kept: list[Any] | None) -> Suspicion:
    return Suspicion.again(_bar(false_a_year), kept) if kept else Suspicion(_bar(false_a_year))
