"""The index of words: what is searched is what is shown."""

from collections.abc import Iterator

from sqlalchemy import Integer, select, text

from db.models import Revision
from db.statements import is_postgres
from db.verify.check import Check, Step, Violation


def _rows(step: Step) -> Iterator[Violation]:
    is_here = Revision.id.between(step.first, step.last)
    known = set(step.session.scalars(select(Revision.id).where(is_here)))
    statement = _INDEXED_POSTGRES if is_postgres(step.session) else _INDEXED_SQLITE
    indexed = set(step.session.scalars(statement, {"first": step.first, "last": step.last}))
    for revision_id in sorted(known - indexed):
        yield Violation("search_rows", f"revision {revision_id}", "it cannot be searched")
    for revision_id in sorted(indexed - known):
        yield Violation("search_rows", f"revision {revision_id}", "searched, but not there")


_INDEXED_SQLITE = text(
    "SELECT rowid AS n FROM search WHERE rowid BETWEEN :first AND :last"
).columns(n=Integer)
_INDEXED_POSTGRES = text(
    "SELECT s.revision_id AS n FROM search AS s JOIN revision AS r ON r.id = s.revision_id"
    " WHERE s.revision_id BETWEEN :first AND :last"
    " AND (s.folded IS NULL) <> (morgue_folded(r.title, r.standfirst, r.text) IS NULL)"
).columns(n=Integer)
"""Those that one of the two indexes has (db.asking.tsqueries)."""

CHECKS = (Check("search_rows", "every revision can be searched", over=Revision.id, find=_rows),)
