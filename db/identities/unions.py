"""Which articles are one, because a person merged them, at a moment of knowledge.

Takes a session, writes nothing. Rows that name an article that was merged keep its number: whoever reads them asks here
whose they are, so that an undo needs no row changed.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from db.asking.asof import NOW, AsOf, is_superseded
from db.models import Article, Revision, Supersession
from db.statements import chunks

_OLD, _NEW = aliased(Revision), aliased(Revision)


def members(session: Session, article_id: int, *, as_of: AsOf = NOW) -> set[int]:
    """The article, and all that were merged into it."""
    found: set[int] = set()
    waiting = {article_id}
    while waiting:
        found |= waiting
        waiting = _merged_into(session, waiting, as_of) - found
    return found


def survivor(session: Session, article_id: int, *, as_of: AsOf = NOW) -> int:
    """The article that stands for this one: itself, mostly."""
    number, passed = article_id, set[int]()
    while number not in passed:
        passed.add(number)
        number = _standing_for(session, number, as_of) or number
    return number


def _merged_into(session: Session, article_ids: Collection[int], as_of: AsOf) -> set[int]:
    found: set[int] = set()
    for chunk in chunks(sorted(article_ids)):
        if as_of.known_at is None:
            found.update(
                session.scalars(select(Article.id).where(Article.merged_into_id.in_(chunk)))
            )
            continue
        found.update(
            session.scalars(
                select(_OLD.article_id)
                .join(Supersession, Supersession.revision_id == _OLD.id)
                .join(_NEW, _NEW.id == Supersession.by_revision_id)
                .where(
                    _NEW.article_id.in_(chunk),
                    Supersession.reason == "merged",
                    is_superseded(as_of),
                )
                .distinct()
            )
        )
    return found


def _standing_for(session: Session, article_id: int, as_of: AsOf) -> int | None:
    if as_of.known_at is None:
        return session.scalar(select(Article.merged_into_id).where(Article.id == article_id))
    return session.scalar(
        select(_NEW.article_id)
        .join(Supersession, Supersession.by_revision_id == _NEW.id)
        .join(_OLD, _OLD.id == Supersession.revision_id)
        .where(
            _OLD.article_id == article_id,
            _NEW.article_id != article_id,
            Supersession.reason == "merged",
            is_superseded(as_of),
        )
        .order_by(Supersession.id.desc())
        .limit(1)
    )
