"""What a kept capture says when it is read again, as a value that processes can hand to each other.

Knows pages and readings. Must not know where pages are kept, nor what becomes of what they say.
"""

from dataclasses import dataclass

from pipeline import extraction
from pipeline.extraction import Result, Task
from pipeline.reading import Reading, Reason, Verdict

TELLING = frozenset(
    (Reason.CONSENT, Reason.BLOCKED, Reason.LOGIN, Reason.NOT_FOUND, Reason.NOT_ARTICLE)
)
"""Reasons that say what a page is. Others say that it could not be read: no text gives way to them."""


@dataclass(frozen=True, slots=True)
class Again:
    """A capture, read again."""

    capture_id: int
    result: Result

    @property
    def reading(self) -> Reading:
        """What it says."""
        return self.result.reading

    @property
    def is_believed(self) -> bool:
        """Whether it shows an article."""
        return self.reading.verdict is Verdict.BELIEVED

    @property
    def is_refused(self) -> bool:
        """Whether it is known to show none."""
        return not self.is_believed and self.reading.reason in TELLING


@dataclass(frozen=True, slots=True)
class Missing:
    """A capture whose bytes cannot be had."""

    capture_id: int
    detail: str


def read(capture_id: int, task: Task) -> Again:
    """Read a capture again."""
    return Again(capture_id, extraction.perform(task))
