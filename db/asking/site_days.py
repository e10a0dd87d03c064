"""What the days of sites came to, in numbers: counted from the ledger, by quarters of a day of UTC.

Takes a read session. Ledgers are read by ranges of their numbers, which grow with time: nothing needs an index on a
moment, and a day costs what was done on it. Whole days are kept as rows (`keep`), which can be counted again.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import log
from typing import Any, Final

from sqlalchemy import String, and_, cast, delete, func, or_, select
from sqlalchemy.orm import Session

from db.asking import looks_again
from db.asking.quarters import QUARTER, between, hour_of, quarter_at, quarter_of
from db.models import (
    Article,
    Link,
    Quarantine,
    Revision,
    SiteDay,
    SiteHealth,
    Source,
    SourceLook,
    SourceOutcome,
    Visit,
    VisitOutcome,
)
from db.statements import chunks, insert_or_ignore, insert_rows

KEPT_DAYS: Final = 120
"""Days of which the numbers are kept: more than detectors remember."""

DOUBTS: Final = ("empty", "layout", "not_article", "reader_failed", "not_html")
"""Reasons of a quarantine that speak of how pages are built."""

WALLS: Final = ("consent", "blocked", "login")
_WALL_STATUSES: Final = (401, 403, 429, 451)
_KINDS: Final = re.compile(r"\b(tls|dns|timeout|connection)\b: ")
_WORDS: Final = 160

Counts = dict[str, Any]


def day_of(moment: datetime) -> str:
    """The day of UTC, as it is kept."""
    return moment.astimezone(UTC).date().isoformat()


def kept(
    session: Session, *, since: date, until: date, site_ids: Collection[int] | None = None
) -> dict[int, dict[str, Counts]]:
    """The days that were kept, of each site, from one to another (excluded), in order."""
    statement = select(SiteDay.site_id, SiteDay.day, SiteDay.counts).where(
        SiteDay.day >= since.isoformat(), SiteDay.day < until.isoformat()
    )
    if site_ids is not None:
        statement = statement.where(SiteDay.site_id.in_(list(site_ids)))
    days: dict[int, dict[str, Counts]] = defaultdict(dict)
    for site_id, day, counts in session.execute(statement.order_by(SiteDay.site_id, SiteDay.day)):
        days[site_id][day] = counts
    return days


def keep(session: Session, day: date, counted: Mapping[int, Counts]) -> None:
    """Keep a day that is over; old ones make room. A day that is kept stays as it is."""
    rows = [
        {"site_id": site_id, "day": day.isoformat(), "counts": counts}
        for site_id, counts in sorted(counted.items())
    ]
    insert_or_ignore(session, SiteDay, rows)
    oldest = day - timedelta(days=KEPT_DAYS)
    session.execute(delete(SiteDay).where(SiteDay.day < oldest.isoformat()))


def last_kept(session: Session) -> date | None:
    """The last day that was kept."""
    day = session.scalar(select(func.max(SiteDay.day)))
    return date.fromisoformat(day) if day else None


def first_day(session: Session) -> date | None:
    """The day of the archive's first look."""
    at = session.scalar(select(SourceLook.looked_at).order_by(SourceLook.id).limit(1))
    return at.astimezone(UTC).date() if at else None


def count(session: Session, day: date, *, until: datetime) -> dict[int, Counts]:
    """What a day came to by a moment, of every site that was looked at."""
    begins = datetime.combine(day, time.min, UTC)
    ends = min(begins + timedelta(days=1), until + timedelta(milliseconds=1))  # until included
    days: dict[int, Counts] = defaultdict(_nothing)
    _count_visits(session, days, begins, ends)
    _count_articles(session, days, begins, ends)
    _count_doubts(session, days, begins, ends)
    for site_id, again in looks_again.count(session, begins, ends, doubts=DOUBTS).items():
        days[site_id] |= again
    _count_sources(session, days, begins, ends, is_over=until >= begins + timedelta(days=1))
    return dict(days)


def _nothing() -> Counts:
    return {name: [0, 0, 0, 0] for name in ("articles", "looks", "blocked", "doubted", "covered")}


