"""Edits in words, in rows and in JSON, and sentences as they were edited.

Knows forms, and that edits which were not kept yet are found on the spot. Must not know how they are found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any

import click

from db.asking.asof import AsOf
from db.asking.queries import RevisionView
from db.histories import edit_answers, retellings
from db.histories import edits as rows
from db.histories.edits import EditRow, Pair
from db.identities.belonging import Look
from morgue.cli import differences
from morgue.cli.output import safe
from pipeline.compare import marked, word_diff
from pipeline.edits.comparing import Comparison, between, caption_edits
from pipeline.edits.edit import COMPARER_VERSION, Edit
from pipeline.edits.matching import Match
from pipeline.edits.telling import Telling
from pipeline.stages.neighbours import edit_rows

_NOUNS = {
    "byline": ("author", "authors"),
    "image": ("picture", "pictures"),
    "caption": ("caption", "captions"),
    "correction": ("note", "notes"),
    "body": ("sentence", "sentences"),
    "number": ("number", "numbers"),
    "name": ("name", "names"),
    "quote": ("quotation", "quotations"),
    "tag": ("tag", "tags"),
    "date": ("date", "dates"),
    "modified": ("stated change", "stated changes"),
}
_DONE = {"add": "added", "delete": "removed", "edit": "edited", "move": "moved"}
_REPLACED = ("number", "name", "quote")


def edits_of_history(
    session: Any, revisions: Sequence[RevisionView]
) -> dict[int, tuple[EditRow, ...]]:
    """The edits that made each revision out of the one before it, by the revision's id."""
    pairs = [Pair(new.id, old.id) for old, new in pairwise(revisions)]
    kept = edit_answers.edits_between(session, pairs, comparer=COMPARER_VERSION)
    missing = [pair for pair in pairs if pair not in kept]
    texts = rows.texts(
        session, {number for pair in missing for number in (pair.revision_id, pair.previous_id)}
    )
    found = {pair.revision_id: tuple(edits) for pair, edits in kept.items()}
    for pair in missing:
        found[pair.revision_id] = edit_rows(texts[pair.previous_id], texts[pair.revision_id])
    return found


@dataclass(frozen=True, slots=True)
class Captions:
    """Captions that were changed while the text stayed, and between which looks."""

    previous_seen_at: datetime
    first_seen_at: datetime
    edits: tuple[EditRow, ...]


def captions_of_history(
    session: Any, looks: Sequence[Look], *, as_of: AsOf
) -> dict[int, list[Captions]]:
    """What was changed in captions alone under each revision, by its id."""
    found: dict[int, list[Captions]] = {}
    for each in retellings.retellings(session, looks, as_of=as_of):
        edits = caption_edits(Telling.of({}, each.before), Telling.of({}, each.after))
        if edits:
            found.setdefault(each.revision_id, []).append(
                Captions(each.previous_seen_at, each.first_seen_at, tuple(map(_row, edits)))
            )
    return found


def captions_json(changed: Sequence[Captions]) -> list[dict[str, Any]]:
    """Changed captions for `--json`."""
    return [
        {
            "previous_seen_at": each.previous_seen_at,
            "first_seen_at": each.first_seen_at,
            "edits": [edit_json(edit) for edit in each.edits],
        }
        for each in changed
    ]


def _row(edit: Edit) -> EditRow:
    return EditRow(edit.kind.value, edit.op, edit.count, edit.size, edit.is_silent)


def comparison(session: Any, old: RevisionView, new: RevisionView) -> Comparison:
    """Two revisions compared sentence by sentence."""
    texts = rows.texts(session, (old.id, new.id))
    before, after = texts[old.id], texts[new.id]
    return between(
        Telling.of(before.fields, before.content), Telling.of(after.fields, after.content)
    )


def in_words(edits: Sequence[EditRow]) -> str:
    """All edits of a revision on one line: "headline edited; 2 sentences added, 1 edited (45 words)"."""
    said = []
    for kind, group in groupby(edits, key=lambda edit: edit.kind):
        own = list(group)
        parts = [phrase(edit) for edit in own[:1]] + [_further(edit) for edit in own[1:]]
        words = sum(edit.size for edit in own) if kind == "body" else 0
        said.append(", ".join(parts) + (f" ({words} words)" if words else ""))
    return "; ".join(said)


def phrase(edit: EditRow) -> str:
    """One edit: "2 sentences added", "1 number replaced SILENTLY"."""
    one, many = _NOUNS.get(edit.kind, ("", ""))
    what = f"{edit.count} {one if edit.count == 1 else many}" if one else edit.kind
    return f"{what} {_done(edit)}"


def _further(edit: EditRow) -> str:
    return f"{edit.count} {_done(edit)}" if edit.kind in _NOUNS else _done(edit)


def _done(edit: EditRow) -> str:
    if edit.kind in _REPLACED and edit.op == "edit":
        return "replaced SILENTLY" if edit.is_silent else "replaced"
    return _DONE[edit.op]


def edit_json(edit: EditRow) -> dict[str, Any]:
    """An edit for `--json`."""
    return {
        "kind": edit.kind,
        "op": edit.op,
        "count": edit.count,
        "size": edit.size,
        "is_silent": edit.is_silent,
    }


def edits_json(found: Comparison) -> list[dict[str, Any]]:
    """The edits of a comparison for `--json`."""
    return [edit_json(_row(edit)) for edit in found.edits]


def sentence_lines(found: Comparison, *, is_coloured: bool) -> Iterator[str]:
    """A line a sentence that came, went, moved or was edited; the others are counted."""
    for is_quiet, group in groupby(found.matches, key=lambda match: _ops(match) == ["equal"]):
        shown = list(group)
        if is_quiet:
            count = len(shown)
            quiet = f"… {count} sentence{'s' if count != 1 else ''} unchanged"
            yield click.style(quiet, dim=True) if is_coloured else quiet
            continue
        for match in shown:
            yield _sentence_line(found, match, is_coloured=is_coloured)


def sentences_json(found: Comparison) -> list[dict[str, Any]]:
    """Every sentence of both texts with what became of it, in the order of the new text."""
    told = []
    for match in found.matches:
        old, new = _texts(found, match)
        entry: dict[str, Any] = {"ops": _ops(match), "old": old or None, "new": new or None}
        if "edit" in entry["ops"]:
            entry["segments"] = differences.segments_json(word_diff(old, new))
        told.append(entry)
    return told


def _sentence_line(found: Comparison, match: Match, *, is_coloured: bool) -> str:
    old, new = _texts(found, match)
    signs = {"add": "+", "delete": "-", "edit": "~", "move": ">", "equal": " "}
    sign = "".join(signs[op] for op in _ops(match))
    segments = word_diff(old, new)
    text = differences.coloured(segments) if is_coloured else safe(marked(segments))
    return f"{sign:<2} {text}"


def _ops(match: Match) -> list[str]:
    """What became of a sentence: one word, or two where it was moved and edited."""
    if not match.old:
        return ["add"]
    if not match.new:
        return ["delete"]
    moved = ["move"] if match.is_moved else []
    return (moved or ["equal"]) if match.is_same else [*moved, "edit"]


def _texts(found: Comparison, match: Match) -> tuple[str, str]:
    """The sentences before and after; where only blanks and quotes differ, as they are now."""
    old = " ".join(" ".join(found.old[at].text.split()) for at in match.old)
    new = " ".join(" ".join(found.new[at].text.split()) for at in match.new)
    return (new, new) if match.is_same else (old, new)
