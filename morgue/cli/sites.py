"""`morgue sites`: what is configured, and whether it is in order."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import yaml

from config.errors import ConfigError, ConfigProblem
from config.schedule import Schedule
from config.site import SiteConfig, read_site
from morgue.cli import output
from morgue.cli.access import configuration, settings_of, sites_of
from morgue.cli.case_check import check_cases
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import END, lasted
from morgue.cli.options import json_option
from morgue.cli.steering import ask_sites, pause_sites, resume_sites
from morgue.cli.trying import try_page


@click.group()
def sites() -> None:
    """List, show, check, try and pause the configured sites: one YAML file each, in `sites_dir`."""


for _command in (try_page, pause_sites, resume_sites, ask_sites):
    sites.add_command(_command)


@sites.command("list")
@json_option
@click.pass_obj
def list_sites(invocation: Invocation, *, as_json: bool) -> None:
    """List the configured sites."""
    found = sites_of(settings_of(invocation))
    if as_json:
        output.document([_summary(site) for site in found.values()])
        return
    output.table(
        ("NAME", "TITLE", "SCHEDULE", "SOURCES", "RULES", "VERIFIED", "HOME"),
        [
            (
                site.name,
                site.title,
                schedule_words(site.schedule),
                ", ".join(dict.fromkeys(source.kind for source in site.sources)),
                "yes" if site.extract else "no",
                "yes" if site.verified_live else "no",
                site.home,
            )
            for site in found.values()
        ],
    )


def schedule_words(schedule: Schedule) -> str:
    """When a site is crawled, in words."""
    if schedule.every is None:
        return f"cron {schedule.cron}"
    return f"every {lasted(schedule.every)}"


def _summary(site: SiteConfig) -> dict[str, Any]:
    return {
        "name": site.name,
        "title": site.title,
        "home": site.home,
        "language": site.language,
        "schedule": schedule_words(site.schedule),
        "sources": [{"kind": source.kind, "url": source.url} for source in site.sources],
        "has_rules": bool(site.extract),
        "verified_live": site.verified_live,
    }


@sites.command("show")
@click.argument("name")
@json_option
@click.pass_obj
def show_site(invocation: Invocation, name: str, *, as_json: bool) -> None:
    """Show one site's configuration as it is understood, defaults included."""
    site = sites_of(settings_of(invocation), [name])[name]
    understood = site.model_dump(mode="json")
    if as_json:
        output.document(understood)
        return
    text = yaml.safe_dump(understood, allow_unicode=True, sort_keys=False, width=100)
    output.line(output.safe(text).rstrip())


@sites.command("check")
@click.argument(
    "files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE…"
)
@json_option
@click.pass_obj
def check_sites(invocation: Invocation, files: Sequence[Path], *, as_json: bool) -> ExitCode:
    """Check site files and say every mistake with its place (file:line:column) and remedy.

    Without FILE, every file of the folder `sites_dir` is checked. The saved pages of a site, which
    `morgue sites try --save` writes into NAME.cases beside NAME.yaml, are read again; each field
    that is not as expected is a line, and the exit code is 1.
    """
    if files:
        found = dict(zip(files, _read(files), strict=True))
    else:
        settings = settings_of(invocation)
        named = sites_of(settings)
        if not named:
            raise Failure(
                f"there is no site file in {settings.sites_dir}",
                remedy="`morgue init` writes examples; docs/add-a-site.md explains them.",
            )
        found = {settings.sites_dir / f"{name}.yaml": site for name, site in named.items()}
    names = [site.name for site in found.values()]
    checked = check_cases(found, settings=settings_of(invocation))
    if as_json:
        problems = [asdict(problem) for problem in checked.problems]
        output.document({"sites": names, "cases": checked.count, "problems": problems})
    else:
        for problem in checked.problems:
            output.line(output.one_line(str(problem)))
        are = "s are" if len(names) > 1 else " is"
        output.line(f"{len(names)} site file{are} in order: {', '.join(names)}")
        if checked.count:
            output.line(checked.in_words())
    return ExitCode.NOTHING if checked.problems else ExitCode.OK


def _read(files: Sequence[Path]) -> list[SiteConfig]:
    """The sites of single files; the problems of all of them at once."""
    sites: list[SiteConfig] = []
    problems: list[ConfigProblem] = []
    for file in files:
        try:
            sites.append(read_site(file))
        except ConfigError as error:
            problems += error.problems
    if problems:
        with configuration():
            raise ConfigError(problems)
    return sites


@sites.command("profile")
@click.argument("name")
@click.option("--as-of", type=END, help="What had been learnt by then.")
@json_option
@click.pass_obj
def show_profile(
    invocation: Invocation, name: str, *, as_of: datetime | None, as_json: bool
) -> ExitCode:
    """Show what was learnt of a site from its pages.

    Which lines repeat on them, where the text of its articles stands, and what a page yields. What repeats
    is left out of articles; each extraction keeps what was left out of it.
    """
    settings = settings_of(invocation)
    site = sites_of(settings, [name])[name]
    from morgue.cli import learnt  # noqa: PLC0415 - the archive takes a while to import

    return learnt.show(settings, site, as_of=as_of, as_json=as_json)


@sites.command("learn")
@click.argument("name")
@json_option
@click.pass_obj
def learn_site(invocation: Invocation, name: str, *, as_json: bool) -> ExitCode:
    """Learn now what repeats on a site's pages, from the latest of up to 80 articles.

    Crawls do so by themselves with the 5th article of a site, the 10th, the 20th and so on. After a
    redesign, when pages are quarantined as `layout`, this takes the new pages for normal, too.
    """
    settings = settings_of(invocation)
    site = sites_of(settings, [name])[name]
    from morgue.cli import learnt  # noqa: PLC0415 - it takes Scrapy, which takes a second to import

    return learnt.learn(settings, site, as_json=as_json)
