"""Answers about articles and their revisions. Takes a read session; writes nothing.

`as_of` is what the archive would have said then: of what was learnt later, nothing shows. None is now.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Select,
    and_,
    column,
    func,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session, aliased

from db import search as searching
from db.contents import unpack_content
from db.models import Article, ArticleUrl, Content, Extraction, Link, Revision, Site, Visit
from db.snippets import Snippet, cut
from db.statements import chunks, is_postgres


@dataclass(frozen=True, slots=True)
class AliasView:
    """A URL of an article, from when to when, and on what evidence."""

    url: str
    url_key: str
    evidence: str
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One text of an article, and what proves it."""

    id: int
    article_id: int
    number: int
    capture_id: int
    extraction_id: int
    first_seen_at: datetime
    previous_seen_at: datetime | None  # last look that still saw its predecessor
    recorded_at: datetime
    title: str
    standfirst: str | None
    text: str
    authors: tuple[str, ...]
    published_at: datetime | None
    published: str | None  # as stated: with its offset, or the day alone
    modified: str | None
    language: str | None
    section: str | None
    canonical_url: str | None
    credit: str | None
    source_url: str | None


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article, its URLs and its newest revision."""

    number: int
    site: str
    site_title: str
    url: str  # under which it was met first, of those that still hold
    aliases: tuple[AliasView, ...]
    guid: str | None
    first_seen_at: datetime
    last_seen_at: datetime | None  # last look that saw a text of it
    gone_at: datetime | None
    revision_count: int
    revision: RevisionView | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A revision that a search found."""

    article_id: int
    number: int  # of the revision
    is_current: bool  # the article's newest
    site: str
    url: str
    title: str
    published_at: datetime | None
    first_seen_at: datetime
    language: str | None
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what a search found, and how much there is."""

    hits: tuple[Hit, ...]
    count: int  # all that match; counting ends at COUNTED
    is_counted_out: bool  # false: there are more than `count`


COUNTED = 10_000

_dated_at = func.coalesce(Revision.published_at, Revision.first_seen_at)
_REVISION = [getattr(Revision, name) for name in RevisionView.__dataclass_fields__]


def find_articles(
    session: Session,
    *,
    number: int | None = None,
    url_key: str | None = None,
    site: str | None = None,
    as_of: datetime | None = None,
) -> list[ArticleView]:
    """The articles of this number, or of this URL (`pipeline.urls.key`), those met last first.

    One URL can have been the URL of several articles.
    """
    wanted = select(Article.id).join(Site)
    if number is not None:
        wanted = wanted.where(Article.id == number)
    if url_key is not None:
        aliases = select(ArticleUrl.article_id).where(ArticleUrl.url_key == url_key)
        if as_of is not None:
            aliases = aliases.where(ArticleUrl.from_at <= as_of)
        wanted = wanted.where(Article.id.in_(aliases))
    if site is not None:
        wanted = wanted.where(Site.name == site)
    if as_of is not None:
        wanted = wanted.where(Article.id.in_(select(Revision.article_id).where(_known(as_of))))
    ids = session.scalars(wanted.order_by(Article.id.desc()).limit(100)).all()
    return load_articles(session, ids, as_of=as_of)


def load_articles(
    session: Session, article_ids: Sequence[int], *, as_of: datetime | None = None
) -> list[ArticleView]:
    """These articles, in this order."""
    views = {}
    for chunk in chunks(article_ids):
        rows = session.execute(
            select(Article, Site.name, Site.title)
            .join(Site, Site.id == Article.site_id)
            .where(Article.id.in_(chunk))
        ).all()
        aliases = _aliases(session, chunk, as_of)
        newest = _newest(session, chunk, as_of)
        last_seen = _last_seen(session, chunk, as_of)
        for article, name, title in rows:
            revision = newest.get(article.id)
            urls = aliases[article.id]
            views[article.id] = ArticleView(
                number=article.id,
                site=name,
                site_title=title,
                url=next((a.url for a in urls if a.to_at is None), urls[0].url if urls else ""),
                aliases=tuple(urls),
                guid=article.guid,
                first_seen_at=article.first_seen_at,
                last_seen_at=last_seen.get(article.id),
                gone_at=_gone_at(session, article, as_of),
                revision_count=article.revision_count
                if as_of is None
                else (revision.number if revision else 0),
                revision=revision,
            )
    return [views[article_id] for article_id in article_ids if article_id in views]


def history(
    session: Session, article_id: int, *, as_of: datetime | None = None
) -> list[RevisionView]:
    """The revisions of an article, the first first."""
    statement = select(*_REVISION).where(Revision.article_id == article_id)
    rows = session.execute(statement.where(_known(as_of)).order_by(Revision.number))
    return [_revision_view(row) for row in rows]


def revision(
    session: Session, article_id: int, number: int, *, as_of: datetime | None = None
) -> RevisionView | None:
    """One revision of an article; None where there is none of that number, or not yet."""
    row = session.execute(
        select(*_REVISION).where(
            Revision.article_id == article_id, Revision.number == number, _known(as_of)
        )
    ).one_or_none()
    return _revision_view(row) if row else None


def content_of(session: Session, extraction_id: int) -> bytes:
    """Everything that an extraction read, as canonical JSON: images, captions, blocks, what was removed."""
    data, base = session.execute(
        select(Content.data, Revision.text)
        .join(Extraction, Extraction.content_sha256 == Content.sha256)
        .outerjoin(Revision, Revision.id == Content.revision_id)
        .where(Extraction.id == extraction_id)
    ).one()
    return unpack_content(data, text=base or "")


def search(
    session: Session,
    words: str,
    *,
    site: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    language: str | None = None,
    as_of: datetime | None = None,
    scope: Literal["newest", "all"] = "newest",
    order: Literal["newest", "best"] = "newest",
    limit: int = 20,
    offset: int = 0,
) -> Found:
    """The revisions in which words are found.

    Args:
        session: A read session.
        words: See db.search for what can be asked.
        site: Only of the site of this name.
        since: Published (or, where no date is stated, seen first) at this moment or later.
        until: The same, before this moment.
        language: Primary tag, such as "en".
        as_of: What the archive would have found then.
        scope: "newest" looks at each article's newest revision, "all" at earlier ones too.
        order: "newest" by that same date; "best" by how well the words fit, which each database rates
            in its own way.
        limit: How many hits at most.
        offset: How many to pass over.

    Raises:
        QueryNotUnderstood: Nothing in `words` can be searched for.
    """
    query = searching.parse(words)
    condition, parameters = searching.condition(session, query)
    key: ColumnClause[int] = column("revision_id" if is_postgres(session) else "rowid")
    index = table("search", key)
    matching: Select[Any] = (
        select(Revision.id)
        .select_from(Revision)
        .join(index, key == Revision.id)
        .join(Article, Article.id == Revision.article_id)
        .join(Site, Site.id == Article.site_id)
        .where(text(condition), _known(as_of))
    )
    if scope == "newest":
        matching = matching.where(_is_newest(as_of))
    if site is not None:
        matching = matching.where(Site.name == site)
    if since is not None:
        matching = matching.where(_dated_at >= since)
    if until is not None:
        matching = matching.where(_dated_at < until)
    if language is not None:
        matching = matching.where(Revision.language == language)
    ranking: tuple[Any, ...] = (_dated_at.desc(), Revision.id.desc())
    if order == "best":
        ranking = (text(searching.rank(session)), Revision.id.desc())
    page = matching.order_by(*ranking).limit(limit).offset(offset)
    ids = session.scalars(page, parameters).all()
    counted = matching.order_by(None).limit(COUNTED + 1).subquery()
    count = session.scalar(select(func.count()).select_from(counted), parameters) or 0
    return Found(
        hits=tuple(_hits(session, ids, query, as_of)),
        count=min(count, COUNTED),
        is_counted_out=count <= COUNTED,
    )


def _hits(
    session: Session, revision_ids: Sequence[int], query: searching.Query, as_of: datetime | None
) -> list[Hit]:
    rows = session.execute(
        select(Revision, Site.name, _is_newest(as_of).label("is_newest"))
        .join(Article, Article.id == Revision.article_id)
        .join(Site, Site.id == Article.site_id)
        .where(Revision.id.in_(revision_ids))
    ).all()
    aliases = _aliases(session, [found.article_id for found, _, _ in rows], as_of)
    hits = {}
    for found, name, is_newest in rows:
        urls = aliases[found.article_id]
        hits[found.id] = Hit(
            article_id=found.article_id,
            number=found.number,
            is_current=bool(is_newest),
            site=name,
            url=next((a.url for a in urls if a.to_at is None), urls[0].url if urls else ""),
            title=found.title,
            published_at=found.published_at,
            first_seen_at=found.first_seen_at,
            language=found.language,
            snippet=cut("\n".join(filter(None, (found.standfirst, found.text))), query),
        )
    return [hits[revision_id] for revision_id in revision_ids]


def _known(as_of: datetime | None) -> ColumnElement[bool]:
    """The condition that a revision was known at that moment."""
    if as_of is None:
        return Revision.id.is_not(None)
    return and_(Revision.recorded_at <= as_of, Revision.first_seen_at <= as_of)


def _is_newest(as_of: datetime | None) -> ColumnElement[bool]:
    """The condition that a revision was its article's newest then."""
    if as_of is None:
        return Revision.id == Article.revision_id
    later = aliased(Revision)
    newest = select(func.max(later.number)).where(
        later.article_id == Revision.article_id,
        later.recorded_at <= as_of,
        later.first_seen_at <= as_of,
    )
    return Revision.number == newest.correlate(Revision).scalar_subquery()


