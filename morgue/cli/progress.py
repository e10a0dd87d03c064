"""A bar for what takes long and can be counted. Knows terminals; must not know what is counted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from morgue.cli import output

Tell = Callable[[str, int, int], None]
"""Told what is being done, how much of it is, and of how much."""


@contextmanager
def bar(*, is_quiet: bool) -> Iterator[Tell]:
    """A bar on standard error where a person looks at it; elsewhere nothing."""
    if is_quiet or not output.is_error_terminal():
        yield lambda _words, _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415 - 0.1 s that only a terminal needs
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def tell(words: str, done: int, total: int) -> None:
            progress.update(task, description=words, completed=done, total=total)

        yield tell
