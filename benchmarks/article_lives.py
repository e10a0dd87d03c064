"""Lives of articles on sites with different habits, look by look, with the truth of which look shows which article.

Made from a seed alone. Knows how publishers rename, move, copy and repeat; knows nothing of how they are recognised.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Literal

from pipeline.reading import StatedMoment

START = datetime(2026, 1, 5, 6, tzinfo=UTC)
REUSED_AFTER = 60
"""Articles after which a site that numbers its feed items begins again."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How a site names its pages, and what it says of them."""

    name: str
    address: Literal["slug", "dated", "id and slug", "?id=", "?p="]
    guid: Literal["own", "url", "one", "none", "reused", "sometimes"]
    canonical: Literal["self", "none", "section", "no query", "front", "stale", "first"]
    redirects: bool
    dates: Literal["minute", "day", "none", "bumped"]
    port: int | None = None  # in its URLs

    @property
    def origin(self) -> str:
        """Where its pages are."""
        return f"https://www.{self.host}"

    @property
    def host(self) -> str:
        """Its name, without www."""
        return f"{self.name}.example" + (f":{self.port}" if self.port else "")


HABITS = (
    Habit("ledger", "slug", "own", "self", redirects=True, dates="minute"),
    Habit("courier", "dated", "url", "self", redirects=True, dates="minute"),
    Habit("beacon", "id and slug", "own", "none", redirects=False, dates="minute"),
    Habit("herald", "slug", "one", "section", redirects=True, dates="day"),
    Habit("gazette", "?id=", "none", "no query", redirects=False, dates="minute"),
    Habit("pilot", "?p=", "own", "self", redirects=True, dates="bumped"),
    Habit("mercury", "dated", "reused", "none", redirects=True, dates="minute"),
    Habit("tribune", "id and slug", "url", "stale", redirects=False, dates="minute"),
    Habit("monitor", "slug", "sometimes", "front", redirects=False, dates="minute"),
    Habit("examiner", "dated", "one", "first", redirects=True, dates="bumped"),
    Habit("chronicle", "?id=", "one", "self", redirects=True, dates="none"),
    Habit("sentinel", "slug", "own", "section", redirects=False, dates="day"),
    Habit("argus", "slug", "none", "self", redirects=False, dates="minute", port=45129),
    Habit("standard", "dated", "url", "none", redirects=True, dates="day", port=8080),
)

KINDS = {
    "steady": 20,
    "forms": 16,
    "renamed": 20,
    "corrected": 5,
    "republished": 9,
    "developing": 8,
    "column": 3,
    "template": 4,
    "subjects": 4,
    "batch": 3,
    "live": 3,
    "series": 2,
    "boilerplate": 2,
    "pictures": 2,
}
"""What becomes of articles, and how often; from "column" on they come in groups that are not one."""

