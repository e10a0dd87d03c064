"""The demonstration: the real product, driven through a day and a half of fictional news.

Knows the newsroom and the command line. Must not know how anything is crawled, kept or asked: each
step is a command that a person could type.
"""

import os
import shlex
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from config.clock import Clock
from morgue.children import morgue_command
from morgue.demo.newsroom import Event, Kind, Newsroom, NewsroomServer, write_site_files

SETTINGS_FILE = "morgue.yaml"
_SIGN = "# Written by `morgue demo`."
_SETTINGS = f"""{_SIGN} Sites of this machine only.
sites_dir: sites
archive_url: sqlite:///archive.sqlite3
delay_s: 0
concurrent_per_host: 4
log_level: warning
"""

ROUNDS = tuple(timedelta(hours=hours) for hours in (0, 2, 2, 2, 4, 5))
"""How much time passes in the newsroom before each crawl."""

_GRACE_S = 20
_INTERRUPTED = 130

_HAPPENED = {
    Kind.PUBLISHED: "published",
    Kind.REPRINTED: "reprinted from another outlet",
    Kind.HEADLINE: "given another headline",
    Kind.BODY: "rewritten in part",
    Kind.NUMBER: "given another number",
    Kind.QUOTE: "given another quotation",
    Kind.CORRECTION: "corrected",
    Kind.LIVE_UPDATE: "updated live",
    Kind.MOVED: "moved to another address",
    Kind.WITHDRAWN: "withdrawn",
    Kind.LOST: "lost",
    Kind.MISSED: "replaced by a page that says that it is not found",
    Kind.SENT_HOME: "sent to the front page",
    Kind.RESTORED: "put back",
    Kind.WALLED: "put behind a consent wall",
    Kind.UNWALLED: "freed from its consent wall",
}


class ForeignFolder(Exception):  # noqa: N818 - it says what is there, not that something broke
    """The folder holds something that no demonstration wrote."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a demonstration takes place, and who is told of it."""

    folder: Path
    clock: Clock
    say: Callable[[str], None]
    ask: Callable[[Sequence[str]], int]  # runs a command of Morgue here, returns its exit code

    @property
    def settings_file(self) -> Path:
        """The settings that everything is reached through."""
        return self.folder / SETTINGS_FILE


def prepare(folder: Path) -> None:
    """Make the folder, or empty one that an earlier demonstration made.

    Raises:
        ForeignFolder: There is something else in it.
        OSError: It cannot be written.
    """
    settings = folder / SETTINGS_FILE
    if folder.exists() and any(folder.iterdir()):
        if not settings.is_file() or not settings.read_text(errors="replace").startswith(_SIGN):
            raise ForeignFolder(str(folder))
        for old in (*folder.glob("archive.sqlite3*"), *folder.glob("sites/*.yaml")):
            old.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    settings.write_text(_SETTINGS, encoding="utf-8")


def play(stage: Stage, *, rounds: Sequence[timedelta] = ROUNDS) -> bool:
    """Play the demonstration; whether everything in it went well."""
    # its last hour is the present one, so that the archive can be asked without another clock
    start = stage.clock.now().replace(second=0, microsecond=0) - sum(rounds, timedelta())
    newsroom = Newsroom(start=start)
    with NewsroomServer(newsroom) as server:
        write_site_files(stage.folder / "sites", server)
        names = ", ".join(outlet.title for outlet in newsroom.outlets)
        stage.say(f"Three fictional outlets are on the air on this machine: {names}.")
        stage.say(f"Settings and site files are in {stage.folder}.")
        for number, passed in enumerate(rounds, start=1):
            _tell_events(stage, newsroom, newsroom.advance(passed), passed=passed)
            stage.say(f"{newsroom.clock.now():%d %B, %H:%M} UTC, crawl {number} of {len(rounds)}:")
            if not _crawl(stage, newsroom):
                return False
        return _show_what_is_known(stage, newsroom)


def _tell_events(
    stage: Stage, newsroom: Newsroom, events: Sequence[Event], *, passed: timedelta
) -> None:
    if not passed:
        return
    counts = Counter(event.kind for event in events)
    told = ", ".join(f"{counts[kind]} {words}" for kind, words in _HAPPENED.items() if counts[kind])
    stage.say("")
    stage.say(f"{passed // timedelta(hours=1)} hours pass in the newsroom: {told or 'no news'}.")
    edited = newsroom.role("edited").id
    for event in events:
        if event.article_id == edited:
            stage.say(f'  The article to watch is {_HAPPENED[event.kind]}: "{event.title}"')


def _crawl(stage: Stage, newsroom: Newsroom) -> bool:
    """Crawl all outlets in a child process whose clock shows the newsroom's time."""
    offset = newsroom.clock.now() - stage.clock.now()
    command = morgue_command("--config", str(stage.settings_file), "crawl", "--trigger", "demo")
    env = os.environ | {"MORGUE_CLOCK_OFFSET_S": str(offset.total_seconds())}
    child = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL)  # noqa: S603 - ourselves
    with _ended_with_us(child):
        code = child.wait()
    if code == _INTERRUPTED:
        raise KeyboardInterrupt
    return code == 0


@contextmanager
def _ended_with_us(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """End the child in peace when we are interrupted; a terminal's Ctrl-C has reached it already."""
    try:
        yield
    except BaseException:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
        try:
            child.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        raise


def _show_what_is_known(stage: Stage, newsroom: Newsroom) -> bool:
    edited, copy = (newsroom.truth(newsroom.role(role).id) for role in ("edited", "reprint"))
    early = (newsroom.start + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%MZ")
    word = max(edited["title"].split(), key=len).strip("“”\"'.,:;").lower()
    tour = (
        ("How is each site doing?", ["status"]),
        ("What became of one article, and what was changed?", ["history", edited["url"], "--diff"]),
        ("What was known of it at first?", ["show", edited["url"], "--as-of", early, "--no-text"]),
        (f'Where does "{word}" stand?', ["search", word, "--limit", "3"]),
        ("Whose words are these?", ["show", copy["url"], "--no-text"]),
        ("Does the archive keep its promises?", ["verify"]),
    )
    went_well = True
    for question, command in tour:
        stage.say("")
        stage.say(question)
        stage.say(f"$ {typed(stage, command)}")
        went_well &= stage.ask(["--config", str(stage.settings_file), *command]) == 0
    _say_how_to_go_on(stage, edited["url"])
    return went_well


def typed(stage: Stage, command: Sequence[str]) -> str:
    """A command as a person would type it."""
    return shlex.join(["morgue", "--config", _short(stage.settings_file), *command])


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _say_how_to_go_on(stage: Stage, url: str) -> None:
    stage.say("")
    stage.say(f"The archive stays in {_short(stage.folder)}. Go on with, for instance:")
    for command in (
        ["search", "--newest", "harbour OR council"],
        ["history", url, "--json"],
        ["sql", "SELECT outcome, count(*) FROM visit GROUP BY outcome"],
        ["sites", "show", "inland-gazette"],
    ):
        stage.say(f"  {typed(stage, command)}")
    stage.say("And with sites of your own: morgue init, then morgue up.")
