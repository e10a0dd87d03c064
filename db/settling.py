"""Which revisions of an article should stand, from what each look at it saw. Values in, values out.

Knows succession: a text stands from the look that first saw it until one sees another. Must not know tables.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from db.entries import NewRevision
from db.revision_rows import shown


@dataclass(frozen=True, slots=True)
class Text:
    """What one look saw, and what proves it."""

    revision: NewRevision
    capture_id: int
    extraction_id: int


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the article that saw a text of it."""

    visit_id: int
    link_id: int
    at: datetime
    text: Text
    seen_as: int | None = None  # the revision that the archive held it to have seen until now
    is_page: bool = True  # False: bytes that had been seen before, or a 304; it begins no revision


@dataclass(frozen=True, slots=True)
class Standing:
    """A revision that stands, as the archive has it."""

    id: int
    number: int
    first_seen_at: datetime
    previous_seen_at: datetime | None
    capture_id: int
    revision: NewRevision


@dataclass(slots=True)
class Run:
    """A text and the looks that saw it, until another was seen."""

    text: Text
    first_at: datetime
    previous_at: datetime | None  # the last look that still saw its predecessor
    looks: list[Look] = field(default_factory=list)
    revision_id: int | None = None  # the revision that stands for it already; None: to be added


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be done, so that what stands is what was seen."""

    runs: tuple[Run, ...]  # all that should stand, in order
    superseded: Mapping[int, int | None]  # revision -> index of the run that stands for it, if any

    @property
    def added(self) -> tuple[Run, ...]:
        """The texts that have no revision yet."""
        return tuple(run for run in self.runs if run.revision_id is None)

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to do."""
        return not self.superseded and not self.added


def plan(looks: Sequence[Look], standing: Sequence[Standing]) -> Plan:
    """The revisions that these looks make, matched with those that stand.

    A revision is kept if it says all that its row would say if it were written now; one that says another
    thing, or has the same text from other moments or another proof, is superseded by the one that does.

    Args:
        looks: All looks that saw the article, in the order of the ledger.
        standing: Its revisions that stand, in the order of its history.
    """
    runs = _runs(looks)
    spare: dict[Hashable, list[int]] = defaultdict(list)
    for revision in reversed(standing):
        spare[_key_of_standing(revision)].append(revision.id)
    for run in runs:
        if same := spare.get(_key_of_run(run)):
            run.revision_id = same.pop()
    kept = {run.revision_id for run in runs}
    return Plan(
        runs=tuple(runs),
        superseded={one.id: _successor(one, runs) for one in standing if one.id not in kept},
    )


def _runs(looks: Sequence[Look]) -> list[Run]:
    runs: list[Run] = []
    for look in looks:
        digest = look.text.revision.normal_sha256
        if runs and runs[-1].text.revision.normal_sha256 == digest:
            runs[-1].looks.append(look)
        elif look.is_page:
            runs.append(_begun(look, after=runs[-1] if runs else None))
    return runs


def _begun(look: Look, *, after: Run | None) -> Run:
    previous_at = None
    if after is not None:  # a clock that was set back does not turn the order round
        previous_at = min(look.at, max(seen.at for seen in after.looks))
    return Run(look.text, first_at=look.at, previous_at=previous_at, looks=[look])


def _key_of_run(run: Run) -> Hashable:
    return _key(run.text.revision, run.text.capture_id, run.first_at, run.previous_at)


def _key_of_standing(one: Standing) -> Hashable:
    return _key(one.revision, one.capture_id, one.first_seen_at, one.previous_seen_at)


def _key(
    revision: NewRevision, capture_id: int, first_at: datetime, previous_at: datetime | None
) -> Hashable:
    said = shown(revision)
    said["authors"] = tuple(said["authors"])
    return (revision.normal_sha256, capture_id, first_at, previous_at, tuple(said.values()))


def _successor(gone: Standing, runs: Sequence[Run]) -> int | None:
    """The run that stands for a revision: which its own looks are in, else its predecessor."""
    for index, run in enumerate(runs):
        if any(look.seen_as == gone.id for look in run.looks):
            return index
    earlier = [index for index, run in enumerate(runs) if run.first_at <= gone.first_seen_at]
    return earlier[-1] if earlier else None
