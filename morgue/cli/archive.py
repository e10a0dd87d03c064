"""`morgue db`: the archive's schema."""

import click

from db import schema
from db.engine import in_words, name_of, open_engine, parse_address
from morgue.cli import output
from morgue.cli.access import settings_of
from morgue.cli.errors import ExitCode
from morgue.cli.invocation import Invocation
from morgue.cli.opened import archive_errors, archive_of
from morgue.cli.options import json_option


@click.group()
def db() -> None:
    """Upgrade the archive's schema, or name it."""


@db.command()
@json_option
@click.pass_obj
def upgrade(invocation: Invocation, *, as_json: bool) -> None:
    """Create the archive, or bring its schema to this release's.

    `morgue crawl` and `morgue up` do so by themselves, after saying so.
    """
    with archive_of(settings_of(invocation)) as archive:
        if as_json:
            output.document({"archive": archive.name, "schema": schema.HEAD})
        else:
            output.line(f"{archive.name} is at schema {schema.HEAD}.")


@db.command()
@json_option
@click.pass_obj
def current(invocation: Invocation, *, as_json: bool) -> ExitCode:
    """Name the archive's schema and this release's. Exit code 1 where they differ."""
    settings = settings_of(invocation)
    with archive_errors():
        found, name = schema_at(settings.archive_url)
    if as_json:
        output.document({"archive": name, "schema": found, "release": schema.HEAD})
    else:
        output.line(f"{name} is at schema {found or 'none'}; this release reads {schema.HEAD}.")
    return ExitCode.OK if found == schema.HEAD else ExitCode.NOTHING


def schema_at(address: str) -> tuple[str | None, str]:
    """The version of the schema there, whichever it is, and the archive's name."""
    url = parse_address(address)
    engine = open_engine(url, read_only=True)
    try:
        with in_words(url), engine.connect() as connection:
            return schema.version(connection), name_of(url)
    finally:
        engine.dispose()
