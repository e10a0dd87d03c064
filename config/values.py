"""The kinds of value that site files and settings are made of, each checked when it is read.

Knows how a value is spelled and what is wrong with a bad one. Must not know which model uses it.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from config import cron, durations, quiet

LONGEST_URL = 2048
LONGEST_PATTERN = 2000

_HOST = re.compile(r"^(\[[0-9a-f:.]+\]|[\w-]+(\.[\w-]+)*\.?)(:\d{1,5})?$")
_HEADER_NAME = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")
_OWN_HEADERS = {
    "user-agent": "Set user_agent in morgue.yaml: one name for all sites keeps the crawler honest.",
    **dict.fromkeys(
        (
            "accept-encoding",
            "connection",
            "content-length",
            "host",
            "if-modified-since",
            "if-none-match",
            "range",
            "transfer-encoding",
        ),
        "Remove it: the crawler sets this header itself.",
    ),
}
_DEFAULT_PORTS = {"http": 80, "https": 443}

XPATH_PREFIXES = {"re": "http://exslt.org/regular-expressions"}
"""What an XPath may use besides XPath 1.0: https://exslt.github.io/regexp/."""

_XPATH_OWN_FUNCTIONS = frozenset(("re:test", "re:match", "re:replace"))
_XPATH_WORDS = frozenset(
    (
        *("and", "or", "div", "mod", "node", "text", "comment", "processing-instruction"),
        *("last", "position", "count", "id", "local-name", "namespace-uri", "name"),
        *("string", "concat", "starts-with", "contains", "substring-before", "substring-after"),
        *("substring", "string-length", "normalize-space", "translate"),
        *("boolean", "not", "true", "false", "lang", "number", "sum", "floor", "ceiling", "round"),
    )
)
"""What may stand before a bracket in XPath 1.0."""


def mistake(words: str, *, remedy: str, at: Sequence[str | int] = ()) -> PydanticCustomError:
    """An error for a validator to raise.

    Args:
        words: What is wrong, as the predicate of a sentence whose subject is the value.
        remedy: What to do about it, as a sentence.
        at: The way from the value that is validated to the part of it that is wrong.
    """
    return PydanticCustomError(
        "mistake", "{words}", {"words": words, "remedy": remedy, "at": tuple(at)}
    )


def listed(value: object) -> object:
    """One value as a list of one; nothing as an empty list."""
    if value is None:
        return []
    return value if isinstance(value, list | tuple) else [value]


def passes(url: str, *, allow: Sequence[re.Pattern[str]], deny: Sequence[re.Pattern[str]]) -> bool:
    """Whether a URL is denied by no pattern, and allowed by one where there are any."""
    if any(pattern.search(url) for pattern in deny):
        return False
    return not allow or any(pattern.search(url) for pattern in allow)


