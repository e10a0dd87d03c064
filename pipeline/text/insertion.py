"""A phrase that stands again and again where no writer puts one: inside words, or between sentences.

Knows how a repeat that was put into a text differs from one that was written. Must not know names, cases or markup.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from pipeline.text import align, words

_Groups: TypeAlias = dict[tuple[str, ...], list[tuple[str, str]]]

LONGEST = 80
"""Characters of the longest phrase looked for."""

_LONGEST_TEXT = 30_000  # characters looked at
_MOST_REPEATS = 400
_OFTEN = 3
_SEED = 8  # characters by which what follows sentences is told to be the same
_SEED_UNSPACED = 3
_GLUE = 3  # characters of the phrase that a split word shows on either side
_MOST_WORDS = 6
_WORD = re.compile(r"[^\W\d_]+")
_HOST = re.compile(  # not from within a run of letters: a long one would be read again from each of them
    r"(?:https?://|www\.|(?<![a-z0-9-])[a-z0-9-]{3,}\.(?:com|net|org|info|news|[a-z]{2}))",
    re.IGNORECASE,
)
_WEB = re.compile(r"https?://|www\.", re.IGNORECASE)
_BARE_HOST = re.compile(
    r"(?:https?://|www\.)?[\w.-]{3,}\.(?:com|net|org|info|news|[a-z]{2})", re.IGNORECASE
)
_WHOLE_HOST = re.compile(rf"(?:{_HOST.pattern})(?![\w(])", re.IGNORECASE)
_SENTENCE_BREAK = re.compile(r"[.!?…][\"'”’»)\]]{0,3}[ \u00a0]{0,2}(?=\w)")
_SENTENCE_END = re.compile(r"(?:[.!?…][\"'”’»)\]]{0,3}|\n)[ \u00a0]{0,2}$")
_NEXT_SENTENCE = re.compile(r"[ \u00a0]{0,2}(?:(?P<word>[^\W\d_]+)|[\"'“„«(\d])")
_ALPHABETIC_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_KANA = re.compile("[\u3040-\u30ff]")
_SHORTEST_WORD = 4
_EDGES = " \u00a0\n\t.,;:!?…。，、；：！？\"'“”‘’«»„()（）[]【】—–-|/"


def find(text: str, *, names: Iterable[str] = ()) -> str | None:
    """The phrase put into a text, told by nothing but the text; None where no repeat must be one.

    `names` are the site's own: a slogan with one of them in it is believed on less evidence.
    """
    text = text[:_LONGEST_TEXT]
    if words.is_unspaced(text[:2000]):
        near = _Neighbours(text)
        return next((phrase for phrase in _repeats(text) if _splits(text, phrase, near)), None)
    return _inside_words(text) or _between_sentences(text, names)


# --- inside words ----------------------------------------------------------------------------------------------------


def _inside_words(text: str) -> str | None:
    """What splits words: the pieces around it occur nowhere else, but put together they do.

    "laharbour postrge": neither "laharbour" nor "postrge" occurs again, the same letters meet in other places where
    words meet that do not occur again either, and "large" stands elsewhere in the text.
    """
    tokens = text.split()
    counts = Counter(tokens)
    alone = [token for token in tokens if counts[token] == 1]
    groups = _hosts_among(alone) | _pairs_alike(tokens, alone)
    known: frozenset[str] = frozenset()
    for key, pairs in groups.items():
        if len(pairs) < _OFTEN:
            continue
        known = known or frozenset(_WORD.findall(text.lower()))
        if phrase := _split(key, pairs, known):
            return phrase
    return None


def _hosts_among(alone: Sequence[str]) -> _Groups:
    """Tokens with a host's name in them, by its end."""
    groups: _Groups = {}
    for token in alone:
        if "." in token and "." in token[1:-1] and (match := _host_in(token)):
            groups.setdefault(("", match[0][-6:]), []).append((token, ""))
    return groups


def _pairs_alike(tokens: Sequence[str], alone: Sequence[str]) -> _Groups:
    """Pairs of neighbours among those alone, by how the first ends, the second begins, and what is between."""
    ends = [token[-_GLUE:] for token in alone]
    starts = [token[:_GLUE] for token in alone]
    seams = Counter(zip(ends, starts[1:], strict=False))
    groups: _Groups = {}
    if max(seams.values(), default=0) < _OFTEN:  # as in most texts
        return groups
    wanted = frozenset(alone)
    places = [at for at, token in enumerate(tokens) if token in wanted]
    for at, end in pairwise(places):
        first, last = tokens[at], tokens[end]
        if end - at < _MOST_WORDS and len(first) > _GLUE and len(last) > _GLUE:
            if seams[first[-_GLUE:], last[:_GLUE]] < _OFTEN:
                continue
            key = (first[-_GLUE:], *tokens[at + 1 : end], last[:_GLUE])
            groups.setdefault(key, []).append((first, last))
    return groups


