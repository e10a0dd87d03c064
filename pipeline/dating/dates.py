"""From a publisher's words for a moment to the moment.

Knows spellings of dates. Must not know where on a page they stood or which of them is the right one.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.dating import calendars, months
from pipeline.reading import StatedMoment
from pipeline.text import typography

EARLIEST = 1850
_LONGEST = 120  # characters of a text worth reading as a date
_ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 60, "CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "EST": -300, "EDT": -240, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480,
    "PDT": -420, "HKT": 480, "SGT": 480, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660, "NZST": 720,
}  # fmt: skip  # minutes east; abbreviations that mean several zones are left to the site's own
_AMERICAN = {"ET": "America/New_York", "CT": "America/Chicago", "PT": "America/Los_Angeles"}
_DECIMALS = {
    zero + digit: str(digit)
    for zero in (
        0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0x1040, 0x17E0,
        0xFF10,
    )
    for digit in range(10)
}  # fmt: skip  # the digits of other scripts
_PERSIAN_DIGIT = re.compile("[\u06f0-\u06f9]")
_FORENOON = ("a", "ص", "π", "上午", "午前", "오전", "凌晨")
_AFTERNOON = ("p", "م", "μ", "下午", "午後", "오후", "晚上")
_TIME = re.compile(
    r"(?:(?P<before>上午|下午|午前|午後|오전|오후|凌晨|晚上)\s*)?"
    r"(?<![\d.:])(?P<hour>[01]?\d|2[0-4])(?:[:：h時时시]|\.(?=\d\d(?!\d|\.)))\s?(?P<minute>[0-5]\d)"
    r"(?:[:：分](?P<second>[0-5]\d))?(?:\.\d+)?"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?|[صم](?!\w)|[πμ]\.?μ\b)?|"
    r"(?<![\d.:/-])(?P<whole>1[0-2]|0?[1-9])\s*(?P<half2>[ap]\.?m\b\.?)",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s?([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_ZONE_NAME = re.compile(r"\b(" + "|".join([*_ZONES, *_AMERICAN]) + r")\b")
_YEAR = r"(?:18|19|20|2[456])\d\d"  # of the common era, or Buddhist
_YEAR_FIRST = re.compile(
    rf"(?<!\d)({_YEAR})(?:\s?([-/.|])\s?(\d{{1,2}})\s?\2\s?|\s?[年년]\s?(\d{{1,2}})\s?[月월]\s?)(\d{{1,2}})(?!\d)"
)
_ERA = re.compile(
    r"(明治|大正|昭和|平成|令和|民國|民国)\s?(\d{1,3}|元)\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日"
)
_SOLAR_NUMERIC = re.compile(r"(?<!\d)(1[34]\d\d)\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(
    rf"(?<![\d/.-])(\d{{1,2}})\s?([-/.|])\s?(\d{{1,2}})\s?\2\s?({_YEAR}|\d\d)(?!\d|[-/.]\d|:\d)"
)
_NUMBERED_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})\s*tháng\s*(\d{{1,2}})\s*[,/]?\s*(?:năm\s*)?({_YEAR})", re.IGNORECASE
)
_WORD = re.compile(r"[^\s\d,;:()\[\]|/–—•·_'’\"\-]{2,}")
_NUMBER = re.compile(r"(?<!\d)(?<!\d[:.,])\d{1,4}(?!\d|[:：]\d)")
_SHORT_YEAR = re.compile(r"[-.'’/ ]{1,2}\d\d(?!\d|:|\s?[^\W\d])")
_NEAR = 14  # characters between a month's name and its day or year
_COMPACT = re.compile(
    r"^((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?:T?([0-2]\d)([0-5]\d)([0-5]\d)?)?Z?$"
)
_ISO = re.compile(
    r"^([12]\d{3}-\d{2}-\d{2})[T ]+(\d{2}:\d{2})(?::(\d{2}))?(?:[.,:]\d+)?\s*(?:\(?(Z|UTC|GMT|[+-]\d{2}:?\d{0,2}))?\b"
)


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
    is_month_first: bool | None = None,
) -> StatedMoment | None:
    """The moment that a text states, or None.

    Args:
        text: what the publisher wrote; labels such as "Published:" may stand before it.
        zone: the site's time zone, for moments stated without an offset.
        language: of the page, for the few names that mean different months in two languages.
        formats: the site's own `strptime` formats, tried first.
        is_prose: the text is for people and may be anything: no bare numbers are read as dates.
        is_month_first: how 3/2/2026 is meant; None: as in America where language and zone say so.
    """
    text = typography.settle(text)
    if not 4 < len(text) <= _LONGEST:
        return None
    for form in formats:
        if moment := _by_format(text, form, zone):
            return moment
    if is_month_first is None:
        is_month_first = language == "en" and str(zone).startswith(("America/", "US/"))
    return _read(text, zone, language, is_prose, is_month_first)


@lru_cache(maxsize=1000)  # a page says the same moment in its data, its head and its elements
def _read(
    text: str,
    zone: tzinfo,
    language: str | None,
    is_prose: bool,  # noqa: FBT001  # arguments by place are remembered at less cost
    is_month_first: bool,  # noqa: FBT001
) -> StatedMoment | None:
    try:
        moment = _iso(text, zone) or (None if is_prose else _bare_number(text, zone))
        return (
            moment
            or _spelled(text, zone, language, is_month_first=is_month_first)
            or _rfc_2822(text, zone)
        )
    except (ValueError, OverflowError):
        return None


def is_ambiguous(text: str) -> bool:
    """Whether only a convention says which of two numbers is the day: 3/2/2026."""
    match = _DAY_FIRST.search(text)
    return (
        match is not None
        and match[1] != match[3]
        and 1 <= int(match[1]) <= 12
        and 1 <= int(match[3]) <= 12
    )


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


def _spelled(
    text: str, zone: tzinfo, language: str | None, *, is_month_first: bool
) -> StatedMoment | None:
    """A date in digits or with a month's name, a time beside it, an offset or zone beside that."""
    is_persian = language in ("fa", "ps", "ckb")
    if not text.isascii():
        is_persian = is_persian or bool(_PERSIAN_DIGIT.search(text))
        text = text.translate(_DECIMALS)
    found = _day_in(text, language, is_month_first=is_month_first, is_persian=is_persian)
    if not found:
        return None
    day, span = found
    rest = text[: span[0]] + "\x1f" + text[span[1] :]
    inner = text[slice(*span)]  # Mar 02 09:30 2026
    time = _TIME.search(rest) or (_TIME.search(inner) if ":" in inner else None)
    if not time:
        at = datetime(day.year, day.month, day.day, tzinfo=zone)
        return _moment(at, has_time=False, has_seconds=False)
    hour, minute = int(time["hour"] or time["whole"]), int(time["minute"] or 0)
    half = (time["before"] or time["half"] or time["half2"] or "").lower()
    if half.startswith(_AFTERNOON) and hour < 12:
        hour += 12
    elif half.startswith(_FORENOON) and hour == 12:
        hour = 0
    at = datetime(day.year, day.month, day.day, hour % 24, minute, int(time["second"] or 0))  # noqa: DTZ001  # the zone follows
    after = time.string[time.end() : time.end() + 30]
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
    text: str, language: str | None, *, is_month_first: bool, is_persian: bool
) -> tuple[date, tuple[int, int]] | None:
    """The first day that a text names, and where it stands."""
    for match in _YEAR_FIRST.finditer(text):
        month = int(match[3] or match[4])
        if found := _in_calendar(int(match[1]), month, int(match[5])):
            return found, match.span()
    if is_persian:
        for match in _SOLAR_NUMERIC.finditer(text):
            month = months.SOLAR + int(match[3])
            if found := _in_calendar(int(match[1]), month, int(match[4])):
                return found, match.span()
    for match in _ERA.finditer(text):
        year = calendars.ERAS[match[1]] + (1 if match[2] == "元" else int(match[2]))
        if found := _in_calendar(year, int(match[3]), int(match[4])):
            return found, match.span()
    for match in _NUMBERED_MONTH.finditer(text):
        if found := _in_calendar(int(match[3]), int(match[2]), int(match[1])):
            return found, match.span()
    return _named(text, language) or _numeric(text, is_month_first=is_month_first)