def host_of(url: str) -> str:
    """The host of a URL in lower case, with a port that is not the scheme's own; may be empty."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    host = _ascii_host(host.rstrip("."))
    if ":" in host:
        host = f"[{host}]"
    if port is None or port == _DEFAULT_PORTS.get(parts.scheme):
        return host
    return f"{host}:{port}"


def host_twin(host: str) -> str | None:
    """The same host with or without `www.`; None where a host can have no such twin."""
    if host.startswith("www."):
        return host[4:]
    name = host.partition(":")[0]
    if "." not in name or host.startswith("[") or name.rpartition(".")[2].isdigit():
        return None
    return f"www.{host}"


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _url(value: str) -> str:
    if len(value) > LONGEST_URL:
        raise mistake(f"is {len(value)} characters long", remedy=f"The limit is {LONGEST_URL}.")
    if re.search(r"\s", value):
        raise mistake("has a space in it", remedy="Write %20 for a space in a URL.")
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise mistake(
            "is no URL", remedy="Write it as in https://www.example.org/feed.xml."
        ) from None
    if "://" not in value:
        raise mistake("has no scheme", remedy=f"Write https://{value.lstrip('/')}.")
    if parts.scheme not in _DEFAULT_PORTS:
        raise mistake(
            f"has the scheme {parts.scheme}",
            remedy="Only http:// and https:// can be crawled.",
        )
    if not _HOST.match(host_of(value)):
        raise mistake("has no host", remedy="Write it as in https://www.example.org/.")
    if parts.username is not None or parts.password is not None:
        raise mistake(
            "has a user name or password in it",
            remedy="Remove them; put an Authorization header under headers instead.",
        )
    return value


def _alias(value: str) -> str:
    if "/" in value:
        host = host_of(value) or value.partition("/")[0]
        raise mistake("is not a bare host", remedy=f"Write {host} alone.")
    host = _ascii_host(value.lower().rstrip("."))
    if not _HOST.match(host):
        raise mistake("is no host", remedy="Write it as in news.example.org.")
    return host


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise mistake("is no duration", remedy='Write it as in "30m", "2h", "1h30m" or "1d".')
    try:
        return durations.parse(value)
    except ValueError as error:
        unit = f'Add a unit: "{value}m" or "{value}h".' if value.strip().isdecimal() else ""
        raise mistake(
            str(error), remedy=unit or 'Write it as in "90s", "30m", "2h", "1h30m" or "1d".'
        ) from None


def _regex(value: object) -> object:
    if isinstance(value, re.Pattern):
        return value
    if not isinstance(value, str):
        return value
    if len(value) > LONGEST_PATTERN:
        raise mistake("is too long", remedy=f"The limit is {LONGEST_PATTERN} characters.")
    return _compiled(value)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise mistake(
            f"is no regular expression: {error}",
            remedy="Put a backslash before a bracket, plus, star or ? that is meant as itself.",
        ) from None


@lru_cache(maxsize=4096)
def _css(value: str) -> str:
    # Imported here: few sites have rules, and these two take longer than all the rest.
    from cssselect import HTMLTranslator, SelectorError  # noqa: PLC0415
    from lxml import etree  # noqa: PLC0415

    try:
        etree.XPath(HTMLTranslator().css_to_xpath(value))
    except (SelectorError, etree.XPathError) as error:
        remedy = "Try the selector in a browser: document.querySelector('…')."
        if "::" in value:
            remedy = (
                "Leave out ::text and ::attr(…); to read an attribute, write attribute: its-name."
            )
        raise mistake(f"is no CSS selector: {str(error).rstrip('.')}", remedy=remedy) from None
    return value


@lru_cache(maxsize=4096)
def _xpath(value: str) -> str:
    from lxml import etree  # noqa: PLC0415  as above

    try:
        etree.XPath(value, namespaces=XPATH_PREFIXES)
    except etree.XPathError as error:
        raise mistake(
            f"is no XPath: {str(error).lower()}",
            remedy="Try it in a browser: $x('…') in the console.",
        ) from None
    if unknown := _unknown_in_xpath(value):
        raise mistake(
            f"is no XPath: nobody knows {unknown}",
            remedy="There are the functions of XPath 1.0, and re:test, re:match and re:replace.",
        )
    return value


def _unknown_in_xpath(value: str) -> str | None:
    """A function, prefix or variable that lxml would stumble over on the first page that leads to it."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "''", value)
    if variable := re.search(r"\$[\w.-]+", bare):
        return variable[0]
    for name in re.findall(r"(?<![\w.:-])([A-Za-z_][\w.-]*:[A-Za-z_*][\w.-]*)", bare):
        if name not in _XPATH_OWN_FUNCTIONS:
            return str(name)
    called = re.findall(r"(?<![\w.:-])([A-Za-z_][\w.-]*)\s*\(", bare)
    return next((f"{name}()" for name in called if name not in _XPATH_WORDS), None)


