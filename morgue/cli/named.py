"""From an article's name on the command line to the article: by number, or by any URL it ever had."""

from typing import Any

from db.asking import queries
from db.asking.asof import NOW, AsOf
from db.asking.queries import ArticleView, RevisionView
from morgue.cli.asof import in_words, require_begun
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.moments import shown
from morgue.cli.options import ArticleName
from morgue.cli.output import note
from pipeline import urls


def article_named(session: Any, name: ArticleName, *, as_of: AsOf = NOW) -> ArticleView:
    """The article of that name, as the archive knew it.

    Raises:
        Failure: There is none, or was none yet.
    """
    key = urls.key(name.url) if name.url else None
    found = queries.find_articles(session, number=name.number, url_key=key, as_of=as_of)
    if not found:
        _refuse_what_came_later(session, name, key, as_of)
        raise Failure(
            f"the archive has no article {name.text}",
            remedy="`morgue search` finds articles by their words; `morgue crawl URL` adds one.",
            code=ExitCode.NOTHING,
        )
    if name.number is not None and found[0].number != name.number:
        note(f"article {name.number} was merged into {found[0].number}")
    if len(found) > 1:
        others = ", ".join(f"{article.number} ({article.site})" for article in found[1:])
        note(
            f"{name.text} names {len(found)} articles; this is {found[0].number}, others: {others}"
        )
    return found[0]


def _refuse_what_came_later(session: Any, name: ArticleName, key: str | None, as_of: AsOf) -> None:
    """Tell when an article of that name came to be known, if it did."""
    if as_of == NOW:
        return
    require_begun(session, as_of)
    later = queries.find_articles(session, number=name.number, url_key=key)
    if later:
        raise Failure(
            f"the archive had no article {name.text} {in_words(as_of)}",
            remedy=f"It was first seen at {shown(later[0].first_seen_at)}.",
            code=ExitCode.NOTHING,
        )


def revision_of(
    session: Any, article: ArticleView, number: int | None, *, as_of: AsOf = NOW
) -> RevisionView:
    """A revision by its number, the newest where None.

    Raises:
        Failure: The article has none of that number, or none at all.
    """
    revision = article.revision
    if number is not None:
        revision = queries.revision(session, article.number, number, as_of=as_of)
    if revision is None:
        count = article.revision_count
        raise Failure(
            f"article {article.number} has no revision {number or ''}".rstrip(),
            remedy=f"It has {count}, numbered from 1." if count else "No text of it was believed.",
            code=ExitCode.NOTHING,
        )
    return revision


COMPARED = (
    "title",
    "standfirst",
    "text",
    "authors",
    "published",
    "modified",
    "section",
    "language",
    "credit",
    "source_url",
    "canonical_url",
)
"""The fields of a revision that can change, in the order in which they are told."""


def fields_of(revision: RevisionView) -> dict[str, Any]:
    """What a revision says, field by field, for comparing."""
    return {name: getattr(revision, name) for name in COMPARED}


def revision_json(revision: RevisionView) -> dict[str, Any]:
    """A revision for `--json`."""
    return {
        "revision": revision.number,
        "first_seen_at": revision.first_seen_at,
        "previous_seen_at": revision.previous_seen_at,
        "recorded_at": revision.recorded_at,
        "capture": revision.capture_id,
        **fields_of(revision),
    }


def article_json(article: ArticleView) -> dict[str, Any]:
    """An article without its texts, for `--json`."""
    return {
        "article": article.number,
        "site": article.site,
        "url": article.url,
        "urls": [
            {
                "url": alias.url,
                "evidence": alias.evidence,
                "from_at": alias.from_at,
                "to_at": alias.to_at,
            }
            for alias in article.aliases
        ],
        "guid": article.guid,
        "first_seen_at": article.first_seen_at,
        "last_seen_at": article.last_seen_at,
        "gone_at": article.gone_at,
        "revisions": article.revision_count,
    }
