"""When a link that showed its article is looked at again, and by which rule.

Knows links and site files. Must not write.
"""

from datetime import datetime
from typing import NamedTuple

from config import schedule
from config.site import SiteConfig
from db.archiving.entries import KnownLink
from pipeline.revisits import plan
from pipeline.revisits.plan import DueRule, Policy, Subject
from pipeline.revisits.rhythm import section_of


class Due(NamedTuple):
    """A moment and what set it."""

    at: datetime | None
    rule: DueRule


def next_look(
    site: SiteConfig,
    link: KnownLink,
    *,
    policy: Policy,
    first_seen: datetime,
    now: datetime,
    is_edited: bool = False,
    is_live: bool | None = None,
) -> Due:
    """When to look again at a link that was looked at now.

    Args:
        site: Its file says whether that is learnt, or by which steps.
        link: As it was before this look.
        policy: What was learnt of the site.
        first_seen: From when the article's age counts.
        now: The moment of this look.
        is_edited: This look saw another text than the last one.
        is_live: The page says so; None where it was not read.
    """
    wanted = site.schedule
    if wanted.trust_lastmod and link.modified_at is not None:
        return Due(None, DueRule.LASTMOD)
    if not wanted.revisit.is_learnt:
        at = schedule.next_look(wanted.revisit, first_seen=first_seen, now=now)
        return Due(at, DueRule.LADDER if at else DueRule.NEVER)
    subject = subject_of(
        link, first_seen=first_seen, edited_at=now if is_edited else None, is_live=is_live
    )
    found = plan.next_look(policy.rhythm, subject, now=now, price=policy.price)
    return Due(found.due_at, found.rule)


def subject_of(
    link: KnownLink,
    *,
    first_seen: datetime,
    edited_at: datetime | None = None,
    is_live: bool | None = None,
) -> Subject:
    """The article of a link as plans see it; `edited_at` is that of an edit that is not counted yet."""
    return Subject(
        section=section_of(link.url, link.source_id),
        born_at=first_seen,
        found_at=link.found_at,
        edit_count=(link.edit_count or 0) + (edited_at is not None),
        edited_at=edited_at or link.edited_at,
        is_live=bool(link.is_live if is_live is None else is_live),
    )