def _date(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return date.fromisoformat(value)
    except ValueError:
        raise mistake("is not in the calendar", remedy="Check month and day.") from None
    raise mistake("is no date", remedy="Write it as in 2024-03-31.")


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise mistake("is no time zone", remedy=_time_zone_remedy(value)) from None
    return value


def _time_zone_remedy(value: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  only needed after a mistake
    from zoneinfo import available_timezones  # noqa: PLC0415

    names = {name.lower(): name for name in available_timezones()}
    cities = {name.rpartition("/")[2]: name for name in sorted(names, reverse=True)}
    wanted = value.lower().replace(" ", "_")
    near = [
        cities[city] for city in get_close_matches(wanted.rpartition("/")[2], cities, cutoff=0.8)
    ]
    near += get_close_matches(wanted, names, cutoff=0.9)
    if near:
        return f"Did you mean {names[near[0]]}?"
    return "Use a name of the IANA list, as in Europe/Berlin."


def _cron(value: str) -> str:
    try:
        cron.parse(value)
    except ValueError as error:
        raise mistake(
            str(error),
            remedy='Write five fields, minute hour day month weekday, as in "15 6 * * mon-fri".',
        ) from None
    return value


def _hours(value: str) -> str:
    try:
        quiet.parse(value)
    except ValueError as error:
        raise mistake(str(error), remedy='Write it as in "23:00-06:30".') from None
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise mistake("is no language tag", remedy="Write it as in en, de or zh-Hans.")
    return value


def _date_format(value: str) -> str:
    try:
        datetime.strptime("", value)  # noqa: DTZ007  only the format is tried
    except (ValueError, re.error) as error:
        if "does not match format" not in str(error):
            raise mistake(
                f"is no date format: {error}",
                remedy='Write it as in "%b %d, %Y %I:%M %p"; see strptime in Python\'s datetime.',
            ) from None
    if "%" not in value:
        raise mistake(
            "is no date format: it has no % in it",
            remedy='Write it as in "%d.%m.%Y %H:%M".',
        )
    return value


def _headers(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if not _HEADER_NAME.match(name):
            raise mistake("is no header name", remedy="Write it as in Accept-Language.", at=(name,))
        if name.lower() in _OWN_HEADERS:
            raise mistake("cannot be set by a site", remedy=_OWN_HEADERS[name.lower()], at=(name,))
        if not text.isprintable() or len(text) > 4000:
            raise mistake(
                "has a line break or is too long",
                remedy="Write one line of up to 4,000 characters.",
                at=(name,),
            )
    return value


def _spelled(duration: timedelta) -> str:
    return durations.spell(duration)


def _schema(kind: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, **more})


Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Url = Annotated[str, AfterValidator(_url), _schema("string", format="uri", pattern="^https?://")]
Host = Annotated[str, AfterValidator(_alias), _schema("string")]
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(_spelled, return_type=str, when_used="json"),
    _schema(
        "string", pattern=durations.PATTERN, examples=["30m", "2h", "1h30m", "1d"], minLength=2
    ),
]
Regex = Annotated[re.Pattern[str], BeforeValidator(_regex), _schema("string")]
Css = Annotated[Text, AfterValidator(_css)]
XPath = Annotated[Text, AfterValidator(_xpath)]
Day = Annotated[date, BeforeValidator(_date), _schema("string", format="date")]
TimeZone = Annotated[str, AfterValidator(_time_zone), _schema("string", examples=["Europe/Berlin"])]
CronText = Annotated[str, AfterValidator(_cron), _schema("string", examples=["15 6 * * mon-fri"])]
HoursText = Annotated[str, AfterValidator(_hours), _schema("string", examples=["23:00-06:30"])]
Language = Annotated[str, AfterValidator(_language), _schema("string", examples=["en", "zh-Hans"])]
DateFormat = Annotated[Text, AfterValidator(_date_format)]
Headers = Annotated[dict[str, str], AfterValidator(_headers)]


def at_least(shortest: timedelta) -> AfterValidator:
    """The check that a duration is not shorter than another."""

    def check(value: timedelta) -> timedelta:
        if value < shortest:
            raise mistake("is too short", remedy=f"The shortest is {durations.spell(shortest)}.")
        return value

    checker: Callable[[timedelta], timedelta] = check
    return AfterValidator(checker)
