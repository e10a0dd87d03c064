"""When an article was published and last changed, from whichever reader knows.

Knows whom to trust first. Must not know how dates are spelled.
"""

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import htmldate

from pipeline import dates
from pipeline.claims import Claim
from pipeline.reading import StatedMoment
from pipeline.walk import Walk

_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?([0-2]\d|3[01])(?=[/_-]|\D|$)")


def first_stated(walk: Walk, claims: list[Claim]) -> tuple[StatedMoment, str] | None:
    """The first claim that is a plausible moment, and the reader that found it."""
    for claim in claims:
        moment = dates.parse(claim.value, zone=walk.zone, language=walk.language)
        if moment and dates.is_plausible(moment, fetched_at=walk.fetched_at):
            return moment, claim.reader
    return None


def _ruled_moment(walk: Walk, name: str) -> StatedMoment | None:
    formats = walk.ruleset.date_formats if walk.ruleset else ()
    for text in walk.ruled.fields.get(name, ()):
        moment = dates.parse(text, zone=walk.zone, language=walk.language, formats=formats)
        if moment and dates.is_plausible(moment, fetched_at=walk.fetched_at):
            return moment
    return None


def published(walk: Walk) -> StatedMoment | None:
    """When the article was first published."""
    for reader, moment in _publication_dates(walk):
        if moment and dates.is_plausible(moment, fetched_at=walk.fetched_at):
            walk.readers["published"] = reader
            return moment
    return None


def _publication_dates(walk: Walk) -> Iterator[tuple[str, StatedMoment | None]]:
    """Candidates for the moment of publication, most trusted first; the costly ones last."""
    yield "rules", _ruled_moment(walk, "published")
    if stated := first_stated(walk, walk.claims.published):
        yield stated[1], stated[0]
    if walk.feed_published:
        yield "feed", StatedMoment(walk.feed_published)
    for text in walk.seen.dates:
        yield "page", dates.parse(text, zone=walk.zone, language=walk.language, is_prose=True)
    if match := _URL_DATE.search(urlsplit(walk.page.url).path):
        yield "url", dates.of_day(*map(int, match.groups()), zone=walk.zone)
    yield "htmldate", _searched(walk)


def _searched(walk: Walk) -> StatedMoment | None:
    """The last resort: any date on the page that may be the first one."""
    latest = walk.fetched_at.astimezone(walk.zone).date()
    try:
        found = htmldate.find_date(
            walk.page.root,
            original_date=True,
            url=walk.page.url,
            max_date=latest.isoformat(),
            # Its extensive search guesses languages: seconds at its first miss, and by the day's own date.
            extensive_search=False,
        )
    except Exception:  # noqa: BLE001  # a library over hostile markup: whatever it raises means "no date"
        return None
    if not found:
        return None
    day = date.fromisoformat(found)
    return None if day == latest else dates.of_day(day.year, day.month, day.day, zone=walk.zone)


def modified(walk: Walk, *, published: StatedMoment | None) -> StatedMoment | None:
    """When the article was last changed, where that is later than its publication."""
    moment, reader = _ruled_moment(walk, "modified"), "rules"
    if moment is None and (stated := first_stated(walk, walk.claims.modified)):
        moment, reader = stated
    for text in walk.seen.modified if moment is None else ():
        moment, reader = (
            dates.parse(text, zone=walk.zone, language=walk.language, is_prose=True),
            "page",
        )
        if moment:
            break
    if moment is None or not dates.is_plausible(moment, fetched_at=walk.fetched_at):
        return None
    if published and (
        moment.at <= published.at or "day" in (moment.precision, published.precision)
    ):
        return moment if published and moment.at.date() > published.at.date() else None
    walk.readers["modified"] = reader
    return moment
