"""From the sightings of a site's pages to its profile: what repeats, where the body stands, what is normal.

Knows how evidence is counted. Must not know pages, readings or archives.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from pipeline.profiles.profile import (
    MOST_LEARNT,
    MOST_PATHS,
    MOST_SHOWN,
    Known,
    Normal,
    Profile,
    Stand,
)
from pipeline.profiles.sighting import Sighting
from pipeline.text import typography
from pipeline.text.watermark import MAX_COPIED

MOST_PAGES = 80

MOST_TEXTS = 50
MANY_ADDRESSES = 4
"""Addresses from which one text is no article: what is published twice stands at two or three."""

_FIRST_STEP = 5  # articles

_SAME_STORY = 0.3  # share of the shorter text that two pages of one story have in common
_STORY_SHARE = 0.5  # of the pages, up to which a repeated sentence may be a story's
_STORY_PAGES = 2  # the same where there are few
_MOST_CONTAINERS = 8
_NOTHING = Normal(0, 0, 0, 0, 0)

_Story = list[Sighting]


def step(articles: int) -> int:
    """The last of the steps at which a site is learnt that so many articles have reached: 5, 10, 20, 40 ...; or 0."""
    if articles < _FIRST_STEP:
        return 0
    return _FIRST_STEP << ((articles // _FIRST_STEP).bit_length() - 1)


def addresses(links: Iterable[tuple[str, str | None]]) -> int:
    """How many different things one text stands for, by its links' URLs and by the titles that led there.

    What differs in the query alone is one page with other parameters, unless it was announced under another title.
    """
    slugs: set[str] = set()
    titles: set[str] = set()
    for url, title in links:
        slugs.add(urlsplit(url).path.rstrip("/").rpartition("/")[2].casefold())
        if title:
            titles.add(typography.fold(title))
    return max(len(slugs), len(titles))


def learn(
    sightings: Sequence[Sighting],
    *,
    watermarks: Sequence[tuple[str, int]] = (),
    texts: Mapping[int, int] | None = None,
) -> Profile:
    """What the pages of a site have in common: the same sightings, in any order, give the same profile.

    Args:
        sightings: of its pages.
        watermarks: phrases that were found in its copies beside their originals, and in how many.
        texts: that stand whole at many addresses of the site (`whole_of`), and at how many.
    """
    stories = _stories(sightings[:MOST_PAGES])
    everywhere: Counter[int] = Counter()
    bodies: Counter[int] = Counter()
    for story in stories:
        read = {one.text for page in story for one in page.body}
        everywhere.update(read | {place.text for page in story for place in page.places})
        bodies.update(read)
    lines = _lines(everywhere, bodies)
    profile = Profile(
        pages=len(stories),
        lines=lines,
        paths=_paths(stories, everywhere),
        containers=_containers(stories),
        text=_NOTHING,
        paragraphs=_NOTHING,
        fields=dict(sorted(Counter(n for s in stories for n in s[0].fields).items())),
        shown=_shown(stories, lines),
        texts=_texts(stories, texts or {}),
        watermarks=tuple(sorted(watermarks, key=lambda one: (-one[1], one[0]))[:MAX_COPIED]),
    )
    return _with_normal(profile, stories)


def _stories(sightings: Sequence[Sighting]) -> list[_Story]:
    """The pages by story: one that stands at two addresses, or grew into a second article, is no repetition.

    Pages belong together where much of the shorter text is sentences that they share and most pages do not have.
    """
    ordered = sorted(sightings, key=lambda page: (page.body, page.places, page.container))
    having: dict[int, list[int]] = defaultdict(list)
    sizes: list[dict[int, int]] = []
    for number, page in enumerate(ordered):
        sizes.append({one.text: one.size for one in page.body if one.is_sentence})
        for text in sizes[-1]:
            having[text].append(number)
    most = max(_STORY_PAGES, math.floor(_STORY_SHARE * len(ordered)))
    shared: Counter[tuple[int, int]] = Counter()
    for text, numbers in having.items():
        if len(numbers) <= most:
            for place, one in enumerate(numbers):
                for other in numbers[place + 1 :]:
                    shared[one, other] += min(sizes[one][text], sizes[other][text])
    first = list(range(len(ordered)))
    for (one, other), size in sorted(shared.items()):
        shorter = min(sum(sizes[one].values()), sum(sizes[other].values()))
        if size >= _SAME_STORY * shorter:
            joined, gone = sorted((first[one], first[other]))
            first = [joined if number == gone else number for number in first]
    stories: dict[int, _Story] = defaultdict(list)
    for number, page in enumerate(ordered):
        stories[first[number]].append(page)
    return list(stories.values())


def _texts(stories: Sequence[_Story], known: Mapping[int, int]) -> dict[int, int]:
    """The texts that several articles have, or one at several addresses: hardly what anybody wrote for each."""
    having: dict[int, list[tuple[str, str | None]]] = defaultdict(list)
    for page in (page for story in stories for page in story):
        if page.whole is not None:
            having[page.whole].append((page.url, page.title))
    found = {whole: addresses(pages) for whole, pages in having.items()}
    found |= {whole: max(count, found.get(whole, 0)) for whole, count in known.items()}
    chosen = sorted(found, key=lambda whole: (whole not in known, -found[whole], whole))
    many = [whole for whole in chosen if found[whole] >= MANY_ADDRESSES]
    return {whole: found[whole] for whole in sorted(many[:MOST_TEXTS])}


def _paths(stories: Sequence[_Story], everywhere: Counter[int]) -> dict[int, Stand]:
    """The commonest places, and how often an article's own sentences stand there."""
    on: Counter[int] = Counter()
    own: Counter[int] = Counter()
    for story in stories:
        places = [place for page in story for place in page.places]
        on.update({place.path for place in places})
        own.update({p.path for p in places if p.is_own and everywhere[p.text] == 1})
    chosen = sorted(on, key=lambda path: (-on[path], path))[:MOST_PATHS]
    return {path: Stand(on[path], own[path]) for path in sorted(chosen)}


