"""Decides, inside the writing transaction, what each look becomes: its outcome, article, revision, next look.

Knows the decisions and their order; asks `identify` and `compare` for the judgements. Must not write.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config import schedule
from config.site import SiteConfig
from db.archive import Session
from db.archiving.entries import (
    Alias,
    CandidateRow,
    Entry,
    LinkState,
    NewArticle,
    NewExtraction,
)
from db.histories.removals import Evidence
from db.identities import candidates
from db.identities.identity import Origin
from db.models import VisitOutcome
from pipeline import answer, identify
from pipeline.answer import Answer
from pipeline.context import CrawlContext
from pipeline.extraction import Result
from pipeline.items import Fetched
from pipeline.reading import Reading, Verdict
from pipeline.revisits.plan import DueRule, Policy
from pipeline.stages.absence import gone_by
from pipeline.stages.evidence import aliases_of, candidate_of, evidence_of, keys_of
from pipeline.stages.known_text import known_text
from pipeline.stages.next_look import Due, next_look
from pipeline.stages.revisions import revision_of

GIVE_UP_AFTER = 8
"""Failures in a row after which a link that never showed an article is not asked for again."""

_QUARANTINE_REST = timedelta(hours=1)
_REFUSAL_REST = timedelta(days=1)
_UNKNOWN = Policy()


@dataclass(frozen=True, slots=True)
class Decision:
    """An entry to be archived, or the capture that has to be read again before one can be decided."""

    entry: Entry
    needs_baseline: Origin | None = None


def decide(session: Session, batch: Sequence[Fetched], *, context: CrawlContext) -> list[Decision]:
    """One decision for each look, in order; looks of one batch know of each other's new articles."""
    desk = _Desk(session, context, batch)
    return [desk.decide(fetched) for fetched in batch]


