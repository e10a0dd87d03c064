"""The tables of the archive: what we know. No behaviour, no queries.

Annotations are read at run time by SQLAlchemy. No server defaults and no expression indexes: Alembic
cannot compare them on both databases.
"""

from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
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


class CrawlOutcome(StrEnum):
    """How a crawl ended. A crawl without one was killed or is running."""

    FINISHED = "finished"
    STOPPED = "stopped"  # asked to stop
    FAILED = "failed"
    KILLED = "killed"  # found dead afterwards


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


class Article(Base):
    """An identity at a site. Its content is its revisions; its URLs are its aliases."""

    __tablename__ = "article"
    __table_args__ = (Index(None, "site_id", "first_seen_at"), Index(None, "site_id", "guid"))
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


class KeptApart(Base):
    """Two articles that a person told from each other: no page of the one is taken for the other. Both ways."""

    __tablename__ = "kept_apart"
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"))


class AliasMove(Base):
    """A URL that a person's action took from one article to another: who had it until then."""

    __tablename__ = "alias_move"
    __table_args__ = (Index(None, "from_article_id"), Index(None, "article_url_id"))
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_url_id: Mapped[int] = mapped_column(ForeignKey("article_url.id"))
    from_article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    to_article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"))
    moved_at: Mapped[datetime]


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


class Action(Base):
    """What a person had done to the archive beside crawling: merge, split, undo, reextract, prune, copy. The audit."""

    __tablename__ = "action"
    __table_args__ = (Index(None, "article_id"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    acted_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(Words)  # user@host:pid
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))  # the one acted upon
    reason: Mapped[str | None] = mapped_column(Words)  # as the person gave it
    arguments: Mapped[dict[str, Any]]  # all that an undo needs
    undone_at: Mapped[datetime | None]


class Supersession(Base):
    """A revision that no longer counts, and the one that stands for it. The revision itself is never changed.

    What the archive said before `superseded_at`, and after `restored_at`, counts the revision.
    """

    __tablename__ = "supersession"
    __table_args__ = (Index(None, "revision_id"), Index(None, "by_revision_id"))
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    by_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id"))
    reason: Mapped[str] = mapped_column(String(16))  # "reextracted", "merged", "split", "undone"
    superseded_at: Mapped[datetime]
    restored_at: Mapped[datetime | None]


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

    How long each was shown is told by the visits, which name the revision that they saw.
    """

    __tablename__ = "variant"
    __table_args__ = (UniqueConstraint("article_id", "number", "revision_id"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    number: Mapped[int] = mapped_column(Integer)  # of the article's sets of variants: 1, 2 ...
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    from_at: Mapped[datetime]  # first look that saw this text
    to_at: Mapped[datetime | None]  # when the set was settled; None: still side by side


class Removal(Base):
    """A time in which an article was gone, or seemed to be, and on what evidence."""

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


class TreeHead(Base):
    """The root of a Merkle tree (RFC 6962) over the captures or the revisions known at one time. Only ever added."""

    __tablename__ = "tree_head"
    __table_args__ = (UniqueConstraint("tree", "size"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    tree: Mapped[str] = mapped_column(String(10))  # "capture", "revision"
    size: Mapped[int] = mapped_column(BigInteger)  # leaves
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    frontier: Mapped[bytes] = mapped_column(
        LargeBinary
    )  # roots of its whole subtrees, largest first
    members: Mapped[bytes] = mapped_column(
        LargeBinary
    )  # ids of the leaves that came since the last
    made_at: Mapped[datetime]


class PrunedBody(Base):
    """A body that somebody had removed on purpose: its capture stays, and says so."""

    __tablename__ = "pruned_body"
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"))
    pruned_at: Mapped[datetime]
