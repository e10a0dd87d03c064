"""The command line: which commands there are, and where each lives.

Imports a command only when it is called.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from morgue.cli.errors import ExitCode, tell
from morgue.cli.importing import lasting
from morgue.cli.invocation import Invocation
from morgue.version import VERSION


@dataclass(frozen=True, slots=True)
class Lazy:
    """A command that is imported when it is called."""

    target: str  # "module:attribute" under morgue.cli
    summary: str  # its line in `morgue --help`
    section: str

    def load(self) -> click.Command:
        """Import the command and give it its line."""
        module, attribute = self.target.split(":")
        with lasting():
            command: click.Command = getattr(import_module(f"morgue.cli.{module}"), attribute)
        command.short_help = self.summary
        return command


COMMANDS = {
    "demo": Lazy("demo:demo", "Watch fictional sites being crawled into an archive.", "Begin"),
    "init": Lazy("init:init", "Write a configuration of your own.", "Begin"),
    "up": Lazy("up:up", "Crawl on schedule, for as long as it runs.", "Crawl"),
    "crawl": Lazy("crawl:crawl", "Crawl sites or single pages now.", "Crawl"),
    "backfill": Lazy("backfill:backfill", "Fetch what a site published in a past period.", "Crawl"),
    "sites": Lazy("sites:sites", "List, show, check, try and pause the configured sites.", "Crawl"),
    "status": Lazy("status:status", "Say how each site is doing.", "Ask"),
    "health": Lazy("health:health", "Show a site's last days, and what is wrong.", "Ask"),
    "alerts": Lazy("alerts:alerts", "List what was told to whom, and try channels.", "Ask"),
    "search": Lazy("ask:search", "Find articles by their words.", "Ask"),
    "show": Lazy("ask:show", "Print an article as it stands or stood.", "Ask"),
    "history": Lazy("history:history", "List the revisions of an article.", "Ask"),
    "edits": Lazy("edits:edits", "List what publishers changed, by kind.", "Ask"),
    "diff": Lazy("history:diff", "Show what changed between two revisions.", "Ask"),
    "changes": Lazy("changes:changes", "Tell what the archive learnt, from a cursor on.", "Ask"),
    "why": Lazy("why:why", "Say when a page is looked at again, and why then.", "Ask"),
    "audit": Lazy("audit:audit", "Compare what was promised with what is archived.", "Ask"),
    "quarantine": Lazy("quarantine:quarantine", "List the pages that were not believed.", "Ask"),
    "sql": Lazy("sql:sql", "Ask the archive in SQL, read-only.", "Ask"),
    "extract": Lazy("files:extract", "Say what would be read from saved pages.", "Ask"),
    "reextract": Lazy(
        "reextract:reextract", "Read the kept pages again with today's extractor.", "Archive"
    ),
    "article": Lazy("article:article", "Merge or split articles, and take it back.", "Archive"),
    "db": Lazy("archive:db", "Upgrade the archive's schema, or name it.", "Archive"),
    "verify": Lazy("verifying:verify", "Check that the archive keeps its promises.", "Archive"),
    "prove": Lazy("proving:prove", "Prove a row to somebody who has no archive.", "Archive"),
    "copy": Lazy("copying:copy", "Move an archive to another database.", "Archive"),
    "backup": Lazy("backup:backup", "Back the archive up while it is in use.", "Archive"),
    "restore": Lazy("backup:restore", "Make an archive of a backup again.", "Archive"),
    "prune": Lazy("pruning:prune", "Remove bodies of pages for good.", "Archive"),
    "seal": Lazy("verifying:seal", "Name what holds the archive to its past.", "Archive"),
}


class Morgue(click.Group):
    """The command `morgue`: lazy subcommands, exit codes by value, failures in one voice."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the help page."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        lazy = COMMANDS.get(cmd_name)
        return lazy.load() if lazy else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one may have been meant."""
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        near = get_close_matches(name, COMMANDS, n=1)
        meant = f"Did you mean {near[0]}?" if near else "`morgue --help` lists them."
        raise click.UsageError(f"there is no command {name!r}. {meant}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help page from the table, without importing any command."""
        del ctx
        for section in dict.fromkeys(lazy.section for lazy in COMMANDS.values()):
            rows = [(name, lazy.summary) for name, lazy in COMMANDS.items()]
            with formatter.section(section):
                formatter.write_dl([r for r in rows if COMMANDS[r[0]].section == section])

    def main(  # type: ignore[override] # click's overloads tell modes apart that we do not have
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        **extra: Any,
    ) -> NoReturn:
        """Run a command line and leave with its exit code; an expected failure is one message.

        Not click's own: it lets a closed pipe look like a failure and knows no JSON.
        """
        args = sys.argv[1:] if args is None else list(args)
        prog_name = prog_name or "morgue"
        self._main_shell_completion(extra, prog_name, complete_var)
        try:
            with _stopped_alike(), self.make_context(prog_name, list(args), **extra) as context:
                code = self.invoke(context)
            sys.stdout.flush()
        except click.exceptions.Exit as end:
            code = end.exit_code
        except click.ClickException as error:
            tell(error, as_json="--json" in args, file=sys.stderr)
            code = error.exit_code
        except (click.Abort, KeyboardInterrupt):
            click.echo("morgue: stopped", err=True)
            code = ExitCode.INTERRUPTED
        except BrokenPipeError:  # the reader has had enough
            _close_quietly()
            code = ExitCode.OK
        sys.exit(int(code or 0))


@contextlib.contextmanager
def _stopped_alike() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does. Crawls and the daemon have handlers of their own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _close_quietly() -> None:
    """Let the interpreter's last flush go nowhere, instead of complaining about a closed pipe."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if not value or ctx.resilient_parsing:
        return
    click.echo(f"morgue {VERSION}")
    ctx.exit()


@click.command(
    cls=Morgue,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Every command explains itself: morgue COMMAND --help.",
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The settings file. Otherwise $MORGUE_CONFIG, or the nearest morgue.yaml "
    "in this folder or one above it.",
)
@click.option("-v", "--verbose", count=True, help="Log more; twice: everything.")
@click.option("-q", "--quiet", is_flag=True, help="Log errors only, and show no progress.")
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Print the version and leave.",
)
@click.pass_context
def morgue(ctx: click.Context, config: Path | None, verbose: int, quiet: bool) -> None:  # noqa: FBT001 - click passes by name
    """Keep every version of every article of the news sites you choose."""
    _print_anything()
    ctx.obj = Invocation(
        config=config, verbosity=-1 if quiet else verbose, env=os.environ, cwd=Path.cwd()
    )


def _print_anything() -> None:
    """Where the terminal's encoding lacks a character, print its code rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


main = morgue.main
