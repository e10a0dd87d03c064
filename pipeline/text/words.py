"""How a text falls into words, in scripts with spaces between them and in scripts without.

Knows scripts and folding. Must not know languages.
"""

import re
import unicodedata

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_UNSPACED_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u102b-\u103e\u17b4-\u17d3\u3099\u309a"
)
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u0900-\u0963\u0971-\u0dff"  # of scripts from India whole: `\w` leaves vowels out
)
_LETTERS = rf"(?:[^\W_{_UNSPACED}]|[{_MARKS}])+"

TOKEN = re.compile(
    rf"\s+|[{_UNSPACED}][{_UNSPACED_MARKS}]*"
    rf"|{_LETTERS}(?:(?:['’\-]|(?<=[0-9])[.,:](?=[0-9])){_LETTERS})*|.",
    re.DOTALL,
)
"""Splits any text into blanks, words, single signs, and single characters of unspaced scripts.

"China-Russia", "don't" and "3,000.5" are one word each. The pieces are the text, nothing is lost.
"""

_WORD = re.compile(rf"[{_UNSPACED}]|{_LETTERS}")
_PLAIN_WORD = re.compile(r"[^\W_]+")
_BEYOND_LETTERS = re.compile(f"[{_UNSPACED}{_MARKS}]")
_ONE_UNSPACED = re.compile(f"[{_UNSPACED}]")


def tokens(text: str) -> list[str]:
    """The text in pieces that a reader would call changed or not; joined they are the text."""
    return TOKEN.findall(text)


def folded_words(text: str) -> list[str]:
    """Words without regard to case, width and signs; a character each in unspaced scripts."""
    return cased_words(text.casefold())


def cased_words(text: str) -> list[str]:
    """The same words with their case."""
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return (_WORD if _BEYOND_LETTERS.search(text) else _PLAIN_WORD).findall(text)


def is_unspaced(text: str) -> bool:
    """Whether most letters of the text belong to scripts without spaces between words."""
    if text.isascii() or not _ONE_UNSPACED.search(text):
        return False
    return 2 * len(_ONE_UNSPACED.findall(text)) > sum(map(str.isalpha, text))
