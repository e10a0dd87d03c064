"""A phrase that a copying site injects into its texts at odd places, often inside words.

Knows what distinguishes an injected phrase from a mention of it: being glued to letters, or standing where no writer
puts it. Must not know markup, nor remove a phrase for which there is no evidence.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.text import insertion
from pipeline.text import words as unspaced_words

MAX_PHRASE = 60
"""Characters of the longest phrase looked for."""

MAX_COPIED = 20
"""Phrases of one site that are kept in mind."""

MAX_SEAMS = 200
"""Places looked at where a capital follows a small letter; a text with more is no prose."""

_FEWEST_LETTERS = 5  # of a phrase that is looked for on every page of a site
_FEWEST_OF_WORD = 8
_FEWEST_UNSPACED = 3
_LOWER = "a-zß-öø-ÿа-яёα-ωάέήίόύώ\u0100-\u017f"
_UPPER = "A-ZÀ-ÖØ-ÞА-ЯЁΑ-ΩΆΈΉΊΌΎΏ\u0100-\u017f"
# Capitals first: they are rare, and a pattern is looked for by its first character.
_SEAM = re.compile(f"[{_UPPER}](?<=[{_LOWER}].)")
_CAPITALISED = rf"[{_UPPER}][^\W_]+"
_PHRASE = re.compile(rf"{_CAPITALISED}(?:[ \u00a0](?:of|the|and|de|&|{_CAPITALISED})){{0,4}}")
_LAST_LETTERS = re.compile(r"[^\W\d_]*$")
_WORD = re.compile(r"[^\W\d_]+")
_TITLE_BREAK = re.compile(r"\s+[|–—\-:»«·•]+\s+|\s*[|»«]\s*|:\s+")


@dataclass(frozen=True, slots=True)
class _Attested:
    """How often and how a phrase stands in texts."""

    inside: int  # letters on both sides: inside a word
    lefts: int  # distinct word beginnings before it, where it is glued to one
    rights: int  # distinct first letters after it, where it is inside a word
    is_bounded: bool  # ends somewhere where a word may end
    is_bracketed: bool  # alone on a line, or leading one, in square brackets
    glued: int  # glued to a letter before it


def find(texts: Sequence[str], *, names: Sequence[str] = ()) -> str | None:
    """The phrase injected into these texts, None where there is no evidence of one.

    `names` are what the site calls itself (its title, as the page or the site file gives it): one
    of them is believed on less evidence than any other phrase.
    """
    text = "\n".join(texts)
    for name in sorted(set(_spelled(names)), key=lambda name: (-len(name), name)):
        if name.split()[0] in text and _is_injected_name(name, _attest(text, name)):
            return name
    return _find_unnamed(text) or insertion.find(text, names=_spelled(names))


def against(text: str, original: str) -> str | None:
    """The phrase that a copy has again and again where its original has nothing; None where there is none."""
    return insertion.against(text, original)


def of_copy(copy: str, original: str) -> str | None:
    """The phrase of `against`, if other copies can be rid of it without their originals; None where there is none.

    That is: most of what the copy has more of it stands where no writer puts it, and it is more than a part of words.
    """
    phrase = against(copy, original)
    if phrase is None or not _is_telling(phrase):
        return None
    is_unspaced = unspaced_words.is_unspaced(phrase)
    odd = sum(
        _is_out_of_place(copy, match, copy, is_unspaced=is_unspaced)
        for match in re.finditer(_literal(phrase), copy)
    )
    return phrase if odd >= 2 and 2 * odd >= copy.count(phrase) - original.count(phrase) else None


def is_injected(text: str, phrase: str) -> bool:
    """Whether a phrase that the site is known to inject is injected here: one place is enough, a mention is none.

    In scripts without spaces, where a mention looks like a place, this text has to show it as if nothing were known.
    """
    words = phrase.split()
    if not words or words[0] not in text:
        return False
    if unspaced_words.is_unspaced(phrase):
        return insertion.splits_characters(text, phrase)
    return any(
        (text[start - 1 : start].isalpha() and text[end : end + 1].isalpha())
        or insertion.stands_between_sentences(text, start, end, within=text)
        for start, end in _occurrences(text, phrase)
    )


def remove(text: str, phrase: str, *, within: str | None = None) -> str:
    """The text without the injected phrase; mentions that stand as words of their own stay.

    Also without the phrase in square brackets at the beginning of a line. `within` is the whole text that this is a
    part of: it tells how sentences begin in it.
    """
    words = phrase.split()
    if not words or words[0] not in text:
        return text
    literal = _literal(phrase)
    text = re.sub(rf"(?m)^[ \t\u00a0]*[\[【]\s*{literal}\s*[\]】][ \t\u00a0]*", "", text)
    pieces: list[str] = []
    end = 0
    whole, is_unspaced = within or text, unspaced_words.is_unspaced(phrase)
    for match in re.finditer(literal, text):
        if not _is_out_of_place(text, match, whole, is_unspaced=is_unspaced):
            continue
        pieces.append(text[end : match.start()])
        end = match.end()
    return "".join(pieces) + text[end:] if pieces else text


def _is_telling(phrase: str) -> bool:
    """Whether a phrase is long enough to be met by nothing but itself."""
    letters = sum(map(str.isalpha, phrase))
    if unspaced_words.is_unspaced(phrase):
        return letters >= _FEWEST_UNSPACED
    if " " in phrase or "." in phrase:
        return letters >= _FEWEST_LETTERS
    return letters >= _FEWEST_OF_WORD and phrase[0].isupper()


def _spelled(names: Iterable[str]) -> list[str]:
    """The names, and the parts of those that are a page's title ("Story - World Times")."""
    parts = (part.strip() for name in names for part in (name, *_TITLE_BREAK.split(name)))
    return [part for part in parts if 3 <= len(part) <= MAX_PHRASE and len(part.split()) <= 5]