def _newest(
    session: Session, article_ids: Sequence[int], as_of: datetime | None
) -> dict[int, RevisionView]:
    rows = session.execute(
        select(*_REVISION)
        .join(Article, Article.id == Revision.article_id)
        .where(Revision.article_id.in_(article_ids), _is_newest(as_of), _known(as_of))
    )
    return {row.article_id: _revision_view(row) for row in rows}


def _aliases(
    session: Session, article_ids: Sequence[int], as_of: datetime | None
) -> defaultdict[int, list[AliasView]]:
    statement = select(ArticleUrl).where(ArticleUrl.article_id.in_(article_ids))
    if as_of is not None:
        statement = statement.where(ArticleUrl.from_at <= as_of)
    aliases = defaultdict(list)
    for row in session.scalars(statement.order_by(ArticleUrl.id)):
        to_at = row.to_at if row.to_at and (as_of is None or row.to_at <= as_of) else None
        aliases[row.article_id].append(
            AliasView(row.url, row.url_key, row.evidence, row.from_at, to_at)
        )
    return aliases


def _last_seen(
    session: Session, article_ids: Sequence[int], as_of: datetime | None
) -> dict[int, datetime]:
    statement = (
        select(Link.article_id, func.max(Visit.visited_at))
        .join(Visit, Visit.link_id == Link.id)
        .where(Link.article_id.in_(article_ids), Visit.revision_id.is_not(None))
        .group_by(Link.article_id)
    )
    if as_of is not None:
        statement = statement.where(Visit.visited_at <= as_of)
    return {number: seen_at for number, seen_at in session.execute(statement) if number}


def _gone_at(session: Session, article: Article, as_of: datetime | None) -> datetime | None:
    """Since when the article was gone. Of a moment in the past, what the visits until then say."""
    if as_of is None:
        return article.gone_at
    visits = (
        select(Visit.visited_at, Visit.outcome)
        .join(Link, Link.id == Visit.link_id)
        .where(
            Link.article_id == article.id,
            Visit.visited_at <= as_of,
            or_(Visit.revision_id.is_not(None), Visit.outcome == "gone"),
        )
        .order_by(Visit.visited_at.desc(), Visit.id.desc())
    )
    gone_at = None
    for visited_at, outcome in session.execute(visits):
        if outcome != "gone":
            break
        gone_at = visited_at
    return gone_at


def _revision_view(row: Any) -> RevisionView:
    return RevisionView(**{**row._mapping, "authors": tuple(row.authors or ())})  # noqa: SLF001
