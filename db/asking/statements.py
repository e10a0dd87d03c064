"""The statements of db.asking.queries, built once for each form of question. Knows no session and no moment.

SQLAlchemy takes longer to put a statement together than the databases to answer it. `AsOf` is a form here, as
db.asking.asof.form gives it: parameters stand in the place of its moments.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
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
from db.asking.terms import Index
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
    indexes: tuple[Index, ...],
    as_of: AsOf,
    *,
    is_newest_only: bool,
    is_best_first: bool,
    narrowed: tuple[str, ...],
) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    """A page of what a search matches, each row with the count of all; and that count alone.

    Args:
        indexes: Which are asked.
        as_of: The form of the question.
        is_newest_only: Earlier revisions of an article are no match.
        is_best_first: By the rating, not by date.
        narrowed: Names of parameters that hits are held to: site, since, until, language.
    """
    wanted = [stands(as_of), *(_NARROWED[name] for name in narrowed)]
    if is_newest_only:
        wanted.append(is_newest(as_of))
    found = [
        _found_apart(number, index, wanted, is_best_first=is_best_first)
        if index.is_apart
        else _found(index, wanted, is_best_first=is_best_first)
        for number, index in enumerate(indexes, 1)
    ]
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


def _found(
    index: Index, wanted: Sequence[ColumnElement[bool]], *, is_best_first: bool
) -> Select[*tuple[Any, ...]]:
    """What an index matches, with the place of each."""
    rows = select(Revision.id, _place(index, is_best_first=is_best_first).label("place"))
    return (
        _with_search(rows.select_from(Revision), index)
        .join(Article, Article.id == Revision.article_id)
        .join(Site, Site.id == Article.site_id)
        .where(text(index.condition), *wanted)
    )


def _found_apart(
    number: int, index: Index, wanted: Sequence[ColumnElement[bool]], *, is_best_first: bool
) -> Select[*tuple[Any, ...]]:
    """The same in three steps, which the planner may not mix: by the index, by columns, by the texts themselves."""
    indexed = table("search", column(index.key)) if index.key else table("revision", column("id"))
    key = indexed.c[index.key or "id"].label("id")
    by_index = _step(select(key).where(text(index.condition)), f"found_{number}")
    by_columns = (
        select(Revision.id, _DATED_AT.label("place"))
        .join(by_index, by_index.c.id == Revision.id)
        .join(Article, Article.id == Revision.article_id)
        .join(Site, Site.id == Article.site_id)
        .where(*wanted)
    )
    if index.check is None and not is_best_first:
        return by_columns
    narrowed = _step(by_columns, f"narrowed_{number}")
    place = _place(index, is_best_first=True) if is_best_first else narrowed.c.place
    rows = select(narrowed.c.id, place.label("place")).join(Revision, Revision.id == narrowed.c.id)
    rows = _with_search(rows, index)
    return rows if index.check is None else rows.where(text(index.check))


def _step(rows: Select[*tuple[Any, ...]], name: str) -> CTE:
    return rows.cte(name).prefix_with("MATERIALIZED")


def _place(index: Index, *, is_best_first: bool) -> ColumnElement[Any]:
    return func.coalesce(text(index.rating), 0) if is_best_first else _DATED_AT


def _with_search(rows: Select[*tuple[Any, ...]], index: Index) -> Select[*tuple[Any, ...]]:
    if index.key is None:
        return rows
    own = table("search", column(index.key))
    return rows.join(own, text(f"search.{index.key} = revision.id"))
