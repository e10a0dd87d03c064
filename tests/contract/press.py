"""A small newspaper whose pages are crawled without a network, by the steps of a crawl: kept, read, decided, archived."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from config.clock import ManualClock
from config.settings import Settings
from config.site import SiteConfig
from db.archive import Archive
from db.archiving import crawls, ledger, links
from db.archiving.entries import Archived, FoundLink, NewCapture
from db.histories import seen
from db.models import Capture, Extraction, Link, Visit
from morgue.reextraction import Run
from morgue.reextraction_report import Report, Wanted
from pipeline import extraction, urls
from pipeline.context import CrawlContext
from pipeline.items import Fetched
from pipeline.stages.decide import decide

PARAGRAPHS = (
    (
        "The harbour office said on Monday that the eastern pier would stay closed until the spring, because"
        " divers had found that three of its oldest pillars carry no weight any more."
    ),
    (
        "Ferries will leave from the western pier meanwhile, a quarter of an hour later than the printed"
        " timetable says, and tickets that were bought before the closure remain valid on every line."
    ),
    (
        "The town council is to decide next week who pays for the repair, which an engineer of the office"
        " put at four million crowns; the insurer has not answered the council's letters so far."
    ),
    (
        "Fishermen who land their catch at the pier asked for a floating stage. The harbour master called"
        " the idea sound, but said that no company had offered one for less than the whole year's budget."
    ),
)


def page(
    *paragraphs: str, title: str = "Eastern pier stays closed until spring", extra: str = ""
) -> str:
    """An article's page; `extra` stands in the body, in an element of its own."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or PARAGRAPHS)
    aside = f'<p class="extra">{extra}</p>' if extra else ""
    return (
        f"<html lang=en><head><title>{title}</title></head><body><main><article><h1>{title}</h1>"
        f"<div class=story>{text}{aside}</div></article></main></body></html>"
    )


def site(**extract: Any) -> SiteConfig:
    """The site's file, with these rules."""
    rules = {"title": "h1", "body": "div.story"} | extract
    return SiteConfig.model_validate(
        {
            "name": "lantern",
            "title": "The Lantern",
            "home": "https://lantern.example/",
            "extract": [rules],
        }
    )


