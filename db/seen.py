"""What each look at an article saw, as the archive knows it now, and which of its revisions stand.

Knows that visits are never changed: a look's text is found through what superseded the revision that it names, and
through what its capture was read to say afterwards.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.models import ArticleUrl, Extraction, Link, Revision, Supersession, Visit
from db.revision_rows import read_back
from db.settling import Look, Standing, Text
from db.standing import is_standing
from db.statements import chunks


def looks_of(
    session: Session, article_id: int, *, link_ids: Iterable[int] | None = None
) -> list[Look]:
    """The looks that saw a text of this article, in the order of the ledger.

    Args:
        session: Any session.
        article_id: The article.
        link_ids: Its links, where they are about to be moved to it: all that they showed is taken for its
            texts. None: as the archive has it; a link may have shown another article before.
    """
    links = links_of(session, article_id) if link_ids is None else sorted(link_ids)
    visits = _visits(session, links)
    now = stand_for(session, {visit.revision_id for visit in visits})
    revisions = _revisions(session, now.values())
    seen = [
        (visit, revisions[now[visit.revision_id]]) for visit in visits if visit.revision_id in now
    ]
    if link_ids is None:
        seen = _of_article(session, seen, article_id)
    return [
        _look(visit, revision, proof)
        for (visit, revision), proof in zip(seen, _proofs(seen), strict=True)
    ]


def standing_of(session: Session, article_id: int) -> list[Standing]:
    """The article's revisions that stand, in the order of its history."""
    rows = session.scalars(
        select(Revision)
        .where(
            Revision.article_id == article_id,
            is_standing(),
        )
        .order_by(Revision.first_seen_at, Revision.number)
    )
    return [
        Standing(
            id=row.id,
            number=row.number,
            first_seen_at=row.first_seen_at,
            previous_seen_at=row.previous_seen_at,
            capture_id=row.capture_id,
            revision=read_back(row),
        )
        for row in rows
    ]


def links_of(session: Session, article_id: int) -> list[int]:
    """The links that show this article, or have shown it."""
    keys = select(ArticleUrl.site_id, ArticleUrl.url_key).where(
        ArticleUrl.article_id == article_id, ArticleUrl.evidence != "canonical"
    )
    rows = session.execute(keys).all()
    found = set(session.scalars(select(Link.id).where(Link.article_id == article_id)))
    for chunk in chunks(rows):
        found.update(
            session.scalars(
                select(Link.id).where(
                    or_(*(and_(Link.site_id == site, Link.url_key == key) for site, key in chunk))
                )
            )
        )
    return sorted(found)


def stand_for(session: Session, revision_ids: Iterable[int]) -> dict[int, int]:
    """For each of these revisions the one that stands for it now: itself, mostly; left out where none does."""
    now = {revision_id: revision_id for revision_id in revision_ids}
    asked: set[int] = set()
    by: dict[int, int | None] = {}
    while fresh := sorted({each for each in now.values() if each not in asked}):
        asked.update(fresh)
        for chunk in chunks(fresh):
            rows = session.execute(
                select(Supersession.revision_id, Supersession.by_revision_id)
                .where(Supersession.revision_id.in_(chunk), Supersession.restored_at.is_(None))
                .order_by(Supersession.id)
            )
            by.update({row.revision_id: row.by_revision_id for row in rows})
        now = {first: end for first, each in now.items() if (end := by.get(each, each))}
    return now


class _Visit(NamedTuple):
    """A visit that saw a text, as it was read last."""

    id: int
    link_id: int
    visited_at: datetime
    capture_id: int | None
    extraction_id: int | None  # of its own capture; None: bytes that were known, or a 304
    revision_id: int  # which it was held to see
    article_id: int | None  # that its link shows now


