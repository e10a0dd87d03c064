"""From two tellings of an article to the edits between them, typed; deterministic and bounded in time.

Knows the order: fields, then sentences, then what was changed inside them, then whether a note tells of it. Must
not know the archive.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline import compare
from pipeline.edits import details, images, notes
from pipeline.edits.cuts import cut_alike
from pipeline.edits.edit import Edit, Kind, Op
from pipeline.edits.matching import SIMILAR, Match, likeness, matches
from pipeline.edits.names import usage
from pipeline.edits.telling import Telling
from pipeline.edits.units import Unit, units_of, word_count
from pipeline.text.words import folded_words

_MOST_NOTES = 50
"""Notes of a text that are compared with each other; more are told as come and gone."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an article told before and after, sentence by sentence, and the edits that it comes to."""

    old: tuple[Unit, ...]
    new: tuple[Unit, ...]
    matches: tuple[Match, ...]
    edits: tuple[Edit, ...]


class _Tally:
    """Edits of one kind and operation are added up."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Kind, Op], tuple[int, int, bool]] = {}

    def add(
        self, kind: Kind, op: Op, *, count: int = 1, size: int = 0, is_silent: bool = False
    ) -> None:
        counted, sized, was_silent = self._rows.get((kind, op), (0, 0, False))
        self._rows[kind, op] = (counted + count, sized + size, was_silent or is_silent)

    def edits(self) -> tuple[Edit, ...]:
        kinds = list(Kind)
        ordered = sorted(self._rows.items(), key=lambda row: (kinds.index(row[0][0]), row[0][1]))
        return tuple(Edit(kind, op, *row) for (kind, op), row in ordered)

    def has(self, kind: Kind, *ops: Op) -> bool:
        return any(known is kind and (not ops or op in ops) for known, op in self._rows)


def between(old: Telling, new: Telling) -> Comparison:
    """The edits that made the new telling out of the old one, and the sentences they were found in.

    Where the texts differ as normal text there is an edit of headline, standfirst, correction or body.
    """
    olds, news = cut_alike(
        units_of(old.text, old.quoted_lines), units_of(new.text, new.quoted_lines)
    )
    found = matches([unit.normal for unit in olds], [unit.normal for unit in news])
    tally = _Tally()
    _fields(old, new, tally)
    _notes(olds, news, tally)
    _body(olds, news, found, tally)
    _captions(old, new, tally)
    _details(old, new, olds=olds, news=news, found=found, tally=tally)
    is_told = any(tally.has(kind) for kind in (Kind.BODY, Kind.CORRECTION))
    if not is_told and compare.normal_text(old.text) != compare.normal_text(new.text):
        tally.add(Kind.BODY, "edit", size=_changed_words(old.text, new.text))
    return Comparison(tuple(olds), tuple(news), tuple(found), tally.edits())


def edits(old: Telling, new: Telling) -> tuple[Edit, ...]:
    """The edits alone."""
    return between(old, new).edits


def caption_edits(old: Telling, new: Telling) -> tuple[Edit, ...]:
    """What was changed in the captions: all that is told of pages whose text stayed."""
    tally = _Tally()
    _captions(old, new, tally)
    return tally.edits()


def _fields(old: Telling, new: Telling, tally: _Tally) -> None:
    _text(Kind.HEADLINE, old.title, new.title, tally)
    _text(Kind.STANDFIRST, old.standfirst, new.standfirst, tally)
    _list(Kind.BYLINE, old.authors, new.authors, tally)
    _moment(Kind.DATE, old.published, new.published, tally)
    _moment(Kind.MODIFIED, old.modified, new.modified, tally)
    _text(Kind.SECTION, old.section or "", new.section or "", tally)
    _list(Kind.TAG, old.tags, new.tags, tally)
    _text(Kind.CREDIT, old.credit or "", new.credit or "", tally)
    if old.is_paywalled != new.is_paywalled:
        tally.add(Kind.PAYWALL, "add" if new.is_paywalled else "delete")
    _replaced(
        Kind.IMAGE,
        _fewer(old.images, new.images, images.name),
        _fewer(new.images, old.images, images.name),
        tally,
    )


def _text(kind: Kind, old: str, new: str, tally: _Tally) -> None:
    if compare.normal_line(old) == compare.normal_line(new):
        return
    op: Op = "edit" if old and new else "add" if new else "delete"
    tally.add(kind, op, size=_changed_words(old, new))


def _moment(kind: Kind, old: str | None, new: str | None, tally: _Tally) -> None:
    if details.is_same_moment(old, new):
        return
    tally.add(kind, "edit" if old and new else "add" if new else "delete")


def _list(kind: Kind, old: Sequence[str], new: Sequence[str], tally: _Tally) -> None:
    gone, come = _fewer(old, new, _folded), _fewer(new, old, _folded)
    _replaced(kind, gone, come, tally, is_worded=True)


def _folded(text: str) -> str:
    return " ".join(folded_words(text))


def _fewer(texts: Iterable[str], others: Iterable[str], key: object) -> list[str]:
    """The texts without those that the others have too, each as often as they have it."""
    assert callable(key)
    left = Counter(key(other) for other in others)
    fewer = []
    for text in texts:
        name = key(text)
        if left[name] > 0:
            left[name] -= 1
        else:
            fewer.append(text)
    return fewer


def _replaced(
    kind: Kind, gone: Sequence[str], come: Sequence[str], tally: _Tally, *, is_worded: bool = False
) -> None:
    """As many edits as there went and came, and what is left of either."""
    both = min(len(gone), len(come))
    for op, texts, count in (
        ("edit", [*gone[:both], *come[:both]], both),
        ("delete", gone[both:], len(gone) - both),
        ("add", come[both:], len(come) - both),
    ):
        if count:
            size = sum(map(word_count, texts)) if is_worded else 0
            tally.add(kind, op, count=count, size=size)  # type: ignore[arg-type] # the ops above


def _notes(olds: Sequence[Unit], news: Sequence[Unit], tally: _Tally) -> None:
    old, new = notes.paragraphs(olds), notes.paragraphs(news)
    gone, come = _fewer(old, new, str), _fewer(new, old, str)
    for note in come[:_MOST_NOTES]:
        alike = max(gone[:_MOST_NOTES], key=lambda one: _alike(one, note), default=None)
        if alike is not None and _alike(alike, note) >= SIMILAR:
            gone.remove(alike)
            come.remove(note)
            tally.add(Kind.CORRECTION, "edit", size=_changed_words(alike, note))
    for note in come:
        tally.add(Kind.CORRECTION, "add", size=word_count(note))
    for note in gone:
        tally.add(Kind.CORRECTION, "delete", size=word_count(note))


def _body(
    olds: Sequence[Unit], news: Sequence[Unit], found: Sequence[Match], tally: _Tally
) -> None:
    for match in found:
        old, new = [olds[at] for at in match.old], [news[at] for at in match.new]
        if all(unit.is_note for unit in [*old, *new]):
            continue
        before, after = joined(old), joined(new)
        if match.is_moved:
            tally.add(Kind.BODY, "move", count=len(new), size=word_count(after))
        if match.is_same:
            continue
        if not old:
            tally.add(Kind.BODY, "add", size=word_count(after))
        elif not new:
            tally.add(Kind.BODY, "delete", size=word_count(before))
        else:
            tally.add(Kind.BODY, "edit", size=_changed_words(before, after))


def _captions(old: Telling, new: Telling, tally: _Tally) -> None:
    before = [compare.normal_line(caption) for caption in old.captions]
    after = [compare.normal_line(caption) for caption in new.captions]
    gone, come = _fewer(before, after, str), _fewer(after, before, str)
    for match in matches(gone, come):
        one, other = (
            " ".join(texts[at] for at in numbers)
            for texts, numbers in ((gone, match.old), (come, match.new))
        )
        op: Op = "edit" if one and other else "add" if other else "delete"
        tally.add(Kind.CAPTION, op, size=_changed_words(one, other))


def _details(
    old: Telling,
    new: Telling,
    *,
    olds: Sequence[Unit],
    news: Sequence[Unit],
    found: Sequence[Match],
    tally: _Tally,
) -> None:
    """Numbers, names and quotations inside what otherwise stayed, and whether a note tells of them."""
    language = new.language or old.language
    known = usage((unit.normal for unit in [*olds, *news]), language=language)
    told = _told(olds, news, has_new_note=tally.has(Kind.CORRECTION, "add", "edit"))
    changes = [
        change
        for one, other in ((old.title, new.title), (old.standfirst, new.standfirst))
        if _alike(one, other) >= SIMILAR
        for change in details.inside(
            compare.normal_line(one), compare.normal_line(other), known, language=language
        )
    ]
    for match in found:
        if match.is_same or not match.old or not match.new:
            continue
        before, after = [olds[at] for at in match.old], [news[at] for at in match.new]
        if not all(unit.is_note for unit in [*before, *after]):
            changes += details.inside(joined(before), joined(after), known, language=language)
    changes += details.quotations(olds, news, found)
    for change in changes:
        op: Op = "edit" if change.old and change.new else "add" if change.new else "delete"
        size = word_count(change.old) + word_count(change.new)
        if change.kind is Kind.QUOTE and op == "edit":
            size = _changed_words(change.old, change.new)
        tally.add(
            change.kind, op, size=size, is_silent=op == "edit" and not details.is_told(change, told)
        )


def _told(olds: Sequence[Unit], news: Sequence[Unit], *, has_new_note: bool) -> details.Told:
    """What notes tell of: everything where one came or was edited, else the words of those that stood there."""
    words = frozenset(
        word for unit in [*olds, *news] if unit.is_note for word in folded_words(unit.normal)
    )
    return details.Told(has_new_note=has_new_note, words=words)


def joined(units: Sequence[Unit]) -> str:
    """Sentences as one text."""
    return " ".join(unit.normal for unit in units)


def _alike(old: str, new: str) -> float:
    return likeness(Counter(folded_words(old)), Counter(folded_words(new)))


def _changed_words(old: str, new: str) -> int:
    """Words that came and went."""
    if not old or not new:
        return word_count(old or new)
    segments = compare.word_diff(compare.normal_text(old), compare.normal_text(new))
    return sum(word_count(segment.text) for segment in segments if segment.op != "equal")
