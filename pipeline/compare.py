"""Whether two texts of an article differ, and in which words.

Knows what makes no difference to a reader (typography, blanks, clocks of the page). Must not know
revisions, markup or the archive.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from pipeline.text.align import spans
from pipeline.text.page_lines import is_page_line
from pipeline.text.words import folded_words, tokens

NORMAL_VERSION = b"2"
"""Part of every digest. Raised whenever the same text may give another normal text; EXTRACTOR_VERSION with it, so that
what was read before is read again before it is called changed."""

Op = Literal["equal", "insert", "delete"]

SIMILAR = 0.4
"""Share of their words that two paragraphs have in common to be one paragraph, edited."""

MAX_PAIRS = 2_500
"""Pairs of different paragraphs that are compared with each other; more are shown as replaced."""

_UNSEEN = "\u00ad\u034f\u061c\u0640\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_PLAIN = (
    dict.fromkeys("‘’‚‛′‵`´ʼ＇", "'")
    | dict.fromkeys("“”„‟″‶«»〝〞＂", '"')
    | dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
)
_TYPOGRAPHY = re.compile(f"[{_UNSEEN}{''.join(_PLAIN)}]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_DASH = re.compile(r" -[- ]*|-[- ]+")
_QUOTE = re.compile(r' *(?:"|\'\') *')  # «blanks within» or not
_POINT = re.compile(r" +(?=[;:!?%])")  # French sets a blank before them
_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_HAN_BLANK = re.compile(
    rf"(?<=[{_HAN}]) | (?=[{_HAN}])"
)  # between Chinese and Latin, at the ends of lines


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a difference. The equal and deleted ones are the old text, the others the new."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a difference: as it stands in both texts, in one, or edited."""

    op: Literal["equal", "insert", "delete", "edit"]
    segments: tuple[Segment, ...]


def normal_text(text: str) -> str:
    """The text as far as it says something: one line, plain quotes and dashes, no page clocks.

    NFKC; blanks of all kinds, paragraph breaks too, are one space, and none beside quotes and dashes; signs without
    width are gone; lines that only tell a date, an age or how often the page was read ("Updated 5 minutes ago",
    "1,234 views") are left out unless there is nothing else. Case counts.
    """
    return _unblanked(" ".join(line for _, line in normal_lines(text)))  # a dash may end one line


def normal_lines(text: str) -> list[tuple[int, str]]:
    """The lines that `normal_text` is made of, each with the number of the line of the text that it stands for."""
    typed = ((at, normal_line(line)) for at, line in enumerate(text.splitlines()))
    lines = [(at, line) for at, line in typed if line]
    return [(at, line) for at, line in lines if not is_page_line(line)] or lines


def normal_line(text: str) -> str:
    """One line as far as it says something."""
    return _one_spaced(_typed(text))


def normal_digest(*, title: str | None, standfirst: str | None, text: str | None) -> bytes:
    """SHA-256 of what an article says. Equal digests: no revision."""
    parts = [normal_line(title or ""), normal_line(standfirst or ""), normal_text(text or "")]
    content = b"\x1e".join([NORMAL_VERSION, *(part.encode("utf-8", "replace") for part in parts)])
    return hashlib.sha256(content).digest()


def changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the fields that say something else, in the order of `new`, then those only in `old`.

    Texts are compared as normal text, sequences item by item; None, "" and () are the same.
    """
    names = [*new, *(name for name in old if name not in new)]
    return tuple(name for name in names if _said(old.get(name)) != _said(new.get(name)))


def word_diff(old: str, new: str) -> list[Segment]:
    """What changed between two texts, word by word; character by character in unspaced scripts.

    Joined, the equal and deleted segments are exactly `old`, the equal and inserted ones `new`.
    Paragraphs are aligned first, and the work is bounded: texts that have little in common come
    out as replaced, not as a mosaic.
    """
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    segments: list[Segment] = []
    for span in spans(old_lines, new_lines):
        old_text = "".join(old_lines[span.old_from : span.old_to])
        new_text = "".join(new_lines[span.new_from : span.new_to])
        segments += [Segment("equal", new_text)] if span.is_same else _words(old_text, new_text)
    return _tidied(segments)


def paragraph_diff(old: str, new: str) -> list[Paragraph]:
    """What changed between two texts, a paragraph a line, each with its words.

    A paragraph that differs in typography only is equal, and shown as in `new`.
    """
    old_lines, new_lines = old.splitlines(), new.splitlines()
    paragraphs: list[Paragraph] = []
    for span in spans([*map(normal_line, old_lines)], [*map(normal_line, new_lines)]):
        older = old_lines[span.old_from : span.old_to]
        newer = new_lines[span.new_from : span.new_to]
        if span.is_same:
            paragraphs += [_whole("equal", line) for line in newer]
        else:
            paragraphs += _paired(older, newer)
    return paragraphs


def marked(segments: Sequence[Segment]) -> str:
    """A difference in plain characters: `[-gone-]{+come+}`."""
    marks = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    return "".join(marks[segment.op].format(segment.text) for segment in segments)


def unified(old: str, new: str, *, context: int = 1) -> str:
    """The difference of two texts for a plain terminal; "" where they say the same.

    A line a paragraph: `-` gone, `+` come, `~` edited (words marked as by `marked`), and `context`
    unchanged ones around them; what is left out is counted.
    """
    paragraphs = paragraph_diff(old, new)
    changed = [index for index, one in enumerate(paragraphs) if one.op != "equal"]
    near = {at for index in changed for at in range(index - context, index + context + 1)}
    signs = {"equal": " ", "insert": "+", "delete": "-", "edit": "~"}
    lines: list[str] = []
    for is_near, group in groupby(enumerate(paragraphs), key=lambda item: item[0] in near):
        items = list(group)
        if not is_near:
            lines.append(f"  … {len(items)} unchanged")
            continue
        for _, one in items:
            text = marked(one.segments) if one.op == "edit" else one.segments[0].text
            lines.append(f"{signs[one.op]} {text}")
    return "\n".join(lines) if changed else ""


def _typed(text: str) -> str:
    """The text in the signs of a typewriter."""
    if text.isascii():
        return text
    text = _TYPOGRAPHY.sub(_plain, text)
    if unicodedata.is_normalized("NFKC", text):
        return text
    return _TYPOGRAPHY.sub(_plain, unicodedata.normalize("NFKC", text))


def _one_spaced(text: str) -> str:
    if not text.isprintable():
        text = _CONTROLS.sub(" ", text)
    return _unblanked(" ".join(text.split()))


def _unblanked(text: str) -> str:
    """The text without the blanks that one editor sets beside a sign and another does not."""
    if "-" in text:
        text = _DASH.sub("-", text).strip()
    if '"' in text or "''" in text:
        text = _QUOTE.sub('"', text)
    text = _POINT.sub("", text)
    return text if text.isascii() else _HAN_BLANK.sub("", text)


def _plain(match: re.Match[str]) -> str:
    return _PLAIN.get(match[0], "")


def _said(value: Any) -> Any:
    if isinstance(value, str):
        return normal_text(value) or None
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_said(item) for item in value] or None
    return value


def _whole(op: Op, text: str) -> Paragraph:
    return Paragraph(op, (Segment(op, text),))


def _paired(old: Sequence[str], new: Sequence[str]) -> list[Paragraph]:
    """Different paragraphs, those that share words as edited ones."""
    paragraphs: list[Paragraph] = []
    old_from = new_from = 0
    for old_at, new_at in [*_alike(old, new), (len(old), len(new))]:
        paragraphs += [_whole("delete", line) for line in old[old_from:old_at]]
        paragraphs += [_whole("insert", line) for line in new[new_from:new_at]]
        if old_at < len(old):
            paragraphs.append(Paragraph("edit", tuple(word_diff(old[old_at], new[new_at]))))
        old_from, new_from = old_at + 1, new_at + 1
    return paragraphs


def _alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Which old paragraph became which new one: the pairs in order with most words in common."""
    if len(old) * len(new) > MAX_PAIRS:
        return []
    old_bags = [Counter(folded_words(line)) for line in old]
    new_bags = [Counter(folded_words(line)) for line in new]
    best = [[(0.0, False)] * (len(new) + 1) for _ in range(len(old) + 1)]
    for row in range(len(old) - 1, -1, -1):
        for column in range(len(new) - 1, -1, -1):
            skipped = max(best[row + 1][column][0], best[row][column + 1][0])
            likeness = _likeness(old_bags[row], new_bags[column])
            paired = best[row + 1][column + 1][0] + likeness
            is_paired = likeness >= SIMILAR and paired > skipped
            best[row][column] = (paired if is_paired else skipped, is_paired)
    pairs = []
    row = column = 0
    while row < len(old) and column < len(new):
        score, is_paired = best[row][column]
        if is_paired:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif best[row + 1][column][0] == score:
            row += 1
        else:
            column += 1
    return pairs


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Words in common, as a share of the words of both (Dice)."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _words(old: str, new: str) -> list[Segment]:
    if not old or not new:
        return _change(old, new)
    old_words, new_words = tokens(old), tokens(new)
    segments: list[Segment] = []
    for span in spans(old_words, new_words):
        old_text = "".join(old_words[span.old_from : span.old_to])
        new_text = "".join(new_words[span.new_from : span.new_to])
        segments += [Segment("equal", new_text)] if span.is_same else _change(old_text, new_text)
    return segments


def _change(old: str, new: str) -> list[Segment]:
    both = (Segment("delete", old), Segment("insert", new))
    return [segment for segment in both if segment.text]


def _tidied(segments: Sequence[Segment]) -> list[Segment]:
    """Neighbours of one kind as one, gone before come, no crumbs left standing between changes."""
    tidied: list[Segment] = []
    for is_equal, group in groupby(segments, key=lambda segment: segment.op == "equal"):
        run = list(group)
        if is_equal:
            tidied.append(Segment("equal", "".join(segment.text for segment in run)))
            continue
        old = "".join(segment.text for segment in run if segment.op == "delete")
        new = "".join(segment.text for segment in run if segment.op == "insert")
        if _is_crumb(tidied, old=old, new=new):
            crumb = tidied.pop().text
            new, old = tidied.pop().text + crumb + new, tidied.pop().text + crumb + old
        tidied += _change(old, new)
    return tidied


def _is_crumb(tidied: Sequence[Segment], *, old: str, new: str) -> bool:
    """Whether the last segment is a few characters between two much longer replacements."""
    if [segment.op for segment in tidied[-3:]] != ["delete", "insert", "equal"]:
        return False
    deleted, inserted, crumb = (segment.text for segment in tidied[-3:])
    length = len(crumb.strip())
    shortest = min(map(len, (deleted, inserted, old, new)))
    return length <= 3 and "\n" not in crumb and shortest > 4 * length
