"""Everything that a command prints: lines, tables and JSON, safe for the terminal that shows them.

Knows terminals. Must not know what is printed. Titles and texts come from strangers: control
characters in them are made visible, never sent to the terminal.
"""

import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

import click

from morgue.cli.moments import jsonable

# controls, delete, bidirectional overrides, line and paragraph separators, lone surrogates
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MIN_CELL = 12


def safe(text: str) -> str:
    r"""`text` with what could steer a terminal written out: ESC becomes `\x1b`.

    Newline and tab stay.
    """
    return _UNSAFE.sub(_written_out, text)


def one_line(text: str | None) -> str:
    """`text` for one line of a listing: safe, white space folded, "-" for nothing."""
    return safe(" ".join(text.split())) if text and not text.isspace() else "-"


def _written_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def as_json(value: Any, *, indent: int | None = 2) -> str:
    """JSON that is safe to print: readable Unicode, controls escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    return _UNSAFE_IN_JSON.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return jsonable(value)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def width(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, columns: int) -> str:
    """`text` in at most so many columns, with an ellipsis where something is missing."""
    if width(text) <= columns:
        return text
    taken = 0
    for index, char in enumerate(text):
        taken += _char_width(char)
        if taken > columns - 1:
            return text[:index] + "…"
    return text


def is_terminal(stream: IO[str] | None = None) -> bool:
    """Whether a person looks at the stream (standard output by default)."""
    stream = stream or sys.stdout
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def is_error_terminal() -> bool:
    """Whether a person looks at standard error."""
    return is_terminal(sys.stderr)


def wants_colour(stream: IO[str] | None = None) -> bool:
    """Whether to colour: a terminal, and no NO_COLOR (https://no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def line(text: str = "") -> None:
    """Print one line to standard output."""
    click.echo(text, color=wants_colour())


def note(text: str) -> None:
    """Print one line to standard error: progress and advice, not results."""
    sys.stderr.write(f"{text}\n")  # not click's echo, which would write past a progress bar
    sys.stderr.flush()


def document(value: Any) -> None:
    """Print one JSON document."""
    click.echo(as_json(value))


def json_line(value: Mapping[str, Any]) -> None:
    """Print one JSON document on one line."""
    click.echo(as_json(value, indent=None))
    sys.stdout.flush()


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print aligned columns; on a terminal the last one is cut to fit, elsewhere nothing is."""
    shown = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(width(row[i]) for row in [list(headers), *shown]) for i in range(len(headers))]
    if is_terminal():
        room = shutil.get_terminal_size().columns - sum(widths[:-1]) - 2 * (len(headers) - 1)
        widths[-1] = min(widths[-1], max(room, _MIN_CELL))
    line(click.style(_row(headers, widths), bold=True))
    for row in shown:
        line(_row(row, widths))


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    *first, last = zip(cells, widths, strict=True)
    padded = [cell + " " * (columns - width(cell)) for cell, columns in first]
    return "  ".join([*padded, cut(*last)]).rstrip()
