"""Casts a newsroom: which articles there will be, when they appear, what becomes of them.

Knows how articles spread over outlets and time. Must not know what they say beyond their headlines.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from morgue.demo.newsroom.dice import roll_for
from morgue.demo.newsroom.lives import EDITS, SCRIPT, Kind, Life, Role, scripted_life, thrown_life
from morgue.demo.newsroom.outlets import Outlet, Section

_REPRINT_SHARE = 0.65
_REPRINT_AFTER = timedelta(hours=1)
_REPRINT_WITHIN = timedelta(hours=12)
_REPRINT_TRIES = 24


@dataclass(frozen=True, slots=True, eq=False)
class Article:
    """One article of one outlet, from before its publication to after its end."""

    id: str
    outlet: Outlet
    number: int  # counts the outlet's articles in order of publication
    section: Section
    language: str
    life: Life
    role: str | None = None  # of the script
    has_variants: bool = False
    source: "Article | None" = None  # what it reprints

    @property
    def published_at(self) -> datetime:
        """When it appears."""
        return self.life[0].at

    @property
    def guid(self) -> str:
        """What feeds call it, whatever its address."""
        return f"tag:{self.outlet.name}.example,2026:{self.id}"


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a newsroom is, and over what time it publishes."""

    seed: int
    outlets: tuple[Outlet, ...]
    articles: int
    start: datetime
    backlog: float  # share of the articles that is out when time starts
    history: timedelta  # the backlog appeared over this time
    future: timedelta  # the rest appears over this time
    is_scripted: bool


def cast(plan: Plan) -> dict[str, tuple[Article, ...]]:
    """All articles by outlet name, in order of publication."""
    total = sum(outlet.share for outlet in plan.outlets)
    everyone: dict[str, tuple[Article, ...]] = {}
    roles: dict[str, Article] = {}
    left = plan.articles
    for at, outlet in enumerate(plan.outlets, start=1):
        share = round(plan.articles * outlet.share / total)
        count = left if at == len(plan.outlets) else min(left, share)
        left -= count
        copyable = everyone.get("harbour-courier", ()) if outlet.letter == "M" else ()
        articles = _cast_outlet(plan, outlet, count, copyable, roles)
        roles |= {article.role: article for article in articles if article.role}
        everyone[outlet.name] = articles
    return everyone


def _cast_outlet(
    plan: Plan,
    outlet: Outlet,
    count: int,
    copyable: Sequence[Article],
    roles: dict[str, Article],
) -> tuple[Article, ...]:
    drafts: list[tuple[datetime, Role | None]] = []
    if plan.is_scripted:
        drafts += [
            (plan.start + timedelta(hours=role.published_h), role)
            for role in SCRIPT
            if role.outlet == outlet.name and (role.copies is None or role.copies in roles)
        ][:count]
    drafts += [(moment, None) for moment in _moments(plan, outlet, count - len(drafts))]
    drafts.sort(key=lambda draft: draft[0])
    copies = _Copies(copyable)
    return tuple(
        _scripted(plan, outlet, number, role, roles)
        if role
        else _thrown(plan, outlet, number, moment, copies)
        for number, (moment, role) in enumerate(drafts, start=1)
    )


def _moments(plan: Plan, outlet: Outlet, count: int) -> list[datetime]:
    """Whole minutes, spread evenly with some chance: bylines state no seconds."""
    roll = roll_for(plan.seed, outlet.name, "moments")
    early = round(count * plan.backlog)
    late = count - early
    moments = [
        plan.start - plan.history * ((at + 0.1 + 0.8 * roll()) / early) for at in range(early)
    ]
    moments += [plan.start + plan.future * ((at + 0.1 + 0.8 * roll()) / late) for at in range(late)]
    return [moment.replace(second=0, microsecond=0) for moment in moments]


class _Copies:
    """Hands out each article of another outlet once, shortly after it appeared."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = [article for article in articles if article.role is None]
        self._moments = [article.published_at for article in self._articles]
        self._taken: set[str] = set()

    def take(self, *, at: datetime) -> Article | None:
        newest = bisect_right(self._moments, at - _REPRINT_AFTER)
        oldest = max(bisect_left(self._moments, at - _REPRINT_WITHIN), newest - _REPRINT_TRIES)
        for place in range(newest - 1, oldest - 1, -1):
            article = self._articles[place]
            if article.id not in self._taken:
                self._taken.add(article.id)
                return article
        return None


def _scripted(
    plan: Plan, outlet: Outlet, number: int, role: Role, roles: dict[str, Article]
) -> Article:
    source = roles[role.copies] if role.copies else None
    return Article(
        id=_id(outlet, number),
        outlet=outlet,
        number=number,
        section=outlet.sections[number % len(outlet.sections)],
        language="en",
        life=scripted_life(role, start=plan.start),
        role=role.name,
        has_variants=role.has_variants,
        source=source,
    )


def _thrown(plan: Plan, outlet: Outlet, number: int, moment: datetime, copies: _Copies) -> Article:
    roll = roll_for(plan.seed, outlet.name, number, "life")
    source = copies.take(at=moment) if roll() < _REPRINT_SHARE else None
    first = Kind.REPRINTED if source else Kind.PUBLISHED
    life = thrown_life(roll, published_at=moment, first=first)
    if source:  # copies are not edited afterwards
        life = tuple(change for change in life if change.kind not in EDITS)
    return Article(
        id=_id(outlet, number),
        outlet=outlet,
        number=number,
        section=outlet.sections[int(roll() * len(outlet.sections))],
        language=source.language if source else _language(outlet, number),
        life=life,
        source=source,
    )


def _language(outlet: Outlet, number: int) -> str:
    if outlet.letter != "M":
        return "en"
    return {3: "de", 6: "zh"}.get(number % 9, "en")


def _id(outlet: Outlet, number: int) -> str:
    return f"{outlet.letter}{number:06d}"
