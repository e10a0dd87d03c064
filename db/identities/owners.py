"""Whose a URL was at a moment of knowledge: people's actions take URLs from one article to another.

Takes a session, writes nothing. Without a moment it is whose it is now.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import AliasMove, ArticleUrl
from db.statements import chunks


def aliases_of(
    session: Session, article_ids: Collection[int], *, known_at: datetime | None
) -> list[tuple[int, ArticleUrl]]:
    """The URLs of these articles, each with its article, in the order in which they were met."""
    rows: dict[int, ArticleUrl] = {}
    for chunk in chunks(sorted(article_ids)):
        found = session.scalars(select(ArticleUrl).where(ArticleUrl.article_id.in_(chunk)))
        rows |= {row.id: row for row in found}
        if known_at is not None:
            left = select(AliasMove.article_url_id).where(
                AliasMove.from_article_id.in_(chunk), AliasMove.moved_at > known_at
            )
            moved = session.scalars(select(ArticleUrl).where(ArticleUrl.id.in_(left)))
            rows |= {row.id: row for row in moved}
    owned = _owned(session, rows.values(), known_at)
    return [(owner, row) for owner, row in owned if owner in article_ids]


def owners_of_url(
    session: Session, url_key: str, *, known_at: datetime | None
) -> dict[int, datetime]:
    """The articles that had this URL, and since when."""
    rows = session.scalars(select(ArticleUrl).where(ArticleUrl.url_key == url_key))
    return {owner: row.from_at for owner, row in _owned(session, rows.all(), known_at)}


def _owned(
    session: Session, rows: Iterable[ArticleUrl], known_at: datetime | None
) -> list[tuple[int, ArticleUrl]]:
    ordered = sorted(rows, key=lambda row: row.id)
    first_move: dict[int, int] = {}
    if known_at is not None:
        for chunk in chunks([row.id for row in ordered]):
            moves = session.execute(
                select(AliasMove.article_url_id, AliasMove.from_article_id)
                .where(AliasMove.article_url_id.in_(chunk), AliasMove.moved_at > known_at)
                .order_by(AliasMove.id)
            )
            for alias_id, owner in moves:
                first_move.setdefault(alias_id, owner)
    return [(first_move.get(row.id, row.article_id), row) for row in ordered]
