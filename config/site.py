"""What a user wants of one publication: the shape of a site file, checked and immutable.

Knows what may stand in `sites/NAME.yaml` and what it means. Must not know how a site is crawled.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from config import explain
from config.errors import ConfigError, ConfigProblem
from config.rules import FieldRule, Regexes, RuleSet, Strict
from config.schedule import Revisit, RevisitStep, Schedule
from config.source import SOURCE_KINDS, LinkRule, SourceConfig, SourceKind
from config.values import (
    Duration,
    Headers,
    Host,
    Language,
    Text,
    TimeZone,
    Url,
    at_least,
    host_of,
    host_twin,
    listed,
    mistake,
    passes,
)
from config.yamlfile import read_yaml

__all__ = [
    "SOURCE_KINDS",
    "FieldRule",
    "LinkRule",
    "Politeness",
    "Revisit",
    "RevisitStep",
    "RuleSet",
    "Schedule",
    "SiteConfig",
    "SourceConfig",
    "SourceKind",
    "ad_hoc_site",
    "load_sites",
    "read_site",
]


class Politeness(Strict):
    """How a site is treated where it asks for more, or allows less, than the settings say."""

    delay: Duration | None = Field(
        default=None,
        description="The pause between two requests; the setting delay_s where absent.",
    )
    concurrent: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Requests at a time; the setting concurrent_per_host where absent.",
    )
    requests_per_hour: int | None = Field(
        default=None,
        ge=1,
        description="At most so many requests in any hour; new articles go before looks at known ones.",
    )
    requests_per_day: int | None = Field(
        default=None, ge=1, description="At most so many requests in any day, likewise."
    )
    robots: Literal["obey", "ignore"] = Field(
        default="obey", description="Whether robots.txt is obeyed."
    )
    robots_ignored_because: Text | None = Field(
        default=None, description="Why robots.txt may be ignored: needed with robots: ignore."
    )
    allow_private_addresses: bool = Field(
        default=False, description="Allow requests to loopback and private networks."
    )
    timeout: Annotated[Duration, at_least(timedelta(seconds=1))] | None = Field(
        default=None,
        description="How long one answer may take; the setting timeout_s where absent.",
    )
    max_page_mb: float | None = Field(
        default=None,
        gt=0,
        le=1000,
        description="The largest page; the setting max_page_mb where absent.",
    )

    @model_validator(mode="after")
    def _ignores_for_a_reason(self) -> Self:
        if self.robots == "ignore" and not self.robots_ignored_because:
            raise mistake(
                "is ignored without a reason",
                remedy="Add robots_ignored_because: and say who allowed it.",
                at=("robots",),
            )
        if self.robots == "obey" and self.robots_ignored_because:
            raise mistake(
                "is given although robots.txt is obeyed",
                remedy="Remove it, or write robots: ignore.",
                at=("robots_ignored_because",),
            )
        return self


class SiteConfig(Strict):
    """One publication."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]*$",
        max_length=100,
        description="The site's name: the file's, without .yaml.",
    )
    title: Text = Field(description="The publication's name, as its readers know it.")
    home: Url = Field(description="The front page.")
    language: Language | None = Field(
        default=None, description="The language that it is written in."
    )
    time_zone: TimeZone = Field(
        default="UTC", description="Where its clocks are; moments without an offset are read so."
    )
    verified_live: bool = Field(
        default=False, description="Whether someone has crawled the real site with this file."
    )
    aliases: Annotated[
        tuple[Host, ...], BeforeValidator(listed, json_schema_input_type=tuple[Host, ...] | Host)
    ] = Field(
        default=(), description="Other hosts of the site; the one with or without www. is known."
    )
    schedule: Schedule = Field(
        default_factory=lambda: Schedule.model_validate({}), description="When it is crawled."
    )
    sources: Annotated[
        tuple[SourceConfig, ...],
        BeforeValidator(listed, json_schema_input_type=tuple[SourceConfig, ...] | SourceConfig),
    ] = Field(default=(), description="Where its links come from.")
    allow: Regexes = Field(default=(), description="Only pages in whose URL one of these is found.")
    deny: Regexes = Field(default=(), description="No pages in whose URL one of these is found.")
    politeness: Politeness = Field(
        default_factory=lambda: Politeness.model_validate({}),
        description="How it is to be treated.",
    )
    headers: Headers = Field(
        default_factory=dict, description="Headers sent with each request, such as Accept-Language."
    )
    extract: Annotated[
        tuple[RuleSet, ...],
        BeforeValidator(listed, json_schema_input_type=tuple[RuleSet, ...] | RuleSet),
    ] = Field(
        default=(), description="How its pages are read, the oldest rules first; none are needed."
    )
    cookies: bool = Field(default=False, description="Whether cookies are kept during a crawl.")

    @model_validator(mode="after")
    def _rules_follow_each_other(self) -> Self:
        for number, (before, after) in enumerate(pairwise(self.extract), start=1):
            if before.valid_until is None:
                raise mistake(
                    "stands behind rules that hold for ever",
                    remedy="Give the rules before it a valid_until: the last day they held.",
                    at=("extract", number),
                )
            if after.valid_until is not None and after.valid_until <= before.valid_until:
                raise mistake(
                    "does not hold longer than the rules before it",
                    remedy="Order the rules by valid_until, the oldest first.",
                    at=("extract", number, "valid_until"),
                )
        return self

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The site's hosts, with and without `www.`; a port only where it is not the scheme's."""
        named = {host_of(self.home), *self.aliases}
        return frozenset(named | {twin for host in named if (twin := host_twin(host))})

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)

    def covers(self, url: str) -> bool:
        """Whether a URL is at one of the site's hosts."""
        return host_of(url) in self.hosts

    def wants(self, url: str) -> bool:
        """Whether a URL is at the site and passes its allow and deny."""
        return self.covers(url) and passes(url, allow=self.allow, deny=self.deny)

    def rules_on(self, day: date) -> RuleSet | None:
        """The rules by which pages of a day are read; None where the site has none for it."""
        return next(
            (rules for rules in self.extract if not rules.valid_until or day <= rules.valid_until),
            None,
        )

    def rules_sha256(self) -> bytes:
        """A digest of everything here that decides what is read from a page."""
        deciding: dict[str, Any] = self.model_dump(
            mode="json",
            include={"extract", "language", "time_zone", "title"},
            exclude_defaults=True,  # so that a new field of a later release changes no digest
        )
        text = json.dumps(deciding, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).digest()


