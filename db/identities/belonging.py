"""Which looks belong to an article, as of a moment, and what follows from them: last seen, gone, aliases that ended.

A link may come to show another article, and articles are merged and split: what a look belongs to is told by the
text that it saw and by what stood for that text at the moment of knowledge. A look that saw no text belongs to
the article that its link had shown before it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, select, union, union_all
from sqlalchemy.orm import Session, aliased

from db.asking.asof import AsOf, form, moments, was_looked
from db.models import (
    AliasMove,
    ArticleUrl,
    Extraction,
    Link,
    Removal,
    Revision,
    Supersession,
    Visit,
    VisitOutcome,
)
from db.statements import chunks, padded


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an article."""

    visit_id: int
    link_id: int
    visited_at: datetime
    outcome: VisitOutcome
    revision_id: int | None  # the one that counted for what it saw; None: it saw no text


@dataclass(slots=True)
class Looks:
    """The looks at one article, in their order, and what they say."""

    all: list[Look] = field(default_factory=list)
    seen_at: datetime | None = None  # last look that saw a text of it
    gone_at: datetime | None = None  # since when none of its links showed it
    ended: dict[str, datetime] = field(default_factory=dict)  # URL key -> it showed it no longer
    showed_at: dict[str, datetime] = field(default_factory=dict)  # URL key -> it showed it last


def looks_at(session: Session, article_ids: Iterable[int], *, as_of: AsOf) -> dict[int, Looks]:
    """The looks at these articles."""
    wanted = set(article_ids)
    standins = _standins(session, wanted)
    relatives = wanted | _articles_of(standins)
    keys = _links(session, relatives)
    stand_for = {one.revision_id: one for one in standins if one.is_in_force(as_of)}
    found = {article_id: Looks() for article_id in wanted}
    alive: defaultdict[int, set[int]] = defaultdict(set)  # article -> links that show it
    shown: dict[int, int] = {}  # link -> article that it showed last
    for visit, article_id in _visits(session, sorted(keys), as_of):
        look, owner = _resolved(visit, article_id, stand_for)
        before = shown.get(look.link_id)
        if owner is not None:
            if before is not None and before != owner:
                alive[before].discard(look.link_id)
                _end(found.get(before), look, keys)
            shown[look.link_id] = owner
        else:
            owner = before
        looks = found.get(owner) if owner is not None else None
        if looks is not None and owner is not None:
            _add(looks, look, alive[owner], keys)
    return found


def gone_at(
    session: Session, article_ids: Collection[int], *, as_of: AsOf, looks: Mapping[int, Looks]
) -> dict[int, datetime | None]:
    """Since when the articles were gone, by their removals; in older archives, by the looks at them."""
    found = {article_id: looks[article_id].gone_at for article_id in article_ids}
    removals = session.execute(_REMOVALS, {"article_ids": padded(list(article_ids))}).all()
    found |= dict.fromkeys((removal.article_id for removal in removals), None)
    for removal in removals:
        if _is_in_force(removal, as_of):
            found[removal.article_id] = removal.suspected_at
    return found


def _is_in_force(removal: Row[*tuple[Any, ...]], as_of: AsOf) -> bool:
    """Whether the article was believed to be gone."""

    def by_then(moment: datetime | None) -> bool:
        ends = (as_of.said_at, as_of.known_at)
        return moment is not None and all(end is None or moment <= end for end in ends)

    if as_of.known_at is None:
        counts = removal.withdrawn_at is None
    else:
        counts = removal.recorded_at <= as_of.known_at and (
            removal.withdrawn_at is None or removal.withdrawn_at > as_of.known_at
        )
    return counts and by_then(removal.confirmed_at) and not by_then(removal.returned_at)


@dataclass(frozen=True, slots=True)
class _Standin:
    """A revision that another stood for, for a time."""

    revision_id: int
    article_id: int
    by_revision_id: int | None  # None: it was no text of an article at all
    by_article_id: int | None
    superseded_at: datetime
    restored_at: datetime | None

    def is_in_force(self, as_of: AsOf) -> bool:
        if as_of.known_at is None:
            return self.restored_at is None
        return self.superseded_at <= as_of.known_at and (
            self.restored_at is None or self.restored_at > as_of.known_at
        )


def _standins(session: Session, article_ids: Collection[int]) -> list[_Standin]:
    """All that ever stood for texts of these articles, and of those they were one with, however known."""
    found: dict[int, _Standin] = {}
    known: set[int] = set()
    waiting = set(article_ids)
    while waiting:
        for chunk in chunks(sorted(waiting)):
            rows = session.execute(_STANDINS, {"article_ids": padded(chunk)})
            found.update((row.id, _Standin(*row[1:])) for row in rows)
        known |= waiting
        waiting = _articles_of(found.values()) - known
    return [found[number] for number in sorted(found)]


def _articles_of(standins: Iterable[_Standin]) -> set[int]:
    ends = {(one.article_id, one.by_article_id) for one in standins}
    return {article_id for pair in ends for article_id in pair if article_id is not None}


def _links(session: Session, article_ids: Collection[int]) -> dict[int, str]:
    """The links that ever showed one of these articles, with their URL keys."""
    keys: dict[int, str] = {}
    for chunk in chunks(sorted(article_ids)):
        rows = session.execute(_LINKS, {"article_ids": padded(chunk)})
        keys.update((link_id, key) for link_id, key in rows)
    return keys


