"""`morgue history` and `morgue diff`: what became of an article."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import click

from db.asking import queries
from db.asking.queries import ArticleView, RevisionView
from db.histories import spells
from db.histories.edits import EditRow
from db.histories.spells import RemovalView
from db.identities.belonging import looks_at
from db.models import VisitOutcome
from morgue.cli import differences, output
from morgue.cli.access import clock_of, settings_of
from morgue.cli.asof import asked, times_json
from morgue.cli.edited import (
    Captions,
    captions_json,
    captions_of_history,
    comparison,
    edit_json,
    edits_json,
    edits_of_history,
    in_words,
    phrase,
    sentence_lines,
    sentences_json,
)
from morgue.cli.errors import ExitCode
from morgue.cli.invocation import Invocation
from morgue.cli.moments import shown
from morgue.cli.named import (
    article_json,
    article_named,
    fields_of,
    revision_json,
    revision_of,
)
from morgue.cli.opened import asking
from morgue.cli.options import ARTICLE, ArticleName, json_option, times_options
from morgue.cli.output import one_line
from morgue.cli.spells import removal_lines, removals_json, set_lines, sets_json
from morgue.cli.watching import counts_in_words
from pipeline.compare import changed_fields
from pipeline.edits.comparing import Comparison


@click.command()
@click.argument("article", type=ARTICLE)
@times_options
@click.option("--diff", "has_differences", is_flag=True, help="Show what changed, word by word.")
@click.option("--edits", "has_edits", is_flag=True, help="List the edits of each revision by kind.")
@json_option
@click.pass_obj
def history(
    invocation: Invocation,
    article: ArticleName,
    *,
    as_of: datetime | None,
    known_at: datetime | None,
    has_differences: bool,
    has_edits: bool,
    as_json: bool,
) -> None:
    """List the revisions of an article, its URLs, and what the looks at it came to.

    ARTICLE is a number or a URL. A publisher made each change at some time between the two looks
    that are given: the last that still saw the old text and the first that saw the new one. SILENTLY
    means that a number, a name or a quotation was replaced and no note of the publisher tells of it.
    A caption that is changed alone makes no revision: --edits tells of it under the revision that stayed.
    """
    settings = settings_of(invocation)
    when = asked(clock_of(settings), as_of=as_of, known_at=known_at)
    with asking(settings) as session:
        found = article_named(session, article, as_of=when)
        revisions = queries.history(session, found.number, as_of=when)
        visits = looks_at(session, [found.number], as_of=when)[found.number].all
        sets = spells.variant_sets(session, found.number, visits, as_of=when)
        removals = spells.removals_of(session, found.number, as_of=when)
        edits = edits_of_history(session, revisions)
        captions = captions_of_history(session, visits, as_of=when) if has_edits or as_json else {}
    looks = Counter(visit.outcome for visit in visits)
    if as_json:
        besides = {"variants": sets_json(sets), "removals": removals_json(removals)}
        output.document(
            times_json(when) | _history_json(found, revisions, looks, edits, captions) | besides
        )
        return
    _print_history(found, revisions, edits)
    for line in set_lines(sets):
        output.line(line)
    _print_looks(found, looks, removals)
    if has_edits:
        for old, new in pairwise([None, *revisions]):
            if old is not None and new is not None:
                output.line()
                _print_edits(old, new, edits[new.id])
            if new is not None:
                _print_captions(new, captions.get(new.id, ()))
    if has_differences:
        for old, new in pairwise(revisions):
            output.line()
            _print_difference(old, new)


def changes(old: RevisionView, new: RevisionView) -> tuple[str, ...]:
    """The fields that say something else."""
    return changed_fields(fields_of(old), fields_of(new))


def _history_json(
    article: ArticleView,
    revisions: Sequence[RevisionView],
    looks: Counter[VisitOutcome],
    edits: Mapping[int, Sequence[EditRow]],
    captions: Mapping[int, Sequence[Captions]],
) -> dict[str, Any]:
    told = []
    previous = None
    for revision in revisions:
        changed = changes(previous, revision) if previous else ()
        made = [edit_json(edit) for edit in edits.get(revision.id, ())]
        alone = captions_json(captions.get(revision.id, ()))
        told.append(
            revision_json(revision) | {"changed": changed, "edits": made, "captions": alone}
        )
        previous = revision
    return article_json(article) | {
        "history": told,
        "looks": {outcome.value: number for outcome, number in looks.items()},
    }


def _print_history(
    article: ArticleView,
    revisions: Sequence[RevisionView],
    edits: Mapping[int, Sequence[EditRow]],
) -> None:
    title = article.revision.title if article.revision else None
    output.line(click.style(one_line(title), bold=True))
    output.line(f"article {article.number}, {one_line(article.site_title)}")
    for alias in article.aliases:
        until = f" until {shown(alias.to_at)}" if alias.to_at else ""
        output.line(f"{one_line(alias.url)}  ({alias.evidence}, {shown(alias.from_at)}{until})")
    output.line()
    changed = ["first seen", *(in_words(edits[new.id]) or "typography" for new in revisions[1:])]
    output.table(
        ("REVISION", "LAST SEEN OLD", "FIRST SEEN NEW", "CHANGED", "TITLE"),
        [
            (
                str(revision.number),
                shown(revision.previous_seen_at),
                shown(revision.first_seen_at),
                what,
                revision.title,
            )
            for revision, what in zip(revisions, changed, strict=False)
        ],
    )
    output.line()


def _print_looks(
    article: ArticleView, looks: Counter[VisitOutcome], removals: Sequence[RemovalView]
) -> None:
    total = looks.total()
    words = counts_in_words({outcome.value: number for outcome, number in looks.items()})
    output.line(f"{total} look{'s' if total != 1 else ''}: {words}.")
    for line in removal_lines(removals):
        output.line(line)
    if article.last_seen_at and not article.gone_at:
        output.line(f"Last seen {shown(article.last_seen_at)}.")


@click.command()
@click.argument("article", type=ARTICLE)
@click.argument("old", type=click.IntRange(min=1), required=False, metavar="[A]")
@click.argument("new", type=click.IntRange(min=1), required=False, metavar="[B]")
@times_options
@click.option("--sentences", "by_sentence", is_flag=True, help="Sentence by sentence, moves too.")
@json_option
@click.pass_obj
def diff(
    invocation: Invocation,
    article: ArticleName,
    old: int | None,
    new: int | None,
    *,
    as_of: datetime | None,
    known_at: datetime | None,
    by_sentence: bool,
    as_json: bool,
) -> ExitCode:
    """Show what changed between two revisions of an article, word by word.

    ARTICLE is a number or a URL; A and B are numbers of revisions. Without B: up to the newest.
    Without A too: since the first. Exit code 1 where nothing changed.
    """
    settings = settings_of(invocation)
    when = asked(clock_of(settings), as_of=as_of, known_at=known_at)
    with asking(settings) as session:
        found = article_named(session, article, as_of=when)
        after = revision_of(session, found, new, as_of=when)
        if old is None:
            before = next(iter(queries.history(session, found.number, as_of=when)), after)
        else:
            before = revision_of(session, found, old, as_of=when)
        compared = comparison(session, before, after)
    changed = changes(before, after)
    if as_json:
        output.document(_difference_json(found, before, after, compared, by_sentence=by_sentence))
    elif changed:
        _print_difference(before, after, by_sentence=compared if by_sentence else None)
    else:
        output.note(f"Revisions {before.number} and {after.number} say the same.")
    return ExitCode.OK if changed else ExitCode.NOTHING


def _difference_json(
    article: ArticleView,
    old: RevisionView,
    new: RevisionView,
    compared: Comparison,
    *,
    by_sentence: bool,
) -> dict[str, Any]:
    changed = changes(old, new)
    before, after = fields_of(old), fields_of(new)
    return {
        "article": article.number,
        "old": old.number,
        "new": new.number,
        "last_seen_old": new.previous_seen_at,
        "first_seen_new": new.first_seen_at,
        "changed": changed,
        "fields": {
            name: {"old": before[name], "new": after[name]} for name in changed if name != "text"
        },
        "edits": edits_json(compared),
        "text": differences.as_json(old.text, new.text) if "text" in changed else [],
    } | ({"sentences": sentences_json(compared)} if by_sentence else {})


def _print_edits(old: RevisionView, new: RevisionView, edits: Sequence[EditRow]) -> None:
    output.line(click.style(f"revision {old.number} to {new.number}", bold=True))
    for edit in edits:
        output.line(f"  {phrase(edit)}" + (f" ({edit.size} words)" if edit.size else ""))


def _print_captions(revision: RevisionView, changed: Sequence[Captions]) -> None:
    """Captions that were changed while the text of this revision stayed."""
    for each in changed:
        when = f"{shown(each.previous_seen_at)} to {shown(each.first_seen_at)}"
        output.line()
        output.line(click.style(f"under revision {revision.number}, changed {when}", bold=True))
        for edit in each.edits:
            output.line(f"  {phrase(edit)}" + (f" ({edit.size} words)" if edit.size else ""))


def _print_difference(
    old: RevisionView, new: RevisionView, *, by_sentence: Comparison | None = None
) -> None:
    is_coloured = output.wants_colour()
    when = f"{shown(new.previous_seen_at)} to {shown(new.first_seen_at)}"
    head = f"revision {old.number} to {new.number}, changed {when}"
    output.line(click.style(head, bold=True))
    before, after = fields_of(old), fields_of(new)
    for name in changes(old, new):
        if name == "text":
            continue
        difference = differences.one_line(
            _as_text(before[name]), _as_text(after[name]), is_coloured=is_coloured
        )
        output.line(f"{name.replace('_', ' ') + ':':<12}{difference}")
    if by_sentence is not None:
        for line in sentence_lines(by_sentence, is_coloured=is_coloured):
            output.line(line)
        return
    for line in differences.lines(old.text, new.text, is_coloured=is_coloured):
        output.line(line)


def _as_text(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return " ".join(str(value).split()) if value is not None else ""
