"""`morgue db` and `morgue verify`: the archive's schema and the archive's promises."""

from dataclasses import asdict

import click

from db import schema
from db.engine import in_words, name_of, open_engine, parse_address
from db.verify import verify as violations_of
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


@click.command()
@json_option
@click.pass_obj
def verify(invocation: Invocation, *, as_json: bool) -> ExitCode:
    """Check that the archive keeps its promises.

    Every revision names the capture that proves it and its bytes have the digest they claim;
    numbers run 1, 2, 3; no revision equals its predecessor; what is searched is what is shown.
    Exit code 4 where something is broken.
    """
    with archive_of(settings_of(invocation), is_asked_only=True) as archive:
        violations = violations_of(archive, progress=lambda _: None)
        if as_json:
            output.document(
                {"archive": archive.name, "violations": [asdict(v) for v in violations]}
            )
        else:
            for violation in violations:
                output.line(output.safe(str(violation)))
            output.line(f"{archive.name}: {_count(len(violations))}")
    return ExitCode.VIOLATED if violations else ExitCode.OK


def _count(number: int) -> str:
    return f"{number} promise{'s' if number > 1 else ''} broken" if number else "in order"
