"""The newsroom: a fictional news world whose time stands still until somebody moves it.

Knows what every article says at every moment, so that tests can compare what was read with what was
meant. Must not know markup or HTTP.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from config.clock import ManualClock
from morgue.demo.newsroom.cast import Article, Plan, cast
from morgue.demo.newsroom.dice import roll_for
from morgue.demo.newsroom.edits import edited
from morgue.demo.newsroom.fiction import Picture, Text, Writer
from morgue.demo.newsroom.kept import Kept
from morgue.demo.newsroom.lives import EDITS, Change, Kind
from morgue.demo.newsroom.outlets import OUTLETS, Outlet

START = datetime(2026, 7, 17, 6, 0, tzinfo=UTC)
_TEXTS_KEPT = 4096
_WRITERS_KEPT = 1024
_OPENINGS_KEPT = 20_000

Standing = Literal["unpublished", "live", "walled", "withdrawn", "lost", "missed", "sent_home"]
_STANDINGS: dict[Kind, Standing] = {
    Kind.WALLED: "walled",
    Kind.UNWALLED: "live",
    Kind.MISSED: "missed",
    Kind.SENT_HOME: "sent_home",
    Kind.RESTORED: "live",
    Kind.WITHDRAWN: "withdrawn",
    Kind.LOST: "lost",
}


@dataclass(frozen=True, slots=True)
class State:
    """How an article stands at a moment."""

    standing: Standing
    path: str
    edits: int  # how many changes of its text it has had
    modified_at: datetime  # the last of them, or its publication
    answered_since: datetime  # when the answer to its address last changed at all


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in the newsroom, for those who tell of it."""

    at: datetime
    kind: Kind
    outlet: str
    article_id: str
    title: str
    path: str
    role: str | None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "at": self.at.isoformat(),
            "kind": self.kind.value,
            "outlet": self.outlet,
            "article_id": self.article_id,
            "title": self.title,
            "path": self.path,
            "role": self.role,
        }


