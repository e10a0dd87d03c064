"""The settings of a project: one flat list, spelled the same in file, environment and code.

Knows where a setting comes from and what it may be. Must not know what is done with it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from config import alerting, explain
from config.alerting import AlertRule, Channel
from config.errors import ConfigError, ConfigProblem
from config.rules import Strict
from config.values import Text, mistake
from config.yamlfile import Place, YamlFile, read_yaml

FILE_NAME = "morgue.yaml"
ENV_PREFIX = "MORGUE_"
BUNDLED_SITES = Path(__file__).parent / "sites"

_CONTACT = re.compile(r"(https?://[^\s/]+\.?[^\s]*|[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+)", re.ASCII)
_PLACES = ("file", "home")
"""Fields that say where the settings were found: never set by the user."""
_SQLITE = "sqlite:///"


def _archive_url(value: str) -> str:
    scheme, colon, rest = value.partition("://")
    if not colon:
        raise mistake("is no database URL", remedy="Write it as in sqlite:///archive.sqlite3.")
    if scheme not in {"sqlite", "postgresql", "postgresql+psycopg"}:
        raise mistake(
            f"has the scheme {scheme}",
            remedy="Write sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
        )
    if scheme == "sqlite" and (not rest.startswith("/") or rest == "/"):
        raise mistake(
            "names no file", remedy="Write three slashes, as in sqlite:///archive.sqlite3."
        )
    return value


def _capture_store(value: str) -> str:
    if value == "database" or (value.startswith("files:") and value != "files:"):
        return value
    raise mistake("is no capture store", remedy="Write database, or files: and a folder.")


def _contact(value: str) -> str:
    if not _CONTACT.fullmatch(value):
        raise mistake(
            "is neither a URL nor a mail address",
            remedy="Write where a site's owner can reach you, as in https://example.org/crawler.",
        )
    return value


def _agent(value: str) -> str:
    if not (value.isascii() and value.isprintable() and value.strip() == value):
        raise mistake("cannot be sent in a header", remedy="Use plain ASCII letters, one line.")
    return value


def _listen(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if value == "off" or (
        colon and host and port.isascii() and port.isdigit() and int(port) < 65_536
    ):
        return value
    raise mistake("is no address", remedy="Write it as in 127.0.0.1:8326, or off.")


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class Settings(Strict):
    """The settings of a project. All relative paths in them have been resolved."""

    archive_url: Annotated[str, AfterValidator(_archive_url)] = Field(
        default="sqlite:///archive.sqlite3",
        repr=False,  # may hold a password
        description="The database: sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/DATABASE.",
    )
    capture_store: Annotated[str, AfterValidator(_capture_store)] = Field(
        default="database",
        description="Where captures are kept: database, or files:FOLDER for pack files.",
    )
    sites_dir: Path = Field(
        default=Path("sites"),
        description="The folder of the site files; without a morgue.yaml, the bundled sites.",
    )
    contact: Annotated[str, AfterValidator(_contact)] | None = Field(
        default=None,
        description="A URL or mail address at which a site's owner can reach you. Needed to crawl "
        "anything but this machine.",
    )
    user_agent: Annotated[Text, AfterValidator(_agent)] = Field(
        default="Morgue/0.1 (+CONTACT)",
        max_length=200,
        description="What the crawler calls itself; CONTACT stands for the setting contact.",
    )
    robots_user_agent: Annotated[Text, AfterValidator(_agent)] = Field(
        default="Morgue",
        max_length=100,
        description="The name by which robots.txt files are asked.",
    )
    concurrent_requests: int = Field(
        default=16, ge=1, le=256, description="Requests at a time, over all hosts."
    )
    concurrent_per_host: int = Field(
        default=1, ge=1, le=64, description="Requests at a time to one host."
    )
    delay_s: float = Field(
        default=1.0, ge=0, le=3600, description="Seconds between two requests to one host."
    )
    timeout_s: float = Field(
        default=60.0, gt=0, le=3600, description="Seconds that one answer may take."
    )
    max_page_mb: float = Field(
        default=20.0, gt=0, le=1000, description="The largest page, in megabytes."
    )
    max_source_mb: float = Field(
        default=60.0, gt=0, le=1000, description="The largest feed or sitemap, in megabytes."
    )
    max_redirects: int = Field(
        default=5, ge=0, le=20, description="Redirects followed for one request."
    )
    max_depth: int = Field(
        default=2000,
        ge=50,
        le=100_000,
        description="The deepest nesting of tags in a page that is read.",
    )
    reading_timeout_s: float = Field(
        default=20.0, gt=0, le=3600, description="Seconds that reading one page may take."
    )
    reading_processes: int = Field(
        default=2, ge=1, le=64, description="Processes that read pages beside the crawl."
    )
    reading_memory_mb: int = Field(
        default=1000, ge=200, le=1_000_000, description="Megabytes that a reading process may have."
    )
    crawl_memory_mb: int = Field(
        default=2000,
        ge=200,
        le=1_000_000,
        description="Megabytes that a crawl which the daemon started may have.",
    )
    learn_profiles: bool = Field(
        default=True,
        description="Learn from a site's pages what repeats on them, and leave it out of articles.",
    )
    max_links_per_source: int = Field(
        default=50_000, ge=1, le=1_000_000, description="Links taken from one source at a time."
    )
    max_crawl_minutes: float = Field(
        default=60.0, gt=0, le=10_080, description="Minutes after which a crawl is ended."
    )
    backfill_share: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="The part of the time that a back-fill which the daemon runs may ask a site.",
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = (
        Field(default="info", description="The least important events that are logged.")
    )
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = Field(
        default="text", description="How events are logged: text for people, json for machines."
    )
    log_file: Path | None = Field(
        default=None,
        description="A file for the log of `morgue up` and its crawls, in place of standard error, which "
        "a service manager keeps.",
    )
    log_file_mb: float = Field(
        default=20.0, gt=0, le=10_000, description="Megabytes after which the log file is rotated."
    )
    log_file_count: int = Field(
        default=10, ge=1, le=1000, description="Earlier log files that are kept."
    )
    backup_to: Path | None = Field(
        default=None,
        description="The folder of backups: `morgue backup` writes there, and so does `morgue up` at "
        "the pace of backup_every_hours.",
    )
    backup_every_hours: float | None = Field(
        default=None,
        gt=0,
        le=8760,
        description="Hours from one backup to the next while `morgue up` runs; none: only by hand.",
    )
    backup_keep: int | None = Field(
        default=None, ge=1, le=10_000, description="Whole backups that are kept; none: all."
    )
    listen: Annotated[str, AfterValidator(_listen)] = Field(
        default="127.0.0.1:8326",
        description="Where `morgue up` answers /healthz, /readyz and /metrics: HOST:PORT, or off.",
    )
    channels: tuple[Channel, ...] = Field(
        default=(),
        description="Where alerts are sent: a list of names, each with email, webhook or command "
        "(docs/operating.md).",
    )
    alerts: tuple[AlertRule, ...] = Field(
        default=(),
        description="What is told to whom: a list of rules (docs/operating.md).",
    )
    clock_offset_s: float = Field(
        default=0.0,
        ge=-3.2e9,
        le=3.2e9,
        allow_inf_nan=False,
        description="Seconds by which the clock is moved: for demos and simulations only.",
    )
    file: Path | None = Field(
        default=None, exclude=True, description="The settings file that was read, if any."
    )
    home: Path = Field(
        default=Path(),
        exclude=True,
        description="The folder that relative paths hang on: the settings file's.",
    )

    @model_validator(mode="after")
    def _rules_have_channels(self) -> Self:
        alerting.check(self.channels, self.alerts)
        return self

    @model_validator(mode="before")
    @classmethod
    def _resolved(cls, value: object) -> object:
        """Hang relative paths on home, and name the contact in the user agent."""
        if not isinstance(value, dict):
            return value
        defaults = {
            name: cls.model_fields[name].default
            for name in ("archive_url", "capture_store", "sites_dir", "user_agent")
        }
        settings = defaults | value
        home = Path(settings.get("home") or Path())
        for name, prefix in (("archive_url", _SQLITE), ("capture_store", "files:")):
            settings[name] = _hung_on(home, settings[name], prefix=prefix)
        if isinstance(settings["sites_dir"], str | Path):
            settings["sites_dir"] = home / settings["sites_dir"]
        for name in ("backup_to", "log_file"):
            if isinstance(settings.get(name), str | Path):
                settings[name] = home / settings[name]
        if isinstance(settings["user_agent"], str):
            settings["user_agent"] = _named(settings["user_agent"], settings.get("contact"))
        return settings

    def user_agent_or_error(self) -> str:
        """What the crawler calls itself before the sites of others.

        Raises:
            ConfigError: No contact is set.
        """
        if self.contact is not None:
            return self.user_agent
        problem = ConfigProblem(
            file=str(self.file or self.home / FILE_NAME),
            line=None,
            column=None,
            where="contact",
            message="contact is not set, so the crawler would be anonymous",
            remedy="Write contact: with a URL or mail address at which a site's owner can reach "
            f"you, or set {ENV_PREFIX}CONTACT.",
        )
        raise ConfigError([problem])


def load_settings(
    path: Path | None = None,
    *,
    env: Mapping[str, str],
    overrides: Mapping[str, object] = MappingProxyType({}),
    cwd: Path,
) -> Settings:
    """The settings: overrides before environment before file before defaults.

    Args:
        path: The settings file. Where None: the one that $MORGUE_CONFIG names, else the nearest
            morgue.yaml in `cwd` or a folder above it, else none.
        env: The environment; MORGUE_ARCHIVE_URL is the setting archive_url. Empty values count as
            absent.
        overrides: Settings from the command line; None counts as absent.
        cwd: The working directory, absolute.

    Raises:
        ConfigError: A setting is wrong; every problem that was found is in it.
    """
    named = path or (Path(env["MORGUE_CONFIG"]) if env.get("MORGUE_CONFIG") else None)
    file = cwd / named if named else _nearest(cwd)
    document = read_yaml(file) if file else None
    layers = _Layers(
        document=document,
        env={
            name: text
            for name in _settings()
            if (text := env.get(ENV_PREFIX + name.upper(), "").strip())
        },
        overrides={name: value for name, value in overrides.items() if value is not None},
    )
    problems = [*layers.problems(), *_misspelt(env)]
    values = layers.values() | {"file": file, "home": file.parent if file else cwd}
    if file is None:
        values.setdefault("sites_dir", BUNDLED_SITES)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += explain.problems(error, model=Settings, place=layers.place)
        raise ConfigError(problems) from None
    if problems:
        raise ConfigError(problems)
    return settings


@dataclass(frozen=True, slots=True)
class _Layers:
    """The places that settings come from."""

    document: YamlFile | None
    env: Mapping[str, str]
    overrides: Mapping[str, object]

    def values(self) -> dict[str, object]:
        """Every setting that was set, from the first place that sets it."""
        written = self.document.value if self.document else None
        values = written if isinstance(written, dict) else {}
        own = {name: value for name, value in values.items() if name not in _PLACES}
        return {**own, **self.env, **self.overrides}

    def problems(self) -> list[ConfigProblem]:
        """What is wrong with the file as a whole."""
        if self.document is None or self.document.value is None:
            return []
        file, written = self.document.file, self.document.value
        if not isinstance(written, dict):
            remedy = "Write keys with values, as in contact: https://example.org/."
            return [ConfigProblem(file, 1, 1, "", "holds no settings", remedy)]
        known = f"Known here: {', '.join(_settings())}."
        places = [self.document.place((name,), of_key=True) for name in _PLACES if name in written]
        return [
            ConfigProblem(file, at.line, at.column, at.where, f"unknown key {at.where}", known)
            for at in places
        ]

    def place(self, path: tuple[str | int, ...], *, of_key: bool = False) -> Place:
        """Where a setting was set."""
        name = str(path[0]) if path else ""
        if name in self.overrides:
            return Place("command line", None, None, name)
        if name in self.env:
            return Place("environment", None, None, ENV_PREFIX + name.upper())
        if self.document is None:
            return Place("settings", None, None, name)
        return self.document.place(path, of_key=of_key)


def _settings() -> list[str]:
    return [name for name in Settings.model_fields if name not in _PLACES]


def _nearest(folder: Path) -> Path | None:
    candidates = (place / FILE_NAME for place in (folder, *folder.parents))
    return next((file for file in candidates if file.is_file()), None)


def _misspelt(env: Mapping[str, str]) -> list[ConfigProblem]:
    """Variables that set nothing but look as if they should; others may be someone else's."""
    known = [name.upper() for name in _settings()]
    problems = []
    for name in sorted(env):
        bare = name.removeprefix(ENV_PREFIX)
        if bare == name or bare in {"CONFIG", *known}:
            continue
        near = get_close_matches(bare.upper(), known, n=1, cutoff=0.8)
        if near:
            remedy = f"Did you mean {ENV_PREFIX}{near[0]}?"
            message = f"unknown variable {name}"
            problems.append(ConfigProblem("environment", None, None, name, message, remedy))
    return problems


def _hung_on(home: Path, value: object, *, prefix: str) -> object:
    """The value with the path behind its prefix made absolute; any other value as it is."""
    if not isinstance(value, str) or not value.startswith(prefix):
        return value
    path, mark, query = value[len(prefix) :].partition("?")
    if not path or path == ":memory:":
        return value
    return f"{prefix}{home / path}{mark}{query}"


def _named(user_agent: str, contact: object) -> str:
    if isinstance(contact, str) and contact:
        return user_agent.replace("CONTACT", contact)
    return re.sub(r"\s*\(\+?CONTACT\)|CONTACT", "", user_agent).strip()
