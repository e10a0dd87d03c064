"""The site profile: what was learnt of a site from its pages, and what a new page's lines mean by it.

Knows which lines and places repeat and what a normal page yields. Must not know how that was learnt, nor pages.
"""

import json
import math
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any, Literal

from pipeline.profiles import sighting
from pipeline.reading import BlockKind, Reading

LEARNER_VERSION = "2"
"""Raised whenever the same pages may give another profile, or the same profile another reading."""

MOST_BYTES = 65_536
MOST_LEARNT = 1500  # lines
MOST_PATHS = 600
MOST_SHOWN = 30  # lines and paths kept as text, for people

_FEWEST = 3  # pages: a wire text, a quotation or a correction may well stand in two articles
_SENTENCE_SHARE = 0.05  # of the pages, from which a sentence is the site's and no article's
_LABEL_SHARE = 0.25  # the same for a short line: "Pros" is a word like another
_OUTSIDE_SHARE = (
    0.05  # of the pages with a place, up to which a reader put it into a text by mistake
)
_PLACE_SHARE = 0.2  # of the pages, from which a place without articles' text is known to be one
_FEWEST_PLACES = 5
_FEWEST_FOR_USUAL = 5  # pages from which they tell what size is usual
_FEWEST_FOR_NORMAL = 20  # pages from which they tell what is normal
_SIGNS = 2
_FAR = 4  # times less or, doubled, more than the middle page has
_EXPECTED = ("title", "published")
_LINE = struct.Struct(">QBB")
_PATH = struct.Struct(">QBB")


@dataclass(frozen=True, slots=True)
class Known:
    """A line that more than one page has."""

    pages: int  # that have it anywhere
    bodies: int  # that have it in what was read as the article


_ONCE = Known(pages=1, bodies=0)


@dataclass(frozen=True, slots=True)
class Stand:
    """A place of the site's template."""

    pages: int  # that have lines there
    own: int  # that have something of their article there, which no other page has


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a line is taken for the site's."""

    kind: Literal["text", "beside", "place"]
    count: int  # pages
    pages: int

    def __str__(self) -> str:
        """In words, for a person."""
        return _WORDS[self.kind].format(self.count, self.pages)


_WORDS = {
    "text": "in the text of {} of {} pages",
    "beside": "on {} of {} pages, and here where no article stands",
    "place": "at a place that {} of {} pages have, where no article stands",
}


@dataclass(frozen=True, slots=True)
class Normal:
    """How a figure spreads over the site's pages."""

    least: int
    lower: int  # quartile
    median: int
    upper: int
    most: int


