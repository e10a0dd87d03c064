"""Requests and answers of the newsroom's sites, and when an answer is "not modified".

Knows HTTP's values. Must not know news or sockets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"
JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """Without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The last value of each parameter."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; length, date and connection are the server's business."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Validators:
    """What an answer can be recognised by."""

    etag: str
    modified_at: datetime

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """As header lines."""
        return (("ETag", self.etag), ("Last-Modified", http_date(self.modified_at)))

    def are_known_to(self, request: Request) -> bool:
        """Whether the asker has this answer already (RFC 9110, 13.2.2)."""
        if (known := request.headers.get("if-none-match")) is not None:
            opaque = self.etag.removeprefix("W/")
            tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
            return "*" in tags or opaque in tags
        if (since := request.headers.get("if-modified-since")) is not None:
            try:
                moment = parsedate_to_datetime(since)
            except ValueError:
                return False
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            return self.modified_at.replace(microsecond=0) <= moment
        return False


def http_date(moment: datetime) -> str:
    """As HTTP writes dates."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def not_modified(validators: Validators) -> Answer:
    """The answer to somebody who has it already."""
    return Answer(HTTPStatus.NOT_MODIFIED, headers=validators.headers)


def redirect(url: str) -> Answer:
    """To where it has moved for good."""
    body = f'<html><body>Moved to <a href="{url}">{url}</a></body></html>\n'.encode()
    return Answer(HTTPStatus.MOVED_PERMANENTLY, body, HTML, (("Location", url),))
