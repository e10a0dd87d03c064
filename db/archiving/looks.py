"""What the last looks at an article saw: the state from which the rules of variants and removals go on.

Reads, for the few articles of a batch that need it. Decides nothing and writes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from db.histories.absences import found_gone
from db.histories.removals import Suspicion
from db.histories.seen import stand_for
from db.histories.standing import is_standing
from db.histories.variants import WINDOW, Text, TextOrder, VariantSet
from db.models import Link, Removal, Revision, Variant, Visit
from db.statements import chunks, table_of

TAIL = 1000
"""Looks at an article that are retraced: more than any crawl makes in the window of variants."""

RECENT = 6
"""Texts of an article that a page is compared with: more are no test of headlines."""


class Member(NamedTuple):
    """A member of a set of variants."""

    number: int  # of the set
    revision_id: int
    from_at: datetime


@dataclass(slots=True)
class Known:
    """An article's texts as its last looks saw them, and which of them a revision stands for."""

    order: TextOrder
    places: dict[int, int]  # revision -> place among the texts; also of what no longer stands

    def digest_of(self, revision_id: int) -> bytes | None:
        """The text of a revision that the last looks saw; None where it is not one of the article's."""
        place = self.places.get(revision_id)
        return None if place is None else self.order.texts[place].digest


def open_sets(session: Session, article_ids: Sequence[int]) -> dict[int, list[Member]]:
    """The members of the sets of variants that have not settled, by article."""
    found: dict[int, list[Member]] = {}
    for chunk in chunks(article_ids):
        for article_id, *member in session.execute(_OPEN_SETS, {"ids": chunk}):
            found.setdefault(article_id, []).append(Member(*member))
    return found


