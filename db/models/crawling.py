"""Tables of what is wanted: sites, their sources and links, and the crawls that ask for them. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
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


class Site(Base):
    """A configured publication, or an ad-hoc one (a URL that no site file covers)."""

    __tablename__ = "site"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(Words)
    home: Mapped[str] = mapped_column(Words)
    is_ad_hoc: Mapped[bool] = mapped_column(Boolean)
    added_at: Mapped[datetime]
    crawled_at: Mapped[datetime | None]  # end of its last crawl
    due_at: Mapped[datetime | None]  # when its schedule wants the next; None: now
    failure_count: Mapped[int] = mapped_column(Integer)  # crawls in a row that reached nothing
    last_error: Mapped[str | None] = mapped_column(Words)
    wanted_at: Mapped[datetime | None]  # a person asked for a crawl then, whatever its schedule
    paused_at: Mapped[datetime | None]  # None: it is crawled by its schedule
    pause_reason: Mapped[str | None] = mapped_column(Words)
    begun_at: Mapped[datetime | None]  # of its last whole crawl: its schedule counts from there
    wait_until_at: Mapped[datetime | None]  # its server did not want to be asked before then


class Source(Base):
    """Where a site's links come from, and what it answered last."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("site_id", "kind", "url"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(String(16))
    url: Mapped[str] = mapped_column(Words)
    etag: Mapped[str | None] = mapped_column(Words)
    last_modified: Mapped[str | None] = mapped_column(Words)
    body_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    checked_at: Mapped[datetime | None]
    status: Mapped[int | None] = mapped_column(Integer)
    link_count: Mapped[int] = mapped_column(Integer)  # links in its last full answer
    failure_count: Mapped[int] = mapped_column(Integer)
    last_error: Mapped[str | None] = mapped_column(Words)
    dropped: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # links of its last full answer that were not taken: reason -> {"count", "urls": a few}
    due_at: Mapped[datetime | None]  # when it is asked next; None: in the site's next crawl
    due_because: Mapped[str | None] = mapped_column(Words)  # what set that moment
    yield_count: Mapped[float | None] = mapped_column(Float)  # new links, the older the less
    yield_s: Mapped[float | None] = mapped_column(Float)  # seconds in which they came, likewise
    asked_whole_at: Mapped[datetime | None]  # last look that took no 304 for an answer
    stated: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # what its feed says of when to ask again: crawler.pace.Stated
    wrong_304_at: Mapped[datetime | None]  # since then its 304s are not believed