def _numeric(text: str, *, is_month_first: bool) -> tuple[date, tuple[int, int]] | None:
    """3.2.2026, 3/2/26 and the like."""
    for match in _DAY_FIRST.finditer(text):
        first, second = int(match[1]), int(match[3])
        year = int(match[4]) if len(match[4]) == 4 else 2000 + int(match[4])
        if second > 12 or (match[2] != "." and first <= 12 and is_month_first):
            first, second = second, first
        if found := _in_calendar(year, second, first):
            return found, match.span()
    return None


def _named(text: str, language: str | None) -> tuple[date, tuple[int, int]] | None:
    """A date with a month's name: the day and the year stand around it in one of three orders."""
    numbers = [(int(n.group()), len(n.group()), n.start(), n.end()) for n in _NUMBER.finditer(text)]
    if len(numbers) < 2:
        return None
    for word, month in _months_in(text, language):
        before = [n for n in numbers if n[3] <= word[0]][-2:]
        after = [n for n in numbers if n[2] >= word[1]][:2]
        if before and word[0] - before[-1][3] > _NEAR:
            before = []
        if after and after[0][2] - word[1] > _NEAR:
            after = []
        is_short = bool(_SHORT_YEAR.match(text, word[1]))
        for day, year in _arranged(before, after, is_short=is_short):
            full = 2000 + year[0] if year[1] == 2 else year[0]
            if found := _in_calendar(full, month, day[0]):
                start = min(word[0], day[2], year[2])
                return found, (start, max(word[1], day[3], year[3]))
    return None