class Press:
    """Looks at pages, one after the other."""

    def __init__(self, archive: Archive, clock: ManualClock, address: str, folder: Path) -> None:
        self.archive, self.clock = archive, clock
        self.settings = Settings(archive_url=address, sites_dir=folder)
        self.site = site()
        with archive.write() as session:
            row = crawls.ensure_site(
                session, name="lantern", title="The Lantern", home=self.site.home, now=clock.now()
            )
            self.site_id = row.id
            self.crawl_id = crawls.begin_crawl(
                session, trigger="command", owner="press:1", now=clock.now(), site_ids=[row.id]
            )

    def look(
        self,
        path: str,
        html: str,
        *,
        hours: float = 1,
        status: int = 200,
        read_as: str | None = None,
    ) -> Archived:
        """Look at a page, and let some time pass. `read_as`: what a worse extractor takes it for."""
        fetched = self.fetch(path, html, status=status)
        if read_as is not None:
            fetched.result = extraction.perform(self._task(read_as.encode(), fetched.url))
        archived = self.archive_look(fetched)
        self.clock.advance(timedelta(hours=hours))
        return archived

    def fetch(self, path: str, html: str, *, status: int = 200) -> Fetched:
        """Ask for a page and keep and read it."""
        url = f"https://lantern.example/{path}"
        with self.archive.write() as session:
            link = links.ensure_link(
                session, self.site_id, FoundLink(url, urls.key(url)), now=self.clock.now()
            )
        fetched = Fetched(
            site="lantern",
            link=link,
            crawl_id=self.crawl_id,
            url=url,
            fetched_at=self.clock.now(),
            status=status,
            url_answered=url,
            headers=(("content-type", "text/html; charset=utf-8"),),
            body=html.encode(),
        )
        if status != 200:
            return fetched
        capture = NewCapture(
            site_id=self.site_id,
            link_id=link.id,
            crawl_id=self.crawl_id,
            fetched_at=fetched.fetched_at,
            url=url,
            status=status,
            body=html.encode(),
            headers=fetched.headers,
        )
        with self.archive.write() as session:
            (kept,) = ledger.keep_captures(session, self.archive.captures, [capture])
        fetched.capture_id = kept.capture_id
        if kept.is_same_bytes:
            fetched.same_as_revision_id = kept.previous_revision_id
        if fetched.same_as_revision_id is None:
            fetched.result = extraction.perform(self._task(fetched.body or b"", url))
        return fetched

    def archive_look(self, fetched: Fetched) -> Archived:
        """Decide what the look becomes, and archive it."""
        while True:
            with self.archive.write() as session:
                (decision,) = decide(session, [fetched], context=self.context)
                if decision.needs_baseline is None:
                    (archived,) = ledger.archive_entries(
                        session, [decision.entry], now=self.clock.now()
                    )
                    return archived
                origin = decision.needs_baseline
                body = self.archive.captures.get(session, origin.capture.body_sha256)
                result = extraction.perform(self._task(body, origin.capture.url))
                fetched.baselines[origin.revision_id] = result.normal_sha256

    def _task(self, body: bytes, url: str) -> extraction.Task:
        return extraction.Task(
            body=body,
            url=url,
            site=self.site,
            fetched_at=self.clock.now(),
            content_type="text/html; charset=utf-8",
            max_depth=self.settings.max_depth,
        )

    def upgrade(self) -> None:
        """Make everything that was read the work of an earlier extractor."""
        with self.archive.write() as session:
            earlier = Extraction.extractor + "-"
            session.execute(update(Extraction).values(extractor=earlier))

    def replay(self, source: "Press") -> None:
        """See again everything that another press has seen, at the same moments."""
        with source.archive.read() as session:
            rows = session.execute(
                select(Visit.visited_at, Visit.outcome, Link.url, Capture.body_sha256)
                .join(Link, Link.id == Visit.link_id)
                .outerjoin(Capture, Capture.id == Visit.capture_id)
                .order_by(Visit.id)
            ).all()
            looks = [
                (row, source.archive.captures.get(session, row.body_sha256).decode())
                if row.body_sha256
                else (row, "")
                for row in rows
            ]
        for row, html in looks:
            self.clock.moment = row.visited_at
            path = row.url.removeprefix("https://lantern.example/")
            self.look(path, html, hours=0, status=200 if row.body_sha256 else 404)

    def answers(self) -> dict[str, list[tuple[Any, ...]]]:
        """What the archive says now."""
        return answers(self.archive)

    @property
    def context(self) -> CrawlContext:
        """The crawl as its item pipelines see it."""
        return CrawlContext(
            settings=self.settings,
            sites={"lantern": self.site},
            site_ids={"lantern": self.site_id},
            archive=self.archive,
            crawl_id=self.crawl_id,
            clock=self.clock,
        )

    def reextract(self, **wanted: Any) -> Report:
        """Read everything again by the site's present file."""
        run = Run(self.settings, self.archive, self.clock, jobs=1)
        return run.over([self.site], Wanted(**wanted))

    def standing(self, article_id: int | None) -> Sequence[Any]:
        """The revisions that stand."""
        assert article_id is not None
        with self.archive.read() as session:
            return seen.standing_of(session, article_id)


def answers(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    """What an archive says now: by URL, each text that stands, and between which looks it came."""
    with archive.read() as session:
        shown = session.execute(
            select(Link.url, Link.article_id).where(Link.article_id.is_not(None))
        ).all()
        return {
            row.url: [
                (one.revision, one.first_seen_at, one.previous_seen_at)
                for one in seen.standing_of(session, row.article_id)
            ]
            for row in shown
        }
