"""How often is a repeat visit called a revision though the article says the same?

    python benchmarks/bench_false_revisions.py [--articles 1000] [--visits 20000] [--seed 1] [--show 5]

The newsroom's articles are visited again and again, three hours apart, while its clocks, rails and advertisements
move by themselves and every page is disturbed on top by one to four kinds of noise (page_noise.py) and comes in
another charset now and then. Each page goes the way of a crawl: kept, read by the whole reader, decided and archived in
a real archive (SQLite), twenty visits a transaction. A visit is false where it adds a revision, an article or a
variant though the article's true text is that of the visit before; missed where it adds none and the text is
another. Told by kind of noise: those that were there when a false one was found, on the visit or before it.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from page_noise import CHARSETS, NOISES, encoded

from config.clock import ManualClock
from config.settings import Settings
from config.site import SiteConfig, load_sites
from db.archive import Archive
from db.archiving import crawls, ledger, links
from db.archiving.entries import Archived, FoundLink, NewCapture
from db.models import VisitOutcome
from morgue.demo.newsroom import Newsroom
from morgue.demo.newsroom.answers import Request
from morgue.demo.newsroom.cast import Article
from morgue.demo.newsroom.site import Site
from pipeline import compare, extraction, urls
from pipeline.context import CrawlContext
from pipeline.items import Fetched
from pipeline.reading import Verdict
from pipeline.stages.decide import decide

BATCH = 20
CHANGES = (VisitOutcome.NEW, VisitOutcome.REVISED, VisitOutcome.VARIANT)
"""What a visit says that found another text than the last."""


@dataclass
class Found:
    """What the visits came to."""

    visits: int = 0
    quarantined: int = 0
    compared: int = 0
    edited: int = 0
    false: int = 0
    missed: int = 0
    noise: Counter[str] = field(default_factory=Counter)
    blamed: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)


@dataclass
class Last:
    """An article as it was seen last."""

    truth: tuple[Any, ...]
    text: str
    noise: tuple[str, ...]


@dataclass(frozen=True)
class Visit:
    """A page of an article as it was answered."""

    article: str
    outlet: str
    url: str
    body: bytes
    content_type: str
    truth: tuple[Any, ...]
    noise: tuple[str, ...]


class Crawl:
    """Keeps, reads, decides and archives pages as a crawl's item pipelines do."""

    def __init__(
        self, archive: Archive, clock: ManualClock, configs: dict[str, SiteConfig]
    ) -> None:
        self._archive, self._clock, self._configs = archive, clock, configs
        with archive.write() as session:
            ids = {
                name: crawls.ensure_site(
                    session, name=name, title=site.title, home=site.home, now=clock.now()
                ).id
                for name, site in configs.items()
            }
            crawl_id = crawls.begin_crawl(
                session,
                trigger="command",
                owner="bench:1",
                now=clock.now(),
                site_ids=list(ids.values()),
            )
        self._context = CrawlContext(
            settings=Settings(),
            sites=configs,
            site_ids=ids,
            archive=archive,
            crawl_id=crawl_id,
            clock=clock,
        )

    def archive(self, visits: Sequence[Visit]) -> list[tuple[Fetched, Archived]]:
        """What became of these visits, archived in one transaction."""
        fetched = [self._fetched(visit) for visit in visits]
        with self._archive.write() as session:
            decisions = decide(session, fetched, context=self._context)
            archived = ledger.archive_entries(
                session, [each.entry for each in decisions], now=self._clock.now()
            )
        return list(zip(fetched, archived, strict=True))

    def _fetched(self, visit: Visit) -> Fetched:
        now, context = self._clock.now(), self._context
        site_id = context.site_ids[visit.outlet]
        with self._archive.write() as session:
            link = links.ensure_link(
                session, site_id, FoundLink(visit.url, urls.key(visit.url)), now=now
            )
            headers = (("Content-Type", visit.content_type),)
            capture = NewCapture(
                site_id=site_id,
                link_id=link.id,
                crawl_id=context.crawl_id,
                fetched_at=now,
                url=visit.url,
                status=200,
                body=visit.body,
                headers=headers,
            )
            (kept,) = ledger.keep_captures(session, self._archive.captures, [capture])
        task = extraction.Task(
            body=visit.body,
            url=visit.url,
            site=self._configs[visit.outlet],
            fetched_at=now,
            content_type=visit.content_type,
        )
        return Fetched(
            site=visit.outlet,
            link=link,
            crawl_id=context.crawl_id,
            url=visit.url,
            fetched_at=now,
            status=200,
            headers=headers,
            body=visit.body,
            capture_id=kept.capture_id,
            same_as_revision_id=kept.previous_revision_id if kept.is_same_bytes else None,
            result=extraction.perform(task),
        )


