"""Settled text: how whitespace, Unicode forms and invisible characters are written in the archive.

Knows characters. Must not know pages, fields or languages beyond their scripts.
"""

import re
import unicodedata
from functools import lru_cache

# Soft hyphen, zero-width space, word joiner, byte order mark, marks of direction. The joiners U+200C and U+200D stay
# where Persian, Indic scripts and emoji mean something by them; between letters that do not join they are put in to
# hide a text from searches.
_UNJOINED = "A-Za-z\u00c0-\u058f\u0590-\u05ff\u0e00-\u0e7f\u1e00-\u1fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
    f"|(?<=[{_UNJOINED}])[\u200c\u200d]+(?=[{_UNJOINED}])"
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff5e"
_BREAK_IN_UNSPACED = re.compile(rf"(?<=[{_UNSPACED}])[ \t]*[\r\n]\s*(?=[{_UNSPACED}])")
_WORD_CHARACTERS = re.compile(r"\w+")
_WORDS_ONLY = bytes(sign if _WORD_CHARACTERS.match(chr(sign)) else 0x20 for sign in range(256))
_KEPT = 2000  # characters of a text whose folded form is remembered


def without_controls(text: str) -> str:
    """Drop NULs, other controls (but tab and line ends) and lone surrogates, which neither lxml nor databases take."""
    return _CONTROLS.sub("", text)


def settle(text: str) -> str:
    """One line of text in NFC, with single plain spaces and nothing invisible; "" where nothing is left."""
    # printable: no controls, line ends, invisible signs or blanks but the plain space
    if text.isprintable() and "  " not in text and text == text.strip(" "):
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    if not text.replace("\n", " ").replace("\r", " ").replace("\t", " ").isprintable():
        text = _INVISIBLE.sub("", _CONTROLS.sub("", text))
    if text.isascii():
        return " ".join(text.split())
    text = _BREAK_IN_UNSPACED.sub("", text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def fold(text: str) -> str:
    """The words of a text for telling whether two texts say the same: casefolded, without punctuation."""
    # Several readers fold the same lines of a page, one after the other.
    return _fold_again(text) if len(text) <= _KEPT else _fold(text)


def _fold(text: str) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(words(plain.casefold()))


_fold_again = lru_cache(maxsize=1024)(_fold)


def words(text: str) -> list[str]:
    """The runs of letters, digits and underscores in a text, as they are."""
    if text.isascii():
        signs = text.encode("ascii")
    else:
        plain = text
        for mark in "’“”„–—":  # all that keeps most texts from Latin-1
            plain = plain.replace(mark, " ")
        try:
            signs = plain.encode("latin-1")
        except UnicodeEncodeError:
            return _WORD_CHARACTERS.findall(text)
    return signs.translate(_WORDS_ONLY).decode("latin-1").split()


def shortened(text: str, *, limit: int = 300) -> str:
    """At most `limit` characters, with an ellipsis where something was left out."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