SECTIONS = ("world", "politics", "sport", "culture", "economy")


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at one URL shows."""

    life: str  # the truth: looks of one life show one article
    kind: str  # of the life
    at: datetime
    url: str
    answered: str | None  # None: as asked
    guid: str | None  # that the site's feed gives the URL
    canonical: str | None
    title: str
    text: str  # a paragraph a line
    published: StatedMoment | None
    found: datetime  # when a source first listed the URL


def looks(habit: Habit, *, seed: int, count: int) -> list[Look]:
    """The looks at a site with so many articles, in the order of their moments."""
    press = _Press(habit, random.Random(f"{seed} {habit.name}"))
    press.run(count)
    return sorted(press.looks, key=lambda look: look.at)


@dataclass(slots=True)
class _Story:
    """An article as it stands now."""

    life: str
    kind: str
    number: int
    section: str
    title: str
    paragraphs: list[str]
    at: datetime  # now
    published: datetime
    slug: str = ""
    listed: datetime | None = None  # with others; by itself: when it is looked at
    guid: str | None = None
    first_url: str = ""

    def __post_init__(self) -> None:
        self.slug = self.slug or _slug(self.title)


@dataclass
class _Press:
    """A site's newsroom: writes articles by its habits, and is looked at."""

    habit: Habit
    dice: random.Random
    looks: list[Look] = field(default_factory=list)
    lives: int = 0
    number: int = 0
    at: datetime = START
    subject: str = ""  # of a pattern that is being filled in
    firsts: dict[str, str] = field(default_factory=dict)  # by section, the URL of its first article

    def __post_init__(self) -> None:
        letters = "aaabcdeeefghiijklmnooprstuuvw"
        words = {
            "".join(self.dice.choices(letters, k=self.dice.randint(3, 9))) for _ in range(3000)
        }
        self.words = sorted(words)
        self.weights = [*accumulate(1 / (rank + 3) for rank in range(len(self.words)))]
        self.dice.shuffle(self.words)
        self.names = [word.title() for word in self.dice.sample(self.words, 400)]

    def run(self, count: int) -> None:
        kinds, weights = zip(*KINDS.items(), strict=True)
        while self.lives < count:
            (kind,) = self.dice.choices(kinds, weights)
            self.at += timedelta(minutes=self.dice.randint(20, 400))
            getattr(self, f"_{kind}")()

    # one article each

    def _steady(self) -> None:
        story = self._story("steady")
        self._look(story)
        for _ in range(self.dice.randint(1, 3)):
            self._later(story)
            if self.dice.random() < 0.6:
                self._edit(story)
            self._look(story)

    def _corrected(self) -> None:
        story = self._story("corrected")
        self._look(story)
        self._later(story)
        story.title = self._headline()
        self._look(story)

    def _forms(self) -> None:
        story = self._story("forms")
        host = self.habit.host
        plain = self._url(story)
        joint = "&" if "?" in plain else "?"
        bare = plain.partition("://")[2].removeprefix("www.")
        forms = [
            f"http://{bare}",
            f"https://m.{bare}",
            f"{plain}{joint}utm_source=feed&utm_medium=rss#top",
            f"{plain}{joint}amp=1" if "?" in plain else f"{plain}/amp",
            f"{plain}{joint}fbclid=abc{story.number}",
            f"{plain}{joint}print=1",
        ]
        self._look(story)
        for form in self.dice.sample(forms, self.dice.randint(1, 3)):
            self._later(story)
            if self.dice.random() < 0.4:
                self._edit(story)
            self._look(story, asked=form, is_redirected=False)
        if (
            self.dice.random() < 0.5
        ):  # a page for paper under a path of its own, with more in its title
            self._later(story)
            paper = replace(story, title=f"{story.title} - print version")
            address = f"https://{host}/print/{story.number}"
            self._look(paper, asked=address, is_redirected=False, has_guid=False)

    def _renamed(self) -> None:
        story = self._story("renamed")
        old = self._url(story)
        self._look(story)
        self._later(story)
        self._edit(story, heavily=self.dice.random() < 0.04)
        if self.dice.random() < 0.6:
            story.title = self._retitled(story.title)
        self._rename(story)
        if self.habit.redirects:
            self._look(story, asked=old)
            if self.dice.random() < 0.6:
                self._later(story)
                self._look(story)
        else:
            self._look(story)
        if self.dice.random() < 0.5:
            self._later(story)
            self._edit(story)
            self._look(story)

    def _developing(self) -> None:
        """Tolls rise, headline and slug follow."""
        story = self._story("developing")
        for step in range(self.dice.randint(2, 3)):
            old = self._url(story)
            if step:
                self._later(story)
                self._raise_numbers(story)
                self._edit(story)
                story.title = f"{story.title.rpartition(' ')[0]} {self.dice.randint(20, 900)}"
                self._rename(story)
            else:
                story.title += f" {self.dice.randint(2, 19)}"
                story.slug = _slug(story.title)
                old = self._url(story)
            self._look(story, asked=old if self.habit.redirects else None)
        if self.habit.redirects:
            self._later(story)
            self._look(story)

    def _republished(self) -> None:
        story = self._story("republished", least=120)
        self._look(story)
        again = replace(story, paragraphs=list(story.paragraphs))
        again.at += timedelta(days=self.dice.randint(2, 60))
        self.number += 1
        again.number = self.number
        again.guid = None
        again.section = self.dice.choice(SECTIONS)
        if self.dice.random() < 0.5:
            again.slug = _slug(again.title) + "-" + self.dice.choice(self.words)
        if self.dice.random() < 0.4:
            self._edit(again)
        if self.dice.random() < 0.4:
            again.published = again.at - timedelta(minutes=30)
        self._look(again)
        if self.dice.random() < 0.5:
            story.at = again.at + timedelta(hours=3)
            self._look(story)

    # several articles that are not one

    def _column(self) -> None:
        title = self._headline()
        section = self.dice.choice(SECTIONS)
        for story in self._issues("column", 4, days=self.dice.choice([1, 7])):
            story.title, story.slug, story.section = (
                title,
                f"{_slug(title)}-{story.number}",
                section,
            )
            self._look(story)

    def _template(self) -> None:
        """Agency texts of different events: the same words around other numbers and names."""
        sentences = [
            self._sentence(slots=self.dice.choice([0, 1, 1, 2]))
            for _ in range(self.dice.randint(6, 22))
        ]
        headline = self._headline(words=4)
        has_numbers = self.dice.random() < 0.7
        section = self.dice.choice(SECTIONS)
        for story in self._issues("template", 4, days=self.dice.choice([0, 1, 1, 7])):
            place, size = self.dice.choice(self.names), self.dice.randint(2, 99)
            story.title = f"{headline} {size} {place}" if has_numbers else headline
            story.slug, story.section = f"{_slug(story.title)}-{story.number}", section
            filled = [self._filled(sentence) for sentence in sentences]
            story.paragraphs = _paragraphs(filled)
            self._look(story)

    def _subjects(self) -> None:
        """One pattern filled with one subject after the other: "What the bridge needs", "What the granary needs"."""
        sentences = [
            self._sentence(slots=self.dice.choice([0, 1, 1]), slot="%")
            for _ in range(self.dice.randint(6, 16))
        ]
        before, after = self.dice.choice(
            [("What the", "needs"), ("How the", "was built"), ("The", "of the lower town")]
        )
        section = self.dice.choice(SECTIONS)
        subjects = iter(self.dice.sample(self.words, 3))
        for story in self._issues("subjects", 3, days=self.dice.choice([0, 1, 7])):
            self.subject = next(subjects)
            story.title = f"{before} {self.subject} {after}"
            story.slug, story.section = _slug(story.title), section
            story.paragraphs = _paragraphs([self._filled(sentence) for sentence in sentences])
            self._look(story)

    def _batch(self) -> None:
        """Results, lots, districts: one pattern filled several times, published in one minute and listed at once."""
        is_named = self.dice.random() < 0.7
        slots = self.dice.choice([[0, 0, 1, 2], [0] * 9 + [1]])  # full of facts, or a form letter
        sentences = [
            self._sentence(slots=self.dice.choice(slots), slot="##@" if is_named else "#")
            for _ in range(self.dice.randint(6, 22))
        ]
        headline = self._headline(words=4)
        section = self.dice.choice(SECTIONS)
        published = listed = None
        numbers = iter(self.dice.sample(range(2, 99), 4))
        for story in self._issues("batch", 4, days=0):
            published, listed = published or story.published, listed or story.at
            story.published, story.listed = published, listed
            story.title = f"{headline} {next(numbers)}"
            if is_named:
                story.title += f" {self.dice.choice(self.names)}"
            story.slug, story.section = f"{_slug(story.title)}-{story.number}", section
            story.paragraphs = _paragraphs([self._filled(sentence) for sentence in sentences])
            self._look(story)

    def _live(self) -> None:
        title, background = f"{self._headline(words=4)}: live", self._text(60)
        is_counted = self.dice.random() < 0.5
        leads_on = self.habit.redirects and self.dice.random() < 0.3
        before = None
        for day, story in enumerate(self._issues("live", 3, days=1), start=1):
            story.title = f"{title}, day {day}" if is_counted else title
            story.slug = f"{_slug(title)}-{story.number}"
            story.paragraphs = [*story.paragraphs, *background]
            if before is not None and leads_on:  # yesterday's address leads to today's blog
                self._look(story, asked=before)
            self._look(story)
            before = self._url(story)

    def _series(self) -> None:
        title, box = self._headline(), self._text(40)
        for part, story in enumerate(
            self._issues("series", 3, days=self.dice.choice([0, 1, 7])), start=1
        ):
            story.title = f"{title}, part {part}"
            story.slug = f"{_slug(title)}-part-{part}-{story.number}"
            story.paragraphs = [*story.paragraphs, *box]
            self._look(story)

    def _boilerplate(self) -> None:
        """A podcast's page: each issue says the same, under the same title."""
        title, text = (
            f"The {self._headline(words=2)} podcast",
            self._text(self.dice.randint(35, 110)),
        )
        for story in self._issues("boilerplate", 3, days=self.dice.choice([1, 7])):
            story.title, story.paragraphs = title, list(text)
            story.slug = f"{_slug(title)}-{story.number}"
            self._look(story)

    def _pictures(self) -> None:
        title = self._headline(words=3)
        for story in self._issues("pictures", 3, days=1):
            story.title, story.paragraphs = title, ["See the pictures of today."]
            story.slug = f"{_slug(title)}-{story.number}"
            self._look(story)

    def _issues(self, kind: str, count: int, *, days: int) -> Iterator[_Story]:
        """Articles of one kind that follow each other; looked at once or twice each."""
        at = self.at
        for _ in range(count):
            story = self._story(kind, at=at)
            yield story
            if self.dice.random() < 0.4:
                self._later(story)
                self._look(story)
            at += timedelta(days=days, minutes=self.dice.randint(5, 90))

    # what a newsroom does

    def _story(self, kind: str, *, at: datetime | None = None, least: int = 60) -> _Story:
        self.lives += 1
        self.number += 1
        now = at or self.at
        return _Story(
            life=f"{self.habit.name} {self.lives}",
            kind=kind,
            number=self.number,
            section=self.dice.choice(SECTIONS),
            title=self._headline(),
            paragraphs=self._text(self.dice.randint(least, 700)),
            at=now,
            published=now - timedelta(minutes=self.dice.randint(2, 50)),
        )

    def _look(
        self,
        story: _Story,
        *,
        asked: str | None = None,
        is_redirected: bool = True,
        has_guid: bool = True,
    ) -> None:
        url = self._url(story)
        story.first_url = story.first_url or url
        self.firsts.setdefault(story.section, url)
        self.looks.append(
            Look(
                life=story.life,
                kind=story.kind,
                at=story.at,
                url=asked or url,
                answered=url if asked is not None and is_redirected else None,
                guid=self._guid(story) if has_guid else None,
                canonical=self._canonical(story, url),
                title=story.title,
                text="\n".join(story.paragraphs),
                published=self._published(story),
                found=story.listed or story.at,
            )
        )

    def _later(self, story: _Story) -> None:
        story.at += timedelta(minutes=self.dice.choice([15, 60, 240, 1440, 4320]))

    def _rename(self, story: _Story) -> None:
        story.slug = _slug(story.title)
        if self.dice.random() < 0.5:
            story.slug += f"-{self.dice.choice(self.words)}"
        if self.habit.address in ("?id=", "?p="):
            story.section = self.dice.choice([s for s in SECTIONS if s != story.section])

    def _retitled(self, title: str) -> str:
        if self.dice.random() < 0.3:
            return self._headline()
        words = title.split()
        words[self.dice.randrange(len(words))] = self.dice.choice(self.words)
        return " ".join(words)

    def _edit(self, story: _Story, *, heavily: bool = False) -> None:
        paragraphs = story.paragraphs
        for _ in range(len(paragraphs) // 2 + 1 if heavily else self.dice.randint(1, 2)):
            at = self.dice.randrange(len(paragraphs))
            is_short = (
                len(paragraphs) < 6
            )  # of a short text one sentence is replaced, not a paragraph
            if heavily or (self.dice.random() < 0.4 and not is_short):
                paragraphs[at] = " ".join(self._text(40))
            elif is_short and self.dice.random() < 0.4:
                sentences = paragraphs[at].split(". ")
                sentences[self.dice.randrange(len(sentences))] = " ".join(self._text(10))
                paragraphs[at] = ". ".join(sentences)
            else:
                words = paragraphs[at].split()
                words[self.dice.randrange(len(words))] = self.dice.choice(self.words)
                paragraphs[at] = " ".join(words)
        if self.dice.random() < 0.4:
            paragraphs.insert(self.dice.randint(0, len(paragraphs)), " ".join(self._text(30)))

    def _raise_numbers(self, story: _Story) -> None:
        for _ in range(2):
            at = self.dice.randrange(len(story.paragraphs))
            story.paragraphs[at] = re.sub(
                r"\d+", lambda match: str(int(match[0]) + 3), story.paragraphs[at], count=2
            )

    # what the site says

    def _url(self, story: _Story) -> str:
        head = self.habit.origin
        match self.habit.address:
            case "slug":
                return f"{head}/{story.section}/{story.slug}"
            case "dated":
                return f"{head}/{story.published:%Y/%m/%d}/{story.slug}.html"
            case "id and slug":
                return f"{head}/{story.section}/{story.slug}-{100000 + 7 * story.number}"
            case "?id=":
                return f"{head}/{story.section}/story.php?id={story.number}"
            case "?p=":
                return f"{head}/?cat={story.section}&p={story.number}"

    def _guid(self, story: _Story) -> str | None:
        if story.guid is not None:
            return story.guid
        own = f"tag:{self.habit.name}.example,2026:{story.number}"
        match self.habit.guid:
            case "own":
                story.guid = own
            case "sometimes":
                story.guid = own if story.number % 2 else None
            case "reused":
                story.guid = f"item-{story.number % REUSED_AFTER}"
            case "one":
                story.guid = "https://www.feeds.example/"
            case "url":
                return self._url(story)
            case "none":
                return None
        return story.guid

    def _canonical(self, story: _Story, url: str) -> str | None:
        head = self.habit.origin
        match self.habit.canonical:
            case "self":
                return url
            case "none":
                return None
            case "section":
                return f"{head}/{story.section}"
            case "no query":
                return url.partition("?")[0]
            case "front":
                return f"{head}/"
            case "stale":
                return story.first_url
            case "first":
                return self.firsts[story.section]

    def _published(self, story: _Story) -> StatedMoment | None:
        match self.habit.dates:
            case "none":
                return None
            case "day":
                midnight = story.published.replace(hour=0, minute=0)
                return StatedMoment(midnight, "day")
            case "bumped":
                return StatedMoment(story.at - timedelta(minutes=1), "minute")
            case "minute":
                return StatedMoment(story.published, "minute")

    # words

    def _headline(self, *, words: int = 6) -> str:
        drawn = self.dice.choices(self.words, k=words)
        return " ".join([self.dice.choice(self.names), *drawn])

    def _sentence(self, *, slots: int = 0, slot: str = "##@") -> list[str]:
        words = self.dice.choices(self.words, cum_weights=self.weights, k=self.dice.randint(8, 22))
        for _ in range(slots):
            words[self.dice.randrange(1, len(words))] = self.dice.choice(slot)
        if not slots and self.dice.random() < 0.4:
            words[self.dice.randrange(len(words))] = self.dice.choice(self.names)
        if not slots and self.dice.random() < 0.3:
            words[self.dice.randrange(len(words))] = str(self.dice.randint(2, 900))
        return words

    def _filled(self, sentence: Sequence[str]) -> str:
        put = {
            "#": lambda: str(self.dice.randint(2, 900)),
            "@": lambda: self.dice.choice(self.names),
            "%": lambda: self.subject,
        }
        said = " ".join(put[word]() if word in put else word for word in sentence)
        return said[0].upper() + said[1:] + "."

    def _text(self, words: int) -> list[str]:
        """Paragraphs of about so many words."""
        sentences: list[str] = []
        while words > 0:
            sentence = self._sentence()
            words -= len(sentence)
            sentences.append(self._filled(sentence))
        return _paragraphs(sentences)


def _paragraphs(sentences: Sequence[str]) -> list[str]:
    return [" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3)]


def _slug(title: str) -> str:
    return "-".join(title.lower().replace(",", "").replace(":", "").split())
