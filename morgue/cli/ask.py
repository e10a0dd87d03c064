"""`morgue search` and `morgue show`: the archive's articles, found and read."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import click

from db.asking import queries, reports
from db.asking.queries import ArticleView, Found, Hit, RevisionView
from db.asking.reports import ReprintView
from db.asking.snippets import Snippet
from db.histories import spells
from db.identities.belonging import looks_at
from morgue.cli import output
from morgue.cli.access import clock_of, settings_of
from morgue.cli.asof import asked, require_begun, times_json
from morgue.cli.errors import ExitCode
from morgue.cli.invocation import Invocation
from morgue.cli.moments import END, START, shown
from morgue.cli.named import article_json, article_named, revision_json, revision_of
from morgue.cli.opened import asking
from morgue.cli.options import ARTICLE, ArticleName, json_option, times_options
from morgue.cli.output import one_line, safe
from morgue.cli.spells import open_set_words, removals_json, sets_json

_INCLUDING = timedelta(milliseconds=1)
"""The archive's finest difference: what is asked "until" a moment includes it."""


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="QUERY…")
@click.option("--site", metavar="NAME", help="Only this site.")
@click.option("--since", type=START, help="Published (or else first seen) then or later.")
@click.option("--until", type=END, help="Published (or else first seen) by then.")
@click.option("--language", metavar="CODE", help="Only in this language, as in en.")
@times_options
@click.option("--all-revisions", is_flag=True, help="Look at earlier revisions too.")
@click.option("--newest", is_flag=True, help="The newest first, instead of the best match.")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Pass over so many.")
@json_option
@click.pass_obj
def search(
    invocation: Invocation,
    words: tuple[str, ...],
    *,
    site: str | None,
    since: datetime | None,
    until: datetime | None,
    language: str | None,
    as_of: datetime | None,
    known_at: datetime | None,
    all_revisions: bool,
    newest: bool,
    limit: int,
    offset: int,
    as_json: bool,
) -> ExitCode:
    """Find articles by their words.

    QUERY is words that all must stand in an article: "a phrase", -not, this OR that, title:word,
    begin*. Quote it against the shell, and write -- before a query that begins with a dash.
    """
    settings = settings_of(invocation)
    when = asked(clock_of(settings), as_of=as_of, known_at=known_at)
    with asking(settings) as session:
        found = queries.search(
            session,
            " ".join(words),
            site=site,
            since=since,
            until=until + _INCLUDING if until else None,
            language=language,
            as_of=when,
            scope="all" if all_revisions else "newest",
            order="newest" if newest else "best",
            limit=limit,
            offset=offset,
        )
        if not found.hits:
            require_begun(session, when)
    if as_json:
        output.document(times_json(when) | _found_json(found))
    else:
        _print_found(found, offset=offset)
    return ExitCode.OK if found.hits else ExitCode.NOTHING


def _found_json(found: Found) -> dict[str, Any]:
    return {
        "count": found.count,
        "is_counted_out": found.is_counted_out,
        "hits": [
            {
                "article": hit.article_id,
                "revision": hit.number,
                "is_current": hit.is_current,
                "site": hit.site,
                "url": hit.url,
                "title": hit.title,
                "published_at": hit.published_at,
                "first_seen_at": hit.first_seen_at,
                "language": hit.language,
                "snippet": hit.snippet.text,
                "marks": hit.snippet.marks,
            }
            for hit in found.hits
        ],
    }


def _print_found(found: Found, *, offset: int) -> None:
    for hit in found.hits:
        _print_hit(hit)
    total = f"{found.count}" if found.is_counted_out else f"more than {found.count}"
    if found.hits:
        output.note(f"{offset + 1} to {offset + len(found.hits)} of {total}")
    else:
        output.note("Nothing was found." if not offset else f"There are no more than {total}.")


def _print_hit(hit: Hit) -> None:
    earlier = "" if hit.is_current else f", earlier revision {hit.number}"
    output.line(f"{hit.article_id}  {click.style(one_line(hit.title), bold=True)}")
    output.line(f"    {hit.site}, {shown(hit.published_at or hit.first_seen_at)}{earlier}")
    output.line(f"    {one_line(hit.url)}")
    output.line(f"    {_highlighted(hit.snippet)}")
    output.line()


def _highlighted(snippet: Snippet) -> str:
    """A snippet with the words that were found in bold."""
    parts: list[str] = []
    at = 0
    for start, end in snippet.marks:
        parts += [
            safe(snippet.text[at:start]),
            click.style(safe(snippet.text[start:end]), fg="yellow", bold=True),
        ]
        at = end
    return "".join([*parts, safe(snippet.text[at:])])


