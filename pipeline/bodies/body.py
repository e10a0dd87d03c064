"""The general reader: which lines of a page without rules are the article's body.

Knows how the model's scores become a choice. Must not know how the model was trained, nor other fields.
"""

from dataclasses import dataclass, replace

from pipeline.bodies import traits
from pipeline.bodies.survey import Line, Survey
from pipeline.heads import credit
from pipeline.markup import hydration
from pipeline.markup.page import Element
from pipeline.models import forest
from pipeline.reading import Block
from pipeline.text import typography

_MODEL = "body"
_THRESHOLD = 0  # in the units of forest.SCALE
_SHORTEST_STATED = 250  # characters of a stated body worth having where the page shows none
_SHORTEST_SHOWN = (
    500  # characters of a shown body, below which the page's script data are looked into
)
_MUCH_MORE = 3  # times as much text as is shown
_LITTLE = 0.5  # share of the stated body below which what the page shows is not it
_CREDIT_WITHIN = 4  # lines below the body among which the credit line stands
_MOST_LINES = 6000  # that are asked about: the first of a page; scoring costs some 40 µs a line
_AMONG_LAST = 100  # lines of these in which a body must not stand, or it may go on behind them


@dataclass(frozen=True, slots=True)
class Body:
    """The chosen blocks, and where they stood."""

    blocks: list[Block]
    elements: list[Element]  # innermost block-level elements of the chosen lines, in reading order
    reader: str  # "model"; "json-ld" or "script data" where the page shows no body and states one
    passed_over: list[str]  # lines between the first and the last chosen ones that are not body
    unasked: int = 0  # lines of which the body may go on, and which are too many to ask about


def read(survey: Survey, told: traits.Told, *, source: str) -> Body:
    """Choose the body's lines; the same page and model give the same lines.

    Args:
        survey: the page's lines.
        told: what is known of the page.
        source: the page's markup, looked into where the page shows no text.
    """
    unasked = max(len(survey.lines) - _MOST_LINES, 0)
    if unasked:
        survey = replace(survey, lines=survey.lines[:_MOST_LINES])
    chosen = _up_to_credit(survey, choose(survey, told), told)
    if unasked and chosen and chosen[-1].number < _MOST_LINES - _AMONG_LAST:
        unasked = 0
    stated = told.stated or ""
    size = sum(len(line.block.text) for line in chosen)
    if (
        len(stated) >= _SHORTEST_STATED
        and size < len(stated) * _LITTLE
        and not _shows(survey, stated)
    ):
        return Body(_paragraphs(stated), [], "json-ld", [])
    if size < _SHORTEST_SHOWN and (held := hydration.body(source)):
        held_size = sum(len(block.text) for block in held)
        if held_size >= max(_MUCH_MORE * size, _SHORTEST_STATED):
            return Body(held, [], "script data", [])
    if not chosen:
        return Body([], [], "model", [], unasked)
    within = survey.lines[chosen[0].number : chosen[-1].number]
    kept = {line.number for line in chosen}
    return Body(
        [line.block for line in chosen],
        list(dict.fromkeys(line.frame.element for line in chosen)),
        "model",
        [line.block.text for line in within if line.number not in kept],
        unasked,
    )


def choose(survey: Survey, told: traits.Told) -> list[Line]:
    """The lines that the model holds to be body."""
    rows = traits.rows(survey, told)
    scores = _Scores()
    return [
        line
        for line, row in zip(survey.lines, rows, strict=True)
        if row is not None and scores.of(row) > _THRESHOLD
    ]


class _Scores:
    """The scores of a page's rows: what rows have in common is asked of the model once."""

    def __init__(self) -> None:
        self._model = forest.load(_MODEL)
        self._shared: dict[tuple[int, int], int] = {}

    def of(self, row: traits.Row) -> int:
        own, place, page = row
        common = (id(place), id(page))
        answer = self._shared.get(common)
        if answer is None:
            model, since = self._model, len(own)
            answer = model.answer(place, since=since)
            answer |= model.answer(page, since=since + len(place))
            self._shared[common] = answer
        return self._model.total(answer | self._model.answer(own))


def _up_to_credit(survey: Survey, chosen: list[Line], told: traits.Told) -> list[Line]:
    """The chosen lines up to the credit line, and it: the model rarely holds it to be body, and below it is none."""
    if not chosen:
        return chosen
    total = sum(line.size for line in chosen)
    before = 0
    kept = {line.number for line in chosen}
    for line in survey.lines[chosen[0].number : chosen[-1].number + 1 + _CREDIT_WITHIN]:
        text = line.block.text
        is_linked = (
            told.credit_links and before >= total / 2 and typography.fold(text) in told.credit_links
        )
        is_behind = line.number > chosen[-1].number and credit.of_line(text) is not None
        if is_linked or is_behind:
            return [*(other for other in chosen if other.number < line.number), line]
        before += line.size if line.number in kept else 0
    return chosen


def _shows(survey: Survey, stated: str) -> bool:
    """Whether the page shows the stated body: then what the model left of it was left on purpose."""
    key = typography.fold(stated[:400])[:60]
    end = typography.fold(stated[-400:])[-60:]
    return any(
        key in (folded := typography.fold(line.block.text)) or end in folded
        for line in survey.lines
        if line.size > 60
    )


def _paragraphs(stated: str) -> list[Block]:
    return [
        Block("paragraph", text) for part in stated.split("\n") if (text := typography.settle(part))
    ]
