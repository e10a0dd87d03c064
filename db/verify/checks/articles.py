"""Articles: what each says of its revisions is so, and it can be reached by a URL."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from db.histories.standing import is_standing
from db.models import Article, ArticleUrl, Revision
from db.verify.check import Check, Step, Violation


def _newest(step: Step) -> Iterator[Violation]:
    is_here = Revision.article_id.between(step.first, step.last)
    counted = (
        select(Revision.article_id, func.max(Revision.number).label("number"))
        .where(is_here)
        .group_by(Revision.article_id)
        .subquery()
    )
    place = func.row_number().over(
        partition_by=Revision.article_id,
        order_by=(Revision.first_seen_at.desc(), Revision.number.desc()),
    )
    ranked = (
        select(Revision.article_id, Revision.number, place.label("place"))
        .where(is_here, is_standing())
        .subquery()
    )
    newest = select(ranked).where(ranked.c.place == 1).subquery()
    named = aliased(Revision)
    rows = step.session.execute(
        select(Article.id, Article.revision_count, counted.c.number, named.number, newest.c.number)
        .outerjoin(counted, counted.c.article_id == Article.id)
        .outerjoin(newest, newest.c.article_id == Article.id)
        .outerjoin(named, (named.id == Article.revision_id) & (named.article_id == Article.id))
        .where(
            Article.id.between(step.first, step.last),
            (Article.revision_count != func.coalesce(counted.c.number, 0))
            | (func.coalesce(named.number, 0) != func.coalesce(newest.c.number, 0)),
        )
        .order_by(Article.id)
    )
    for article_id, count, last, stated, newest_number in rows:
        detail = (
            f"counts {count} revisions of {last or 0}, and names {_number(stated)} as its newest: "
            f"it is {_number(newest_number)}"
        )
        yield Violation("article_newest", f"article {article_id}", detail)


def _number(number: int | None) -> str:
    return "none" if number is None else f"number {number}"


def _aliases(step: Step) -> Iterator[Violation]:
    rows = step.session.execute(
        select(Article.id)
        .outerjoin(ArticleUrl, ArticleUrl.article_id == Article.id)
        .where(
            Article.id.between(step.first, step.last),
            ArticleUrl.id.is_(None),
            Article.merged_into_id.is_(None),  # its URLs went to the other
        )
        .order_by(Article.id)
    )
    for (article_id,) in rows:
        yield Violation("article_url", f"article {article_id}", "it has no URL")


CHECKS = (
    Check(
        "article_newest",
        "an article counts its revisions, and names the newest standing one",
        over=Article.id,
        find=_newest,
    ),
    Check(
        "article_url",
        "an article has a URL, unless it was merged into another",
        over=Article.id,
        find=_aliases,
    ),
)
