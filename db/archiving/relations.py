"""Articles as parties to a possible reprint: what deciding who copied whom needs to know of them.

Also which of them have not been compared yet. Judging is the pipeline's.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.models import Article, ArticleUrl, Reprint, Revision, Unrelated
from db.statements import chunks, unpack_hashes


@dataclass(frozen=True, slots=True)
class PartyRow:
    """An article with its newest text."""

    article_id: int
    site_id: int
    urls: tuple[tuple[str, str], ...]  # (url, url_key), in the order in which they were met
    first_seen_at: datetime
    published_at: datetime | None
    is_day_only: bool
    source_url: str | None  # where its credit line links to
    text: str


def parties(session: Session, article_ids: Sequence[int]) -> list[PartyRow]:
    """These articles, in order of their numbers; those without a revision are left out."""
    addresses: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for article_id, url, url_key in session.execute(
        select(ArticleUrl.article_id, ArticleUrl.url, ArticleUrl.url_key)
        .where(ArticleUrl.article_id.in_(article_ids))
        .order_by(ArticleUrl.id)
    ):
        addresses[article_id].append((url, url_key))
    rows = session.execute(
        select(
            Article.id,
            Article.site_id,
            Article.first_seen_at,
            Revision.published_at,
            Revision.published,
            Revision.source_url,
            Revision.text,
        )
        .join(Revision, Revision.id == Article.revision_id)
        .where(Article.id.in_(article_ids))
        .order_by(Article.id)
    )
    return [
        PartyRow(
            article_id=row.id,
            site_id=row.site_id,
            urls=tuple(addresses[row.id]),
            first_seen_at=row.first_seen_at,
            published_at=row.published_at,
            is_day_only=row.published is not None and "T" not in row.published,
            source_url=row.source_url,
            text=row.text,
        )
        for row in rows
    ]


def articles_at(session: Session, url_keys: Collection[str]) -> list[int]:
    """Articles of any site that have one of these URLs."""
    found = session.scalars(
        select(ArticleUrl.article_id).where(ArticleUrl.url_key.in_(sorted(url_keys)))
    )
    return sorted(set(found))


@dataclass(frozen=True, slots=True)
class UnrelatedRow:
    """An article that was not compared with those of other sites since its text was archived."""

    article_id: int
    site_id: int
    shingles: tuple[int, ...]
    source_url: str | None


def unrelated(session: Session, site_ids: Collection[int], *, limit: int) -> list[UnrelatedRow]:
    """Articles of these sites that wait to be compared: a crawl that was killed leaves them."""
    rows = session.execute(
        select(Article.id, Article.site_id, Article.shingles, Revision.source_url)
        .join(Unrelated, Unrelated.article_id == Article.id)
        .join(Revision, Revision.id == Article.revision_id)
        .where(Unrelated.site_id.in_(site_ids))
        .order_by(Article.id)
        .limit(limit)
    )
    return [
        UnrelatedRow(row.id, row.site_id, unpack_hashes(row.shingles), row.source_url)
        for row in rows
    ]


def watermarks(session: Session, site_id: int) -> list[tuple[str, int]]:
    """The phrases that the site's copies have where their sources have nothing, and in how many copies each."""
    found = session.execute(
        select(
            Reprint.watermark,
            func.count(func.coalesce(Article.merged_into_id, Article.id).distinct()),
        )
        .join(Article, Article.id == Reprint.copy_article_id)
        .where(Article.site_id == site_id, Reprint.watermark.is_not(None))
        .group_by(Reprint.watermark)
    )
    # sorted here: databases order texts by different alphabets
    return sorted(((phrase, count) for phrase, count in found if phrase), key=_by_count)


def _by_count(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def settle(session: Session, article_ids: Sequence[int]) -> None:
    """These articles have been compared."""
    for chunk in chunks(article_ids):
        session.execute(
            delete(Unrelated)
            .where(Unrelated.article_id.in_(chunk))
            .execution_options(synchronize_session=False)
        )
