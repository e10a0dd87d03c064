"""One outlet's web site: from a request to an answer, by the newsroom's clock.

Knows addresses, conditional requests and which page shows what. Must not know sockets.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from http import HTTPStatus
from itertools import count

from morgue.demo.newsroom.answers import (
    HTML,
    TEXT,
    XML,
    Answer,
    Request,
    Validators,
    not_modified,
    redirect,
)
from morgue.demo.newsroom.cast import Article
from morgue.demo.newsroom.dice import token
from morgue.demo.newsroom.furniture import advertisements
from morgue.demo.newsroom.kept import Kept
from morgue.demo.newsroom.listings import (
    NEWS_SITEMAP_DAYS,
    Entry,
    atom,
    json_feed,
    news_sitemap,
    robots,
    rss,
    sitemap,
    sitemap_index,
)
from morgue.demo.newsroom.markup_courier import CourierMarkup
from morgue.demo.newsroom.markup_gazette import GazetteMarkup
from morgue.demo.newsroom.markup_meridian import MeridianMarkup
from morgue.demo.newsroom.outlets import Outlet, PageKind, Section
from morgue.demo.newsroom.sheets import ListView, Markup, Sheet, Slot, filled
from morgue.demo.newsroom.views import article_view, entry, teaser
from morgue.demo.newsroom.wordpress import wordpress
from morgue.demo.newsroom.world import Newsroom, State

LIST_LENGTH = 30
_MARKUPS: dict[str, type[Markup]] = {"C": CourierMarkup, "G": GazetteMarkup, "M": MeridianMarkup}


_WriteList = Callable[[], tuple[bytes, str]]
"""Gives the bytes and the content type of a list."""


class Site:
    """Answers for one outlet. Not for several threads at once."""

    def __init__(self, newsroom: Newsroom, outlet: Outlet, *, pages_kept: int = 4096) -> None:
        self.outlet = outlet
        self._newsroom = newsroom
        self._markup: Markup = _MARKUPS[outlet.letter]()
        self._sheets: Kept[tuple[str, ...], Sheet] = Kept(most=pages_kept)
        self._answers: Kept[tuple[str, datetime], tuple[bytes, str, Validators]] = Kept(most=64)
        self._entries: Kept[datetime, list[Entry]] = Kept(most=2)
        self._headers: Kept[datetime, dict[Slot, bytes]] = Kept(most=2)
        self._ads = {
            slot: advertisements(outlet.name, place=slot.name.lower().replace("_", "-"))
            for slot in (Slot.AD_TOP, Slot.AD_SIDE, Slot.AD_BODY)
        }
        self._serial = count(1)
        self._asked: dict[str, int] = {}  # how often articles with variants were asked for
        self._pages = dict(outlet.machine_pages)

    def answer(self, request: Request) -> Answer:
        """The answer at the newsroom's present moment."""
        if request.method not in ("GET", "HEAD"):
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED, b"", TEXT, (("Allow", "GET, HEAD"),))
        now = self._newsroom.clock.now()
        path = request.path
        if (article := self._newsroom.find(self.outlet, path)) is not None:
            return self._article(request, article, path, now)
        if path == "/robots.txt":
            return Answer(HTTPStatus.OK, self._robots(), TEXT)
        if (kind := self._pages.get(path)) is not None and kind != "front":
            return self._machine(request, kind, now)
        if path.startswith("/sitemap-") and path.endswith(".xml"):
            return self._day_sitemap(request, path, now)
        if (listed := self._listed(request)) is not None:
            return self._listing(request, *listed, now)
        if path.startswith("/private/"):
            return Answer(HTTPStatus.FORBIDDEN, b"<h1>For members of staff</h1>\n", HTML)
        return self._missing(now, is_gone=False)

    # Articles

    def _article(self, request: Request, article: Article, path: str, now: datetime) -> Answer:
        state = self._newsroom.state(article, now)
        is_known = self._newsroom.has_path(article, path, at=now)
        if state.standing in ("unpublished", "lost") or not is_known:
            return self._missing(now, is_gone=False)
        if state.standing == "withdrawn":
            return self._missing(now, is_gone=True)
        if state.standing == "missed":
            return self._missing(now, is_gone=False, status=HTTPStatus.OK)
        if state.standing == "sent_home":
            return redirect(self._base + "/")
        if path != state.path:
            return redirect(self._base + state.path)
        if state.standing == "walled":
            wall = self._sheets.get(("wall", path), lambda: self._markup.wall(url=path))
            return self._page(wall, now, status=HTTPStatus.OK)
        variant = self._variant(article)
        etag = f'W/"{article.id}-{state.edits}-{"ab"[variant]}"'
        validators = Validators(etag, state.modified_at)
        if validators.are_known_to(request):
            return not_modified(validators)
        page = self._written(article, state, variant, now)
        return self._page(page, now, validators=validators)

    def warm(self) -> None:
        """Write the pages of all articles that are out, so that only serving them is left."""
        now = self._newsroom.clock.now()
        for article in self._newsroom.articles(self.outlet.name, at=now):
            self._written(article, self._newsroom.state(article, now), 0, now)

    def _written(self, article: Article, state: State, variant: int, now: datetime) -> Sheet:
        def write() -> Sheet:
            view = article_view(self._newsroom, article, state=state, variant=variant, at=now)
            return self._markup.article(view)

        key = (article.id, str(state.edits), str(variant), state.path)
        return self._sheets.get(key, write)

    def _variant(self, article: Article) -> int:
        if not article.has_variants:
            return 0
        asked = self._asked.get(article.id, 0)
        self._asked[article.id] = asked + 1
        return asked % 2

    def _missing(self, now: datetime, *, is_gone: bool, status: HTTPStatus | None = None) -> Answer:
        page = self._sheets.get(
            ("missing", str(is_gone)), lambda: self._markup.missing(is_gone=is_gone)
        )
        said = HTTPStatus.GONE if is_gone else HTTPStatus.NOT_FOUND
        return self._page(page, now, status=status or said)

    # Lists for people

    def _listed(self, request: Request) -> tuple[Section | None, int] | None:
        if request.path == "/":
            return None, 1
        if (found := self.outlet.section_at(request.path)) is None:
            return None
        section, page = found
        asked = request.query.get("page", "")
        return section, int(asked) if asked.isdecimal() and len(asked) < 6 else page

    def _listing(
        self, request: Request, section: Section | None, page: int, now: datetime
    ) -> Answer:
        first = (max(page, 1) - 1) * LIST_LENGTH
        found = [
            (article, state)
            for article in self._newsroom.articles(self.outlet.name, at=now)
            if (section is None or article.section is section)
            and (state := self._newsroom.state(article, now)).standing in ("live", "walled")
        ]
        shown = found[first : first + LIST_LENGTH]
        if not shown and page > 1:
            return self._missing(now, is_gone=False)
        marks = [f"{article.id}-{state.edits}-{state.path}" for article, state in shown]
        has_next = section is not None and len(found) > first + LIST_LENGTH
        digest = token(*marks, has_next)
        newest = max((pair[1].modified_at for pair in shown), default=self._newsroom.start)
        validators = Validators(f'W/"{digest}"', newest)
        if validators.are_known_to(request):
            return not_modified(validators)

        def write() -> Sheet:
            more = (
                self.outlet.section_path(section, page=page + 1) if section and has_next else None
            )
            teasers = tuple(
                teaser(self._newsroom, article, state=state, at=now) for article, state in shown
            )
            view = ListView(self.outlet, self._base, section, page, teasers, more)
            return self._markup.listing(view)

        key = ("list", section.slug if section else "", str(page), digest)
        return self._page(self._sheets.get(key, write), now, validators=validators)

    # Lists for machines

    def _machine(self, request: Request, kind: PageKind, now: datetime) -> Answer:
        if kind == "wordpress":
            return wordpress(self._newsroom, self.outlet, request, now=now)

        def write() -> tuple[bytes, str]:
            entries = self._all_entries(now)
            match kind:
                case "rss":
                    return rss(self.outlet, self._base, entries), "application/rss+xml"
                case "atom":
                    return atom(self.outlet, self._base, entries), "application/atom+xml"
                case "json_feed":
                    return json_feed(self.outlet, self._base, entries), "application/feed+json"
                case "news_sitemap":
                    return news_sitemap(self.outlet, entries, now=now), XML
                case _:
                    return sitemap_index(self._base, self._days(now)), XML

        kept_for = timedelta(days=NEWS_SITEMAP_DAYS) if kind == "news_sitemap" else None
        return self._list_answer(request, now, write=write, kept_for=kept_for)

    def _day_sitemap(self, request: Request, path: str, now: datetime) -> Answer:
        entries = [one for one in self._all_entries(now) if _day_path(one) == path]
        if not entries:
            return self._missing(now, is_gone=False)
        return self._list_answer(request, now, write=lambda: (sitemap(entries), XML))

    def _list_answer(
        self,
        request: Request,
        now: datetime,
        *,
        write: _WriteList,
        kept_for: timedelta | None = None,
    ) -> Answer:
        def make() -> tuple[bytes, str, Validators]:
            body, content_type = write()
            digest = blake2b(body, digest_size=12).hexdigest()
            return body, content_type, Validators(f'"{digest}"', self._last_event(now, kept_for))

        body, content_type, validators = self._answers.get((request.path, now), make)
        if validators.are_known_to(request):
            return not_modified(validators)
        return Answer(HTTPStatus.OK, body, content_type, validators.headers)

    def _last_event(self, now: datetime, kept_for: timedelta | None) -> datetime:
        """When any article last changed, moved, went, or grew too old for the list."""
        moments = [self._newsroom.start - timedelta(days=1)]
        for article in self._newsroom.articles(self.outlet.name, at=now):
            state = self._newsroom.state(article, now)
            moments.append(state.answered_since)
            if kept_for and article.published_at + kept_for <= now:
                moments.append(article.published_at + kept_for)
        return max(moments)

    def _days(self, now: datetime) -> list[tuple[str, datetime]]:
        days: dict[str, datetime] = {}
        for one in self._all_entries(now):
            path = _day_path(one)
            days[path] = max(days.get(path, one.modified), one.modified)
        return list(days.items())

    def _all_entries(self, now: datetime) -> list[Entry]:
        def make() -> list[Entry]:
            return [
                entry(self._newsroom, article, state=state, at=now)
                for article in self._newsroom.articles(self.outlet.name, at=now)
                if (state := self._newsroom.state(article, now)).standing in ("live", "walled")
            ]

        return self._entries.get(now, make)

    def _robots(self) -> bytes:
        delay = self._newsroom.crawl_delay_s if self.outlet.letter == "G" else None
        return robots(self.outlet, self._base, crawl_delay_s=delay)

    # What differs in every answer

    def _page(
        self,
        page: Sheet,
        now: datetime,
        *,
        status: int = HTTPStatus.OK,
        validators: Validators | None = None,
    ) -> Answer:
        serial = next(self._serial)
        unique = token(self._newsroom.seed, self.outlet.name, serial, size=24)
        slots = {
            **self._headers.get(now, lambda: self._dated(now)),
            Slot.TOKEN: unique[:32].encode(),
            Slot.NONCE: unique[32:].encode(),
            Slot.SERVED: f"cache-{serial % 14:02d} {unique[:6]} {serial * 7919 % 97} ms".encode(),
        }
        for slot, ads in self._ads.items():
            slots[slot] = ads[(serial + slot) % len(ads)]
        headers = (
            ("Cache-Control", "max-age=0"),
            ("X-Request-Id", unique[:16]),
            *(validators.headers if validators else ()),
        )
        return Answer(status, filled(page, slots), HTML, headers)

    def _dated(self, now: datetime) -> dict[Slot, bytes]:
        clock, date = self._markup.clock(now.astimezone(self.outlet.time_zone))
        newest = self._newsroom.articles(self.outlet.name, at=now)[:10]
        teasers = tuple(
            teaser(self._newsroom, article, state=state, at=now)
            for article in newest
            if (state := self._newsroom.state(article, now)).standing in ("live", "walled")
        )
        return {Slot.CLOCK: clock, Slot.DATE: date, Slot.RAIL: self._markup.rail(teasers)}

    @property
    def _base(self) -> str:
        return self._newsroom.addresses[self.outlet.name]


def _day_path(one: Entry) -> str:
    return f"/sitemap-{one.published.astimezone(UTC):%Y-%m-%d}.xml"
