"""Which earlier pages of a site its next pages are compressed against. Pure: knows no database.

A dictionary is pages of the site end to end. It begins after four pages and grows, at least
doubling, until it is full: so its pages are compressed against nothing but its own beginning, and
putting it together never decodes more than three times its size. When the site's pages stop being
like it, a new one is begun from pages that were compressed against nothing.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from db.captures.codec import Dictionary

LIMIT = 1 << 20
"""Bytes of a full dictionary. With twice as many, frames of real pages are a seventh smaller; with
0.4 MB a seventh larger."""

BEGIN_COUNT = 4
BEGIN_LIMIT = LIMIT // 2
"""Bytes of a site's first dictionary: room is left for pages of other kinds."""

WINDOW = 32
"""Newest first captures of a site that a choice looks at."""

RENEW_WINDOW = 8
RENEW_COUNT = 6
"""So many of so many newest pages unlike the dictionary begin a new one."""

CACHE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class FirstCapture:
    """A body of a site that is no delta."""

    sha256: bytes
    base_sha256: bytes | None  # the dictionary that it is compressed against
    size: int
    stored_size: int

    @property
    def is_plain(self) -> bool:
        """Whether it is compressed against nothing."""
        return self.base_sha256 is None

    @property
    def is_page(self) -> bool:
        """Whether pages may be like it: compressible, neither tiny nor huge."""
        return 1 << 10 <= self.size <= LIMIT * 4 and self.stored_size * 10 < self.size * 7


@dataclass(frozen=True, slots=True)
class Generation:
    """One dictionary of a site, by the digests of its pages in order."""

    sha256: bytes
    site_id: int
    number: int
    members: tuple[bytes, ...]
    size: int


def choose(
    firsts: Sequence[FirstCapture], *, current: Generation | None
) -> tuple[bytes, ...] | None:
    """The pages of the site's next dictionary, or None while the current one will do.

    Args:
        firsts: The site's newest first captures, at most `WINDOW`, oldest first.
        current: The newest dictionary, None where there is none yet.
    """
    pages = [first for first in firsts if first.is_page]
    if current is None:
        plain = [page for page in pages if page.is_plain]
        return _newest(plain, limit=BEGIN_LIMIT) if len(plain) >= BEGIN_COUNT else None
    unlike = [page for page in pages if page.is_plain and page.sha256 not in current.members]
    if sum(page in unlike for page in firsts[-RENEW_WINDOW:]) >= RENEW_COUNT:
        return _newest(unlike, limit=BEGIN_LIMIT)
    if current.size > LIMIT * 3 // 4:
        return None
    fresh = [page for page in pages if page.base_sha256 == current.sha256 or page in unlike]
    if sum(page.size for page in fresh) < current.size:
        return None
    return current.members + _newest(fresh, limit=LIMIT - current.size)


def _newest(pages: Sequence[FirstCapture], *, limit: int) -> tuple[bytes, ...]:
    """As many of the newest as reach the limit (the last of them is cut there), oldest first."""
    taken: list[bytes] = []
    for page in reversed(pages):
        if limit <= 0:
            break
        taken.append(page.sha256)
        limit -= page.size
    return tuple(reversed(taken))


class Cache:
    """Dictionaries at hand: beyond a limit the least recently used is given up. Thread-safe.

    Keyed by the digest of the bytes, so that a transaction rolled back cannot leave a wrong one
    behind.
    """

    def __init__(self, *, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._memory = 0
        self._kept: OrderedDict[bytes, Dictionary] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, sha256: bytes) -> Dictionary | None:
        """The dictionary of these bytes, if it is at hand."""
        with self._lock:
            found = self._kept.get(sha256)
            if found is not None:
                self._kept.move_to_end(sha256)
            return found

    def keep(self, sha256: bytes, dictionary: Dictionary) -> None:
        """Have it at hand from now on."""
        with self._lock:
            if sha256 in self._kept:
                return
            self._kept[sha256] = dictionary
            self._memory += dictionary.memory
            while self._memory > self._limit and len(self._kept) > 1:
                _, given_up = self._kept.popitem(last=False)
                self._memory -= given_up.memory
