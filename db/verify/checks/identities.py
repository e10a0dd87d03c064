"""Identity: links and URLs lead to articles of their site that are still articles of their own."""

from collections.abc import Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from db.histories.standing import is_standing
from db.models import AliasMove, Article, ArticleUrl, KeptApart, Link, Revision
from db.verify.check import Check, Step, Violation


def _merged(step: Step) -> Iterator[Violation]:
    survivor = aliased(Article)
    rows = step.session.execute(
        select(Article.id, Article.merged_into_id, survivor.id, survivor.site_id, Article.site_id)
        .outerjoin(survivor, survivor.id == Article.merged_into_id)
        .where(
            Article.id.between(step.first, step.last),
            Article.merged_into_id.is_not(None),
            or_(
                survivor.id.is_(None),
                survivor.id == Article.id,
                survivor.site_id != Article.site_id,
            ),
        )
        .order_by(Article.id)
    )
    for article_id, into, _, _, _ in rows:
        detail = f"it was merged into {into}, which is no other article of its site"
        yield Violation("merged_articles", f"article {article_id}", detail)
    standing = step.session.execute(
        select(Revision.article_id, Revision.number)
        .join(Article, Article.id == Revision.article_id)
        .where(
            Article.id.between(step.first, step.last),
            Article.merged_into_id.is_not(None),
            is_standing(),
        )
        .order_by(Revision.article_id, Revision.number)
    )
    for article_id, number in standing:
        detail = f"it was merged into another, but its revision {number} stands"
        yield Violation("merged_articles", f"article {article_id}", detail)


def _links(step: Step) -> Iterator[Violation]:
    rows = step.session.execute(
        select(Link.id, Link.article_id, Article.id, Article.merged_into_id)
        .outerjoin(Article, Article.id == Link.article_id)
        .where(
            Link.id.between(step.first, step.last),
            Link.article_id.is_not(None),
            or_(
                Article.id.is_(None),
                Article.site_id != Link.site_id,
                Article.merged_into_id.is_not(None),
            ),
        )
        .order_by(Link.id)
    )
    for link_id, article_id, _, merged_into_id in rows:
        why = f"was merged into {merged_into_id}" if merged_into_id else "is not one of its site"
        detail = f"it shows article {article_id}, which {why}"
        yield Violation("link_article", f"link {link_id}", detail)


def _aliases(step: Step) -> Iterator[Violation]:
    rows = step.session.execute(
        select(ArticleUrl.id, ArticleUrl.url_key, ArticleUrl.article_id)
        .outerjoin(Article, Article.id == ArticleUrl.article_id)
        .where(
            ArticleUrl.id.between(step.first, step.last),
            or_(
                Article.id.is_(None),
                Article.site_id != ArticleUrl.site_id,
            ),
        )
        .order_by(ArticleUrl.id)
    )
    for _, url_key, article_id in rows:
        detail = f"it leads to article {article_id}, which is not one of its site"
        yield Violation("alias_article", f"URL {url_key}", detail)


def _moves(step: Step) -> Iterator[Violation]:
    """The last move of a URL led to the article that has it."""
    later = aliased(AliasMove)
    rows = step.session.execute(
        select(AliasMove.id, ArticleUrl.url_key, AliasMove.to_article_id, ArticleUrl.article_id)
        .outerjoin(ArticleUrl, ArticleUrl.id == AliasMove.article_url_id)
        .where(
            AliasMove.id.between(step.first, step.last),
            or_(ArticleUrl.id.is_(None), ArticleUrl.article_id != AliasMove.to_article_id),
            ~select(later.id)
            .where(later.article_url_id == AliasMove.article_url_id, later.id > AliasMove.id)
            .exists(),
        )
        .order_by(AliasMove.id)
    )
    for move_id, url_key, to_article_id, article_id in rows:
        detail = f"{url_key} went to article {to_article_id}, but article {article_id} has it"
        yield Violation("alias_moves", f"move {move_id}", detail)


def _apart(step: Step) -> Iterator[Violation]:
    back = aliased(KeptApart)
    rows = step.session.execute(
        select(KeptApart.article_id, KeptApart.other_id)
        .outerjoin(
            back,
            (back.article_id == KeptApart.other_id) & (back.other_id == KeptApart.article_id),
        )
        .where(KeptApart.article_id.between(step.first, step.last), back.article_id.is_(None))
        .order_by(KeptApart.article_id, KeptApart.other_id)
    )
    for article_id, other_id in rows:
        detail = f"it is kept apart from article {other_id}, but not that from it"
        yield Violation("kept_apart", f"article {article_id}", detail)


CHECKS = (
    Check(
        "merged_articles",
        "a merged article names another of its site, and none of its revisions stands",
        over=Article.id,
        find=_merged,
    ),
    Check(
        "link_article",
        "a link shows an article of its site that was not merged into another",
        over=Link.id,
        find=_links,
    ),
    Check(
        "alias_article",
        "a URL belongs to an article of its site",
        over=ArticleUrl.id,
        find=_aliases,
    ),
    Check(
        "alias_moves",
        "a URL that was moved is where its last move led",
        over=AliasMove.id,
        find=_moves,
    ),
    Check(
        "kept_apart",
        "articles that are kept apart are so both ways",
        over=KeptApart.article_id,
        find=_apart,
    ),
)
