"""Failures in a row: how long they last until they are no passing trouble. Knows spells, no causes.

A site's own past says how often each kind of failure begins and how long it lasts; the chance that one lasts longer
follows a Lomax law, whose tail is heavy, as those of outages are. What is named is a failure of which chance brings
fewer in a year than may be named wrongly.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import exp, log
from typing import Any

from morgue.health.days import Spell

FALSE_A_YEAR = 0.1

_SHAPE = 1.5
_RATE_A_YEAR = {"tls": 0.5, "dns": 1.0}  # at first; of the others:
_OTHER_RATE = 2.0
_YEARS = 0.5  # what such a first guess counts for
_LENGTH_H = {"tls": 0.5}  # the usual length of one, at first; of the others:
_OTHER_LENGTH_H = 1.0
_LENGTHS = 3  # what that guess counts for
_LEAST_COUNT = 2
_MEMORY = timedelta(days=365)


class Outages:
    """What was learnt of the failures of a site or a source, and the one that is under way."""

    def __init__(self, kept: dict[str, Any] | None = None) -> None:
        """Begin, or go on from what was kept."""
        kept = kept or {}
        self.began_at = _moment(kept.get("began"))  # of watching
        self.past: list[list[Any]] = list(kept.get("past", []))  # kind, ended, hours
        open_ = kept.get("open")
        self.open = (
            Spell(open_[0], _sure(open_[1]), _sure(open_[2]), open_[3], open_[4]) if open_ else None
        )

    @property
    def kept(self) -> dict[str, Any]:
        """What to go on from another time."""
        spell = self.open
        return {
            "began": _text(self.began_at),
            "past": self.past,
            "open": [
                spell.kind,
                _text(spell.began_at),
                _text(spell.ended_at),
                spell.count,
                spell.words,
            ]
            if spell
            else None,
        }

    def learn(self, spells: Iterable[Spell]) -> None:
        """Take the spells of a day into account, in order."""
        for spell in spells:
            self.began_at = self.began_at or spell.began_at
            before = self.open
            if before and spell.kind == before.kind:
                self.open = _joined(before, spell)
                continue
            if before and before.kind:
                self._remember(before, until=spell.began_at)
            self.open = spell

    def under_way(self, spells: Sequence[Spell] = ()) -> Spell | None:
        """The failure that goes on, today's spells taken into account; None where the last look was well."""
        spell = self.open
        for each in spells:
            spell = _joined(spell, each) if spell and spell.kind == each.kind else each
        return spell if spell and spell.kind else None

    def is_found(self, spell: Spell, *, false_a_year: float = FALSE_A_YEAR) -> bool:
        """Whether chance alone hardly makes a failure last so long."""
        if spell.count < _LEAST_COUNT:
            return False
        return self.chances_a_year(spell) <= false_a_year

    def chances_a_year(self, spell: Spell) -> float:
        """How many failures of the kind would last so long in a year, by the site's own past."""
        own = [past for past in self.past if past[0] == spell.kind]
        years = 0.0
        if self.began_at:
            years = min((spell.ended_at - self.began_at) / _MEMORY, 1.0)
        rate = (len(own) + _RATE_A_YEAR.get(spell.kind, _OTHER_RATE) * _YEARS) / (years + _YEARS)
        first = log(_LENGTH_H.get(spell.kind, _OTHER_LENGTH_H)) * _LENGTHS
        usual_h = exp((first + sum(log(max(past[2], 0.1)) for past in own)) / (len(own) + _LENGTHS))
        hours = (spell.ended_at - spell.began_at) / timedelta(hours=1)
        return float(rate * (1 + hours / usual_h) ** -_SHAPE)

    def _remember(self, spell: Spell, *, until: datetime) -> None:
        hours = round((spell.ended_at - spell.began_at) / timedelta(hours=1), 2)
        if not self.is_found(
            spell
        ):  # else it was no chance, and nothing to learn what is usual from
            self.past.append([spell.kind, _text(spell.ended_at), hours])
        self.past = [past for past in self.past if _sure(past[1]) > until - _MEMORY]


def _joined(one: Spell, other: Spell) -> Spell:
    return Spell(
        other.kind, one.began_at, other.ended_at, one.count + other.count, other.words or one.words
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="minutes") if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _sure(text: str) -> datetime:
    return datetime.fromisoformat(text)
