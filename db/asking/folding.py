"""Folds text into the tokens that are searched: the same for what is indexed and what is asked, on both databases.

Case, accents, Hebrew and Arabic points and compatibility forms are folded away. Scripts written without
spaces become overlapping pairs of characters, as dictionaries do not ship with databases. Knows no SQL.
"""

import re
import unicodedata
from collections.abc import Iterator

INDEXED_BYTES = 400_000
INDEXED_TOKENS = 60_000
"""How much of one text is searched. Together they keep it under what a tsvector may hold, 1 MiB."""

PLAIN_CHARACTERS = 100_000
"""A longer text is not plain: it may have more tokens than are indexed."""

_TOKEN_LENGTH = 64
_SURELY_SHORT = 20  # a word so short is no token of 64 characters, even where one becomes three

# combining marks that are folded away: general, Hebrew points, Arabic vowels and hamza
_POINTS = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
# marks that are part of a word in the scripts of South and Southeast Asia, where \w leaves them out
_VOWELS = (
    "\u0900-\u0963\u0966-\u096f\u0971-\u0e3e\u0e40-\u0e4e\u0e50-\u0e59\u0e5c-\u109f\u1780-\u17d3"
)
# Thai, Lao, Myanmar, Khmer, kana, ideographs: written without spaces
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0eff\u1000-\u109f\u1780-\u17d3"
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)

# Latin letters that are a letter of ASCII with marks, and what separates words: all that Postgres has to fold
_PLAIN = re.compile(
    "[\x01-\x7f\u0080-\u00b4\u00b6-\u00c5\u00c7-\u00cf\u00d1-\u00d7\u00d9-\u00dd\u00df-\u00e5\u00e7-\u00ef\u00f1-\u00f7\u00f9-\u00fd"
    "\u00ff-\u010f\u0112-\u0125\u0128-\u0130\u0132-\u0137\u0139-\u0140\u0143-\u0148\u014c-\u0151\u0154-\u0165\u0168-\u017f"
    "\u1ea0-\u1ef9\u2000-\u206f\u20a0-\u20bf\ufeff]*"
)

_WORD = re.compile(rf"[\w{_POINTS}{_VOWELS}]{{1,{_TOKEN_LENGTH}}}")
_POINT = re.compile(f"[{_POINTS}]")
_QUOTES_AND_DASHES = "‘’‚“”„«»–—…•"
_ASCII_WORDS = bytes(c if chr(c).isalnum() and c < 128 else ord(" ") for c in range(256))
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]+")
_ANY_UNSPACED = re.compile(f"[{_UNSPACED}]")


def tokens(text: str) -> list[str]:
    """The tokens of a text to be indexed, in order, up to the limits of this module.

    A run of an unspaced script gives its pairs of characters and then its last one alone, so that every
    single character begins a token and can be asked for by prefix.
    """
    text = text[:INDEXED_BYTES]
    words = _words(text)
    if not text.isascii() and _ANY_UNSPACED.search(" ".join(words)):
        words = list(_with_pairs(words))
    return _within_limits(words)


def query_tokens(text: str) -> tuple[list[str], bool]:
    """The tokens that stand next to each other wherever the text is found, and whether the last is a prefix."""
    found = list(_with_pairs(_words(text)))
    if not found:
        return [], False
    last = found[-1]
    if len(last) > 1 or not _ANY_UNSPACED.match(last):
        return found, False
    if len(found) > 1 and len(found[-2]) > 1 and found[-2].endswith(last) and _is_pair(found[-2]):
        return found[:-1], False  # the run may go on where it is found
    return found, True


def is_plain(title: str, text: str) -> bool:
    """Whether Postgres' `morgue_folded` (migrations.slim_search) gives the same tokens of a text as it is stored."""
    if len(title) + len(text) > PLAIN_CHARACTERS:
        return False
    if not all(each.isascii() or _PLAIN.fullmatch(each) for each in (title, text)):
        return False
    if max(map(len, f"{title} {text}".split()), default=0) < _SURELY_SHORT:
        return True
    return max(map(len, tokens(title) + tokens(text)), default=0) < _TOKEN_LENGTH


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and token of every token, in the text as written: for showing where something was found."""
    for match in _WORD.finditer(text):
        for run_start, run_end in _runs(match.group()):
            start, end = run_start + match.start(), run_end + match.start()
            if not _ANY_UNSPACED.match(text[start]):
                yield from ((start, end, token) for token in tokens(text[start:end]))
                continue
            for i in range(start, end):
                for token in tokens(text[i : min(i + 2, end)])[:1]:
                    yield i, min(i + 2, end), token


def _words(text: str) -> list[str]:
    folded = _fold(text)
    if folded.isascii():  # most texts of most languages, by now: four times faster than the pattern
        words = folded.encode().translate(_ASCII_WORDS).decode().split()
        if max(map(len, words), default=0) <= _TOKEN_LENGTH:
            return words
    return _WORD.findall(folded)


def _fold(text: str) -> str:
    text = text.replace("_", " ")
    if text.isascii():
        return text.lower()
    for mark in _QUOTES_AND_DASHES:
        text = text.replace(mark, " ")
    if text.isascii():
        return text.lower()
    # casefold before and after: decomposition brings forth capitals (™), casefold brings forth marks (İ)
    folded = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _POINT.sub("", folded).casefold())


def _with_pairs(words: list[str]) -> Iterator[str]:
    for word in words:
        for start, end in _runs(word):
            run = word[start:end]
            if not _ANY_UNSPACED.match(run):
                yield run
                continue
            yield from (run[i : i + 2] for i in range(len(run) - 1))
            yield run[-1]


def _runs(word: str) -> Iterator[tuple[int, int]]:
    """The stretches of a word that are of unspaced scripts, and those that are not."""
    position = 0
    for match in _UNSPACED_RUN.finditer(word):
        if match.start() > position:
            yield position, match.start()
        yield match.span()
        position = match.end()
    if position < len(word):
        yield position, len(word)


def _is_pair(token: str) -> bool:
    return len(token) == 2 and _ANY_UNSPACED.match(token) is not None


def _within_limits(found: list[str]) -> list[str]:
    found = found[:INDEXED_TOKENS]
    if len(found) * (_TOKEN_LENGTH + 1) * 4 <= INDEXED_BYTES:
        return found
    joined = " ".join(found).encode()
    if len(joined) <= INDEXED_BYTES:
        return found
    return joined[:INDEXED_BYTES].decode(errors="ignore").split(" ")[:-1]
