"""Carries out edits on texts: from a text and a kind of edit to the next text.

Knows what editors do to a story. Must not know when, or for which outlet.
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from morgue.demo.newsroom.dice import between, pick
from morgue.demo.newsroom.fiction import Text, Writer
from morgue.demo.newsroom.grammar import Roll
from morgue.demo.newsroom.lives import Kind

_NUMBER: Final = re.compile(r"\b\d{2,3}\b(?![.,]\d)")
_QUOTES: Final = ("“", "„")


def edited(
    text: Text, kind: Kind, *, writer: Writer, roll: Roll, serial: int, local: datetime
) -> Text:
    """The text after an edit of a kind; always another text than before.

    Args:
        text: what it said until now.
        kind: what happens to it.
        writer: its author.
        roll: chance of this edit alone.
        serial: how many edits it has had, this one included.
        local: when, in the outlet's time zone.
    """
    if kind is Kind.HEADLINE:
        return replace(text, title=_other_headline(text.title, writer, serial))
    if kind is Kind.LIVE_UPDATE:
        return replace(
            text, paragraphs=(f"{local:%H:%M} – {writer.paragraph(serial)}", *text.paragraphs)
        )
    if kind is Kind.CORRECTION:
        return replace(text, paragraphs=(*text.paragraphs, _correction(roll, local)))
    if kind is Kind.NUMBER:
        return _with_other_number(text, writer, roll, serial)
    if kind is Kind.QUOTE:
        return _with_other_quote(text, writer, roll, serial)
    return _with_other_body(text, writer, roll, serial)


def _other_headline(title: str, writer: Writer, serial: int) -> str:
    for draft in range(serial, serial + 8):
        if (other := writer.headline(draft=draft)) != title:
            return other
    return f"{title} – update {serial}"


def _correction(roll: Roll, local: datetime) -> str:
    wrong, right = between(roll, 2, 40), between(roll, 41, 99)
    detail = pick(
        roll, ("the number of votes", "a year", "the age of a witness", "a distance", "a date")
    )
    return (
        f"Correction, {local.day} {local:%B %Y}: an earlier version of this article misstated "
        f"{detail}; it is {right}, not {wrong}."
    )


def _with_other_number(text: Text, writer: Writer, roll: Roll, serial: int) -> Text:
    places = [place for place, words in enumerate(text.paragraphs) if _NUMBER.search(words)]
    if not places:
        return _with_other_body(text, writer, roll, serial)
    place = pick(roll, places)

    def more(found: re.Match[str]) -> str:
        return str(int(found[0]) + between(roll, 1, 9))

    return _with(text, place, (_NUMBER.sub(more, text.paragraphs[place], count=1),))


def _with_other_quote(text: Text, writer: Writer, roll: Roll, serial: int) -> Text:
    quote = writer.quote(serial)
    places = [
        place
        for place, words in enumerate(text.paragraphs)
        if place and any(mark in words for mark in _QUOTES)
    ]
    if not places:
        return _with(text, 1, (quote, *text.paragraphs[1:2]))
    return _with(text, pick(roll, places), (quote,))


def _with_other_body(text: Text, writer: Writer, roll: Roll, serial: int) -> Text:
    last = len(text.paragraphs) - 1
    if last < 1:
        return replace(text, paragraphs=(*text.paragraphs, writer.paragraph(serial)))
    place = between(roll, 1, last)
    chance = roll()
    if chance < 0.3:  # another paragraph in its place
        return _with(text, place, (writer.paragraph(serial),))
    if chance < 0.6:  # one more paragraph
        return _with(text, place, (text.paragraphs[place], writer.paragraph(serial)))
    if chance < 0.85 or last < 6:  # one more sentence
        joint = "" if text.language == "zh" else " "
        return _with(text, place, (text.paragraphs[place] + joint + writer.sentence(serial),))
    return _with(text, place, ())


def _with(text: Text, place: int, paragraphs: tuple[str, ...]) -> Text:
    return replace(
        text, paragraphs=(*text.paragraphs[:place], *paragraphs, *text.paragraphs[place + 1 :])
    )
