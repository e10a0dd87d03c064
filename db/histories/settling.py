"""Which revisions of an article should stand, from what each look at it saw. Values in, values out.

Which looks make revisions is `variants`' to say; this matches them with those that stand. Must not know tables.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from db.archiving.entries import NewRevision
from db.archiving.revision_rows import shown
from db.histories import removals, variants
from db.histories.removals import Absence, Suspicion
from db.histories.variants import VariantSet


@dataclass(frozen=True, slots=True)
class Text:
    """What one look saw, and what proves it."""

    revision: NewRevision
    capture_id: int
    extraction_id: int


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the article: it saw a text of it, or found that its link shows it no longer.

    Without text and absence the link shows another article.
    """

    visit_id: int
    link_id: int
    at: datetime
    text: Text | None
    seen_as: int | None = None  # the revision that the archive held it to have seen until now
    capture_id: int | None = None  # the page that it brought; None: bytes that were known, or a 304
    absence: Absence | None = None  # what it found in the article's place

    @property
    def digest(self) -> bytes | None:
        """The normal digest of what it saw."""
        return self.text.revision.normal_sha256 if self.text is not None else None


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
    """A text in its place in the history, and the looks that saw it there."""

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
    sets: tuple[VariantSet, ...] = ()  # of texts served side by side; members are indices of runs
    removals: tuple[Suspicion, ...] = ()  # times in which the article was gone, or seemed to be

    @property
    def added(self) -> tuple[Run, ...]:
        """The texts that have no revision yet."""
        return tuple(run for run in self.runs if run.revision_id is None)

    @property
    def is_settled(self) -> bool:
        """Whether the revisions that stand are those that should."""
        return not self.superseded and not self.added


def plan(looks: Sequence[Look], standing: Sequence[Standing]) -> Plan:
    """The revisions that these looks make, matched with those that stand.

    A revision is kept if it says all that its row would say if it were written now; one that says another
    thing, or the same from other moments, or that no look at this article proves, is superseded by the one that does.

    Args:
        looks: All looks at the article, in the order of the ledger.
        standing: Its revisions that stand, in the order of its history.
    """
    runs, sets = _runs(looks)
    proofs: dict[bytes, set[int]] = defaultdict(set)
    for look in looks:
        if look.text is not None:
            proofs[look.text.revision.normal_sha256].add(look.text.capture_id)
    spare: dict[Hashable, list[int]] = defaultdict(list)
    for one in reversed(standing):
        if one.capture_id in proofs[one.revision.normal_sha256]:
            key = _key(one.revision, one.first_seen_at, one.previous_seen_at)
            spare[key].append(one.id)
    for run in runs:
        if same := spare.get(_key(run.text.revision, run.first_at, run.previous_at)):
            run.revision_id = same.pop()
    kept = {run.revision_id for run in runs}
    return Plan(
        runs=tuple(runs),
        superseded={one.id: _successor(one, runs) for one in standing if one.id not in kept},
        sets=tuple(sets),
        removals=tuple(_removals(looks)),
    )


def _runs(looks: Sequence[Look]) -> tuple[list[Run], list[VariantSet]]:
    """The texts that the rule of variants makes revisions of, each with its looks; and the sets of variants."""
    order, sights = variants.settle(
        variants.Look(look.link_id, look.at, look.digest) for look in looks
    )
    runs: list[Run] = []
    for look, sight in zip(looks, sights, strict=True):
        if look.text is None or sight is None:
            continue
        if sight.is_revision:
            text = order.texts[sight.place]
            runs.append(Run(look.text, text.first_seen_at, text.previous_seen_at))
        runs[sight.place].looks.append(look)
    return runs, order.sets


def _removals(looks: Sequence[Look]) -> list[Suspicion]:
    return removals.settle(
        removals.Look(look.link_id, look.at, look.text is not None, look.absence) for look in looks
    )


def _key(revision: NewRevision, first_at: datetime, previous_at: datetime | None) -> Hashable:
    said = shown(revision)
    said["authors"] = tuple(said["authors"])
    return (revision.normal_sha256, first_at, previous_at, tuple(said.values()))


def _successor(gone: Standing, runs: Sequence[Run]) -> int | None:
    """The run that stands for a revision: which its own looks are in, else its predecessor."""
    for index, run in enumerate(runs):
        if any(look.seen_as == gone.id for look in run.looks):
            return index
    earlier = [index for index, run in enumerate(runs) if run.first_at <= gone.first_seen_at]
    return earlier[-1] if earlier else None