def _lines(everywhere: Counter[int], bodies: Counter[int]) -> dict[int, Known]:
    """The repeated lines; where there are too many, those that most pages have."""
    repeated = [text for text, count in everywhere.items() if count > 1]
    chosen = sorted(repeated, key=lambda text: (-bodies[text], -everywhere[text], text))
    return {text: Known(everywhere[text], bodies[text]) for text in sorted(chosen[:MOST_LEARNT])}


def _containers(stories: Sequence[_Story]) -> tuple[tuple[str, int], ...]:
    found = Counter(story[0].container for story in stories)
    chosen = sorted(found, key=lambda path: (-found[path], path))[:_MOST_CONTAINERS]
    return tuple((path, found[path]) for path in chosen)


def _shown(stories: Sequence[_Story], lines: dict[int, Known]) -> tuple[tuple[int, str], ...]:
    """Some repeated lines as a person would read them: those that were read as text come first."""
    chosen = sorted(lines, key=lambda text: (-lines[text].bodies, -lines[text].pages, text))
    wanted = set(chosen[:MOST_SHOWN])
    texts: dict[int, str] = {}
    for story in stories:
        for page in story:
            for key in wanted & page.samples.keys():
                texts[key] = min(texts.get(key, page.samples[key]), page.samples[key])
    return tuple((lines[key].pages, texts[key]) for key in chosen if key in texts)


def _with_normal(profile: Profile, stories: Sequence[_Story]) -> Profile:
    """The profile with what a page yields once it was used."""
    texts, paragraphs = [], []
    for story in stories:
        own = [
            one
            for one in story[0].body
            if profile.judge(one.text, None, is_sentence=one.is_sentence) is None
        ]
        texts.append(sum(one.size for one in own))
        paragraphs.append(len(own))
    return replace(profile, text=_normal(texts), paragraphs=_normal(paragraphs))


def _normal(figures: Iterable[int]) -> Normal:
    ordered = sorted(figures)
    if not ordered:
        return _NOTHING
    last = len(ordered) - 1
    return Normal(*(ordered[last * quarter // 4] for quarter in range(5)))
