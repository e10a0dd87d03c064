"""Links: what sources offer, and what is due. Takes a session and never commits.

When a known link becomes due because its source speaks of it again: its stated modification lies after
what was known at its last visit (after the visit itself, where nothing was known then), and either the
site's statements are trusted, or the link was not wanted any more and has rested for a day. So a site
that stamps every page anew at every build is asked once a day at most, and a link that is on its own
timetable stays on it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from db.archiving.entries import FoundLink, KnownLink, Offered
from db.archiving.listings import MISSED
from db.models import GUID_LIMIT, Link, storable, to_millisecond
from db.statements import chunks, insert_or_ignore, run_many, table_of

REST = timedelta(days=1)
"""How long a link that is not wanted any more is left alone whatever an untrusted source says."""

STATED, WANTED = "stated", "wanted"
"""The `due_rule` of a link that its source speaks of again, and of one that is asked for: revisits.plan.DueRule."""

TITLE_LIMIT = 2000

COLUMNS = [getattr(Link, name) for name in KnownLink.__dataclass_fields__]
_KNOWN = (
    "id",
    "url_key",
    "title",
    "guid",
    "published_at",
    "modified_at",
    "visited_modified_at",
    "visited_at",
    "due_at",
    "due_rule",
    "depth",
)


def offer_links(
    session: Session,
    site_id: int,
    links: Sequence[FoundLink],
    *,
    now: datetime,
    source_id: int | None = None,
    trust_lastmod: bool = False,
) -> Offered:
    """Add the links that are new, due at once, and learn what is newly said of the known ones.

    What is known is never lost: a source that does not state a title, guid or moment leaves it as it
    is, and a stated modification only moves forward.
    """
    merged: dict[str, FoundLink] = {}
    for link in map(_settle, links):
        merged[link.url_key] = (
            _merge(merged[link.url_key], link) if link.url_key in merged else link
        )
    new = known = due = 0
    for chunk in chunks(list(merged.values())):
        columns = [getattr(Link, name) for name in _KNOWN]
        rows = session.execute(
            select(*columns).where(
                Link.site_id == site_id, Link.url_key.in_([link.url_key for link in chunk])
            )
        )
        found = {row.url_key: row for row in rows}
        added = [
            new_row(link, site_id, source_id, now) for link in chunk if link.url_key not in found
        ]
        insert_or_ignore(session, Link, added)
        changes = [
            change
            for link in chunk
            if link.url_key in found
            and (change := _change(link, found[link.url_key], now, trust_lastmod=trust_lastmod))
        ]
        run_many(session, _UPDATE, changes)
        new += len(added)
        known += len(found)
        due += len(added) + sum(change["became_due"] for change in changes)
    return Offered(new=new, known=known, due=due)


def due_links(
    session: Session,
    site_ids: Collection[int],
    *,
    now: datetime,
    limit: int,
    exclude: Collection[int] = (),
) -> list[KnownLink]:
    """The links of these sites that are due: new ones, those missed in their sources, the last published or edited.

    Args:
        session: Any session.
        site_ids: The sites to ask for.
        now: What is due at this moment.
        limit: How many at most.
        exclude: Ids of links that are in hand already.
    """
    freshness = func.coalesce(Link.edited_at, Link.published_at, Link.modified_at, Link.found_at)
    rank = case((Link.visit_count == 0, 0), (Link.due_rule == MISSED, 1), else_=2)
    rows = session.execute(
        select(*COLUMNS)
        .where(Link.site_id.in_(site_ids), Link.due_at <= now)
        .order_by(rank, Link.depth, freshness.desc(), Link.id)
        .limit(limit + len(exclude))
    )
    skipped = set(exclude)
    return [KnownLink(*row) for row in rows if row.id not in skipped][:limit]


def make_due(session: Session, link_ids: Sequence[int], *, now: datetime) -> int:
    """Have these pages looked at by the next crawl; those that are due already stay so. Returns how many were not."""
    changed = 0
    for chunk in chunks(link_ids):
        late = session.scalars(
            select(Link.id).where(Link.id.in_(chunk), or_(Link.due_at.is_(None), Link.due_at > now))
        ).all()
        session.execute(
            update(Link)
            .where(Link.id.in_(late))
            .values(due_at=now, due_rule=WANTED)
            .execution_options(synchronize_session=False)
        )
        changed += len(late)
    return changed


def load_links(session: Session, link_ids: Sequence[int]) -> dict[int, KnownLink]:
    """These links, by id."""
    known = {}
    for chunk in chunks(link_ids):
        for row in session.execute(select(*COLUMNS).where(Link.id.in_(chunk))):
            known[row.id] = KnownLink(*row)
    return known


def ensure_link(session: Session, site_id: int, link: FoundLink, *, now: datetime) -> KnownLink:
    """The link of this URL, added if new, due now: for URLs that a person names."""
    insert_or_ignore(session, Link, [new_row(_settle(link), site_id, None, now)])
    session.execute(
        update(Link)
        .where(Link.site_id == site_id, Link.url_key == link.url_key)
        .values(due_at=now, due_rule=WANTED)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(
        select(*COLUMNS).where(Link.site_id == site_id, Link.url_key == link.url_key)
    ).one()
    return KnownLink(*row)


_UPDATE = (
    update(table_of(Link))
    .where(table_of(Link).c.id == bindparam("b_id"))
    .values(
        {
            name: bindparam(f"b_{name}")
            for name in (
                "title",
                "guid",
                "published_at",
                "modified_at",
                "depth",
                "due_at",
                "due_rule",
            )
        }
    )
)


def _settle(link: FoundLink) -> FoundLink:
    """The link as it will be read back, so that the same statement again is no change."""
    return replace(
        link,
        title=storable(link.title, TITLE_LIMIT),
        guid=storable(link.guid, GUID_LIMIT),
        published_at=to_millisecond(link.published_at),
        modified_at=to_millisecond(link.modified_at),
    )


def _merge(first: FoundLink, second: FoundLink) -> FoundLink:
    """Two statements of one source about one URL, as one."""
    return FoundLink(
        url=first.url,
        url_key=first.url_key,
        title=first.title or second.title,
        guid=first.guid or second.guid,
        published_at=first.published_at or second.published_at,
        modified_at=_later(first.modified_at, second.modified_at),
        depth=min(first.depth, second.depth),
    )


def new_row(link: FoundLink, site_id: int, source_id: int | None, now: datetime) -> dict[str, Any]:
    """The row of a link that is new, due at once."""
    link = _settle(link)
    return {
        "site_id": site_id,
        "source_id": source_id,
        "url": link.url,
        "url_key": link.url_key,
        "title": link.title,
        "guid": link.guid,
        "published_at": link.published_at,
        "modified_at": link.modified_at,
        "depth": link.depth,
        "found_at": now,
        "due_at": now,
        "visit_count": 0,
        "failure_count": 0,
    }


def _change(
    link: FoundLink, row: Any, now: datetime, *, trust_lastmod: bool
) -> dict[str, Any] | None:
    """The known link's new values, or None where the source says nothing new."""
    old = (row.title, row.guid, row.published_at, row.modified_at, row.depth, row.due_at)
    modified_at = _later(row.modified_at, link.modified_at)
    title = link.title or row.title
    guid = row.guid or link.guid
    published_at = link.published_at or row.published_at
    depth = min(row.depth, link.depth)
    due_at = row.due_at
    if _asks_for_a_visit(row, modified_at, now, trust_lastmod=trust_lastmod):
        due_at = now
    if (title, guid, published_at, modified_at, depth, due_at) == old:
        return None
    return {
        "became_due": due_at != row.due_at,
        "b_id": row.id,
        "b_title": title,
        "b_guid": guid,
        "b_published_at": published_at,
        "b_modified_at": modified_at,
        "b_depth": depth,
        "b_due_at": due_at,
        "b_due_rule": STATED if due_at != row.due_at and row.visited_at else row.due_rule,
    }


def _asks_for_a_visit(
    row: Any, modified_at: datetime | None, now: datetime, *, trust_lastmod: bool
) -> bool:
    """Whether the rule at the top of this module makes a known link due."""
    if row.visited_at is None:
        return row.due_at is None  # wanted by a back-fill alone until now; else it is due already
    if modified_at is None:
        return False
    if modified_at <= (row.visited_modified_at or row.visited_at):
        return False
    if row.due_at is not None and row.due_at <= now:
        return False
    return trust_lastmod or (row.due_at is None and row.visited_at <= now - REST)


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    if first is None or second is None:
        return first or second
    return max(first, second)
