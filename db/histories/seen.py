"""What each look at an article saw, as the archive knows it now, and which of its revisions stand.

Knows that visits are never changed: a look's text is found through what superseded the revision that it names, and
through what its capture was read to say afterwards. Reads many articles in a handful of statements.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from db.archiving.revision_rows import read_back
from db.histories.absences import absence_of, found_gone
from db.histories.removals import Absence
from db.histories.settling import Look, Standing, Text
from db.histories.standing import is_standing
from db.models import ArticleUrl, Extraction, Link, Revision, Supersession, Visit
from db.statements import chunks


@dataclass(slots=True)
class Told:
    """An article as its looks tell it, and as its revisions do."""

    looks: list[Look] = field(default_factory=list)  # in the order of the ledger
    standing: list[Standing] = field(default_factory=list)  # in the order of the history


def tell(session: Session, article_ids: Sequence[int]) -> dict[int, Told]:
    """The looks at each of these articles, and their revisions that stand."""
    told = {article_id: Told() for article_id in article_ids}
    rows = _revisions_of(session, article_ids)
    _add_looks(session, told, {row.id: row for row in rows}, links_of(session, article_ids))
    superseded = set(_superseded_by(session, [row.id for row in rows]))
    for row in rows:
        if row.id not in superseded:
            told[row.article_id].standing.append(_standing(row))
    return told


def looks_of(
    session: Session, article_id: int, *, link_ids: Iterable[int] | None = None
) -> list[Look]:
    """The looks at this article, in the order of the ledger.

    Args:
        session: Any session.
        article_id: The article.
        link_ids: Its links, where they are about to be moved to it: all that they showed is taken for its
            texts. None: as the archive has it; a link may have shown another article before.
    """
    told = {article_id: Told()}
    links = links_of(session, [article_id]) if link_ids is None else sorted(link_ids)
    _add_looks(session, told, {}, links, owner=None if link_ids is None else article_id)
    return told[article_id].looks


def standing_of(session: Session, article_id: int) -> list[Standing]:
    """The article's revisions that stand, in the order of its history."""
    rows = session.scalars(
        select(Revision)
        .where(Revision.article_id == article_id, is_standing())
        .order_by(Revision.first_seen_at, Revision.number)
    )
    return [_standing(row) for row in rows]


def owners_of(session: Session, revision_ids: Sequence[int]) -> dict[int, int]:
    """The articles of these revisions."""
    found: dict[int, int] = {}
    for chunk in chunks(revision_ids):
        rows = session.execute(
            select(Revision.id, Revision.article_id).where(Revision.id.in_(chunk))
        )
        found.update({row.id: row.article_id for row in rows})
    return found


def stand_for(session: Session, revision_ids: Iterable[int]) -> dict[int, int]:
    """For each of these revisions the one that stands for it now: itself, mostly; left out where none does."""
    asked_for = set(revision_ids)
    by: dict[int, int | None] = {}
    fresh, asked = set(asked_for), set[int]()
    while fresh:
        found = _superseded_by(session, sorted(fresh))
        by |= found
        asked |= fresh
        fresh = {end for end in found.values() if end is not None} - asked
    ends = {first: _end_of(first, by) for first in asked_for}
    return {first: end for first, end in ends.items() if end is not None}


def _end_of(first: int, by: Mapping[int, int | None]) -> int | None:
    """Where following what superseded a revision ends; a revision on the way, where it goes in a circle."""
    end: int | None = first
    met: set[int] = set()
    while end is not None and end in by and end not in met:
        met.add(end)
        end = by[end]
    return end


class _Visit(NamedTuple):
    """A visit that saw a text, or found none where one had been."""

    id: int
    link_id: int
    visited_at: datetime
    capture_id: int | None
    extraction_id: int | None  # of its own capture; None: bytes that were known, or a 304
    revision_id: int | None  # which it was held to see; None: it found the article gone
    article_id: int | None  # that its link shows now
    absence: Absence | None  # what it found in the article's place


def links_of(session: Session, article_ids: Sequence[int]) -> list[int]:
    """The links that show these articles, or have shown them."""
    found: set[int] = set()
    for chunk in chunks(article_ids):
        found.update(session.scalars(select(Link.id).where(Link.article_id.in_(chunk))))
        found.update(
            session.scalars(
                select(Link.id)
                .join(
                    ArticleUrl,
                    (ArticleUrl.site_id == Link.site_id) & (ArticleUrl.url_key == Link.url_key),
                )
                .where(ArticleUrl.article_id.in_(chunk), ArticleUrl.evidence != "canonical")
            )
        )
    return sorted(found)


