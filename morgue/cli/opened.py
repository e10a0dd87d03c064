"""The archive, opened for one command, its troubles told in words. Imports SQLAlchemy."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config.settings import Settings
from db.archive import Archive
from db.errors import ArchiveError, ArchiveMissing, QueryNotUnderstood, StatementRefused
from morgue.cli.access import clock_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.output import note


@contextmanager
def archive_of(
    settings: Settings, *, is_asked_only: bool = False, may_create: bool = True
) -> Iterator[Archive]:
    """Open the archive of the settings and close it again; its errors become failures.

    Args:
        settings: name the archive and its capture store.
        is_asked_only: the command changes nothing; a missing archive is then a failure.
        may_create: a missing archive, or an older one, is made or upgraded; else it is a failure.
    """
    with (
        archive_errors(),
        Archive.open(
            settings.archive_url,
            clock=clock_of(settings),
            captures=settings.capture_store,
            announce=note,
            upgrade="yes" if may_create else "no",
            read_only=is_asked_only,
        ) as archive,
    ):
        yield archive


@contextmanager
def asking(settings: Settings) -> Iterator[Any]:
    """A read session on the archive, for a command that only asks."""
    with archive_of(settings, is_asked_only=True) as archive, archive.read() as session:
        yield session


@contextmanager
def archive_errors() -> Iterator[None]:
    """Tell an archive's troubles as failures."""
    try:
        yield
    except ArchiveMissing as error:
        raise Failure(
            str(error),
            remedy="`morgue --config FILE` names the settings of another project.",
            code=ExitCode.ARCHIVE,
        ) from error
    except (QueryNotUnderstood, StatementRefused) as error:
        raise Failure(str(error)) from error
    except ArchiveError as error:
        raise Failure(str(error), code=ExitCode.ARCHIVE) from error
