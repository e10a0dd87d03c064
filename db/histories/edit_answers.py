"""Answers about edits: those between given revisions, and those of the whole archive. Reads only.

Told as of a moment, an edit lies between revisions that stood next to each other then.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session, aliased

from db.asking.asof import NOW, AsOf, stands
from db.histories.edits import EditRow, Pair
from db.models import Article, Edit, Revision, Site
from db.statements import chunks


@dataclass(frozen=True, slots=True)
class EditView:
    """One typed edit of an article, and the two looks between which it was made."""

    article_id: int
    site: str
    title: str  # after it
    number: int  # of the revision that it made
    previous_number: int
    last_seen_old: datetime | None
    first_seen_new: datetime
    recorded_at: datetime
    edit: EditRow


def edits_between(
    session: Session, pairs: Iterable[Pair], *, comparer: str
) -> dict[Pair, list[EditRow]]:
    """The edits that this version of the comparison found between these revisions; none where it never compared."""
    wanted = set(pairs)
    found: defaultdict[Pair, list[EditRow]] = defaultdict(list)
    for chunk in chunks(sorted({pair.revision_id for pair in wanted})):
        rows = session.scalars(
            select(Edit)
            .where(Edit.revision_id.in_(chunk), Edit.comparer == comparer)
            .order_by(Edit.id)
        )
        for row in rows:
            pair = Pair(row.revision_id, row.previous_revision_id)
            if pair in wanted:
                found[pair].append(_edit_row(row))
    return dict(found)


def edits(
    session: Session,
    *,
    comparer: str,
    site: str | None = None,
    kinds: Sequence[str] = (),
    is_silent_only: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    as_of: AsOf = NOW,
    limit: int = 50,
    offset: int = 0,
) -> list[EditView]:
    """The edits of the archive, those seen last first.

    Args:
        session: A read session.
        comparer: Which version of the comparison is asked.
        site: Only of the site of this name.
        kinds: Only of these kinds; none: of all.
        is_silent_only: Only numbers, names and quotations that were replaced without a note.
        since: First seen new at this moment or later.
        until: The same, before this moment.
        as_of: When.
        limit: How many at most.
        offset: How many to pass over.
    """
    old, between = aliased(Revision), aliased(Revision)
    stood_between = (
        select(between.id)
        .where(
            between.article_id == Revision.article_id,
            stands(as_of, between),
            _place(between) > _place(old),
            _place(between) < _place(Revision),
        )
        .correlate(Revision, old)
    )
    statement = (
        select(Edit, Revision, old.number, Site.name)
        .join(Revision, Revision.id == Edit.revision_id)
        .join(old, old.id == Edit.previous_revision_id)
        .join(Article, Article.id == Revision.article_id)
        .join(Site, Site.id == Article.site_id)
        .where(
            Edit.comparer == comparer,
            stands(as_of, Revision),
            stands(as_of, old),
            ~stood_between.exists(),
        )
    )
    if site is not None:
        statement = statement.where(Site.name == site)
    if kinds:
        statement = statement.where(Edit.kind.in_(kinds))
    if is_silent_only:
        statement = statement.where(Edit.is_silent)
    if since is not None:
        statement = statement.where(Revision.first_seen_at >= since)
    if until is not None:
        statement = statement.where(Revision.first_seen_at < until)
    rows = session.execute(
        statement.order_by(Revision.first_seen_at.desc(), Revision.id.desc(), Edit.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        EditView(
            article_id=revision.article_id,
            site=name,
            title=revision.title,
            number=revision.number,
            previous_number=previous,
            last_seen_old=revision.previous_seen_at,
            first_seen_new=revision.first_seen_at,
            recorded_at=revision.recorded_at,
            edit=_edit_row(edit),
        )
        for edit, revision, previous, name in rows
    ]


def _place(revision: Any) -> ColumnElement[Any]:
    """Where a revision stands in its article's history."""
    return tuple_(revision.first_seen_at, revision.number)


def _edit_row(row: Edit) -> EditRow:
    return EditRow(row.kind, row.op, row.count, row.size, row.is_silent)
