"""How long a question takes, as of a moment and now, in an archive of a million revisions.

    python benchmarks/bench_asking.py [--revisions 1000000] [--folder build/asking]
    python benchmarks/bench_asking.py --archive postgresql://...     an empty database, or one that this has filled

The archive is built once, by bulk inserts (some 10 minutes; 3 GB), and found again in its folder or database: texts of
300 bytes, 0.3 articles a revision, 200 sites, two visits a revision. Each question is asked of articles and moments
drawn by a seed, some times before the measured ones. Goal: p99 of 20 ms, on both databases. A server on this machine is
asked what it has worked for a question; on a busy machine the rest is waiting.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asking_archive as built
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from config.clock import ManualClock
from db.archive import Archive
from db.asking import queries, reports
from db.asking.asof import NOW, AsOf
from db.histories.changes import cursor_before, read_changes
from db.identities.belonging import looks_at
from db.models import Revision

GOAL_MS = 20.0
PAGE = 100  # changes

Question = Callable[[Session], object]


class Asker:
    """Draws questions."""

    def __init__(self, revisions: int) -> None:
        self._dice = random.Random(4)
        self._revisions = revisions
        self._articles = built.article_count(revisions)
        self._words = built.vocabulary()

    def questions(self) -> dict[str, Callable[[], Question]]:
        """What is asked, by name."""
        return {
            "as of, by number": self._by_number,
            "as of, by URL": self._by_url,
            "as of, known today": self._known_today,
            "show now": self._show,
            "history as of": self._history,
            "changes since a cursor": self._changes,
            "changes since a moment": self._changes_since,
            "changes of a site": self._changes_of_site,
            "search as of, two rare words": self._search_rare,
            "search as of, in a site": self._search_in_site,
            "search now, two rare words": self._search_now,
            "search as of, best first": self._search_best,
        }

    def _article(self) -> int:
        return self._dice.randint(1, self._articles)

    def _moment(self) -> datetime:
        return built.BEGAN + built.SPAN * self._dice.random()

    def _by_number(self) -> Question:
        number, when = self._article(), AsOf.moment(self._moment())
        return lambda session: queries.find_articles(session, number=number, as_of=when)

    def _by_url(self) -> Question:
        key, when = built.url_key(self._article()), AsOf.moment(self._moment())
        return lambda session: queries.find_articles(session, url_key=key, as_of=when)

    def _known_today(self) -> Question:
        key, when = built.url_key(self._article()), AsOf(said_at=self._moment())
        return lambda session: queries.find_articles(session, url_key=key, as_of=when)

    def _show(self) -> Question:
        number = self._article()

        def ask(session: Session) -> None:
            (article,) = queries.find_articles(session, number=number)
            assert article.revision is not None
            reports.reprints_of(session, number)
            queries.content_of(session, article.revision.extraction_id)

        return ask

    def _history(self) -> Question:
        number, when = self._article(), AsOf.moment(self._moment())

        def ask(session: Session) -> None:
            queries.find_articles(session, number=number, as_of=when)
            queries.history(session, number, as_of=when)
            looks_at(session, [number], as_of=when)

        return ask

    def _changes(self) -> Question:
        cursor = self._dice.randint(0, self._revisions)
        return lambda session: read_changes(session, cursor, limit=PAGE)

    def _changes_since(self) -> Question:
        moment = self._moment()
        return lambda session: read_changes(session, cursor_before(session, moment), limit=PAGE)

    def _changes_of_site(self) -> Question:
        cursor = self._dice.randint(0, self._revisions)
        site = f"site-{self._dice.randrange(built.SITES)}"
        return lambda session: read_changes(session, cursor, site=site, limit=PAGE)

    def _rare(self) -> str:
        """Two words, one of which a few hundred of a million texts have."""
        return f"{self._dice.choice(self._words[2000:])} {self._dice.choice(self._words[20:200])}"

    def _search_rare(self) -> Question:
        words, when = self._rare(), AsOf.moment(self._moment())
        return lambda session: queries.search(session, words, as_of=when, limit=10)

    def _search_in_site(self) -> Question:
        words, when = self._rare(), AsOf.moment(self._moment())
        site = f"site-{self._dice.randrange(built.SITES)}"
        return lambda session: queries.search(session, words, site=site, as_of=when, limit=10)

    def _search_now(self) -> Question:
        words = self._rare()
        return lambda session: queries.search(session, words, as_of=NOW, limit=10)

    def _search_best(self) -> Question:
        words, when = self._rare(), AsOf.moment(self._moment())
        return lambda session: queries.search(session, words, as_of=when, order="best", limit=10)


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of each round, in order: by the wall, of this process, and of the database's server.

    On a busy machine only what was worked says something: the rest is waiting for a processor. SQLite works in this
    process; of a server elsewhere nothing is known.
    """

    walls: list[float]
    worked: list[float]  # by both
    own: list[float]


