"""Whether the names of an element hold one of some words, asked of thousands of elements.

Knows substrings. Must not know which words there are, nor what they mean.
"""

import re
from collections.abc import Callable
from functools import lru_cache

_KEPT = 5000  # names whose answer is remembered


def holding(*words: str) -> Callable[[str], bool]:
    """A test whether a text has one of these words in it, as small or capital letters.

    A pattern that ignores case has to try each word at each character; most names are ASCII, and there a search for
    each word does the same ten times faster. The pattern answers where a capital may have an odd small letter.
    """
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)

    @lru_cache(maxsize=_KEPT)
    def holds(names: str) -> bool:
        if not names.isascii():
            return pattern.search(names) is not None
        low = names.lower()
        return any(map(low.__contains__, words))

    return holds
