"""Whose a URL was at a moment of knowledge: people's actions take URLs from one article to another.

Takes a session, writes nothing. Without a moment it is whose it is now.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, and_, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from db.models import AliasMove, ArticleUrl
from db.statements import chunks, padded


def aliases_of(
    session: Session, article_ids: Collection[int], *, known_at: datetime | None
) -> list[tuple[int, Row[*tuple[Any, ...]]]]:
    """The URLs of these articles, each with its article, in the order in which they were met."""
    rows: dict[int, tuple[int, Row[*tuple[Any, ...]]]] = {}
    for chunk in chunks(sorted(article_ids)):
        if known_at is None:
            found = session.execute(_OF_ARTICLES, {"article_ids": padded(chunk)})
        else:
            values = {"article_ids": padded(chunk), "known_at": known_at}
            found = session.execute(_OF_ARTICLES_THEN, values)
        rows |= _owned(found)
    return [rows[number] for number in sorted(rows) if rows[number][0] in article_ids]


def owners_of_url(
    session: Session, url_key: str, *, known_at: datetime | None
) -> dict[int, datetime]:
    """The articles that had this URL, and since when."""
    if known_at is None:
        found = session.execute(_OF_URL, {"url_key": url_key})
    else:
        found = session.execute(_OF_URL_THEN, {"url_key": url_key, "known_at": known_at})
    return {owner: row.from_at for owner, row in _owned(found).values()}


def _owned(found: Iterable[Row[*tuple[Any, ...]]]) -> dict[int, tuple[int, Row[*tuple[Any, ...]]]]:
    """The URLs by number, each with whose it was: of several moves since then the first took it from them."""
    rows: dict[int, tuple[int, Row[*tuple[Any, ...]]]] = {}
    for row in found:
        rows.setdefault(row.id, (row.owner_id, row))
    return rows


# built once: SQLAlchemy takes longer to put these together than the databases to answer them
_ARTICLE_IDS: BindParameter[int] = bindparam("article_ids", expanding=True)
_URL_KEY: BindParameter[str] = bindparam("url_key")
_KNOWN_AT: BindParameter[datetime] = bindparam("known_at")
_COLUMNS = (
    ArticleUrl.id,
    ArticleUrl.url,
    ArticleUrl.url_key,
    ArticleUrl.evidence,
    ArticleUrl.from_at,
    ArticleUrl.to_at,
)
_ALIASES = select(*_COLUMNS, ArticleUrl.article_id.label("owner_id")).order_by(ArticleUrl.id)
_ALIASES_THEN = (
    select(
        *_COLUMNS,
        func.coalesce(AliasMove.from_article_id, ArticleUrl.article_id).label("owner_id"),
    )
    .outerjoin(
        AliasMove,
        and_(AliasMove.article_url_id == ArticleUrl.id, AliasMove.moved_at > _KNOWN_AT),
    )
    .order_by(ArticleUrl.id, AliasMove.id)
)
_LEFT = select(AliasMove.article_url_id).where(
    AliasMove.from_article_id.in_(_ARTICLE_IDS), AliasMove.moved_at > _KNOWN_AT
)
_HAVING = select(ArticleUrl.id).where(ArticleUrl.article_id.in_(_ARTICLE_IDS))
_OF_ARTICLES = _ALIASES.where(ArticleUrl.article_id.in_(_ARTICLE_IDS))
_OF_ARTICLES_THEN = _ALIASES_THEN.where(ArticleUrl.id.in_(union_all(_HAVING, _LEFT)))
_OF_URL = _ALIASES.where(ArticleUrl.url_key == _URL_KEY)
_OF_URL_THEN = _ALIASES_THEN.where(ArticleUrl.url_key == _URL_KEY)
