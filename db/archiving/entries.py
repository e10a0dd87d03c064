"""The values that go into the ledger and come out of it. Knows no session and no table.

Texts may hold anything that Python strings can: what a database cannot keep (NUL, lone surrogates) is
left out on the way in.
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from db.histories.removals import Evidence
from db.models import VisitOutcome


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A URL worth fetching, as one source stated it."""

    url: str
    url_key: str
    title: str | None = None
    guid: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """What an offer of links came to."""

    new: int
    known: int
    due: int  # made due by this offer, the new ones included


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A link as the archive knows it: all that a request and its reading need."""

    id: int
    site_id: int
    source_id: int | None
    article_id: int | None
    revision_id: int | None  # what it showed last
    url: str
    url_key: str
    title: str | None
    guid: str | None
    published_at: datetime | None
    modified_at: datetime | None
    depth: int
    found_at: datetime
    due_at: datetime | None
    visited_at: datetime | None
    visit_count: int
    failure_count: int
    etag: str | None
    last_modified: str | None
    capture_id: int | None
    edit_count: int | None = None  # looks at it that found a new revision
    edited_at: datetime | None = None  # the last of them
    is_live: bool | None = None  # its page said so when it was read last


@dataclass(frozen=True, slots=True)
class KnownSource:
    """A source as the archive knows it."""

    id: int
    kind: str
    url: str
    etag: str | None
    last_modified: str | None
    body_sha256: bytes | None
    checked_at: datetime | None
    failure_count: int
    due_at: datetime | None = None  # None: in each crawl
    link_count: int = 0
    yield_count: float = 0.0
    yield_s: float = 0.0
    stated: dict[str, Any] | None = None
    asked_whole_at: datetime | None = None
    wrong_304_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewCapture:
    """A response to be kept, exactly as received."""

    site_id: int
    link_id: int
    crawl_id: int
    fetched_at: datetime
    url: str  # as asked
    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    url_answered: str | None = None  # None: as asked
    redirects: tuple[tuple[int, str], ...] = ()
    is_truncated: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping a capture came to, and what the link's capture before it showed."""

    capture_id: int
    body_sha256: bytes
    is_same_bytes: bool  # as the link's previous capture
    previous_outcome: VisitOutcome | None  # None: no previous capture, or it was never read
    previous_revision_id: int | None  # the revision that the previous capture showed


@dataclass(frozen=True, slots=True)
class KeptCapture:
    """A capture read back, without its body: `archive.captures.get(session, body_sha256)` has that."""

    id: int
    site_id: int
    link_id: int
    crawl_id: int
    fetched_at: datetime
    url: str
    url_answered: str | None
    redirects: tuple[tuple[int, str], ...]
    status: int
    headers: tuple[tuple[str, str], ...]
    body_sha256: bytes
    body_size: int
    is_truncated: bool


@dataclass(frozen=True, slots=True)
class NewExtraction:
    """What an extractor read from the entry's capture."""

    content: bytes  # canonical JSON of the whole reading
    extractor: str
    rules_sha256: bytes
    is_believed: bool
    reason: str | None = None  # why not believed
    detail: str | None = None  # evidence for the reason
    profile_id: int | None = None  # of the site's profile that it was read with


@dataclass(frozen=True, slots=True, eq=False)
class NewArticle:
    """An article to be created. Entries that hold the same object belong to the same article."""

    guid: str | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """A URL under which the article was seen, and what says so: asked, redirect, canonical, guid."""

    url: str
    url_key: str
    evidence: str
    because: str | None = None  # all that was weighed, where that decided which article it is


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A text that the entry's visit saw. It becomes a revision only if the newest one differs from it."""

    title: str
    text: str  # one block a line
    normal_sha256: bytes  # pipeline.compare.normal_digest
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published: str | None = None  # as stated
    modified: str | None = None
    language: str | None = None
    section: str | None = None
    canonical_url: str | None = None
    credit: str | None = None
    source_url: str | None = None
    shingles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkState:
    """What the link says after the visit."""

    due_at: datetime | None  # None: not wanted again
    etag: str | None = None
    last_modified: str | None = None
    failure_count: int = 0
    modified_at: datetime | None = (
        None  # the link's modified_at when it was asked for, if that was answered
    )
    due_rule: str | None = None  # what set due_at: pipeline.revisits.plan.DueRule
    is_live: bool | None = None  # whether the page says that it is live; None: it was not read


@dataclass(frozen=True, slots=True)
class Entry:
    """One visit and everything that follows from it: written whole or not at all.

    `outcome` is the caller's view. Where a text is seen the ledger has the last word between NEW, REVISED,
    VARIANT and SAME_TEXT, because only it sees what other writers have added meanwhile.
    """

    crawl_id: int
    link_id: int
    site_id: int
    visited_at: datetime
    outcome: VisitOutcome
    link_state: LinkState
    status: int | None = None
    detail: str | None = None  # of an error or refusal
    capture_id: int | None = None
    extraction: NewExtraction | None = None
    article: int | NewArticle | None = None  # a number, or one to be created
    aliases: tuple[Alias, ...] = ()
    revision: NewRevision | None = None
    seen_revision_id: int | None = None  # a known revision that it saw: same bytes, or a 304
    gone_by: Evidence | None = (
        None  # what says that the article is gone; of GONE, its status if None
    )
    compared_with: int | None = (
        None  # the article's newest revision when this was decided; None: it was not asked for
    )

    @property
    def evidence(self) -> Evidence | None:
        """What says that the article is gone, where this look says so."""
        if self.outcome is not VisitOutcome.GONE:
            return self.gone_by
        said = Evidence.GONE if self.status == HTTPStatus.GONE else Evidence.NOT_FOUND
        return self.gone_by or said

    def __post_init__(self) -> None:
        if self.revision is not None and (
            self.article is None or self.capture_id is None or self.extraction is None
        ):
            raise ValueError("a revision needs its article, its capture and its extraction")
        if self.extraction is not None and self.capture_id is None:
            raise ValueError("an extraction needs its capture")


@dataclass(frozen=True, slots=True)
class Archived:
    """What became of an entry."""

    visit_id: int
    outcome: VisitOutcome
    article_id: int | None
    revision_id: int | None  # the one that the visit saw, new or known
    revision_number: int | None = None  # of a revision that this entry added
    is_repeat: bool = False  # its capture had been archived before: nothing was written


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """An article that a page may belong to, with its newest revision."""

    article_id: int
    url_keys: tuple[str, ...]  # at which it was asked for or answered
    stated_keys: tuple[str, ...]  # that only its canonical links named
    guids: frozenset[str]  # its own, and those of articles merged into it
    apart: frozenset[int]  # articles that a person told it from
    first_seen_at: datetime
    gone_at: datetime | None
    shingles: tuple[int, ...]
    revision_id: int | None
    revision_number: int
    normal_sha256: bytes | None
    title: str | None
    standfirst: str | None
    text: str | None
    published: str | None  # as stated


@dataclass(frozen=True, slots=True)
class OverlapCandidate:
    """An article that shares sampled shingles with a text."""

    article_id: int
    shared_count: int
    shingle_count: int  # of the article
