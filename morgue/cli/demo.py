"""`morgue demo`: fictional sites, crawled into an archive before one's eyes."""

import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType

import click

from config.clock import SystemClock
from morgue.cli import output
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.demo.tour import ROUNDS, ForeignFolder, Stage, play, prepare

_FEW_ROUNDS = (timedelta(0), timedelta(hours=2), timedelta(hours=4))


@click.command()
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    metavar="FOLDER",
    help="Where the archive is made and stays; ./demo where absent.",
)
@click.option("--temporary", is_flag=True, help="Keep nothing.")
@click.option("--fast", is_flag=True, help="Half the rounds.")
@click.pass_context
def demo(ctx: click.Context, keep: Path, *, temporary: bool, fast: bool) -> ExitCode:
    """Watch fictional sites being crawled into an archive.

    Three outlets of a bundled newsroom publish, edit, change headlines, withdraw and reprint, in a
    time that passes quickly; between the changes they are crawled, by the same command and through
    the same configuration as real sites. In the end the archive is asked what it knows. Nothing
    but this machine is reached. An archive of an earlier demonstration is made anew.
    """
    invocation: Invocation = ctx.obj
    root = ctx.find_root().command

    def ask(command: Sequence[str]) -> int:
        try:
            root.main(list(command))
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    with ExitStack() as stack:
        folder = keep
        if temporary:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="morgue-")))
        folder = invocation.cwd / folder
        try:
            prepare(folder)
        except ForeignFolder as error:
            raise Failure(
                f"{error} holds something that no demonstration wrote",
                remedy="Name another folder with --keep.",
            ) from error
        except OSError as error:
            raise Failure(
                f"{error.filename or folder} cannot be written: {error.strerror}",
                remedy="Name another folder with --keep.",
            ) from error
        stack.enter_context(_terminated_like_interrupted())
        stage = Stage(folder=folder, clock=SystemClock(), say=_say, ask=ask)
        went_well = play(stage, rounds=_FEW_ROUNDS if fast else ROUNDS)
    return ExitCode.OK if went_well else ExitCode.NOTHING


def _say(text: str) -> None:
    output.line(click.style(output.safe(text), fg="cyan"))


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM end the demonstration as Ctrl-C does: its crawl and its newsroom end with it."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
