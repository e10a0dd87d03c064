"""From an invocation to what its command works with: settings, sites, the clock.

Knows where configuration is found. Must not know the archive, whose import takes longer.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta

from config.clock import SystemClock
from config.errors import ConfigError
from config.settings import Settings, load_settings
from config.site import SiteConfig, load_sites
from morgue import logs
from morgue.cli.errors import Failure
from morgue.cli.invocation import Invocation


@contextmanager
def configuration() -> Iterator[None]:
    """Tell mistakes in settings and site files as a failure, each with its place and remedy."""
    try:
        yield
    except ConfigError as error:
        raise Failure(str(error), problems=tuple(map(asdict, error.problems))) from error


def settings_of(invocation: Invocation) -> Settings:
    """The settings, with what the command line says above them; logging as they want it."""
    with configuration():
        settings = read_settings(invocation)
    logs.configure(settings.log_level, form=settings.log_format, clock=clock_of(settings))
    return settings


def read_settings(invocation: Invocation) -> Settings:
    """The settings, with what the command line says above them.

    Raises:
        ConfigError: A setting is wrong.
    """
    return load_settings(
        invocation.config,
        env=invocation.env,
        overrides={"log_level": invocation.log_level},
        cwd=invocation.cwd,
    )


def clock_of(settings: Settings) -> SystemClock:
    """The clock: the wall's, but in demos and simulations."""
    return SystemClock(timedelta(seconds=settings.clock_offset_s))


def sites_of(settings: Settings, names: Iterable[str] | None = None) -> dict[str, SiteConfig]:
    """The configured sites by name, or those named."""
    with configuration():
        return load_sites(settings.sites_dir, names=names)
