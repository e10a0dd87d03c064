"""Moves links, URLs and looks between two articles of a site, and settles both again.

Knows rows, and no reason why: who merges, splits or undoes is `merging`. Takes a write session in which both articles
are locked, and never commits. Nothing is deleted that an answer of the past needs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.histories import resettle, respell, seen
from db.histories.changes import ChangeKind, NewChange
from db.histories.resettle import Settlement, Shingles, Why
from db.histories.settling import Look, Standing
from db.models import (
    AliasMove,
    Article,
    ArticleUrl,
    KeptApart,
    Link,
    Supersession,
    Unrelated,
)
from db.statements import chunks, insert_or_ignore, insert_rows, pack_hashes


@dataclass(slots=True)
class Moved:
    """What went from one article to another, all that is needed to bring it back, and what it changed."""

    link_ids: list[int]
    alias_ids: list[int] = field(default_factory=list)
    superseded_count: int = 0
    added_count: int = 0
    restored_count: int = 0
    changes: list[NewChange] = field(default_factory=list)

    def add(self, settlement: Settlement) -> None:
        """Count what settling an article came to."""
        self.superseded_count += len(settlement.superseded)
        self.added_count += len(settlement.added)
        self.changes += settlement.changes


def join(
    session: Session,
    kept: Article,
    other: Article,
    *,
    why: Why,
    shingles_of: Shingles,
    action_id: int,
) -> Moved:
    """Make the other article part of the kept one: all its links, URLs and looks."""
    told = seen.tell(session, [kept.id, other.id])
    looks = _in_order([*told[kept.id].looks, *told[other.id].looks])
    moved = Moved(link_ids=_links_of(session, other.id))
    _lead(session, moved.link_ids, kept.id)
    moved.alias_ids = move_aliases(
        session, _aliases_of(session, other.id), kept.id, action_id=action_id, now=why.now
    )
    settlement = resettle.settle(session, kept.id, looks, why=why, shingles_of=shingles_of)
    moved.add(settlement)
    successors = _successors(told[other.id].looks, told[other.id].standing, settlement)
    _supersede(session, other, successors, why, moved)
    respell.write_removals(session, other.id, (), now=why.now)  # they are the kept one's
    _show(session, looks, settlement)
    other.merged_into_id, other.revision_id, other.shingles = kept.id, None, None
    session.execute(delete(Unrelated).where(Unrelated.article_id == other.id))
    point(session, kept, shingles_of)
    return moved


def part(
    session: Session,
    kept: Article,
    other: Article,
    link_ids: Collection[int],
    *,
    why: Why,
    shingles_of: Shingles,
    looks: Sequence[Look] | None = None,
) -> Moved:
    """Give the other article these links of the kept one, and all that was seen at them.

    Args:
        session: A write session.
        kept: The article that has them.
        other: The one that is to have them.
        link_ids: The links.
        why: On whose account.
        shingles_of: The sample of a text.
        looks: All looks at both; None: as the archive tells them.
    """
    moved = Moved(link_ids=sorted(link_ids))
    if looks is None:
        told = seen.tell(session, [kept.id, other.id])
        looks = _in_order([*told[kept.id].looks, *told[other.id].looks])
    _lead(session, moved.link_ids, other.id)
    theirs = [look for look in looks if look.link_id in link_ids]
    settled = resettle.settle(session, other.id, theirs, why=why, shingles_of=shingles_of)
    moved.add(settled)
    _show(session, theirs, settled)
    point(session, other, shingles_of)
    rest = [look for look in looks if look.link_id not in link_ids]
    settlement = resettle.prepare(session, kept.id, rest)
    _stand_in(settlement, seen.standing_of(session, kept.id), settled)
    resettle.write(session, settlement, why=why, shingles_of=shingles_of)
    moved.add(settlement)
    _show(session, rest, settlement)
    for article, own in ((kept, rest), (other, theirs)):
        article.first_seen_at = min((look.at for look in own), default=article.first_seen_at)
    session.flush()
    point(session, kept, shingles_of)
    return moved


def restore(
    session: Session, action_id: int, *, now: datetime, site_id: int
) -> tuple[int, list[NewChange]]:
    """Let the revisions count again that an action had superseded. How many, and what the stream is told."""
    rows = session.scalars(
        select(Supersession).where(
            Supersession.action_id == action_id, Supersession.restored_at.is_(None)
        )
    ).all()
    for row in rows:
        row.restored_at = now
    session.flush()
    owners = seen.owners_of(session, [row.revision_id for row in rows])
    changes = [
        NewChange(ChangeKind.RESTORED, site_id, owners[row.revision_id], row.revision_id, action_id)
        for row in rows
    ]
    return len(rows), changes


def move_aliases(
    session: Session,
    aliases: Iterable[ArticleUrl],
    to_article_id: int,
    *,
    action_id: int,
    now: datetime,
) -> list[int]:
    """Give these URLs to an article, but for those that it has, and note who had them. Their numbers."""
    has = set(
        session.scalars(select(ArticleUrl.url_key).where(ArticleUrl.article_id == to_article_id))
    )
    rows, moved = [], []
    for alias in aliases:
        if alias.url_key in has or alias.article_id == to_article_id:
            continue
        rows.append(
            {
                "article_url_id": alias.id,
                "from_article_id": alias.article_id,
                "to_article_id": to_article_id,
                "action_id": action_id,
                "moved_at": now,
            }
        )
        alias.article_id = to_article_id
        moved.append(alias.id)
    session.flush()
    insert_rows(session, AliasMove, rows)
    return moved


def keep_apart(session: Session, pairs: Iterable[tuple[int, int]], *, action_id: int) -> None:
    """Note, both ways, that these articles are different ones."""
    rows = [
        {"article_id": one, "other_id": other, "action_id": action_id}
        for pair in pairs
        for one, other in (pair, pair[::-1])
        if one != other
    ]
    insert_or_ignore(session, KeptApart, rows)


def point(session: Session, article: Article, shingles_of: Shingles) -> None:
    """Let an article name its newest revision, where settling it had nothing else to change."""
    session.flush()
    session.refresh(article)
    standing = seen.standing_of(session, article.id)
    newest = standing[-1] if standing else None
    if article.revision_id == (newest.id if newest else None):
        return
    article.revision_id = newest.id if newest else None
    if newest is not None:
        sample = tuple(dict.fromkeys(shingles_of(newest.revision.text)))
        article.shingles = pack_hashes(sample) or None
        row = {"article_id": article.id, "site_id": article.site_id}
        insert_or_ignore(session, Unrelated, [row])
    session.flush()


def _in_order(looks: Iterable[Look]) -> list[Look]:
    """Looks in the order of the ledger, each once: what saw a text of one did not miss that of the other."""
    ordered = sorted(looks, key=lambda one: (one.visit_id, one.text is not None))
    return list({look.visit_id: look for look in ordered}.values())


def _links_of(session: Session, article_id: int) -> list[int]:
    return list(
        session.scalars(select(Link.id).where(Link.article_id == article_id).order_by(Link.id))
    )


def _aliases_of(session: Session, article_id: int) -> list[ArticleUrl]:
    rows = select(ArticleUrl).where(ArticleUrl.article_id == article_id).order_by(ArticleUrl.id)
    return list(session.scalars(rows))


def _lead(session: Session, link_ids: Sequence[int], article_id: int) -> None:
    for chunk in chunks(link_ids):
        session.execute(
            update(Link)
            .where(Link.id.in_(chunk))
            .values(article_id=article_id)
            .execution_options(synchronize_session=False)
        )


def _show(session: Session, looks: Iterable[Look], settlement: Settlement) -> None:
    """Let each link name the revision that it showed last: the next 304 names it."""
    last = {
        look.link_id: settlement.saw[look.visit_id]
        for look in looks
        if look.visit_id in settlement.saw
    }
    for link_id, revision_id in last.items():
        session.execute(
            update(Link)
            .where(Link.id == link_id)
            .values(revision_id=revision_id)
            .execution_options(synchronize_session=False)
        )


def _successors(
    looks: Sequence[Look], standing: Sequence[Standing], settlement: Settlement
) -> dict[int, int | None]:
    """For each revision of an article that is no more, the one that its looks saw in the other."""
    now = {look.digest: settlement.saw.get(look.visit_id) for look in reversed(looks)}
    newest = settlement.revision_ids[-1] if settlement.revision_ids else None
    return {one.id: now.get(one.revision.normal_sha256) or newest for one in standing}


def _supersede(
    session: Session,
    article: Article,
    successors: Mapping[int, int | None],
    why: Why,
    moved: Moved,
) -> None:
    insert_rows(
        session,
        Supersession,
        [
            {
                "revision_id": gone,
                "by_revision_id": by,
                "action_id": why.action_id,
                "reason": why.reason,
                "superseded_at": why.now,
                "restored_at": None,
            }
            for gone, by in successors.items()
        ],
    )
    moved.superseded_count += len(successors)
    moved.changes += [
        NewChange(ChangeKind.SUPERSEDED, article.site_id, article.id, gone, why.action_id)
        for gone in successors
    ]


def _stand_in(settlement: Settlement, standing: Sequence[Standing], theirs: Settlement) -> None:
    """Let the other article's revisions stand for those of the first that went to it with their looks."""
    kept = {run.text.revision.normal_sha256 for run in settlement.plan.runs}
    gone = {one.id: one.revision.normal_sha256 for one in standing}
    now = {
        run.text.revision.normal_sha256: revision_id
        for run, revision_id in zip(theirs.plan.runs, theirs.revision_ids, strict=True)
    }
    settlement.superseded = [
        replace(one, by_revision_id=now[gone[one.revision_id]])
        if gone[one.revision_id] not in kept and gone[one.revision_id] in now
        else one
        for one in settlement.superseded
    ]
