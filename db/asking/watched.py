"""What is known of when a link was looked at and is next: for who asks why. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.archiving.entries import KnownLink
from db.archiving.links import COLUMNS
from db.models import Article, Link, Removal, Revision, Site, Variant, Visit, VisitOutcome


@dataclass(frozen=True, slots=True)
class WatchedLink:
    """A link with its site, its article and its last look."""

    link: KnownLink
    site: str
    site_id: int
    due_rule: str | None
    missed_at: datetime | None  # when a source had ceased to list it
    born_at: datetime  # from when the article's age counts
    last_outcome: VisitOutcome | None
    last_detail: str | None
    is_suspected_gone: bool
    has_variants: bool


def watched_links(
    session: Session, *, url_key: str | None = None, link_ids: tuple[int, ...] = ()
) -> list[WatchedLink]:
    """The links of this URL at all sites, or those of these numbers, in their order."""
    wanted = Link.url_key == url_key if url_key is not None else Link.id.in_(link_ids)
    rows = session.execute(
        select(*COLUMNS, Link.due_rule.label("rule"), Link.missed_at, Site.name.label("site_name"))
        .join(Site, Site.id == Link.site_id)
        .where(wanted)
        .order_by(Link.id)
    ).all()
    width = len(COLUMNS)
    return [_watched(session, KnownLink(*row[:width]), row) for row in rows]


def links_of_article(session: Session, article_id: int) -> tuple[int, ...]:
    """The links that show an article."""
    return tuple(
        session.scalars(select(Link.id).where(Link.article_id == article_id).order_by(Link.id))
    )


def _watched(session: Session, link: KnownLink, row: Any) -> WatchedLink:
    last = session.execute(
        select(Visit.outcome, Visit.detail)
        .where(Visit.link_id == link.id)
        .order_by(Visit.id.desc())
        .limit(1)
    ).first()
    return WatchedLink(
        link=link,
        site=row.site_name,
        site_id=link.site_id,
        due_rule=row.rule,
        missed_at=row.missed_at,
        born_at=_born_at(session, link),
        last_outcome=VisitOutcome(last.outcome) if last else None,
        last_detail=last.detail if last else None,
        is_suspected_gone=_has(session, Removal, link, Removal.returned_at.is_(None)),
        has_variants=_has(session, Variant, link, Variant.to_at.is_(None)),
    )


def _born_at(session: Session, link: KnownLink) -> datetime:
    """As `decide` has it for an article: its stated publication, its source's, or our first look."""
    stated = [link.published_at, link.found_at]
    if link.article_id is not None:
        row = session.execute(
            select(Article.first_seen_at, Revision.published_at)
            .outerjoin(Revision, Revision.id == Article.revision_id)
            .where(Article.id == link.article_id)
        ).first()
        stated += list(row) if row else []
    return min(moment for moment in stated if moment is not None)


def _has(
    session: Session, model: type[Removal | Variant], link: KnownLink, is_open: object
) -> bool:
    if link.article_id is None:
        return False
    statement = select(func.count()).where(model.article_id == link.article_id, is_open)  # type: ignore[arg-type]
    return bool(session.scalar(statement))
