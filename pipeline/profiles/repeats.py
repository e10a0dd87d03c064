"""Takes out of an article's blocks what its site's profile knows as furniture.

Knows blocks and the lines of their page. Must not know how a profile is learnt, nor markup.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.profiles import sighting
from pipeline.profiles.profile import Evidence, Profile
from pipeline.profiles.sighting import Line
from pipeline.reading import Block, Removed
from pipeline.text import typography

WHY = "profile"

Places = dict[int, list[str]]

_MOST_TOLD = 200
_MOST_BY_PLACE = 0.5  # share of the text: beyond it the site has a new template


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of an article's blocks."""

    blocks: list[Block]
    removed: list[Removed]
    container: str | None  # the path under which most of them stand; None: not found again


def starts_of(blocks: Sequence[Block]) -> set[str]:
    """What the lines begin with that matter."""
    return {sighting.start_of(block.text) for block in blocks}


def without_known(blocks: Sequence[Block], profile: Profile, *, lines: Iterable[Line]) -> Rest:
    """The blocks without what repeats on the site's other pages, and what that was.

    Args:
        blocks: as the body's reader found them.
        profile: of the page's site.
        lines: of the page, with their places; those that begin like none of the blocks may be missing.
    """
    keys = [sighting.key_of(block.text) for block in blocks]
    places = _places(lines, known={b.text: key for b, key in zip(blocks, keys, strict=True)})
    found = [_evidence(*each, profile, places) for each in zip(blocks, keys, strict=True)]
    total = sum(len(block.text) for block in blocks)
    placed = [one is not None and one.kind == "place" for one in found]
    if _size(blocks, placed) > total * _MOST_BY_PLACE:
        found = [None if is_placed else one for one, is_placed in zip(found, placed, strict=True)]
    taken = [one is not None for one in found]
    _spare_headings(blocks, taken)
    held: Counter[str] = Counter()
    kept: list[Block] = []
    removed: list[Removed] = []
    for block, key, is_taken in zip(blocks, keys, taken, strict=True):
        if is_taken:
            removed.append(Removed(typography.shortened(block.text), WHY))
            continue
        kept.append(block)
        for path in places.get(key, ()) if key is not None else ():
            held[path] += len(block.text)
    container = max(held, key=lambda path: (held[path], path), default=None)
    return Rest(kept, removed[:_MOST_TOLD], container)


def _size(blocks: Sequence[Block], chosen: Sequence[bool]) -> int:
    return sum(
        len(block.text) for block, is_chosen in zip(blocks, chosen, strict=True) if is_chosen
    )


def _places(lines: Iterable[Line], *, known: Mapping[str, int | None]) -> Places:
    """Where the lines that are blocks stand; a line may stand at several places."""
    starts = {sighting.start_of(text) for text in known}
    places: Places = {}
    for path, text in lines:
        if sighting.start_of(text) in starts:
            key = known[text] if text in known else sighting.key_of(text)
            if key is not None:
                places.setdefault(key, []).append(path)
    return places


def _evidence(block: Block, key: int | None, profile: Profile, places: Places) -> Evidence | None:
    if key is None:
        return None
    if block.kind == "heading":
        return profile.repeated(key)  # as far as it goes: what stands below it decides
    is_sentence = sighting.is_sentence(block.text, block.kind)
    where: Sequence[str | None] = places.get(key) or (None,)
    found = [profile.judge(key, path, is_sentence=is_sentence) for path in where]
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