class Newsroom:
    """Fictional outlets with their articles, driven by a clock of their own."""

    def __init__(
        self,
        *,
        seed: int = 1,
        outlets: Sequence[Outlet] = OUTLETS,
        articles: int = 60,
        start: datetime = START,
        backlog: float = 0.6,
        history: timedelta = timedelta(days=3),
        future: timedelta = timedelta(days=3),
        is_scripted: bool = True,
        crawl_delay_s: float = 0.1,
    ) -> None:
        """Open a newsroom.

        Args:
            seed: another seed, another world.
            outlets: which publications there are; Meridian reprints the Courier where both are.
            articles: of all outlets together, published or not.
            start: what the newsroom's clock shows at first; aware.
            backlog: share of the articles that is out at the start, 1.0 for all.
            history: the time before the start over which the backlog appeared.
            future: the time after the start over which the rest appears.
            is_scripted: whether the lives of `lives.SCRIPT` are played.
            crawl_delay_s: what the robots.txt of the Inland Gazette asks for, in seconds.
        """
        if articles < 0 or not 0.0 <= backlog <= 1.0:
            raise ValueError("a newsroom has 0 articles or more, and a backlog between 0 and 1")
        self.seed = seed
        self.outlets = tuple(outlets)
        self.clock = ManualClock(start)
        self.start = start
        self.crawl_delay_s = crawl_delay_s
        # Replaced by whoever serves the newsroom.
        self.addresses = {outlet.name: f"https://{outlet.name}.example" for outlet in outlets}
        plan = Plan(seed, self.outlets, articles, start, backlog, history, future, is_scripted)
        self._articles = cast(plan)
        everyone = [article for articles in self._articles.values() for article in articles]
        self._by_id = {article.id: article for article in everyone}
        self._roles = {article.role: article for article in everyone if article.role}
        self._texts: Kept[tuple[str, int], Text] = Kept(most=_TEXTS_KEPT)
        self._writers: Kept[str, Writer] = Kept(most=_WRITERS_KEPT)
        self._openings: Kept[str, tuple[str, str]] = Kept(most=_OPENINGS_KEPT)
        self._paths: dict[str, tuple[tuple[datetime, str], ...]] = {}
        self._owners: dict[tuple[str, str], Article] = {}
        for article in everyone:
            self._give_paths(article)
        self._changes = sorted(
            ((change, article) for article in everyone for change in article.life),
            key=lambda pair: pair[0].at,
        )

    def advance(self, by: timedelta) -> list[Event]:
        """Move the newsroom's time and say what happened meanwhile."""
        if by < timedelta(0):
            raise ValueError("a newsroom's time only moves forward")
        since = self.clock.now()
        return self.events(since, self.clock.advance(by))

    def articles(self, outlet: str | None = None, *, at: datetime | None = None) -> list[Article]:
        """What an outlet (or every one) has published by a moment (by now), newest first."""
        moment = at or self.clock.now()
        names = [outlet] if outlet else list(self._articles)
        out: list[Article] = []
        for name in names:
            published = bisect_right(self._articles[name], moment, key=_published_at)
            out += self._articles[name][:published][::-1]
        if not outlet:
            out.sort(key=_published_at, reverse=True)
        return out

    def earlier(self, article: Article, *, most: int) -> tuple[Article, ...]:
        """The articles of the same outlet that appeared just before, newest first."""
        place = article.number - 1
        before = self._articles[article.outlet.name][max(0, place - most) : place]
        return tuple(reversed(before))

    def article(self, article_id: str) -> Article:
        """The article of an id.

        Raises:
            KeyError: there is none.
        """
        return self._by_id[article_id]

    def role(self, name: str) -> Article:
        """The article that plays a role of the script.

        Raises:
            KeyError: nobody plays it: the newsroom is too small, or not scripted.
        """
        return self._roles[name]

    @property
    def roles(self) -> dict[str, str]:
        """Roles of the script that are played, with the ids of their articles."""
        return {name: article.id for name, article in self._roles.items()}

    def events(self, since: datetime, until: datetime) -> list[Event]:
        """What happened after `since`, up to and including `until`."""
        moments = [change.at for change, _ in self._changes]
        found = self._changes[bisect_right(moments, since) : bisect_right(moments, until)]
        return [self._event(change, article) for change, article in found]

    def _event(self, change: Change, article: Article) -> Event:
        return Event(
            at=change.at,
            kind=change.kind,
            outlet=article.outlet.name,
            article_id=article.id,
            title=self.title(article, change.at),
            path=self.state(article, change.at).path,
            role=article.role,
        )

    def find(self, outlet: Outlet, path: str) -> Article | None:
        """The article that has, had or will have a path at an outlet."""
        return self._owners.get((outlet.name, path))

    def has_path(self, article: Article, path: str, *, at: datetime) -> bool:
        """Whether the article was reachable at the path by a moment."""
        return any(there == path and since <= at for since, there in self._paths[article.id])

    def state(self, article: Article, at: datetime) -> State:
        """How an article stands at a moment."""
        standing: Standing = "unpublished"
        edits = 0
        modified_at = answered_since = article.published_at
        for change in article.life:
            if change.at > at:
                break
            answered_since = change.at
            if change.kind in (Kind.PUBLISHED, Kind.REPRINTED):
                standing = "live"
            elif change.kind in EDITS:
                edits += 1
                modified_at = change.at
            else:
                standing = _STANDINGS.get(change.kind, standing)
        paths = self._paths[article.id]
        path = paths[0][1]
        for since, there in paths[1:]:
            if since <= at:
                path = there
        return State(standing, path, edits, modified_at, answered_since)

    def text(self, article: Article, at: datetime, *, variant: int = 0) -> Text:
        """What an article says at a moment; variant 1 is the other side of an A/B headline."""
        text = self._text(article, self.state(article, at).edits)
        if variant and article.has_variants:
            return replace(text, title=self.variant_title(article, text.title))
        return text

    def standfirst(self, article: Article) -> str:
        """The sentence below the headline: never edited, known without writing the story."""
        return self._opening(article)[1]

    def _opening(self, article: Article) -> tuple[str, str]:
        def write() -> tuple[str, str]:
            writer = self.writer(article)
            return writer.headline(), writer.standfirst()

        return self._openings.get((article.source or article).id, write)

    def variant_title(self, article: Article, title: str) -> str:
        """The headline that is tried against `title`."""
        writer = self.writer(article)
        drafts = (writer.headline(draft=draft) for draft in range(50, 60))
        return next(draft for draft in drafts if draft != title)

    def writer(self, article: Article) -> Writer:
        """The author of an article: of its source's where it is a reprint."""
        author = article.source or article
        return self._writers.get(author.id, lambda: self._hire(author))

    def _hire(self, article: Article) -> Writer:
        return Writer(
            self.seed,
            article.id,
            topic=article.section.topic,
            paper=article.outlet.paper,
            language=article.language,
        )

    def _text(self, article: Article, edits: int) -> Text:
        return self._texts.get((article.id, edits), lambda: self._write(article, edits))

    def _write(self, article: Article, edits: int) -> Text:
        if article.source:
            text = self.text(article.source, article.published_at)
            return replace(text, authors=(), tags=())
        if edits == 0:
            text = self.writer(article).story()
            only_one = article.outlet.letter != "C"
            return replace(text, authors=text.authors[:1]) if only_one else text
        change = [change for change in article.life if change.kind in EDITS][edits - 1]
        return edited(
            self._text(article, edits - 1),
            change.kind,
            writer=self.writer(article),
            roll=roll_for(self.seed, article.id, "edit", edits),
            serial=edits,
            local=change.at.astimezone(article.outlet.time_zone),
        )

    def truth(self, article_id: str, at: datetime | None = None) -> dict[str, Any]:
        """What a careful reader of an article's page would write down at a moment (now).

        Fields that the outlet's pages do not show are None or empty. `published` is aware, in the
        outlet's time zone; a date where its pages state only a day. `standing` says whether the
        page can be read at all.
        """
        article = self.article(article_id)
        moment = at or self.clock.now()
        state = self.state(article, moment)
        text = self.text(article, moment)
        published = article.published_at.astimezone(article.outlet.time_zone)
        is_edited = state.edits and article.outlet.letter != "M"
        source = article.source
        return {
            "article_id": article.id,
            "outlet": article.outlet.name,
            "role": article.role,
            "standing": state.standing,
            "url": self.addresses[article.outlet.name] + state.path,
            "guid": article.guid,
            "title": text.title,
            "variants": [self.variant_title(article, text.title)] if article.has_variants else [],
            "standfirst": text.standfirst if article.outlet.letter == "C" else None,
            "paragraphs": list(text.paragraphs),
            "captions": [caption(article.outlet, picture) for picture in text.pictures],
            "authors": list(text.authors),
            "published": published.date() if article.outlet.letter == "M" else published,
            "modified": self._stated(article, state.modified_at) if is_edited else None,
            "section": [article.section.title],
            "tags": list(text.tags) if article.outlet.letter == "C" else [],
            "language": text.language,
            "watermark": article.outlet.title if source else None,
            "credit": self.credit(article),
            "source_url": self.source_url(article) if source else None,
            "source_id": source.id if source else None,
            "edits": state.edits,
        }

    @staticmethod
    def _stated(article: Article, moment: datetime) -> datetime:
        """In the outlet's time zone; the Gazette prints no seconds."""
        local = moment.astimezone(article.outlet.time_zone)
        return local.replace(second=0) if article.outlet.letter == "G" else local

    def credit(self, article: Article) -> str | None:
        """The text of the line that says where an article comes from."""
        if article.outlet.letter == "G":
            return article.outlet.title
        if article.source:
            return f"Article source: {self.title(article, article.published_at)}"
        return None

    def source_url(self, article: Article) -> str:
        """The address of the reprinted article when it was copied."""
        source = article.source or article
        path = self.state(source, article.published_at).path
        return self.addresses[source.outlet.name] + path

    def _give_paths(self, article: Article) -> None:
        outlet = article.outlet
        moments = [article.published_at]
        moments += [change.at for change in article.life if change.kind is Kind.MOVED]
        paths: list[tuple[datetime, str]] = []
        for moment in moments:
            title = self.title(article, moment)
            path = outlet.article_path(
                section=article.section, title=title, number=article.number, at=article.published_at
            )
            if paths and outlet.letter == "G":
                path = path.replace("/page/", f"/archive/{len(paths)}/")
            while self._owners.setdefault((outlet.name, path), article) is not article or any(
                path == there for _, there in paths
            ):
                path = _next_path(path)
            paths.append((moment, path))
        self._paths[article.id] = tuple(paths)

    def title(self, article: Article, at: datetime) -> str:
        """An article's headline at a moment, without writing the story where that can be spared."""
        if article.source:
            return self.title(article.source, article.published_at)
        edits = [change for change in article.life if change.kind in EDITS and change.at <= at]
        if any(change.kind is Kind.HEADLINE for change in edits):
            return self._text(article, len(edits)).title
        return self._opening(article)[0]


def _published_at(article: Article) -> datetime:
    return article.published_at


def caption(outlet: Outlet, picture: Picture) -> str:
    """A picture's caption as the outlet prints it, credit included."""
    if outlet.letter == "C":
        return f"{picture.caption} Photograph: {picture.credit}/Courier"
    return f"{picture.caption} Photo: {picture.credit}"


def _next_path(path: str) -> str:
    end = "/" if path.endswith("/") else ""
    stem, _, last = path.removesuffix("/").rpartition("-")
    if last.isdigit() and len(last) < 3:
        return f"{stem}-{int(last) + 1}{end}"
    return f"{path.removesuffix('/')}-2{end}"