def main() -> None:
    """Visit, archive, count."""
    arguments = _arguments()
    newsroom = Newsroom(seed=arguments.seed, articles=arguments.articles, backlog=1.0)
    sites = {outlet.name: Site(newsroom, outlet) for outlet in newsroom.outlets}
    last: dict[str, Last] = {}
    found = Found()
    dice = random.Random(arguments.seed)
    began = time.process_time()
    clock = ManualClock(newsroom.clock.now())
    with (
        TemporaryDirectory(prefix="bench-false-") as folder,
        Archive.open(f"sqlite:///{folder}/archive.sqlite3", clock=clock) as archive,
    ):
        crawl = Crawl(archive, clock, _configs())
        while found.visits < arguments.visits:
            clock.moment = newsroom.clock.now()
            visits = [
                visit
                for article in newsroom.articles()
                # two headlines by turns are variants, not noise
                if not article.has_variants
                and (visit := _visit(newsroom, article, sites[article.outlet.name], dice))
            ][: arguments.visits - found.visits]
            for at in range(0, len(visits), BATCH):
                batch = visits[at : at + BATCH]
                for visit, (fetched, archived) in zip(batch, crawl.archive(batch), strict=True):
                    _judge(visit, fetched, archived, last=last, found=found)
            newsroom.advance(timedelta(hours=3))
    _print(found, shown=arguments.show, seconds=time.process_time() - began)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--visits", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=5)
    return parser.parse_args()


def _configs() -> dict[str, SiteConfig]:
    with TemporaryDirectory() as folder:
        for entry in files("morgue.demo").joinpath("sites").iterdir():
            Path(folder, entry.name).write_text(entry.read_text(encoding="utf-8"), encoding="utf-8")
        return load_sites(Path(folder))


def _visit(newsroom: Newsroom, article: Article, site: Site, dice: random.Random) -> Visit | None:
    """The article's page as it is now, disturbed; None where there is none."""
    path = newsroom.state(article, newsroom.clock.now()).path
    answer = site.answer(Request("GET", path, {}))
    if answer.status != 200:
        return None
    noise = tuple(dice.sample(sorted(NOISES), dice.randint(1, 4)))
    page = answer.body.decode()
    for name in noise:
        page = NOISES[name](page, dice)
    body, content_type = encoded(page, dice.choice(CHARSETS))
    told = newsroom.truth(article.id)
    truth = (told["title"], told["standfirst"], tuple(told["paragraphs"]))
    outlet = article.outlet.name
    return Visit(
        article.id, outlet, newsroom.addresses[outlet] + path, body, content_type, truth, noise
    )


def _judge(
    visit: Visit, fetched: Fetched, archived: Archived, *, last: dict[str, Last], found: Found
) -> None:
    """Count what the visit came to."""
    assert fetched.result is not None
    reading = fetched.result.reading
    found.visits += 1
    found.noise.update(visit.noise)
    if reading.verdict is Verdict.QUARANTINED:
        found.quarantined += 1
        return
    text = f"{reading.title}\n{reading.standfirst}\n{reading.text}"
    before = last.get(visit.article)
    last[visit.article] = Last(visit.truth, text, visit.noise)
    if before is None:
        return
    found.compared += 1
    is_edited, is_revised = before.truth != visit.truth, archived.outcome in CHANGES
    found.edited += is_edited
    found.missed += is_edited and not is_revised
    if is_revised and not is_edited:
        found.false += 1
        found.blamed.update({*visit.noise, *before.noise})
        found.shown.append(
            f"{visit.article} {archived.outcome} {sorted({*visit.noise, *before.noise})}\n"
            f"{compare.unified(before.text, text)}"
        )


def _print(found: Found, *, shown: int, seconds: float) -> None:
    quiet = found.compared - found.edited
    print(
        f"{found.visits} visits in {seconds:.0f} CPU s, {found.quarantined} quarantined, {found.compared} compared; "
        f"{found.edited} true edits, of them missed {found.missed}"
    )
    print(
        f"false revisions: {found.false} of {quiet} quiet visits = {found.false / max(quiet, 1):.3%}"
    )
    for name, count in found.noise.most_common():
        print(f"  {name:28} {count:6} times, there at {found.blamed[name]} false ones")
    for difference in found.shown[:shown]:
        print(f"\n{difference[:1500]}")


if __name__ == "__main__":
    main()
