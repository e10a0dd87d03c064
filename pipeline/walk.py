"""One page on its way through the readers: what came in and what has been read of it so far.

Knows what the readers hand to each other. Must not know their order.
"""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from config.rules import RuleSet
from config.site import SiteConfig
from pipeline import rules
from pipeline.claims import Claims
from pipeline.dating import dates
from pipeline.heads import heading
from pipeline.markup import furniture, structured
from pipeline.markup.page import Element, Page
from pipeline.profiles.profile import Profile
from pipeline.text import language


@dataclass(slots=True)
class Walk:
    """One page on its way through the readers."""

    page: Page
    site: SiteConfig
    fetched_at: datetime
    feed_title: str | None
    feed_published: datetime | None
    claims: Claims
    zone: tzinfo
    readers: dict[str, str] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)  # fields that independent readers agree on
    ruleset: RuleSet | None = None
    ruled: rules.Ruled = field(default_factory=rules.Ruled)
    cleared: furniture.Cleared = field(default_factory=furniture.Cleared)
    names: tuple[str, ...] = ()
    place: Element | None = None
    seen: heading.Surroundings = field(default_factory=heading.Surroundings)
    language: str | None = None
    passed_over: list[str] = field(default_factory=list)  # lines among the body's that are not body
    unasked: int = 0  # lines behind those among which the body was looked for, where it may go on
    profile: Profile | None = None


def begin(
    page: Page,
    *,
    site: SiteConfig,
    fetched_at: datetime,
    feed_title: str | None = None,
    feed_published: datetime | None = None,
    profile: Profile | None = None,
) -> Walk:
    """The walk of a page of which only its structured data were read yet."""
    return Walk(
        page=page,
        site=site,
        fetched_at=fetched_at,
        feed_title=feed_title,
        feed_published=feed_published,
        claims=structured.read(page),
        zone=dates.zone_of(site.time_zone),
        language=language.primary(page.language) or site.language,
        profile=profile,
    )
