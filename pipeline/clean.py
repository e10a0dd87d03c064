"""From the blocks that a reader found to the article's own: what is not the article's text goes, and says why.

Knows how titles, bylines, captions, credits and teasers look between paragraphs. Must not know markup.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.bodies import furnishings
from pipeline.heads import credit as credit_line
from pipeline.heads import people, signature
from pipeline.reading import Block, Removed
from pipeline.text import typography, watermark

_HEAD = 10  # blocks at the start among which title, byline and date lines are looked for
_PROSE = 200  # characters from which a block is a paragraph for certain
_LONGEST_LINE = 200
_TRAILER = 0.12  # share of the text that may stand below a heading of other stories and go with it
_MOST_REMOVED = 200

_CAPTION_LINE = re.compile(
    r"^(?:photo|photos|photograph|image|images|picture|file photo|foto|bild|credit|photo credit|image credit|"
    r"图|图片|图源|写真|사진|фото)\s*(?:[:：/]|by\b|courtesy\b|via\b)\s*\S.{0,150}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What else was read from the page, by which blocks that are not body text are told."""

    title: str | None = None
    standfirst: str | None = None
    names: tuple[str, ...] = ()  # what the site calls itself
    watermarks: tuple[str, ...] = ()  # what the site injects into its copies of other texts
    authors: tuple[str, ...] = ()
    is_written_by: bool = False  # whether any of the authors is a person
    lines: frozenset[str] = frozenset()  # folded lines seen around the headline
    alts: tuple[str, ...] = ()  # of pictures without a caption
    credit_links: Mapping[str, str] = field(default_factory=dict)  # folded line -> address
    remove_text: tuple[re.Pattern[str], ...] = ()
    body_stop: tuple[re.Pattern[str], ...] = ()


@dataclass(slots=True)
class Cleaned:
    """The article's own blocks, and what stood between them."""

    blocks: list[Block]
    captions: list[str] = field(default_factory=list)
    credit: str | None = None
    source_url: str | None = None
    watermark: str | None = None
    signed: tuple[str, ...] = ()  # names that stood as a line of their own
    removed: list[Removed] = field(default_factory=list)

    def note(self, text: str, why: str) -> None:
        """Record a removal, within bounds."""
        if len(self.removed) < _MOST_REMOVED:
            self.removed.append(Removed(typography.shortened(text), why))


def clean(blocks: Sequence[Block], *, known: Known) -> Cleaned:
    """Settle the blocks of one article. The order matters: what is injected hides what a line is."""
    cleaned = Cleaned([block for block in blocks if block.text])
    _stop(cleaned, known)
    _take_watermark(cleaned, known)
    _take_captions(cleaned, known)
    _take_head(cleaned, known)
    _take_signature(cleaned, known)
    _take_credit(cleaned, known)
    _take_furniture(cleaned)
    _take_repeats(cleaned)
    return cleaned


def _stop(cleaned: Cleaned, known: Known) -> None:
    """The site's own patterns: where the body ends, which blocks are none of it."""
    kept: list[Block] = []
    for number, block in enumerate(cleaned.blocks):
        if any(pattern.search(block.text) for pattern in known.body_stop):
            for rest in cleaned.blocks[number:]:
                cleaned.note(rest.text, "rule")
            break
        if any(pattern.search(block.text) for pattern in known.remove_text):
            cleaned.note(block.text, "rule")
            if credit := credit_line.of_bare_line(block.text, names=known.names):
                cleaned.credit = credit.name
        else:
            kept.append(block)
    cleaned.blocks = kept


def _take_watermark(cleaned: Cleaned, known: Known) -> None:
    whole = "\n".join(block.text for block in cleaned.blocks)
    for injected in known.watermarks:
        if watermark.is_injected(whole, injected):
            _take_phrase(cleaned, injected)
    names = [name for name in known.names if len(name) > 3]
    phrase = watermark.find([block.text for block in cleaned.blocks], names=names)
    told = (*names, *known.watermarks, *([phrase] if phrase else []))
    lines = {typography.fold(name) for name in told} - {""}
    kept = []
    for block in cleaned.blocks:
        if block.text[0] in "[【(（<《" and typography.fold(block.text) in lines:
            cleaned.note(block.text, "watermark")
        else:
            kept.append(block)
    cleaned.blocks = kept
    if phrase:
        _take_phrase(cleaned, phrase)


def _take_phrase(cleaned: Cleaned, phrase: str) -> None:
    """Take a phrase out of every block in which it is out of place."""
    whole = "\n".join(block.text for block in cleaned.blocks)
    kept = []
    for block in cleaned.blocks:
        text = typography.settle(watermark.remove(block.text, phrase, within=whole))
        if text != block.text:
            cleaned.note(_around(block.text, phrase), "watermark")
        if text:
            kept.append(replace(block, text=text) if text != block.text else block)
    cleaned.blocks = kept
    cleaned.watermark = phrase


def _around(text: str, phrase: str) -> str:
    at = max(text.find(phrase), 0)
    return text[max(at - 20, 0) : at + len(phrase) + 20]


