"""What of a site's promises is archived, and why the rest is not. Values in, values out.

Knows the reasons and their remedies. Must not know the archive's tables, nor how it is told.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from config.site import SiteConfig
from db.archiving.entries import FoundLink
from db.asking.completeness import Doubt, Promised, SiteState
from pipeline.dating import dateurls

Repair = Literal["due", "offer", "read"]
"""What closes a gap: the page becomes due, becomes known and due, or is kept already and read by the next crawl."""


DayBy = Literal["article", "source", "address", "found"]
"""Who says of which day a page is: its article, its source, its address; else it is the day we found it."""


class Why(StrEnum):
    """What became of a promised page."""

    ARCHIVED = "archived"
    # the next five are explained
    ALIAS = "alias"  # another address of an article that is archived
    GONE = "gone"  # 404, 410, a "not found" page
    NOT_ARTICLE = "not_article"
    OUT_OF_SCOPE = "out_of_scope"  # the site's file does not want it
    ROBOTS = "robots"  # robots.txt forbids it
    # all others are missing
    WAITING = "waiting"  # not asked for yet
    BACKFILL = "backfill"  # a back-fill has not come to it yet
    PAUSED = "paused"
    BUSY = "busy"
    CUT = "cut"  # the crawl ended before it
    UNREACHABLE = "unreachable"
    UNNOTICED = "unnoticed"  # a source names it now, and the archive never heard of it
    UNREAD = "unread"
    REFUSED = "refused"  # not asked for: a private address, a limit
    ERROR = "error"
    GIVEN_UP = "given_up"
    EMPTY = "empty"
    QUARANTINED = "quarantined"


EXPLAINED = frozenset({Why.ALIAS, Why.GONE, Why.NOT_ARTICLE, Why.OUT_OF_SCOPE, Why.ROBOTS})

_DUE = frozenset(
    {
        *(Why.WAITING, Why.BACKFILL, Why.PAUSED, Why.BUSY, Why.CUT, Why.UNREACHABLE),
        *(Why.ERROR, Why.GIVEN_UP, Why.REFUSED),
    }
)
_NO_ARTICLE = ("not_article", "not_html")
_PASSING = ("consent", "blocked", "login", "timeout", "reader_failed", "truncated")
"""Reasons for which a page was not believed that another look may find gone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A promised page that is not archived under its own address, and why."""

    url: str
    day: date
    day_by: DayBy
    why: Why
    words: str
    remedy: str | None
    source: str | None  # kind and URL; None: a person named it
    status: int | None = None
    article_id: int | None = None  # of an alias
    link_id: int | None = None
    repair: Repair | None = None
    link: FoundLink | None = None  # of an unnoticed page


@dataclass(slots=True)
class Day:
    """One day of the publisher's calendar."""

    day: date
    archived: int = 0
    whys: Counter[Why] = field(default_factory=Counter)
    looks: int = 0  # at the site's sources
    failed_looks: int = 0

    @property
    def promised(self) -> int:
        """Pages that sources named."""
        return self.archived + self.whys.total()

    @property
    def explained(self) -> int:
        """Those that are not archived and not missing."""
        return sum(self.whys[why] for why in EXPLAINED)

    @property
    def missing(self) -> int:
        """Those that are missing."""
        return self.whys.total() - self.explained


@dataclass(frozen=True, slots=True)
class Audit:
    """A site's promises in a period."""

    site: str
    first: date
    last: date
    days: tuple[Day, ...]
    findings: tuple[Finding, ...]
    state: SiteState | None

    def was_known_on(self, day: date) -> bool:
        """Whether the site was being crawled on that day already."""
        return self.state is not None and self.state.added_at.date() <= day

    @property
    def missing(self) -> int:
        """Pages that are missing."""
        return sum(day.missing for day in self.days)


