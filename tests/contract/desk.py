"""A small invented newspaper and a desk from which its looks are archived, for tests of the archive."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from config.clock import ManualClock
from db.archive import Archive
from db.archiving import crawls, ledger, links
from db.archiving.entries import (
    Alias,
    Archived,
    Entry,
    FoundLink,
    KnownLink,
    LinkState,
    NewArticle,
    NewCapture,
    NewExtraction,
    NewRevision,
)
from db.models import VisitOutcome

RULES = sha256(b"rules").digest()


class Desk:
    """Looks at pages of one site, and archives what they say."""

    def __init__(self, archive: Archive, clock: ManualClock, *, site: str = "lantern") -> None:
        self.archive = archive
        self.clock = clock
        with archive.write() as session:
            found = crawls.ensure_site(
                session,
                name=site,
                title=f"The {site.title()}",
                home=f"http://{site}.example/",
                now=clock.now(),
            )
            self.site_id = found.id
            self.crawl_id = crawls.begin_crawl(
                session, trigger="command", owner="desk:1", now=clock.now(), site_ids=[found.id]
            )
        self.site = site

    def link(self, path: str, **stated: Any) -> KnownLink:
        """The link of that path, added if it is new."""
        found = FoundLink(
            f"http://{self.site}.example/{path}", f"{self.site}.example/{path}", **stated
        )
        with self.archive.write() as session:
            return links.ensure_link(session, self.site_id, found, now=self.clock.now())

    def keep(self, link: KnownLink, body: bytes) -> int:
        """Keep a page; its capture's number."""
        capture = NewCapture(
            site_id=self.site_id,
            link_id=link.id,
            crawl_id=self.crawl_id,
            fetched_at=self.clock.now(),
            url=link.url,
            status=200,
            body=body,
            headers=(("Content-Type", "text/html"), ("X-Twice", "a"), ("X-Twice", "b")),
        )
        with self.archive.write() as session:
            return ledger.keep_captures(session, self.archive.captures, [capture])[0].capture_id

    def entry(
        self,
        link: KnownLink,
        text: str,
        *,
        title: str = "A headline",
        article: int | NewArticle | None = None,
        body: bytes | None = None,
        **revision: Any,
    ) -> Entry:
        """A look at a page that says this; the page is kept."""
        page = body or f"<html>{title}|{text}|{self.clock.now()}".encode(errors="replace")
        content = json.dumps({"title": title, "text": text, "url": link.url}).encode()
        return Entry(
            crawl_id=self.crawl_id,
            link_id=link.id,
            site_id=self.site_id,
            visited_at=self.clock.now(),
            outcome=VisitOutcome.NEW,
            status=200,
            capture_id=self.keep(link, page),
            extraction=NewExtraction(content, "1", RULES, is_believed=True),
            article=article if article is not None else NewArticle(link.guid),
            aliases=(Alias(link.url, link.url_key, "asked"),),
            revision=NewRevision(
                title=title,
                text=text,
                normal_sha256=sha256(f"{title}\n{text}".encode(errors="replace")).digest(),
                **revision,
            ),
            link_state=LinkState(due_at=self.clock.now() + timedelta(hours=1)),
        )

    def bare(self, link: KnownLink, outcome: VisitOutcome, **more: Any) -> Entry:
        """A look that brought no text."""
        return Entry(
            crawl_id=self.crawl_id,
            link_id=link.id,
            site_id=self.site_id,
            visited_at=self.clock.now(),
            outcome=outcome,
            link_state=LinkState(due_at=None),
            **more,
        )

    def at_rest(self) -> LinkState:
        """The state of a link that is not wanted again."""
        return LinkState(due_at=None)

    def archive_all(self, *entries: Entry) -> list[Archived]:
        """Archive these looks in one transaction."""
        with self.archive.write() as session:
            return ledger.archive_entries(session, entries, now=self.clock.now())

    def see(self, path: str, text: str, **more: Any) -> Archived:
        """Look at a page that says this, and archive it. A known path continues its article."""
        link = self.link(path)
        article = more.pop("article", link.article_id)
        return self.archive_all(self.entry(link, text, article=article, **more))[0]

    def see_gone(self, path: str, *, status: int = 410) -> Archived:
        """Look at a page that is not there any more, by this status."""
        link = self.link(path)
        gone = self.bare(link, VisitOutcome.GONE, status=status, article=link.article_id)
        return self.archive_all(gone)[0]

    def see_again(self, path: str) -> Archived:
        """Look at a page that is, by a 304, as it was when last seen there."""
        link = self.link(path)
        same = self.bare(
            link,
            VisitOutcome.SAME_BYTES,
            status=304,
            article=link.article_id,
            seen_revision_id=link.revision_id,
        )
        return self.archive_all(same)[0]

    def wait(self, **delta: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**delta))


def with_shingles(entry: Entry, shingles: Sequence[int]) -> Entry:
    """The same look, its text having these shingles."""
    assert entry.revision is not None
    return replace(entry, revision=replace(entry.revision, shingles=tuple(shingles)))
