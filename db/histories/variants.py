"""Which looks at an article make revisions, and which see texts that are served side by side: the rule, by itself.

Values in, values out: the ledger asks it look by look, whoever settles an article again asks it for all looks at
once, and both get the same. Knows no table and no session.

A text never seen before is a revision. One that was seen less than `WINDOW` ago, and is not the newest, is a variant:
a set of variants is opened or extended, and no revision is made. While a set is open its members make none. It is
settled when one text alone was seen, by at least SETTLING_LOOKS looks over `SETTLING_TIME`; if that is an earlier one,
it is a revision once more: the article has returned to it. An earlier text that was not seen for longer is a plain
revision.

Elapsed time is counted between looks that follow each other, and never backwards: a clock that was set back neither
ends a window nor stretches it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(hours=48)
"""How lately an earlier text must have been seen to stand beside the newest, rather than to have returned."""

SETTLING_TIME = timedelta(hours=24)
SETTLING_LOOKS = 3
"""One text alone, seen by so many looks over so long, ends a set of variants."""


class Sight(StrEnum):
    """What the sight of a text comes to."""

    NEW = "new"  # the article's first text: a revision
    REVISED = "revised"  # another text than the newest: a revision
    NEWEST = "newest"  # the newest text once more
    VARIANT = "variant"  # an earlier text, served beside the newest
    RETURNED = "returned"  # the earlier text on which a set of variants has settled: a revision


@dataclass(slots=True)
class Text:
    """A revision, as far as the rule needs it."""

    digest: bytes  # revision.normal_sha256
    first_seen_at: datetime
    seen_at: datetime  # last look that saw it
    previous_seen_at: datetime | None = None  # last look that still saw its predecessor
    revision_id: int | None = None  # the caller's; the rule leaves it alone
    seen_after: timedelta = timedelta(0)  # elapsed when it was seen last


@dataclass(slots=True)
class VariantSet:
    """Texts that are or were served side by side; a member is named by its place in `TextOrder.texts`."""

    number: int  # of the article's sets: 1, 2 ...
    from_at: dict[int, datetime]  # of each member: first look that saw it
    to_at: datetime | None = None  # look by which the set was settled


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look came to."""

    sight: Sight
    place: int  # of the text that the look saw, in `TextOrder.texts`

    @property
    def is_revision(self) -> bool:
        """Whether a text was added at the end."""
        return self.sight in (Sight.NEW, Sight.REVISED, Sight.RETURNED)


@dataclass(frozen=True, slots=True)
class Look:
    """A sight of a text at one of the article's links; None: that link showed the article no longer."""

    link_id: int
    at: datetime
    digest: bytes | None


@dataclass(slots=True)
class _Run:
    """Looks that follow each other and see the same text."""

    place: int
    from_at: datetime
    from_after: timedelta
    look_count: int


