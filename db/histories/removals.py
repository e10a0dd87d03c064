"""When an article counts as removed: the rule, by itself. Values in, values out; knows no table and no session.

A publisher who answers 410 says so, and is believed at once. Whatever else looks like a removal (404, a page that says
"not found", a redirect to the front page or to a section's) may be a mistake of an hour: it is a suspicion, confirmed
when it persists for `PERSISTENCE` and PERSISTENT_LOOKS looks without any sight of the text. A look that failed is no
evidence, for or against.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

PERSISTENCE = timedelta(hours=48)
PERSISTENT_LOOKS = 3
"""Looks at one and the same link that must have found the article gone, over PERSISTENCE."""

LOOK_AGAIN_AFTER = PERSISTENCE / (PERSISTENT_LOOKS - 1)
"""How long a suspicion may wait for the next look."""


class Evidence(StrEnum):
    """What says that an article is gone."""

    GONE = "410"
    NOT_FOUND = "404"
    FRONT_PAGE = "front page"  # its URL leads there now
    SECTION_FRONT = "section front"  # or to a page that lists articles
    SOFT_404 = "soft 404"  # a page that says "not found" with a status that says otherwise


IN_QUARANTINE = (Evidence.SECTION_FRONT, Evidence.SOFT_404)
"""Evidence that a page gave which was read and not believed: the detail of its visit."""


@dataclass(slots=True)
class Suspicion:
    """A time in which an article was gone, or seemed to be."""

    evidence: Evidence | str
    detail: str | None
    suspected_at: datetime  # first look that found it gone
    confirmed_at: datetime | None = None  # look from which it is believed
    returned_at: datetime | None = None  # look that saw the text again
    look_counts: dict[int, int] = field(default_factory=dict)  # that found it gone, by link

    @property
    def said(self) -> "Said":
        """What a row says of it."""
        return Said(
            str(self.evidence), self.detail, self.suspected_at, self.confirmed_at, self.returned_at
        )

    @property
    def wants_a_look(self) -> bool:
        """Whether another look could confirm it."""
        return self.confirmed_at is None and self.returned_at is None

    def look_again_by(self, at: datetime, *, due_at: datetime | None) -> datetime | None:
        """When to look again after a look at this moment, where the schedule says `due_at`."""
        if not self.wants_a_look:
            return due_at
        latest = at + LOOK_AGAIN_AFTER
        return latest if due_at is None else min(due_at, latest)

    def end(self, at: datetime) -> None:
        """The text was seen again."""
        self.returned_at = max(at, self.confirmed_at or self.suspected_at)


class Said(NamedTuple):
    """What the archive says of a removal."""

    evidence: str
    detail: str | None
    suspected_at: datetime
    confirmed_at: datetime | None
    returned_at: datetime | None


class Absence(NamedTuple):
    """What a look found in place of the article."""

    evidence: Evidence
    detail: str | None


class Look(NamedTuple):
    """A look at one of the article's links: it saw a text, found the article gone, or saw another article."""

    link_id: int
    at: datetime
    saw_text: bool
    absence: Absence | None = None


def settle(looks: Iterable[Look]) -> list[Suspicion]:
    """The removals of an article, from all looks at it in the order of the ledger; the last may not have ended."""
    found: list[Suspicion] = []
    open_one: Suspicion | None = None
    showing: set[int] = set()  # the links that showed the article when they were looked at last
    for look in looks:
        if look.saw_text:
            showing.add(look.link_id)
            if open_one is not None:
                open_one.end(look.at)
                open_one = None
            continue
        showing.discard(look.link_id)
        if look.absence is None or showing:
            continue
        evidence, detail = look.absence
        suspected = suspect(open_one, evidence, link_id=look.link_id, at=look.at, detail=detail)
        if open_one is None:
            found.append(suspected)
        open_one = suspected
    return found


def suspect(
    known: Suspicion | None, evidence: Evidence, *, link_id: int, at: datetime, detail: str | None
) -> Suspicion:
    """The suspicion after a look that found the article gone: the one that is open, or a new one."""
    found = known or Suspicion(evidence, detail, at)
    found.look_counts[link_id] = found.look_counts.get(link_id, 0) + 1
    if found.confirmed_at is not None:
        return found
    is_persistent = (
        max(found.look_counts.values()) >= PERSISTENT_LOOKS
        and at - found.suspected_at >= PERSISTENCE
    )
    if evidence is Evidence.GONE and found.evidence is not Evidence.GONE:
        found.evidence, found.detail = evidence, detail  # what was suspected is now said
    if evidence is Evidence.GONE or is_persistent:
        found.confirmed_at = max(at, found.suspected_at)
    return found
