"""What a person or a program sees of a crawl while it runs. Knows events; must not know the crawler.

On a terminal a bar that moves, elsewhere a line for what is worth one, with `--json` every event.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from morgue.cli import output


class CrawlEvent(Protocol):
    """Something that happened in a crawl."""

    @property
    def name(self) -> str:
        """Which kind of thing."""
        ...

    @property
    def site(self) -> str:
        """Where."""
        ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """The rest."""
        ...


Watcher = Callable[[CrawlEvent], None]

UNHAPPY = frozenset({"error", "refused", "quarantined"})
"""Outcomes of a visit that are worth a line where nobody asked for every line."""

WORDS = {
    "new": "new",
    "revised": "revised",
    "variant": "variant",
    "same_text": "same text",
    "same_bytes": "same bytes",
    "quarantined": "quarantined",
    "refused": "refused",
    "gone": "gone",
    "error": "in error",
}


def counts_in_words(counts: Mapping[str, int]) -> str:
    """The outcomes of visits: "12 new, 3 revised, 28 same text"."""
    said = [f"{counts[key]} {word}" for key, word in WORDS.items() if counts.get(key)]
    return ", ".join(said) or "nothing was due"


def event_line(event: CrawlEvent) -> str | None:
    """A line for what is worth one."""
    facts = event.facts
    if event.name == "visit_archived" and facts.get("outcome") in UNHAPPY:
        words = f"{facts['outcome']}: {facts.get('url')}"
        return f"{event.site}: {words}" + (f": {facts['detail']}" if facts.get("detail") else "")
    if event.name in ("source_read", "source_failed") and facts.get("problem"):
        return f"{event.site}: source {facts.get('url')}: {facts['problem']}"
    if event.name == "source_read" and (count := facts.get("missed")):
        what = "a page is" if count == 1 else f"{count} pages are"
        return f"{event.site}: source {facts.get('url')}: {what} listed no more, and looked at"
    return None


def visit_line(event: CrawlEvent) -> str | None:
    """A line for any visit: what a person wants who named the page."""
    if event.name != "visit_archived":
        return None
    facts = event.facts
    line = f"{WORDS.get(facts['outcome'], facts['outcome'])}: {facts.get('url')}"
    if facts.get("article"):
        revision = f", revision {facts['revision']}" if facts.get("revision") else ""
        line += f" (article {facts['article']}{revision})"
    return line + (f": {facts['detail']}" if facts.get("detail") else "")


@dataclass(slots=True)
class Tally:
    """How far a crawl is."""

    done: Counter[str] = field(default_factory=Counter)
    expected: int = 0
    site: str = ""

    def hear(self, event: CrawlEvent) -> None:
        """Count an event."""
        self.site = event.site
        if event.name == "visit_archived":
            self.done[event.facts["outcome"]] += 1
        elif event.name == "source_read":
            self.expected += event.facts.get("new", 0) + event.facts.get("missed", 0)

    @property
    def total(self) -> int:
        """Pages that are known to be wanted; at least those done."""
        return max(self.expected, self.done.total())


@contextmanager
def watching(*, as_json: bool, is_quiet: bool, is_naming: bool) -> Iterator[Watcher]:
    """The way to watch that fits: JSON lines, a bar, plain lines, or nothing.

    Args:
        as_json: Every event is a line of JSON on standard output.
        is_quiet: Results only.
        is_naming: The pages were named by a person: say what became of each.
    """
    if is_quiet:
        yield lambda _: None
    elif as_json:
        yield _told_in_json
    elif output.is_error_terminal():
        with _bar(is_naming=is_naming) as watcher:
            yield watcher
    else:
        yield _Plain(is_naming=is_naming).hear


def _told_in_json(event: CrawlEvent) -> None:
    output.json_line({"event": event.name, "site": event.site, **event.facts})


class _Plain:
    """Lines for a log file: what went wrong, and a sign of life every hundred pages."""

    def __init__(self, *, is_naming: bool) -> None:
        self._line = visit_line if is_naming else event_line
        self._tally = Tally()

    def hear(self, event: CrawlEvent) -> None:
        """Print a line where the event is worth one."""
        self._tally.hear(event)
        line = self._line(event)
        if line:
            output.note(output.one_line(line))
        if event.name == "visit_archived" and self._tally.done.total() % 100 == 0:
            done = self._tally.done
            output.note(f"{done.total()} pages: {counts_in_words(done)}")


@contextmanager
def _bar(*, is_naming: bool) -> Iterator[Watcher]:
    """A progress bar on standard error; other lines appear above it."""
    from rich.console import Console  # noqa: PLC0415 - 0.1 s that only a terminal needs
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    line_of = visit_line if is_naming else event_line
    tally = Tally()
    columns = (
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("crawling", total=None)

        def hear(event: CrawlEvent) -> None:
            tally.hear(event)
            if line := line_of(event):
                words = output.one_line(line)
                progress.console.print(words, markup=False, highlight=False, soft_wrap=True)
            progress.update(
                task,
                description=counts_in_words(tally.done) if tally.done else tally.site,
                completed=tally.done.total(),
                total=tally.total or None,
            )

        yield hear
