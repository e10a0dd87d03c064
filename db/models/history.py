"""Tables of what changed: edits, variants, removals, and the stream of what the archive learnt. No behaviour."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.models.values import Base, Words


class Edit(Base):
    """One typed change between a revision and the one before it, as one version of the comparison sees it."""

    __tablename__ = "edit"
    __table_args__ = (
        UniqueConstraint("revision_id", "previous_revision_id", "comparer", "kind", "op"),
        Index(None, "kind", "revision_id"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    previous_revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    comparer: Mapped[str] = mapped_column(String(8))  # version of pipeline.edits
    kind: Mapped[str] = mapped_column(String(24))  # headline, number, name, quote, body ...
    op: Mapped[str] = mapped_column(String(8))  # "add", "delete", "edit", "move"
    count: Mapped[int] = mapped_column(Integer)  # how many of them
    size: Mapped[int] = mapped_column(Integer)  # words that came or went
    is_silent: Mapped[bool] = mapped_column(Boolean)  # replaced, and no note tells of it


class Variant(Base):
    """A text that was served beside others for a time, as an A/B headline is: no succession.

    How long each was shown is told by the visits, which name the revision that they saw. What a row says never changes:
    when another thing is known it is withdrawn, and another row says it.
    """

    __tablename__ = "variant"
    __table_args__ = (
        Index(
            None,
            "article_id",
            "number",
            "revision_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    number: Mapped[int] = mapped_column(Integer)  # of the article's sets of variants: 1, 2 ...
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    from_at: Mapped[datetime]  # first look that saw this text
    to_at: Mapped[datetime | None]  # when the set was settled; None: still side by side
    recorded_at: Mapped[datetime | None]  # None: by a release that did not note it
    withdrawn_at: Mapped[datetime | None]  # from when on it counts no longer


class Removal(Base):
    """A time in which an article was gone, or seemed to be, and on what evidence.

    What a row says never changes: when it is confirmed, or ends, or is settled again, it is withdrawn, and another row
    says what is known now.
    """

    __tablename__ = "removal"
    __table_args__ = (Index(None, "article_id"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    evidence: Mapped[str] = mapped_column(String(24))  # "410", "404", "front page", "soft 404"
    detail: Mapped[str | None] = mapped_column(Words)
    suspected_at: Mapped[datetime]  # first look that found it gone
    confirmed_at: Mapped[datetime | None]  # look from which it is believed
    returned_at: Mapped[datetime | None]  # look that found it there again
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]  # from when on it counts no longer


class Change(Base):
    """What the archive learnt, in the order in which it was committed: the stream that `changes` reads."""

    __tablename__ = "change"
    __table_args__ = (
        Index(None, "reached_at", "id"),
        Index(None, "site_id", "id"),
        Index(None, "article_id"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)  # the cursor: from Counter, in order
    recorded_at: Mapped[datetime]
    reached_at: Mapped[
        datetime
    ]  # the latest recorded_at of all changes up to this: it never falls, as a clock may
    kind: Mapped[str] = mapped_column(String(16))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id"))


class Counter(Base):
    """A number that only grows, taken under a lock until commit: what is numbered by it has the order of commits."""

    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