def _count_visits(
    session: Session, days: Mapping[int, Counts], begins: datetime, ends: datetime
) -> None:
    hour = hour_of(session, Visit.visited_at)
    is_wall = Visit.status.in_(_WALL_STATUSES)
    statement = (
        select(Link.site_id, hour, Visit.outcome, is_wall, func.count())
        .join(Link, Link.id == Visit.link_id)
        .where(between(session, Visit.id, Visit.visited_at, begins, ends))
        .group_by(Link.site_id, hour, Visit.outcome, is_wall)
    )
    for site_id, at, outcome, wall, number in session.execute(statement):
        if outcome == VisitOutcome.REFUSED:
            continue
        quarter = quarter_of(at)
        days[site_id]["looks"][quarter] += number
        outcomes = days[site_id].setdefault("outcomes", {})
        outcomes[outcome] = outcomes.get(outcome, 0) + number
        if wall:
            days[site_id]["blocked"][quarter] += number


def _count_articles(
    session: Session, days: Mapping[int, Counts], begins: datetime, ends: datetime
) -> None:
    """New articles, which fields they have, and how long their bodies are."""
    rows = session.execute(
        select(
            Article.site_id,
            Article.first_seen_at,
            Revision.title != "",
            cast(Revision.authors, String) != "[]",
            Revision.published.is_not(None),
            func.coalesce(Revision.standfirst, "") != "",
            func.coalesce(Revision.section, "") != "",
            func.coalesce(Revision.language, "") != "",
            func.length(Revision.text),
        )
        .join(Revision, and_(Revision.article_id == Article.id, Revision.number == 1))
        .where(between(session, Article.id, Article.first_seen_at, begins, ends))
    )
    lengths: dict[int, list[list[float]]] = defaultdict(lambda: [[], [], [], []])
    for site_id, at, *has, length in rows:
        quarter = quarter_at(at)
        days[site_id]["articles"][quarter] += 1
        fields = days[site_id].setdefault("fields", {name: [0, 0, 0, 0] for name in _FIELDS})
        for name, is_there in zip(_FIELDS, has, strict=True):
            fields[name][quarter] += bool(is_there)
        lengths[site_id][quarter].append(log(max(length, 1)))
    for site_id, quarters in lengths.items():
        days[site_id]["lengths"] = [_moments(values) for values in quarters]


_FIELDS: Final = ("title", "authors", "published", "standfirst", "section", "language")


def _moments(values: list[float]) -> list[float]:
    """How many, their mean and deviation."""
    if not values:
        return [0, 0.0, 0.0]
    mean = sum(values) / len(values)
    square = sum((value - mean) ** 2 for value in values) / len(values)
    return [len(values), round(mean, 3), round(square**0.5, 3)]


def _count_doubts(
    session: Session, days: Mapping[int, Counts], begins: datetime, ends: datetime
) -> None:
    """New pages that were not believed, and looks that met a wall."""
    hour = hour_of(session, Quarantine.quarantined_at)
    is_wall = Quarantine.reason.in_(WALLS)
    is_new = and_(
        Quarantine.reason.in_(DOUBTS),
        Link.found_at >= begins - timedelta(days=1),
        Link.article_id.is_(None),  # a known page is compared with itself: see looks_again
    )
    statement = (
        select(Link.site_id, hour, is_wall, Quarantine.reason, func.count(func.distinct(Link.id)))
        .join(Link, Link.id == Quarantine.link_id)
        .where(between(session, Quarantine.id, Quarantine.quarantined_at, begins, ends))
        .where(or_(is_wall, is_new))
        .group_by(Link.site_id, hour, is_wall, Quarantine.reason)
    )
    for site_id, at, wall, reason, number in session.execute(statement):
        days[site_id]["blocked" if wall else "doubted"][quarter_of(at)] += number
        reasons = days[site_id].setdefault("reasons", {})
        reasons[reason] = reasons.get(reason, 0) + number


