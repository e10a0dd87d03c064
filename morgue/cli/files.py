"""`morgue extract`: what is read from saved pages, a few or very many. Needs no archive and no network."""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import click

from config.settings import Settings
from morgue.cli import output
from morgue.cli.access import settings_of, sites_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import START
from morgue.cli.options import is_url, json_option
from morgue.cli.saved_pages import Mistake, ReadSavedPage, SavedPage, failed, listed
from morgue.reading_processes import Lost, in_order
from pipeline.reading import Reading, Verdict

_STDIN = "-"
_SQLITE = "sqlite:///"


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH…")
@click.option("--url", help="Where the pages are from. Of several addresses: use --manifest.")
@click.option(
    "--site", "site_name", metavar="NAME", help="Read by this site's rules, whatever the URL."
)
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.jsonl",
    help='Lines of {"id": …, "path": …, "url": …} and, where known, "site", "content_type", '
    '"fetched_at"; may be gzipped.',
)
@click.option("--fetched-at", type=START, help="When the pages were fetched; now where absent.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Processes that read at a time; one for each core where absent.",
)
@click.option(
    "--no-profile",
    is_flag=True,
    help="Read without what the archive has learnt of the sites, as the first pages of a site are.",
)
@json_option
@click.pass_obj
def extract(
    invocation: Invocation,
    paths: Sequence[str],
    *,
    url: str | None,
    site_name: str | None,
    manifest: Path | None,
    fetched_at: datetime | None,
    jobs: int | None,
    no_profile: bool,
    as_json: bool,
) -> ExitCode:
    """Say what is read from saved pages.

    PATH is a page as the server sent it, plain or gzipped; "-" is standard input. Several are
    several captures of one URL. A manifest lists pages of any number, each with its URL; relative
    paths are relative to its folder, and the answers come in its order. The rules are those of the
    configured site that covers a URL, or none. Where there is an archive that has learnt the site, its
    profile is used as a crawl would, and the answer names it (profile).

    With --json one document a line: title, standfirst (lead says the same, for score.py), text with
    one block a line, blocks, authors, published, language, captions, the verdict, readers and more.
    A page that hangs or kills its process is one quarantined reading. What is wrong with a line of
    the manifest or its file is told under "error"; the other pages are read, and the exit code is 2.
    """
    settings = settings_of(invocation)
    sites = sites_of(settings)
    if site_name and site_name not in sites:
        raise Failure(
            f"there is no site {site_name!r}", remedy="`morgue sites list` names those there are."
        )
    profiles = {} if no_profile else _profiles(settings, site_name)
    reading = ReadSavedPage.of(settings, sites=sites, now=fetched_at, profiles=profiles)
    named = _named(paths, url=url, site=site_name, largest=reading.largest)
    if not named and manifest is None:
        raise Failure("nothing to read", remedy="Name a PATH with --url, or give a --manifest.")
    pages = chain(named, listed(manifest, site=site_name) if manifest else ())
    return _tell(_Show(reading, as_json=as_json), pages, settings=settings, jobs=jobs)


def _profiles(settings: Settings, site: str | None) -> dict[str, bytes]:
    """What the archive has learnt; whoever wants no profiles has none, and an archive that is not there no import."""
    if not settings.learn_profiles:
        return {}
    if settings.archive_url.startswith(_SQLITE):
        path = settings.archive_url.removeprefix(_SQLITE)
        if not Path(path).is_file():
            return {}
    from morgue.cli.learnt import known_profiles  # noqa: PLC0415  it imports SQLAlchemy

    return known_profiles(settings, site=site)


def _named(
    paths: Sequence[str], *, url: str | None, site: str | None, largest: int
) -> list[SavedPage]:
    if not paths:
        return []
    if not url:
        raise Failure("where is the page from?", remedy="Give its address with --url.")
    if not is_url(url):
        raise Failure(f"{url!r} is no URL", remedy="Begin with http:// or https://.")
    if _STDIN not in paths:
        return [SavedPage(id=path, path=path, url=url, site=site) for path in paths]
    if len(paths) > 1:
        raise Failure("standard input stands beside files", remedy="Read it in a call of its own.")
    body = sys.stdin.buffer.read(largest + 1)
    return [SavedPage(id=_STDIN, path=_STDIN, url=url, site=site, body=body)]


