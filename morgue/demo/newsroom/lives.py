"""What becomes of articles after they are published: which changes, and when.

Knows rates and scripts. Must not know texts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from morgue.demo.newsroom.dice import pick
from morgue.demo.newsroom.grammar import Roll


class Kind(StrEnum):
    """A thing that happens to an article."""

    PUBLISHED = "published"
    REPRINTED = "reprinted"  # published, but copied from another outlet
    HEADLINE = "headline"
    BODY = "body"
    NUMBER = "number"
    QUOTE = "quote"
    CORRECTION = "correction"
    LIVE_UPDATE = "live_update"
    MOVED = "moved"  # another address; the old one redirects
    WITHDRAWN = "withdrawn"  # 410 from now on
    LOST = "lost"  # 404 from now on
    MISSED = "missed"  # a page that says "not found" from now on, with status 200
    SENT_HOME = "sent_home"  # its address leads to the front page from now on
    RESTORED = "restored"  # there again
    WALLED = "walled"  # a consent wall in its place, with status 200
    UNWALLED = "unwalled"


EDITS = frozenset(
    {Kind.HEADLINE, Kind.BODY, Kind.NUMBER, Kind.QUOTE, Kind.CORRECTION, Kind.LIVE_UPDATE}
)
"""The kinds that change what an article says."""

# Of the articles of a week (GDELT's watch on pages of news sites), per cent.
TITLE_EDITED = 6.06
BODY_EDITED = 17.85
DELETED = 1.5
REDIRECTED = 2.59
_AGAIN = 0.35  # of the edited articles are edited once more, and so on

# When edits come, in hours after publication: 33 % within one hour, 48 % within two, 72 % within
# seven (the lives of headlines on a large news site), 81 % within a day (GDELT), all within a week.
_EDIT_HOURS = (
    (0.33, 0.05, 1.0),
    (0.48, 1.0, 2.0),
    (0.72, 2.0, 7.0),
    (0.81, 7.0, 24.0),
    (1.0, 24.0, 168.0),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happens to an article at a moment."""

    at: datetime
    kind: Kind


Life = tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """A life that is written down instead of thrown; hours count from the newsroom's start."""

    name: str
    outlet: str
    published_h: float
    changes: tuple[tuple[float, Kind], ...] = ()
    has_variants: bool = False
    copies: str | None = None  # the role whose article this one reprints


SCRIPT = (
    Role(
        "edited",
        "harbour-courier",
        -2.0,
        (
            (1.0, Kind.HEADLINE),
            (3.0, Kind.BODY),
            (5.0, Kind.NUMBER),
            (9.0, Kind.QUOTE),
            (14.0, Kind.CORRECTION),
        ),
    ),
    Role("withdrawn", "harbour-courier", -3.0, ((4.0, Kind.WITHDRAWN),)),
    Role("moved", "harbour-courier", -1.0, ((3.5, Kind.HEADLINE), (3.5, Kind.MOVED))),
    Role("split", "harbour-courier", -1.5, has_variants=True),
    Role("source", "harbour-courier", -4.0, ((6.0, Kind.BODY),)),
    Role("reprint", "meridian-post", 2.0, copies="source"),
    Role("number", "inland-gazette", -2.5, ((2.5, Kind.NUMBER), (10.0, Kind.QUOTE))),
    Role(
        "live",
        "harbour-courier",
        -0.5,
        tuple((hour / 2, Kind.LIVE_UPDATE) for hour in range(1, 13)),
    ),
    Role("lost", "harbour-courier", -5.0, ((5.0, Kind.LOST),)),
    Role("walled", "harbour-courier", -6.0, ((2.5, Kind.WALLED), (11.0, Kind.UNWALLED))),
    Role(
        "walled_at_first",
        "harbour-courier",
        -0.25,
        ((-0.25, Kind.WALLED), (8.0, Kind.UNWALLED)),
    ),
    Role("moved_away", "meridian-post", -3.5, ((4.5, Kind.MOVED),)),
    Role("restored", "meridian-post", -4.5, ((6.0, Kind.LOST), (80.0, Kind.RESTORED))),
    Role("missed", "meridian-post", -5.5, ((6.5, Kind.MISSED),)),
    Role("sent_home", "meridian-post", -6.5, ((7.0, Kind.SENT_HOME), (81.0, Kind.RESTORED))),
)
"""The lives that every demonstration shows, most wanted first."""


def scripted_life(role: Role, *, start: datetime) -> Life:
    """A role's life in a newsroom that starts at a moment."""
    first = Kind.REPRINTED if role.copies else Kind.PUBLISHED
    changes = ((role.published_h, first), *role.changes)
    return tuple(Change(start + timedelta(hours=hour), kind) for hour, kind in changes)


def thrown_life(roll: Roll, *, published_at: datetime, first: Kind = Kind.PUBLISHED) -> Life:
    """A life with the rates that news sites have."""
    changes: list[Change] = []
    if roll() * 100 < TITLE_EDITED:
        changes.append(Change(_edit_moment(roll, published_at), Kind.HEADLINE))
    if roll() * 100 < BODY_EDITED:
        changes.append(Change(_edit_moment(roll, published_at), _body_edit(roll)))
        while roll() < _AGAIN:
            changes.append(Change(_edit_moment(roll, published_at), _body_edit(roll)))
    if roll() * 100 < REDIRECTED:
        changes.append(Change(_any_moment(roll, published_at), Kind.MOVED))
    if roll() * 100 < DELETED:
        end = _any_moment(roll, published_at)
        changes = [change for change in changes if change.at < end]
        changes.append(Change(end, pick(roll, (Kind.WITHDRAWN, Kind.LOST))))
    changes.sort(key=lambda change: change.at)
    return (Change(published_at, first), *changes)


def _body_edit(roll: Roll) -> Kind:
    return pick(roll, (Kind.BODY, Kind.BODY, Kind.BODY, Kind.NUMBER, Kind.QUOTE, Kind.CORRECTION))


def _edit_moment(roll: Roll, published_at: datetime) -> datetime:
    place = roll()
    low, high = next((low, high) for up_to, low, high in _EDIT_HOURS if place <= up_to)
    return published_at + timedelta(seconds=int((low + roll() * (high - low)) * 3600))


def _any_moment(roll: Roll, published_at: datetime) -> datetime:
    return published_at + timedelta(seconds=int((1 + roll() * 167) * 3600))
