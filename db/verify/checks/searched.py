"""The index of words: what is searched is what is shown."""

from collections.abc import Iterator

from sqlalchemy import Integer, select, text

from db.models import Revision
from db.statements import is_postgres
from db.verify.check import Check, Step, Violation


def _rows(step: Step) -> Iterator[Violation]:
    key = "revision_id" if is_postgres(step.session) else "rowid"
    is_here = Revision.id.between(step.first, step.last)
    known = set(step.session.scalars(select(Revision.id).where(is_here)))
    indexed = set(
        step.session.scalars(
            text(f"SELECT {key} AS n FROM search WHERE {key} BETWEEN :first AND :last").columns(
                n=Integer
            ),
            {"first": step.first, "last": step.last},
        )
    )
    for revision_id in sorted(known - indexed):
        yield Violation("search_rows", f"revision {revision_id}", "it cannot be searched")
    for revision_id in sorted(indexed - known):
        yield Violation("search_rows", f"revision {revision_id}", "searched, but not there")


CHECKS = (Check("search_rows", "every revision can be searched", over=Revision.id, find=_rows),)