@dataclass(slots=True)
class TextOrder:
    """The texts of one article in the order of a history, and its sets of variants, brought forward look by look.

    `see` decides; `note` retraces looks whose text is known, so that a state can be built from the last looks of an
    archive. Looks come in the order of the ledger. Earlier texts and sets may be missing from a state that is built
    from the archive, if only those are there that were seen within WINDOW, the newest text and the open set.
    """

    texts: list[Text] = field(default_factory=list)
    sets: list[VariantSet] = field(default_factory=list)  # the last one may be open
    set_count: int = 0  # sets that the article ever had
    settled_at: datetime | None = None  # when the one before was settled
    _at: datetime | None = None
    _elapsed: timedelta = timedelta(0)
    _sight_at: datetime | None = None  # of the last look that saw a text
    _run: _Run | None = None
    _before_run_at: datetime | None = None  # last sight before the run: of another text
    _shown: dict[int, tuple[bytes, timedelta]] = field(default_factory=dict)  # by link

    @property
    def open_set(self) -> VariantSet | None:
        """The set that has not settled."""
        return self.sets[-1] if self.sets and self.sets[-1].to_at is None else None

    def see(self, digest: bytes, *, link_id: int, at: datetime) -> Seen:
        """What a look that saw this text comes to."""
        place = self._place_of(digest)
        newest = len(self.texts) - 1
        if place is not None and (place == newest or self._is_beside(place, at)):
            if place != newest:
                self._join(place, newest)
            self.note(place, link_id=link_id, at=at)
            return self._settled(place, at=at)
        self._add(digest, at, previous_seen_at=self.texts[newest].seen_at if self.texts else None)
        self.note(newest + 1, link_id=link_id, at=at)
        return Seen(Sight.NEW if newest < 0 else Sight.REVISED, newest + 1)

    def note(self, place: int, *, link_id: int, at: datetime) -> None:
        """Take account of a look that saw the text at this place, and decide nothing."""
        self._pass_to(at)
        text = self.texts[place]
        text.seen_at, text.seen_after = max(text.seen_at, at), self._elapsed
        if self._run is not None and self._run.place == place:
            self._run.look_count += 1
        else:
            self._run = _Run(place, at, self._elapsed, 1)
            self._before_run_at = self._sight_at
        self._sight_at = at
        self._shown[link_id] = (text.digest, self._elapsed)

    def lose(self, *, link_id: int, at: datetime) -> None:
        """Take account of a look that found that the link shows the article no longer."""
        self._pass_to(at)
        self._shown.pop(link_id, None)

    def _pass_to(self, at: datetime) -> None:
        self._elapsed = self._after(at)
        self._at = at

    def _after(self, at: datetime) -> timedelta:
        step = at - self._at if self._at is not None else timedelta(0)
        return self._elapsed + max(step, timedelta(0))

    def _place_of(self, digest: bytes) -> int | None:
        places = range(len(self.texts) - 1, -1, -1)
        return next((place for place in places if self.texts[place].digest == digest), None)

    def _is_beside(self, place: int, at: datetime) -> bool:
        """Whether an earlier text stands beside the newest."""
        if self.open_set is not None and place in self.open_set.from_at:
            return True
        return self._after(at) - self.texts[place].seen_after < WINDOW

    def _join(self, *places: int) -> None:
        """Make these texts members of the open set, opening one where there is none."""
        if self.open_set is None:
            self.set_count += 1
            self.sets.append(VariantSet(self.set_count, {}))
        for place in places:
            first_seen_at = self.texts[place].first_seen_at
            from_at = max(filter(None, (first_seen_at, self.settled_at)))
            self.sets[-1].from_at.setdefault(place, from_at)

    def _settled(self, place: int, *, at: datetime) -> Seen:
        """Settle the open set if this look does; the article may return to an earlier text by it."""
        newest = len(self.texts) - 1
        sight = Sight.NEWEST if place == newest else Sight.VARIANT
        if self.open_set is None or not self._is_alone():
            return Seen(sight, place)
        assert self._run is not None
        self.open_set.to_at = self.settled_at = max(at, *self.open_set.from_at.values())
        if place == newest:
            return Seen(sight, place)
        self._add(
            self.texts[place].digest,
            self._run.from_at,
            previous_seen_at=self._before_run_at,
        )
        self.texts[-1].seen_at = max(self.texts[-1].seen_at, at)
        self.texts[-1].seen_after = self._elapsed
        self._run.place = newest + 1
        return Seen(Sight.RETURNED, newest + 1)

    def _is_alone(self) -> bool:
        """Whether the present run is long enough, and no link still shows another text, as far as is known."""
        run = self._run
        assert run is not None
        if run.look_count < SETTLING_LOOKS or self._elapsed - run.from_after < SETTLING_TIME:
            return False
        alone = self.texts[run.place].digest
        return all(
            digest == alone or self._elapsed - after >= WINDOW
            for digest, after in self._shown.values()
        )

    def _add(self, digest: bytes, at: datetime, *, previous_seen_at: datetime | None) -> None:
        """One more text. A clock that was set back does not turn the order round."""
        if self.texts:
            at = max(at, self.texts[-1].first_seen_at)
        if previous_seen_at is not None:
            previous_seen_at = min(previous_seen_at, at)
        self.texts.append(Text(digest, at, at, previous_seen_at, seen_after=self._elapsed))


def settle(looks: Iterable[Look]) -> tuple[TextOrder, list[Seen | None]]:
    """All texts and sets of variants of an article, from all looks at it in the order of the ledger.

    Returns:
        The order, and for each look what it came to: None where it saw no text.
    """
    order = TextOrder()
    seen: list[Seen | None] = []
    for look in looks:
        if look.digest is None:
            order.lose(link_id=look.link_id, at=look.at)
            seen.append(None)
        else:
            seen.append(order.see(look.digest, link_id=look.link_id, at=look.at))
    return order, seen
