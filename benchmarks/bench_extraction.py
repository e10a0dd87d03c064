"""Scores and speed of reading on real pages, beside bare trafilatura in the same run.

    python benchmarks/bench_extraction.py ../shared/corpora [--corpus aeb] [--every 1] [--out FOLDER] [--alone]

Predictions are written in the form that the corpora's score.py reads; its own functions score them here.
"""

import argparse
import gzip
import importlib.util
import json
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trafilatura
from trafilatura.settings import Document

from config.site import ad_hoc_site
from pipeline import read
from pipeline.reading import Verdict

Row = dict[str, Any]
FETCHED_AT = datetime(2026, 11, 1, tzinfo=UTC)
CORPORA = ("aeb", "fundus", "fundus_hist", "np4k424_clean", "wcxb_article")
WITH_STANDFIRST = ("fundus", "fundus_hist", "np4k424_clean")


def main() -> None:
    """Read the corpora, print one line a corpus and reader."""
    arguments = _arguments()
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    score = _load(arguments.corpora / "score.py")
    readers: dict[str, Callable[[Row, bytes], Row]] = {"morgue": predict}
    if not arguments.alone:
        readers["trafilatura"] = predict_bare
    print(score.HEAD, "| pages/s  ms/page  worst")
    for corpus in arguments.corpus or CORPORA:
        truth = score.load(arguments.corpora / "truth" / f"{corpus}.jsonl")[:: arguments.every]
        pages = [_page(arguments.corpora, corpus, row) for row in truth]
        for name, reader in readers.items():
            reader(truth[0], pages[0])  # start-up is not what is measured
            predictions, times = [], []
            for row, page in zip(truth, pages, strict=True):
                began = time.process_time()
                predictions.append(reader(row, page))
                times.append(time.process_time() - began)
            result, rows = score.evaluate(truth, predictions, lead=corpus in WITH_STANDFIRST)
            speed = f"| {len(times) / sum(times):6.1f} {1000 * sum(times) / len(times):8.1f} {1000 * max(times):6.0f}"
            refused = sum(p.get("verdict") == Verdict.QUARANTINED for p in predictions)
            print(
                score.line(f"{corpus}/{name}", result),
                speed,
                f"refused {refused}/{len(truth)}",
                flush=True,
            )
            if arguments.out:
                _write(arguments.out, f"{corpus}.{name}.jsonl", predictions)
                _write(arguments.out, f"{corpus}.{name}.pages.jsonl", rows)


def predict(row: Row, page: bytes) -> Row:
    """What Morgue reads, as a row for score.py."""
    url = row["url"] or f"https://{row['host'] or 'unknown.example'}/article/{row['id']}"
    reading = read.read(page, url=url, site=ad_hoc_site(url), fetched_at=FETCHED_AT)
    return {
        "id": row["id"],
        "title": reading.title,
        "text": reading.text,
        "lead": reading.standfirst,
        "authors": list(reading.authors),
        "published": str(reading.published) if reading.published else None,
        "verdict": reading.verdict,
        "reason": reading.reason,
        "detail": reading.detail,
        "readers": dict(reading.readers),
        "language": reading.language,
        "removed": [[r.text, r.why] for r in reading.removed],
    }


def predict_bare(row: Row, page: bytes) -> Row:
    """What trafilatura reads with its default settings, metadata included."""
    document = trafilatura.bare_extraction(
        page, url=row["url"], with_metadata=True, include_comments=False
    )
    if not isinstance(document, Document):
        return {"id": row["id"]}
    return {
        "id": row["id"],
        "title": document.title,
        "text": document.text,
        "authors": (document.author or "").split("; ") if document.author else [],
        "published": document.date,
    }


def _page(corpora: Path, corpus: str, row: Row) -> bytes:
    with gzip.open(corpora / "pages" / corpus / f"{row['id']}.html.gz") as file:
        return file.read()


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["score"] = module
    spec.loader.exec_module(module)
    return module


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
    parser.add_argument("--alone", action="store_true", help="without trafilatura")
    return parser.parse_args()


if __name__ == "__main__":
    main()
