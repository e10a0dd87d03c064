"""Tables of what publishers said: articles, their URLs and revisions, and what was copied from whom. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import JSON

from db.models.values import Base, Words


class Article(Base):
    """An identity at a site. Its content is its revisions; its URLs are its aliases."""

    __tablename__ = "article"
    __table_args__ = (
        Index(None, "site_id", "first_seen_at"),
        Index(None, "site_id", "guid"),
        Index(
            None,
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    guid: Mapped[str | None] = mapped_column(Words)  # publisher's own id: feed guid
    first_seen_at: Mapped[datetime]
    revision_count: Mapped[int] = mapped_column(Integer)
    revision_id: Mapped[int | None] = mapped_column(
        Integer
    )  # the newest; no key: revision names its article
    gone_at: Mapped[datetime | None]  # first look that found it gone; None: there
    shingles: Mapped[bytes | None] = mapped_column(
        LargeBinary
    )  # of the newest revision, 8 bytes each
    merged_into_id: Mapped[int | None] = mapped_column(
        Integer
    )  # the article that it turned out to be; no key, as of extraction.profile_id


class ArticleUrl(Base):
    """A URL of an article, from when to when, and on what evidence."""

    __tablename__ = "article_url"
    __table_args__ = (
        Index(None, "url_key", "site_id"),
        UniqueConstraint("article_id", "url_key"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    url: Mapped[str] = mapped_column(Words)
    url_key: Mapped[str] = mapped_column(Words)
    evidence: Mapped[str] = mapped_column(String(16))  # "asked", "redirect", "canonical", "guid"
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    because: Mapped[str | None] = mapped_column(
        Words
    )  # all that was weighed when it came to a known article: "guid +0.5, similar text +0.4"


class Revision(Base):
    """One text of an article by its publisher, and the capture that proves it. Never changed."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("article_id", "number"),
        Index(None, "first_seen_at"),
        Index(None, "capture_id"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    number: Mapped[int] = mapped_column(Integer)  # 1, 2, 3 ...
    capture_id: Mapped[int] = mapped_column(ForeignKey("capture.id"))
    extraction_id: Mapped[int] = mapped_column(ForeignKey("extraction.id"))
    first_seen_at: Mapped[datetime]  # first look that saw it
    previous_seen_at: Mapped[datetime | None]  # last look that still saw its predecessor
    recorded_at: Mapped[datetime]  # when we learnt it
    title: Mapped[str] = mapped_column(Words)
    standfirst: Mapped[str | None] = mapped_column(Words)
    text: Mapped[str] = mapped_column(Words)  # one block a line
    authors: Mapped[list[str]]
    published_at: Mapped[datetime | None]
    published: Mapped[str | None] = mapped_column(
        String(40)
    )  # ISO 8601 as stated: offset, or day alone
    modified: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str | None] = mapped_column(String(16))
    section: Mapped[str | None] = mapped_column(Words)
    canonical_url: Mapped[str | None] = mapped_column(Words)
    credit: Mapped[str | None] = mapped_column(Words)
    source_url: Mapped[str | None] = mapped_column(Words)
    normal_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))  # pipeline.compare.normal_digest


class Reprint(Base):
    """The directed link from a copy to its source, with the evidence."""

    __tablename__ = "reprint"
    __table_args__ = (
        UniqueConstraint("copy_article_id", "source_url"),
        Index(None, "source_article_id"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    copy_article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    source_article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))
    source_url: Mapped[str] = mapped_column(Words)
    containment: Mapped[float | None] = mapped_column(
        Float
    )  # share of the copy's text found in the source
    evidence: Mapped[list[str]]  # "link in the credit line", "text overlap", "phrase injected"
    watermark: Mapped[str | None] = mapped_column(
        Words
    )  # a phrase that the copy has at odd places where its source has nothing
    found_at: Mapped[datetime]
    earlier: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # {"states": [...]}: what was said of it before it was completed, each "until" a moment