def _take_captions(cleaned: Cleaned, known: Known) -> None:
    told = {typography.fold(text) for text in known.alts} - {""}
    title = typography.fold(known.title or "")
    kept: list[Block] = []
    for number, block in enumerate(cleaned.blocks):
        is_told = False
        if told and block.kind != "heading":
            folded = typography.fold(block.text)
            is_told = folded in told and folded != title
        is_line = block.kind == "paragraph" and bool(_CAPTION_LINE.match(block.text))
        if is_told or (is_line and not (number == 0 and len(cleaned.blocks) == 1)):
            cleaned.note(block.text, "caption")
            if is_told or number > 0:
                cleaned.captions.append(block.text)
        else:
            kept.append(block)
    cleaned.blocks = kept


def _take_head(cleaned: Cleaned, known: Known) -> None:
    """Title, byline, date and section lines before the first paragraph; the standfirst where it has its own field."""
    title = typography.fold(known.title or "")
    standfirst = typography.fold(known.standfirst or "")
    authors = {typography.fold(name) for name in known.authors}
    kept: list[Block] = []
    in_head = True
    for number, block in enumerate(cleaned.blocks):
        why = None
        if number < _HEAD:
            folded = typography.fold(block.text)
            if folded == title or (block.kind == "heading" and title and _is_titled(folded, title)):
                why = "title"
            elif standfirst and folded == standfirst:
                why = "standfirst"
            elif in_head and block.kind != "heading" and len(block.text) <= _LONGEST_LINE:
                why = _head_line(block.text, folded, authors, known.lines)
        if why:
            cleaned.note(block.text, why)
            continue
        in_head = in_head and len(block.text) < _PROSE and len(kept) < 3
        kept.append(block)
    cleaned.blocks = kept


def _take_signature(cleaned: Cleaned, known: Known) -> None:
    """The writer's name above or below the text, where nothing else names a person."""
    if known.is_written_by or (found := signature.find(cleaned.blocks)) is None:
        return
    at, cleaned.signed = found
    cleaned.note(cleaned.blocks[at].text, "byline")
    cleaned.blocks = [*cleaned.blocks[:at], *cleaned.blocks[at + 1 :]]


def _is_titled(folded: str, title: str) -> bool:
    return folded.startswith(title) and len(folded) < len(title) + 40


def _head_line(text: str, folded: str, authors: set[str], lines: frozenset[str]) -> str | None:
    if folded in authors or (
        people.is_byline(text) and len(text) <= 100 and not text.endswith((".", "?", "!"))
    ):
        return "byline"
    if furnishings.is_dateline(text):
        return "date"
    if furnishings.is_tool(text):
        return "furniture"
    if (
        folded in lines
        and len(text) <= 60
        and not text.endswith((".", "?", "!", ":", "…", "”", '"'))
    ):
        return "heading line"
    return None


def _take_credit(cleaned: Cleaned, known: Known) -> None:
    """The line that says where a text is from, and all below it where it links the source."""
    blocks = cleaned.blocks
    total = sum(len(block.text) for block in blocks)
    before = 0
    for number, block in enumerate(blocks):
        link = known.credit_links and known.credit_links.get(typography.fold(block.text))
        credit = credit_line.of_line(block.text, url=link or None)
        if credit and (link or before >= total / 2 or len(blocks) - number <= 3):
            cleaned.note(block.text, "credit")
            cleaned.credit, cleaned.source_url = credit.name, credit.url
            rest = blocks[number + 1 :]
            is_end = link is not None and sum(len(other.text) for other in rest) <= before
            for other in rest if is_end else ():
                cleaned.note(other.text, "furniture")
            cleaned.blocks = blocks[:number] + ([] if is_end else rest)
            return
        before += len(block.text)
    if len(blocks) > 1 and (credit := credit_line.of_bare_line(blocks[-1].text, names=known.names)):
        cleaned.note(blocks[-1].text, "credit")
        cleaned.credit = credit.name
        cleaned.blocks = blocks[:-1]


def _take_furniture(cleaned: Cleaned) -> None:
    """Teasers, newsletters, tools: single lines anywhere, and what follows a heading of other stories."""
    total = sum(len(block.text) for block in cleaned.blocks)
    kept: list[Block] = []
    seen = 0
    is_below = False
    for number, block in enumerate(cleaned.blocks):
        seen += len(block.text)
        if is_below and not furnishings.is_sentence(block.text):
            cleaned.note(block.text, "furniture")
            continue
        is_below = furnishings.is_trailer_heading(block.text)
        if is_below and seen >= total / 2 and _prose(cleaned.blocks[number:]) <= total * _TRAILER:
            for other in cleaned.blocks[number:]:
                cleaned.note(other.text, "furniture")
            break
        is_line = furnishings.is_teaser(block.text) or (
            seen > total * 0.8 and furnishings.is_closing(block.text)
        )
        if is_below or is_line:
            cleaned.note(block.text, "furniture")
        else:
            kept.append(block)
    while kept and kept[-1].kind == "heading":
        cleaned.note(kept.pop().text, "furniture")
    cleaned.blocks = kept


def _prose(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks if furnishings.is_sentence(block.text))


def _take_repeats(cleaned: Cleaned) -> None:
    """A block that merely repeats the one before it."""
    kept: list[Block] = []
    for block in cleaned.blocks:
        if kept and len(block.text) > 30 and block.text == kept[-1].text:
            cleaned.note(block.text, "repeat")
        else:
            kept.append(block)
    cleaned.blocks = kept
