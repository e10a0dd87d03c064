"""What is believed and what is kept out, on real pages whose kind is known.

    python benchmarks/bench_verdicts.py CORPORA [--corpus NAME] [--every N] [--show]

Prints for each corpus of articles how many are refused and why, and for each kind of other pages how many are kept
out. The model of `pipeline/models/kinds.json` has seen these pages; `scripts/train_kinds.py` prints the same for
models that have not.
"""

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.site import ad_hoc_site
from pipeline import read
from pipeline.reading import Reading, Verdict

ARTICLES = (
    "aeb", "fundus", "fundus_hist", "np4k424_clean", "wcxb_article", "postlight", "htmldate", "many_a_site",
)  # fmt: skip
OTHER = "wcxb_other"
FETCHED_AT = datetime(2026, 11, 1, tzinfo=UTC)


def main() -> None:
    arguments = _arguments()
    for corpus in arguments.corpus or (*ARTICLES, OTHER):
        seen: Counter[str] = Counter()
        refused: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for row, reading in _readings(arguments.corpora, corpus, every=arguments.every):
            kind = row["kind"] if corpus == OTHER else corpus
            is_refused = reading.verdict is Verdict.QUARANTINED
            seen[kind] += 1
            refused[kind] += is_refused
            reasons[str(reading.reason)] += is_refused
            if arguments.show and is_refused is (corpus != OTHER):
                print(
                    f"  {row.get('url') or row['id']}  {reading.reason or ''}  {reading.detail or ''}"
                )
        for kind in sorted(seen):
            print(f"{corpus:14} {kind:14} refused {_share(refused[kind], seen[kind])}")
        told = ", ".join(f"{name} {count}" for name, count in reasons.most_common())
        print(f"{corpus:14} {'all':14} refused {_share(refused.total(), seen.total())}  {told}")


def _share(part: int, whole: int) -> str:
    return f"{part:4} of {whole:4} ({part / max(whole, 1):6.1%})"


def _readings(
    corpora: Path, corpus: str, *, every: int
) -> Iterator[tuple[dict[str, Any], Reading]]:
    lines = (corpora / "truth" / f"{corpus}.jsonl").read_text("utf-8").splitlines()
    for row in map(json.loads, lines[::every]):
        url = row.get("url") or f"https://{row['site']}/{row['id']}"
        with gzip.open(corpora / "pages" / corpus / f"{row['id']}.html.gz") as file:
            body = file.read()
        yield row, read.read(body, url=url, site=ad_hoc_site(url), fetched_at=FETCHED_AT)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", type=Path, help="the folder with truth/ and pages/")
    parser.add_argument("--corpus", action="append", help="one of them; may be repeated")
    parser.add_argument("--every", type=int, default=1, help="only every n-th page")
    parser.add_argument(
        "--show", action="store_true", help="print the articles refused, the others believed"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
