"""`morgue init`: a configuration of the user's own, written once and never overwritten."""

import sys
from pathlib import Path

import click

from config.settings import BUNDLED_SITES, load_settings
from morgue.cli import output
from morgue.cli.access import configuration
from morgue.cli.errors import Failure
from morgue.docs import settings_template


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--contact", metavar="MAIL|URL", help="Where a site's operator can reach you.")
def init(folder: Path, *, contact: str | None) -> None:
    """Write morgue.yaml and example sites into FOLDER (this one where absent).

    The site files are copies of the bundled ones and yours to change or delete. What is there
    already is kept. On a terminal the contact is asked for; elsewhere nothing is asked.
    """
    if contact is None and output.is_terminal(sys.stdin) and not (folder / "morgue.yaml").exists():
        contact = _ask_contact()
    if contact:
        with configuration():
            load_settings(env={}, overrides={"contact": contact}, cwd=Path.cwd())
    try:
        (folder / "sites").mkdir(parents=True, exist_ok=True)
        written = _write_new(folder / "morgue.yaml", settings_template(contact=contact or None))
        copied = sum(
            _write_new(folder / "sites" / source.name, source.read_text(encoding="utf-8"))
            for source in sorted(BUNDLED_SITES.glob("*.yaml"))
        )
    except OSError as error:
        raise Failure(
            f"{error.filename or folder} cannot be written: {error.strerror}",
            remedy="Name another folder: morgue init FOLDER.",
        ) from error
    output.line(f"{folder / 'morgue.yaml'}: {'written' if written else 'kept as it is'}")
    output.line(f"{folder / 'sites'}: {copied} site files written")
    _say_what_is_next(folder, has_contact=bool(contact))


def _ask_contact() -> str:
    output.line("Every request says who is asking, so that a site's operator can reach you.")
    answer: str = click.prompt(
        "Your mail address or project page (Enter: later)", default="", show_default=False
    )
    return answer.strip()


def _write_new(path: Path, text: str) -> bool:
    """Write a file unless there is one. Whether it was written."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def _say_what_is_next(folder: Path, *, has_contact: bool) -> None:
    where = "" if folder == Path() else f"cd {folder} && "
    output.line()
    output.line("Next:")
    if not has_contact:
        output.line(f"  set `contact` in {folder / 'morgue.yaml'}")
    output.line(
        f"  {where}morgue sites list    what is configured; delete the files you do not want"
    )
    output.line(f"  {where}morgue crawl NAME    crawl one site now")
    output.line(f"  {where}morgue up            crawl all of them on schedule")
