"""Which links and URLs go with a split: what was looked at there, and every address that those looks named.

Takes a session, writes nothing. Knows what cannot be split off, and says so.
"""

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.errors import ActionRefused
from db.histories.settling import Look
from db.models import Article, ArticleUrl, Capture, Link
from db.statements import chunks

KeyOf = Callable[[str], str]


def links_to_split(session: Session, article: Article, url_keys: Sequence[str]) -> list[Link]:
    """The article's links with these URLs.

    Raises:
        ActionRefused: One is no URL of the article, or was never asked for itself.
    """
    rows = session.scalars(
        select(Link).where(Link.site_id == article.site_id, Link.url_key.in_(url_keys))
    )
    links = {link.url_key: link for link in rows}
    known = {alias.url_key for alias in aliases(session, article.id, url_keys)}
    for key in url_keys:
        if key in links and links[key].article_id == article.id:
            continue
        if key in known:
            raise ActionRefused(
                f"{key} is a URL of article {article.id}, but never was asked for itself:"
                " name the URL that led to it"
            )
        raise ActionRefused(
            f"{key} is no URL of article {article.id}: `morgue history {article.id}` lists them"
        )
    return list(links.values())


def addresses(session: Session, looks: Sequence[Look], key_of: KeyOf) -> set[str]:
    """The keys of the URLs that these looks asked for, were answered by, and were told of."""
    keys = keys_of(session, {look.link_id for look in looks})
    captures = sorted({look.capture_id for look in looks if look.capture_id is not None})
    for chunk in chunks(captures):
        rows = session.scalars(select(Capture.url_answered).where(Capture.id.in_(chunk)))
        keys.update(key_of(url) for url in rows if url)
    stated = {look.text.revision.canonical_url for look in looks if look.text}
    return keys.union(key_of(url) for url in stated if url)


def keys_of(session: Session, link_ids: Collection[int]) -> set[str]:
    """The keys of the URLs of these links."""
    keys: set[str] = set()
    for chunk in chunks(sorted(link_ids)):
        keys.update(session.scalars(select(Link.url_key).where(Link.id.in_(chunk))))
    return keys


def aliases(session: Session, article_id: int, url_keys: Collection[str]) -> list[ArticleUrl]:
    """Those of these URLs that the article has."""
    found: list[ArticleUrl] = []
    for chunk in chunks(sorted(url_keys)):
        found += session.scalars(
            select(ArticleUrl)
            .where(ArticleUrl.article_id == article_id, ArticleUrl.url_key.in_(chunk))
            .order_by(ArticleUrl.id)
        )
    return found
