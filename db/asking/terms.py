"""What is searched for, as a value, and what one index of a database answers to it. Knows no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that stand next to each other."""

    tokens: tuple[str, ...]
    is_prefix: bool = False  # the last token may go on
    is_in_title: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One term of each group, and no term of the excluded ones."""

    groups: tuple[tuple[Term, ...], ...]
    excluded: tuple[Term, ...] = ()

    @property
    def wanted(self) -> tuple[Term, ...]:
        """All terms that may be found."""
        return tuple(term for group in self.groups for term in group)


@dataclass(frozen=True, slots=True)
class Index:
    """How an index is asked for revisions, in SQL with parameters."""

    condition: str
    rating: str  # how well a revision fits: more is better
    key: str | None = (
        None  # the column of `search` that is a revision's id; None where `search` is not asked
    )
    check: str | None = None  # what the texts of those that it finds must fulfil
    is_apart: bool = False  # it is asked before anything else is, and texts are read last

    @property
    def whole(self) -> str:
        """The condition with its check."""
        return self.condition if self.check is None else f"{self.condition} AND {self.check}"


@dataclass(frozen=True, slots=True)
class Source:
    """An index that finds revisions, and what it is asked with."""

    index: Index
    parameters: Mapping[str, Any]
