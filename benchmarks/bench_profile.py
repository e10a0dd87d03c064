"""What a site's profile is worth with 0, 5, 20 and 80 of its other pages seen.

    python benchmarks/bench_profile.py ../shared/corpora [--fewest 6] [--seen 0 5 20 80] [--told] [--models FOLDER]

Every page is read with the profile of its site's other pages (another article each, the measured one left out).
Where the text is known: its score by the corpora's own score.py, and of what was taken out, how much was the
article's. Where it is not: how much of the text stands in other articles' texts, too. Then the profile alone: of
all lines of a page, the share of furniture that it knows, and the share of the article's sentences that it mistakes.

The shipped model of the body has seen these very pages, so there is little left that a profile could tell. With
--models (`scripts/train_body.py ../shared/corpora --only-score --keep FOLDER`) every page is read by the model that
has seen no page of its publisher, as pages of a new site are.
"""

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpora import ARTICLES, WITH_STANDFIRST, Row, fold_of, scorer
from readers import FETCHED_AT

from config.site import ad_hoc_site
from pipeline import decode, extraction, read
from pipeline.extraction import Task
from pipeline.markup import furniture
from pipeline.markup import page as pages
from pipeline.models import forest
from pipeline.profiles import profiling, repeats, sighting
from pipeline.profiles.profile import Profile
from pipeline.profiles.sighting import Line, Sighting
from pipeline.reading import Block, Reading
from pipeline.text import typography

_SHIPPED = forest.load


@dataclass
class Seen:
    """One page of a site that has several."""

    row: Row
    corpus: str
    task: Task
    sighting: Sighting
    lines: list[Line]
    lines_s: float  # what finding them cost
    texts: tuple[Block, ...]  # read without a profile
    beside: list[set[int]] = field(default_factory=list)  # what the site's other articles say


@dataclass
class Sum:
    """What came of one group of pages with so many pages seen."""

    pages: int = 0
    truth: list[Row] = field(default_factory=list)
    predictions: list[Row] = field(default_factory=list)
    blocks: int = 0  # taken out
    taken: int = 0  # characters
    wrong: int = 0  # of them the article's, where that is known
    text: int = 0  # characters of text
    repeated: int = 0  # of them in other articles' texts, too
    furniture: int = 0  # lines
    known: int = 0  # of them told by the profile
    own: int = 0  # lines of the article
    mistaken: int = 0  # of them told to be furniture
    odd: int = 0  # pages quarantined as a broken layout
    learn_s: float = 0.0
    use_s: float = 0.0
    size: int = 0  # bytes of the largest profile


def main() -> None:
    """Read the sites that have several pages, print a line for each group and number of pages seen."""
    arguments = _arguments()
    score = scorer(arguments.corpora)
    unseen = Unseen(arguments.models)
    sites = {
        name: members
        for name, members in _sites(arguments.corpora, unseen, fewest=arguments.fewest).items()
        if len(members) >= arguments.fewest
    }
    count = sum(map(len, sites.values()))
    print(f"{count} pages of {len(sites)} sites with {arguments.fewest} or more")
    print(
        f"{'':16} seen pages | bodyP bodyR bodyF1 | taken chars wrong | text that repeats | "
        "furniture known, sentences mistaken | odd | learn ms  use ms  bytes"
    )
    for seen in arguments.seen:
        sums: dict[str, Sum] = defaultdict(Sum)
        for members in sites.values():
            for page in members:
                others = [other for other in members if other is not page][:seen]
                unseen.take(page.row)
                _measure(page, others, sums[_group(page)], is_told=arguments.told)
        for group in sorted(sums):
            print(_line(group, seen, sums[group], score), flush=True)


class Unseen:
    """The models of the body that saw no page of a publisher, one a fold; the shipped one where there are none."""

    def __init__(self, folder: Path | None) -> None:
        self._models: dict[int, forest.Forest] = {}
        paths = sorted(folder.glob("body-*-of-*.json")) if folder else []
        if folder and not paths:
            raise SystemExit(f"{folder} holds no models: scripts/train_body.py --keep makes them")
        for path in paths:
            fold = int(path.stem.split("-")[1])
            self._models[fold] = forest.of(json.loads(path.read_text()))

    def take(self, row: Row) -> None:
        """Have pages read by the model that saw none of this row's publisher."""
        if self._models:
            model = self._models[fold_of(row, folds=len(self._models))]
            shipped = _SHIPPED
            forest.load = lambda name: model if name == "body" else shipped(name)


def _sites(corpora: Path, unseen: Unseen, *, fewest: int) -> dict[str, list[Seen]]:
    """The pages by site (and era), one an address, in an order that has nothing to do with time."""
    rows: dict[str, dict[str, tuple[str, Row]]] = defaultdict(dict)
    for corpus in (*ARTICLES, "many_a_site"):
        for line in (corpora / "truth" / f"{corpus}.jsonl").read_text().splitlines():
            row = json.loads(line)
            era = f" {row['year']}" if corpus == "many_a_site" else ""
            name = row["site"].removeprefix("www.") + era
            rows[name].setdefault(row.get("url") or row["id"], (corpus, row))
    sites: dict[str, list[Seen]] = {}
    for name, found in sorted(rows.items()):
        if len(found) >= fewest:
            ordered = sorted(found.values(), key=lambda one: sighting.hash_of(one[1]["id"]))
            sites[name] = list(_seen(corpora, unseen, ordered))
            texts = [{one.text for one in page.sighting.body} for page in sites[name]]
            for number, page in enumerate(sites[name]):
                page.beside = texts[:number] + texts[number + 1 :]
    return sites


