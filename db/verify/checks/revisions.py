"""Revisions: their numbers run 1, 2, 3, neighbours differ, and each names what proves it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Over, func, select
from sqlalchemy.orm import InstrumentedAttribute

from db.histories.standing import is_standing
from db.models import Article, Capture, Extraction, Revision
from db.verify.check import Check, Step, Violation


def _numbers(step: Step) -> Iterator[Violation]:
    rows = step.session.execute(
        select(
            Revision.article_id, func.count(), func.min(Revision.number), func.max(Revision.number)
        )
        .where(Revision.article_id.between(step.first, step.last))
        .group_by(Revision.article_id)
        .having((func.min(Revision.number) != 1) | (func.max(Revision.number) != func.count()))
        .order_by(Revision.article_id)
    )
    for article_id, count, first, last in rows:
        detail = f"{count} revisions are numbered from {first} to {last}"
        yield Violation("revision_numbers", f"article {article_id}", detail)


def _neighbours(step: Step) -> Iterator[Violation]:
    def before(column: InstrumentedAttribute[Any]) -> Over[Any]:
        return func.lag(column).over(
            partition_by=Revision.article_id, order_by=(Revision.first_seen_at, Revision.number)
        )

    lined_up = (
        select(
            Revision.article_id,
            Revision.number,
            Revision.normal_sha256,
            before(Revision.number).label("number_before"),
            before(Revision.normal_sha256).label("sha256_before"),
        )
        .where(Revision.article_id.between(step.first, step.last), is_standing())
        .subquery()
    )
    rows = step.session.execute(
        select(lined_up.c.article_id, lined_up.c.number, lined_up.c.number_before)
        .where(lined_up.c.normal_sha256 == lined_up.c.sha256_before)
        .order_by(lined_up.c.article_id, lined_up.c.number)
    )
    for article_id, number, number_before in rows:
        detail = f"revision {number} says the same as revision {number_before} before it"
        yield Violation("revisions_differ", f"article {article_id}", detail)


def _proofs(step: Step) -> Iterator[Violation]:
    rows = step.session.execute(
        select(Revision.article_id, Revision.number)
        .outerjoin(Capture, Capture.id == Revision.capture_id)
        .outerjoin(Extraction, Extraction.id == Revision.extraction_id)
        .where(
            Revision.id.between(step.first, step.last),
            Capture.id.is_(None) | Extraction.id.is_(None),
        )
        .order_by(Revision.id)
    )
    for article_id, number in rows:
        detail = f"revision {number} has no capture or extraction that proves it"
        yield Violation("revision_proof", f"article {article_id}", detail)


CHECKS = (
    Check(
        "revision_numbers",
        "the revisions of an article are numbered 1, 2, 3",
        over=Article.id,
        find=_numbers,
    ),
    Check(
        "revisions_differ",
        "no standing revision says the same as the standing one before it",
        over=Article.id,
        find=_neighbours,
    ),
    Check(
        "revision_proof",
        "every revision names the capture that proves it and the extraction that read it",
        over=Revision.id,
        find=_proofs,
    ),
)
