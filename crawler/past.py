"""What the lists of a site's past say: sitemaps and their indexes, the WordPress API, pages by date. Pure.

Knows which lists a back-fill asks for, and what reading one gives. Slow for long documents: call it in a thread.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from config.site import SiteConfig, SourceConfig
from crawler import discovery
from crawler.sources import dated_pages, wordpress
from crawler.sources.answer import SourceAnswer
from crawler.sources.period import Period, is_outside, spans_named, why_not
from db.archiving.backfill_lists import KnownDocument, NewDocument, ReadDocument
from pipeline import urls

MAX_DEPTH: Final = 3
"""Sitemap indexes within sitemap indexes."""

MAX_PAGES: Final = 500
"""Pages of the WordPress API that are asked for of one month."""

_ROBOTS: Final = "robots"


def first_documents(
    site: SiteConfig, period: Period, *, source_ids: Mapping[tuple[str, str], int]
) -> Iterator[NewDocument]:
    """The lists that a back-fill begins with. What follows links says nothing of a period."""
    for source in sorted(site.sources, key=lambda one: one.rank):
        source_id = source_ids.get((source.kind, source.url))
        for url in _addresses(source, period):
            yield NewDocument(source.kind, url, source_id)
    yield NewDocument(_ROBOTS, f"{site.home.split('/', 3)[0]}//{urls.host(site.home)}/robots.txt")


def _addresses(source: SourceConfig, period: Period) -> Iterator[str]:
    match source.kind:
        case "wordpress":
            for first, last in _months(period):
                yield wordpress.endpoint_between(source.url, first=first, last=last)
        case "archive":
            yield from dated_pages.addresses(source.url, first=period.first, last=period.last)
        case "follow":
            return
        case _:
            yield source.url


def _months(period: Period) -> Iterator[tuple[date, date]]:
    """The parts of the period that lie in one month each, the latest first."""
    last = period.last
    while last >= period.first:
        first = max(last.replace(day=1), period.first)
        yield first, last
        last = first - timedelta(days=1)


def read(
    body: bytes,
    *,
    site: SiteConfig,
    document: KnownDocument,
    source: SourceConfig | None,
    period: Period,
    status: int | None,
    url: str,
    content_type: str | None,
    now: datetime,
    max_links: int,
) -> ReadDocument:
    """Read one list of the past. Never raises for any bytes.

    Args:
        body: The document.
        site: Whose pages are wanted.
        document: What was asked for.
        source: The source of the site's file that it is of; None: a sitemap that robots.txt names.
        period: The days that are wanted.
        status: Of the answer.
        url: As it answered.
        content_type: As its server stated it.
        now: The present moment.
        max_links: Pages of one list that are read.
    """
    if document.kind == _ROBOTS:
        return ReadDocument(status, more=tuple(_named_sitemaps(body, site=site)))
    asked = source or SourceConfig.model_validate({"sitemap": document.url})
    answer = discovery.read(
        body,
        site=site,
        source=asked.model_copy(update={"max_age": None, "max_links": None}),
        url=url,
        content_type=content_type,
        now=now,
        since=None,
        max_links=max_links,
    )
    today = now.astimezone(period.zone).date()
    wanted = [link for link in answer.links if not is_outside(link, period=period, today=today)]
    return ReadDocument(
        status,
        links=wanted,
        link_count=len(answer.links),
        outside_count=len(answer.links) - len(wanted),
        more=tuple(_more(answer, document=document, source=source, period=period)),
        detail=answer.problem,
    )


def _more(
    answer: SourceAnswer, *, document: KnownDocument, source: SourceConfig | None, period: Period
) -> Iterator[NewDocument]:
    """The lists that a list leads to."""
    if document.kind == "archive" and source is not None:
        page = dated_pages.next_page(source.url, document.url) if answer.links else None
        if page is not None:
            yield NewDocument("archive", page, document.source_id, document.depth + 1)
    elif document.kind == "wordpress":
        if len(answer.links) >= wordpress.PER_PAGE and document.depth < MAX_PAGES:
            page = wordpress.following(document.url)
            yield NewDocument("wordpress", page, document.source_id, document.depth + 1)
    elif document.depth < MAX_DEPTH:
        yield from _sitemaps(answer.children, document=document, period=period)


def _sitemaps(
    children: Sequence[tuple[str, datetime | None]], *, document: KnownDocument, period: Period
) -> Iterator[NewDocument]:
    """The sitemaps of an index: those that may have something of the period are read."""
    spans = spans_named([address for address, _ in children])
    for address, changed_at in children:
        if not urls.is_fetchable(address):
            continue
        because = why_not(changed_at, span=spans.get(address), period=period)
        yield NewDocument(
            document.kind, address, document.source_id, document.depth + 1, because or None
        )


def _named_sitemaps(body: bytes, *, site: SiteConfig) -> Iterator[NewDocument]:
    """The sitemaps of the site that its robots.txt names (RFC 9309, 2.2.4)."""
    for line in body[:500_000].decode("utf-8-sig", "replace").splitlines():
        name, _, value = line.partition(":")
        address = value.strip()
        if (
            name.strip().lower() == "sitemap"
            and urls.is_fetchable(address)
            and site.covers(address)
        ):
            yield NewDocument("sitemap", address)
