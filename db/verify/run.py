"""Runs all checks, step by step, from the beginning or from where an earlier run was. Knows no promise."""

import importlib
import itertools
import pkgutil
from collections.abc import Callable, Iterator

from sqlalchemy import func, select

from db.archive import Archive
from db.verify import checks as modules
from db.verify.check import Check, Progress, Step, Violation

MOST = 1000
"""Violations of one promise that are told: an archive that is damaged throughout says so sooner."""


def checks() -> tuple[Check, ...]:
    """All checks, in the order of their modules' names."""
    names = sorted(module.name for module in pkgutil.iter_modules(modules.__path__))
    return tuple(
        check
        for name in names
        for check in importlib.import_module(f"{modules.__name__}.{name}").CHECKS
    )


def verify(
    archive: Archive,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    after: Progress | None = None,
) -> list[Violation]:
    """Check every promise. An empty list means that all are kept.

    Args:
        archive: May be open for reading only.
        progress: Told after every step.
        after: What an earlier run told last: what it had checked is not checked again.

    Raises:
        ValueError: There is no check of the promise that `after` names.
    """
    wanted = checks()
    if after is not None:
        names = [check.promise for check in wanted]
        wanted = wanted[names.index(after.promise) :]
    violations: list[Violation] = []
    for check in wanted:
        done = after.done if after is not None and after.promise == check.promise else 0
        count = 0
        for step in _steps(archive, check, done=done):
            count += len(step.found)
            violations += step.found
            progress(step)
            if count >= MOST:
                break
    return violations


def _steps(archive: Archive, check: Check, *, done: int) -> Iterator[Progress]:
    """Ranges of ids, from the first to the last there is."""
    with archive.read() as session:
        total = session.scalar(select(func.max(check.over))) or 0
    for first in range(done + 1, total + 1, check.step):
        last = min(first + check.step - 1, total)
        with archive.read() as session:
            found = tuple(itertools.islice(check.find(Step(archive, session, first, last)), MOST))
        yield Progress(check.promise, last, total, found)