@dataclass(frozen=True, slots=True)
class _Told:
    """What is printed of one page."""

    text: str = ""
    is_believed: bool = False
    mistake: Mistake | None = None


@dataclass(frozen=True, slots=True)
class _Show:
    """Reads a page and says it, in the process that reads: all that is left to do is to print it."""

    reading: ReadSavedPage
    as_json: bool

    def prepare(self) -> None:
        """Import the readers."""
        self.reading.prepare()

    def __call__(self, page: SavedPage | Mistake) -> _Told:
        """Read and say one page; a mistake in the manifest keeps its place among them."""
        read = self.reading(page) if isinstance(page, SavedPage) else page
        if isinstance(read, Mistake):
            return _Told(mistake=read)
        assert isinstance(page, SavedPage)
        site, reading = read
        return self._told(page, reading, site=site.name)

    def lost(self, lost: Lost[SavedPage | Mistake]) -> _Told:
        """How a page is said that hung or killed its process."""
        page = lost.task
        if isinstance(page, Mistake):
            return _Told(mistake=page)
        return self._told(page, failed(page, lost.reason, lost.detail), site=page.site)

    def _told(self, page: SavedPage, reading: Reading, *, site: str | None) -> _Told:
        text = _document(page, reading, site) if self.as_json else _words(page, reading, site)
        return _Told(text, is_believed=reading.verdict is Verdict.BELIEVED)


def _tell(
    show: _Show,
    pages: Iterable[SavedPage | Mistake],
    *,
    settings: Settings,
    jobs: int | None,
) -> ExitCode:
    """Print every page in order; the worst that was met decides the exit code."""
    worst = ExitCode.OK
    results = in_order(show, pages, jobs=jobs or cores(), timeout_s=settings.reading_timeout_s)
    for result in results:
        told = show.lost(result) if isinstance(result, Lost) else result
        if told.mistake:
            worst = ExitCode.USAGE
            _print_mistake(told.mistake, as_json=show.as_json)
            continue
        if not told.is_believed and worst is ExitCode.OK:
            worst = ExitCode.NOTHING
        output.line(told.text)
    return worst


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _print_mistake(mistake: Mistake, *, as_json: bool) -> None:
    if as_json:
        output.json_line(
            {
                "id": mistake.id,
                "path": mistake.path,
                "url": mistake.url,
                "error": mistake.words,
                "remedy": mistake.remedy,
            }
        )
        return
    remedy = f"\n{mistake.remedy}" if mistake.remedy else ""
    output.note(f"morgue: {output.safe(mistake.words)}{remedy}")


def _document(page: SavedPage, reading: Reading, site: str | None) -> str:
    told = {"id": page.id, "path": page.path, "site": site, **reading.as_json()}
    return output.as_json(told | {"lead": reading.standfirst}, indent=None)


def _words(page: SavedPage, reading: Reading, site: str | None) -> str:
    """A reading for people."""
    rows: list[tuple[str, Any]] = [
        ("path", page.path),
        ("site", site),
        ("verdict", reading.verdict.value),
        ("reason", " ".join(filter(None, (reading.reason, reading.detail)))),
        ("title", reading.title),
        ("standfirst", reading.standfirst),
        ("authors", ", ".join(reading.authors)),
        ("published", reading.published),
        ("modified", reading.modified),
        ("language", reading.language),
        ("section", " > ".join(reading.section)),
        ("tags", ", ".join(reading.tags)),
        ("credit", reading.credit),
        ("source", reading.source_url),
        ("canonical", reading.canonical_url),
        ("watermark", reading.watermark),
        ("profile", reading.profile),
        *(("caption", caption) for caption in reading.captions),
    ]
    lines = [f"{name + ':':<12}{output.one_line(str(value))}" for name, value in rows if value]
    return "\n".join([*lines, "", output.safe(reading.text), ""])
