"""`morgue backup` and `morgue restore`: an archive kept a second time, and made again of it."""

from dataclasses import asdict
from pathlib import Path

import click

from config.settings import Settings
from db.backups import kept, making, restoring
from db.backups.kept import Backup
from db.backups.making import Made, Origin
from db.backups.restoring import Restored, Target
from morgue.cli import output
from morgue.cli.access import clock_of, settings_of
from morgue.cli.copying import stores
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.opened import archive_errors
from morgue.cli.options import json_option
from morgue.cli.progress import bar
from morgue.version import VERSION
from pipeline.fingerprint import shingles


@click.command()
@click.argument("target", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="N",
    help="Keep so many whole backups, this one among them; otherwise backup_keep, or all.",
)
@click.option("--list", "is_list", is_flag=True, help="List the backups that there are.")
@json_option
@click.pass_obj
def backup(
    invocation: Invocation, *, target: Path | None, keep: int | None, is_list: bool, as_json: bool
) -> ExitCode:
    """Back the archive up while it is in use.

    TARGET is a folder of backups, otherwise that of the setting backup_to; each backup is a folder in
    it: the database as one SQLite file, the pack files, and a manifest with their digests. Pack files
    that have not changed since the backup before take no room again. Killed at any moment, earlier
    backups are whole and this one is none. `morgue restore` makes an archive of it again.
    """
    settings = settings_of(invocation)
    place = target or settings.backup_to
    if place is None:
        raise Failure(
            "nothing says where the backup is to be",
            remedy="Name a folder, or set backup_to.",
        )
    if is_list:
        return _list(place, as_json=as_json)
    with archive_errors(), bar(is_quiet=invocation.is_quiet) as tell:
        made = making.make(
            origin_of(settings),
            place,
            keep=keep or settings.backup_keep,
            shingles_of=shingles,
            tell=tell,
        )
    _tell_made(made, as_json=as_json)
    return ExitCode.OK


def origin_of(settings: Settings) -> Origin:
    """The archive of the settings, to be backed up."""
    return Origin(settings.archive_url, settings.capture_store, clock_of(settings), VERSION)


def _list(place: Path, *, as_json: bool) -> ExitCode:
    found = kept.whole(place)
    if as_json:
        output.document([_as_json(each) for each in found])
    else:
        for each in found:
            output.line(f"{each.folder}  {each.manifest.made_at}  {_size(each.manifest.size)}")
    return ExitCode.OK if found else ExitCode.NOTHING


def _tell_made(made: Made, *, as_json: bool) -> None:
    manifest = made.backup.manifest
    if as_json:
        output.document(
            _as_json(made.backup)
            | {
                "copied_bytes": made.copied_bytes,
                "removed": [str(folder) for folder in made.removed],
            }
        )
        return
    output.line(
        f"{made.backup.folder}: {manifest.source} at schema {manifest.schema}, "
        f"{_size(manifest.size)}, of which {_size(made.copied_bytes)} copied"
    )
    if manifest.heads:
        output.line(f"heads: {manifest.heads}")
    for folder in made.removed:
        output.line(f"removed {folder}")


def _as_json(found: Backup) -> dict[str, object]:
    manifest = asdict(found.manifest)
    files = [{key: file[key] for key in ("path", "size", "sha256")} for file in manifest["files"]]
    return {"folder": str(found.folder), **manifest, "files": files, "size": found.manifest.size}


@click.command()
@click.argument("backup", metavar="BACKUP", type=click.Path(file_okay=False, path_type=Path))
@click.argument("target")
@click.option(
    "--captures",
    default="database",
    show_default=True,
    metavar="STORE",
    help="database, or files:FOLDER, which a backup with pack files needs.",
)
@click.option("--full", is_flag=True, help="Check everything that `morgue verify` does.")
@json_option
@click.pass_obj
def restore(
    invocation: Invocation, *, backup: Path, target: str, captures: str, full: bool, as_json: bool
) -> ExitCode:
    """Make an archive of a backup again, and check it.

    BACKUP is a backup, or a folder of backups, of which the newest is taken. TARGET is an address:
    sqlite:///FILE or postgresql://USER@HOST/NAME. Nothing is overwritten: there must be nothing at
    TARGET. Each file is compared with its digest; the archive gets its name when it is whole and
    checked. Killed, the same command begins again. Exit code 4 where --full finds a broken promise.
    """
    settings = settings_of(invocation)
    with archive_errors(), stores(), bar(is_quiet=invocation.is_quiet) as tell:
        restored = restoring.restore(
            restoring.newest(backup),
            Target(target, captures, clock_of(settings)),
            is_full=full,
            shingles_of=shingles,
            tell=tell,
        )
    _tell_restored(restored, is_full=full, as_json=as_json)
    return ExitCode.VIOLATED if restored.violations else ExitCode.OK


def _tell_restored(restored: Restored, *, is_full: bool, as_json: bool) -> None:
    manifest = restored.backup.manifest
    if as_json:
        output.document(
            {
                "backup": str(restored.backup.folder),
                "archive": restored.name,
                "made_at": manifest.made_at,
                "schema": manifest.schema,
                "heads": manifest.heads,
                "is_full": is_full,
                "violations": [asdict(each) for each in restored.violations],
            }
        )
        return
    for violation in restored.violations:
        output.line(output.safe(str(violation)))
    how = "verified" if is_full else "checked by digests; `morgue verify` checks all of it"
    output.line(
        f"{restored.name}: {manifest.source} as of {manifest.made_at}, at schema {manifest.schema}, {how}"
    )


def _size(count: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
