"""What a look becomes, from the answer to the ledger: pages are read, identified and archived as in a crawl."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from config.clock import ManualClock
from config.settings import Settings
from config.site import SiteConfig
from db.archive import Archive
from db.archiving import ledger, links
from db.archiving.entries import FoundLink, KnownLink, NewCapture
from db.models import Article, Extraction, Link, Removal, Revision, Visit, VisitOutcome
from pipeline import answer, extraction, urls
from pipeline.context import CrawlContext
from pipeline.items import Fetched
from pipeline.stages.decide import decide
from tests.contract.desk import Desk

HOME = "http://lantern.example/"
SITE = SiteConfig.model_validate(
    {
        "name": "lantern",
        "title": "The Lantern",
        "home": HOME,
        "sources": [{"section": HOME + "town"}, {"feed": HOME + "feed"}],
    }
)
TEXT = (
    "The mill of the lower town burned for three hours before anyone rang the bell, said its keeper.",
    "Nobody was hurt, and the flour that was stored for the winter had been carried out the day before.",
    "The council will ask the guild on Monday why the bell rope was found cut in two places.",
)
NOT_FOUND = "<html><head><title>404 Page not found</title></head><body><h1>Page not found</h1></body></html>"
LIST = "".join(
    f'<li><a href="/2026/story-{n}"><h3>A story of the town, number {n}</h3></a></li>'
    for n in range(30)
)
FRONT = (
    f"<html><head><title>Archive</title></head><body><h1>Archive</h1><ul>{LIST}</ul></body></html>"
)


def page(*paragraphs: str, title: str = "The mill has burned", tick: object = 0) -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs or TEXT)
    return (
        f"<html><head><title>{title}</title><meta property='og:type' content='article'>"
        '<meta property="article:published_time" content="2026-03-02T08:00:00Z"></head>'
        f"<body><article><h1>{title}</h1>{body}</article><footer>{tick}</footer></body></html>"
    )


class Crawler:
    """Looks at pages of the site as a crawl does, without a network."""

    def __init__(self, archive: Archive, clock: ManualClock) -> None:
        self.desk = Desk(archive, clock)
        self.archive, self.clock = archive, clock
        self.context = CrawlContext(
            settings=Settings(),
            sites={"lantern": SITE},
            site_ids={"lantern": self.desk.site_id},
            archive=archive,
            crawl_id=self.desk.crawl_id,
            clock=clock,
        )

    def link(self, path: str) -> KnownLink:
        url = HOME + path
        with self.archive.write() as session:
            found = FoundLink(url, urls.key(url))
            return links.ensure_link(session, self.desk.site_id, found, now=self.clock.now())

    def look(self, path: str, html: str | bytes | None, **facts: Any) -> VisitOutcome:
        """Look at a page; what it came to."""
        link = self.link(path)
        body = html.encode() if isinstance(html, str) else html
        headers = (("Content-Type", facts.pop("content_type", "text/html; charset=utf-8")),)
        given = {"status": 200, "url_answered": link.url, **facts}
        fetched = Fetched(
            site="lantern",
            link=link,
            crawl_id=self.desk.crawl_id,
            url=link.url,
            fetched_at=self.clock.now(),
            body=body,
            headers=headers,
            **given,
        )
        self._keep_and_read(fetched)
        return self._archive(fetched)

    def _keep_and_read(self, fetched: Fetched) -> None:
        if answer.classify(fetched, site=SITE).kind is not answer.Kind.PAGE:
            return
        assert fetched.body is not None
        assert fetched.status is not None
        capture = NewCapture(
            site_id=self.desk.site_id,
            link_id=fetched.link_id,
            crawl_id=fetched.crawl_id,
            fetched_at=fetched.fetched_at,
            url=fetched.url,
            status=fetched.status,
            body=fetched.body,
            headers=fetched.headers,
            url_answered=fetched.url_answered,
        )
        with self.archive.write() as session:
            (kept,) = ledger.keep_captures(session, self.archive.captures, [capture])
        fetched.capture_id = kept.capture_id
        if kept.is_same_bytes:
            fetched.same_as_revision_id = kept.previous_revision_id
        if fetched.same_as_revision_id is None:
            fetched.result = self._read(fetched.body, fetched)

    def _read(self, body: bytes, fetched: Fetched) -> extraction.Result:
        return extraction.perform(
            extraction.Task(
                body=body,
                url=fetched.url_answered or fetched.url,
                site=SITE,
                fetched_at=fetched.fetched_at,
                content_type=fetched.header("content-type"),
                feed_title=None,
                feed_published=None,
                is_truncated=False,
                max_depth=500,
                profile=None,
            )
        )

    def _archive(self, fetched: Fetched) -> VisitOutcome:
        while True:
            with self.archive.write() as session:
                (decision,) = decide(session, [fetched], context=self.context)
                origin = decision.needs_baseline
                if origin is None:
                    (archived,) = ledger.archive_entries(
                        session, [decision.entry], now=self.clock.now()
                    )
                    return archived.outcome
                body = self.archive.captures.get(session, origin.capture.body_sha256)
            result = self._read(body, fetched)
            fetched.baselines[origin.revision_id] = result.normal_sha256

    def link_due(self, path: str) -> datetime | None:
        (due_at,) = self.all(select(Link.due_at).where(Link.url_key == urls.key(HOME + path)))
        return due_at

    def all(self, statement: Any) -> list[Any]:
        with self.archive.read() as session:
            return list(session.scalars(statement))


@pytest.fixture
def crawler(archive: Archive, clock: ManualClock) -> Crawler:
    return Crawler(archive, clock)


def wait(crawler: Crawler, **delta: float) -> datetime:
    crawler.desk.wait(**delta)
    return crawler.clock.now()


def test_the_same_bytes_of_an_earlier_text_are_a_variant(crawler: Crawler) -> None:
    outcomes = []
    for title in ("The mill has burned", "Who cut the rope?", *["The mill has burned"] * 3):
        outcomes.append(crawler.look("mill", page(title=title)))
        wait(crawler, hours=1)
    assert outcomes == ["new", "revised", "variant", "variant", "variant"]
    first, _ = crawler.all(select(Revision).order_by(Revision.number))
    assert crawler.all(select(Visit.revision_id).order_by(Visit.id))[2:] == [first.id] * 3


def test_a_304_of_an_earlier_text_is_a_variant(crawler: Crawler) -> None:
    for tick, title in enumerate(("The mill has burned", "Who cut the rope?") * 2):
        crawler.look("mill", page(title=title, tick=tick))
        wait(crawler, hours=1)
    crawler.look("mill", page(tick=9))
    assert crawler.look("mill", None, status=304) is VisitOutcome.VARIANT


def test_an_earlier_text_that_another_extractor_read_otherwise_is_no_revision(
    crawler: Crawler, archive: Archive
) -> None:
    titles = ("The mill has burned", "Who cut the rope?")
    for title in titles:
        crawler.look("mill", page(title=title))
        wait(crawler, hours=1)
    with archive.write() as session:  # as an older extractor would have left them
        session.execute(update(Extraction).values(extractor="0"))
        for number in (1, 2):
            session.execute(
                update(Revision)
                .where(Revision.number == number)
                .values(normal_sha256=bytes([number]) * 32)
            )
    outcomes = [crawler.look("mill", page(title=title, tick=1)) for title in titles]
    assert outcomes == ["variant", "same_text"]
    assert crawler.look("mill", page(title="A third")) is VisitOutcome.REVISED
    assert len(crawler.all(select(Revision.id))) == 3


def test_a_page_whose_only_change_is_its_charset_is_no_revision(crawler: Crawler) -> None:
    text = ("Das Mühlrad der Unterstadt läuft nicht mehr, sagte der Müller am späten Abend.", *TEXT)
    html = page(*text, title="Mühle verbrannt")
    outcomes = [
        crawler.look("mill", html.encode()),
        crawler.look(
            "mill", html.encode("iso-8859-1"), content_type="text/html; charset=iso-8859-1"
        ),
        crawler.look("mill", html.encode("utf-16"), content_type="text/html; charset=utf-16"),
    ]
    assert outcomes == ["new", "same_text", "same_text"]


def test_a_soft_404_is_a_removal_once_it_persists_same_bytes_and_all(
    crawler: Crawler, clock: ManualClock
) -> None:
    crawler.look("mill", page())
    suspected_at = wait(crawler, hours=1)
    while crawler.all(select(Article.gone_at)) == [None]:
        assert crawler.look("mill", NOT_FOUND) is VisitOutcome.QUARANTINED
        due_at = crawler.link_due("mill")
        assert due_at is not None
        clock.advance(due_at - clock.now())
    (removal,) = crawler.all(select(Removal).where(Removal.withdrawn_at.is_(None)))
    assert removal.evidence == "soft 404"
    assert crawler.all(select(Article.gone_at)) == [suspected_at]
    assert crawler.look("mill", page()) is VisitOutcome.SAME_TEXT
    assert crawler.all(select(Article.gone_at)) == [None]


@pytest.mark.parametrize(
    ("answered", "html", "outcome", "evidence"),
    [
        ("", page(), VisitOutcome.GONE, "front page"),
        ("town", page(), VisitOutcome.GONE, "section front"),
        ("2026/archive", FRONT, VisitOutcome.QUARANTINED, "section front"),
    ],
)
def test_a_redirect_to_a_list_of_articles_that_persists_is_a_removal(
    crawler: Crawler, answered: str, html: str, outcome: VisitOutcome, evidence: str
) -> None:
    crawler.look("mill", page())
    for _ in range(3):
        wait(crawler, days=1)
        assert crawler.look("mill", html, url_answered=HOME + answered) is outcome
    (removal,) = crawler.all(select(Removal).where(Removal.withdrawn_at.is_(None)))
    assert (removal.evidence, removal.confirmed_at is not None) == (evidence, True)


@pytest.mark.parametrize(
    "html",
    [
        "<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>",
        "<html><head><title>Log in</title></head><body><h1>Log in</h1><p>Please log in to read this.</p></body></html>",
        "<html><head><title>Before you continue</title></head><body>We use cookies. Accept all</body></html>",
        FRONT,
    ],
)
def test_a_wall_or_a_list_in_an_articles_place_says_nothing_of_its_removal(
    crawler: Crawler, html: str
) -> None:
    crawler.look("mill", page())
    for tick in range(4):
        wait(crawler, days=1)
        assert crawler.look("mill", f"{html}<!--{tick}-->") is VisitOutcome.QUARANTINED
    assert crawler.all(select(Removal)) == []
    assert crawler.all(select(Article.gone_at)) == [None]


def test_a_page_not_found_at_a_link_that_never_showed_an_article_removes_none(
    crawler: Crawler,
) -> None:
    for _ in range(4):
        crawler.look("never", NOT_FOUND)
        crawler.look("nor-this", None, status=404)
        wait(crawler, days=1)
    assert crawler.all(select(Removal)) == []


def test_an_article_dated_in_the_future_is_seen_when_it_is_seen(
    crawler: Crawler, clock: ManualClock
) -> None:
    html = page().replace("2026-03-02T08:00:00Z", "2031-01-01T00:00:00Z")
    assert crawler.look("mill", html) is VisitOutcome.NEW
    (revision,) = crawler.all(select(Revision))
    assert revision.first_seen_at == clock.now()
    assert (revision.published_at, revision.published) == (None, None)
    due_at = crawler.link_due("mill")
    assert due_at is not None
    assert 0 < (due_at - clock.now()).total_seconds() < 3600  # the age counts from our first look
    wait(crawler, days=20)
    crawler.look("mill", html + "<!-- later -->")
    assert crawler.link_due("mill") is None


def test_a_front_page_whose_lead_changes_is_no_article_with_a_history(crawler: Crawler) -> None:
    for number, (title, text) in enumerate(LEADS.items()):
        html = page(*text, title=title, tick=number).replace(
            "og:type' content='article", "og:type' content='website"
        )
        assert crawler.look("", html) is VisitOutcome.QUARANTINED
        wait(crawler, hours=2)
    assert crawler.all(select(Revision.id)) == []


def test_a_url_that_leads_to_one_article_after_the_other_makes_no_history_of_them(
    crawler: Crawler,
) -> None:
    def look(title: str) -> VisitOutcome:
        place = HOME + title.lower().replace(" ", "-")
        wait(crawler, hours=2)
        html = page(*LEADS[title], title=title, tick=crawler.clock.now())
        return crawler.look("latest", html, url_answered=place)

    first, second, third = LEADS
    assert [look(title) for title in LEADS] == ["new", "new", "new"]
    assert [look(title) for title in (second, third, first)] == ["same_text"] * 3
    assert crawler.all(select(Revision.number)) == [1, 1, 1]
    assert crawler.all(select(Revision.title).order_by(Revision.article_id)) == list(LEADS)


LEADS = {
    "The mill has burned": TEXT,
    "The ferry is late": (
        "Passengers of the morning ferry waited two hours on Tuesday because the pilot could not be found.",
        "He was asleep in the boathouse of his brother, who had not been told that anybody looked for him.",
        "The company has promised to give back the fares, and a second pilot is to be hired before summer.",
    ),
    "Snow is coming": (
        "Up to forty centimetres of snow are expected in the northern valleys by the end of this week.",
        "Road crews have stored twice as much salt as last year, the county's office for roads said on Monday.",
        "Schools decide each morning at six whether they open, and tell it by radio and on their own pages.",
    ),
}
