"""`python -m morgue.demo.newsroom`: serves a newsroom until it is told to stop.

Prints its addresses as one line of JSON, then answers. Time is moved by POST to the control URL.
"""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from morgue.demo.newsroom import OUTLETS, START, Newsroom, NewsroomServer, write_site_files


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit code."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    names = options.outlet or [outlet.name for outlet in OUTLETS]
    newsroom = Newsroom(
        seed=options.seed,
        outlets=[outlet for outlet in OUTLETS if outlet.name in names],
        articles=options.articles,
        start=options.start,
        backlog=options.backlog,
        history=timedelta(days=options.days),
        future=timedelta(days=options.days),
        is_scripted=not options.unscripted,
        crawl_delay_s=options.crawl_delay,
    )
    server = NewsroomServer(
        newsroom,
        has_own_hosts=options.own_hosts,
        port=options.port,
        control_port=options.control_port,
        pages_kept=options.pages_kept,
        is_warm=options.warm,
    )
    try:
        with server:
            _announce(server, options.sites)
            stop.wait()
    except OSError as problem:
        sys.stderr.write(f"newsroom: cannot serve: {problem}. Choose another --port.\n")
        return 1
    return 0


def _announce(server: NewsroomServer, sites: Path | None) -> None:
    written = write_site_files(sites, server) if sites else []
    line = {
        "pid": os.getpid(),
        "control": server.control_url,
        "outlets": {outlet.name: server.base_url(outlet) for outlet in server.newsroom.outlets},
        "now": server.newsroom.clock.now().isoformat(),
        "sites": [str(path) for path in written],
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m morgue.demo.newsroom", description=__doc__)
    parser.add_argument("--articles", type=int, default=60, help="of all outlets together (60)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another world (1)")
    parser.add_argument(
        "--outlet",
        action="append",
        choices=[outlet.name for outlet in OUTLETS],
        help="serve this outlet; may be repeated (all)",
    )
    parser.add_argument("--start", type=_moment, default=START, help=f"({START.isoformat()})")
    parser.add_argument(
        "--backlog", type=float, default=0.6, help="share of articles out at the start (0.6)"
    )
    parser.add_argument(
        "--days", type=float, default=3.0, help="over which each part is published (3)"
    )
    parser.add_argument("--unscripted", action="store_true", help="without the scripted lives")
    parser.add_argument(
        "--crawl-delay", type=float, default=0.1, help="of the Inland Gazette, in seconds (0.1)"
    )
    parser.add_argument("--port", type=int, default=0, help="of the first outlet (any free one)")
    parser.add_argument("--control-port", type=int, default=0, help="(any free one)")
    parser.add_argument(
        "--own-hosts", action="store_true", help="an address for each outlet: 127.0.77.1, .2 …"
    )
    parser.add_argument("--warm", action="store_true", help="write all pages before serving them")
    parser.add_argument("--pages-kept", type=int, default=4096, help="written pages remembered")
    parser.add_argument("--sites", type=Path, help="write the outlets' site files to this folder")
    return parser


def _moment(stated: str) -> datetime:
    moment = datetime.fromisoformat(stated)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("needs an offset, as in 2026-07-17T06:00:00Z")
    return moment


if __name__ == "__main__":
    sys.exit(main())
