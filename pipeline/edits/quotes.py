"""What is quoted in a paragraph, in the quotation marks of any language.

Knows marks. Must not know who speaks. Words of a few letters in quotation marks are no quotation.
"""

import re
from collections.abc import Sequence

from pipeline.text.words import folded_words, is_unspaced

_MARKED = re.compile(
    r"“([^“”]+)[”“]|„([^“”„]+)[“”]|«([^«»]+)»|»([^«»]+)«|「([^「」]+)」|『([^『』]+)』|‹([^‹›]+)›|\"([^\"]+)\""
    r"|(?<!\w)[‘'‚](?=\w)((?:[^‘’'\n]|(?<=\w)['’](?=\w))+)['’‘](?!\w)"
)
_LEAST = 3  # words; characters of unspaced scripts count half


def quoted_spans(line: str) -> list[tuple[int, int]]:
    """Where the quotations of a paragraph stand, without their marks. One that is not closed runs to its end."""
    spans = []
    end = 0
    for match in _MARKED.finditer(line):
        group = match.lastindex or 0
        spans.append(match.span(group))
        end = match.end()
    rest = line[end:]
    for mark in "“„«":  # continued in the next paragraph
        at = rest.find(mark)
        if at >= 0:
            spans.append((end + at + 1, len(line)))
            break
    return [span for span in spans if is_quotation(line[slice(*span)])]


def is_quotation(text: str) -> bool:
    """Whether it is long enough to be somebody's sentence."""
    count = len(folded_words(text))
    return count >= (2 * _LEAST if is_unspaced(text) else _LEAST)


def overlap(spans: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """The parts of the spans that lie in a piece of the paragraph."""
    return [
        (max(one, start), min(other, end)) for one, other in spans if one < end and other > start
    ]