_Number = tuple[int, int, int, int]  # its value, how many digits, where it stands


def _arranged(
    before: list[_Number], after: list[_Number], *, is_short: bool
) -> Iterator[tuple[_Number, _Number]]:
    """What may be the day and the year, likeliest first."""
    is_pair = len(after) == 2 and after[1][2] - after[0][3] <= _NEAR
    if is_pair and _is_day(after[0]) and after[1][1] == 4:  # March 2, 2026
        yield after[0], after[1]
    if before and _is_day(before[-1]):
        if after and after[0][1] == 4:  # 2 March 2026
            yield before[-1], after[0]
        if len(before) == 2 and before[0][1] == 4 and before[1][2] - before[0][3] <= _NEAR:
            yield before[-1], before[0]  # 2026, 2 March
        if after and is_short:  # 2-Mar-26
            yield before[-1], after[0]
    if before and before[-1][1] == 4 and after and _is_day(after[0]):  # 2026 March 2
        yield after[0], before[-1]


def _is_day(number: _Number) -> bool:
    return number[1] <= 2 and 1 <= number[0] <= 31


def _months_in(text: str, language: str | None) -> Iterator[tuple[tuple[int, int], int]]:
    words = list(_WORD.finditer(text))
    for index, match in enumerate(words):
        if index + 1 < len(words) and (
            month := months.of_two(match.group(), words[index + 1].group())
        ):
            yield (match.start(), words[index + 1].end()), month
        elif month := months.number(match.group(), language=language):
            yield match.span(), month


def _in_calendar(year: int, month: int, day: int) -> date | None:
    """A day of whichever calendar; None where it has none such."""
    try:
        if month > months.SOLAR:
            return calendars.of_solar_hijri(year, month - months.SOLAR, day)
        return date(calendars.common_year(year), month, day)
    except ValueError:
        return None
