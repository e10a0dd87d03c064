"""What kind of answer a request got, before anything is read from the page.

Knows statuses and redirects. Must not know what a page says or what the archive holds.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

from config.site import SiteConfig
from pipeline import urls
from pipeline.items import Fetched

_FIRST_RETRY = timedelta(minutes=15)
_LONGEST_RETRY = timedelta(days=1)
_LISTS = ("section", "follow")


class Kind(StrEnum):
    """How far an answer can be used."""

    PAGE = "page"  # a body to be kept and read
    NOT_MODIFIED = "not_modified"  # the server says: as you have it
    GONE = "gone"  # not there any more
    REFUSED = "refused"  # we did not ask
    ERROR = "error"  # no usable answer


@dataclass(frozen=True, slots=True)
class Answer:
    """The kind of an answer, with words for the ledger where it is not simply a page."""

    kind: Kind
    detail: str | None = None
    gone_by: str | None = (
        None  # of GONE: what says so, in the words of db.histories.removals.Evidence
    )


def classify(fetched: Fetched, *, site: SiteConfig) -> Answer:
    """The kind of answer that a request got."""
    if fetched.refusal:
        return Answer(Kind.REFUSED, fetched.refusal)
    if fetched.error and fetched.body is None:
        return Answer(Kind.ERROR, fetched.error)
    status = fetched.status
    if status is None:
        return Answer(Kind.ERROR, fetched.error or "no answer")
    if status == HTTPStatus.NOT_MODIFIED:
        return Answer(Kind.NOT_MODIFIED)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return Answer(Kind.GONE, f"HTTP {status}", gone_by=str(int(status)))
    if not 200 <= status < 300:
        return Answer(Kind.ERROR, fetched.error or f"HTTP {status}")
    if fetched.body is None:
        return Answer(Kind.ERROR, fetched.error or "an answer without a body")
    return _landing(fetched, site=site)


def _landing(fetched: Fetched, *, site: SiteConfig) -> Answer:
    """A page is only a page where it stands: a redirect to a front page or to a stranger is none."""
    answered = fetched.url_answered or fetched.url
    if answered == fetched.url:
        return Answer(Kind.PAGE)
    if not site.covers(answered):
        return Answer(Kind.ERROR, f"redirects off the site, to {answered}")
    if not is_redirected(fetched):
        return Answer(Kind.PAGE)
    front = {urls.key(site.home)}
    if _is_front(answered, front) and not _is_front(fetched.url, front):
        detail = f"redirects to the front page, {answered}"
        return Answer(Kind.GONE, detail, gone_by="front page")
    if urls.key(answered) in _sections(site):
        detail = f"redirects to a section's front page, {answered}"
        return Answer(Kind.GONE, detail, gone_by="section front")
    return Answer(Kind.PAGE)


def is_redirected(fetched: Fetched) -> bool:
    """Whether another page answered than was asked for: not the same one under another scheme or host."""
    answered = fetched.url_answered
    return answered is not None and urls.key(answered) != urls.key(fetched.url)


def _is_front(url: str, front: Collection[str]) -> bool:
    key = urls.key(url)
    return key in front or urls.is_front_page(key)


def _sections(site: SiteConfig) -> set[str]:
    """The pages that the site's file names as lists of articles."""
    return {urls.key(source.url) for source in site.sources if source.kind in _LISTS}


def next_try(*, failure_count: int, now: datetime, retry_after_s: int | None = None) -> datetime:
    """When to ask again after `failure_count` failures in a row: doubling from 15 minutes to a day."""
    doublings = min(max(failure_count - 1, 0), 10)
    wait: timedelta = min(_FIRST_RETRY * (1 << doublings), _LONGEST_RETRY)
    if retry_after_s is not None:
        wait = max(wait, timedelta(seconds=min(retry_after_s, _LONGEST_RETRY.total_seconds())))
    return now + wait
