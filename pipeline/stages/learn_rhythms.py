"""At the end of a site's part of a crawl: how often a site's articles change is learnt from what its looks saw.

Knows when to learn, and from which crawls. Must not know what a rhythm says, nor Scrapy.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Self

import structlog

from config.site import SiteConfig
from db.archive import Session
from db.archiving import rhythms
from db.archiving.rhythms import KnownRhythm
from db.errors import ArchiveError
from db.models import VisitOutcome
from pipeline.context import CrawlContext, LeaseLost, context_of
from pipeline.items import Fetched
from pipeline.revisits import plan, rhythm
from pipeline.revisits.plan import Policy
from pipeline.revisits.rhythm import LEARNER_VERSION, Rhythm
from pipeline.revisits.tally import Tally

LEARN_AFTER = timedelta(hours=6)
"""A site's rhythm is learnt again when it is this old and there were looks since."""

MAX_CRAWLS = 200
"""Crawls that are caught up with at a time: of a long past the newest part tells enough."""

_LOOKS = tuple(outcome.value for outcome in VisitOutcome)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

log = structlog.get_logger(__name__)


class LearnRhythms:
    """Learns from each crawl's looks once, in the order of crawls. One that was killed is caught up with."""

    def __init__(self, context: CrawlContext) -> None:
        self._context = context
        context.endings.append(self.site_ended)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """For the crawl that the Scrapy crawler belongs to."""
        return cls(context_of(crawler))

    async def process_item(self, fetched: Fetched) -> Fetched:
        """Let the page pass: what it told stands in the ledger."""
        return fetched

    async def site_ended(self, name: str) -> None:
        """Learn a site that was looked at, while it is ours. What goes wrong is said, and left to the next crawl."""
        counts = self._context.counts.get(name) or Counter[str]()
        if not any(counts.get(outcome) for outcome in _LOOKS):
            return
        try:
            await asyncio.to_thread(self._learn, self._context.sites[name])
        except (ArchiveError, LeaseLost) as error:
            log.warning("rhythm_not_learnt", site=name, error=f"{type(error).__name__}: {error}")

    def _learn(self, site: SiteConfig) -> None:
        context = self._context
        site_id, now = context.site_ids[site.name], context.clock.now()
        with context.archive.read() as session:
            known = rhythms.load(session, [site_id], learner=LEARNER_VERSION).get(site_id)
            if known is not None and now - known.learned_at < LEARN_AFTER:
                return
            content, crawl_id = learn(session, site, site_id, known=known)
        with context.archive.write() as session:
            context.require_leases(session, [site.name])
            rhythms.store(
                session,
                site_id,
                learner=LEARNER_VERSION,
                crawl_id=crawl_id,
                content=content,
                now=now,
            )


def learn(
    session: Session, site: SiteConfig, site_id: int, *, known: KnownRhythm | None
) -> tuple[dict[str, Any], int]:
    """What was known with the looks of the crawls since, and the last of these."""
    tally = Tally.of_content(known.content["tally"]) if known else Tally()
    last = known.crawl_id if known else 0
    passed_at = datetime.fromisoformat(known.content["passed_at"]) if known else None
    for crawl_id, began_at in rhythms.crawls_since(session, site_id, last, limit=MAX_CRAWLS):
        if passed_at is not None:
            tally.pass_time((began_at - passed_at).total_seconds())
        passed_at, last = max(filter(None, (passed_at, began_at))), crawl_id
        _count(session, site_id, crawl_id, tally)
    learnt = rhythm.learn(tally)
    looks = looks_a_day(site, learnt)
    price = plan.PRICE if looks is None else plan.price_for(learnt, looks_a_day=looks)
    content = {
        "tally": tally.content(),
        "rhythm": rhythm.content_of(learnt),
        "passed_at": passed_at.isoformat() if passed_at else None,
        "looks_a_day": looks,
        "price": price,
    }
    return content, last


def policies(session: Session, sites: Mapping[int, SiteConfig]) -> dict[str, Policy]:
    """When articles are looked at again, for those of these sites, by number, at which that is learnt."""
    learning = {number: site for number, site in sites.items() if site.schedule.revisit.is_learnt}
    known = rhythms.load(session, learning, learner=LEARNER_VERSION)
    return {site.name: policy_of(site, known.get(number)) for number, site in learning.items()}


def policy_of(site: SiteConfig, known: KnownRhythm | None) -> Policy:
    """By what a site's articles are looked at again, as was learnt, and as its file allows today."""
    if known is None:
        return Policy()
    learnt = rhythm.of_content(known.content["rhythm"])
    looks = looks_a_day(site, learnt)
    if looks is None:
        return Policy(learnt)
    if looks == known.content["looks_a_day"]:
        return Policy(learnt, known.content["price"])
    return Policy(learnt, plan.price_for(learnt, looks_a_day=looks))


def looks_a_day(site: SiteConfig, learnt: Rhythm) -> float | None:
    """What a site's budget leaves in a day for looks at known articles; None where it has no budget."""
    polite = site.politeness
    budgets = [polite.requests_per_day, polite.requests_per_hour and 24 * polite.requests_per_hour]
    budget = min((each for each in budgets if each), default=None)
    if budget is None:
        return None
    every = site.schedule.every or _HOUR
    others = learnt.articles_a_day + len(site.sources) * (_DAY / every)
    return round(max(budget - others, budget / 10), 3)


def _count(session: Session, site_id: int, crawl_id: int, tally: Tally) -> None:
    """Add the looks of one crawl."""
    for look in rhythms.intervals(session, site_id, crawl_id):
        section = rhythm.section_of(look.url, look.source_id)
        if look.before_at is None:
            tally.meet(section)
            continue
        tally.look(
            section,
            start=(look.before_at - look.born_at) / _HOUR,
            end=(look.looked_at - look.born_at) / _HOUR,
            has_changed=look.outcome is VisitOutcome.REVISED,
        )
