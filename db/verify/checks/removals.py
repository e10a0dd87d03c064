"""Removals: each rests on a look that found the article gone, and articles say what their removals say."""

from collections.abc import Iterator

from sqlalchemy import exists, func, or_, select

from db.histories import seen, settling
from db.histories.absences import found_gone
from db.histories.respell import said_of
from db.models import Action, Article, ArticleUrl, Extraction, Link, Removal, Visit, VisitOutcome
from db.verify.check import Check, Step, Violation

_UNTOUCHED = ~exists().where(Action.article_id == Article.id)
"""Nobody merged or split the article: its links are those that were looked at."""


def _looks(step: Step) -> Iterator[Violation]:
    had = (  # a link that shows another article since has been a URL of this one
        select(ArticleUrl.id)
        .where(
            ArticleUrl.article_id == Removal.article_id,
            ArticleUrl.site_id == Link.site_id,
            ArticleUrl.url_key == Link.url_key,
        )
        .correlate(Removal, Link)
    )
    look = (
        select(Visit.id)
        .join(Link, Link.id == Visit.link_id)
        .where(
            or_(Link.article_id == Removal.article_id, exists(had)),
            Visit.visited_at == Removal.suspected_at,
            found_gone(),
        )
        .correlate(Removal)
    )
    rows = step.session.execute(
        select(Removal.id, Removal.article_id)
        .join(Article, Article.id == Removal.article_id)
        .where(
            Removal.id.between(step.first, step.last),
            Removal.withdrawn_at.is_(None),
            _UNTOUCHED,
            Article.merged_into_id.is_(None),
            ~exists(look),
            exists().where(Link.article_id == Removal.article_id),
        )
        .order_by(Removal.id)
    )
    for removal_id, article_id in rows:
        detail = f"no look found article {article_id} gone when it was suspected"
        yield Violation("removal_looks", f"removal {removal_id}", detail)


def _sights(step: Step) -> Iterator[Violation]:
    """Pages that were healed within a removal; where there are any, the rule is asked whether they end it."""
    healed = step.session.execute(
        select(Removal)
        .join(Link, Link.article_id == Removal.article_id)
        .join(Visit, Visit.link_id == Link.id)
        .join(Extraction, Extraction.capture_id == Visit.capture_id)
        .where(
            Removal.id.between(step.first, step.last),
            Removal.withdrawn_at.is_(None),
            Visit.outcome == VisitOutcome.QUARANTINED.value,
            Visit.visited_at >= Removal.suspected_at,
            or_(Removal.returned_at.is_(None), Visit.visited_at < Removal.returned_at),
            Extraction.revision_id.is_not(None),
        )
        .distinct()
        .order_by(Removal.id)
    )
    for removal in healed.scalars():
        looks = seen.looks_of(step.session, removal.article_id)
        made = {each.said for each in settling.plan(looks, ()).removals}
        if said_of(removal) not in made:
            detail = f"article {removal.article_id} was seen while it is said to have been gone"
            yield Violation("removal_sights", f"removal {removal.id}", detail)


def _moments(step: Step) -> Iterator[Violation]:
    rows = step.session.execute(
        select(Removal.id, Removal.article_id)
        .where(
            Removal.id.between(step.first, step.last),
            (Removal.confirmed_at < Removal.suspected_at)
            | (Removal.returned_at < Removal.suspected_at)
            | (Removal.returned_at < Removal.confirmed_at),
        )
        .order_by(Removal.id)
    )
    for removal_id, article_id in rows:
        detail = f"article {article_id} was there again before it was gone"
        yield Violation("removal_moments", f"removal {removal_id}", detail)


def _articles(step: Step) -> Iterator[Violation]:
    still_gone = (
        select(
            Removal.article_id,
            func.count().label("number"),
            func.count(Removal.confirmed_at).label("confirmed"),
            func.min(Removal.suspected_at).label("suspected_at"),
        )
        .where(
            Removal.article_id.between(step.first, step.last),
            Removal.returned_at.is_(None),
            Removal.withdrawn_at.is_(None),
        )
        .group_by(Removal.article_id)
        .subquery()
    )
    rows = step.session.execute(
        select(
            Article.id,
            Article.gone_at,
            still_gone.c.number,
            still_gone.c.confirmed,
            still_gone.c.suspected_at,
        )
        .outerjoin(still_gone, still_gone.c.article_id == Article.id)
        .where(
            Article.id.between(step.first, step.last),
            _UNTOUCHED,
            Article.merged_into_id.is_(None),
            Article.gone_at.is_not(None) | still_gone.c.number.is_not(None),
        )
        .order_by(Article.id)
    )
    for article_id, gone_at, number, confirmed, suspected_at in rows:
        what = f"article {article_id}"
        if (number or 0) > 1:
            yield Violation("article_gone", what, f"{number} removals of it have not ended")
        elif gone_at != (suspected_at if confirmed else None):
            told = f"since {suspected_at}" if confirmed else "not"
            detail = f"it says that it is gone since {gone_at}, its removals say: {told}"
            yield Violation("article_gone", what, detail)


CHECKS = (
    Check(
        "removal_looks",
        "a removal begins with a look that found the article gone",
        over=Removal.id,
        find=_looks,
    ),
    Check(
        "removal_sights",
        "no text was seen in a time in which its article is said to have been gone",
        over=Removal.id,
        find=_sights,
    ),
    Check(
        "removal_moments",
        "an article is gone before it is there again",
        over=Removal.id,
        find=_moments,
    ),
    Check(
        "article_gone",
        "an article is gone if a confirmed removal of it has not ended",
        over=Article.id,
        find=_articles,
    ),
)
