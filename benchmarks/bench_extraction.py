"""Scores and speed of reading on real pages, beside the open extractors that are installed, in the same run.

    python benchmarks/bench_extraction.py ../shared/corpora [--corpus aeb] [--every 1] [--out FOLDER] [--alone]

The peers: trafilatura, its precision mode, and, where installed, resiliparse and newspaper4k; --peer NAME takes only
that one. Corpora without bodies (htmldate, postlight) are read when named. Predictions are written in the form that
the corpora's score.py reads; its own functions score them here. Columns: pages at a body F1 of .95 or more and below
.5; title exact and loosely; date right, and of those given; authors, and a name where there is none; refused pages.
"""

import argparse
import json
import time
from pathlib import Path

import readers
from corpora import ARTICLES, WITH_STANDFIRST, Row, body, scorer, truth

from pipeline.reading import Verdict


def main() -> None:
    """Read the corpora, print one line a corpus and reader."""
    arguments = _arguments()
    score = scorer(arguments.corpora)
    named: dict[str, readers.Reader] = {"morgue": readers.morgue}
    if not arguments.alone:
        named |= readers.installed(arguments.peer)
    print(score.HEAD, "| pages/s  ms/page  worst | refused")
    for corpus in arguments.corpus or ARTICLES:
        rows = truth(arguments.corpora, corpus)[:: arguments.every]
        pages = [body(arguments.corpora, corpus, row) for row in rows]
        for name, reader in named.items():
            predictions, times = _read(reader, rows, pages)
            result, scores = score.evaluate(rows, predictions, lead=corpus in WITH_STANDFIRST)
            speed = f"| {len(times) / sum(times):7.1f} {1000 * sum(times) / len(times):8.1f} {1000 * max(times):6.0f}"
            refused = sum(p.get("verdict") == Verdict.QUARANTINED for p in predictions)
            print(
                score.line(f"{corpus}/{name}", result),
                speed,
                f"| {refused}/{len(rows)}",
                flush=True,
            )
            if arguments.out:
                _write(arguments.out, f"{corpus}.{name}.jsonl", predictions)
                _write(arguments.out, f"{corpus}.{name}.pages.jsonl", scores)


def _read(
    reader: readers.Reader, rows: list[Row], pages: list[bytes]
) -> tuple[list[Row], list[float]]:
    """The predictions, and the CPU seconds of each."""
    reader(rows[0], pages[0])  # start-up is not what is measured
    predictions, times = [], []
    for row, page in zip(rows, pages, strict=True):
        began = time.process_time()
        predictions.append(reader(row, page))
        times.append(time.process_time() - began)
    return predictions, times


def _write(folder: Path, name: str, rows: list[Row]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / name).write_text(lines, encoding="utf-8", errors="replace")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", type=Path, help="the folder with truth/, pages/ and score.py")
    parser.add_argument("--corpus", action="append", help="one of them; may be repeated")
    parser.add_argument("--every", type=int, default=1, help="only every n-th page")
    parser.add_argument("--out", type=Path, help="where to write predictions and page scores")
    parser.add_argument("--alone", action="store_true", help="without peers")
    parser.add_argument(
        "--peer", action="append", choices=readers.PEERS, help="only this peer; may be repeated"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
