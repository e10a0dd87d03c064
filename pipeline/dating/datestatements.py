"""What a page says of its article's moments, statement by statement, from all readers.

Knows what each reader's words are read as. Must not know which statement is believed.
"""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from pipeline.claims import Claim
from pipeline.dating import dates, datesearch
from pipeline.dating.datewords import Label, label_of
from pipeline.reading import StatedMoment
from pipeline.walk import Walk

STATED = ("json-ld", "json-ld page", "microdata", "meta")
"""The sources that state an article's moments to machines."""
SEARCHED = "search"
FOUND = (SEARCHED, "script", "description")
"""The sources of which nothing is known but that a date is somewhere in the page."""

_MOST_CLAIMS = 8
_MOST_SHOWN = 8
_META_NAME = re.compile(r"date|time|publ|creat|issue|release", re.IGNORECASE)
_NO_META = re.compile(r"modif|updat|expir|read|unpub|valid|format|zone", re.IGNORECASE)
_ARTICLE_METAS = frozenset(("article:published_time", "og:article:published_time"))
_AMERICAN = ("en-us", "en-ph")
_GENERIC = frozenset(("com", "org", "net", "edu", "gov", "us", "info", "co", "io", "tv"))
_NO_ZONE = ("UTC", "", None)  # what site files have that say nothing of it
_FOR_MACHINES = re.compile(r"\s*\d{4}-\d\d-\d\dT")
_LOCALE = re.compile(r"[a-z]{2}-[a-z]{2}")


@dataclass(slots=True)
class Statement:
    """One moment that the page names, by whom and as what."""

    moment: StatedMoment
    source: str  # a reader, or the kind of meta tag
    label: Label
    day: date
    sighting: datesearch.Sighting | None = None
    is_ambiguous: bool = False
    is_written: bool = False  # for people


def first_stated(walk: Walk, claims: list[Claim]) -> tuple[StatedMoment, str] | None:
    """The first claim that is a plausible moment, and the reader that found it."""
    for claim in claims[:_MOST_CLAIMS]:
        if moment := parse(walk, claim.value):
            return moment, claim.reader
    return None


def parse(walk: Walk, text: str, *, is_prose: bool = False) -> StatedMoment | None:
    """The moment that a text states, if it is plausible for this page."""
    moment = dates.parse(
        text,
        zone=walk.zone,
        language=walk.language,
        is_prose=is_prose,
        is_month_first=_is_month_first(walk) if dates.is_ambiguous(text) else None,
    )
    return moment if moment and dates.is_plausible(moment, fetched_at=walk.fetched_at) else None


def _is_month_first(walk: Walk) -> bool | None:
    """Whether 3/2/2026 is the second of March, by the site's zone, the page's locale, or its address."""
    if walk.site.time_zone not in _NO_ZONE:
        return None  # as the language and this zone say
    for stated in (walk.page.meta("og:locale"), walk.page.language):
        locale = (stated or "").lower().replace("_", "-")
        if _LOCALE.match(locale):
            return locale.startswith(_AMERICAN)
    if walk.language not in (None, "en"):
        return False
    host = urlsplit(walk.page.url).hostname or ""
    return host.rsplit(".", 1)[-1] in _GENERIC


def stated(walk: Walk) -> list[Statement]:
    """What is stated for machines, and what is shown around the headline."""
    found: list[Statement] = []
    labelled: tuple[tuple[list[Claim], Label], ...] = (
        (walk.claims.published, "published"),
        (walk.claims.modified, "modified"),
    )
    for claims, label in labelled:
        for claim in claims[:_MOST_CLAIMS]:
            _add(found, walk, claim.value, claim.reader, label)
    for text in shown(walk.seen.dates):
        _add(found, walk, text, "page", label_of(text), is_prose=True)
    for text in shown(walk.seen.modified):
        _add(found, walk, text, "page", "modified", is_prose=True)
    return found


def shown(texts: list[str]) -> list[str]:
    """The first few of the texts seen around the headline; nested elements give the same text again."""
    return list(dict.fromkeys(texts[: 2 * _MOST_SHOWN]))[:_MOST_SHOWN]


def _add(
    found: list[Statement],
    walk: Walk,
    text: str,
    source: str,
    label: Label,
    *,
    is_prose: bool = False,
) -> None:
    if moment := parse(walk, text, is_prose=is_prose):
        found.append(_statement(moment, source, label, text, is_prose=is_prose))


def _statement(
    moment: StatedMoment, source: str, label: Label, text: str, *, is_prose: bool = False
) -> Statement:
    return Statement(
        moment,
        source,
        label,
        day=moment.at.date(),
        is_ambiguous=dates.is_ambiguous(text),
        is_written=is_prose and not _FOR_MACHINES.match(text),
    )


def search(walk: Walk, statements: list[Statement]) -> int | None:
    """Add what the page's elements, other meta tags and scripts name; the position of the headline."""
    _add_metas(walk, statements)

    def read(text: str, is_prose: bool) -> StatedMoment | None:  # noqa: FBT001  # handed on as a plain function
        return parse(walk, text, is_prose=is_prose)

    sightings, start = datesearch.search(walk.page, place=walk.place, parse=read)
    visit = {walk.fetched_at.date(), walk.fetched_at.astimezone(walk.zone).date()}
    for sighting in sightings:
        statement = _statement(sighting.moment, SEARCHED, sighting.label, sighting.text)
        statement.sighting = sighting
        if not _is_a_clock(statement, visit, start):
            statements.append(statement)
    if not any(s.source in STATED and s.label == "published" for s in statements):
        for value, label in datesearch.in_scripts(walk.page):
            _add(statements, walk, value, "script", label)
    settle_order(statements)
    return start


def _add_metas(walk: Walk, statements: list[Statement]) -> None:
    for name, values in walk.page.metas.items():
        value = next(iter(values), "")
        if name in _ARTICLE_METAS:
            _add(statements, walk, value, "article meta", "published")
        elif name == "date":
            _add(statements, walk, value, "date meta", "published")
        elif name in ("description", "og:description"):
            for part in (value[:100], value[-60:]):
                _add(statements, walk, part, "description", "", is_prose=True)
        elif _META_NAME.search(name) and not _NO_META.search(name):
            _add(statements, walk, value, "other meta", "published")


def _is_a_clock(statement: Statement, visit: set[date], start: int | None) -> bool:
    """Whether a date is that of the visit and stands where pages show the time of day: not below the headline."""
    sighting = statement.sighting
    if sighting is None or statement.day not in visit or sighting.label == "published":
        return False
    return start is None or sighting.position < start


def settle_order(statements: list[Statement]) -> None:
    """Read 3/2/2026 the other way round where only that day is named elsewhere without doubt."""
    certain = {s.day for s in statements if not s.is_ambiguous}
    for statement in statements:
        if not statement.is_ambiguous or statement.day in certain:
            continue
        at = statement.moment.at
        other = at.replace(month=at.day, day=at.month)
        if other.date() in certain:
            statement.moment = StatedMoment(other, statement.moment.precision)
            statement.day = other.date()
