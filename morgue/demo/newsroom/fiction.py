"""Writes the newsroom's stories: the same seed and key give the same words, other keys other words.

Knows how a story is built. Must not know outlets, markup or time.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from morgue.demo.newsroom.dice import between, pick, roll_for
from morgue.demo.newsroom.grammar import Grammar, Roll
from morgue.demo.newsroom.words_abroad import CHINESE, GERMAN
from morgue.demo.newsroom.words_coast import BUSINESS, CULTURE, HARBOUR, SPORT, TRANSPORT
from morgue.demo.newsroom.words_inland import COUNCIL, FARMING, HEALTH, SCHOOLS, WEATHER
from morgue.demo.newsroom.words_shared import SHARED

TOPICS: Final = {
    "harbour": HARBOUR,
    "transport": TRANSPORT,
    "business": BUSINESS,
    "sport": SPORT,
    "culture": CULTURE,
    "council": COUNCIL,
    "farming": FARMING,
    "schools": SCHOOLS,
    "weather": WEATHER,
    "health": HEALTH,
}

_PARAGRAPHS: Final = (
    ("quote1",),
    ("context", "context"),
    ("context", "context", "context"),
    ("quote2",),
    ("context", "quote1again"),
    ("quote1again", "context", "context"),
    ("street_voice",),
    ("context", "street_voice"),
    ("quote2", "context"),
    ("quote1again", "quote2"),
)
# What headline, standfirst and first paragraph have in common, whichever draft.
_SUBJECT: Final = (
    ("trouble", "n", "unit"),
    ("trouble", "n", "big", "small", "unit", "person", "money", "span", "plan", "people", "when"),
)
_SENTENCE_START: Final = re.compile(r"(^|[.?!]”? |[“„])([a-zäöü])")
_ENDS: Final = (".", "?", "!", "”", "“", "。")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a story: what its caption says, and whose it is."""

    name: str
    caption: str
    credit: str


@dataclass(frozen=True, slots=True)
class Text:
    """One state of a story: what a careful reader would say that its page says."""

    title: str
    standfirst: str
    paragraphs: tuple[str, ...]
    pictures: tuple[Picture, ...]
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    language: str


@cache
def _grammar(topic: str, language: str) -> Grammar:
    if language == "de":
        return Grammar(GERMAN)
    if language == "zh":
        return Grammar(CHINESE)
    return Grammar(SHARED, TOPICS[topic])


def _sentence(words: str) -> str:
    ended = words if words.endswith(_ENDS) else words + "."
    return _SENTENCE_START.sub(lambda found: found[1] + found[2].upper(), ended)


