"""What one round over many sites costs that have nothing new: CPU of the daemon and its crawls, and peak memory.

    python benchmarks/bench_quiet_sites.py [--sites 1000] [--rounds 1] [--archive postgresql://…]

A server in a process of its own plays every site, each at a loopback address of its own: a robots.txt, a feed that
answers 304 to who knows it, and two articles that are not due. A first round fills the archive. Then `morgue up`
runs with the clock two hours later, until it has told of every site, and is asked to stop. CPU is what the system
counted for the daemon and all its descendants; memory is the largest sum of their shares (PSS), looked at five times
a second. The daemon's start and its ticks are in it.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measure import waited, watched

STORY = (
    "<html><head><title>The harbour opens {n}</title></head><body><article><h1>The harbour opens {n}</h1>{text}"
    "</article></body></html>"
)
PARAGRAPH = "<p>The harbour of town {n} opened again on Monday, as its master said, after {k} days of storm.</p>"
SITE = """\
name: {name}
title: Town {n} Courier
home: {base}/
sources: [{{feed: "{base}/feed.xml"}}]
schedule: {{every: 1h, revisit: {{400d: 300d}}}}
politeness: {{delay: 0s, allow_private_addresses: true}}
"""


@dataclass(frozen=True)
class Round:
    """What a round cost."""

    cpu_s: float
    peak_mb: float
    wall_s: float
    crawls: int
    requests: dict[str, int]


class Towns(asyncio.Protocol):
    """Answers for every site, told apart by the address that it is asked at."""

    counts: dict[str, int] = {}  # noqa: RUF012

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A crawl has come."""
        self._transport = transport
        host, port = transport.get_extra_info("sockname")[:2]
        self._base = f"http://{host}:{port}"
        self._waiting = b""

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            self._answer(head.decode("latin-1"))

    def _answer(self, head: str) -> None:
        path = head.split(" ", 2)[1]
        self.counts[path] = self.counts.get(path, 0) + 1
        if path == "/counts":
            self._send(json.dumps(self.counts), "application/json")
            self.counts.clear()
        elif "if-none-match:" in head.lower():
            self._transport.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')  # type: ignore[attr-defined]
        elif path == "/robots.txt":
            self._send("User-agent: *\nDisallow: /private\n", "text/plain")
        elif path == "/feed.xml":
            links = "".join(f"<item><link>{self._base}/story-{n}</link></item>" for n in (1, 2))
            self._send(f"<rss><channel>{links}</channel></rss>", "application/rss+xml")
        else:
            n = self._base.rpartition(".")[2] + path[-1]
            text = "".join(PARAGRAPH.format(n=n, k=k) for k in range(8))
            self._send(STORY.format(n=n, text=text), "text/html")

    def _send(self, body: str, kind: str) -> None:
        raw = body.encode()
        head = f'HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(raw)}\r\nETag: "1"\r\n\r\n'
        self._transport.write(head.encode() + raw)  # type: ignore[attr-defined]


def serve(ports: "multiprocessing.Queue[int]") -> None:
    """The life of the server."""

    async def body() -> None:
        server = await asyncio.get_running_loop().create_server(Towns, "0.0.0.0", 0)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(body())


def counts(port: int) -> dict[str, int]:
    """What was asked for since the last time."""
    import urllib.request  # noqa: PLC0415

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/counts") as answer:
        found: dict[str, int] = json.load(answer)
    return found


def write_project(folder: Path, *, sites: int, port: int, archive: str | None) -> None:
    """Settings and site files."""
    address = archive or f"sqlite:///{folder}/archive.sqlite3"
    (folder / "morgue.yaml").write_text(f"archive_url: {address}\nlog_format: json\n")
    (folder / "sites").mkdir()
    for n in range(sites):
        name = f"town-{n}"
        base = f"http://127.1.{n // 250}.{n % 250 + 1}:{port}"
        (folder / "sites" / f"{name}.yaml").write_text(SITE.format(name=name, n=n, base=base))


def round_(folder: Path, *, sites: int, hours: float, port: int) -> Round:
    """Let a daemon crawl every site once."""
    counts(port)
    began = time.monotonic()
    env = {**os.environ, "MORGUE_CLOCK_OFFSET_S": str(3600 * hours)}
    command = [sys.executable, "-P", "-m", "morgue", "--config", str(folder / "morgue.yaml"), "up"]
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env) as daemon,
        watched(daemon.pid) as peak,
    ):
        told: set[str] = set()
        crawls = 0
        assert daemon.stderr is not None
        for line in daemon.stderr:
            event = json.loads(line) if line.startswith("{") else {}
            crawls += event.get("event") == "crawl_started"
            if event.get("event") in ("site_crawled", "site_failed"):
                told.add(event["site"])
                if len(told) == sites:
                    daemon.send_signal(signal.SIGTERM)
            if event.get("level") in ("warning", "error"):
                sys.stderr.write(line)
        cpu_s = waited(daemon)
    return Round(
        cpu_s=cpu_s,
        peak_mb=peak.mb,
        wall_s=time.monotonic() - began,
        crawls=crawls,
        requests=counts(port),
    )


def main() -> None:
    """Fill, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--archive")
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    ports = context.Queue()
    server = context.Process(target=serve, args=(ports,), daemon=True)
    server.start()
    port = ports.get()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_project(folder, sites=asked.sites, port=port, archive=asked.archive)
        for number in range(asked.rounds + 1):
            cost = round_(folder, sites=asked.sites, hours=2 * number, port=port)
            what = "a quiet round" if number else "the first round"
            sys.stdout.write(
                f"{what}: {asked.sites} sites, {cost.cpu_s:.1f} s CPU ({1000 * cost.cpu_s / asked.sites:.1f} ms each),"
                f" peak {cost.peak_mb:.0f} MB, {cost.wall_s:.0f} s, {cost.crawls} crawls, {cost.requests}\n"
            )
            sys.stdout.flush()
    server.terminate()


if __name__ == "__main__":
    main()
