"""The state of the articles that a batch of ledger entries touches: read once for all of them.

Knows what the ledger needs to settle an entry, and the rows that come of it. Decides nothing: that is for `variants`,
`removals` and the batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, select, update
from sqlalchemy import Row as SqlRow
from sqlalchemy.orm import Session

from db.archiving.entries import Entry
from db.archiving.looks import (
    Known,
    has_open_removal,
    known_texts,
    may_have_open_set,
    open_sets,
    open_suspicions,
)
from db.histories.removals import Said, Suspicion
from db.histories.variants import Text, TextOrder
from db.models import Article, Revision
from db.statements import Row, chunks, pack_hashes, table_of, unpack_hashes


def _no_texts() -> Known:
    return Known(TextOrder(), {})


class KnownSuspicion(NamedTuple):
    """A suspicion, with the row that says it and what that says; None: there is no row yet."""

    suspicion: Suspicion
    number: int | None = None
    said: Said | None = None


@dataclass(slots=True)
class ArticleState:
    """What the batch knows of an article, itself included."""

    id: int
    site_id: int
    guid: str | None
    first_seen_at: datetime
    revision_count: int = 0
    revision_id: int | None = None
    text: str = ""  # of the newest revision
    gone_at: datetime | None = None
    shingles: tuple[int, ...] = ()
    is_new: bool = False
    is_changed: bool = False
    known: Known = field(default_factory=_no_texts)  # the newest text alone, if no other is met
    is_followed: bool = False  # whether `known` has what its last looks saw
    suspicion: Suspicion | None = None  # that it is gone: the one that has not ended
    suspicions: list[KnownSuspicion] = field(default_factory=list)  # all that this batch knows


_ARTICLE = table_of(Article).c
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
STATE = (
    _ARTICLE.id,
    _ARTICLE.site_id,
    _ARTICLE.guid,
    _ARTICLE.first_seen_at,
    _ARTICLE.revision_count,
    _ARTICLE.revision_id,
    _ARTICLE.gone_at,
    _ARTICLE.shingles,
)
"""The columns of an article that its state is made of."""

_REVISION = table_of(Revision).c
_NEWEST = select(
    _REVISION.id,
    _REVISION.normal_sha256,
    _REVISION.first_seen_at,
    may_have_open_set(_REVISION.article_id).label("may_have_set"),
    has_open_removal(_REVISION.article_id).label("has_removal"),
).where(_REVISION.id.in_(_IDS))
_NEWEST_WHOLE = _NEWEST.add_columns(_REVISION.text)


def load_articles(
    session: Session,
    entries: Sequence[Entry],
    *,
    locked: Mapping[int, SqlRow[*tuple[Any, ...]]],
) -> dict[int, ArticleState]:
    """The articles that the entries name.

    Args:
        session: A write session.
        entries: What is to be settled.
        locked: Their rows, with the columns of STATE, which this transaction has locked: numbers follow each other.
    """
    ids = sorted({e.article for e in entries if isinstance(e.article, int)})
    states = {article_id: _state(locked[article_id]) for article_id in ids}
    _load_texts(session, entries, states)
    return states


def _state(row: SqlRow[*tuple[Any, ...]]) -> ArticleState:
    return ArticleState(
        id=row.id,
        site_id=row.site_id,
        guid=row.guid,
        first_seen_at=row.first_seen_at,
        revision_count=row.revision_count,
        revision_id=row.revision_id,
        gone_at=row.gone_at,
        shingles=unpack_hashes(row.shingles),
    )


def _load_texts(
    session: Session, entries: Sequence[Entry], states: dict[int, ArticleState]
) -> None:
    """The newest text of each article; of those whose looks may see others, what the last looks saw.

    Also the suspicions that they are gone. A statement of its own, after the locks: on Postgres it sees what had been
    committed until then.
    """
    # a content is packed against the text, and a look without a page has none: half of what it would read
    read = {entry.article for entry in entries if entry.extraction is not None}
    newest: dict[int, SqlRow[*tuple[Any, ...]]] = {}
    for statement, is_whole in ((_NEWEST, False), (_NEWEST_WHOLE, True)):
        wanted = [
            state.revision_id
            for state in states.values()
            if state.revision_id and (state.id in read) is is_whole
        ]
        for chunk in chunks(wanted):
            newest.update({row.id: row for row in session.execute(statement, {"ids": chunk})})
    rows = {state.id: newest.get(state.revision_id or 0) for state in states.values()}
    sets = open_sets(session, [number for number, row in rows.items() if row and row.may_have_set])
    suspected = [number for number, row in rows.items() if row is None or row.has_removal]
    _load_suspicions(session, suspected, states)
    others = _others(entries, states, {number: row.normal_sha256 for number, row in newest.items()})
    for state in states.values():
        row = rows[state.id]
        if row is None:
            continue
        state.text = row.text if state.id in read else ""
        if state.id in sets or state.id in others:
            state.is_followed = True
            state.known = known_texts(
                session,
                state.id,
                newest_id=row.id,
                open_set=sets.get(state.id, ()),
                others=others.get(state.id, ()),
            )
        else:
            text = Text(row.normal_sha256, row.first_seen_at, row.first_seen_at, revision_id=row.id)
            state.known = Known(TextOrder([text]), {row.id: 0})


def _load_suspicions(
    session: Session, article_ids: Sequence[int], states: dict[int, ArticleState]
) -> None:
    for article_id, (number, suspicion) in open_suspicions(session, article_ids).items():
        states[article_id].suspicion = suspicion
        states[article_id].suspicions.append(KnownSuspicion(suspicion, number, suspicion.said))


def _others(
    entries: Sequence[Entry], states: dict[int, ArticleState], digests: dict[int, bytes]
) -> dict[int, set[int]]:
    """The articles of which a look says something else than the newest text, with known revisions it names."""
    others: dict[int, set[int]] = {}
    for entry in entries:
        if not isinstance(entry.article, int):
            continue
        newest_id = states[entry.article].revision_id
        if newest_id is None:
            continue
        if entry.revision is not None:
            if entry.revision.normal_sha256 != digests.get(newest_id):
                others.setdefault(entry.article, set())
        elif entry.seen_revision_id not in (None, newest_id):
            others.setdefault(entry.article, set()).add(entry.seen_revision_id or 0)
    return others


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