def _add_looks(
    session: Session,
    told: dict[int, Told],
    revisions: dict[int, Revision],
    link_ids: Sequence[int],
    *,
    owner: int | None = None,
) -> None:
    """Give each article its looks. `owner`: all are this one's."""
    visits = _visits(session, link_ids)
    now = stand_for(session, {visit.revision_id for visit in visits if visit.revision_id})
    missing = sorted(set(now.values()) - set(revisions))
    revisions = revisions | {row.id: row for row in _revisions(session, missing)}
    said = _said(session, {visit.article_id for visit in visits if visit.article_id is not None})
    proofs: dict[tuple[int, int], tuple[int, int]] = {}
    shown: dict[int, int] = {}  # link -> the article that it showed last
    for visit in visits:
        if visit.revision_id is None:
            whose, look = shown.get(visit.link_id, visit.article_id), _missed(visit)
        elif visit.revision_id in now:
            revision = revisions[now[visit.revision_id]]
            whose = visit.article_id
            if whose is None or revision.normal_sha256 not in said[whose]:
                whose = revision.article_id
            look = _look(visit, revision, proofs)
        else:
            continue
        whose = owner or whose
        if visit.revision_id is not None and whose is not None:
            before = shown.get(visit.link_id, whose)
            shown[visit.link_id] = whose
            if before != whose and before in told:  # the link has left it for another
                told[before].looks.append(replace(_missed(visit), absence=None))
        if whose in told:
            told[whose].looks.append(look)


def _visits(session: Session, link_ids: Sequence[int]) -> list[_Visit]:
    """The visits of these links that saw a text or found none left, in the order of the ledger."""
    newest = aliased(Extraction)
    newest_id = (
        select(newest.id)
        .where(newest.capture_id == Visit.capture_id)
        .order_by(newest.read_at.desc(), newest.id.desc())
        .limit(1)
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
                Visit.status,
                Visit.detail,
                found_gone().label("is_gone"),
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
            if revision_id is not None or row.is_gone:
                found.append(
                    _Visit(
                        row.id,
                        row.link_id,
                        row.visited_at,
                        row.capture_id,
                        row.extraction_id,
                        revision_id,
                        row.article_id,
                        None
                        if revision_id is not None
                        else absence_of(status=row.status, detail=row.detail),
                    )
                )
    return sorted(found, key=lambda visit: visit.id)


def _revisions_of(session: Session, article_ids: Sequence[int]) -> list[Revision]:
    found: list[Revision] = []
    for chunk in chunks(article_ids):
        found += session.scalars(
            select(Revision)
            .where(Revision.article_id.in_(chunk))
            .order_by(Revision.first_seen_at, Revision.number)
        )
    return found


def _revisions(session: Session, ids: Sequence[int]) -> list[Revision]:
    found: list[Revision] = []
    for chunk in chunks(ids):
        found += session.scalars(select(Revision).where(Revision.id.in_(chunk)))
    return found


def _superseded_by(session: Session, ids: Sequence[int]) -> dict[int, int | None]:
    """Those of these revisions that no longer count, and by what they were superseded."""
    by: dict[int, int | None] = {}
    for chunk in chunks(ids):
        rows = session.execute(
            select(Supersession.revision_id, Supersession.by_revision_id)
            .where(Supersession.revision_id.in_(chunk), Supersession.restored_at.is_(None))
            .order_by(Supersession.id)
        )
        by.update({row.revision_id: row.by_revision_id for row in rows})
    return by


def _said(session: Session, article_ids: Iterable[int]) -> dict[int, set[bytes]]:
    """The digests of all that these articles ever said."""
    said: dict[int, set[bytes]] = defaultdict(set)
    for chunk in chunks(sorted(article_ids)):
        rows = session.execute(
            select(Revision.article_id, Revision.normal_sha256).where(
                Revision.article_id.in_(chunk)
            )
        )
        for article_id, digest in rows:
            said[article_id].add(digest)
    return said


def _look(
    visit: _Visit, revision: Revision, proofs: dict[tuple[int, int], tuple[int, int]]
) -> Look:
    """The look, proved by its own capture, or by that of the look at its link that saw the same."""
    seen = (visit.link_id, revision.id)
    if visit.capture_id is not None and visit.extraction_id is not None:
        proofs[seen] = (visit.capture_id, visit.extraction_id)
    capture_id, extraction_id = proofs.get(seen, (revision.capture_id, revision.extraction_id))
    return Look(
        visit_id=visit.id,
        link_id=visit.link_id,
        at=visit.visited_at,
        text=Text(read_back(revision), capture_id=capture_id, extraction_id=extraction_id),
        seen_as=revision.id,
        capture_id=visit.capture_id if visit.extraction_id is not None else None,
    )


def _missed(visit: _Visit) -> Look:
    return Look(
        visit_id=visit.id,
        link_id=visit.link_id,
        at=visit.visited_at,
        text=None,
        absence=visit.absence,
    )


def _standing(row: Revision) -> Standing:
    return Standing(
        id=row.id,
        number=row.number,
        first_seen_at=row.first_seen_at,
        previous_seen_at=row.previous_seen_at,
        capture_id=row.capture_id,
        revision=read_back(row),
    )
