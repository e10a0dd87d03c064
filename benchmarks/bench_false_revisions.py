"""How often is a repeat visit called a revision though the article says the same?

    python benchmarks/bench_false_revisions.py [--articles 1000] [--visits 20000] [--seed 1] [--show 5]

The newsroom's articles are visited again and again, three hours apart, while its clocks, rails and advertisements
move by themselves and every page is disturbed on top by one to four kinds of noise (page_noise.py) and comes in
another charset now and then. Each page goes through the whole reader and the comparison. A revision is false where
the normal digest differs from that of the visit before and the article's true text does not; missed where it is the
other way round. Told by kind of noise: those that were there when a false one was found, on the visit or before it.
"""

import argparse
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from page_noise import CHARSETS, NOISES, encoded

from config.site import SiteConfig, load_sites
from morgue.demo.newsroom import Newsroom
from morgue.demo.newsroom.answers import Request
from morgue.demo.newsroom.cast import Article
from morgue.demo.newsroom.site import Site
from pipeline import compare, extraction
from pipeline.reading import Verdict


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

    digest: bytes
    truth: tuple[Any, ...]
    text: str
    noise: tuple[str, ...]


def main() -> None:
    """Visit, read, compare, count."""
    arguments = _arguments()
    newsroom = Newsroom(seed=arguments.seed, articles=arguments.articles, backlog=1.0)
    sites = {outlet.name: Site(newsroom, outlet) for outlet in newsroom.outlets}
    configs = _configs()
    last: dict[str, Last] = {}
    found = Found()
    dice = random.Random(arguments.seed)
    began = time.process_time()
    while found.visits < arguments.visits:
        for article in newsroom.articles():
            if article.has_variants:  # two headlines by turns are variants, not noise
                continue
            name = article.outlet.name
            _visit(
                newsroom,
                article,
                site=sites[name],
                config=configs[name],
                last=last,
                found=found,
                dice=dice,
            )
            if found.visits >= arguments.visits:
                break
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


def _visit(
    newsroom: Newsroom,
    article: Article,
    *,
    site: Site,
    config: SiteConfig,
    last: dict[str, Last],
    found: Found,
    dice: random.Random,
) -> None:
    now = newsroom.clock.now()
    path = newsroom.state(article, now).path
    answer = site.answer(Request("GET", path, {}))
    if answer.status != 200:
        return
    noise = tuple(dice.sample(sorted(NOISES), dice.randint(1, 4)))
    page = answer.body.decode()
    for name in noise:
        page = NOISES[name](page, dice)
    body, content_type = encoded(page, dice.choice(CHARSETS))
    url = newsroom.addresses[article.outlet.name] + path
    task = extraction.Task(
        body=body, url=url, site=config, fetched_at=now, content_type=content_type
    )
    result = extraction.perform(task)
    found.visits += 1
    found.noise.update(noise)
    if result.reading.verdict is Verdict.QUARANTINED:
        found.quarantined += 1
        return
    told = newsroom.truth(article.id)
    truth = (told["title"], told["standfirst"], tuple(told["paragraphs"]))
    reading = result.reading
    text = f"{reading.title}\n{reading.standfirst}\n{reading.text}"
    before = last.get(article.id)
    last[article.id] = Last(result.normal_sha256, truth, text, noise)
    if before is None:
        return
    found.compared += 1
    is_edited, is_revised = before.truth != truth, before.digest != result.normal_sha256
    found.edited += is_edited
    found.missed += is_edited and not is_revised
    if is_revised and not is_edited:
        found.false += 1
        found.blamed.update({*noise, *before.noise})
        found.shown.append(
            f"{article.id} {sorted({*noise, *before.noise})}\n{compare.unified(before.text, text)}"
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