class _Desk:
    """Decides one batch: what the archive holds is asked for once, for all of it."""

    def __init__(self, session: Session, context: CrawlContext, batch: Sequence[Fetched]) -> None:
        self._session = session
        self._context = context
        self._sites = {
            site_id: self._site(site_id, members)
            for site_id, members in _by_site(batch, context).items()
        }

    def decide(self, fetched: Fetched) -> Decision:
        site = self._context.sites[fetched.site]
        reply = answer.classify(fetched, site=site)
        match reply.kind:
            case answer.Kind.REFUSED:
                return self._unanswered(fetched, VisitOutcome.REFUSED, reply.detail)
            case answer.Kind.ERROR:
                return self._unanswered(fetched, VisitOutcome.ERROR, reply.detail)
            case answer.Kind.GONE:
                return self._gone(fetched, site, reply)
            case answer.Kind.NOT_MODIFIED:
                return self._unchanged(fetched, site)
            case answer.Kind.PAGE:
                return self._page(fetched, site)

    def _page(self, fetched: Fetched, site: SiteConfig) -> Decision:
        if fetched.same_as_revision_id is not None:
            return self._unchanged(fetched, site)
        result = fetched.result
        if result is None:  # the crawl is ending: the capture is kept, the next crawl reads it
            raise NotReadError(fetched.url)
        if result.reading.verdict is Verdict.QUARANTINED:
            return self._quarantined(fetched, site, result)
        return self._believed(fetched, site, result)

    def _believed(self, fetched: Fetched, site: SiteConfig, result: Result) -> Decision:
        reading = result.reading
        row, article, aliases = self._identify(fetched, result)
        first_seen = _first_seen(reading, row, fetched.fetched_at)
        is_edited = (
            row is not None
            and row.revision_id is not None
            and row.normal_sha256 != result.normal_sha256
        )
        entry = Entry(
            crawl_id=fetched.crawl_id,
            link_id=fetched.link_id,
            site_id=self._context.site_ids[fetched.site],
            visited_at=fetched.fetched_at,
            outcome=VisitOutcome.NEW if row is None else VisitOutcome.REVISED,
            status=fetched.status,
            capture_id=fetched.capture_id,
            extraction=self._extraction(fetched.site, result),
            article=article,
            aliases=aliases,
            revision=revision_of(result),
            link_state=self._settled(
                fetched, site, first_seen, is_edited=is_edited, is_live=reading.is_live
            ),
            compared_with=row.revision_id if row else None,
        )
        if row is None or not is_edited:
            return Decision(entry)
        rules_sha256 = self._context.rules_sha256(fetched.site)
        known = known_text(self._session, fetched, row, rules_sha256=rules_sha256)
        if isinstance(known, Origin):
            return Decision(entry, needs_baseline=known)
        if known is None:
            return Decision(entry)
        return Decision(
            replace(
                entry,
                outcome=VisitOutcome.SAME_TEXT,
                revision=None,
                seen_revision_id=known,
                link_state=self._settled(fetched, site, first_seen, is_live=reading.is_live),
            )
        )

    def _identify(
        self, fetched: Fetched, result: Result
    ) -> tuple[CandidateRow | None, int | NewArticle, tuple[Alias, ...]]:
        """The page's article: one that is known, one that this batch adds, or a new one; and its URLs."""
        desk = self._sites[self._context.site_ids[fetched.site]]
        page = evidence_of(fetched, result)
        found = identify.identify(
            page, list(desk.candidates.values()), has_telling_guids=desk.has_telling_guids
        )
        aliases = aliases_of(fetched, result, found)
        number = found.article_id
        if number is None:
            number = -1 - len(desk.newcomers)
            desk.newcomers[number] = NewArticle(guid=fetched.link.guid)
            desk.candidates[number] = identify.as_candidate(page, number)
        else:
            desk.candidates[number] = identify.seen_as(desk.candidates[number], page)
        if number < 0:
            return None, desk.newcomers[number], aliases
        return desk.rows[number], number, aliases

    def _quarantined(self, fetched: Fetched, site: SiteConfig, result: Result) -> Decision:
        link, reason = fetched.link, result.reading.reason
        failures = link.failure_count + 1
        due = Due(self._later(fetched, failures, at_least=_QUARANTINE_REST), DueRule.RETRY)
        absence = gone_by(fetched, reason)
        if absence is not None:
            due = self._watch(fetched, site)
        return Decision(
            replace(
                self._bare(fetched, VisitOutcome.QUARANTINED),
                detail=absence or reason,
                capture_id=fetched.capture_id,
                extraction=self._extraction(fetched.site, result),
                article=link.article_id if absence else None,
                gone_by=absence,
                link_state=self._state(fetched, due=due, failures=failures),
            )
        )

    def _unchanged(self, fetched: Fetched, site: SiteConfig) -> Decision:
        link = fetched.link
        first_seen = min(filter(None, (link.published_at, link.found_at)))
        return Decision(
            replace(
                self._bare(fetched, VisitOutcome.SAME_BYTES),
                capture_id=fetched.capture_id,
                article=link.article_id,
                seen_revision_id=fetched.same_as_revision_id or link.revision_id,
                link_state=self._settled(fetched, site, first_seen),
            )
        )

    def _gone(self, fetched: Fetched, site: SiteConfig, reply: Answer) -> Decision:
        link = fetched.link
        due = Due(None, DueRule.NEVER)
        if link.article_id is not None:  # it may come back: looked at as if it were there
            due = self._watch(fetched, site)
        return Decision(
            replace(
                self._bare(fetched, VisitOutcome.GONE),
                detail=reply.detail,
                article=link.article_id,
                gone_by=Evidence(reply.gone_by) if reply.gone_by else None,
                link_state=LinkState(
                    due_at=due.at, modified_at=link.modified_at, due_rule=due.rule.value
                ),
            )
        )

    def _watch(self, fetched: Fetched, site: SiteConfig) -> Due:
        """When a link that shows its article no longer is looked at again: by its age, whatever is learnt of edits."""
        link = fetched.link
        steps = site.schedule.revisit
        at = schedule.next_look(
            schedule.LADDER if steps.is_learnt else steps,
            first_seen=min(filter(None, (link.published_at, link.found_at))),
            now=fetched.fetched_at,
        )
        return Due(at, DueRule.GONE if at else DueRule.NEVER)

    def _unanswered(self, fetched: Fetched, outcome: VisitOutcome, detail: str | None) -> Decision:
        failures = fetched.link.failure_count + 1
        rest = _REFUSAL_REST if outcome is VisitOutcome.REFUSED else timedelta(0)
        due = Due(self._later(fetched, failures, at_least=rest), DueRule.RETRY)
        return Decision(
            replace(
                self._bare(fetched, outcome),
                detail=detail,
                link_state=self._state(fetched, due=due, failures=failures),
            )
        )

    def _bare(self, fetched: Fetched, outcome: VisitOutcome) -> Entry:
        return Entry(
            crawl_id=fetched.crawl_id,
            link_id=fetched.link_id,
            site_id=self._context.site_ids[fetched.site],
            visited_at=fetched.fetched_at,
            outcome=outcome,
            status=fetched.status,
            link_state=LinkState(due_at=None),
        )

    def _settled(
        self,
        fetched: Fetched,
        site: SiteConfig,
        first_seen: datetime,
        *,
        is_edited: bool = False,
        is_live: bool | None = None,
    ) -> LinkState:
        """The link's state after an answer that was believed."""
        link = fetched.link
        due = next_look(
            site,
            link,
            policy=self._context.policies.get(fetched.site, _UNKNOWN),
            first_seen=first_seen,
            now=fetched.fetched_at,
            is_edited=is_edited,
            is_live=is_live,
        )
        if fetched.status == 304:
            return LinkState(
                due_at=due.at,
                due_rule=due.rule.value,
                etag=fetched.header("etag") or link.etag,
                last_modified=fetched.header("last-modified") or link.last_modified,
                modified_at=link.modified_at,
            )
        return LinkState(
            due_at=due.at,
            due_rule=due.rule.value,
            is_live=is_live,
            etag=fetched.header("etag"),
            last_modified=fetched.header("last-modified"),
            modified_at=link.modified_at,
        )

    def _state(self, fetched: Fetched, *, due: Due, failures: int) -> LinkState:
        """The link's state after an answer that brought nothing: what it had told before stays."""
        link = fetched.link
        return LinkState(
            due_at=due.at,
            due_rule=due.rule.value,
            etag=link.etag,
            last_modified=link.last_modified,
            failure_count=failures,
        )

    def _later(self, fetched: Fetched, failures: int, *, at_least: timedelta) -> datetime | None:
        if fetched.link.article_id is None and failures >= GIVE_UP_AFTER:
            return None
        later = answer.next_try(
            failure_count=failures, now=fetched.fetched_at, retry_after_s=fetched.retry_after_s
        )
        return max(later, fetched.fetched_at + at_least)

    def _extraction(self, site: str, result: Result) -> NewExtraction:
        reading = result.reading
        profile = self._context.profiles.get(site)
        return NewExtraction(
            content=result.content,
            extractor=reading.extractor,
            rules_sha256=self._context.rules_sha256(site),
            is_believed=reading.verdict is Verdict.BELIEVED,
            reason=reading.reason.value if reading.reason else None,
            detail=reading.detail,
            profile_id=profile.id if profile else None,
        )

    def _site(self, site_id: int, members: Sequence[Fetched]) -> "_Site":
        session = self._session
        pages = [evidence_of(fetched, fetched.result) for fetched in members if fetched.result]
        places = candidates.articles_at(
            session, site_id, {key for page in pages for key in keys_of(page)}
        )
        # a page that is where an article is known to be, as nearly all are, needs no more
        strays = [
            page
            for page in pages
            if page.url_key not in places or page.answered_key != page.url_key
        ]
        guids = candidates.articles_with(
            session, site_id, {page.guid for page in strays if page.guid}
        )
        ids = {*guids}.union(
            *places.values(),
            candidates.articles_like(session, site_id, [page.said.shingles for page in strays]),
        )
        rows = candidates.candidate_rows(session, ids, guids=guids)
        return _Site(
            rows={row.article_id: row for row in rows},
            candidates={row.article_id: candidate_of(row) for row in rows},
            newcomers={},
            has_telling_guids=bool(guids) and candidates.has_telling_guids(session, site_id),
        )


@dataclass(slots=True)
class _Site:
    """What a batch knows of one site's articles; those that it adds have numbers below zero."""

    rows: dict[int, CandidateRow]
    candidates: dict[int, identify.Candidate]
    newcomers: dict[int, NewArticle]
    has_telling_guids: bool


class NotReadError(Exception):
    """A page came to be archived before it was read: its capture waits for the next crawl."""


def _by_site(batch: Sequence[Fetched], context: CrawlContext) -> dict[int, list[Fetched]]:
    """The looks that need to be identified, by site number."""
    members: dict[int, list[Fetched]] = {}
    for fetched in batch:
        if fetched.result and fetched.result.reading.verdict is Verdict.BELIEVED:
            members.setdefault(context.site_ids[fetched.site], []).append(fetched)
    return members


def _first_seen(reading: Reading, row: CandidateRow | None, now: datetime) -> datetime:
    """From when an article's age counts: its stated publication, else our first look; never the future."""
    stated = reading.published.at if reading.published else None
    ours = row.first_seen_at if row else now
    return min(filter(None, (stated, ours)))
