"""Lets entries follow what people did to their articles while the entries were on their way.

A crawl decides by what it read; meanwhile an article may have been merged into another, or a link split off. Takes a
write session; locks the articles, so that what is found holds until the transaction ends.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Row, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from db.archiving.article_states import STATE
from db.archiving.entries import Entry
from db.errors import Overtaken
from db.models import Article, KeptApart, Link
from db.statements import chunks


class Followed(NamedTuple):
    """Entries, and the articles that they were found to belong to, as they are now: locked."""

    entries: list[Entry]
    articles: dict[int, Row[*tuple[Any, ...]]]  # the columns of db.archiving.article_states.STATE


def followed(session: Session, entries: Sequence[Entry]) -> Followed:
    """These entries, each with the article that its page belongs to now.

    Raises:
        Overtaken: One was decided by a text that is not its article's newest any more.
    """
    known = [entry for entry in entries if isinstance(entry.article, int)]
    survivor, articles = _locked(session, {e.article for e in known if isinstance(e.article, int)})
    _require_current(entries, articles)
    if not survivor:
        return Followed(list(entries), articles)
    links = _links(session, [entry.link_id for entry in known])
    strays = {
        survivor[entry.article]
        for entry in known
        if isinstance(entry.article, int)
        and links[entry.link_id][0] not in (None, survivor[entry.article])
    }
    apart = _apart(session, strays)
    return Followed([_followed(entry, survivor, links, apart) for entry in entries], articles)


def _require_current(entries: Sequence[Entry], articles: dict[int, Row[*tuple[Any, ...]]]) -> None:
    for entry in entries:
        if entry.compared_with is None or not isinstance(entry.article, int):
            continue
        article = articles.get(entry.article)
        if article is None or article.revision_id != entry.compared_with:
            raise Overtaken


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


def _locked(
    session: Session, article_ids: set[int]
) -> tuple[dict[int, int], dict[int, Row[*tuple[Any, ...]]]]:
    """For each article the one that it is now; and all of them, locked."""
    survivor = {article_id: article_id for article_id in article_ids}
    articles: dict[int, Row[*tuple[Any, ...]]] = {}
    waiting = article_ids
    while waiting:
        merged: dict[int, int] = {}
        for chunk in chunks(sorted(waiting)):
            rows = session.execute(_LOCKED, {"ids": chunk})
            for row in rows:
                articles[row.id] = row
                if row.merged_into_id:
                    merged[row.id] = row.merged_into_id
        survivor = {first: merged.get(now, now) for first, now in survivor.items()}
        waiting = set(merged.values())
    return survivor, articles


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
_MERGED = aliased(Article)
_LOCKED = (
    select(*STATE, Article.merged_into_id)
    .where(
        or_(
            Article.id.in_(_IDS),
            Article.id.in_(select(_MERGED.merged_into_id).where(_MERGED.id.in_(_IDS))),
        )
    )
    .order_by(Article.id)  # who merges locks them in this order, too
    .with_for_update()
)
_SHOWN = select(Link.id, Link.article_id, Link.revision_id).where(Link.id.in_(_IDS))
_APART = select(KeptApart.article_id, KeptApart.other_id).where(KeptApart.article_id.in_(_IDS))
