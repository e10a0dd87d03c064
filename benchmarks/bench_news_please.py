"""Morgue beside news-please: the same pages of the bundled newsroom, discovered from the same sitemap.

    python benchmarks/bench_news_please.py [--pages 300]

news-please is installed once into build/peers. It runs as its documentation says, with its files as storage
and its own heuristics; both are timed as whole processes, start-up included. Both obey robots.txt.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_crawl import Project, newsroom
from measure import run

PACKAGES = ("news-please==1.6.16", "readability-lxml==0.9")
"""The second, because the older one that the first settles for raises on every page."""

PEERS = Path(__file__).resolve().parent.parent / "build" / "peers"


def installed() -> Path:
    """The news-please command, installed if it is not."""
    command = PEERS / "bin" / "news-please"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
        pip = [PEERS / "bin" / "python", "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, PACKAGES[0]], check=True)
        subprocess.run([*pip, PACKAGES[1]], check=True)
    return command


def configure(folder: Path, urls: list[str]) -> None:
    """A configuration of news-please that downloads these pages."""
    packaged = next((PEERS / "lib").glob("python*/site-packages/newsplease/config/config.cfg"))
    text = packaged.read_text().replace("~/news-please-repo/", f"{folder}/")
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "config.cfg").write_text(
        text.replace("LOG_LEVEL = INFO", "LOG_LEVEL = ERROR")
    )
    sites = {"base_urls": [{"crawler": "Download", "url": urls}]}
    (folder / "config" / "sitelist.hjson").write_text(json.dumps(sites))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=300)
    chosen = parser.parse_args()
    command = installed()
    folder = Path(tempfile.mkdtemp(prefix="bench-news-please-"))
    try:
        with newsroom(chosen.pages) as served:
            configure(folder / "peer", served.urls)
            theirs = run([str(command), "-c", str(folder / "peer" / "config")], cwd=folder)
            kept = len(list((folder / "peer" / "data").rglob("*.html.json")))
            project = Project(folder / "ours", served, archive=None)
            ours = project.crawl()
            archived = project.sql("select count(*) as n from revision")[0]["n"]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, cost, pages in (("morgue", ours, archived), ("news-please", theirs, kept)):
        rate, cpu = int(str(pages)) / cost.wall_s, 1000 * cost.cpu_s / max(int(str(pages)), 1)
        print(f"{name:<12} {pages:>5} pages kept {rate:7.1f} pages/s {cpu:7.1f} CPU-ms/page")
    ratio = (int(str(archived)) / ours.wall_s) / (kept / theirs.wall_s)
    print(f"ratio        {ratio:.1f} (goal 10)")


if __name__ == "__main__":
    main()
