"""Which captures are to be read again. Takes a session and writes nothing; what was read is `rereadings`' to write.

A capture is done when the reading of it that counts, its last, is by the present reader: a run that was killed goes on
where it was. Knows no extractor; what is read, and which article it is, is the pipeline's to say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.archiving.contents import unpack_headers
from db.histories.seen import links_of
from db.models import (
    Article,
    Capture,
    Extraction,
    Link,
    PrunedBody,
    Quarantine,
    Revision,
    Visit,
    VisitOutcome,
)
from db.statements import (
    chunks,
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: an extractor's version with one state of a site's rules and profile."""

    extractor: str
    rules_sha256: bytes
    profile_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a site is to be read again. Whole articles: one text must not be compared across readers."""

    site_id: int
    reader: Reader
    since: datetime | None = None  # articles with a capture from then on
    until: datetime | None = None  # and one up to then
    article_id: int | None = None
    is_quarantined_only: bool = False  # articles and links with a page that was not believed


class Page(NamedTuple):
    """A capture to be read again, without its body."""

    capture_id: int
    visit_id: int
    link_id: int
    fetched_at: datetime
    body_sha256: bytes
    url: str  # that answered
    content_type: str | None
    is_truncated: bool
    feed_title: str | None
    feed_published: datetime | None


class Doubted(NamedTuple):
    """A look that brought a page which was not believed, and is quarantined still."""

    visit_id: int
    link_id: int
    at: datetime
    capture_id: int
    asked: str  # the URL
    answered: str
    url_key: str
    guid: str | None
    article_id: int | None  # that its link shows


class Earlier(NamedTuple):
    """An extraction that is there already."""

    id: int
    capture_id: int
    extractor: str
    rules_sha256: bytes
    read_at: datetime


def articles_to_read(session: Session, scope: Scope) -> list[int]:
    """The articles that have a page which the present reader has not read, in order."""
    pages = _pages(scope).join(Link, Link.id == Visit.link_id)
    shown = pages.where(Link.article_id.is_not(None)).with_only_columns(Link.article_id)
    told = (
        pages.join(Revision, Revision.id == Visit.revision_id)
        .join(Article, Article.id == Revision.article_id)
        .with_only_columns(func.coalesce(Article.merged_into_id, Article.id))
    )
    if scope.is_quarantined_only:
        found = set(session.scalars(shown.distinct()))
    else:
        found = {*session.scalars(shown.distinct()), *session.scalars(told.distinct())}
    if scope.article_id is not None:
        found &= {scope.article_id}
    return sorted(each for each in found if each is not None)


def links_to_read(session: Session, scope: Scope) -> list[int]:
    """The links that never showed an article and have a quarantined page the reader has not read, in order."""
    if scope.article_id is not None:
        return []
    statement = (
        _pages(scope)
        .join(Link, Link.id == Visit.link_id)
        .where(Link.article_id.is_(None), _is_quarantined())
        .with_only_columns(Link.id)
    )
    return sorted(set(session.scalars(statement.distinct())))


def pages_of(
    session: Session, article_ids: Sequence[int] = (), *, link_ids: Iterable[int] = ()
) -> list[Page]:
    """The pages of all links that show these articles or have shown them, by link and moment."""
    links = sorted({*links_of(session, article_ids), *link_ids})
    pages = []
    for chunk in chunks(links):
        rows = session.execute(
            select(
                Capture.id,
                Visit.id.label("visit_id"),
                Capture.link_id,
                Capture.fetched_at,
                Capture.body_sha256,
                Capture.url,
                Capture.url_answered,
                Capture.headers,
                Capture.is_truncated,
                Link.title,
                Link.published_at,
            )
            .join(Visit, Visit.capture_id == Capture.id)
            .join(Link, Link.id == Capture.link_id)
            .where(Capture.link_id.in_(chunk), _is_page())
            .order_by(Capture.link_id, Capture.id)
        )
        pages += [
            Page(
                capture_id=row.id,
                visit_id=row.visit_id,
                link_id=row.link_id,
                fetched_at=row.fetched_at,
                body_sha256=row.body_sha256,
                url=row.url_answered or row.url,
                content_type=_content_type(row.headers),
                is_truncated=row.is_truncated,
                feed_title=row.title,
                feed_published=row.published_at,
            )
            for row in rows
        ]
    return pages


def doubted_looks(session: Session, link_ids: Sequence[int]) -> list[Doubted]:
    """The looks at these links whose pages are in quarantine, in the order of the ledger."""
    found: list[Doubted] = []
    for chunk in chunks(link_ids):
        rows = session.execute(
            select(
                Visit.id,
                Visit.link_id,
                Visit.visited_at,
                Visit.capture_id,
                Capture.url,
                Capture.url_answered,
                Link.url_key,
                Link.guid,
                Link.article_id,
            )
            .join(Capture, Capture.id == Visit.capture_id)
            .join(Link, Link.id == Visit.link_id)
            .where(
                Visit.link_id.in_(chunk),
                _is_quarantined(),
            )
        )
        found += [
            Doubted(
                visit_id=row.id,
                link_id=row.link_id,
                at=row.visited_at,
                capture_id=row.capture_id,
                asked=row.url,
                answered=row.url_answered or row.url,
                url_key=row.url_key,
                guid=row.guid,
                article_id=row.article_id,
            )
            for row in rows
        ]
    return sorted(found)


def earlier_extractions(session: Session, capture_ids: Sequence[int]) -> dict[int, list[Earlier]]:
    """What was read of these captures already, by capture."""
    found: dict[int, list[Earlier]] = {capture_id: [] for capture_id in capture_ids}
    for chunk in chunks(capture_ids):
        rows = session.execute(
            select(
                Extraction.id,
                Extraction.capture_id,
                Extraction.extractor,
                Extraction.rules_sha256,
                Extraction.read_at,
            ).where(Extraction.capture_id.in_(chunk))
        )
        for row in rows:
            found[row.capture_id].append(Earlier(*row))
    return found


def _pages(scope: Scope) -> Select[Any]:
    """The site's visits that brought a page which the scope wants read."""
    statement = (
        select(Visit.id)
        .join(Capture, Capture.id == Visit.capture_id)
        .where(
            Visit.link_id.in_(select(Link.id).where(Link.site_id == scope.site_id)),
            _is_page(),
            ~_is_read_by(scope.reader),
            ~_is_pruned(),
        )
    )
    if scope.since is not None:
        statement = statement.where(Capture.fetched_at >= scope.since)
    if scope.until is not None:
        statement = statement.where(Capture.fetched_at <= scope.until)
    if scope.is_quarantined_only:
        statement = statement.where(_is_quarantined())
    return statement


def _is_page() -> ColumnElement[bool]:
    """The condition that a visit brought bytes that had not been read before."""
    return Visit.outcome != VisitOutcome.SAME_BYTES.value


def _is_quarantined() -> ColumnElement[bool]:
    return exists().where(
        Extraction.capture_id == Capture.id,
        Quarantine.extraction_id == Extraction.id,
        Quarantine.released_at.is_(None),
    )


def _is_pruned() -> ColumnElement[bool]:
    return exists().where(PrunedBody.sha256 == Capture.body_sha256)


def _is_read_by(reader: Reader) -> ColumnElement[bool]:
    """The condition that the last reading of a capture is by this reader."""
    mine, later = aliased(Extraction), aliased(Extraction)
    is_later = or_(
        later.read_at > mine.read_at, and_(later.read_at == mine.read_at, later.id > mine.id)
    )
    return exists().where(
        mine.capture_id == Capture.id,
        mine.extractor == reader.extractor,
        mine.rules_sha256 == reader.rules_sha256,
        ~exists().where(later.capture_id == mine.capture_id, is_later),
    )


def _content_type(headers: bytes) -> str | None:
    found = (value for name, value in unpack_headers(headers) if name.lower() == "content-type")
    return next(found, None)