def _split(
    key: tuple[str, ...], pairs: Sequence[tuple[str, str]], known: Container[str]
) -> str | None:
    """The phrase between these pairs of tokens, where it splits words."""
    if key[0]:
        tail = _common_end([first for first, _ in pairs])
        head = _common_start([last for _, last in pairs])
        phrase = " ".join((tail, *key[1:-1], head))
        around = [(first[: -len(tail)], last[len(head) :]) for first, last in pairs]
    else:
        phrase = _longest_common([first for first, _ in pairs])
        around = [first.partition(phrase)[::2] for first, _ in pairs] if phrase else []
    if sum(map(str.isalnum, phrase)) < 5 or len(phrase) > LONGEST:
        return None
    around = [
        (left, right) for left, right in around if left[-1:].isalpha() and right[:1].isalpha()
    ]
    lefts, rights = {left for left, _ in around}, {right for _, right in around}
    if len(around) < _OFTEN or len(lefts) < 2 or len(rights) < 2:
        return None
    if not key[0]:  # a host's name with letters on both sides
        return phrase if _BARE_HOST.fullmatch(phrase) else None
    joined = {
        f"{_WORD.findall(left)[-1]}{_WORD.findall(right)[0]}".lower() for left, right in around
    }
    whole = {word for word in joined if len(word) >= _SHORTEST_WORD and word in known}
    return phrase if 4 * len(whole) >= len(around) else None