class SourceLook(Base):
    """One look at a source. Rows are only ever added: what sources promised, and when they were silent."""

    __tablename__ = "source_look"
    __table_args__ = (Index(None, "source_id", "looked_at"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    crawl_id: Mapped[int] = mapped_column(ForeignKey("crawl.id"))
    looked_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(16))  # SourceOutcome
    status: Mapped[int | None] = mapped_column(Integer)  # None: no answer
    link_count: Mapped[int | None] = mapped_column(
        Integer
    )  # wanted links that it named; None: it was not read (304, the same bytes, an error)
    new_link_count: Mapped[int] = mapped_column(Integer)  # of them, not known before
    detail: Mapped[str | None] = mapped_column(Words)  # what was wrong with it


class SourceList(Base):
    """What one document of a source listed when it was read last: derived, and made anew at the next reading."""

    __tablename__ = "source_list"
    __table_args__ = (UniqueConstraint("source_id", "url"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    url: Mapped[str] = mapped_column(Words)  # of the document
    read_at: Mapped[datetime]
    link_ids: Mapped[list[int]] = mapped_column(JSON)  # in its order
    left_count: Mapped[float] = mapped_column(Float)  # links that left it, the older the less
    missed_count: Mapped[float] = mapped_column(Float)  # of them, while older ones stayed; likewise


class Crawl(Base):
    """One run over one or more sites."""

    __tablename__ = "crawl"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    trigger: Mapped[str] = mapped_column(String(16))  # "command", "schedule", "scrapy", "demo"
    owner: Mapped[str] = mapped_column(Words)  # host:pid
    error: Mapped[str | None] = mapped_column(Words)


class CrawlSite(Base):
    """A site's part of a crawl."""

    __tablename__ = "crawl_site"
    crawl_id: Mapped[int] = mapped_column(ForeignKey("crawl.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    counts: Mapped[dict[str, Any]]  # VisitOutcome -> number of visits; "sources", "links"
    outcome: Mapped[str | None] = mapped_column(String(16))
    error: Mapped[str | None] = mapped_column(Words)


class Lease(Base):
    """Who may crawl a host until when. The token only ever grows: a late writer is noticed by it."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    owner: Mapped[str | None] = mapped_column(Words)
    token: Mapped[int] = mapped_column(BigInteger)
    until_at: Mapped[datetime | None]


class RobotsFile(Base):
    """What a host answered last when it was asked for its robots.txt. Only answers that say what is allowed."""

    __tablename__ = "robots_file"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    origin: Mapped[str] = mapped_column(Words, unique=True)  # scheme://host:port
    asked_at: Mapped[datetime]
    status: Mapped[int] = mapped_column(Integer)
    body: Mapped[bytes] = mapped_column(LargeBinary)  # empty where there is none


class Link(Base):
    """A URL worth fetching, what its source said of it, and when it is due: the work that survives a kill."""

    __tablename__ = "link"
    __table_args__ = (
        UniqueConstraint("site_id", "url_key"),
        Index(None, "site_id", "due_at"),
        Index(None, "article_id"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))
    url: Mapped[str] = mapped_column(Words)  # as first found
    url_key: Mapped[str] = mapped_column(Words)  # pipeline.urls.key
    title: Mapped[str | None] = mapped_column(Words)
    guid: Mapped[str | None] = mapped_column(Words)
    published_at: Mapped[datetime | None]
    modified_at: Mapped[datetime | None]  # as its source said last
    visited_modified_at: Mapped[datetime | None]  # what modified_at was at the last visit
    depth: Mapped[int] = mapped_column(Integer)
    found_at: Mapped[datetime]
    due_at: Mapped[datetime | None]  # None: not wanted again
    visited_at: Mapped[datetime | None]
    visit_count: Mapped[int] = mapped_column(Integer)
    failure_count: Mapped[int] = mapped_column(Integer)  # in a row
    etag: Mapped[str | None] = mapped_column(Words)
    last_modified: Mapped[str | None] = mapped_column(Words)
    capture_id: Mapped[int | None] = mapped_column(
        Integer
    )  # the last one; no key: capture names its link
    revision_id: Mapped[int | None] = mapped_column(
        Integer
    )  # what it showed last; no key, as above
    due_rule: Mapped[str | None] = mapped_column(String(16))  # what set due_at: DueRule
    edit_count: Mapped[int | None] = mapped_column(Integer)  # looks at it that found a new revision
    edited_at: Mapped[datetime | None]  # the last of them
    is_live: Mapped[bool | None] = mapped_column(Boolean)  # its page said so when it was read last
    missed_at: Mapped[datetime | None]  # it was due for the sake of a source that listed it no more


class SiteRhythm(Base):
    """How often a site changes its articles, learnt from the ledger up to one crawl: derived, and made anew at will."""

    __tablename__ = "site_rhythm"
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    learner: Mapped[str] = mapped_column(String(32))  # the version of what learnt it
    learned_at: Mapped[datetime]
    crawl_id: Mapped[int] = mapped_column(Integer)  # the last whose looks it was learnt from
    content: Mapped[dict[str, Any]]  # pipeline.revisits.rhythm


class SiteProfile(Base):
    """What was learnt of a site from its pages at one time. Never changed: who learns again adds a row."""

    __tablename__ = "site_profile"
    __table_args__ = (UniqueConstraint("site_id", "number"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    number: Mapped[int] = mapped_column(Integer)  # of the site: 1, 2, 3 ...
    learned_at: Mapped[datetime]
    learner: Mapped[str] = mapped_column(String(32))  # the version of what learnt it
    digest_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))  # of its content
    article_count: Mapped[int] = mapped_column(Integer)  # that the site had then
    page_count: Mapped[int] = mapped_column(
        Integer
    )  # with different stories, that it was learnt from
    content: Mapped[bytes] = mapped_column(LargeBinary)  # canonical JSON
