"""Times in an article's life that are no revisions: when texts were served side by side, and when it was gone.

Takes a read session and the looks at the article (db.identities.belonging); writes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.asking.asof import NOW, AsOf, counts, is_known, stands
from db.identities.belonging import Look
from db.models import Removal, Revision, Variant, VisitOutcome


@dataclass(frozen=True, slots=True)
class Share:
    """One of the texts that were served side by side, and how much of the time it was the one."""

    revision: int  # its number
    title: str
    from_at: datetime  # first look that saw it
    look_count: int
    time: timedelta  # over all links, each between its own looks
    share: float | None  # of the time of all members; None: there was none between looks


@dataclass(frozen=True, slots=True)
class VariantSetView:
    """Texts that were served side by side, and until when."""

    number: int
    from_at: datetime  # since when there were two of them
    to_at: datetime | None  # look by which it was settled; None: still side by side
    shares: tuple[Share, ...]  # in the order of their revisions


@dataclass(frozen=True, slots=True)
class RemovalView:
    """A time in which an article was gone, or seemed to be."""

    evidence: str
    detail: str | None
    suspected_at: datetime
    confirmed_at: datetime | None  # None: not believed
    returned_at: datetime | None


_Seen = tuple[Look, int | None]  # a look, and the member that it saw


class _Told(NamedTuple):
    """A revision that stands."""

    number: int
    title: str
    digest: bytes


def variant_sets(
    session: Session, article_id: int, looks: Sequence[Look], *, as_of: AsOf = NOW
) -> list[VariantSetView]:
    """The article's sets of variants, the first first; of a moment, those that had shown themselves by then.

    Args:
        session: A read session.
        article_id: The article.
        looks: All looks at it as of that moment, in their order.
        as_of: What the archive would have said then.
    """
    rows = session.execute(
        select(Variant.number, Variant.revision_id, Variant.from_at, Variant.to_at)
        .join(Revision, Revision.id == Variant.revision_id)
        .where(
            Variant.article_id == article_id,
            stands(as_of),
            # of rows without a moment of knowledge the publishers' time is all that is known
            counts(as_of, Variant, func.coalesce(Variant.recorded_at, Variant.from_at)),
        )
        .order_by(Variant.number, Revision.first_seen_at, Revision.number)
    ).all()
    if not rows:
        return []
    told = _revisions(session, article_id, as_of)
    sets: dict[int, dict[int, datetime]] = defaultdict(dict)
    ends: dict[int, datetime | None] = {}
    for number, revision_id, from_at, to_at in rows:
        if revision_id in told and _is_by(from_at, as_of):
            sets[number][revision_id] = from_at
            ends[number] = to_at if _is_by(to_at, as_of) else None
    views = (_view(number, sets[number], ends[number], looks, told) for number in sets)
    return [view for view in views if view is not None]


def removals_of(session: Session, article_id: int, *, as_of: AsOf = NOW) -> list[RemovalView]:
    """When the article was gone, or seemed to be, the first time first."""
    rows = session.scalars(
        select(Removal)
        .where(Removal.article_id == article_id, counts(as_of, Removal, Removal.recorded_at))
        .order_by(Removal.suspected_at, Removal.id)
    )
    views = [
        RemovalView(row.evidence, row.detail, row.suspected_at, row.confirmed_at, row.returned_at)
        for row in rows
        if _is_by(row.suspected_at, as_of)
    ]
    return [
        replace(
            view,
            confirmed_at=view.confirmed_at if _is_by(view.confirmed_at, as_of) else None,
            returned_at=view.returned_at if _is_by(view.returned_at, as_of) else None,
        )
        for view in views
    ]


def _is_by(moment: datetime | None, as_of: AsOf) -> bool:
    ends = (as_of.said_at, as_of.known_at)
    return moment is not None and all(end is None or moment <= end for end in ends)


def _revisions(session: Session, article_id: int, as_of: AsOf) -> dict[int, _Told]:
    rows = session.execute(
        select(Revision.id, Revision.number, Revision.title, Revision.normal_sha256).where(
            Revision.article_id == article_id, is_known(as_of)
        )
    )
    return {row.id: _Told(row.number, row.title, row.normal_sha256) for row in rows}


def _view(
    number: int,
    members: Mapping[int, datetime],
    to_at: datetime | None,
    looks: Sequence[Look],
    told: Mapping[int, _Told],
) -> VariantSetView | None:
    """The set, if it had shown itself: if one of its texts was seen once a later one had been."""
    if len(members) < 2:
        return None
    member_of = {told[revision_id].digest: revision_id for revision_id in members}
    start = sorted(members.values())[1]
    seen: Sequence[_Seen] = [
        (look, _member(look, member_of, told))
        for look in looks
        if look.visited_at >= start and (to_at is None or look.visited_at <= to_at)
    ]
    if not _has_shown_itself(seen, members, told):
        return None
    if to_at is not None:
        seen = _before_settling(seen)
    time, count = _time(seen)
    total = sum(time.values(), timedelta(0))
    shares = tuple(
        Share(
            revision=told[revision_id].number,
            title=told[revision_id].title,
            from_at=from_at,
            look_count=count[revision_id],
            time=time[revision_id],
            share=time[revision_id] / total if total else None,
        )
        for revision_id, from_at in members.items()
    )
    return VariantSetView(number, start, to_at, shares)


def _member(look: Look, member_of: Mapping[bytes, int], told: Mapping[int, _Told]) -> int | None:
    """The member whose text the look saw."""
    seen = told.get(look.revision_id) if look.revision_id is not None else None
    return member_of.get(seen.digest) if seen is not None else None


def _has_shown_itself(
    seen: Sequence[_Seen], members: Mapping[int, datetime], told: Mapping[int, _Told]
) -> bool:
    for look, member in seen:
        if member is None:
            continue
        later = [one for one, from_at in members.items() if from_at <= look.visited_at]
        if told[member].number < max(told[one].number for one in later or [member]):
            return True
    return False


def _before_settling(seen: Sequence[_Seen]) -> Sequence[_Seen]:
    """The looks up to the first of those that saw, alone, the text that was settled on."""
    end = len(seen)
    last = next((member for _, member in reversed(seen) if member is not None), None)
    for place in range(len(seen) - 1, -1, -1):
        member = seen[place][1]
        if member not in (None, last):
            break
        if member == last:
            end = place + 1
    return seen[:end]


def _time(seen: Sequence[_Seen]) -> tuple[defaultdict[int, timedelta], Counter[int]]:
    """How long each member was shown, and how many looks saw it.

    The time between two looks at a link belongs to the text seen at its start. A look that failed ends nothing.
    """
    time: defaultdict[int, timedelta] = defaultdict(timedelta)
    count: Counter[int] = Counter()
    shown: dict[int, _Seen] = {}  # by link
    for look, member in seen:
        if member is None and look.outcome is not VisitOutcome.GONE and look.revision_id is None:
            continue
        before, was = shown.get(look.link_id, (look, None))
        if was is not None:
            time[was] += max(look.visited_at - before.visited_at, timedelta(0))
        if member is not None:
            count[member] += 1
        shown[look.link_id] = (look, member)
    return time, count