def ad_hoc_site(url: str) -> SiteConfig:
    """A site of one host, for a URL of no configured site: no sources, no rules.

    Raises:
        ValueError: The URL has no host or cannot be crawled.
    """
    host = host_of(url)
    bare = host.removeprefix("www.")
    # a dash is doubled, so that a-b.example and a.b.example stay two sites
    name = bare.replace("-", "--").replace(".", "-").replace(":", "-").strip("[]").replace("]", "")
    scheme = url.partition(":")[0].lower()
    return SiteConfig(name=f"adhoc-{name}"[:100], title=bare, home=f"{scheme}://{host}/")


def read_site(path: Path) -> SiteConfig:
    """The site that a file describes.

    Raises:
        ConfigError: It describes none; every problem that was found is in it.
    """
    document = read_yaml(path)
    value, file = document.value, document.file
    if value is None:
        raise _error(file, "is empty", "Write at least name:, title: and home: in it.")
    if not isinstance(value, dict):
        raise _error(file, "is no site", "Write keys with values, a space behind each colon.")
    problems: list[ConfigProblem] = []
    if value.get("name") not in {None, path.stem}:
        at = document.place(("name",))
        remedy = f"Write name: {path.stem}, or call the file {value['name']}.yaml."
        message = f'"{value["name"]}" is not the name of the file'
        problems.append(ConfigProblem(at.file, at.line, at.column, at.where, message, remedy))
    try:
        site = SiteConfig.model_validate(value)
    except ValidationError as error:
        problems += explain.problems(error, model=SiteConfig, place=document.place)
        raise ConfigError(problems) from None
    if problems:
        raise ConfigError(problems)
    return site


def load_sites(folder: Path, *, names: Iterable[str] | None = None) -> dict[str, SiteConfig]:
    """The sites of a folder by name, in the order of their names.

    Args:
        folder: Holds one NAME.yaml for each site; files that begin with a dot are left alone.
        names: Only these, and no other file is looked at; all where None.

    Raises:
        ConfigError: A file or name is wrong; every problem of every file is in it.
    """
    try:
        files = sorted(file for file in folder.iterdir() if not file.name.startswith("."))
    except OSError as error:
        words = error.strerror or type(error).__name__
        remedy = "Make the folder, or set sites_dir to the one that holds the site files."
        raise _error(str(folder), f"cannot be read: {words}", remedy) from None
    known = {file.stem: file for file in files if file.suffix == ".yaml"}
    problems = [
        _problem(str(file), "is not read", f"Rename it to {file.stem}.yaml.")
        for file in files
        if file.suffix.lower() in {".yml", ".yaml"} and file.stem not in known
    ]
    wanted = sorted(known) if names is None else list(dict.fromkeys(names))
    sites: dict[str, SiteConfig] = {}
    for name in wanted:
        if name not in known:
            near = explain.suggestion(name, list(known)) or f"Write {folder / name}.yaml first."
            problems.append(_problem(str(folder), f"has no site {name}", near))
            continue
        try:
            sites[name] = read_site(known[name])
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return sites


def _problem(file: str, message: str, remedy: str) -> ConfigProblem:
    return ConfigProblem(file, None, None, "", message, remedy)


def _error(file: str, message: str, remedy: str) -> ConfigError:
    return ConfigError([_problem(file, message, remedy)])