class Writer:
    """One story's author: keeps to the same people, places and subject in all that it writes.

    The story is named by its key; words=0 lets it choose its length, from 300 to 900.
    """

    def __init__(
        self, *key: object, topic: str, paper: str, language: str = "en", words: int = 0
    ) -> None:
        self._key = key
        self._grammar = _grammar(topic, language)
        self._language = language
        self._topic = topic
        roll = roll_for(*key, "cast")
        self._words = words or between(roll, 300, 860)
        self._bound: dict[str, str] = {"paper": paper}
        cast: list[tuple[str, str]] = [("town", "anytown")]
        for person in ("p1", "p2"):
            cast += [
                (f"{person}first", "first"),
                (f"{person}last", "last"),
                (f"{person}role", "role"),
            ]
        cast += [("org1", "org"), ("org2", "org"), ("thing1", "thing")]
        for name, symbol in cast:
            self._bound[name] = self._grow(symbol, roll)
        while self._bound["org2"] == self._bound["org1"]:
            self._bound["org2"] = self._grow("org", roll)
        for person in ("p1", "p2"):
            names = (self._bound[f"{person}first"], self._bound[f"{person}last"])
            self._bound[person] = "".join(reversed(names)) if language == "zh" else " ".join(names)
        self._subject = self._bound | {
            symbol: self._grow(symbol, roll) for symbol in _SUBJECT[language == "en"]
        }

    def _grow(self, symbol: str, roll: Roll) -> str:
        return self._grammar.grow(symbol, roll=roll, bound=self._bound)

    def _grow_subject(self, symbol: str, roll: Roll) -> str:
        return self._grammar.grow(symbol, roll=roll, bound=self._subject)

    def _roll(self, *salt: object) -> Roll:
        return roll_for(*self._key, *salt)

    def headline(self, *, draft: int = 0) -> str:
        """A headline; each draft is another one for the same story."""
        roll = self._roll("headline", draft)
        if self._language != "en":
            return _capital(self._grow_subject("headline", roll))
        words = self._grow_subject("head" if roll() < 0.6 else "head_any", roll)
        return _capital(words)

    def standfirst(self, *, draft: int = 0) -> str:
        """One sentence below the headline."""
        return _sentence(self._grow_subject("standfirst", self._roll("standfirst", draft)))

    def paragraph(self, *salt: object) -> str:
        """A paragraph for the middle of the story."""
        roll = self._roll("paragraph", *salt)
        if self._language != "en":
            return self._foreign(roll)
        return self._english(pick(roll, _PARAGRAPHS), roll)

    def quote(self, *salt: object) -> str:
        """A paragraph in which somebody speaks."""
        roll = self._roll("quote", *salt)
        if self._language != "en":
            return self._foreign(roll)
        return self._english(pick(roll, (("quote1",), ("quote2",))), roll)

    def sentence(self, *salt: object) -> str:
        """One more sentence."""
        roll = self._roll("sentence", *salt)
        return _sentence(self._grow("context" if self._language == "en" else "sentence", roll))

    def comments(self, number: int) -> tuple[tuple[str, str], ...]:
        """Readers' names and opinions."""
        roll = self._roll("comments")
        return tuple(
            (self._grow("person", roll), _sentence(self._grow("comment", roll)))
            for _ in range(number)
        )

    def story(self) -> Text:
        """The story as it was first written."""
        roll = self._roll("story")
        spaced = self._language != "zh"
        body = [_sentence(self._grow_subject("lead", roll))]
        length = _length(body[0], spaced=spaced)
        while length < self._words:
            paragraph = (
                self._english(pick(roll, _PARAGRAPHS), roll)
                if self._language == "en"
                else self._foreign(roll)
            )
            body.append(paragraph)
            length += _length(paragraph, spaced=spaced)
        if self._language == "en":
            body.append(self._english(("next",), roll))
        return Text(
            title=self.headline(),
            standfirst=self.standfirst(),
            paragraphs=tuple(body),
            pictures=self._pictures(roll),
            authors=self._authors(roll),
            tags=self._tags(),
            language=self._language,
        )

    def _english(self, symbols: tuple[str, ...], roll: Roll) -> str:
        return " ".join([_sentence(self._grow(symbol, roll)) for symbol in symbols])

    def _foreign(self, roll: Roll) -> str:
        joint = "" if self._language == "zh" else " "
        return joint.join(
            [_sentence(self._grow("sentence", roll)) for _ in range(between(roll, 2, 4))]
        )

    def _pictures(self, roll: Roll) -> tuple[Picture, ...]:
        return tuple(
            Picture(
                name=f"{int(roll() * 16**10):010x}",
                caption=_capital(self._grow("caption", roll)),
                credit=self._grow("person", roll),
            )
            for _ in range(pick(roll, (0, 1, 1, 1, 2)))
        )

    def _authors(self, roll: Roll) -> tuple[str, ...]:
        authors = [self._grow("person", roll) for _ in range(pick(roll, (1, 1, 1, 2)))]
        return tuple(dict.fromkeys(authors))

    def _tags(self) -> tuple[str, ...]:
        town, org = self._bound["town"], self._bound["org1"]
        return (town, _capital(org.removeprefix("the ")), self._topic)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _length(words: str, *, spaced: bool) -> int:
    """Words; in scripts without spaces, two characters count as one."""
    return words.count(" ") + 1 if spaced else len(words) // 2
