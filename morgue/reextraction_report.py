"""What a run of `morgue reextract` is asked for, and what it came to. Values alone."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.stages.reread import Outcome

EXAMPLES = 5
"""Articles of each site of which the differences are shown."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read again."""

    since: datetime | None = None
    until: datetime | None = None
    article_id: int | None = None
    is_quarantined_only: bool = False
    limit: int | None = None  # articles, and links that show none
    is_dry: bool = False


@dataclass(slots=True)
class SiteReport:
    """What it came to at one site."""

    site: str
    articles: int = 0  # that were settled
    pages: int = 0  # that were read
    changed: int = 0  # articles of which another text stands
    superseded: int = 0
    added: int = 0
    new_articles: int = 0
    healed: int = 0
    doubted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unread: int = 0
    left: int = 0  # articles that a crawl went on to add to
    busy: str | None = None  # why pages of no article were left
    fields: Counter[str] = field(default_factory=Counter)
    examples: list[Outcome] = field(default_factory=list)

    def take(self, outcome: Outcome, *, examples: int) -> None:
        """Count what an article came to."""
        self.articles += outcome.article_id is not None
        self.changed += bool(outcome.replaced or outcome.added)
        self.superseded += len(outcome.replaced)
        self.added += outcome.added
        self.new_articles += outcome.article_id is None and outcome.added > 0
        self.healed += outcome.healed
        self.doubted += outcome.doubted
        self.refused.update(outcome.refused)
        self.unread += outcome.unread
        for each in outcome.replaced:
            self.fields.update(each.fields)
        if outcome.replaced and len(self.examples) < examples:
            self.examples.append(outcome)


@dataclass(slots=True)
class Report:
    """What a run came to."""

    action_id: int | None = None
    sites: list[SiteReport] = field(default_factory=list)
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a site is."""

    site: str
    done: int  # articles, and links without one
    total: int


def counts(report: SiteReport) -> dict[str, Any]:
    """What a site came to, as plain values."""
    return {
        "pages": report.pages,
        "articles": report.articles,
        "changed": report.changed,
        "superseded": report.superseded,
        "added": report.added,
        "new_articles": report.new_articles,
        "healed": report.healed,
        "quarantined": report.doubted,
        "refused": dict(report.refused),
        "unreadable": report.unread,
        "left": report.left,
        "fields": dict(report.fields),
    }
