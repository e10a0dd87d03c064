"""From a publisher's words for a moment to the moment.

Knows spellings of dates. Must not know where on a page they stood or which of them is the right one.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateparser.date import DateDataParser

from pipeline import typography
from pipeline.reading import StatedMoment

EARLIEST = 1850
_LONGEST = 120  # characters of a text worth reading as a date
_ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 60, "CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "EST": -300, "EDT": -240, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480,
    "PDT": -420, "HKT": 480, "SGT": 480, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660, "NZST": 720,
}  # fmt: skip  # minutes east; abbreviations that mean several zones are left to the site's own
_AMERICAN = {"ET": "America/New_York", "CT": "America/Chicago", "PT": "America/Los_Angeles"}
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), start=1)
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_LABEL = re.compile(
    r"^\W*(?:first\s+)?(?:published|posted|updated|created|last\s+(?:modified|updated)|modified|date|on|at|"
    r"veröffentlicht|aktualisiert|publié|mis à jour|publicado|actualizado|pubblicato|aggiornato|stand|"
    r"发布时间|更新时间|时间|公開|更新)(?:\s+(?:on|at|am|le|el|il|date)\b)?\s*[:：]?\s*",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?<![\d.:])(?P<hour>[01]?\d|2[0-4])(?:[:：h时時시]|\.(?=\d\d(?!\d|\.)))\s?(?P<minute>[0-5]\d)"
    r"(?:[:：分](?P<second>[0-5]\d))?(?:\.\d+)?"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?)?|(?<![\d.:/-])(?P<whole>1[0-2]|0?[1-9])\s*(?P<half2>[ap]\.?m\b\.?)",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s?([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_ZONE_NAME = re.compile(r"\b(" + "|".join([*_ZONES, *_AMERICAN]) + r")\b")
_YEAR_FIRST = re.compile(
    r"(?<!\d)((?:18|19|20)\d\d)\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)"
)
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})([-/.])\s?(\d{1,2})\2\s?((?:19|20)\d\d|\d\d)(?![\d])")
_MONTH_DAY = re.compile(
    rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+((?:18|19|20)\d\d)\b", re.IGNORECASE
)
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?({_MONTH})\.?,?[\s-]+((?:18|19|20)\d\d)\b",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"^((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?:T?([0-2]\d)([0-5]\d)([0-5]\d)?)?Z?$"
)
_ISO = re.compile(
    r"^([12]\d{3}-\d{2}-\d{2})[T ]+(\d{2}:\d{2})(?::(\d{2}))?(?:[.,:]\d+)?\s*(?:\(?(Z|UTC|GMT|[+-]\d{2}:?\d{0,2}))?\b"
)
_SOUNDS_DATED = re.compile(r"(?<!\d)(?:(?:19|20|21)\d\d|\d{2}[./]\d{2}[./]\d{2}|2[45]\d\d)(?!\d)")


def zone_of(name: str | None) -> tzinfo:
    """The time zone of this name; UTC where there is none such."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def parse(
    text: str,
    *,
    zone: tzinfo,
    language: str | None = None,
    formats: tuple[str, ...] = (),
    is_prose: bool = False,
) -> StatedMoment | None:
    """The moment that a text states, or None.

    Args:
        text: what the publisher wrote; labels such as "Published:" may stand before it.
        zone: the site's time zone, for moments stated without an offset.
        language: of the page, to read its month names and the order of day and month.
        formats: the site's own `strptime` formats, tried first.
        is_prose: the text is for people and may be anything: no bare numbers are read as dates.
    """
    text = typography.settle(text)
    if not 4 < len(text) <= _LONGEST:
        return None
    for form in formats:
        if moment := _by_format(text, form, zone):
            return moment
    try:
        moment = _iso(text, zone) or (None if is_prose else _bare_number(text, zone))
        moment = moment or _spelled(text, zone, language) or _rfc_2822(text, zone)
        if moment or not _SOUNDS_DATED.search(text):
            return moment
        return _in_language(text, zone, language)
    except (ValueError, OverflowError):
        return None


def of_day(year: int, month: int, day: int, *, zone: tzinfo) -> StatedMoment | None:
    """A day; None where the calendar has none such."""
    try:
        return StatedMoment(datetime(year, month, day, tzinfo=zone), "day")
    except ValueError:
        return None


def is_plausible(moment: StatedMoment, *, fetched_at: datetime) -> bool:
    """Not before newspapers were archived, not the epoch's zero, not in the future by more than a day."""
    if moment.at.year < EARLIEST or moment.at.timestamp() == 0:
        return False
    return moment.at <= fetched_at + timedelta(days=1)


def _moment(at: datetime, *, has_time: bool, has_seconds: bool) -> StatedMoment:
    if not has_time:
        return StatedMoment(at.replace(hour=0, minute=0, second=0, microsecond=0), "day")
    return StatedMoment(at.replace(microsecond=0), "second" if has_seconds else "minute")


def _by_format(text: str, form: str, zone: tzinfo) -> StatedMoment | None:
    try:
        at = datetime.strptime(text, form)  # noqa: DTZ007  # the zone follows
    except ValueError:
        return None
    has_time = any(mark in form for mark in ("%H", "%I", "%X", "%c", "%T"))
    has_seconds = any(mark in form for mark in ("%S", "%X", "%c", "%T"))
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    return _moment(at, has_time=has_time, has_seconds=has_seconds)