@click.command()
@click.argument("article", type=ARTICLE)
@click.option("--revision", type=click.IntRange(min=1), metavar="N", help="This revision.")
@times_options
@click.option("--no-text", is_flag=True, help="What is known of it, without its text.")
@json_option
@click.pass_obj
def show(
    invocation: Invocation,
    article: ArticleName,
    *,
    revision: int | None,
    as_of: datetime | None,
    known_at: datetime | None,
    no_text: bool,
    as_json: bool,
) -> None:
    """Print an article: its newest revision, an earlier one, or the one of a moment.

    ARTICLE is a number or a URL. With --json everything that was read from the page is told.
    """
    settings = settings_of(invocation)
    when = asked(clock_of(settings), as_of=as_of, known_at=known_at)
    with asking(settings) as session:
        found = article_named(session, article, as_of=when)
        text = revision_of(session, found, revision, as_of=when)
        reprints = reports.reprints_of(session, found.number, as_of=when)
        parties = {number for each in reprints for number in _parties(each)} - {found.number}
        others = queries.load_articles(session, sorted(parties), as_of=when)
        looks = looks_at(session, [found.number], as_of=when)[found.number].all
        sets = spells.variant_sets(session, found.number, looks, as_of=when)
        removals = spells.removals_of(session, found.number, as_of=when)
        content = queries.content_of(session, text.extraction_id) if as_json else b"{}"
    if as_json:
        output.document(
            times_json(when)
            | article_json(found)
            | revision_json(text)
            | {"reprints": [_reprint_json(each) for each in reprints]}
            | {"variants": sets_json(sets), "removals": removals_json(removals)}
            | {"content": json.loads(content)}
        )
        return
    _print_article(found, text, variants=open_set_words(sets))
    if not no_text:
        _print_text(text)
    for line in _reprint_lines(found.number, reprints, {each.number: each for each in others}):
        output.line(line)


def _parties(reprint: ReprintView) -> Iterator[int]:
    yield reprint.copy_article_id
    if reprint.source_article_id is not None:
        yield reprint.source_article_id


def _print_article(article: ArticleView, revision: RevisionView, *, variants: str | None) -> None:
    output.line(click.style(one_line(revision.title), bold=True))
    number = f"revision {revision.number} of {article.revision_count}"
    output.line(f"article {article.number}, {number}, {one_line(article.site_title)}")
    output.line(one_line(article.url))
    for name, value in (
        ("by", ", ".join(revision.authors)),
        ("published", revision.published),
        ("modified", revision.modified),
        ("section", revision.section),
        ("language", revision.language),
        ("credit", revision.credit),
        ("first seen", shown(revision.first_seen_at)),
        ("variants", variants),
        ("gone", shown(article.gone_at) if article.gone_at else None),
    ):
        if value:
            output.line(f"{name + ':':<12}{one_line(value)}")
    output.line()


def _print_text(revision: RevisionView) -> None:
    if revision.standfirst:
        output.line(click.style(safe(revision.standfirst), italic=True))
        output.line()
    for paragraph in revision.text.splitlines():
        output.line(safe(paragraph))
        output.line()


def _reprint_lines(
    number: int, reprints: list[ReprintView], others: dict[int, ArticleView]
) -> Iterator[str]:
    for reprint in reprints:
        is_copy = reprint.copy_article_id == number
        other = others.get((reprint.source_article_id or 0) if is_copy else reprint.copy_article_id)
        where = f"article {other.number}, {other.site_title}, {other.url}" if other else None
        words = "Reprinted from" if is_copy else "Reprinted as"
        share = ""
        if reprint.containment is not None:
            share = f", {reprint.containment:.0%} of {'this' if is_copy else 'that'} text"
        evidence = ", ".join(reprint.evidence)
        if reprint.watermark:
            evidence += f": “{reprint.watermark}”"
        yield f"{words}: {one_line(where or reprint.source_url)}{share} ({one_line(evidence)})"


def _reprint_json(reprint: ReprintView) -> dict[str, Any]:
    return {
        "copy": reprint.copy_article_id,
        "source": reprint.source_article_id,
        "source_url": reprint.source_url,
        "containment": reprint.containment,
        "evidence": reprint.evidence,
        "watermark": reprint.watermark,
        "found_at": reprint.found_at,
    }
