"""What is wrong with a configuration, said so that the user can put it right."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One mistake: where it stands, what it is and what to do about it."""

    file: str | None
    """The file, or what stands in its place: "environment", "command line"."""
    line: int | None
    """From 1; None where the mistake is not in a line of text."""
    column: int | None
    """From 1, in characters."""
    where: str
    """The way to the value, as in sources.1.feed; empty for the whole file."""
    message: str
    remedy: str

    def __str__(self) -> str:
        """One line: sites/x.yaml:10:15: sources.1.feed: message. remedy."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        words = f"{self.message}. {self.remedy}".replace("\n", " ")
        return ": ".join(part for part in (place, self.where, words) if part)


class ConfigError(Exception):
    """The configuration cannot be used; every problem that was found is told at once."""

    def __init__(self, problems: Iterable[ConfigProblem]) -> None:
        self.problems = tuple(
            sorted(problems, key=lambda p: (p.file or "", p.line or 0, p.column or 0, p.where))
        )
        super().__init__(self.problems)

    def __str__(self) -> str:
        """One line for each problem."""
        return "\n".join(str(problem) for problem in self.problems)
