"""`morgue up`: the daemon, with what it needs."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import click
import structlog

from config.settings import ENV_PREFIX, Settings
from config.site import SiteConfig
from crawler import holding, losses, scheduled
from crawler.politeness.addresses import is_loopback
from db.archive import Archive
from db.asking import reports
from db.errors import ArchiveError
from morgue import logs
from morgue.backing_up import BackupKeeper
from morgue.children import morgue_command
from morgue.cli import answering, output
from morgue.cli.access import clock_of, configuration, read_settings, settings_of
from morgue.cli.crawl import GRACE
from morgue.cli.due import due_backfills, due_sites
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.opened import archive_of
from morgue.configuration import Configuration
from morgue.daemon import Daemon, DueSite, Pace
from morgue.log_file import standard_error_in
from morgue.service_manager import ServiceManager
from morgue.watchman import Watchman
from morgue.web.app import application
from morgue.web.metrics import Metrics
from morgue.web.serving import Serving

log = structlog.stdlib.get_logger("morgue.daemon")


@click.command()
@click.option(
    "--check",
    is_flag=True,
    help="Ask the daemon that runs here whether it works, and end: exit code 1 where it does not.",
)
@click.pass_obj
def up(invocation: Invocation, *, check: bool) -> ExitCode:
    """Crawl every configured site by its schedule, for as long as it runs.

    Sites that are due are crawled in child processes; what they come to is logged, and `morgue
    status` shows it. A site that cannot be reached is tried again by its schedule. SIGTERM or
    Ctrl-C stops in peace: running crawls end and what they have is kept; a second time: at once.
    A change of the settings or of a site file is taken over by itself, or at once with SIGHUP; a
    file with a mistake in it is told in the log, and what was read of it before is kept. Beside the
    crawls it looks how sites do, sends alerts, and answers /healthz, /readyz and /metrics.

    With --check nothing is begun: /healthz is asked, or, where `listen` is off, whether the archive can be read.
    """
    if check:
        return _check(settings_of(invocation))
    with TemporaryDirectory(prefix="morgue-") as folder:
        with configuration():
            read = Configuration(lambda: read_settings(invocation), folder=Path(folder))
        settings = settings_of(invocation)
        if not read.sites:
            raise Failure(
                f"no site is configured in {settings.sites_dir}",
                remedy="`morgue init` writes some to begin with.",
            )
        need_contact(settings, read.sites)
        with _log(settings), archive_of(settings) as archive:
            output.note(f"Crawling into {archive.name}: {', '.join(read.sites)}. Ctrl-C stops.")
            daemon = Daemon(
                find_due=lambda: _find_due(archive, read),
                command=lambda names: _command(invocation, read, names),
                note_lost=lambda name, words: _note_lost(archive, read.sites.get(name), words),
                close_dead=lambda: _close_dead(archive),
                pace=Pace(grace=GRACE),
                env=_environment(invocation),
                read_again=read.ask_again,
                manager=ServiceManager.of(invocation.env),
            )
            backups = BackupKeeper(
                settings=lambda: read.settings,
                command=lambda: _morgue(invocation, read, "backup", "--json"),
                clock=clock_of(settings),
                env=_environment(invocation),
            )
            watchman = Watchman(
                archive,
                settings=lambda: read.settings,
                sites=lambda: read.sites,
                env=invocation.env,
            )
            pages = application(
                is_working=daemon.trouble,
                is_ready=lambda: _unready(archive, read),
                metrics=Metrics(archive, watchman).page,
            )
            serving = Serving(pages, listen=settings.listen)
            asyncio.run(_work(daemon, backups, watchman, serving))
    return ExitCode.OK


def _check(settings: Settings) -> ExitCode:
    if settings.listen == "off":
        with archive_of(settings, is_asked_only=True):
            return ExitCode.OK
    trouble = answering.trouble(settings.listen)
    if trouble is not None:
        output.note(trouble)
    return ExitCode.OK if trouble is None else ExitCode.NOTHING


@contextmanager
def _log(settings: Settings) -> Iterator[None]:
    """The log where the settings want it."""
    if settings.log_file is None:
        yield
        return
    size = int(settings.log_file_mb * 1_000_000)
    with ExitStack() as stack:
        try:
            stack.enter_context(
                standard_error_in(settings.log_file, size=size, count=settings.log_file_count)
            )
        except OSError as error:
            raise Failure(
                f"the log file {settings.log_file} cannot be written: {error.strerror}",
                remedy="Make its folder, or correct log_file.",
            ) from error
        # once more: a file wants no colours
        logs.configure(settings.log_level, form=settings.log_format, clock=clock_of(settings))
        yield


class _Beside(Protocol):
    """What is done beside the crawls until it is told to stop."""

    def stop(self) -> None: ...

    async def run(self) -> None: ...


async def _work(daemon: Daemon, *beside: _Beside) -> None:
    """Crawl, back up, watch and answer, until the daemon is told to stop."""
    tasks = [asyncio.create_task(each.run(), name=type(each).__name__) for each in beside]
    try:
        await daemon.run()
    finally:
        for each in beside:
            each.stop()
        await asyncio.gather(*tasks)


def _unready(archive: Archive, read: Configuration) -> str | None:
    """What keeps the daemon from its work."""
    if not read.sites:
        return "no site is configured"
    try:
        with archive.read() as session:
            reports.began_at(session)
    except ArchiveError as error:
        return str(error)
    return None


def need_contact(settings: Settings, sites: Mapping[str, SiteConfig]) -> None:
    """Refuse to ask others anonymously: who runs a server may want to reach us.

    Raises:
        Failure: No contact is set, and some site is not on this machine.
    """
    if all(is_loopback(host) for site in sites.values() for host in site.hosts):
        return
    with configuration():
        settings.user_agent_or_error()


def _find_due(archive: Archive, read: Configuration) -> list[DueSite]:
    """The sites that are due by the configuration as it is now."""
    if read.refresh():
        logs.configure(
            read.settings.log_level, form=read.settings.log_format, clock=clock_of(read.settings)
        )
    asked = [site for site in read.sites.values() if _may_be_asked(read, site)]
    due = due_sites(archive, asked)
    past = [site for site in due_backfills(archive, asked) if site not in due]
    if not due and not past:
        return []
    now = archive.clock.now()
    taken = holding.hosts_in_hands(archive)

    def due_site(site: SiteConfig, *, is_backfill: bool) -> DueSite:
        longest = (
            timedelta(minutes=read.settings.max_crawl_minutes)
            if is_backfill
            else scheduled.longest_of(read.settings, site, now=now)
        )
        return DueSite(site.name, site.hosts, longest=longest, is_backfill=is_backfill)

    found = [
        *(due_site(site, is_backfill=False) for site in due),
        *(due_site(site, is_backfill=True) for site in past),
    ]
    return [each for each in found if not taken & each.hosts]


def _note_lost(archive: Archive, site: SiteConfig | None, words: str) -> None:
    """Have the archive know that a site's crawl was lost, so that its schedule goes on from there."""
    if site is None:  # its file is gone
        return
    with archive.write() as session:
        losses.note_lost(session, site, words=words, now=archive.clock.now())
    log.warning("site_failed", site=site.name, error=words)


