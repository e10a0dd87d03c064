"""`morgue copy`: an archive moved to another database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click

from db.archive import Archive
from db.moving.copying import CopyProgress, CopyReport
from db.moving.copying import copy as copy_archive
from db.verify import Progress, Violation
from db.verify import verify as violations_of
from morgue.cli import output
from morgue.cli.access import clock_of, settings_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.opened import archive_errors
from morgue.cli.options import json_option
from morgue.cli.progress import bar
from pipeline.fingerprint import shingles

_STORE = "database, or files:FOLDER"


@click.command()
@click.argument("source")
@click.argument("target")
@click.option(
    "--source-captures", default="database", show_default=True, metavar="STORE", help=_STORE
)
@click.option(
    "--target-captures", default="database", show_default=True, metavar="STORE", help=_STORE
)
@click.option("--no-verify", is_flag=True, help="Leave out `morgue verify` of the target.")
@json_option
@click.pass_obj
def copy(
    invocation: Invocation,
    *,
    source: str,
    target: str,
    source_captures: str,
    target_captures: str,
    no_verify: bool,
    as_json: bool,
) -> ExitCode:
    """Copy an archive to another database, and compare every row of it.

    SOURCE and TARGET are addresses: sqlite:///FILE or postgresql://USER@HOST/NAME. The source may be
    in use: the copy is what it was at the beginning. The target must be empty or not there; stopped
    or killed, the same command goes on. Until the end nothing else opens the target. When it is done,
    name it in archive_url (and capture_store). Exit code 4 where the target does not keep its
    promises.
    """
    settings = settings_of(invocation)
    clock = clock_of(settings)
    if source == target:
        raise Failure("source and target are the same archive")
    with (
        archive_errors(),
        stores(),
        Archive.open(source, clock=clock, captures=source_captures, read_only=True) as origin,
        Archive.open(
            target, clock=clock, captures=target_captures, upgrade="copy", announce=output.note
        ) as arrived,
        bar(is_quiet=invocation.is_quiet) as tell,
    ):

        def hear(step: CopyProgress) -> None:
            tell(f"{step.step} {step.table}", step.done, step.total)

        def hear_check(step: Progress) -> None:
            tell(step.promise, step.done, step.total)

        report = copy_archive(origin, arrived, shingles_of=shingles, progress=hear)
        violations = [] if no_verify else violations_of(arrived, progress=hear_check)
        names = (origin.name, arrived.name)
    _tell(report, violations, names, as_json=as_json)
    return ExitCode.VIOLATED if violations else ExitCode.OK


@contextmanager
def stores() -> Iterator[None]:
    """Tell a store that cannot be understood as a failure."""
    try:
        yield
    except ValueError as error:
        if "capture store" not in str(error):
            raise
        raise Failure(str(error)) from error


def _tell(
    report: CopyReport, violations: list[Violation], names: tuple[str, str], *, as_json: bool
) -> None:
    if as_json:
        output.document(
            {
                "source": names[0],
                "target": names[1],
                "rows": report.rows,
                "rows_written": report.written_count,
                "bodies_lost": report.lost_count,
                "resumed": report.is_resumed,
                "violations": [asdict(each) for each in violations],
            }
        )
        return
    for violation in violations:
        output.line(output.safe(str(violation)))
    count = sum(report.rows.values())
    were_there = f" ({count - report.written_count} were there)" if report.is_resumed else ""
    output.line(f"{names[1]}: {count} rows copied and compared{were_there}")
    if report.lost_count:
        output.line(
            f"{report.lost_count} bodies could not be read from {names[0]}: `morgue verify` names them"
        )