@dataclass(frozen=True, slots=True)
class Auditor:
    """Tells of the pages of one site what became of them."""

    site: SiteConfig
    state: SiteState
    now: datetime
    is_present: Callable[[Doubt], bool]  # whether today's extractor and rules read it

    @staticmethod
    def nothing(site: SiteConfig, *, first: date, last: date) -> Audit:
        """Of a site that was never crawled: no promise is known."""
        days = tuple(Day(day) for day in _days(first, last))
        return Audit(site.name, first, last, days, (), None)

    def audit(
        self,
        pages: Sequence[Promised],
        looks: Sequence[tuple[datetime, str]],
        unnoticed: Sequence[tuple[FoundLink, str]] = (),
        *,
        first: date,
        last: date,
    ) -> Audit:
        """The promises of these days."""
        days = {day: Day(day) for day in _days(first, last)}
        findings = []
        for page in pages:
            day, day_by = self._day(page)
            if day not in days:
                continue
            finding = self._finding(page, day, day_by)
            if finding is None:
                days[day].archived += 1
            else:
                findings.append(finding)
                days[day].whys[finding.why] += 1
        for link, source in unnoticed:
            finding = self._unnoticed(link, source)
            if finding.day in days:
                findings.append(finding)
                days[finding.day].whys[finding.why] += 1
        for looked_at, outcome in looks:
            day = looked_at.astimezone(self.site.zone).date()
            if day in days:
                days[day].looks += 1
                days[day].failed_looks += outcome in ("error", "refused")
        return Audit(self.site.name, first, last, tuple(days.values()), tuple(findings), self.state)

    def _finding(self, page: Promised, day: date, day_by: DayBy) -> Finding | None:
        if page.article_id is not None and not page.is_alias:
            return None
        why, words, remedy = self._why(page)
        is_due = why in _DUE or (
            why is Why.QUARANTINED and page.doubt is not None and page.doubt.reason in _PASSING
        )
        return Finding(
            url=page.url,
            day=day,
            day_by=day_by,
            why=why,
            words=words,
            remedy=remedy,
            source=f"{page.source_kind} {page.source_url}" if page.source_url else None,
            status=page.last_visit.status if page.last_visit else None,
            article_id=page.article_id,
            link_id=page.link_id,
            repair="read" if why is Why.UNREAD else "due" if is_due else None,
        )

    def _why(self, page: Promised) -> tuple[Why, str, str | None]:
        """The reason, in words, and what to do."""
        if page.article_id is not None:
            return Why.ALIAS, f"another address of article {page.article_id}", None
        if page.is_unread:
            return Why.UNREAD, "kept, and not read yet", f"morgue crawl {self.site.name}"
        visit = page.last_visit
        is_unanswered = visit is None or visit.outcome in ("error", "refused")
        if is_unanswered and page.source_url is not None and not self.site.wants(page.url):
            return Why.OUT_OF_SCOPE, "not wanted by the site's allow, deny and aliases", None
        if visit is None:
            return self._never_asked(page)
        match visit.outcome:
            case "refused":
                return self._refused(visit.detail or "")
            case "gone":
                return Why.GONE, f"gone: {visit.detail or f'HTTP {visit.status}'}", None
            case "error":
                words = visit.detail or f"HTTP {visit.status}"
                why = Why.GIVEN_UP if page.due_at is None else Why.ERROR
                tries = f", {page.failure_count} times in a row" if page.failure_count > 1 else ""
                return why, f"{words}{tries}", f"morgue crawl {page.url}"
        return self._doubted(page)

    def _never_asked(self, page: Promised) -> tuple[Why, str, str | None]:
        state = self.state
        if page.backfill_id is not None:
            words = f"back-fill {page.backfill_id} has not come to it yet"
            return Why.BACKFILL, words, "morgue backfill --list"
        if state.paused_at is not None:
            because = f": {state.pause_reason}" if state.pause_reason else ""
            return (
                Why.PAUSED,
                f"the site is paused{because}",
                f"morgue sites resume {self.site.name}",
            )
        crawl = f"morgue crawl {self.site.name}"
        if state.held_by is not None:
            return Why.BUSY, f"its host is being crawled now, by {state.held_by}", None
        if state.cut_because is not None and "could not be reached" in state.cut_because:
            return Why.UNREACHABLE, state.cut_because, crawl
        if state.cut_because is not None:
            return Why.CUT, f"the last crawl ended before it: {state.cut_because}", crawl
        if state.last_error is not None:
            return Why.UNREACHABLE, state.last_error, crawl
        if page.due_at is not None and page.due_at > self.now:
            return Why.WAITING, f"due at {page.due_at:%Y-%m-%d %H:%M}Z", crawl
        return (
            Why.WAITING,
            "due, and the next crawl has not come yet or had its limit of pages",
            crawl,
        )

    def _refused(self, detail: str) -> tuple[Why, str, str | None]:
        if detail == "robots":
            return Why.ROBOTS, "robots.txt forbids it", None
        if detail.startswith("robots.txt unreachable"):
            return Why.UNREACHABLE, detail, f"morgue crawl {self.site.name}"
        return Why.REFUSED, f"not asked for: {detail}", "docs/add-a-site.md, politeness"

    def _doubted(self, page: Promised) -> tuple[Why, str, str | None]:
        doubt = page.doubt
        if doubt is None:
            visit = page.last_visit
            words = f"looked at, and no article came of it ({visit.outcome if visit else ''})"
            return Why.QUARANTINED, words, f"morgue sites try {page.url}"
        words = f"{doubt.reason}: {doubt.detail}" if doubt.detail else doubt.reason
        if doubt.reason in _NO_ARTICLE:
            return Why.NOT_ARTICLE, words, None
        if doubt.reason == "not_found":
            return Why.GONE, words, None
        why = Why.EMPTY if doubt.reason == "empty" else Why.QUARANTINED
        if not self.is_present(doubt):
            return why, words, f"morgue reextract {self.site.name} --quarantined"
        if doubt.reason in _PASSING:
            return why, words, f"morgue crawl {page.url}"
        return (
            why,
            words,
            f"morgue sites try {page.url}, renew the site's rules, then morgue reextract",
        )

    def _unnoticed(self, link: FoundLink, source: str) -> Finding:
        day, day_by = self._day_of(link.published_at, link.url, link.modified_at or self.now)
        return Finding(
            url=link.url,
            day=day,
            day_by=day_by,
            why=Why.UNNOTICED,
            words="a source names it now, and the archive never heard of it",
            remedy=f"morgue audit {self.site.name} --ask --repair --yes",
            source=source,
            repair="offer",
            link=link,
        )

    def _day(self, page: Promised) -> tuple[date, DayBy]:
        """The publisher's day of a page: the article's own, else its source's, its address's, ours."""
        if page.article_id is not None and page.published:
            return date.fromisoformat(page.published[:10]), "article"
        return self._day_of(page.stated_at, page.url, page.found_at)

    def _day_of(
        self, stated_at: datetime | None, url: str, found_at: datetime
    ) -> tuple[date, DayBy]:
        if stated_at is not None:
            return stated_at.astimezone(self.site.zone).date(), "source"
        found_on = found_at.astimezone(self.site.zone).date()
        named = dateurls.of(url, latest=found_on + timedelta(days=1)).day
        return (named, "address") if named else (found_on, "found")


def limits(first: date, last: date) -> tuple[datetime, datetime]:
    """Moments between which everything of these days lies, wherever a publisher's clocks are."""
    begin = datetime.combine(first, datetime.min.time(), UTC) - timedelta(days=1)
    return begin, datetime.combine(last, datetime.min.time(), UTC) + timedelta(days=2)


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)
