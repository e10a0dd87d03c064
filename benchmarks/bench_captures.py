"""What captures of real pages cost, beside WARC.gz (warcio) in the same run.

    python benchmarks/bench_captures.py ../shared/corpora [--pages 80] [--store database|files]

Second captures: a page with one paragraph rewritten and 15 % of its ids, tokens and timestamps
changed (each occurrence of a token alike). Full chains: 64 looks at a page, each with new churn on
top of the last, every eighth with another paragraph. First captures: the last pages of a site after
its others. Wall time is the median; on a busy machine the CPU time says more.
"""

import argparse
import gzip
import hashlib
import io
import json
import random
import re
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event, insert
from sqlalchemy.orm import Session
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from config.clock import SystemClock
from db import engine as engines
from db.captures import CaptureStore, NewBody, open_store
from db.captures.frames import CHAIN
from db.models import Base, Site

SMALLEST = 120_000
"""Pages under this size are left out of the second captures: the goal is stated for large ones."""

USUAL = 367_000

TOKEN = re.compile(
    rb"(?<![\w+/=.-])(?:[0-9a-f]{8,40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{9,19}"
    rb"|(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9_]{8,40}"
    rb"|\d{4}-\d\d-\d\dT[\d:.]+Z?)(?![\w+/=-])"
)
PARAGRAPH = re.compile(rb"<p[ >][^<]*>?[^<]{120,}", re.IGNORECASE)


