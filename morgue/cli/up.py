"""`morgue up`: the daemon, with what it needs."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import click

from config.settings import Settings
from config.site import SiteConfig
from crawler.politeness.addresses import is_loopback
from db.archive import Archive
from morgue.children import morgue_command
from morgue.cli import output
from morgue.cli.access import clock_of, configuration, settings_of, sites_of
from morgue.cli.due import due_sites
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.opened import archive_of
from morgue.daemon import Daemon, DueSite, Pace

_LAST_MINUTES = timedelta(minutes=5)
"""What a crawl may need beyond its own limit before it is ended from outside."""


@click.command()
@click.pass_obj
def up(invocation: Invocation) -> ExitCode:
    """Crawl every configured site by its schedule, for as long as it runs.

    Sites that are due are crawled in child processes; what they come to is logged, and `morgue
    status` shows it. A site that cannot be reached is tried again by its schedule. SIGTERM or
    Ctrl-C stops in peace: running crawls end and what they have is kept; a second time: at once.
    """
    settings = settings_of(invocation)
    sites = sites_of(settings)
    if not sites:
        raise Failure(
            f"no site is configured in {settings.sites_dir}",
            remedy="`morgue init` writes some to begin with.",
        )
    need_contact(settings, sites)
    with archive_of(settings) as archive:
        output.note(f"Crawling into {archive.name}: {', '.join(sites)}. Ctrl-C stops.")
        daemon = Daemon(
            find_due=lambda: _find_due(archive, sites),
            command=lambda names: _command(invocation, settings, names),
            clock=clock_of(settings),
            pace=Pace(deadline=timedelta(minutes=settings.max_crawl_minutes) + _LAST_MINUTES),
        )
        asyncio.run(daemon.run())
    return ExitCode.OK


def need_contact(settings: Settings, sites: Mapping[str, SiteConfig]) -> None:
    """Refuse to ask others anonymously: who runs a server may want to reach us.

    Raises:
        Failure: No contact is set, and some site is not on this machine.
    """
    if all(is_loopback(host) for site in sites.values() for host in site.hosts):
        return
    with configuration():
        settings.user_agent_or_error()


def _find_due(archive: Archive, sites: Mapping[str, SiteConfig]) -> list[DueSite]:
    due = due_sites(archive, list(sites.values()))
    return [DueSite(site.name, site.hosts) for site in due]


def _command(invocation: Invocation, settings: Settings, names: Sequence[str]) -> list[str]:
    config = ["--config", str(settings.file)] if settings.file else []
    loud = ["-v"] * invocation.verbosity if invocation.verbosity > 0 else ["--quiet"]
    return morgue_command(
        *config, *loud, "crawl", "--due", "--trigger", "schedule", "--json", *names
    )
