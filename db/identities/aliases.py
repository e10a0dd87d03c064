"""Articles that come out of quarantine: their rows, their URLs, and the links that lead to them.

Takes a session and never commits. Which article a page shows is decided before.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from db.archiving.entries import Alias
from db.models import GUID_LIMIT, Article, ArticleUrl, Link, storable
from db.statements import insert_or_ignore


def add_article(
    session: Session, site_id: int, *, guid: str | None, first_seen_at: datetime
) -> int:
    """Add an article without a text; its number."""
    article = Article(
        site_id=site_id,
        guid=storable(guid, GUID_LIMIT),
        first_seen_at=first_seen_at,
        revision_count=0,
        revision_id=None,
        gone_at=None,
        shingles=None,
        merged_into_id=None,
    )
    session.add(article)
    session.flush()
    return article.id


def add_aliases(
    session: Session, article_id: int, site_id: int, aliases: Iterable[Alias], *, now: datetime
) -> None:
    """Note the URLs at which a look found the article; those that are known stay as they are."""
    rows = [
        {
            "article_id": article_id,
            "site_id": site_id,
            "url": alias.url,
            "url_key": alias.url_key,
            "evidence": alias.evidence,
            "from_at": now,
            "to_at": None,
        }
        for alias in aliases
    ]
    insert_or_ignore(session, ArticleUrl, rows)


def lead_link(session: Session, link_id: int, *, article_id: int, revision_id: int | None) -> None:
    """Let a link that showed nothing yet lead to this article."""
    session.execute(
        update(Link)
        .where(Link.id == link_id, (Link.article_id.is_(None)) | (Link.article_id == article_id))
        .values(
            article_id=article_id,
            revision_id=func.coalesce(Link.revision_id, revision_id),
            failure_count=0,
        )
        .execution_options(synchronize_session=False)
    )
