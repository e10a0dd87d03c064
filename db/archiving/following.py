"""Lets entries follow what people did to their articles while the entries were on their way.

A crawl decides by what it read; meanwhile an article may have been merged into another, or a link split off. Takes a
write session; locks the articles, so that what is found holds until the transaction ends.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Row, bindparam, select
from sqlalchemy.orm import Session

from db.archiving.article_states import STATE
from db.archiving.entries import Entry
from db.errors import Overtaken
from db.models import Article, KeptApart, Link
from db.statements import chunks, is_postgres


class Followed(NamedTuple):
    """Entries, and the articles that they were found to belong to, as they are now: locked."""

    entries: list[Entry]
    articles: dict[int, Row[*tuple[Any, ...]]]  # the columns of db.archiving.article_states.STATE


def followed(session: Session, entries: Sequence[Entry]) -> Followed:
    """These entries, each with the article that its page belongs to now.

    Raises:
        Overtaken: One was decided by a text that is not its article's newest any more.
    """
    wanted, now = _named(entries), list(entries)
    if not wanted:
        return Followed(now, {})
    locks = _Locks(session)
    articles: dict[int, Row[*tuple[Any, ...]]] = {}
    missing = wanted
    while missing:
        wanted |= missing
        articles = locks.take(wanted)
        survivor = {article_id: _survivor(article_id, articles) for article_id in wanted}
        missing = set(survivor.values()) - wanted
        if not missing:
            now = _all_followed(session, entries, survivor)
            missing = _named(now) - wanted
    _require_current(entries, articles)
    return Followed(now, articles)


def _named(entries: Sequence[Entry]) -> set[int]:
    return {entry.article for entry in entries if isinstance(entry.article, int)}


class _Locks:
    """Locks of articles, always taken in the order of their numbers, as whoever merges takes them.

    Which others belong to them is known only when they are locked: then all are given back and locked anew.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._is_postgres = is_postgres(session)  # on SQLite the whole archive is locked
        self._run("SAVEPOINT locking")
        self._is_held = False

    def take(self, article_ids: Collection[int]) -> dict[int, Row[*tuple[Any, ...]]]:
        """The articles, as they are until the transaction ends, or other locks are taken."""
        if self._is_held:
            self._run("ROLLBACK TO SAVEPOINT locking")
        self._is_held = True
        articles: dict[int, Row[*tuple[Any, ...]]] = {}
        for chunk in chunks(sorted(article_ids)):
            articles |= {row.id: row for row in self._session.execute(_LOCKED, {"ids": chunk})}
        return articles

    def _run(self, statement: str) -> None:
        if self._is_postgres:
            self._session.connection().exec_driver_sql(statement)


def _survivor(article_id: int, articles: Mapping[int, Row[*tuple[Any, ...]]]) -> int:
    """The article that this one was merged into, as far as it is known."""
    while article_id in articles and articles[article_id].merged_into_id:
        article_id = articles[article_id].merged_into_id
    return article_id


def _require_current(entries: Sequence[Entry], articles: dict[int, Row[*tuple[Any, ...]]]) -> None:
    for entry in entries:
        if entry.compared_with is None or not isinstance(entry.article, int):
            continue
        article = articles.get(entry.article)
        if article is None or article.revision_id != entry.compared_with:
            raise Overtaken


def _all_followed(
    session: Session, entries: Sequence[Entry], survivor: dict[int, int]
) -> list[Entry]:
    known = [entry for entry in entries if isinstance(entry.article, int)]
    links = _links(session, [entry.link_id for entry in known])
    strays = {
        survivor[entry.article]
        for entry in known
        if isinstance(entry.article, int)
        and links[entry.link_id][0] not in (None, survivor[entry.article])
    }
    apart = _apart(session, strays)
    return [_followed(entry, survivor, links, apart) for entry in entries]


def _followed(
    entry: Entry,
    survivor: dict[int, int],
    links: dict[int, tuple[int | None, int | None]],
    apart: set[tuple[int, int]],
) -> Entry:
    if not isinstance(entry.article, int):
        return entry
    article_id = survivor[entry.article]
    shown, revision_id = links[entry.link_id]
    is_bare = entry.revision is None  # such a look belongs to what its link shows
    if shown is not None and shown != article_id and (is_bare or (article_id, shown) in apart):
        article_id = shown
    if article_id == entry.article:
        return entry
    seen = revision_id if entry.seen_revision_id is not None else None
    return replace(entry, article=article_id, seen_revision_id=seen)


def _links(session: Session, link_ids: Sequence[int]) -> dict[int, tuple[int | None, int | None]]:
    """What these links show now: article and revision."""
    shown: dict[int, tuple[int | None, int | None]] = {}
    for chunk in chunks(link_ids):
        rows = session.execute(_SHOWN, {"ids": chunk})
        shown |= {row.id: (row.article_id, row.revision_id) for row in rows}
    return shown


def _apart(session: Session, article_ids: set[int]) -> set[tuple[int, int]]:
    pairs: set[tuple[int, int]] = set()
    for chunk in chunks(sorted(article_ids)):
        rows = session.execute(_APART, {"ids": chunk})
        pairs |= {(row.article_id, row.other_id) for row in rows}
    return pairs


# built once: every batch of looks asks for these
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_LOCKED = (
    select(*STATE, Article.merged_into_id)
    .where(Article.id.in_(_IDS))
    .order_by(Article.id)
    .with_for_update(key_share=True)  # whoever only names an article (a foreign key) need not wait
)
_SHOWN = select(Link.id, Link.article_id, Link.revision_id).where(Link.id.in_(_IDS))
_APART = select(KeptApart.article_id, KeptApart.other_id).where(KeptApart.article_id.in_(_IDS))
