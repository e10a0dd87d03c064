"""Pages on disk: what a manifest says of them, their bytes, and their reading by the rules of their site.

Knows files and manifests. Must not know archives, nor how a reading is shown.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Self

from config.settings import Settings
from config.site import SiteConfig, ad_hoc_site
from config.values import host_of
from morgue.cli.access import clock_of
from morgue.cli.moments import parse
from pipeline import confines, extraction
from pipeline.reading import Reading, Reason, Verdict

LONGEST_LINE = 8_000_000
LONGEST_TEXT = 4096
ENTRY = 'Write one {"id": "1", "path": "page.html", "url": "https://…"} a line.'
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page on disk, and what its bytes do not say."""

    id: str | int
    path: str
    url: str
    site: str | None = None  # a site's name, or a host that the site covers
    content_type: str | None = None
    fetched_at: datetime | None = None
    place: str = ""  # where it was named: "list.jsonl:7"
    body: bytes | None = None  # as it stands on disk, where it does not stand there


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a page was not read: something about it that whoever named it can change."""

    words: str
    remedy: str | None = None
    id: str | int | None = None
    path: str | None = None
    url: str | None = None


class _Wrong(Exception):  # noqa: N818  it becomes a Mistake
    """Something is wrong with one page."""

    def __init__(self, words: str, remedy: str | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.remedy = remedy


# --- manifests -------------------------------------------------------------------------------------------------------


def listed(manifest: Path, *, site: str | None = None) -> Iterator[SavedPage | Mistake]:
    """The pages of a manifest, one a line, as they are asked for; it may be gzipped.

    Args:
        manifest: Its relative paths are relative to its folder.
        site: Reads every page, whatever its line says.

    Raises:
        OSError: It cannot be opened.
    """
    with _opened(manifest) as stream:
        number = 0
        while True:
            try:
                line = stream.readline(LONGEST_LINE + 1)
                while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
                    line = b"\0" + stream.readline(LONGEST_LINE)  # the rest of what is no entry
            except (OSError, EOFError, zlib.error) as error:
                yield Mistake(f"{manifest}:{number + 1}: the manifest cannot be read on: {error}")
                return
            if not line:
                return
            number += 1
            if line.strip(b"\xef\xbb\xbf \t\r\n"):
                yield _entry(line, place=f"{manifest}:{number}", folder=manifest.parent, site=site)


def _opened(manifest: Path) -> BinaryIO | gzip.GzipFile:
    with manifest.open("rb") as stream:
        is_packed = stream.read(2) == _GZIP
    return gzip.open(manifest) if is_packed else manifest.open("rb")


def _entry(line: bytes, *, place: str, folder: Path, site: str | None) -> SavedPage | Mistake:
    try:
        entry = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return Mistake(f"{place}: no JSON: {error}"[:300], ENTRY)
    if not isinstance(entry, dict):
        return Mistake(f"{place}: no JSON object", ENTRY)
    named = entry.get("id", entry.get("path", entry.get("file")))
    identity = named if isinstance(named, str | int) and not isinstance(named, bool) else None
    if isinstance(identity, str):
        identity = identity[:LONGEST_TEXT]
    try:
        path = _text(entry, "path") or _text(entry, "file")
        if path is None:
            raise _Wrong("it has no path", ENTRY)  # noqa: TRY301
        url = _text(entry, "url")
        if url is None:
            raise _Wrong("it has no url", ENTRY)  # noqa: TRY301
        return SavedPage(
            id=path if identity is None else identity,
            path=str(folder / path),
            url=url,
            site=site or _text(entry, "site"),
            content_type=_text(entry, "content_type"),
            fetched_at=_moment(entry),
            place=place,
        )
    except _Wrong as wrong:
        path, url = (_cut(entry.get(name)) for name in ("path", "url"))
        return Mistake(f"{place}: {wrong.words}", wrong.remedy, id=identity, path=path, url=url)


def _cut(value: object) -> str | None:
    return value[:LONGEST_TEXT] if isinstance(value, str) else None


def _text(entry: Mapping[str, Any], name: str) -> str | None:
    value = entry.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _Wrong(f"its {name} is no text", ENTRY)
    if len(value) > LONGEST_TEXT:
        raise _Wrong(f"its {name} is longer than {LONGEST_TEXT} characters")
    return value


def _moment(entry: Mapping[str, Any]) -> datetime | None:
    text = _text(entry, "fetched_at")
    try:
        return parse(text) if text else None
    except (ValueError, OverflowError):
        raise _Wrong(
            f"its fetched_at, {text!r}, is no moment", "Write it as in 2024-05-31T14:30+02:00."
        ) from None


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class ReadSavedPage:
    """Reads one saved page by the rules of its site; is sent to the processes that read."""

    sites: Mapping[str, SiteConfig]
    now: datetime
    largest: int  # bytes
    max_depth: int
    memory_mb: int  # that each process may have
    profiles: Mapping[str, bytes] = field(default_factory=dict)  # what was learnt, by site
    _by_host: dict[str, SiteConfig] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        sites: Mapping[str, SiteConfig],
        now: datetime | None = None,
        profiles: Mapping[str, bytes] | None = None,
    ) -> Self:
        """With the limits of the settings."""
        return cls(
            sites=sites,
            now=now or clock_of(settings).now(),
            largest=int(settings.max_page_mb * 1_000_000),
            max_depth=settings.max_depth,
            memory_mb=settings.reading_memory_mb,
            profiles=profiles or {},
        )

    def prepare(self) -> None:
        """Limit the process, and know each host's site."""
        confines.limit_memory(self.memory_mb)
        for site in self.sites.values():
            for host in site.hosts:
                self._by_host.setdefault(host, site)

    def __call__(self, page: SavedPage) -> tuple[SiteConfig, Reading] | Mistake:
        """The page's site and reading, or what is wrong with it."""
        from pipeline import read  # noqa: PLC0415
        from pipeline.profiles import profile  # noqa: PLC0415

        try:
            site = self.site_of(page)
            body = self.bytes_of(page)
        except _Wrong as wrong:
            words = f"{page.place}: {wrong.words}" if page.place else wrong.words
            return Mistake(words, wrong.remedy, id=page.id, path=page.path, url=page.url)
        learnt = self.profiles.get(site.name)

        def read_it(body: bytes) -> Reading:
            return read.read(
                body,
                url=page.url,
                site=site,
                fetched_at=page.fetched_at or self.now,
                content_type=page.content_type,
                max_depth=self.max_depth,
                profile=profile.of_content(learnt) if learnt is not None else None,
            )

        return site, confines.within(
            self.memory_mb, read_it, body, has_failed=extraction.has_failed
        )

    def bytes_of(self, page: SavedPage) -> bytes:
        """The page as the server sent it.

        Raises:
            _Wrong: There is none, or too much of it.
        """
        body = page.body if page.body is not None else body_of(page.path, largest=self.largest)
        return unpacked(body, name=page.path, largest=self.largest)

    def site_of(self, page: SavedPage) -> SiteConfig:
        """The site that is named, else the one that covers the URL, else one of its own."""
        host = host_of(page.url)
        if not host or not page.url.startswith(("http://", "https://")):
            raise _Wrong(f"{page.url!r} is no URL", "Begin with http:// or https://.")
        if page.site and page.site in self.sites:
            return self.sites[page.site]
        # no site's name has a dot: it is the domain of a publisher, and the URL says as much
        if page.site and "." not in page.site:
            raise _Wrong(
                f"there is no site {page.site!r}", "`morgue sites list` names those there are."
            )
        try:
            return self._by_host.get(host) or _ad_hoc(page.url.partition(":")[0], host)
        except ValueError:
            raise _Wrong(
                f"{page.url!r} is no URL", "Write it as in https://example.org/story."
            ) from None