def _count_sources(
    session: Session,
    days: Mapping[int, Counts],
    begins: datetime,
    ends: datetime,
    *,
    is_over: bool,
) -> None:
    """What sources named, and which looks at them and at their sites failed, in spells."""
    looks = session.execute(
        select(
            Source.site_id,
            SourceLook.source_id,
            SourceLook.crawl_id,
            SourceLook.looked_at,
            SourceLook.outcome,
            SourceLook.status,
            SourceLook.link_count.is_not(None),
            SourceLook.new_link_count,
            SourceLook.detail,
        )
        .join(Source, Source.id == SourceLook.source_id)
        .where(between(session, SourceLook.id, SourceLook.looked_at, begins, ends))
        .order_by(SourceLook.looked_at, SourceLook.id)
    )
    of_sites: dict[int, dict[int, tuple[datetime, str, str]]] = defaultdict(dict)
    told: dict[tuple[int, int], list[tuple[Counts, int, bool, int]]] = defaultdict(list)
    for site_id, source_id, crawl_id, at, outcome, status, is_read, new, detail in looks:
        kind = _kind(outcome, status, detail)
        day = days[site_id].setdefault("sources", {})
        source = day.setdefault(
            str(source_id), {name: [0, 0, 0, 0] for name in ("new", "asked", "stirred")}
        )
        source["new"][quarter_at(at)] += new
        if not kind:
            told[crawl_id, site_id].append((source, quarter_at(at), is_read, new))
        _add_to_spells(source.setdefault("spells", []), kind, _minute(at, begins), detail)
        before = of_sites[site_id].get(crawl_id)
        if before is None or before[1]:  # a crawl is well if one of its looks was
            of_sites[site_id][crawl_id] = (at, kind, detail or "")
    for answered in told.values():
        if any(new for *_, new in answered):  # else nothing speaks for a source having to change
            for source, quarter, is_read, _ in answered:
                source["asked"][quarter] += 1
                source["stirred"][quarter] += is_read
    for site_id, crawls in of_sites.items():
        spells: list[list[Any]] = []
        days[site_id]["spells"] = spells
        well = []
        for at, kind, detail in sorted(crawls.values()):
            _add_to_spells(spells, kind, _minute(at, begins), detail)
            if not kind:
                well.append(at - begins)
        days[site_id]["covered"] = _covered(well, ends - begins, is_over=is_over)


def _kind(outcome: str, status: int | None, detail: str | None) -> str:
    """What failed of a look at a source; empty where nothing did."""
    if outcome not in (SourceOutcome.ERROR, SourceOutcome.REFUSED):
        return ""
    if status in _WALL_STATUSES:
        return "blocked"
    named = _KINDS.search(detail or "")
    if named:
        return named[1]
    if detail and "robots.txt unreachable: HTTP 429" in detail:
        return "blocked"
    return "refused" if outcome == SourceOutcome.REFUSED else "http"


def _add_to_spells(spells: list[list[Any]], kind: str, minute: int, words: str | None) -> None:
    if spells and spells[-1][0] == kind:
        spells[-1][2] = minute
        spells[-1][3] += 1
        return
    spells.append([kind, minute, minute, 1, (words or "")[:_WORDS] if kind else ""])


def _covered(well: Iterable[timedelta], so_far: timedelta, *, is_over: bool) -> list[float]:
    """The part of each quarter that looks which were answered reach to."""
    well = list(well)
    covered = []
    for number in range(4):
        begins, ends = number * QUARTER, (number + 1) * QUARTER
        own = [at for at in well if begins <= at < ends]
        part = 1.0 if own and (is_over or so_far >= ends) else 0.0
        covered.append(part or (round((max(own) - begins) / QUARTER, 2) if own else 0.0))
    return covered


def _minute(at: datetime, begins: datetime) -> int:
    return int((at - begins) / timedelta(minutes=1))


@dataclass(frozen=True, slots=True)
class KeptHealth:
    """What detectors learnt of a site up to a day."""

    day: date
    state: Counts


def healths(session: Session, *, learner: str) -> dict[int, KeptHealth]:
    """What this version of the detectors learnt, of each site."""
    rows = session.execute(
        select(SiteHealth.site_id, SiteHealth.day, SiteHealth.state).where(
            SiteHealth.learner == learner
        )
    )
    return {site_id: KeptHealth(date.fromisoformat(day), state) for site_id, day, state in rows}


def keep_healths(session: Session, known: Mapping[int, KeptHealth], *, learner: str) -> None:
    """Keep what was learnt in place of what was kept before."""
    if not known:
        return
    for part in chunks(sorted(known)):
        session.execute(delete(SiteHealth).where(SiteHealth.site_id.in_(part)))
    rows = [
        {
            "site_id": site_id,
            "day": each.day.isoformat(),
            "learner": learner,
            "state": each.state,
        }
        for site_id, each in sorted(known.items())
    ]
    insert_rows(session, SiteHealth, rows)