class Room:
    """A fresh archive's database in a folder of its own, and a store."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._spec = "database" if kind == "database" else f"files:{folder}/packs"
        self.engine = engines.open_engine(
            engines.parse_address(f"sqlite:///{folder}/archive.sqlite3")
        )

        @event.listens_for(self.engine, "connect")
        def use_wal(connection: object, _record: object) -> None:
            connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[attr-defined]

        with engines.writer(self.engine) as connection:
            Base.metadata.create_all(connection)
        self.store = open_store(self._spec)
        self._site_count = 0

    def new_site(self) -> int:
        self._site_count += 1
        values = {
            "id": self._site_count,
            "name": f"site-{self._site_count}",
            "title": "",
            "home": "http://127.0.0.1/",
            "is_ad_hoc": True,
            "added_at": SystemClock().now(),
            "failure_count": 0,
        }
        with engines.writer(self.engine) as connection:
            connection.execute(insert(Site), values)
        return self._site_count

    def with_nothing_at_hand(self) -> CaptureStore:
        return open_store(self._spec)

    @contextmanager
    def write(self) -> Iterator[Session]:
        with engines.writer(self.engine) as connection, Session(connection) as session:
            yield session

    def stored_bytes(self) -> int:
        with Session(self.engine) as session:
            return self.store.stat(session)["stored_bytes"]

    def close(self) -> None:
        self.store.close()
        self.engine.dispose()


class Timer:
    """Milliseconds of calls."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    @contextmanager
    def one(self, *, of: int = 1) -> Iterator[None]:
        """Time what happens in the block; `of` so many alike."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall.append((time.perf_counter() - wall) * 1000 / of)
        self.cpu.append((time.process_time() - cpu) * 1000 / of)

    def __str__(self) -> str:
        return (
            f"{statistics.median(self.wall):.2f} ms wall (mean {statistics.mean(self.wall):.2f}), "
            f"CPU {statistics.median(self.cpu):.2f} (mean {statistics.mean(self.cpu):.2f})"
        )


def churned(body: bytes, *, seed: int, share: float = 0.15) -> bytes:
    """The page with so large a share of its ids, tokens and timestamps replaced by others."""
    source = random.Random(seed)
    become: dict[bytes, bytes] = {}

    def other(match: re.Match[bytes]) -> bytes:
        token = match.group()
        if token not in become:
            changes = source.random() < share
            become[token] = bytes(_other(byte, source) for byte in token) if changes else token
        return become[token]

    return TOKEN.sub(other, body)


def _other(byte: int, source: random.Random) -> int:
    for first, count in ((48, 10), (97, 6), (103, 20), (65, 26)):
        if first <= byte < first + count:
            return first + source.randrange(count)
    return byte


def rewritten(body: bytes, *, seed: int) -> bytes:
    """The page with half the words of one paragraph replaced by others of it."""
    source = random.Random(seed)
    found = list(PARAGRAPH.finditer(body))
    if not found:
        return body
    match = source.choice(found)
    words = match.group().split(b" ")
    new = [
        source.choice(words[1:]) if at and source.random() < 0.5 else word
        for at, word in enumerate(words)
    ]
    return body[: match.start()] + b" ".join(new) + body[match.end() :]


def warc_gz(body: bytes) -> int:
    """Bytes of the body as a response record of a WARC.gz."""
    buffer = io.BytesIO()
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    writer = WARCWriter(buffer, gzip=True)
    writer.write_record(
        writer.create_warc_record(
            "http://127.0.0.1/", "response", payload=io.BytesIO(body), http_headers=headers
        )
    )
    return len(buffer.getvalue())


def bench_second(room: Room, pages: Sequence[bytes]) -> None:
    firsts: list[bytes] = []
    sites = [room.new_site() for _ in pages]
    for site_id, body in zip(sites, pages, strict=True):
        with room.write() as session:
            firsts.append(room.store.put(session, body, site_id=site_id))
    seconds = [
        churned(rewritten(body, seed=seed), seed=seed + 1) for seed, body in enumerate(pages)
    ]
    writing, reading, warcing = Timer(), Timer(), Timer()
    sizes, warcs, digests = [], [], []
    for site_id, near, body in zip(sites, firsts, seconds, strict=True):
        before = room.stored_bytes()
        with room.write() as session, writing.one():
            digests.append(room.store.put(session, body, near=[near], site_id=site_id))
        sizes.append(room.stored_bytes() - before)
        with warcing.one():
            warcs.append(warc_gz(body))
    for sha256, body in zip(digests, seconds, strict=True):
        with Session(room.engine) as session, reading.one():
            assert room.store.get(session, sha256) == body
    batched = Timer()
    thirds = [churned(body, seed=seed + 7) for seed, body in enumerate(seconds)]
    for start in range(0, len(thirds), 20):
        span = slice(start, start + 20)
        batch = [
            NewBody(body, site_id=site_id, near=[near])
            for body, site_id, near in zip(thirds[span], sites[span], digests[span], strict=True)
        ]
        with batched.one(of=len(batch)), room.write() as session:
            room.store.put_many(session, batch)
    mean_page = statistics.mean(map(len, pages))
    mean, warc = statistics.mean(sizes), statistics.mean(warcs)
    print(f"\nSecond captures: {len(pages)} pages of {mean_page:,.0f} bytes on average")
    middle, most = statistics.median(sizes), max(sizes)
    print(f"  stored       {mean:,.0f} bytes (median {middle:,.0f}, max {most:,})")
    print(f"  WARC.gz      {warc:,.0f} bytes: {warc / mean:.0f} times as much; {warcing}")
    print(f"  put          {writing}")
    print(f"  put_many     {batched} a capture, 20 at a time with the commit (third captures)")
    print(f"  get          {reading}")


def bench_chains(room: Room, pages: Sequence[bytes]) -> None:
    per_look: dict[int, list[int]] = defaultdict(list)
    writing, reading, cold = Timer(), Timer(), Timer()
    warcs: list[int] = []
    for number, first in enumerate(pages):
        site_id, body, near = room.new_site(), first, b""
        for look in range(CHAIN):
            if look:
                body = churned(body, seed=number * 1000 + look)
            if look % 8 == 1:
                body = rewritten(body, seed=look)
            before = room.stored_bytes()
            timer = writing if look == CHAIN - 1 else Timer()
            with room.write() as session, timer.one():
                near = room.store.put(session, body, near=[near], site_id=site_id)
            per_look[look].append(room.stored_bytes() - before)
        warcs.append(warc_gz(body))
        for _ in range(5):
            with Session(room.engine) as session, reading.one():
                assert room.store.get(session, near) == body
        stranger = room.with_nothing_at_hand()
        with Session(room.engine) as session, cold.one():
            assert stranger.get(session, near) == body
        stranger.close()
    later = [size for look, sizes in per_look.items() if look for size in sizes]
    everything = [size for sizes in per_look.values() for size in sizes]
    size = statistics.mean(map(len, pages))
    print(
        f"\nFull chains: {len(pages)} pages of {size:,.0f} bytes, {CHAIN} looks each, churn upon churn"
    )
    print(f"  a later capture      {statistics.mean(later):,.0f} bytes")
    mean, warc = statistics.mean(everything), statistics.mean(warcs)
    print(f"  any capture          {mean:,.0f} bytes, full frames included; WARC.gz {warc:,.0f}")
    print(f"  put at the end       {writing}")
    print(f"  get at the end       {reading}")
    print(f"  get, nothing at hand {cold}")


def bench_first(room: Room, name: str, pages: Sequence[bytes]) -> tuple[float, float]:
    """Prints and returns the last pages' stored bytes and WARC.gz as shares of their HTML."""
    site_id = room.new_site()
    last = 5 if len(pages) > 12 else 1
    writing, reading, cold = Timer(), Timer(), Timer()
    size = stored = warc = 0
    for at, body in enumerate(pages):
        before = room.stored_bytes()
        is_last = at >= len(pages) - last
        with room.write() as session, (writing if is_last else Timer()).one():
            sha256 = room.store.put(session, body, site_id=site_id)
        if not is_last:
            continue
        size += len(body)
        stored += room.stored_bytes() - before
        warc += warc_gz(body)
        with Session(room.engine) as session, reading.one():
            assert room.store.get(session, sha256) == body
        stranger = room.with_nothing_at_hand()
        with Session(room.engine) as session, cold.one():
            assert stranger.get(session, sha256) == body
        stranger.close()
    print(
        f"  {name:27} {len(pages):3} pages of {statistics.mean(map(len, pages)):9,.0f}  "
        f"{stored / size:6.1%}  WARC.gz {warc / size:6.1%}  put {_wall(writing)}  "
        f"get {_wall(reading)}  nothing at hand {_wall(cold)} ms"
    )
    return stored / size, warc / size