def _visits(
    session: Session, link_ids: Sequence[int], as_of: AsOf
) -> Iterable[tuple[Look, int | None]]:
    """The looks at these links in the order in which they took place, each with its text's article."""
    found = []
    for chunk in chunks(link_ids):
        values = {"link_ids": padded(chunk), **moments(as_of)}
        rows = session.execute(_visits_of(form(as_of)), values)
        found += [
            (Look(number, link_id, at, VisitOutcome(outcome), revision_id), article_id)
            for number, link_id, at, outcome, revision_id, article_id in rows
        ]
    healed = _healed(
        session,
        [look.visit_id for look, _ in found if look.outcome is VisitOutcome.QUARANTINED],
        as_of,
    )
    for at, (look, _) in enumerate(found):
        if look.visit_id in healed:
            revision_id, article_id = healed[look.visit_id]
            found[at] = replace(look, revision_id=revision_id), article_id
    return sorted(found, key=lambda pair: (pair[0].visited_at, pair[0].visit_id))


def _healed(session: Session, visit_ids: Sequence[int], as_of: AsOf) -> dict[int, tuple[int, int]]:
    """What looks saw that were not believed at first: the revision that their capture was read to show."""
    healed: dict[int, tuple[int, int]] = {}
    for chunk in chunks(visit_ids):
        statement = (
            select(Visit.id, Extraction.verdict, Revision.id, Revision.article_id)
            .join(Extraction, Extraction.capture_id == Visit.capture_id)
            .outerjoin(Revision, Revision.id == Extraction.revision_id)
            .where(Visit.id.in_(chunk))
            .order_by(Extraction.id)
        )
        if as_of.known_at is not None:
            statement = statement.where(Extraction.read_at <= as_of.known_at)
        for visit_id, verdict, revision_id, article_id in session.execute(statement):
            healed.pop(visit_id, None)  # the last reading has the word
            if verdict == "believed" and revision_id is not None:
                healed[visit_id] = (revision_id, article_id)
    return healed


def _resolved(
    look: Look, article_id: int | None, stand_for: dict[int, _Standin]
) -> tuple[Look, int | None]:
    """The look with the revision that counted for what it saw, and that one's article."""
    revision_id = look.revision_id
    passed: set[int | None] = {None}
    while revision_id not in passed and revision_id in stand_for:
        passed.add(revision_id)
        standin = stand_for[revision_id]
        revision_id, article_id = standin.by_revision_id, standin.by_article_id
    if revision_id == look.revision_id:
        return look, article_id
    return replace(look, revision_id=revision_id), article_id


def _add(looks: Looks, look: Look, alive: set[int], keys: dict[int, str]) -> None:
    looks.all.append(look)
    if look.revision_id is not None:
        alive.add(look.link_id)
        looks.seen_at = look.visited_at
        looks.gone_at = None
        looks.ended.pop(keys[look.link_id], None)
        looks.showed_at[keys[look.link_id]] = look.visited_at
    elif look.outcome is VisitOutcome.GONE:
        alive.discard(look.link_id)
        if not alive and looks.gone_at is None:
            looks.gone_at = look.visited_at
        _end(looks, look, keys)


def _end(looks: Looks | None, look: Look, keys: dict[int, str]) -> None:
    if looks is not None:
        looks.ended.setdefault(keys[look.link_id], look.visited_at)


# built once: SQLAlchemy takes longer to put these together than the databases to answer them
_ARTICLE_IDS: BindParameter[int] = bindparam("article_ids", expanding=True)
_LINK_IDS: BindParameter[int] = bindparam("link_ids", expanding=True)


@lru_cache
def _visits_of(as_of: AsOf) -> Select[*tuple[Any, ...]]:
    """The looks at links, for questions of this form."""
    return (
        select(
            Visit.id,
            Visit.link_id,
            Visit.visited_at,
            Visit.outcome,
            Visit.revision_id,
            Revision.article_id,
        )
        .outerjoin(Revision, Revision.id == Visit.revision_id)
        .where(Visit.link_id.in_(_LINK_IDS), was_looked(as_of))
    )


_REMOVALS = (
    select(
        Removal.article_id,
        Removal.suspected_at,
        Removal.confirmed_at,
        Removal.returned_at,
        Removal.recorded_at,
        Removal.withdrawn_at,
    )
    .where(Removal.article_id.in_(_ARTICLE_IDS))
    .order_by(Removal.suspected_at, Removal.id)
)
_OLD, _NEW = aliased(Revision), aliased(Revision)
_STANDIN = (
    select(
        Supersession.id,
        _OLD.id.label("revision_id"),
        _OLD.article_id,
        _NEW.id.label("by_revision_id"),
        _NEW.article_id.label("by_article_id"),
        Supersession.superseded_at,
        Supersession.restored_at,
    )
    .join(_OLD, _OLD.id == Supersession.revision_id)
    .outerjoin(_NEW, _NEW.id == Supersession.by_revision_id)
)
_STANDINS = union_all(
    _STANDIN.where(_OLD.article_id.in_(_ARTICLE_IDS)),
    _STANDIN.where(_NEW.article_id.in_(_ARTICLE_IDS)),
)
_LINKS = union(
    select(Link.id, Link.url_key).where(Link.article_id.in_(_ARTICLE_IDS)),
    select(Link.id, Link.url_key)
    .join(
        ArticleUrl,
        (ArticleUrl.site_id == Link.site_id) & (ArticleUrl.url_key == Link.url_key),
    )
    .where(ArticleUrl.article_id.in_(_ARTICLE_IDS)),
    select(Link.id, Link.url_key)
    .join(
        ArticleUrl,
        (ArticleUrl.site_id == Link.site_id) & (ArticleUrl.url_key == Link.url_key),
    )
    .join(AliasMove, AliasMove.article_url_id == ArticleUrl.id)
    .where(AliasMove.from_article_id.in_(_ARTICLE_IDS)),
)