def _seen(corpora: Path, unseen: Unseen, rows: Sequence[tuple[str, Row]]) -> Iterator[Seen]:
    for corpus, row in rows:
        unseen.take(row)
        with gzip.open(corpora / "pages" / corpus / f"{row['id']}.html.gz") as file:
            body = file.read()
        url = row.get("url") or f"https://{row.get('host') or row['site']}/article/{row['id']}"
        task = Task(body=body, url=url, site=ad_hoc_site(url), fetched_at=FETCHED_AT)
        sighted = extraction.sight(task)
        if sighted is None:
            continue
        parsed = pages.parse(decode.decode(body, content_type=None).text, url=url, max_depth=2000)
        assert isinstance(parsed, pages.Page)
        furniture.clear(parsed)
        texts = extraction.perform(task).reading.blocks
        began = time.process_time()
        list(sighting.lines_of(parsed.body, starts=repeats.starts_of(texts)))
        lines_s = time.process_time() - began
        lines = list(sighting.lines_of(parsed.body))
        yield Seen(row, corpus, task, sighted, lines, lines_s, texts)


def _group(page: Seen) -> str:
    return "many_a_site" if page.corpus == "many_a_site" else "with truth"


def _measure(page: Seen, others: Sequence[Seen], total: Sum, *, is_told: bool) -> None:
    profile = None
    if others:
        began = time.process_time()
        profile = profiling.learn([other.sighting for other in others])
        total.size = max(total.size, len(profile.content))
        total.learn_s += time.process_time() - began
    if profile is not None:
        began = time.process_time()
        repeats.without_known(page.texts, profile, lines=page.lines)
        total.use_s += time.process_time() - began + page.lines_s
    task = page.task
    reading = read.read(
        task.body, url=task.url, site=task.site, fetched_at=task.fetched_at, profile=profile
    )
    total.pages += 1
    total.odd += reading.reason == "layout"
    truth = _folded(page.row.get("text") or "")
    taken = [one.text for one in reading.removed if one.why == "profile"]
    total.blocks += len(taken)
    total.taken += sum(map(len, taken))
    for text in taken:
        is_wrong = bool(truth) and _folded(text.removesuffix("…")) in truth
        total.wrong += len(text) if is_wrong else 0
        if is_told:
            words = "WRONG" if is_wrong else "right" if truth else "?"
            print(f"    {len(others):>3} {page.row['site']}: {words}: {text[:150]}")
    _count_repeats(page, reading, total)
    if truth:
        total.truth.append(page.row)
        lead = reading.standfirst if page.corpus in WITH_STANDFIRST else None
        joined = "\n".join(filter(None, (lead, reading.text)))
        total.predictions.append({"id": page.row["id"], "text": joined})
        if profile is not None:
            _count_lines(page, profile, truth, total)


def _count_repeats(page: Seen, reading: Reading, total: Sum) -> None:
    """How much of the text also stands in the texts of two or more other articles of the site."""
    for block in reading.blocks:
        key = sighting.key_of(block.text)
        elsewhere = sum(key in texts for texts in page.beside)
        total.text += len(block.text)
        total.repeated += len(block.text) if elsewhere >= 2 else 0


def _count_lines(page: Seen, profile: Profile, truth: str, total: Sum) -> None:
    for path, text in page.lines:
        if sighting.key_of(text) is None:
            continue
        is_told = profile.is_furniture(text, path) is not None
        if sighting.is_sentence(text) and _folded(text) in truth:
            total.own += 1
            total.mistaken += is_told
        elif _folded(text) not in truth:
            total.furniture += 1
            total.known += is_told


def _folded(text: str) -> str:
    return typography.fold(text).replace(" ", "")


def _line(group: str, seen: int, total: Sum, score: Any) -> str:
    body = "  -     -     -   "
    if total.truth:
        result, _ = score.evaluate(total.truth, total.predictions)
        found = result["body"]
        body = f"{found['precision']:.4f} {found['recall']:.4f} {found['f1']:.4f}"
    known = "        -                    "
    if total.furniture:
        known = f"{total.known / total.furniture:7.1%} {total.mistaken / max(total.own, 1):14.2%}        "
    return (
        f"{group:16} {seen:4} {total.pages:5} | {body} | {total.blocks:5} {total.taken:5} {total.wrong:5} | "
        f"{total.repeated / max(total.text, 1):17.3%} | {known} | {total.odd:3} | "
        f"{1000 * total.learn_s / total.pages:8.1f} {1000 * total.use_s / total.pages:7.1f} {total.size:6}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", type=Path, help="the folder with truth/, pages/ and score.py")
    parser.add_argument("--fewest", type=int, default=6, help="pages of a site worth measuring")
    parser.add_argument("--seen", type=int, nargs="+", default=[0, 5, 20, 80])
    parser.add_argument("--models", type=Path, help="a folder of models that saw no publisher")
    parser.add_argument("--told", action="store_true", help="print every line that was taken out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
