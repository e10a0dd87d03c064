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
class Source:
    """An index that finds revisions: a condition in SQL."""

    condition: str
    rating: str  # how well a revision fits, in SQL: more is better
    parameters: Mapping[str, Any]
    key: str | None = (
        None  # the column of `search` that is a revision's id; None where `search` is not asked
    )