def _common_start(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    size = next((at for at, char in enumerate(first) if last[at : at + 1] != char), len(first))
    return first[:size]


def _common_end(texts: Sequence[str]) -> str:
    return _common_start([text[::-1] for text in texts])[::-1]


def _host_in(token: str) -> re.Match[str] | None:
    return _WEB.search(token) or _HOST.search(token)


def _longest_common(texts: Sequence[str]) -> str:
    """The longest string that all of these hold, of those that begin at a host's name."""
    match = _host_in(texts[0])
    if match is None:
        return ""
    start = next(
        (
            at
            for at in range(match.end())
            if all(texts[0][at : match.end()] in text for text in texts)
        ),
        match.end(),
    )
    tails = [text.partition(texts[0][start : match.end()])[2] for text in texts]
    return texts[0][start : match.end()] + _common_start(tails) if start < match.end() else ""


# --- between sentences -----------------------------------------------------------------------------------------------


def _between_sentences(text: str, names: Iterable[str]) -> str | None:
    """What stands between the sentences of paragraphs again and again without being one."""
    starts = [match.end() for match in _SENTENCE_BREAK.finditer(text)]
    if len(starts) < _OFTEN:
        return None
    for seed, count in Counter(text[at : at + _SEED] for at in starts).items():
        if count < _OFTEN or len(seed) < _SEED or "\n" in seed:
            continue
        common = _common_start(
            [text[at : at + LONGEST] for at in starts if text.startswith(seed, at)]
        )
        phrase = common[: _last_break(common)].rstrip(_EDGES)
        is_own = bool(_WHOLE_HOST.search(phrase)) or any(name in phrase for name in names)
        if (" " in phrase or is_own) and _is_no_beginning(text, phrase, is_own=is_own):
            return phrase
    return None


def is_usual_beginning(text: str, word: str) -> bool:
    """Whether a word begins sentences in this text and is no name: "The", "He", not "Minister"."""
    if not _has_word(text, word):
        return False
    begins = re.compile(
        rf"(?:^|[.!?…])[\"'“”’»)\]]{{0,3}}[ \u00a0]{{0,2}}{re.escape(word)}(?!\w)",
        re.MULTILINE,
    )
    return begins.search(text) is not None


def _last_break(common: str) -> int:
    """Where the last whole word of the common beginning ends."""
    match = re.search(r"[^\w]\w*$", common)
    return match.start() if match else 0


def _is_no_beginning(text: str, phrase: str, *, is_own: bool) -> bool:
    """Whether sentences begin right after the phrase, with words that are not capital of themselves."""
    following = _following(text, phrase)
    if following is None:
        return False
    # "Foreign Minister Lund", "Mr. Holm": what comes after a title is not what sentences begin with
    is_usual = _has_word if is_own else is_usual_beginning
    usual = sum(is_usual(text, word) for word in following)
    return len(following) >= _OFTEN and usual >= 2 and 2 * usual >= len(following)


def _following(text: str, phrase: str) -> set[str] | None:
    """The words that begin sentences right after the phrase; None where it does not always stand between sentences."""
    following: set[str] = set()
    for at in _places(text, phrase):
        match = _NEXT_SENTENCE.match(text, at + len(phrase))
        if at and not _SENTENCE_END.search(text, max(0, at - 6), at):
            return None
        if match is None or (match["word"] and not match["word"][0].isupper()):
            return None
        if match["word"]:
            following.add(match["word"])
    return following


def _has_word(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", text) is not None


# --- between characters ----------------------------------------------------------------------------------------------


def _repeats(text: str) -> Iterator[str]:
    """The longest strings that occur several times, each once; those that occur most often first."""
    size = _SEED_UNSPACED
    grams = [text[at : at + size] for at in range(len(text) - size + 1)]
    often = {gram: count for gram, count in Counter(grams).items() if count >= _OFTEN}
    found: dict[str, int] = {}
    for gram, count in often.items():
        at = text.find(gram)
        if at and often.get(grams[at - 1]) == count:
            continue  # always after the same character: part of a longer repeat
        end = at
        while end + 1 < len(grams) and end - at < LONGEST and often.get(grams[end + 1]) == count:
            end += 1
        if end - at < LONGEST:
            found[text[at : end + size]] = count
        if len(found) > _MOST_REPEATS:
            break
    yield from sorted(found, key=lambda repeat: (-found[repeat], -len(repeat), repeat))


def _places(text: str, phrase: str) -> Iterator[int]:
    at = text.find(phrase)
    while at >= 0:
        yield at
        at = text.find(phrase, at + len(phrase))


class _Neighbours:
    """Which characters follow each other in a text: looked up, as every place of every repeat is asked about."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._runs: dict[int, frozenset[str]] = {}

    def have(self, run: str) -> bool:
        """Whether the text has this run of a few characters."""
        size = len(run)
        runs = self._runs.get(size)
        if runs is None:
            text = self._text
            runs = frozenset([text[at : at + size] for at in range(len(text) - size + 1)])
            self._runs[size] = runs
        return run in runs


def splits_characters(text: str, phrase: str) -> bool:
    """Whether the characters around a repeat follow each other elsewhere, as those of split words do."""
    return _splits(text, phrase, _Neighbours(text))


def _splits(text: str, phrase: str, near: _Neighbours) -> bool:
    if not (phrase[0].isalpha() and phrase[-1].isalnum()):
        return False
    places = list(_places(text, phrase))
    joined: set[str] = set()
    hits = 0
    for at in places:
        end = at + len(phrase)
        left, right = text[max(0, at - 2) : at], text[end : end + 2]
        pairs = _pairs(left, right)
        if any(map(near.have, pairs)):
            hits += 1
            joined.update(pairs)
    return hits >= _OFTEN and len(joined) >= _OFTEN and hits * 5 >= 2 * len(places)


def _pairs(left: str, right: str) -> list[str]:
    """What must follow each other elsewhere: more characters in scripts that have few."""
    if not (left and right and left[-1].isalpha() and right[0].isalpha()):
        return []
    if _ALPHABETIC_UNSPACED.search(left[-1] + right[0]):
        return [left + right] if len(left) == len(right) == 2 else []
    if _KANA.search(left[-1] + right[0]):
        return [both for both in (left + right[0], left[-1] + right) if len(both) == 3]
    return [left[-1] + right[0]]


_QUOTED = ("《", "“", "「", "『", "〈", "(", "（", "据", "據", "告诉", "告訴", "对", "對")
_SAYING = ("》", "”", "」", "』", "〉", ")", "）", "记者", "記者", "报道", "報導", "讯", "訊")


def is_mentioned(text: str, start: int, end: int) -> bool:
    """Whether an occurrence in an unspaced script stands where texts name a paper: quoted, or with its reporter."""
    return text[:start].endswith(_QUOTED) or text.startswith(_SAYING, end)


def stands_between_sentences(text: str, start: int, end: int, *, within: str) -> bool:
    """Whether a sentence ends before an occurrence and a new one begins right after it."""
    if start and not _SENTENCE_END.search(text, max(0, start - 6), start):
        return False
    match = _NEXT_SENTENCE.match(text, end)
    if match is None or (match["word"] and not match["word"][0].isupper()):
        return False
    if match["word"] and is_usual_beginning(within, match["word"]):
        return True
    phrase = text[start:end]
    return within.count(phrase) >= _OFTEN and _following(within, phrase) is not None


def against(text: str, original: str) -> str | None:
    """The phrase that a copy has again and again where its original has nothing; None where there is none.

    Found by alignment, so in any script and at any place: true mentions stand in the original too.
    """
    text, original = text[:_LONGEST_TEXT], original[:_LONGEST_TEXT]
    counts: Counter[str] = Counter()
    for span in align.spans(original, text):
        if not span.is_same and span.old_from == span.old_to:
            counts.update(_shifted(text, span.new_from, span.new_to))
    best = max(counts, key=lambda phrase: (counts[phrase], _tidiness(phrase), phrase), default=None)
    if best is None or counts[best] < _OFTEN:
        return None
    more = text.count(best) - original.count(best)
    return best if 2 * more >= counts[best] else None


def _shifted(text: str, start: int, end: int) -> set[str]:
    """What may have been inserted: "abXa|" and "|aXab" are the same text."""
    size = end - start
    if not 2 <= size <= LONGEST:
        return set()
    found = {text[start:end]}
    low = start
    while low > 0 and start - low < size and text[low - 1] == text[low - 1 + size]:
        low -= 1
        found.add(text[low : low + size])
    high = start
    while high + size < len(text) and high - start < size and text[high] == text[high + size]:
        high += 1
        found.add(text[high : high + size])
    return {
        stripped
        for one in found
        if len(stripped := one.strip()) > 1 and any(map(str.isalpha, stripped))
    }


def _tidiness(phrase: str) -> int:
    """How well it begins and ends, among the shifts of one phrase."""
    return 2 * phrase[0].isupper() + phrase[0].isalnum() + phrase[-1].isalnum()