@lru_cache(maxsize=1000)
def _ad_hoc(scheme: str, host: str) -> SiteConfig:
    return ad_hoc_site(f"{scheme}://{host}/")


def failed(page: SavedPage, reason: Reason, detail: str) -> Reading:
    """The reading of a page that hung or killed its process."""
    return Reading(url=page.url, verdict=Verdict.QUARANTINED, reason=reason, detail=detail)


def body_of(path: str, *, largest: int) -> bytes:
    """What a file holds, packed or not.

    Raises:
        _Wrong: It cannot be read.
    """
    try:
        with Path(path).open("rb") as stream:
            return stream.read(largest + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _Wrong(f"{path} cannot be read: {reason}") from error


def unpacked(body: bytes, *, name: str, largest: int) -> bytes:
    """The bytes of a page, unpacked where gzipped; the end of a packed one may be missing.

    Raises:
        _Wrong: They are too many, or were not packed as they begin.
    """
    parts: list[bytes] = []
    size = 0
    while body.startswith(_GZIP) and size <= largest:
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            parts.append(unpacker.decompress(body, largest + 1))
        except zlib.error as error:
            raise _Wrong(f"{name} cannot be unpacked: {error}") from error
        size += len(parts[-1])
        body = unpacker.unused_data
    if parts:
        body = b"".join(parts)
    if len(body) > largest:
        raise _Wrong(
            f"{name} is larger than {largest // 1_000_000} MB", "Raise the setting max_page_mb."
        )
    return body
