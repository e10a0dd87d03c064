"""Known pages that were looked at again: how many of a day say less than their own former reading did.

Takes a read session. A page is compared with the revision that it was taken for, by the same reader: neither a new
release nor a newly learnt profile looks like the publisher's doing then. Most looks read the same again, as digests
tell; of the others a sample of each hour is compared field by field.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, String, and_, cast, func, select
from sqlalchemy.orm import Session, aliased

from db.archiving.contents import unpack_content
from db.asking.quarters import between, hour_of, quarter_of
from db.models import Article, Content, Extraction, Link, Quarantine, Revision, Visit, VisitOutcome
from db.statements import chunks

SAMPLE: Final = 12
"""Looks of a site and an hour whose contents are compared, where they are not the same bytes."""

_BELIEF: Final = "belief"
_TEXT: Final = "text"
_FIELDS: Final = ("authors", "published", "standfirst", "section", "language")
_STORED: Final = ("authors", "published", "section", "language")
"""Fields that are no part of what makes a revision: a look that lost them is of the same text."""

Counts = dict[str, Any]

_Former = aliased(Extraction, name="former")
_Before = aliased(Revision, name="before")


def count(
    session: Session, begins: datetime, ends: datetime, *, doubts: Collection[str]
) -> dict[int, Counts]:
    """Of each site: looks again by quarters, those that say less, and what those lost."""
    days: dict[int, Counts] = defaultdict(
        lambda: {"again": [0, 0, 0, 0], "poorer": [0, 0, 0, 0], "lost": {}}
    )
    is_of_day = between(session, Visit.id, Visit.visited_at, begins, ends)
    hour = hour_of(session, Visit.visited_at)
    for site_id, at, number in session.execute(_same(hour, is_of_day)):
        days[site_id]["again"][quarter_of(at)] += number
    for site_id, at, lost in (
        *_of_same_texts(session, hour, is_of_day),
        *_of_revised(session, hour, is_of_day),
        *_of_doubted(session, hour, is_of_day, doubts=doubts),
    ):
        day = days[site_id]
        day["again"][quarter_of(at)] += 1
        day["poorer"][quarter_of(at)] += bool(lost)
        for name in lost:
            day["lost"][name] = day["lost"].get(name, 0) + 1
    return dict(days)


def _is_same_reader(former: Any) -> ColumnElement[bool]:
    return and_(
        Extraction.extractor == former.extractor,
        Extraction.rules_sha256 == former.rules_sha256,
        Extraction.id != former.id,
    )


def _compared(*columns: Any, is_of_day: ColumnElement[bool]) -> Select[Any]:
    """Looks that found the text of a revision in other bytes, with its reading and theirs."""
    return (
        select(*columns)
        .join(Link, Link.id == Visit.link_id)
        .join(Extraction, Extraction.capture_id == Visit.capture_id)
        .join(Revision, Revision.id == Visit.revision_id)
        .join(_Former, and_(_Former.id == Revision.extraction_id, _is_same_reader(_Former)))
        .where(is_of_day, Visit.outcome == VisitOutcome.SAME_TEXT.value)
    )


def _same(hour: ColumnElement[str], is_of_day: ColumnElement[bool]) -> Select[Any]:
    """How many read what was read before."""
    return (
        _compared(Link.site_id, hour, func.count(), is_of_day=is_of_day)
        .where(Extraction.content_sha256 == _Former.content_sha256)
        .group_by(Link.site_id, hour)
    )


def _of_same_texts(
    session: Session, hour: ColumnElement[str], is_of_day: ColumnElement[bool]
) -> Iterator[tuple[int, str, list[str]]]:
    """What was lost beside the text, by a sample of the looks that read something else than before."""
    number = func.row_number().over(partition_by=(Link.site_id, hour), order_by=Visit.id)
    differing = (
        _compared(
            Link.site_id,
            hour.label("hour"),
            Extraction.content_sha256.label("sha256"),
            Revision.id.label("revision_id"),
            number.label("number"),
            is_of_day=is_of_day,
        )
        .where(Extraction.content_sha256 != _Former.content_sha256)
        .subquery()
    )
    rows = session.execute(
        select(
            differing.c.site_id,
            differing.c.hour,
            differing.c.sha256,
            cast(Revision.authors, String) != "[]",
            Revision.published.is_not(None),
            func.coalesce(Revision.section, "") != "",
            func.coalesce(Revision.language, "") != "",
        )
        .join(Revision, Revision.id == differing.c.revision_id)
        .where(differing.c.number <= SAMPLE)
    ).all()
    read = _contents(session, {row[2] for row in rows})
    for site_id, at, sha256, *had in rows:
        now = read.get(sha256)
        if now is not None:
            pairs = zip(_STORED, had, strict=True)
            yield site_id, at, [name for name, there in pairs if there and not now.get(name)]


def _contents(session: Session, digests: Collection[bytes]) -> Mapping[bytes, Mapping[str, Any]]:
    """What these contents say of the fields."""
    found = {}
    for part in chunks(sorted(digests)):
        for sha256, data, text in session.execute(
            select(Content.sha256, Content.data, Revision.text)
            .outerjoin(Revision, Revision.id == Content.revision_id)
            .where(Content.sha256.in_(part))
        ):
            content = json.loads(unpack_content(data, text=text or ""))
            found[sha256] = {name: content.get(name) for name in _STORED}
    return found


def _of_revised(
    session: Session, hour: ColumnElement[str], is_of_day: ColumnElement[bool]
) -> Iterator[tuple[int, str, list[str]]]:
    """What new revisions lack that those before them had: they are rows, and say it themselves."""
    statement = (
        select(Link.site_id, hour, *_traits(_Before), *_traits(Revision))
        .join(Link, Link.id == Visit.link_id)
        .join(Revision, Revision.id == Visit.revision_id)
        .join(
            _Before,
            and_(_Before.article_id == Revision.article_id, _Before.number == Revision.number - 1),
        )
        .join(Extraction, Extraction.id == Revision.extraction_id)
        .join(_Former, and_(_Former.id == _Before.extraction_id, _is_same_reader(_Former)))
        .where(is_of_day, Visit.outcome == VisitOutcome.REVISED.value)
    )
    for row in session.execute(statement):
        yield row[0], row[1], _lost(row)


def _traits(revision: Any) -> tuple[Any, ...]:
    """Whether it has each field, then how long its text is."""
    return (
        cast(revision.authors, String) != "[]",
        revision.published.is_not(None),
        func.coalesce(revision.standfirst, "") != "",
        func.coalesce(revision.section, "") != "",
        func.coalesce(revision.language, "") != "",
        func.length(revision.text),
    )


def _lost(row: Row[Any] | Sequence[Any]) -> list[str]:
    *had, length_before = row[2:8]
    *has, length = row[8:14]
    lost = [name for name, before, now in zip(_FIELDS, had, has, strict=True) if before and not now]
    return [*lost, _TEXT] if 2 * length < length_before else lost


def _of_doubted(
    session: Session,
    hour: ColumnElement[str],
    is_of_day: ColumnElement[bool],
    *,
    doubts: Collection[str],
) -> Iterator[tuple[int, str, list[str]]]:
    """Looks at pages of known articles that are not believed for how they are built."""
    is_doubted = (
        select(Quarantine.id)
        .join(Extraction, Extraction.id == Quarantine.extraction_id)
        .where(Extraction.capture_id == Visit.capture_id, Quarantine.reason.in_(list(doubts)))
        .exists()
    )
    statement = (
        select(Link.site_id, hour)
        .join(Link, Link.id == Visit.link_id)
        .join(Article, Article.id == Link.article_id)
        .where(is_of_day, Visit.outcome == VisitOutcome.QUARANTINED.value)
        .where(Article.first_seen_at < Visit.visited_at, is_doubted)
    )
    for site_id, at in session.execute(statement):
        yield site_id, at, [_BELIEF]
