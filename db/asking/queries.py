"""Answers about articles and their revisions. Takes a read session; writes nothing.

`as_of` says up to when publishers are listened to and up to when the archive had learnt it; see db.asking.asof.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    select,
)
from sqlalchemy.orm import Session

from db.archiving.contents import unpack_content
from db.asking import search as searching
from db.asking import statements
from db.asking.asof import NOW, AsOf, form, moments
from db.asking.snippets import Snippet, cut
from db.asking.statements import COUNTED
from db.asking.terms import Query
from db.identities import alias_views, unions
from db.identities.alias_views import AliasView
from db.identities.belonging import gone_at, looks_at
from db.identities.owners import owners_of_url
from db.models import (
    Article,
    Content,
    Extraction,
    Revision,
    Site,
)
from db.statements import chunks, padded


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One text of an article, and what proves it."""

    id: int
    article_id: int
    number: int
    capture_id: int
    extraction_id: int
    first_seen_at: datetime
    previous_seen_at: datetime | None  # last look that still saw its predecessor
    recorded_at: datetime
    title: str
    standfirst: str | None
    text: str
    authors: tuple[str, ...]
    published_at: datetime | None
    published: str | None  # as stated: with its offset, or the day alone
    modified: str | None
    language: str | None
    section: str | None
    canonical_url: str | None
    credit: str | None
    source_url: str | None


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article, its URLs and its newest revision."""

    number: int
    site: str
    site_title: str
    url: str  # under which it was met first, of those that still hold
    aliases: tuple[AliasView, ...]
    guid: str | None
    first_seen_at: datetime
    last_seen_at: datetime | None  # last look that saw a text of it
    gone_at: datetime | None
    revision_count: int
    revision: RevisionView | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A revision that a search found."""

    article_id: int
    number: int  # of the revision
    is_current: bool  # the article's newest
    site: str
    url: str
    title: str
    published_at: datetime | None
    first_seen_at: datetime
    language: str | None
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what a search found, and how much there is."""

    hits: tuple[Hit, ...]
    count: int  # all that match; counting ends at COUNTED
    is_counted_out: bool  # false: there are more than `count`


_MOST_ARTICLES = 100


def find_articles(
    session: Session,
    *,
    number: int | None = None,
    url_key: str | None = None,
    site: str | None = None,
    as_of: AsOf = NOW,
) -> list[ArticleView]:
    """The articles of this number, or of this URL (`pipeline.urls.key`), those met last first.

    One URL can have been the URL of several articles. Of an article that was merged into another by then,
    the other is given.
    """
    ids = _asked_for(session, number=number, url_key=url_key, site=site, as_of=as_of)
    found = {article.number: article for article in load_articles(session, ids, as_of=as_of)}
    views: dict[int, ArticleView] = {}
    for article_id, article in found.items():
        if article.revision is None:
            other = unions.survivor(session, article_id, as_of=as_of)
            if other != article_id:
                (survivor,) = load_articles(session, [other], as_of=as_of)
                views[survivor.number] = survivor
                continue
            if as_of != NOW:
                continue
        views[article.number] = article
    return list(views.values())


def _asked_for(
    session: Session, *, number: int | None, url_key: str | None, site: str | None, as_of: AsOf
) -> list[int]:
    """The numbers of what is asked for, the highest first; there may be no such article."""
    numbers: list[int] | None = None if number is None else [number]
    if url_key is not None:
        had = owners_of_url(session, url_key, known_at=as_of.known_at)
        then = {one for one, at in had.items() if as_of.said_at is None or at <= as_of.said_at}
        numbers = sorted(then if numbers is None else then & set(numbers), reverse=True)
    if site is None and numbers is not None:
        return numbers[:_MOST_ARTICLES]
    wanted = select(Article.id).join(Site).order_by(Article.id.desc()).limit(_MOST_ARTICLES)
    if numbers is not None:
        wanted = wanted.where(Article.id.in_(numbers))
    if site is not None:
        wanted = wanted.where(Site.name == site)
    return list(session.scalars(wanted))


def load_articles(
    session: Session, article_ids: Sequence[int], *, as_of: AsOf = NOW
) -> list[ArticleView]:
    """These articles, in this order."""
    views = {}
    for chunk in chunks(article_ids):
        rows = session.execute(statements.ARTICLES, {"article_ids": padded(chunk)}).all()
        looks = looks_at(session, chunk, as_of=as_of)
        urls_of = alias_views.of_articles(session, chunk, as_of=as_of, looks=looks)
        texts = _texts(session, chunk, as_of)
        newest = _revisions(session, [each.newest_id for each in texts.values()])
        gone = gone_at(session, chunk, as_of=as_of, looks=looks)
        for article in rows:
            known = texts[article.id]
            urls = urls_of[article.id]
            views[article.id] = ArticleView(
                number=article.id,
                site=article.name,
                site_title=article.title,
                url=alias_views.address(urls),
                aliases=tuple(urls),
                guid=article.guid,
                first_seen_at=known.first_seen_at or article.first_seen_at,
                last_seen_at=looks[article.id].seen_at,
                gone_at=gone.get(article.id),
                revision_count=known.count,
                revision=newest.get(known.newest_id) if known.newest_id else None,
            )
    return [views[article_id] for article_id in article_ids if article_id in views]


def history(session: Session, article_id: int, *, as_of: AsOf = NOW) -> list[RevisionView]:
    """The revisions of an article that stood, the first first."""
    values = {"article_id": article_id, **moments(as_of)}
    rows = session.execute(statements.history_of(form(as_of)), values)
    return [_revision_view(row) for row in rows]


def revision(
    session: Session, article_id: int, number: int, *, as_of: AsOf = NOW
) -> RevisionView | None:
    """One revision of an article, also one that was superseded; None where there is none of that number, or not yet."""
    values = {"article_id": article_id, "number": number, **moments(as_of)}
    row = session.execute(statements.revision_of(form(as_of)), values).one_or_none()
    return _revision_view(row) if row else None


def content_of(session: Session, extraction_id: int) -> bytes:
    """Everything that an extraction read, as canonical JSON: images, captions, blocks, what was removed."""
    data, base = session.execute(
        select(Content.data, Revision.text)
        .join(Extraction, Extraction.content_sha256 == Content.sha256)
        .outerjoin(Revision, Revision.id == Content.revision_id)
        .where(Extraction.id == extraction_id)
    ).one()
    return unpack_content(data, text=base or "")


def search(
    session: Session,
    words: str,
    *,
    site: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    language: str | None = None,
    as_of: AsOf = NOW,
    scope: Literal["newest", "all"] = "newest",
    order: Literal["newest", "best"] = "newest",
    limit: int = 20,
    offset: int = 0,
) -> Found:
    """The revisions in which words are found.

    Args:
        session: A read session.
        words: See db.asking.search for what can be asked.
        site: Only of the site of this name.
        since: Published (or, where no date is stated, seen first) at this moment or later.
        until: The same, before this moment.
        language: Primary tag, such as "en".
        as_of: What the archive would have found then.
        scope: "newest" looks at each article's newest revision, "all" at earlier ones too.
        order: "newest" by that same date; "best" by how well the words fit, which each database rates
            in its own way.
        limit: How many hits at most.
        offset: How many to pass over.

    Raises:
        QueryNotUnderstood: Nothing in `words` can be searched for.
    """
    query = searching.parse(words)
    sources = searching.sources(session, query)
    searching.ask_the_index(session)
    narrowed = {"site": site, "since": since, "until": until, "language": language}
    narrowed = {name: value for name, value in narrowed.items() if value is not None}
    page, counting = statements.matching_of(
        tuple(each.index for each in sources),
        form(as_of),
        is_newest_only=scope == "newest",
        is_best_first=order == "best",
        narrowed=tuple(narrowed),
    )
    values = {**sources[0].parameters, **narrowed, **moments(as_of), "most": COUNTED + 1}
    found = session.execute(page, {**values, "limit": limit, "offset": offset}).all()
    is_past_the_last = offset > 0 and not found
    count = found[0][1] if found else 0
    if is_past_the_last:
        count = session.scalar(counting, values) or 0
    return Found(
        hits=tuple(_hits(session, [revision_id for revision_id, _ in found], query, as_of)),
        count=min(count, COUNTED),
        is_counted_out=count <= COUNTED,
    )


def _hits(session: Session, revision_ids: Sequence[int], query: Query, as_of: AsOf) -> list[Hit]:
    values = {"revision_ids": padded(revision_ids), **moments(as_of)}
    rows = session.execute(statements.hits_of(form(as_of)), values).all()
    article_ids = sorted({found.article_id for found in rows})
    looks = looks_at(session, article_ids, as_of=as_of)
    urls_of = alias_views.of_articles(session, article_ids, as_of=as_of, looks=looks)
    hits = {}
    for found in rows:
        hits[found.id] = Hit(
            article_id=found.article_id,
            number=found.number,
            is_current=bool(found.is_newest),
            site=found.site,
            url=alias_views.address(urls_of[found.article_id]),
            title=found.title,
            published_at=found.published_at,
            first_seen_at=found.first_seen_at,
            language=found.language,
            snippet=cut("\n".join(filter(None, (found.standfirst, found.text))), query),
        )
    return [hits[revision_id] for revision_id in revision_ids]


@dataclass(slots=True)
class _Texts:
    """What is told of an article's texts together."""

    count: int = 0  # the highest number given
    first_seen_at: datetime | None = None
    newest_id: int | None = None


def _texts(session: Session, article_ids: Sequence[int], as_of: AsOf) -> dict[int, _Texts]:
    """What is known of the articles' texts."""
    found = {article_id: _Texts() for article_id in article_ids}
    values = {"article_ids": padded(article_ids), **moments(as_of)}
    rows = session.execute(statements.texts_of(form(as_of)), values)
    for article_id, revision_id, number, first_seen_at, is_standing in rows:
        texts = found[article_id]
        texts.count = max(texts.count, number)
        if is_standing:
            texts.first_seen_at = texts.first_seen_at or first_seen_at
            texts.newest_id = revision_id
    return found


def _revisions(session: Session, revision_ids: Sequence[int | None]) -> dict[int, RevisionView]:
    values = {"revision_ids": padded(list(filter(None, revision_ids)))}
    rows = session.execute(statements.REVISIONS, values)
    return {row.id: _revision_view(row) for row in rows}


def _revision_view(row: Any) -> RevisionView:
    return RevisionView(**{**row._mapping, "authors": tuple(row.authors or ())})  # noqa: SLF001
