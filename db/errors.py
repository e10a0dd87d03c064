"""What can go wrong with an archive, in words for the person who meets it. Knows no SQL."""

# ruff: noqa: N818 - each is named for the state that was found, which reads better where it is caught


class ArchiveError(Exception):
    """The archive cannot be used."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class ArchiveAddressWrong(ArchiveError):
    """The address of the archive cannot be understood: use sqlite:///FILE or postgresql://HOST/NAME."""


class ArchiveMissing(ArchiveError):
    """There is no archive there."""


class ArchiveUnreachable(ArchiveError):
    """The database server does not answer."""


class NotAnArchive(ArchiveError):
    """There is something else there: choose another place for the archive."""


class ArchiveTooNew(ArchiveError):
    """A newer release of Morgue wrote this archive: use that release."""


class ArchiveTooOld(ArchiveError):
    """An older release of Morgue wrote this archive: run `morgue db upgrade`."""


class ArchiveUnfinished(ArchiveError):
    """An unfinished copy of another archive: run the same `morgue copy` again."""


class ArchiveBusy(ArchiveError):
    """Another process has been writing to the archive for too long: try again when it has finished."""


class Deadlocked(ArchiveBusy):
    """Two transactions waited for rows of each other, and the database ended this one: try again."""


class ArchiveUnwritable(ArchiveError):
    """The archive cannot be written to."""


class StatementRefused(ArchiveError):
    """The statement was not run."""


class QueryNotUnderstood(ArchiveError):
    """The search words cannot be understood."""


class ActionRefused(ArchiveError):
    """What was asked for makes no sense, and nothing was done."""


class Overtaken(Exception):
    """Another text of the article was recorded since the look was decided: decide anew. Nothing was written."""


class BackupRefused(ArchiveError):
    """The backup cannot be made, or cannot be used."""
