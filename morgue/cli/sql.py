"""`morgue sql`: a person's own question, reading only."""

import csv
import sys
from typing import Any

import click

from db.asking.sql import Table, run_read_only
from morgue.cli import output
from morgue.cli.access import settings_of
from morgue.cli.errors import Failure
from morgue.cli.invocation import Invocation
from morgue.cli.opened import archive_of
from morgue.cli.options import json_option


@click.command()
@click.argument("statement")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=1000, show_default=True)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@json_option
@click.pass_obj
def sql(invocation: Invocation, statement: str, *, limit: int, as_csv: bool, as_json: bool) -> None:
    """Ask the archive in SQL. Only reading is possible, whatever the statement is.

    STATEMENT is one statement in the archive's own dialect, SQLite's or Postgres'; "-" reads it
    from standard input. docs/asking.md names the tables, and shows how to ask as of a moment.
    Moments are UTC. With --json: columns, rows, and whether rows beyond the limit were left out.
    """
    if as_csv and as_json:
        raise Failure("--csv and --json were both asked for", remedy="Choose one.")
    if statement == "-":
        statement = sys.stdin.read()
    with archive_of(settings_of(invocation), is_asked_only=True) as archive:
        table = run_read_only(archive, statement, limit=limit)
    if as_json:
        output.document({"columns": table.columns, "rows": table.rows, "has_more": table.has_more})
        return
    if as_csv:
        _print_csv(table)
    else:
        output.table(table.columns, [[_cell(value) for value in row] for row in table.rows])
    if table.has_more:
        output.note(f"There are more than {limit} rows: raise --limit to see them.")


def _print_csv(table: Table) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(table.columns)
    is_shown = output.is_terminal()
    for row in table.rows:
        cells = [_cell(value) for value in row]
        writer.writerow(map(output.safe, cells) if is_shown else cells)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