def _close_dead(archive: Archive) -> None:
    """Close the crawls of processes that are dead."""
    if closed := losses.close_dead(archive):
        log.warning("dead_crawls_closed", crawls=closed)


def _may_be_asked(read: Configuration, site: SiteConfig) -> bool:
    """Whether somebody can be reached who answers for crawling a site; a site may be added to a running daemon."""
    return read.settings.contact is not None or all(map(is_loopback, site.hosts))


def _command(invocation: Invocation, read: Configuration, names: Sequence[str]) -> list[str]:
    options = ("--due", "--trigger", scheduled.TRIGGER, "--as-child", "--json")
    return _morgue(invocation, read, "crawl", *options, *names)


def _morgue(invocation: Invocation, read: Configuration, *words: str) -> list[str]:
    """The command line of a child, by the configuration as it is now."""
    loud = ["-v"] * invocation.verbosity if invocation.verbosity > 0 else ["--quiet"]
    return morgue_command("--config", str(read.copy), *loud, *words)


def _environment(invocation: Invocation) -> dict[str, str]:
    """The children's: settings that were read from ours stand in the copy, and the manager's business is ours."""
    return {name: value for name, value in invocation.env.items() if name not in _NOT_FOR_CHILDREN}


_NOT_FOR_CHILDREN = frozenset(
    (
        *(f"{ENV_PREFIX}{name.upper()}" for name in (*Settings.model_fields, "config")),
        *("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"),
    )
)
