"""Settles an article again: makes its standing revisions those that its looks saw, and keeps every old answer.

Takes a write session and never commits. Knows rows; which revisions should stand is `settling`'s to say. No revision
is changed or deleted: one that no longer counts is superseded, one that was missing is added.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from db.archiving.entries import NewRevision
from db.archiving.revision_rows import Footing, indexed, revision_row
from db.asking import search
from db.histories import respell, seen, settling
from db.histories.changes import ChangeKind, NewChange
from db.histories.settling import Look, Plan, Run, Standing
from db.models import Article, Link, Revision, Supersession, Unrelated
from db.statements import (
    Row,
    insert_or_ignore,
    insert_rows,
    pack_hashes,
    reserve_ids,
    run_many,
    table_of,
)

Shingles = Callable[[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Why:
    """On whose account an article is settled again, and when."""

    reason: str  # "reextracted", "merged", "split", "undone"
    now: datetime
    action_id: int | None = None


@dataclass(frozen=True, slots=True)
class Superseded:
    """A revision that no longer counts, and the one that stands for it."""

    revision_id: int
    by_revision_id: int | None


@dataclass(slots=True)
class Settlement:
    """What settling an article comes to: first known, then written."""

    article_id: int
    site_id: int
    plan: Plan
    superseded: list[Superseded] = field(default_factory=list)
    added: list[tuple[int, Run]] = field(default_factory=list)  # (revision, its run)
    revision_ids: list[int] = field(default_factory=list)  # of the plan's runs
    saw: dict[int, int] = field(default_factory=dict)  # visit -> the revision that it saw
    changes: list[NewChange] = field(
        default_factory=list
    )  # once it is written: for `changes.record`, called last in the transaction

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to do."""
        return self.plan.is_settled


def lock(session: Session, article_id: int) -> None:
    """Let nobody else add to this article until the transaction ends. Call it before asking for its looks."""
    session.execute(
        select(Article.id).where(Article.id == article_id).with_for_update(key_share=True)
    )


def settle(
    session: Session,
    article_id: int,
    looks: Sequence[Look],
    *,
    why: Why,
    shingles_of: Shingles,
) -> Settlement:
    """Make the article's standing revisions those that these looks saw. A second time it changes nothing.

    Args:
        session: A write session, in which the article is locked.
        article_id: The article.
        looks: All that belong to it, in the order of the ledger: `seen.looks_of`.
        why: The reason that is kept with what is superseded.
        shingles_of: The sample of a text by which copies find their source (pipeline.fingerprint.shingles).
    """
    settlement = prepare(session, article_id, looks)
    write(session, settlement, why=why, shingles_of=shingles_of)
    return settlement


def prepare(
    session: Session,
    article_id: int,
    looks: Sequence[Look],
    *,
    standing: Sequence[Standing] | None = None,
) -> Settlement:
    """What `write` will do, with the ids that new revisions will have. Changes nothing.

    On SQLite the ids are ours until somebody inserts: write one settlement before the next is prepared.
    """
    if standing is None:
        standing = seen.standing_of(session, article_id)
    made = settling.plan(looks, standing)
    site_id = session.scalar(select(Article.site_id).where(Article.id == article_id))
    assert site_id is not None
    settlement = Settlement(article_id, site_id, made)
    fresh = iter(reserve_ids(session, Revision, len(made.added)))
    ids = [run.revision_id or next(fresh) for run in made.runs]
    settlement.revision_ids = ids
    settlement.added = [
        (revision_id, run)
        for revision_id, run in zip(ids, made.runs, strict=True)
        if run.revision_id is None
    ]
    settlement.superseded = [
        Superseded(gone, ids[index] if index is not None else None)
        for gone, index in made.superseded.items()
    ]
    settlement.saw = {
        look.visit_id: revision_id
        for revision_id, run in zip(ids, made.runs, strict=True)
        for look in run.looks
    }
    return settlement


