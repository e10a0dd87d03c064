"""Fourth pipeline: a new text is compared with those of other sites, and copies are linked to their sources.

Knows how candidates are found, and that texts are aligned outside any transaction. Must not know how a
copy is recognised.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from db.archive import Archive, Session
from db.archiving import relations
from db.archiving.relations import PartyRow, UnrelatedRow
from db.identities import identity
from db.writer import Writer
from pipeline import fingerprint, urls
from pipeline.context import CrawlContext, context_of
from pipeline.items import Fetched
from pipeline.text import watermark

_LINGER_S = 0.25
"""How long a comparison waits for others to be committed with; until then it is only to be made again."""

_CAUGHT_UP = 10_000
"""Articles of a killed crawl that are compared before the next begins."""

_LOOKED_UP = 20
_ALIGNED = 5
"""Candidates that are looked up by their sampled shingles, and of those how many are aligned."""

_INJECTED = "phrase injected"
"""Evidence of a copy: a phrase that it has again and again where its source has nothing."""

_SHARED = 3
_SHARED_SHARE = 0.1
"""Sampled shingles that a candidate must share: in number, and of those that were looked up."""


@dataclass(frozen=True, slots=True)
class Found:
    """A copy and its source, as they will be linked."""

    copy_id: int
    source_id: int | None
    source_url: str
    containment: float | None
    evidence: tuple[str, ...]
    watermark: str | None = None  # a phrase that only the copy has, at odd places


@dataclass(frozen=True, slots=True)
class Related:
    """An article that was compared, and what came of it."""

    article_id: int
    found: tuple[Found, ...]


class RelateArticle:
    """Links a new or revised article to the one it was copied from, and its copies to it."""

    def __init__(self, context: CrawlContext) -> None:
        self._context = context
        self._writer: Writer[Related, list[Found]] = Writer(
            context.archive, self._apply, linger_s=_LINGER_S
        )

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """For the crawl that the Scrapy crawler belongs to."""
        return cls(context_of(crawler))

    async def open_spider(self) -> None:
        """Compare what an earlier crawl archived and did not live to compare."""
        await asyncio.to_thread(self._catch_up)

    async def process_item(self, fetched: Fetched) -> Fetched:
        """Look for copies of what this look added, if it added something."""
        archived = fetched.archived
        if archived is None or archived.revision_number is None or fetched.result is None:
            return fetched
        assert archived.article_id is not None
        waiting = UnrelatedRow(
            article_id=archived.article_id,
            site_id=self._context.site_ids[fetched.site],
            shingles=fetched.result.shingles,
            source_url=fetched.result.reading.source_url,
        )
        related = await asyncio.to_thread(compare, self._context.archive, waiting)
        for link in await asyncio.wrap_future(self._writer.submit(related)):
            self._context.count(fetched.site, "reprints")
            self._context.tell(
                "reprint_found", fetched.site, copy=link.copy_id, source_url=link.source_url
            )
        return fetched

    async def close_spider(self) -> None:
        """Commit what waits."""
        await asyncio.to_thread(self._writer.close)

    def _catch_up(self) -> None:
        with self._context.archive.read() as session:
            waiting = relations.unrelated(
                session, sorted(self._context.site_ids.values()), limit=_CAUGHT_UP
            )
        for row in waiting:
            self._writer.submit(compare(self._context.archive, row)).result()

    def _apply(self, session: Session, batch: Sequence[Related]) -> list[list[Found]]:
        now = self._context.clock.now()
        relations.settle(session, [related.article_id for related in batch])
        return [
            [
                link
                for link in related.found
                if identity.add_reprint(
                    session,
                    copy_article_id=link.copy_id,
                    source_url=link.source_url,
                    source_article_id=link.source_id,
                    containment=link.containment,
                    evidence=link.evidence,
                    watermark=link.watermark,
                    now=now,
                )
            ]
            for related in batch
        ]


def compare(archive: Archive, waiting: UnrelatedRow) -> Related:
    """The article's source and its copies at other sites, as far as the archive has them."""
    with archive.read() as session:
        near = {
            one.article_id: one.shared_count
            for one in identity.overlap_candidates(
                session, waiting.shingles, exclude_site=waiting.site_id, limit=_LOOKED_UP
            )
            if one.shared_count >= _SHARED
            and one.shared_count >= _SHARED_SHARE * min(len(waiting.shingles), identity.LOOKED_UP)
        }
        source_url = waiting.source_url
        credited = (
            set(relations.articles_at(session, [urls.key(source_url)])) if source_url else set()
        )
        if not near and not source_url:
            return Related(waiting.article_id, ())
        own = relations.parties(session, [waiting.article_id])[0]
        others = [
            party
            for party in relations.parties(session, sorted(near.keys() | credited))
            if party.site_id != own.site_id
        ]
    others.sort(key=lambda one: (one.article_id not in credited, -near.get(one.article_id, 0)))
    return Related(waiting.article_id, tuple(_judge(own, others[:_ALIGNED])))


def _judge(own: PartyRow, others: list[PartyRow]) -> list[Found]:
    """The article's best source, and every copy of it.

    Where no text overlaps, a credit line that links to another site still states a source.
    """
    sources: list[Found] = []
    copies: list[Found] = []
    for other in others:
        link = _pair(own, other)
        if link is not None:
            (sources if link.copy_id == own.article_id else copies).append(link)
    if sources:
        return [max(sources, key=_strength), *copies]
    stated = _stated(own, others)
    return [stated, *copies] if stated else copies


def _stated(own: PartyRow, others: list[PartyRow]) -> Found | None:
    """The source that the article's own credit line links to."""
    if own.source_url is None or not urls.is_fetchable(own.source_url):
        return None
    if urls.host(own.source_url) == urls.host(own.urls[0][0]):
        return None
    key = urls.key(own.source_url)
    known = next((each for each in others if any(key == own_key for _, own_key in each.urls)), None)
    return Found(
        copy_id=own.article_id,
        source_id=known.article_id if known else None,
        source_url=known.urls[0][0] if known else urls.canonical(own.source_url),
        containment=None,
        evidence=("link in the credit line",),
    )


def _strength(link: Found) -> tuple[bool, float]:
    return "link in the credit line" in link.evidence, link.containment or 0.0


def _pair(one: PartyRow, other: PartyRow) -> Found | None:
    """Which of two articles copied the other, if one did."""
    direction = fingerprint.direction(_party(one, other), _party(other, one))
    is_one = direction.copy.url_key == _party(one, other).url_key
    copy, source = (one, other) if is_one else (other, one)
    overlap = fingerprint.overlap(copy.text, source.text)
    if overlap is None:
        return None
    phrase = watermark.of_copy(copy.text, source.text)
    return Found(
        copy_id=copy.article_id,
        source_id=source.article_id,
        source_url=source.urls[0][0],
        containment=overlap.containment,
        evidence=(*direction.evidence, *((_INJECTED,) if phrase else ())),
        watermark=phrase,
    )


def _party(row: PartyRow, other: PartyRow) -> fingerprint.Party:
    """The article under the URL by which the other credits it, if it does."""
    keys = [key for _, key in row.urls]
    credited = urls.key(other.source_url) if other.source_url else None
    return fingerprint.Party(
        url_key=credited if credited in keys else keys[0],
        first_seen_at=row.first_seen_at,
        published_at=row.published_at,
        is_day_only=row.is_day_only,
        credit_key=urls.key(row.source_url) if row.source_url else None,
    )
