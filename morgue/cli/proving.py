"""`morgue prove`: proofs that are checked without the archive."""

import json
from pathlib import Path
from typing import Any

import click

from db.proving import proofs, seals
from db.proving.leaves import TREES
from morgue.cli import output
from morgue.cli.access import settings_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.opened import asking
from morgue.cli.options import json_option


@click.command()
@click.argument("kind", type=click.Choice([*TREES, "past", "check"]))
@click.argument("what")
@json_option
@click.pass_obj
def prove(invocation: Invocation, *, kind: str, what: str, as_json: bool) -> ExitCode:
    """Prove to somebody who has no archive that a row was sealed, or that the past is a part of today.

    "prove revision 567" (or capture, visit; numbers as `history --json` and `sql` print them) prints
    the row and its place under the newest head, "prove past HEAD" that an earlier head is a part of the
    newest, both as JSON. "prove check FILE" checks such a proof, without an archive, and names the head
    that it is worth as much as. Exit code 4 where it proves nothing.
    """
    if kind == "check":
        return _check(what, as_json=as_json)
    with asking(settings_of(invocation)) as session:
        try:
            if kind == "past":
                documents = [proofs.of_past(session, head) for head in seals.parse_heads(what)]
            else:
                documents = [proofs.of_row(session, kind, _number(what))]
        except ValueError as error:  # no head, no number, nothing to prove it with
            raise Failure(str(error), code=ExitCode.NOTHING) from error
    for document in documents:
        output.json_line(document)
    return ExitCode.OK


def _number(words: str) -> int:
    if not words.isascii() or not words.isdigit():
        raise ValueError(f"{words!r} is no number of a row")
    return int(words)


def _check(path: str, *, as_json: bool) -> ExitCode:
    found = [(document, _holds(document)) for document in _documents(path)]
    if as_json:
        output.document([{"head": each["head"], "holds": is_so} for each, is_so in found])
    else:
        for document, is_so in found:
            output.line(output.safe(_told(document, is_so=is_so)))
    return ExitCode.OK if all(is_so for _, is_so in found) else ExitCode.VIOLATED


def _documents(path: str) -> list[dict[str, Any]]:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        found = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise Failure(f"{path} cannot be read as proofs: {error}") from error
    if not found or not all(isinstance(each, dict) and "head" in each for each in found):
        raise Failure(f"{path} has no proof: it is what `morgue prove` prints, one a line")
    return found


def _holds(document: dict[str, Any]) -> bool:
    try:
        return proofs.holds(document)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _told(document: dict[str, Any], *, is_so: bool) -> str:
    if not is_so:
        return f"this proves nothing under {document['head']}"
    if document["proves"] == "past":
        return f"{document['earlier']} is a part of {document['head']}"
    return f"{document['leaf']}\nis row {document['index'] + 1} under {document['head']}"
