"""Third pipeline: what was asked, answered and read becomes rows, all or nothing.

Knows the order identify, compare, archive. Must not know Scrapy, nor how rows are written.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Self

from db.archive import Session
from db.archiving import ledger
from db.archiving.entries import Archived
from db.captures import CaptureError
from db.errors import Overtaken
from db.writer import Writer
from pipeline import extraction
from pipeline.context import CrawlContext, context_of
from pipeline.items import Fetched
from pipeline.stages.decide import Decision, decide

_LINGER_S = 0.25
"""How long a visit waits for others to be archived with; its capture is safe already."""

_TIMES = 5
"""How often a look is decided before it is left: its capture is kept, and the next crawl reads it."""

NOTHING_LIKE_IT = b""
"""Stands for the digest of a text whose capture cannot be read again: no page shows the same."""


class ArchiveVisit:
    """Adds every look to the ledger, with the revision that it found where it found one."""

    def __init__(self, context: CrawlContext) -> None:
        self._context = context
        self._writer: Writer[Fetched, Archived | Decision] = Writer(
            context.archive, self._apply, linger_s=_LINGER_S
        )

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """For the crawl that the Scrapy crawler belongs to."""
        return cls(context_of(crawler))

    async def process_item(self, fetched: Fetched) -> Fetched:
        """Archive the visit; read earlier texts again where another extractor had read them."""
        archived = await self._submit(fetched)
        while isinstance(archived, Decision):
            await self._read_again(archived, fetched)
            archived = await self._submit(fetched)
        fetched.archived = archived
        fetched.body = None
        self._report(fetched, archived)
        return fetched

    async def close_spider(self) -> None:
        """Commit what waits."""
        await asyncio.to_thread(self._writer.close)

    async def _submit(self, fetched: Fetched) -> Archived | Decision:
        """Decide and archive the look; anew, where somebody else recorded a text of its article meanwhile."""
        for _ in range(_TIMES - 1):
            try:
                return await asyncio.wrap_future(self._writer.submit(fetched))
            except Overtaken:
                self._context.count(fetched.site, "overtaken")
        return await asyncio.wrap_future(self._writer.submit(fetched))

    def _apply(self, session: Session, batch: Sequence[Fetched]) -> list[Archived | Decision]:
        self._context.require_leases(session, {fetched.site for fetched in batch})
        decisions = decide(session, batch, context=self._context)
        settled = [decision for decision in decisions if decision.needs_baseline is None]
        archived = iter(
            ledger.archive_entries(
                session,
                [decision.entry for decision in settled],
                now=self._context.clock.now(),
            )
        )
        return [
            next(archived) if decision.needs_baseline is None else decision
            for decision in decisions
        ]

    def _report(self, fetched: Fetched, archived: Archived) -> None:
        self._context.count(fetched.site, archived.outcome.value)
        self._context.tell(
            "visit_archived",
            fetched.site,
            url=fetched.url,
            outcome=archived.outcome.value,
            status=fetched.status,
            detail=fetched.error or fetched.refusal or _doubt(fetched),
            article=archived.article_id,
            revision=archived.revision_number,
        )

    async def _read_again(self, decision: Decision, fetched: Fetched) -> None:
        """Note how the present extractor reads the capture that proves an earlier text."""
        origin = decision.needs_baseline
        assert origin is not None
        try:
            body = await asyncio.to_thread(self._body, origin.capture.body_sha256)
        except CaptureError:  # pruned, or damaged: then `verify` names it
            fetched.baselines[origin.revision_id] = NOTHING_LIKE_IT
            return
        capture = origin.capture
        profile = self._context.profiles.get(fetched.site)
        headers = {name.lower(): value for name, value in capture.headers}
        task = extraction.Task(
            body=body,
            url=capture.url_answered or capture.url,
            site=self._context.sites[fetched.site],
            fetched_at=capture.fetched_at,
            content_type=headers.get("content-type"),
            feed_title=fetched.link.title,
            feed_published=fetched.link.published_at,
            is_truncated=capture.is_truncated,
            max_depth=self._context.settings.max_depth,
            profile=profile.content if profile else None,
        )
        result = await self._context.reading.read(task)
        fetched.baselines[origin.revision_id] = result.normal_sha256

    def _body(self, sha256: bytes) -> bytes:
        with self._context.archive.read() as session:
            return self._context.archive.captures.get(session, sha256)


def _doubt(fetched: Fetched) -> str | None:
    """Why the reading was not believed."""
    reason = fetched.result.reading.reason if fetched.result else None
    return reason.value if reason else None