def may_have_open_set(article_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that rows tell of an open set of an article's variants; they may all be superseded."""
    return exists().where(
        _VARIANT.article_id == article_id, _VARIANT.to_at.is_(None), _VARIANT.withdrawn_at.is_(None)
    )


def has_open_removal(article_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that an article has a removal that has not ended."""
    return exists().where(
        _REMOVAL.article_id == article_id,
        _REMOVAL.returned_at.is_(None),
        _REMOVAL.withdrawn_at.is_(None),
    )


def known_texts(
    session: Session,
    article_id: int,
    *,
    newest_id: int,
    open_set: Sequence[Member] = (),
    others: Collection[int] = (),
) -> Known:
    """The texts of an article that its last looks saw, those of the open set, the newest and these others."""
    tail = _tail(session, article_id)
    wanted = {newest_id, *others, *(row.revision_id for row in open_set)}
    wanted.update(row.revision_id for row in tail if row.revision_id is not None)
    stands_for = stand_for(session, wanted)
    texts = _texts(session, article_id, set(stands_for.values()))
    place_of = {text.revision_id: place for place, text in enumerate(texts)}
    places = {
        revision_id: place_of[standing]
        for revision_id, standing in stands_for.items()
        if standing in place_of
    }
    order = _order(session, article_id, texts)
    if open_set:
        members = {
            places[row.revision_id]: row.from_at for row in open_set if row.revision_id in places
        }
        order.sets.append(VariantSet(open_set[0].number, members))
    for row in tail:
        if row.revision_id is None:
            order.lose(link_id=row.link_id, at=row.visited_at)
        elif row.revision_id in places:
            order.note(places[row.revision_id], link_id=row.link_id, at=row.visited_at)
    return Known(order, places)


def recent_texts(
    session: Session, article_id: int, *, newest_id: int, now: datetime
) -> dict[int, bytes]:
    """The texts that a look at an article may see besides a new one, by revision: the newest first.

    Those are the newest, the members of the open set of variants, and what was seen within its window.
    """
    wanted = set(
        session.scalars(
            select(Variant.revision_id).where(
                Variant.article_id == article_id,
                Variant.to_at.is_(None),
                Variant.withdrawn_at.is_(None),
            )
        )
    )
    wanted.update(
        session.scalars(
            select(Visit.revision_id)
            .join(Link, Link.id == Visit.link_id)
            .where(
                Link.article_id == article_id,
                Visit.visited_at > now - WINDOW,
                Visit.revision_id.is_not(None),
            )
            .distinct()
        )
    )
    standing = set(stand_for(session, (each for each in wanted if each)).values()) | {newest_id}
    rows = session.execute(
        select(Revision.id, Revision.normal_sha256)
        .where(Revision.id.in_(standing), Revision.article_id == article_id)
        .order_by(Revision.first_seen_at.desc(), Revision.number.desc())
        .limit(RECENT)
    )
    return {revision_id: sha256 for revision_id, sha256 in rows}  # noqa: C416 - a Row is typed so


def open_suspicions(
    session: Session, article_ids: Sequence[int]
) -> dict[int, tuple[int, Suspicion]]:
    """The removals that have not ended, with their numbers, by article."""
    found: dict[int, tuple[int, Suspicion]] = {}
    for chunk in chunks(article_ids):
        for row in session.execute(_OPEN_REMOVALS, {"ids": chunk}):
            suspicion = Suspicion(row.evidence, row.detail, row.suspected_at, row.confirmed_at)
            if suspicion.wants_a_look:
                suspicion.look_counts = _looks_that_missed(session, row)
            found[row.article_id] = (row.id, suspicion)
    return found


def alive_elsewhere(session: Session, gone: Collection[tuple[int, int]]) -> set[int]:
    """Articles that another link still shows, of these (article, link) that were found gone.

    What a link showed last decides: a look that failed, or that was refused, says nothing.
    """
    alive: set[int] = set()
    for chunk in chunks(sorted(gone)):
        telling = (
            select(func.max(Visit.id))
            .where(Visit.link_id == Link.id, or_(Visit.revision_id.is_not(None), found_gone()))
            .correlate(Link)
            .scalar_subquery()
        )
        rows = session.scalars(
            select(Link.article_id)
            .join(Visit, Visit.id == telling)
            .where(
                Link.article_id.in_([article_id for article_id, _ in chunk]),
                Link.id.not_in([link_id for _, link_id in chunk]),
                Visit.revision_id.is_not(None),
            )
        )
        alive.update(article_id for article_id in rows if article_id is not None)
    return alive


def _tail(session: Session, article_id: int) -> Sequence[Any]:
    """The last telling looks at an article, the earliest first."""
    rows = session.execute(
        select(Visit.id, Visit.link_id, Visit.visited_at, Visit.revision_id)
        .join(Link, Link.id == Visit.link_id)
        .where(Link.article_id == article_id, or_(Visit.revision_id.is_not(None), found_gone()))
        .order_by(Visit.id.desc())
        .limit(TAIL)
    ).all()
    return rows[::-1]


def _texts(session: Session, article_id: int, revision_ids: Collection[int]) -> list[Text]:
    """Standing revisions of the article as texts, in the order of its history."""
    found: list[Any] = []
    for chunk in chunks(sorted(revision_ids)):
        found += session.execute(
            select(
                Revision.id, Revision.normal_sha256, Revision.first_seen_at, Revision.number
            ).where(Revision.id.in_(chunk), Revision.article_id == article_id)
        ).all()
    found.sort(key=lambda row: (row.first_seen_at, row.number))
    return [
        Text(row.normal_sha256, row.first_seen_at, row.first_seen_at, revision_id=row.id)
        for row in found
    ]


def _order(session: Session, article_id: int, texts: list[Text]) -> TextOrder:
    count, settled_at = session.execute(
        select(func.max(Variant.number), func.max(Variant.to_at))
        .join(Revision, Revision.id == Variant.revision_id)
        .where(Variant.article_id == article_id, Variant.withdrawn_at.is_(None), is_standing())
    ).one()
    return TextOrder(texts=texts, set_count=count or 0, settled_at=settled_at)


def _looks_that_missed(session: Session, removal: Any) -> dict[int, int]:
    """How many looks at each link found the article gone since it was suspected."""
    rows = session.execute(
        select(Visit.link_id, func.count())
        .join(Link, Link.id == Visit.link_id)
        .where(
            Link.article_id == removal.article_id,
            Visit.visited_at >= removal.suspected_at,
            found_gone(),
        )
        .group_by(Visit.link_id)
    )
    return {link_id: count for link_id, count in rows}  # noqa: C416 - a Row is typed so


_VARIANT = table_of(Variant).c
_REMOVAL = table_of(Removal).c
# put together once: batches ask these two
_OPEN_SETS = (
    select(_VARIANT.article_id, _VARIANT.number, _VARIANT.revision_id, _VARIANT.from_at)
    .join(table_of(Revision), table_of(Revision).c.id == _VARIANT.revision_id)
    .where(
        _VARIANT.article_id.in_(bindparam("ids", expanding=True)),
        _VARIANT.to_at.is_(None),
        _VARIANT.withdrawn_at.is_(None),
        is_standing(),
    )
    .order_by(_VARIANT.id)
)
_OPEN_REMOVALS = (
    select(
        _REMOVAL.id,
        _REMOVAL.article_id,
        _REMOVAL.evidence,
        _REMOVAL.detail,
        _REMOVAL.suspected_at,
        _REMOVAL.confirmed_at,
    )
    .where(
        _REMOVAL.article_id.in_(bindparam("ids", expanding=True)),
        _REMOVAL.returned_at.is_(None),
        _REMOVAL.withdrawn_at.is_(None),
    )
    .order_by(_REMOVAL.id)
)
