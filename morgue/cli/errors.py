"""How a command ends: the exit codes, and the one way in which an expected failure is told.

Knows words and numbers. Must not know any command.
"""

import json
from enum import IntEnum
from typing import IO, Any

import click


class ExitCode(IntEnum):
    """What a command says to the shell; part of the product and documented in docs/commands.md."""

    OK = 0
    NOTHING = 1  # nothing found, or a crawl in which some site failed
    USAGE = 2  # a wrong command line, setting or site file
    ARCHIVE = 3  # the archive cannot be used
    VIOLATED = 4  # verify found an invariant broken
    INTERRUPTED = 130  # Ctrl-C, SIGTERM

    @property
    def meaning(self) -> str:
        """The sentence of the documentation."""
        return MEANINGS[self]


MEANINGS = {
    ExitCode.OK: "The command did what it was asked to do.",
    ExitCode.NOTHING: (
        "There was nothing to print (no such article, no match, no difference), "
        "or something asked for failed: a site of a crawl could not be reached, "
        "a page given to `extract` or `sites try` was not believed, "
        "a saved page of a site is not read as expected."
    ),
    ExitCode.USAGE: (
        "The command line, a setting or a site file is wrong, and nothing was done; "
        "or a line of a manifest is, and the others were read."
    ),
    ExitCode.ARCHIVE: (
        "The archive cannot be used: missing, busy, newer than this Morgue, "
        "not writable, or no archive at all."
    ),
    ExitCode.VIOLATED: "`verify` found an invariant of the archive broken.",
    ExitCode.INTERRUPTED: "Stopped by Ctrl-C or SIGTERM. What was done until then is kept.",
}


class Failure(click.ClickException):
    """An expected failure: one clear message, and the remedy where there is one."""

    def __init__(
        self,
        message: str,
        *,
        remedy: str | None = None,
        code: ExitCode = ExitCode.USAGE,
        problems: tuple[dict[str, Any], ...] = (),
    ) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.code = code
        self.problems = problems

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """What the process ends with."""
        return int(self.code)

    def format_message(self) -> str:
        """The message with its remedy."""
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message


def tell(error: click.ClickException, *, as_json: bool, file: IO[str]) -> None:
    """Print a failure as words, or as one JSON document."""
    if as_json:
        told: dict[str, Any] = {"error": error.message, "code": error.exit_code}
        if isinstance(error, Failure):
            told |= {"remedy": error.remedy} if error.remedy else {}
            told |= {"problems": list(error.problems)} if error.problems else {}
        click.echo(json.dumps(told, ensure_ascii=False), file=file)
    elif isinstance(error, click.UsageError):
        error.show(file)
    else:
        click.echo(f"morgue: {error.format_message()}", file=file)
