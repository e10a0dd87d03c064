"""Tables of back-fills: what of a site's past somebody wants, and how far it has come. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.values import Base, Words


class Backfill(Base):
    """A period of a site's past that somebody wants, in days of the publisher's own calendar."""

    __tablename__ = "backfill"
    __table_args__ = (Index(None, "site_id", "state"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    from_on: Mapped[str] = mapped_column(String(10))  # the first day, ISO 8601
    to_on: Mapped[str] = mapped_column(String(10))  # the last one, itself wanted
    state: Mapped[str] = mapped_column(String(12))  # BackfillState
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]  # when it may go on; None: now
    ended_at: Mapped[datetime | None]
    failure_count: Mapped[int] = mapped_column(Integer)  # slices in a row that reached nothing
    detail: Mapped[str | None] = mapped_column(Words)  # what was wrong with its last slice
    counts: Mapped[dict[str, Any]]  # what it came to, once it is complete


class BackfillDocument(Base):
    """One list that a back-fill reads: a sitemap, a page of the WordPress API, of an archive. Its cursor."""

    __tablename__ = "backfill_document"
    __table_args__ = (
        UniqueConstraint("backfill_id", "url"),
        Index(None, "backfill_id", "state"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    backfill_id: Mapped[int] = mapped_column(ForeignKey("backfill.id"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"))  # None: robots.txt
    kind: Mapped[str] = mapped_column(String(16))  # of source, or "robots"
    url: Mapped[str] = mapped_column(Words)
    depth: Mapped[int] = mapped_column(Integer)  # lists within lists; pages: how many before it
    state: Mapped[str] = mapped_column(String(12))  # DocumentState
    try_count: Mapped[int] = mapped_column(Integer)
    read_at: Mapped[datetime | None]
    status: Mapped[int | None] = mapped_column(Integer)
    link_count: Mapped[int] = mapped_column(Integer)  # pages of the site that it names
    wanted_count: Mapped[int] = mapped_column(Integer)  # of them, those that the back-fill took
    outside_count: Mapped[int] = mapped_column(Integer)  # of them, those of other days
    detail: Mapped[str | None] = mapped_column(Words)  # why it was left out, or what was wrong


class BackfillLink(Base):
    """A page that a back-fill wants: looked at once, and from then on like any other."""

    __tablename__ = "backfill_link"
    backfill_id: Mapped[int] = mapped_column(ForeignKey("backfill.id"), primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id"), primary_key=True)
