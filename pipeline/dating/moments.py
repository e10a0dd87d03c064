"""When an article was published and last changed, from whichever readers know.

Knows whom to trust and who confirms whom. Must not know how dates are spelled.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from pipeline.dating import clocks, datechoice, dates, datestatements, dateurls
from pipeline.dating.datestatements import SEARCHED, STATED, Statement
from pipeline.dating.dateurls import AddressDate
from pipeline.reading import StatedMoment
from pipeline.walk import Walk

_NEAR = range(-25, 61)  # elements from the headline within which a date is shown beside it
_LIST = 4  # dates in elements alike, from which these are a list's
_SHOWING = ("time", "named", "attribute")
_DAY = timedelta(days=1)


def _ruled_moment(walk: Walk, name: str) -> StatedMoment | None:
    formats = walk.ruleset.date_formats if walk.ruleset else ()
    for text in walk.ruled.fields.get(name, ()):
        moment = dates.parse(text, zone=walk.zone, language=walk.language, formats=formats)
        if moment and dates.is_plausible(moment, fetched_at=walk.fetched_at):
            return moment
    return None


# --- published --------------------------------------------------------------------------------------------------------


def published(walk: Walk) -> StatedMoment | None:
    """When the article was first published."""
    if ruled := _ruled_moment(walk, "published"):
        return _answer(walk, "published", ruled, "rules")
    latest = (walk.fetched_at + _DAY).date()
    address = dateurls.of(walk.page.url, latest=latest)
    statements = datestatements.stated(walk)
    datestatements.settle_order(statements)
    if found := settled(walk, statements, address):
        return found
    start = datestatements.search(walk, statements)
    return _chosen(walk, statements, address, start)


def _answer(
    walk: Walk, name: str, moment: StatedMoment, reader: str, *, is_confirmed: bool = False
) -> StatedMoment:
    walk.readers[name] = reader
    if is_confirmed:
        walk.confirmed.add(name)
    return moment


def settled(walk: Walk, statements: list[Statement], address: AddressDate) -> StatedMoment | None:
    """What is stated, where it is confirmed or beyond doubt; else None, and the whole page is to be asked."""
    first = next((s for s in statements if s.source in STATED and s.label == "published"), None)
    if first is None:
        if walk.feed_published is None:
            return None
        return _answer(walk, "published", StatedMoment(walk.feed_published), "feed")
    shown = [s for s in statements if s.source == "page" and s.label in ("", "published")]
    changed = {s.day for s in statements if s.label == "modified"} - {first.day}
    if local := _confirmed(first, shown, address, changed):
        return _answer(walk, "published", local, first.source, is_confirmed=True)
    if walk.feed_published and abs(walk.feed_published - first.moment.at) <= _DAY:
        return _answer(walk, "published", first.moment, first.source, is_confirmed=True)
    days = [s.day for s in shown] + ([address.day] if address.day else [])
    if _tells_the_hour(first) and all(abs(day - first.day) <= _DAY for day in days):
        # Another day beside it is that of a printed issue, or of a change on the morning after.
        return _answer(walk, "published", first.moment, first.source)
    return None


def _confirmed(
    first: Statement, shown: list[Statement], address: AddressDate, changed: set[date]
) -> StatedMoment | None:
    """What is stated, on the publisher's own clock, if the page's address or what it shows agrees."""
    written = [s for s in shown if s.is_written]
    for statement in written:
        if local := clocks.as_shown(first.moment, statement.moment):
            return local
    if address.day == first.day or any(s.day == first.day for s in written):
        return first.moment
    days = [s.day for s in written if s.moment.precision == "day" and s.day not in changed]
    for day in [address.day, *days] if address.day else days:
        if local := clocks.on_day(first.moment, day):
            return local
    return first.moment if any(s.day == first.day for s in shown) else None


def _tells_the_hour(statement: Statement) -> bool:
    """Whether an article's own data give the hour by the publisher's clock, which leaves no doubt of the day."""
    moment = statement.moment
    return (
        statement.source == "json-ld" and moment.precision != "day" and bool(moment.at.utcoffset())
    )


# --- the search -------------------------------------------------------------------------------------------------------


def _chosen(
    walk: Walk, statements: list[Statement], address: AddressDate, start: int | None
) -> StatedMoment | None:
    """The likeliest of all days that the page names; None where nothing speaks for that one."""
    day = datechoice.likeliest(statements, address=address, start=start)
    if day is None:
        return None
    named = [s for s in statements if s.day == day and _is_worth(s)]
    named = [s for s in named if s.label != "modified"] or named
    readers = {_reader(s, start) for s in named}
    if day in (address.day, address.number):
        readers.add("url")
    if not readers:
        return None
    moment, reader = dates.of_day(day.year, day.month, day.day, zone=walk.zone), "url"
    if named:
        told = min(named, key=_trust)
        moment, reader = told.moment, _reader(told, start)
    is_confirmed = not readers.isdisjoint(STATED) and not readers.isdisjoint(("page", "url"))
    return _answer(walk, "published", moment, reader, is_confirmed=is_confirmed) if moment else None


def _is_worth(statement: Statement) -> bool:
    """Whether a statement alone may give the day: no copyright line, no list of other articles, no text's beginning."""
    sighting = statement.sighting
    if statement.label == "other" or (sighting and sighting.kind == "opening"):
        return False
    return sighting is None or not (
        sighting.is_outside and (sighting.is_linked or sighting.alike >= _LIST)
    )


