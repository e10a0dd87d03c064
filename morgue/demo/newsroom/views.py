"""Gathers from the newsroom what pages and lists show of its articles."""

from datetime import datetime

from morgue.demo.newsroom.cast import Article
from morgue.demo.newsroom.dice import between, roll_for, token
from morgue.demo.newsroom.listings import Entry
from morgue.demo.newsroom.lives import Kind
from morgue.demo.newsroom.sheets import ArticleView, Teaser
from morgue.demo.newsroom.world import Newsroom, State, caption

_RELATED = 8


def article_view(
    newsroom: Newsroom, article: Article, *, state: State, variant: int, at: datetime
) -> ArticleView:
    """All that an article's page shows; what stands around the story is settled at publication."""
    outlet = article.outlet
    text = newsroom.text(article, at, variant=variant)
    shows_edits = state.edits > 0 and outlet.letter != "M"
    source = article.source
    return ArticleView(
        outlet=outlet,
        base=newsroom.addresses[outlet.name],
        path=state.path,
        id=article.id,
        number=article.number,
        section=article.section,
        text=text,
        captions=tuple((picture, caption(outlet, picture)) for picture in text.pictures),
        published=article.published_at.astimezone(outlet.time_zone),
        modified=state.modified_at.astimezone(outlet.time_zone) if shows_edits else None,
        related=_related(newsroom, article),
        comments=_comments(newsroom, article) if outlet.letter == "C" else (),
        is_live=any(change.kind is Kind.LIVE_UPDATE for change in article.life),
        source=(newsroom.source_url(article), newsroom.title(source, article.published_at))
        if source
        else None,
        salt=token(newsroom.seed, article.id),
    )


def _related(newsroom: Newsroom, article: Article) -> tuple[Teaser, ...]:
    earlier = newsroom.earlier(article, most=_RELATED)
    moment = article.published_at
    return tuple(
        teaser(newsroom, other, state=newsroom.state(other, moment), at=moment) for other in earlier
    )


def _comments(newsroom: Newsroom, article: Article) -> tuple[tuple[str, str], ...]:
    number = between(roll_for(newsroom.seed, article.id, "comments"), 6, 22)
    return newsroom.writer(article).comments(number)


def teaser(newsroom: Newsroom, article: Article, *, state: State, at: datetime) -> Teaser:
    """An article as other pages announce it."""
    zone = article.outlet.time_zone
    return Teaser(
        id=article.id,
        title=newsroom.title(article, at),
        standfirst=newsroom.standfirst(article),
        path=state.path,
        section=article.section,
        published=article.published_at.astimezone(zone),
        modified=state.modified_at.astimezone(zone),
        image=token(newsroom.seed, article.id, "teaser", size=5),
    )


def entry(newsroom: Newsroom, article: Article, *, state: State, at: datetime) -> Entry:
    """An article as feeds and sitemaps list it."""
    zone = article.outlet.time_zone
    return Entry(
        url=newsroom.addresses[article.outlet.name] + state.path,
        guid=article.guid,
        title=newsroom.title(article, at),
        summary=newsroom.standfirst(article),
        published=article.published_at.astimezone(zone),
        modified=state.modified_at.astimezone(zone),
        section=article.section.title,
        language=article.language,
    )