def measure(archive: Archive, draw: Callable[[], Question], *, rounds: int) -> Took:
    """Ask some rounds that do not count, and then those that do: each in a transaction of its own."""
    walls, worked, own = [], [], []
    server = _server_of(archive)
    for round_ in range(rounds + rounds // 10):
        question = draw()
        began_server, began, began_own = server(), time.perf_counter(), time.process_time()
        with archive.read() as session:
            question(session)
        of_own = (time.process_time() - began_own) * 1000
        of_wall = (time.perf_counter() - began) * 1000
        if round_ >= rounds // 10:
            own.append(of_own)
            walls.append(of_wall)
            worked.append(of_own + server() - began_server)
    return Took(sorted(walls), sorted(worked), sorted(own))


def _server_of(archive: Archive) -> Callable[[], float]:
    """What tells the milliseconds that the one connection's server process has worked so far."""
    if archive.engine.dialect.name != "postgresql":
        return lambda: 0.0
    with archive.read() as session:
        number = session.scalar(text("SELECT pg_backend_pid()"))
    stat = Path(f"/proc/{number}/schedstat")
    if not stat.exists():
        return lambda: 0.0
    return lambda: int(stat.read_text().split()[0]) / 1e6


def spread(took: list[float]) -> str:
    """The middle and the far end of what was measured."""
    return f"{statistics.median(took):6.1f} {_p99(took):6.1f}"


def _p99(took: list[float]) -> float:
    return took[int(len(took) * 0.99)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--revisions", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path("build/asking"))
    parser.add_argument("--archive", help="an empty Postgres database; SQLite where absent")
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--only", default="", help="questions whose name has this")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    address = chosen.archive or f"sqlite:///{chosen.folder}/asking-{chosen.revisions}.sqlite3"
    with Archive.open(address, clock=ManualClock(built.LAST)) as archive:
        with archive.read() as session:
            count = session.scalar(select(func.max(Revision.id))) or 0
        if count == 0:
            began = time.perf_counter()
            built.build(archive, chosen.revisions)
            print(f"built {chosen.revisions} revisions in {time.perf_counter() - began:.0f} s")
        elif count != chosen.revisions:
            raise SystemExit(f"{archive.name} has {count} revisions: name another archive")
        print(
            f"{chosen.revisions} revisions, {archive.url.get_backend_name()}; ms, p50 and p99; goal {GOAL_MS:.0f}"
        )
        print(f"{'':<30} by the wall   worked: in all    by us")
        for name, draw in Asker(chosen.revisions).questions().items():
            if chosen.only not in name:
                continue
            took = measure(archive, draw, rounds=chosen.rounds)
            mark = "" if _p99(took.walls) <= GOAL_MS else "   over the goal"
            if mark and _p99(took.worked) <= GOAL_MS:
                mark += " by waiting for a processor alone"
            columns = map(spread, (took.walls, took.worked, took.own))
            print(f"{name:<30} {'   '.join(columns)}{mark}", flush=True)


if __name__ == "__main__":
    main()