def _literal(phrase: str) -> str:
    return r"[ \u00a0]".join(re.escape(word) for word in phrase.split())


def _is_injected_name(name: str, seen: _Attested) -> bool:
    if not any(char.isupper() for char in name) and "." not in name:
        return False
    if " " in name or "." in name:
        return seen.inside >= 1 or (seen.is_bracketed and seen.glued >= 1)
    # one word is half of many compounds: "Presse", "News"
    return seen.inside >= 1 and seen.is_bracketed


def _is_injected(phrase: str, seen: _Attested) -> bool:
    """The rule for a phrase that nobody named: only what sloppy markup cannot bring about.

    Markup that loses a space glues one word to a whole phrase ("captionPrime Minister"), and brands
    have capitals inside ("YouTubers"). Neither splits several words around the same phrase.
    """
    if " " not in phrase:
        if seen.is_bracketed:
            return seen.inside >= 2 and seen.lefts >= 2
        return seen.inside >= 3 and seen.lefts >= 3 and seen.rights >= 3 and seen.is_bounded
    if seen.is_bracketed:
        return seen.inside >= 1
    if seen.is_bounded:
        return seen.inside >= 2 and seen.lefts >= 2 and seen.rights >= 2
    return seen.inside >= 4 and seen.lefts >= 3 and seen.rights >= 3


def _find_unnamed(text: str) -> str | None:
    seams = [match.start() for match in _SEAM.finditer(text) if _is_seam(text, match.start())]
    if not 2 <= len(seams) <= MAX_SEAMS:
        return _find_bracketed(text) if seams else None
    tails = sorted(match[0] for at in seams if (match := _PHRASE.match(text, at, at + MAX_PHRASE)))
    shared = Counter(
        phrase
        for one, other in pairwise(tails)
        for phrase in _endings(_common_beginning(one, other))
    )
    for phrase, _ in sorted(shared.items(), key=lambda item: (-item[1], -len(item[0]), item[0])):
        seen = _attest(text, phrase)
        if seen.glued * 4 >= len(seams) and _is_injected(phrase, seen):
            return phrase
    return _find_bracketed(text)


def _find_bracketed(text: str) -> str | None:
    """A phrase that leads lines in brackets, where it also stands inside a word."""
    if "[" not in text and "【" not in text:
        return None
    for match in re.finditer(r"(?m)^\s*[\[【]([^\[\]【】\n]{4,60})[\]】]", text):
        phrase = match[1].strip()
        if _PHRASE.fullmatch(phrase) and _is_injected(phrase, _attest(text, phrase)):
            return phrase
    return None


def _endings(prefix: str) -> list[str]:
    """What may be the phrase in the common beginning of two occurrences: all, or whole words."""
    match = _PHRASE.match(prefix)
    if match is None:
        return []
    words = match[0].split(" ")
    phrases = (" ".join(words[:count]) for count in range(1, len(words) + 1))
    return [phrase for phrase in phrases if len(phrase) >= 4]


def _common_beginning(one: str, other: str) -> str:
    length = min(len(one), len(other))
    at = next((at for at in range(length) if one[at] != other[at]), length)
    return one[:at]


def _is_seam(text: str, at: int) -> bool:
    return text[at - 1].islower() and text[at].isupper()


def _attest(text: str, phrase: str) -> _Attested:
    lefts: set[str] = set()
    rights: set[str] = set()
    inside = glued = 0
    is_bounded = False
    for start, end in _occurrences(text, phrase):
        before, after = text[start - 1 : start], text[end : end + 1]
        is_bounded |= not after.isalpha()
        if not before.islower():
            continue
        glued += 1
        left = _LAST_LETTERS.search(text, max(0, start - 30), start)
        lefts.add(left[0].lower() if left else before)
        if after.islower():
            inside += 1
            rights.add(after)
    is_bracketed = ("[" in text or "【" in text) and bool(
        re.search(rf"(?m)^\s*[\[【]\s*{_literal(phrase)}\s*[\]】]", text)
    )
    return _Attested(inside, len(lefts), len(rights), is_bounded, is_bracketed, glued)


def _occurrences(text: str, phrase: str) -> Iterator[tuple[int, int]]:
    """Where a phrase stands; no pattern is compiled for the name of each site."""
    plain = text.replace("\u00a0", " ")
    wanted = " ".join(phrase.split())
    start = plain.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        yield start, end
        start = plain.find(wanted, end)


def _is_out_of_place(text: str, match: re.Match[str], whole: str, *, is_unspaced: bool) -> bool:
    start, end = match.span()
    if is_unspaced:
        around = text[start - 1 : start] + text[end : end + 1]
        return any(map(str.isalnum, around)) and not insertion.is_mentioned(text, start, end)
    return _is_glued(text, match) or insertion.stands_between_sentences(
        text, start, end, within=whole
    )


def _is_glued(text: str, match: re.Match[str]) -> bool:
    """Whether an occurrence of an injected phrase is one that no writer typed."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    if _is_cased(before) or (before.isdigit() and before.isascii()):
        return True
    if before and before in ".,;:!?…":
        return True
    if not _is_cased(after):
        return False
    if not after.islower():
        return True
    # "the World Timesthat": a word follows; "World Timeses" may be a word of its own, "s" is a plural
    right = _WORD.match(text, match.end())
    if right is None or len(right[0]) == 1:
        return False
    return re.search(rf"(?<!\w){right[0]}(?!\w)", text) is not None


def _is_cased(char: str) -> bool:
    return char.islower() or char.isupper()
