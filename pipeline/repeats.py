"""Takes out of an article's blocks what its site's profile knows as furniture.

Knows blocks and the lines of their page. Must not know how a profile is learnt, nor markup.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline import sighting, typography
from pipeline.profile import Evidence, Profile
from pipeline.reading import Block, Removed
from pipeline.sighting import Line

WHY = "profile"

Places = dict[int, list[str]]

_MOST_TOLD = 200
_START = 8  # characters by which lines that are no block are passed over soon
_MOST_BY_PLACE = (
    0.5  # share of the text: where most of it stands outside, the site has a new template
)


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of an article's blocks."""

    blocks: list[Block]
    removed: list[Removed]
    container: (
        str | None
    )  # the path under which most of them stand; None where they were not found again


def without_known(blocks: Sequence[Block], profile: Profile, *, lines: Iterable[Line]) -> Rest:
    """The blocks without what repeats on the site's other pages, and what that was.

    Args:
        blocks: as the body's reader found them.
        profile: of the page's site.
        lines: of the page, with their places.
    """
    places = _places(lines, starts={block.text[:_START] for block in blocks})
    found = [_evidence(block, profile, places) for block in blocks]
    total = sum(len(block.text) for block in blocks)
    placed = [one is not None and one.kind == "place" for one in found]
    if _size(blocks, placed) > total * _MOST_BY_PLACE:
        found = [None if is_placed else one for one, is_placed in zip(found, placed, strict=True)]
    taken = [one is not None for one in found]
    _spare_headings(blocks, taken)
    kept = [block for block, is_taken in zip(blocks, taken, strict=True) if not is_taken]
    removed = [
        Removed(typography.shortened(block.text), WHY)
        for block, is_taken in zip(blocks, taken, strict=True)
        if is_taken
    ]
    return Rest(kept, removed[:_MOST_TOLD], _container(kept, places))


def _container(blocks: Sequence[Block], places: Places) -> str | None:
    held: Counter[str] = Counter()
    for block in blocks:
        key = sighting.key_of(block.text)
        for path in places.get(key, ()) if key is not None else ():
            held[path] += len(block.text)
    return max(held, key=lambda path: (held[path], path), default=None)


def _size(blocks: Sequence[Block], chosen: Sequence[bool]) -> int:
    return sum(
        len(block.text) for block, is_chosen in zip(blocks, chosen, strict=True) if is_chosen
    )


def _places(lines: Iterable[Line], *, starts: set[str]) -> Places:
    """Where the lines that may be blocks stand; a line may stand at several places."""
    places: Places = {}
    for path, text in lines:
        key = sighting.key_of(text) if text[:_START] in starts else None
        if key is not None:
            places.setdefault(key, []).append(path)
    return places


def _evidence(block: Block, profile: Profile, places: Places) -> Evidence | None:
    key = sighting.key_of(block.text)
    if key is None:
        return None
    if block.kind == "heading":
        return profile.repeated(key)  # as far as it goes: what stands below it decides
    is_sentence = sighting.is_sentence(block.text, block.kind)
    found = [profile.judge(key, path, is_sentence=is_sentence) for path in places.get(key, [None])]
    # a line that stands where articles do, too, is the article's
    return found[0] if all(found) else None


def _spare_headings(blocks: Sequence[Block], taken: list[bool]) -> None:
    """A repeated heading ("How we tested", "Pros") goes only where nothing of the article's own stands below it."""
    has_own = is_below = False
    for number in range(len(blocks) - 1, -1, -1):
        if blocks[number].kind == "heading":
            taken[number] = taken[number] and is_below and not has_own
            has_own = is_below = False
        else:
            has_own = has_own or not taken[number]
            is_below = True