@dataclass(frozen=True)
class Profile:
    """What was learnt of one site. Equal pages give an equal profile, byte for byte."""

    pages: int  # with different articles
    lines: Mapping[int, Known]
    paths: Mapping[int, Stand]
    containers: tuple[
        tuple[str, int], ...
    ]  # where most of an article stands, and on how many pages
    text: Normal  # characters
    paragraphs: Normal
    fields: Mapping[str, int]  # name -> pages that yield it
    shown: tuple[tuple[int, str], ...] = ()  # repeated lines for people: pages, text
    watermarks: tuple[
        tuple[str, int], ...
    ] = ()  # phrases that copies have where their originals have nothing, in how many copies
    texts: Mapping[int, int] = field(default_factory=dict)  # that stand whole at many addresses
    learner: str = field(default=LEARNER_VERSION)

    @property
    def usual_size(self) -> int:
        """Characters that a page's text has; 0 where too few pages were seen to tell."""
        return self.text.median if self.pages >= _FEWEST_FOR_USUAL else 0

    def same_text_count(self, texts: Iterable[str]) -> int:
        """At how many other addresses of the site one of these texts stood, whole."""
        if not self.texts:
            return 0
        wholes = filter(None, map(sighting.whole_of, texts))
        return max((self.texts.get(whole, 1) - 1 for whole in wholes), default=0)

    def repeated(self, key: int) -> Evidence | None:
        """Whether a line, known by its hash, stands on so many pages that it may be furniture."""
        known = self.lines.get(key, _ONCE)
        return Evidence("text", known.pages, self.pages) if known.pages >= _FEWEST else None

    def is_furniture(
        self, text: str, path: str | None = None, *, kind: BlockKind = "paragraph"
    ) -> Evidence | None:
        """Why a line is the site's and not the article's; None where it may be the article's.

        Args:
            text: of the line.
            path: its template path, as in pipeline.profiles.sighting; None where it is not known.
            kind: of its block. A heading that repeats may still head an article's own text: see `repeats`.
        """
        key = sighting.key_of(text)
        if key is None:
            return None
        return self.judge(key, path, is_sentence=sighting.is_sentence(text, kind))

    def judge(self, key: int, path: str | None, *, is_sentence: bool) -> Evidence | None:
        """The same by the line's hash."""
        known = self.lines.get(key, _ONCE)
        if known.bodies >= self._needed(_SENTENCE_SHARE if is_sentence else _LABEL_SHARE):
            return Evidence("text", known.bodies, self.pages)
        place = sighting.hash_of(path) if path is not None else None
        stand = self.paths.get(place) if place is not None else None
        if path is None or stand is None or stand.own > stand.pages * _OUTSIDE_SHARE:
            return None
        if min(known.pages, stand.pages) >= self._needed(_SENTENCE_SHARE):
            return Evidence("beside", known.pages, self.pages)
        # bare tags without any class may mean another place in a new template
        if not is_sentence or "." not in path:
            return None
        if stand.pages < self._needed(_PLACE_SHARE, fewest=_FEWEST_PLACES):
            return None
        return Evidence("place", stand.pages, self.pages)

    def oddity(self, reading: Reading, *, container: str | None = None) -> str | None:
        """What is so unlike the site's other pages that the page was hardly read right; None where nothing is.

        One sign alone is no alarm: sites have briefs and long reads, and change their templates. Two of three are:
        a text of a size that no page had, a field missing that every page had, a place where no page's text stood.

        Args:
            reading: of the page, without what the profile knows as furniture.
            container: where most of its text stands; None where that is not known.
        """
        if self.pages < _FEWEST_FOR_NORMAL:
            return None
        signs = [
            self._odd_size(len(reading.text)),
            self._missing(reading),
            self._odd_place(container),
        ]
        told = [sign for sign in signs if sign]
        return "; ".join(told) if len(told) >= _SIGNS else None

    def _odd_size(self, size: int) -> str | None:
        is_little = size * 2 < self.text.least and size * _FAR < self.text.median
        is_much = size > 3 * self.text.most and size > 2 * _FAR * self.text.median
        if not (is_little or is_much):
            return None
        return (
            f"{size} characters, where the site's pages have {self.text.least} to {self.text.most}"
        )

    def _missing(self, reading: Reading) -> str | None:
        missing = [
            name
            for name in _EXPECTED
            if self.fields.get(name) == self.pages and not getattr(reading, name)
        ]
        return (
            f"no {' and no '.join(missing)}, which all {self.pages} pages had" if missing else None
        )

    def _odd_place(self, container: str | None) -> str | None:
        are_all_known = sum(count for _, count in self.containers) == self.pages
        if not container or not are_all_known or container in self.body_paths:
            return None
        return f"its text stands where no page's did ({container})"

    @property
    def body_paths(self) -> tuple[str, ...]:
        """Where most of an article stands, the commonest first."""
        return tuple(path for path, _ in self.containers)

    def _known(self, text: str) -> Known | None:
        key = sighting.key_of(text)
        return self.lines.get(key) if key is not None else None

    def _needed(self, share: float, *, fewest: int = _FEWEST) -> int:
        return max(fewest, math.ceil(share * self.pages))

    @cached_property
    def content(self) -> bytes:
        """The profile as canonical JSON, at most MOST_BYTES."""
        text = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8", "replace")

    @cached_property
    def sha256(self) -> bytes:
        """The digest of the content: the profile's name."""
        return sha256(self.content).digest()

    @property
    def name(self) -> str:
        """The first digits of the digest, as readings tell it."""
        return self.sha256.hex()[:12]

    def as_json(self) -> dict[str, Any]:
        """Plain values; `of_json` makes them a profile again."""
        lines = b"".join(
            _LINE.pack(key, known.pages, known.bodies) for key, known in sorted(self.lines.items())
        )
        paths = b"".join(
            _PATH.pack(path, stand.pages, stand.own) for path, stand in sorted(self.paths.items())
        )
        return {
            "learner": self.learner,
            "pages": self.pages,
            "lines": b64encode(lines).decode(),
            "paths": b64encode(paths).decode(),
            "containers": [[path, count] for path, count in self.containers],
            "text": _spread(self.text),
            "paragraphs": _spread(self.paragraphs),
            "fields": dict(self.fields),
            "shown": [[pages, text] for pages, text in self.shown],
            "texts": [[whole, count] for whole, count in sorted(self.texts.items())],
            "watermarks": [[phrase, copies] for phrase, copies in self.watermarks],
        }


def of_json(values: Mapping[str, Any]) -> Profile:
    """The profile that `as_json` gave.

    Raises:
        ValueError: They are no profile, or that of another learner.
    """
    if values.get("learner") != LEARNER_VERSION:
        raise ValueError(f"a profile of learner {values.get('learner')}, not {LEARNER_VERSION}")
    try:
        paths = {
            path: Stand(pages, own)
            for path, pages, own in _PATH.iter_unpack(b64decode(values["paths"]))
        }
        lines = {
            key: Known(pages, bodies)
            for key, pages, bodies in _LINE.iter_unpack(b64decode(values["lines"]))
        }
        return Profile(
            pages=values["pages"],
            lines=lines,
            paths=paths,
            containers=tuple((path, count) for path, count in values["containers"]),
            text=Normal(*values["text"]),
            paragraphs=Normal(*values["paragraphs"]),
            fields=dict(values["fields"]),
            shown=tuple((pages, text) for pages, text in values["shown"]),
            texts=dict(values["texts"]),
            watermarks=tuple((phrase, copies) for phrase, copies in values["watermarks"]),
        )
    except (KeyError, TypeError, ValueError, IndexError, struct.error) as error:
        raise ValueError(f"not a profile: {error!r}") from error


@lru_cache(maxsize=64)
def of_content(content: bytes) -> Profile:
    """The profile of these canonical bytes; each is understood once in a process."""
    return of_json(json.loads(content))


def _spread(normal: Normal) -> list[int]:
    return [normal.least, normal.lower, normal.median, normal.upper, normal.most]