def _iso(text: str, zone: tzinfo) -> StatedMoment | None:
    if re.fullmatch(r"[12]\d{3}-\d{2}-\d{2}", text):
        return _moment(datetime.combine(date.fromisoformat(text), datetime.min.time(), zone), has_time=False, has_seconds=False)  # fmt: skip # noqa: E501
    match = _ISO.match(text)
    if not match:
        return None
    day, time, seconds, offset = match.groups()
    if time.startswith("24"):
        return None
    at = datetime.fromisoformat(f"{day}T{time}:{seconds or '00'}")
    if offset in ("Z", "UTC", "GMT"):
        at = at.replace(tzinfo=UTC)
    elif offset:
        digits = offset[1:].replace(":", "").ljust(4, "0")
        at = at.replace(tzinfo=_offset(offset[0], int(digits[:2]), int(digits[2:])))
    else:
        at = at.replace(tzinfo=zone)
    return _moment(at, has_time=True, has_seconds=seconds is not None)


def _offset(sign: str, hours: int, minutes: int) -> timezone:
    if hours > 14 or minutes > 59:
        raise ValueError("no such offset")
    east = timedelta(hours=hours, minutes=minutes)
    return timezone(-east if sign == "-" else east)


def _bare_number(text: str, zone: tzinfo) -> StatedMoment | None:
    if re.fullmatch(r"1?\d{9}(?:\d{3})?", text) and not text.startswith(("19", "20")):
        seconds = int(text[:10]) if len(text) in (10, 13) else int(text[:9])
        return StatedMoment(datetime.fromtimestamp(seconds, tz=UTC))
    match = _COMPACT.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second = match.groups()
    at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC if text.endswith("Z") else zone)  # fmt: skip # noqa: E501
    return _moment(at, has_time=hour is not None, has_seconds=second is not None)


def _rfc_2822(text: str, zone: tzinfo) -> StatedMoment | None:
    if not re.match(r"(?:[A-Z][a-z]{2,8},? )?\d{1,2} [A-Z][a-z]{2} \d{4} \d", text):
        return None
    at = parsedate_to_datetime(text)
    return StatedMoment(at if at.tzinfo else at.replace(tzinfo=zone))


def _spelled(text: str, zone: tzinfo, language: str | None) -> StatedMoment | None:
    """A date in digits or with an English month's name, a time beside it, an offset or zone beside that."""
    text = _LABEL.sub("", text)
    found = _day_in(text, zone, language)
    if not found:
        return None
    (year, month, day), span = found
    rest = text[: span[0]] + "\x1f" + text[span[1] :]
    time = _TIME.search(rest)
    if not time:
        return _moment(datetime(year, month, day, tzinfo=zone), has_time=False, has_seconds=False)
    hour, minute = int(time["hour"] or time["whole"]), int(time["minute"] or 0)
    half = (time["half"] or time["half2"] or "").lower()
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    at = datetime(year, month, day, hour % 24, minute, int(time["second"] or 0))  # noqa: DTZ001  # the zone follows
    after = rest[time.end() : time.end() + 30]
    return _moment(
        at.replace(tzinfo=_stated_zone(after) or zone),
        has_time=True,
        has_seconds=time["second"] is not None,
    )


def _stated_zone(text: str) -> tzinfo | None:
    if match := _OFFSET.search(text):
        return _offset(match[1], int(match[2]), int(match[3] or 0))
    if not (match := _ZONE_NAME.search(text)):
        return None
    if match[1] in _AMERICAN:
        return zone_of(_AMERICAN[match[1]])
    return timezone(timedelta(minutes=_ZONES[match[1]]))


def _day_in(
    text: str, zone: tzinfo, language: str | None
) -> tuple[tuple[int, int, int], tuple[int, int]] | None:
    if match := _YEAR_FIRST.search(text):
        return (int(match[1]), int(match[2]), int(match[3])), match.span()
    if match := _MONTH_DAY.search(text):
        return (int(match[3]), _MONTHS[match[1].lower()], int(match[2])), match.span()
    if match := _DAY_MONTH.search(text):
        return (int(match[3]), _MONTHS[match[2].lower()], int(match[1])), match.span()
    if match := _DAY_FIRST.search(text):
        first, second = int(match[1]), int(match[3])
        year = int(match[4]) if len(match[4]) == 4 else 2000 + int(match[4])
        is_month_first = second > 12 or (
            match[2] == "/"
            and first <= 12
            and language == "en"
            and str(zone).startswith(("America/", "US/"))
        )
        day, month = (second, first) if is_month_first else (first, second)
        return (year, month, day), match.span()
    return None


def _in_language(text: str, zone: tzinfo, language: str | None) -> StatedMoment | None:
    """Month names of other languages. Without a known language anything becomes a date, so nothing is tried."""
    parser = _parser(language) if language else None
    if parser is None:
        return None
    text = _LABEL.sub("", text)
    found = parser.get_date_data(text)
    if found.date_obj is None:
        return None
    time = _TIME.search(text)
    at = found.date_obj
    if at.year > 2400 and language == "th":  # the Buddhist calendar
        at = at.replace(year=at.year - 543)
    return _moment(
        at if at.tzinfo else at.replace(tzinfo=zone),
        has_time=time is not None,
        has_seconds=bool(time and time["second"]),
    )


@lru_cache(maxsize=64)
def _parser(language: str) -> DateDataParser | None:
    try:
        return DateDataParser(
            languages=[language],
            settings={"STRICT_PARSING": True, "DATE_ORDER": "DMY", "PARSERS": ["absolute-time"]},
        )
    except ValueError:  # a language that the library does not know
        return None