_TRUST = ("json-ld", "microdata", "article meta", "json-ld page", "meta", "page", SEARCHED)


def _trust(statement: Statement) -> tuple[bool, int]:
    """Sorts those with a time of day first, then by reader."""
    source = statement.source
    rank = _TRUST.index(source) if source in _TRUST else len(_TRUST)
    return statement.moment.precision == "day", rank


def _reader(statement: Statement, start: int | None) -> str:
    """By what name the reader of a statement is remembered."""
    if statement.label == "modified":
        return SEARCHED  # the day of the last change, for want of a better one
    if statement.source.endswith("meta"):
        return "meta"
    sighting = statement.sighting
    if sighting is None or start is None:
        return SEARCHED if statement.source in datestatements.FOUND else statement.source
    is_beside = sighting.position - start in _NEAR and not sighting.is_outside
    return "page" if is_beside and sighting.kind in _SHOWING else SEARCHED


# --- modified ---------------------------------------------------------------------------------------------------------


def modified(walk: Walk, *, published: StatedMoment | None) -> StatedMoment | None:
    """When the article was last changed, where that is later than its publication."""
    found = _last_change(walk)
    if found is None:
        return None
    moment, reader = found
    if published:
        moment = clocks.as_published(moment, published)
        if not _is_later(moment, published):
            return None
    days = {shown.at.date() for shown in _shown_changes(walk)}
    is_confirmed = reader in STATED and moment.at.date() in days
    return _answer(walk, "modified", moment, reader, is_confirmed=is_confirmed)


def _shown_changes(walk: Walk) -> Iterator[StatedMoment]:
    for text in datestatements.shown(walk.seen.modified):
        if moment := datestatements.parse(walk, text, is_prose=True):
            yield moment


def _last_change(walk: Walk) -> tuple[StatedMoment, str] | None:
    if ruled := _ruled_moment(walk, "modified"):
        return ruled, "rules"
    if stated := datestatements.first_stated(walk, walk.claims.modified):
        return stated
    shown = next(_shown_changes(walk), None)
    return (shown, "page") if shown else None


def _is_later(moment: StatedMoment, published: StatedMoment) -> bool:
    if "day" in (moment.precision, published.precision):
        return moment.at.date() > published.at.date()
    return moment.at > published.at