def _visits(session: Session, link_ids: Sequence[int]) -> list[_Visit]:
    """The visits of these links that saw a text."""
    newest = aliased(Extraction)
    newest_id = (
        select(func.max(newest.id))
        .where(newest.capture_id == Visit.capture_id)
        .correlate(Visit)
        .scalar_subquery()
    )
    found = []
    for chunk in chunks(link_ids):
        rows = session.execute(
            select(
                Visit.id,
                Visit.link_id,
                Visit.visited_at,
                Visit.capture_id,
                Visit.revision_id,
                Extraction.id.label("extraction_id"),
                Extraction.verdict,
                Extraction.revision_id.label("settled_id"),
                Link.article_id,
            )
            .join(Link, Link.id == Visit.link_id)
            .outerjoin(Extraction, Extraction.id == newest_id)
            .where(Visit.link_id.in_(chunk))
            .order_by(Visit.id)
        )
        # a 304 saw what the look before it saw, whatever that was found to be afterwards
        before: dict[tuple[int, int | None], int | None] = {}
        for row in rows:
            like = (row.link_id, row.revision_id)
            if row.extraction_id is None:
                revision_id = before.get(like, row.revision_id)
            elif row.settled_id is not None or row.verdict != "believed":
                revision_id = before[like] = row.settled_id
            else:
                revision_id = row.revision_id
                before.pop(like, None)
            if revision_id is not None:
                found.append(
                    _Visit(
                        row.id,
                        row.link_id,
                        row.visited_at,
                        row.capture_id,
                        row.extraction_id,
                        revision_id,
                        row.article_id,
                    )
                )
    return sorted(found)


def _revisions(session: Session, ids: Iterable[int]) -> dict[int, Revision]:
    found = {}
    for chunk in chunks(sorted(set(ids))):
        found.update(
            {row.id: row for row in session.scalars(select(Revision).where(Revision.id.in_(chunk)))}
        )
    return found


def _of_article(
    session: Session, seen: Sequence[tuple[_Visit, Revision]], article_id: int
) -> list[tuple[_Visit, Revision]]:
    """Those that are this article's: its link's, if that has such a text; else its revision's."""
    named = {visit.article_id for visit, _ in seen if visit.article_id is not None}
    said = _said(session, named | {article_id})

    def owner(visit: _Visit, revision: Revision) -> int:
        if visit.article_id is not None and revision.normal_sha256 in said[visit.article_id]:
            return visit.article_id
        return revision.article_id

    return [pair for pair in seen if owner(*pair) == article_id]


def _said(session: Session, article_ids: Iterable[int]) -> dict[int, set[bytes]]:
    """The digests of all that these articles ever said."""
    said: dict[int, set[bytes]] = {article_id: set() for article_id in article_ids}
    for chunk in chunks(sorted(said)):
        rows = session.execute(
            select(Revision.article_id, Revision.normal_sha256).where(
                Revision.article_id.in_(chunk)
            )
        )
        for article_id, digest in rows:
            said[article_id].add(digest)
    return said


def _look(visit: _Visit, revision: Revision, proof: tuple[int, int]) -> Look:
    capture_id, extraction_id = proof
    return Look(
        visit_id=visit.id,
        link_id=visit.link_id,
        at=visit.visited_at,
        text=Text(read_back(revision), capture_id=capture_id, extraction_id=extraction_id),
        seen_as=revision.id,
        is_page=visit.extraction_id is not None,
    )


def _proofs(seen: Sequence[tuple[_Visit, Revision]]) -> list[tuple[int, int]]:
    """The capture and extraction of each look: its own, or those of the look at its link that saw the same."""
    proofs = []
    last: dict[tuple[int, int], tuple[int, int]] = {}
    for visit, revision in seen:
        if visit.capture_id is not None and visit.extraction_id is not None:
            last[visit.link_id, revision.id] = (visit.capture_id, visit.extraction_id)
        own = (revision.capture_id, revision.extraction_id)
        proofs.append(last.get((visit.link_id, revision.id), own))
    return proofs
