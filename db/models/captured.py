"""Tables of what was received and read: captures and the frames that hold them, visits, extractions. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import JSON

from db.models.values import Base, Words


class Dictionary(Base):
    """Earlier pages of a site, end to end, that its first captures are compressed against.

    The pages are not kept twice: `members` names their frames, and db.captures puts them together again.
    """

    __tablename__ = "dictionary"
    __table_args__ = (UniqueConstraint("site_id", "generation"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # of its bytes
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    generation: Mapped[int] = mapped_column(Integer)  # of the site: 1, 2, 3 ...
    members: Mapped[bytes] = mapped_column(LargeBinary)  # 32-byte digests of frames, in order
    size: Mapped[int] = mapped_column(Integer)  # of its bytes


class Frame(Base):
    """A body's bytes as zstd: alone, against a dictionary of its site, or against another frame's body."""

    __tablename__ = "frame"
    __table_args__ = (Index(None, "site_id", "position", "id"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # of the body
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(String(10))  # "plain", "dictionary", "delta"
    base_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # of that dictionary or body
    position: Mapped[int] = mapped_column(Integer)  # in its chain of deltas; 0: no delta
    size: Mapped[int] = mapped_column(Integer)  # of the body
    stored_size: Mapped[int] = mapped_column(Integer)  # of the zstd bytes
    pack: Mapped[int | None] = mapped_column(Integer)  # the pack file that has them; None: data has
    pack_offset: Mapped[int | None] = mapped_column(BigInteger)
    data: Mapped[bytes | None] = mapped_column(LargeBinary)


class Capture(Base):
    """One response as received. Never changed."""

    __tablename__ = "capture"
    __table_args__ = (Index(None, "link_id"), Index(None, "body_sha256"))
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id"))
    crawl_id: Mapped[int] = mapped_column(ForeignKey("crawl.id"))
    fetched_at: Mapped[datetime]
    url: Mapped[str] = mapped_column(Words)  # as asked
    url_answered: Mapped[str | None] = mapped_column(Words)  # None: as asked
    redirects: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # {"hops": [[status, url], ...]}
    status: Mapped[int] = mapped_column(Integer)
    headers: Mapped[bytes] = mapped_column(LargeBinary)  # zstd of "Name: value" lines
    body_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    body_size: Mapped[int] = mapped_column(Integer)
    is_truncated: Mapped[bool] = mapped_column(Boolean)


class Unread(Base):
    """A capture that was kept and not archived yet: what a killed crawl leaves for the next to read."""

    __tablename__ = "unread"
    capture_id: Mapped[int] = mapped_column(ForeignKey("capture.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))


class Unrelated(Base):
    """An article whose newest text was not compared with those of other sites yet."""

    __tablename__ = "unrelated"
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))


class Visit(Base):
    """One look at one link at one moment: the observation ledger. Only ever added."""

    __tablename__ = "visit"
    __table_args__ = (
        Index(None, "link_id"),
        Index(None, "crawl_id", postgresql_using="brin"),  # visits come crawl by crawl
        UniqueConstraint("capture_id"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    crawl_id: Mapped[int] = mapped_column(ForeignKey("crawl.id"))
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id"))
    visited_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12))
    status: Mapped[int | None] = mapped_column(Integer)
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))  # the one it saw
    detail: Mapped[str | None] = mapped_column(Words)  # of an error or refusal
    recorded_at: Mapped[datetime | None]  # when we learnt it, if that was long after the look


class Content(Base):
    """Everything that an extraction read, once for all extractions that read the same."""

    __tablename__ = "content"
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    revision_id: Mapped[int | None] = mapped_column(Integer)  # against whose text; no key: see Link
    data: Mapped[bytes] = mapped_column(LargeBinary)  # zstd of canonical JSON


class Extraction(Base):
    """What one extractor version, with one state of the site's rules and profile, read from one capture."""

    __tablename__ = "extraction"
    __table_args__ = (UniqueConstraint("capture_id", "extractor", "rules_sha256"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    capture_id: Mapped[int] = mapped_column(ForeignKey("capture.id"))
    extractor: Mapped[str] = mapped_column(String(32))
    rules_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))  # of the rules and the profile
    content_sha256: Mapped[bytes] = mapped_column(ForeignKey("content.sha256"))
    verdict: Mapped[str] = mapped_column(String(12))
    read_at: Mapped[datetime]
    profile_id: Mapped[int | None] = mapped_column(
        Integer
    )  # the site's profile that was used; no key: SQLite could not take the column away again
    revision_id: Mapped[int | None] = mapped_column(
        Integer
    )  # what its capture's look was settled to have seen when it was read again; None: as the visit says


class Quarantine(Base):
    """An extraction that was not believed: kept, never a revision."""

    __tablename__ = "quarantine"
    __table_args__ = (UniqueConstraint("extraction_id"), Index(None, "link_id"))
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    extraction_id: Mapped[int] = mapped_column(ForeignKey("extraction.id"))
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id"))
    reason: Mapped[str] = mapped_column(String(24))
    detail: Mapped[str | None] = mapped_column(Words)
    quarantined_at: Mapped[datetime]
    released_at: Mapped[datetime | None]


class PrunedBody(Base):
    """A body that somebody had removed on purpose: its capture stays, and says so."""

    __tablename__ = "pruned_body"
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"))
    pruned_at: Mapped[datetime]
