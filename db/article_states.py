"""The state of the articles that a batch of ledger entries touches: read once for all of them.

Knows what the ledger needs to settle an entry. Decides nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from db.entries import Entry
from db.models import Article, Link, Revision, Supersession, Visit, VisitOutcome
from db.seen import looks_of
from db.statements import Row, chunks, pack_hashes, table_of, unpack_hashes


@dataclass(slots=True)
class ArticleState:
    """What the batch knows of an article, itself included."""

    id: int
    site_id: int
    guid: str | None
    first_seen_at: datetime
    revision_count: int = 0
    revision_id: int | None = None
    normal_sha256: bytes | None = None
    text: str = ""  # of the newest revision
    seen_at: datetime | None = None  # when the newest revision was seen last
    gone_at: datetime | None = None
    shingles: tuple[int, ...] = ()
    is_new: bool = False
    is_changed: bool = False


def load_articles(session: Session, entries: Iterable[Entry]) -> dict[int, ArticleState]:
    """The articles that the entries name; on Postgres locked, so that numbers follow each other."""
    ids = sorted({e.article for e in entries if isinstance(e.article, int)})
    states = {}
    for chunk in chunks(ids):
        rows = session.execute(
            select(
                _ARTICLE.id,
                _ARTICLE.site_id,
                _ARTICLE.guid,
                _ARTICLE.first_seen_at,
                _ARTICLE.revision_count,
                _ARTICLE.revision_id,
                _ARTICLE.gone_at,
                _ARTICLE.shingles,
            )
            .where(_ARTICLE.id.in_(chunk))
            .order_by(_ARTICLE.id)
            .with_for_update()
        ).all()
        newest = {
            row.id: row
            for row in session.execute(
                select(Revision.id, Revision.normal_sha256, Revision.text).where(
                    Revision.id.in_([row.revision_id for row in rows if row.revision_id])
                )
            )
        }
        for row in rows:
            revision = newest.get(row.revision_id)
            states[row.id] = ArticleState(
                id=row.id,
                site_id=row.site_id,
                guid=row.guid,
                first_seen_at=row.first_seen_at,
                revision_count=row.revision_count,
                revision_id=row.revision_id,
                normal_sha256=revision.normal_sha256 if revision else None,
                text=revision.text if revision else "",
                gone_at=row.gone_at,
                shingles=unpack_hashes(row.shingles),
            )
    _load_seen_at(session, entries, states)
    return states


def _load_seen_at(
    session: Session, entries: Iterable[Entry], articles: dict[int, ArticleState]
) -> None:
    """When the newest revision was seen last, for the articles that are about to get another."""
    changing = [
        article
        for entry in entries
        if entry.revision is not None
        and isinstance(entry.article, int)
        and (article := articles[entry.article]).revision_id is not None
        and article.normal_sha256 != entry.revision.normal_sha256
    ]
    for chunk in chunks(changing):
        rows = session.execute(
            select(Visit.revision_id, func.max(Visit.visited_at))
            .join(Link, Link.id == Visit.link_id)
            .where(
                Link.article_id.in_([article.id for article in chunk]),
                Visit.revision_id.in_([article.revision_id for article in chunk]),
            )
            .group_by(Visit.revision_id)
        )
        seen = {revision_id: seen_at for revision_id, seen_at in rows}  # noqa: C416 - a Row is typed so
        resettled = _resettled(session, [article.id for article in chunk])
        for article in chunk:
            article.seen_at = (
                _seen_at(session, article)
                if article.id in resettled
                else seen.get(article.revision_id)
            )


def _resettled(session: Session, article_ids: list[int]) -> set[int]:
    """Those of these articles that have revisions that no longer count: visits still name them."""
    return set(
        session.scalars(
            select(Revision.article_id)
            .join(Supersession, Supersession.revision_id == Revision.id)
            .where(Revision.article_id.in_(article_ids))
        )
    )


def _seen_at(session: Session, article: ArticleState) -> datetime | None:
    looks = looks_of(session, article.id)
    return max((look.at for look in looks if look.seen_as == article.revision_id), default=None)


def alive_elsewhere(session: Session, entries: Iterable[Entry]) -> set[int]:
    """Articles that another link still shows, though one of these entries found a link of theirs gone."""
    gone = [
        entry
        for entry in entries
        if entry.outcome is VisitOutcome.GONE and isinstance(entry.article, int)
    ]
    if not gone:
        return set()
    last_visit = (
        select(func.max(Visit.id)).where(Visit.link_id == Link.id).correlate(Link).scalar_subquery()
    )
    alive: set[int | None] = set()
    for chunk in chunks(gone):
        alive.update(
            session.scalars(
                select(Link.article_id)
                .join(Visit, Visit.id == last_visit)
                .where(
                    Link.article_id.in_([entry.article for entry in chunk]),
                    Link.id.not_in([entry.link_id for entry in chunk]),
                    Visit.revision_id.is_not(None),
                )
            )
        )
    return {article_id for article_id in alive if article_id is not None}


def article_row(article: ArticleState) -> Row:
    """The row of a new article."""
    return {
        "id": article.id,
        "site_id": article.site_id,
        "guid": article.guid,
        "first_seen_at": article.first_seen_at,
        "revision_count": article.revision_count,
        "revision_id": article.revision_id,
        "gone_at": article.gone_at,
        "shingles": pack_hashes(article.shingles) or None,
    }


def article_change(article: ArticleState) -> Row:
    """What ARTICLE_CHANGE sets on the row of a known article."""
    return {
        "b_id": article.id,
        "b_revision_count": article.revision_count,
        "b_revision_id": article.revision_id,
        "b_gone_at": article.gone_at,
        "b_shingles": pack_hashes(article.shingles) or None,
    }


_ARTICLE = table_of(Article).c
ARTICLE_CHANGE = (
    update(table_of(Article))
    .where(_ARTICLE.id == bindparam("b_id"))
    .values(
        revision_count=bindparam("b_revision_count"),
        revision_id=bindparam("b_revision_id"),
        gone_at=bindparam("b_gone_at"),
        shingles=bindparam("b_shingles"),
    )
)