def write(session: Session, settlement: Settlement, *, why: Why, shingles_of: Shingles) -> None:
    """Write what is to be done. The extractions that the new revisions name must be there."""
    if not settlement.is_settled:
        _add_revisions(session, settlement, why, shingles_of)
        insert_rows(session, Supersession, _supersessions(settlement, why))
        _update_article(session, settlement, shingles_of)
        _update_links(session, settlement)
        settlement.changes = _changes(settlement, why)
    told = respell.write_sets(
        session, settlement.article_id, settlement.plan, settlement.revision_ids, now=why.now
    )
    told += respell.write_removals(
        session, settlement.article_id, settlement.plan.removals, now=why.now
    )
    newest = settlement.revision_ids[-1] if settlement.revision_ids else None
    settlement.changes += [
        NewChange(kind, settlement.site_id, settlement.article_id, newest, why.action_id)
        for kind in told
    ]


def _supersessions(settlement: Settlement, why: Why) -> list[Row]:
    return [
        {
            "revision_id": gone.revision_id,
            "by_revision_id": gone.by_revision_id,
            "action_id": why.action_id,
            "reason": why.reason,
            "superseded_at": why.now,
            "restored_at": None,
        }
        for gone in settlement.superseded
    ]


def _changes(settlement: Settlement, why: Why) -> list[NewChange]:
    """What the stream is told: what no longer counts, and what says a thing that nothing said before."""
    successors = {gone.by_revision_id for gone in settlement.superseded}
    told = [(ChangeKind.SUPERSEDED, gone.revision_id) for gone in settlement.superseded]
    told += [
        (ChangeKind.REVISION, revision_id)
        for revision_id, _ in settlement.added
        if revision_id not in successors
    ]
    return [
        NewChange(kind, settlement.site_id, settlement.article_id, revision_id, why.action_id)
        for kind, revision_id in told
    ]


def _add_revisions(
    session: Session, settlement: Settlement, why: Why, shingles_of: Shingles
) -> None:
    highest = session.scalar(
        select(func.max(Revision.number)).where(Revision.article_id == settlement.article_id)
    )
    rows, texts = [], []
    for number, (revision_id, run) in enumerate(settlement.added, (highest or 0) + 1):
        text = run.text
        footing = Footing(
            revision_id=revision_id,
            article_id=settlement.article_id,
            number=number,
            capture_id=text.capture_id,
            extraction_id=text.extraction_id,
            first_seen_at=run.first_at,
            previous_seen_at=run.previous_at,
        )
        rows.append(revision_row(text.revision, footing, now=why.now))
        texts.append(indexed(revision_id, _sampled(text.revision, shingles_of)))
    insert_rows(session, Revision, rows)
    search.index_revisions(session, texts)


def _sampled(revision: NewRevision, shingles_of: Shingles) -> NewRevision:
    if revision.shingles:
        return revision
    return replace(revision, shingles=tuple(shingles_of(revision.text)))


def _update_article(session: Session, settlement: Settlement, shingles_of: Shingles) -> None:
    article = session.execute(
        select(Article)
        .where(Article.id == settlement.article_id)
        .execution_options(populate_existing=True)
    ).scalar_one()
    runs = settlement.plan.runs
    article.revision_count += len(settlement.added)
    if runs:
        article.first_seen_at = min(article.first_seen_at, runs[0].first_at)
    newest = settlement.revision_ids[-1] if runs else None
    if newest != article.revision_id:
        article.revision_id = newest
        shingles = _sampled(runs[-1].text.revision, shingles_of).shingles if runs else ()
        article.shingles = pack_hashes(tuple(dict.fromkeys(shingles))) or None
        if newest is not None:
            row = {"article_id": article.id, "site_id": article.site_id}
            insert_or_ignore(session, Unrelated, [row])
    session.flush()


_LINK = table_of(Link).c
_LINK_SHOWS = (
    update(table_of(Link))
    .where(_LINK.id == bindparam("b_id"), _LINK.article_id == bindparam("b_article_id"))
    .values(revision_id=bindparam("b_revision_id"))
)


def _update_links(session: Session, settlement: Settlement) -> None:
    """What is known by a link's number is what it showed last: the next 304 names it."""
    last = {
        look.link_id: settlement.saw[look.visit_id]
        for run in settlement.plan.runs
        for look in run.looks
    }
    rows = [
        {"b_id": link_id, "b_revision_id": shown, "b_article_id": settlement.article_id}
        for link_id, shown in last.items()
    ]
    run_many(session, _LINK_SHOWS, rows)
