"""What a check is, what it is given and what it may find. Knows no promise.

def _numbers(step: Step) -> Iterator[Violation]:
    rows = step.session.execute(select(...).where(Article.id.between(step.first, step.last)))
    ...

CHECKS = (Check("revision_numbers", "the revisions of ...", over=Article.id, find=_numbers),)
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute, Session

from db.archive import Archive

ROWS = 2_000
"""Ids in a step of a check that asks the database alone."""

BODIES = 200
"""Ids in a step of a check that decodes what each row has."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that is not kept."""

    promise: str  # a short name, such as "revision_numbers"
    what: str  # "article 7", "capture 12" ...
    detail: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Step:
    """A range of ids that a check looks at, in one transaction that reads."""

    archive: Archive
    session: Session
    first: int
    last: int  # included


@dataclass(frozen=True, slots=True)
class Check:
    """One promise, and how to find where it is not kept."""

    promise: str
    claim: str  # what holds where nothing is found
    over: InstrumentedAttribute[Any]  # the ids that the steps count through
    find: Callable[[Step], Iterator[Violation]]
    step: int = ROWS


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a check is: all ids up to `done` are checked. Checking can go on from here."""

    promise: str
    done: int
    total: int  # the largest id
    found: tuple[Violation, ...] = field(default=())  # in the step that led here
