"""The statements of db.asking.queries, built once for each form of question. Knows no session and no moment.

SQLAlchemy takes longer to put a statement together than the databases to answer it. `AsOf` is a form here, as
db.asking.asof.form gives it: parameters stand in the place of its moments.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Select,
    bindparam,
    column,
    func,
    select,
    table,
    text,
    union_all,
)

from db.asking.asof import AsOf, is_known, is_newest, stands
from db.models import Article, Revision, Site

COUNTED = 10_000
"""Up to where hits are counted."""

_ARTICLE_IDS: BindParameter[int] = bindparam("article_ids", expanding=True)
_REVISION_IDS: BindParameter[int] = bindparam("revision_ids", expanding=True)
_ARTICLE_ID: BindParameter[int] = bindparam("article_id")
_DATED_AT = func.coalesce(Revision.published_at, Revision.first_seen_at)

_REVISION = (
    Revision.id,
    Revision.article_id,
    Revision.number,
    Revision.capture_id,
    Revision.extraction_id,
    Revision.first_seen_at,
    Revision.previous_seen_at,
    Revision.recorded_at,
    Revision.title,
    Revision.standfirst,
    Revision.text,
    Revision.authors,
    Revision.published_at,
    Revision.published,
    Revision.modified,
    Revision.language,
    Revision.section,
    Revision.canonical_url,
    Revision.credit,
    Revision.source_url,
)

ARTICLES = (
    select(Article.id, Article.guid, Article.first_seen_at, Site.name, Site.title)
    .join(Site, Site.id == Article.site_id)
    .where(Article.id.in_(_ARTICLE_IDS))
)

REVISIONS = select(*_REVISION).where(Revision.id.in_(_REVISION_IDS))

_NARROWED = {
    "site": Site.name == bindparam("site"),
    "since": bindparam("since") <= _DATED_AT,
    "until": bindparam("until") > _DATED_AT,
    "language": Revision.language == bindparam("language"),
}


@lru_cache
def history_of(as_of: AsOf) -> Select[*tuple[Any, ...]]:
    """The revisions of an article that stood."""
    return (
        select(*_REVISION)
        .where(Revision.article_id == _ARTICLE_ID, stands(as_of))
        .order_by(Revision.first_seen_at, Revision.number)
    )


@lru_cache
def revision_of(as_of: AsOf) -> Select[*tuple[Any, ...]]:
    """One revision of an article, if it was known."""
    is_asked = (Revision.article_id == _ARTICLE_ID, Revision.number == bindparam("number"))
    return select(*_REVISION).where(*is_asked, is_known(as_of))


@lru_cache
def texts_of(as_of: AsOf) -> Select[*tuple[Any, ...]]:
    """The texts of articles that were known, and whether they stood."""
    return (
        select(
            Revision.article_id,
            Revision.id,
            Revision.number,
            Revision.first_seen_at,
            stands(as_of).label("is_standing"),
        )
        .where(Revision.article_id.in_(_ARTICLE_IDS), is_known(as_of))
        .order_by(Revision.first_seen_at, Revision.number)
    )


@lru_cache
def hits_of(as_of: AsOf) -> Select[*tuple[Any, ...]]:
    """What is told of revisions that a search found."""
    return (
        select(
            Revision.id,
            Revision.article_id,
            Revision.number,
            Revision.title,
            Revision.standfirst,
            Revision.text,
            Revision.published_at,
            Revision.first_seen_at,
            Revision.language,
            Site.name.label("site"),
            is_newest(as_of).label("is_newest"),
        )
        .join(Article, Article.id == Revision.article_id)
        .join(Site, Site.id == Article.site_id)
        .where(Revision.id.in_(_REVISION_IDS))
    )


@lru_cache(maxsize=256)
def matching_of(
    sources: tuple[tuple[str, str, str | None], ...],
    as_of: AsOf,
    *,
    is_newest_only: bool,
    is_best_first: bool,
    narrowed: tuple[str, ...],
) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    """A page of what a search matches, each row with the count of all; and that count alone.

    Args:
        sources: Condition, rating and key of each (db.asking.terms.Source).
        as_of: The form of the question.
        is_newest_only: Earlier revisions of an article are no match.
        is_best_first: By the rating, not by date.
        narrowed: Names of parameters that hits are held to: site, since, until, language.
    """
    wanted = [stands(as_of), *(_NARROWED[name] for name in narrowed)]
    if is_newest_only:
        wanted.append(is_newest(as_of))
    found = []
    for condition, rating, key in sources:
        place = func.coalesce(text(rating), 0) if is_best_first else _DATED_AT
        rows = select(Revision.id, place.label("place")).select_from(Revision)
        if key is not None:
            rows = rows.join(table("search", column(key)), text(f"search.{key} = revision.id"))
        found.append(
            rows.join(Article, Article.id == Revision.article_id)
            .join(Site, Site.id == Article.site_id)
            .where(text(condition), *wanted)
        )
    # asked once, for the page and for the count: what matches is the larger part of the work
    matching = union_all(*found).cte("matching")
    counted = select(matching.c.id).limit(bindparam("most")).subquery()
    counting = select(func.count()).select_from(counted)
    page = (
        select(matching.c.id, counting.scalar_subquery())
        .order_by(matching.c.place.desc(), matching.c.id.desc())
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )
    return page, counting