def _wall(timer: Timer) -> str:
    return f"{statistics.median(timer.wall):5.2f}"


def _read(path: Path) -> bytes:
    with gzip.open(path) as file:
        return file.read()


def large_pages(corpora: Path, *, count: int) -> list[bytes]:
    """Pages of many sites, the same in every run: in the order of their names' digests."""
    names = ("fundus", "np4k424_clean", "aeb")
    paths = [path for name in names for path in (corpora / "pages" / name).glob("*.html.gz")]
    paths.sort(key=lambda path: hashlib.sha256(path.name.encode()).digest())
    pages = (_read(path) for path in paths)
    large = (body for body in pages if len(body) >= SMALLEST)
    return [body for body, _ in zip(large, range(count), strict=False)]


def usual_pages(pages: Sequence[bytes], *, count: int) -> list[bytes]:
    """Those whose size is nearest to what the goal is stated for."""
    return sorted(pages, key=lambda body: abs(len(body) - USUAL))[:count]


def sites_of_many(corpora: Path) -> dict[str, list[bytes]]:
    """The corpus of many pages a site: each site's pages of one year, by name."""
    groups: dict[str, list[bytes]] = defaultdict(list)
    rows = (corpora / "truth" / "many_a_site.jsonl").read_text().splitlines()
    for row in sorted(map(json.loads, rows), key=lambda row: str(row["id"])):
        path = corpora / "pages" / "many_a_site" / f"{row['id']}.html.gz"
        groups[f"{row['site']} {row['year']}"].append(_read(path))
    return groups


def sites_of_few(corpora: Path, *, at_least: int = 5) -> dict[str, list[bytes]]:
    """Sites that have several pages among the other corpora."""
    groups: dict[str, list[bytes]] = defaultdict(list)
    for name in ("fundus", "fundus_hist", "np4k424_clean", "wcxb_article", "aeb"):
        for line in (corpora / "truth" / f"{name}.jsonl").read_text().splitlines():
            row = json.loads(line)
            path = corpora / "pages" / name / f"{row['id']}.html.gz"
            groups[row["site"] or row["host"]].append(_read(path))
    return {site: pages for site, pages in groups.items() if len(pages) >= at_least}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--pages", type=int, default=80)
    parser.add_argument("--chains", type=int, default=10)
    parser.add_argument("--store", choices=("database", "files"), default="database")
    given = parser.parse_args()
    pages = large_pages(given.corpora, count=given.pages)
    with opened(given.store) as room:
        bench_second(room, pages)
    with opened(given.store) as room:
        bench_chains(room, usual_pages(pages, count=given.chains))
    for title, groups in (
        ("the last five pages of sites of many", sites_of_many(given.corpora)),
        ("the last page of sites of a few, of several years", sites_of_few(given.corpora)),
    ):
        print(f"\nFirst captures: {title}, as a share of the HTML")
        shares: list[tuple[float, float]] = []
        for name, group in groups.items():
            with opened(given.store) as room:
                shares.append(bench_first(room, name, group))
        ours, warc = (statistics.mean(share[at] for share in shares) for at in (0, 1))
        print(f"  {'mean':27} {'':22}  {ours:6.1%}  WARC.gz {warc:6.1%}")


@contextmanager
def opened(kind: str) -> Iterator[Room]:
    """A room whose folder is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bench-captures-"))
    room = Room(folder, kind)
    try:
        yield room
    finally:
        room.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
