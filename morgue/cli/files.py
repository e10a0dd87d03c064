"""`morgue extract`: what would be read from saved pages. Needs no archive and no network."""

import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from config.settings import Settings
from config.site import SiteConfig, ad_hoc_site
from morgue.cli import output
from morgue.cli.access import clock_of, settings_of, sites_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import START, parse
from morgue.cli.options import is_url, json_option
from pipeline.read import read
from pipeline.reading import Reading, Verdict


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page on disk, and what its bytes do not say."""

    file: str
    url: str
    site: str | None = None
    content_type: str | None = None
    fetched_at: datetime | None = None


@click.command()
@click.argument("files", nargs=-1, metavar="FILE…")
@click.option("--url", help="Where the page is from. Several FILEs: use --manifest.")
@click.option(
    "--site", "site_name", metavar="NAME", help="Read by this site's rules, whatever the URL."
)
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.jsonl",
    help='Lines of {"file": …, "url": …} and, where known, "site", "content_type", "fetched_at".',
)
@click.option("--fetched-at", type=START, help="When the page was fetched; now where absent.")
@json_option
@click.pass_obj
def extract(
    invocation: Invocation,
    files: Sequence[str],
    *,
    url: str | None,
    site_name: str | None,
    manifest: Path | None,
    fetched_at: datetime | None,
    as_json: bool,
) -> ExitCode:
    """Say what would be read from saved pages.

    FILE is the page as the server sent it, plain or gzipped; "-" is standard input. The rules are
    those of the configured site that covers the URL, or none. With --json one document a line:
    title, standfirst, text with one block a line, authors, published, language, captions and more.
    """
    settings = settings_of(invocation)
    pages = [*_named(files, url=url, fetched_at=fetched_at, site=site_name)]
    if manifest:
        pages += _listed(manifest, site=site_name)
    if not pages:
        raise Failure("nothing to read", remedy="Name a FILE with --url, or give a --manifest.")
    reader = _Reader(settings, needs=site_name)
    worst = ExitCode.OK
    for page in pages:
        site, reading = reader.read(page)
        if reading.verdict is not Verdict.BELIEVED:
            worst = ExitCode.NOTHING
        if as_json:
            output.json_line({"file": page.file, "site": site.name} | reading.as_json())
        else:
            _print(page, site, reading)
    return worst


def _named(
    files: Sequence[str], *, url: str | None, fetched_at: datetime | None, site: str | None
) -> Iterator[SavedPage]:
    if not files:
        return
    if not url:
        raise Failure("where is the page from?", remedy="Give its address with --url.")
    if not is_url(url):
        raise Failure(f"{url!r} is no URL", remedy="Begin with http:// or https://.")
    if len(files) > 1:
        raise Failure(
            "several files have one --url", remedy="List them with their URLs in a --manifest."
        )
    yield SavedPage(file=files[0], url=url, fetched_at=fetched_at, site=site)


def _listed(manifest: Path, *, site: str | None) -> Iterator[SavedPage]:
    """The pages of a manifest; relative file names are relative to the manifest's folder."""
    with manifest.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _entry(line, place=f"{manifest}:{number}", folder=manifest.parent, site=site)


def _entry(line: str, *, place: str, folder: Path, site: str | None) -> SavedPage:
    try:
        entry = json.loads(line)
        moment = entry.get("fetched_at")
        return SavedPage(
            file=str(folder / entry["file"]),
            url=entry["url"],
            site=site or entry.get("site"),
            content_type=entry.get("content_type"),
            fetched_at=parse(moment) if moment else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failure(
            f"{place}: no page: {error!r}",
            remedy='Write one {"file": "page.html", "url": "https://…"} a line.',
        ) from error


class _Reader:
    """Chooses the site of each page and reads it."""

    def __init__(self, settings: Settings, *, needs: str | None) -> None:
        self._sites = sites_of(settings)
        self._limit = int(settings.max_page_mb * 1_000_000)
        self._max_depth = settings.max_depth
        self._now = clock_of(settings).now()
        if needs:
            self._site_named(needs)

    def read(self, page: SavedPage) -> tuple[SiteConfig, Reading]:
        """Read one page by the rules of its site."""
        site = self._site_named(page.site) if page.site else self._site_covering(page.url)
        return site, read(
            _body(page.file, limit=self._limit),
            url=page.url,
            site=site,
            fetched_at=page.fetched_at or self._now,
            content_type=page.content_type,
            max_depth=self._max_depth,
        )

    def _site_named(self, name: str) -> SiteConfig:
        if name not in self._sites:
            raise Failure(
                f"there is no site {name!r}", remedy="`morgue sites list` names those there are."
            )
        return self._sites[name]

    def _site_covering(self, url: str) -> SiteConfig:
        for site in self._sites.values():
            if site.covers(url):
                return site
        try:
            return ad_hoc_site(url)
        except ValueError as error:
            raise Failure(f"{url!r} is no URL: {error}") from error


def _body(file: str, *, limit: int) -> bytes:
    """The bytes of a saved page, unpacked where gzipped, no more than `limit`."""
    try:
        body = sys.stdin.buffer.read(limit + 1) if file == "-" else _bytes_of(file, limit=limit)
        if body.startswith(b"\x1f\x8b"):
            body = _unpacked(body, limit=limit)
    except (OSError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Failure(f"{file} cannot be read: {reason}") from error
    if len(body) > limit:
        raise Failure(
            f"{file} is larger than {limit // 1_000_000} MB",
            remedy="Raise the setting max_page_mb.",
        )
    return body


def _bytes_of(file: str, *, limit: int) -> bytes:
    with Path(file).open("rb") as stream:
        return stream.read(limit + 1)


def _unpacked(body: bytes, *, limit: int) -> bytes:
    """The content of a gzip file, whose end may be missing."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    return unpacker.decompress(body, limit + 1)


def _print(page: SavedPage, site: SiteConfig, reading: Reading) -> None:
    """A reading for people."""
    rows: list[tuple[str, Any]] = [
        ("file", page.file),
        ("site", site.name),
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
    ]
    for name, value in rows:
        if value:
            output.line(f"{name + ':':<12}{output.one_line(str(value))}")
    for caption in reading.captions:
        output.line(f"{'caption:':<12}{output.one_line(caption)}")
    output.line()
    output.line(output.safe(reading.text))
    output.line()
