"""What the tables are made of: moments and words as both databases keep them, the outcomes, the declarative base."""

from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import JSON, TypeDecorator

GUID_LIMIT = 500
"""Characters of a publisher's own id that are kept: it stands in an index."""


def to_millisecond(moment: datetime | None) -> datetime | None:
    """The moment as the archive gives it back: UTC, whole milliseconds."""
    if moment is None:
        return None
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@lru_cache(maxsize=1024)
def _written_out(moment: datetime) -> str:
    """The moment as SQLite keeps it. Most moments of a batch are the same few."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def storable(text: str | None, limit: int | None = None) -> str | None:
    """The text without what Postgres cannot keep (NUL) and UTF-8 cannot say (lone surrogates)."""
    if text is None:
        return None
    text = text[:limit]
    if "\0" in text:
        text = text.replace("\0", "")
    return text if text.isascii() else text.encode(errors="ignore").decode()


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment, to the millisecond.

    ISO text on SQLite (it sorts, and people can read it), timestamptz on Postgres.
    """

    impl = String(24)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:  # noqa: D102 - SQLAlchemy's
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(24))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: D102
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive moment cannot be archived: give it a time zone")
        if dialect.name == "postgresql":
            return to_millisecond(value)
        return _written_out(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.fromisoformat(value)


class Words(TypeDecorator[str]):
    """Text of any origin; what a database cannot keep is left out, the same on both."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002, D102
        return storable(value)


class VisitOutcome(StrEnum):
    """What one look at one URL found."""

    NEW = "new"  # the first revision of an article
    REVISED = "revised"  # a new revision
    SAME_TEXT = "same_text"  # other bytes, the same text
    SAME_BYTES = "same_bytes"  # the same bytes, or 304
    QUARANTINED = "quarantined"  # kept, not believed
    REFUSED = "refused"  # we did not ask: robots.txt, a private address, a limit
    VARIANT = "variant"  # an earlier text of the article, served beside its newest
    GONE = "gone"  # 404, 410
    ERROR = "error"  # no usable answer


class SourceOutcome(StrEnum):
    """What one look at a source came to."""

    NEW = "new"  # it named links that were not known
    SAME = "same"  # it was answered in full, and named nothing new
    EMPTY = "empty"  # it could be read, and named no link that its site wants
    NOT_MODIFIED = "not_modified"  # 304
    REFUSED = "refused"  # we did not ask: robots.txt, a private address, a limit
    ERROR = "error"  # no usable answer


class CrawlOutcome(StrEnum):
    """How a crawl ended. A crawl without one was killed or is running."""

    FINISHED = "finished"
    STOPPED = "stopped"  # asked to stop
    FAILED = "failed"
    KILLED = "killed"  # found dead afterwards


class BackfillState(StrEnum):
    """How far a back-fill has come."""

    OPEN = "open"  # it goes on when it is due
    COMPLETE = "complete"  # every list was read, every page looked at, as far as that was possible
    STOPPED = (
        "stopped"  # by a person; the same back-fill goes on from there when it is asked for again
    )


class DocumentState(StrEnum):
    """What became of a list that a back-fill reads."""

    WAITING = "waiting"
    READ = "read"
    SKIPPED = "skipped"  # its name or its date says that it has nothing of the period
    ABSENT = "absent"  # 404, 410: no such list, as of a day without news
    FAILED = "failed"  # after several tries
    REFUSED = "refused"  # by robots.txt


class Base(DeclarativeBase):
    """Constraints are named by convention, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012
