"""The daemon's configuration as it was last without a mistake, and a copy of it on disk for its children.

Knows when files changed, and what of the new ones may be taken. Must not know what is done with it.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
import yaml

from config.errors import ConfigError
from config.settings import FILE_NAME, Settings
from config.site import SiteConfig, load_sites, read_site

log = structlog.stdlib.get_logger("morgue.configuration")

_FIXED = ("archive_url", "capture_store")
"""Settings of the open archive: they wait for a restart."""

_Stamp = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class _SiteFile:
    site: SiteConfig
    text: bytes


class Configuration:
    """Settings and sites; `refresh` takes over what changed, but for what has a mistake in it."""

    def __init__(self, load: Callable[[], Settings], *, folder: Path) -> None:
        """Read everything for the first time.

        Args:
            load: reads the settings.
            folder: for the copy that children are started with. Nobody else may read it: there may be a
                password in the archive's address.

        Raises:
            ConfigError: A setting or a site file is wrong: nothing starts half-configured.
        """
        self._load = load
        self._folder = folder
        self._stamp: _Stamp = ()  # of the files that were read
        self._is_asked = False
        self.settings = load()
        sites = load_sites(self.settings.sites_dir)
        self._files = {
            name: _SiteFile(site, _path(self.settings, name).read_bytes())
            for name, site in sites.items()
        }
        self._stamp = self._seen = _stamp_of(self.settings)
        self._write()

    @property
    def sites(self) -> dict[str, SiteConfig]:
        """The sites by name."""
        return {name: each.site for name, each in self._files.items()}

    @property
    def copy(self) -> Path:
        """The settings file of the copy; the site files are beside it."""
        return self._folder / FILE_NAME

    def ask_again(self) -> None:
        """Have the next `refresh` read everything, whether or not a file seems to have changed."""
        self._is_asked = True

    def refresh(self) -> bool:
        """Read what changed, once it is the same at two looks. What has a mistake is told, and stays as it was.

        Returns:
            Whether anything was taken over.
        """
        stamp = _stamp_of(self.settings)
        is_settled = stamp == self._seen  # else it may be half written
        self._seen = stamp
        if not self._is_asked and (stamp == self._stamp or not is_settled):
            return False
        self._is_asked = False
        self._stamp = stamp
        before = (self.settings, self._files)
        self.settings = self._settings()
        self._files = self._site_files()
        self._stamp = _stamp_of(self.settings)  # of another folder, maybe
        if before == (self.settings, self._files):
            return False
        self._write()
        old, new = before[1], self._files
        log.info(
            "configuration_read",
            added=sorted(new.keys() - old.keys()),
            removed=sorted(old.keys() - new.keys()),
            changed=sorted(name for name in new.keys() & old.keys() if new[name] != old[name]),
            settings=sorted(_differing(before[0], self.settings)),
        )
        return True

    def _settings(self) -> Settings:
        try:
            settings = self._load()
        except ConfigError as error:
            _refuse(error)
            return self.settings
        kept = {name: getattr(self.settings, name) for name in _FIXED}
        if waiting := [name for name in _FIXED if getattr(settings, name) != kept[name]]:
            log.warning(
                "configuration_waits", settings=waiting, remedy="restart the daemon to use them"
            )
        return settings.model_copy(update=kept)

    def _site_files(self) -> dict[str, _SiteFile]:
        """The site files as they are now; one with a mistake as it was, if it was."""
        try:
            paths = sorted(
                path
                for path in self.settings.sites_dir.iterdir()
                if path.suffix == ".yaml" and not path.name.startswith(".")
            )
        except OSError as error:
            log.error("configuration_refused", problem=str(error), remedy="the old sites are kept")  # noqa: TRY400
            return self._files
        found = {}
        for path in paths:
            try:
                text = path.read_bytes()
                found[path.stem] = _SiteFile(read_site(path), text)
            except (ConfigError, OSError) as error:
                _refuse(error)
                if path.stem in self._files:
                    found[path.stem] = self._files[path.stem]
        return found

    def _write(self) -> None:
        """Bring the copy up to date; a child that reads it meanwhile finds each file whole."""
        sites = self._folder / "sites"
        sites.mkdir(mode=0o700, parents=True, exist_ok=True)
        values = self.settings.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        values |= {name: getattr(self.settings, name) for name in _FIXED}
        values["sites_dir"] = str(sites)
        _replace(self.copy, yaml.safe_dump(values, allow_unicode=True).encode())
        for name, each in self._files.items():
            _replace(sites / f"{name}.yaml", each.text)
        for path in sites.glob("*.yaml"):
            if path.stem not in self._files:
                path.unlink()


def _path(settings: Settings, name: str) -> Path:
    return settings.sites_dir / f"{name}.yaml"


def _stamp_of(settings: Settings) -> _Stamp:
    """What shows that a file was written, added or removed."""
    paths = [settings.file] if settings.file else []
    with contextlib.suppress(OSError):  # told when it is read
        paths += sorted(settings.sites_dir.glob("*.yaml"))
    stamps = []
    for path in paths:
        try:
            seen = path.stat()
        except OSError:
            continue
        stamps.append((str(path), seen.st_mtime_ns, seen.st_size, seen.st_ino))
    return tuple(stamps)


def _refuse(error: ConfigError | OSError) -> None:
    problems = error.problems if isinstance(error, ConfigError) else (str(error),)
    for problem in problems:
        log.error(
            "configuration_refused", problem=str(problem), remedy="what was read before is kept"
        )


def _differing(old: Settings, new: Settings) -> list[str]:
    return [
        name
        for name in type(old).model_fields
        if name not in {"file", "home"} and getattr(old, name) != getattr(new, name)
    ]


def _replace(path: Path, text: bytes) -> None:
    """Write a file as a whole: who opens it meanwhile reads the old one."""
    new = path.with_suffix(".new")
    new.write_bytes(text)
    new.replace(path)
