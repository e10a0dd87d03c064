"""What every capture store promises, in the database and in files."""

import hashlib
import os
import random
import runpy
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, pairwise
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from config.clock import SystemClock
from db import engine as engines
from db.captures import (
    CaptureDamaged,
    CaptureMissing,
    CaptureStore,
    CaptureTooLarge,
    NewBody,
    codec,
    open_store,
)
from db.captures.dictionaries import LIMIT
from db.captures.frames import CHAIN, MAX_DEPTH
from db.errors import ArchiveUnwritable
from db.models import Base, Dictionary, Frame, Site

HERE = Path(__file__).parent
page: Callable[..., bytes] = runpy.run_path(str(HERE / "capture_pages.py"))["page"]


class Room:
    """A database with the archive's tables and three sites: all that a capture store needs."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = engines.open_engine(engines.parse_address(url))
        with engines.writer(self.engine) as connection:
            Base.metadata.create_all(connection)
            connection.execute(insert(Site), [_site(number) for number in (1, 2, 3)])

    @contextmanager
    def write(self) -> Iterator[Session]:
        with engines.writer(self.engine) as connection, Session(connection) as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.engine) as session:
            yield session


def _site(number: int) -> dict[str, object]:
    return {
        "id": number,
        "name": f"site-{number}",
        "title": "The Invented Herald",
        "home": "http://127.0.0.1/",
        "is_ad_hoc": False,
        "added_at": SystemClock().now(),
        "failure_count": 0,
    }


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    opened = Room(f"sqlite:///{tmp_path}/archive.sqlite3")
    yield opened
    opened.engine.dispose()


@pytest.fixture(params=["database", "files"])
def spec(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "database" if request.param == "database" else f"files:{tmp_path}/packs"


@pytest.fixture
def store(spec: str) -> Iterator[CaptureStore]:
    opened = open_store(spec)
    yield opened
    opened.close()


def keep(
    room: Room, store: CaptureStore, body: bytes, *, near: Sequence[bytes] = (), site_id: int = 1
) -> bytes:
    with room.write() as session:
        return store.put(session, body, near=near, site_id=site_id)


def body_of(room: Room, store: CaptureStore, sha256: bytes) -> bytes:
    with room.read() as session:
        return store.get(session, sha256)


def frame_of(room: Room, sha256: bytes) -> Frame:
    with room.read() as session:
        return session.scalars(select(Frame).where(Frame.sha256 == sha256)).one()


def chain_of(room: Room, store: CaptureStore, *, looks: int, article: int = 1) -> list[bytes]:
    """The digests of so many looks at one article, each with the one before as its near."""
    digests: list[bytes] = []
    for look in range(looks):
        digests.append(keep(room, store, page(article, look=look), near=digests[-1:]))
    return digests


def damage(room: Room, spec: str, frame: Frame) -> None:
    """Change one byte in the middle of a frame's stored bytes."""
    if frame.pack is None:
        assert frame.data is not None
        spoilt = bytearray(frame.data)
        spoilt[len(spoilt) // 2] ^= 0x55
        with room.write() as session:
            session.execute(
                update(Frame).where(Frame.sha256 == frame.sha256).values(data=bytes(spoilt))
            )
        return
    assert frame.pack_offset is not None
    at = frame.pack_offset + 44 + frame.stored_size // 2
    with (Path(spec.partition(":")[2]) / f"{frame.pack:06}.pack").open("r+b") as file:
        file.seek(at)
        old = file.read(1)
        file.seek(at)
        file.write(bytes([old[0] ^ 0x55]))


# what comes out is what went in


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0",
        b"a" * 63,
        random.Random(1).randbytes(50_000),
        b"\x28\xb5\x2f\xfd not a frame",
        page(1),
    ],
    ids=["empty", "one byte", "small", "random", "like a frame", "page"],
)
def test_a_body_comes_back_as_it_was(room: Room, store: CaptureStore, body: bytes) -> None:
    sha256 = keep(room, store, body)
    assert sha256 == hashlib.sha256(body).digest()
    assert body_of(room, store, sha256) == body


def test_a_body_of_20_mb_and_its_successor_come_back(room: Room, store: CaptureStore) -> None:
    source = random.Random(1)
    body = b"".join(b"%x story %d\n" % (source.getrandbits(300), n) for n in range(260_000))
    assert len(body) > 20 << 20
    successor = body[:100] + b"a new paragraph" + body[100:]
    first = keep(room, store, body)
    second = keep(room, store, successor, near=[first])
    assert body_of(room, store, second) == successor
    assert frame_of(room, second).kind == "delta"
    assert frame_of(room, second).stored_size < len(body) // 50


def test_a_body_beyond_the_limit_is_refused(room: Room, store: CaptureStore) -> None:
    with pytest.raises(CaptureTooLarge, match="the limit is"):
        keep(room, store, bytes(codec.MAX_BODY + 1))


def test_a_body_that_is_there_already_costs_nothing(room: Room, store: CaptureStore) -> None:
    sha256 = keep(room, store, page(1))
    with room.read() as session:
        before = store.stat(session)
    assert keep(room, store, page(1)) == sha256
    assert keep(room, store, page(1), near=[sha256], site_id=2) == sha256
    with room.read() as session:
        assert store.stat(session) == before
    assert before["frames"] == 1
    assert before["body_bytes"] == len(page(1))
    assert 0 < before["stored_bytes"] < before["body_bytes"]


def test_a_batch_is_the_same_as_one_after_the_other(room: Room, store: CaptureStore) -> None:
    looks = [page(1, look=look) for look in range(9)]
    digests = [hashlib.sha256(body).digest() for body in looks]
    bodies = [
        NewBody(body, site_id=1, near=digests[max(0, at - 1) : at]) for at, body in enumerate(looks)
    ]
    with room.write() as session:
        assert store.put_many(session, [*bodies, bodies[0], *bodies]) == [
            *digests,
            digests[0],
            *digests,
        ]
    assert [body_of(room, store, sha256) for sha256 in digests] == looks
    assert [frame_of(room, sha256).kind for sha256 in digests] == ["plain"] + ["delta"] * 8


def test_an_empty_batch_is_nothing(room: Room, store: CaptureStore) -> None:
    with room.write() as session:
        assert store.put_many(session, []) == []


def test_what_was_rolled_back_is_not_there(room: Room, store: CaptureStore) -> None:
    def keep_and_fail() -> None:
        with room.write() as session:
            for article in range(6):
                store.put(session, page(article), site_id=1)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        keep_and_fail()
    with room.read() as session, pytest.raises(CaptureMissing):
        store.get(session, hashlib.sha256(page(1)).digest())
    # not even the dictionary that the store has at hand
    digests = [keep(room, store, page(article)) for article in range(20, 26)]
    for article, sha256 in enumerate(digests, 20):
        assert body_of(room, store, sha256) == page(article)


# it costs little


def test_a_second_capture_costs_what_is_new(room: Room, store: CaptureStore) -> None:
    first, second = chain_of(room, store, looks=2)
    assert frame_of(room, second).kind == "delta"
    assert frame_of(room, second).stored_size < 1500
    assert frame_of(room, second).base_sha256 == first


def test_a_near_that_is_unknown_is_passed_over(room: Room, store: CaptureStore) -> None:
    first = keep(room, store, page(1))
    second = keep(room, store, page(1, look=1), near=[b"?" * 32, first])
    assert frame_of(room, second).base_sha256 == first


def test_a_near_that_is_not_like_it_is_not_used(room: Room, store: CaptureStore) -> None:
    noise = keep(room, store, random.Random(2).randbytes(40_000))
    sha256 = keep(room, store, page(1), near=[noise])
    assert frame_of(room, sha256).kind == "plain"


def test_a_redesigned_page_begins_a_chain_of_its_own(room: Room, store: CaptureStore) -> None:
    digests = chain_of(room, store, looks=3)
    redesigned = page(900, size=60_000)[::-1]
    fourth = keep(room, store, redesigned, near=digests[-1:])
    fifth = keep(room, store, redesigned + b"<p>more</p>", near=[fourth])
    assert frame_of(room, fourth).position == 0
    assert frame_of(room, fifth).position == 1
    assert frame_of(room, fifth).stored_size < 200


def test_later_pages_of_a_site_cost_less_than_its_first(room: Room, store: CaptureStore) -> None:
    digests = [keep(room, store, page(article)) for article in range(12)]
    first, last = frame_of(room, digests[0]), frame_of(room, digests[-1])
    assert (first.kind, last.kind) == ("plain", "dictionary")
    assert last.stored_size < first.stored_size * 0.8
    for article, sha256 in enumerate(digests):
        assert body_of(room, store, sha256) == page(article)


def test_sites_do_not_share_dictionaries(room: Room, store: CaptureStore) -> None:
    for article in range(6):
        keep(room, store, page(article), site_id=1)
    assert frame_of(room, keep(room, store, page(50), site_id=2)).kind == "plain"


def test_a_body_unlike_its_site_is_kept_alone(room: Room, store: CaptureStore) -> None:
    for article in range(6):
        keep(room, store, page(article))
    noise = random.Random(3).randbytes(30_000)
    sha256 = keep(room, store, noise)
    assert frame_of(room, sha256).kind == "plain"
    assert body_of(room, store, sha256) == noise


def test_a_dictionary_grows_until_it_is_full_and_then_stays(
    room: Room, store: CaptureStore, spec: str
) -> None:
    digests = [keep(room, store, page(article, size=60_000)) for article in range(50)]
    with room.read() as session:
        sizes = list(session.scalars(select(Dictionary.size).order_by(Dictionary.generation)))
    assert all(new >= 2 * old for old, new in pairwise(sizes[:-1]))
    assert len(sizes) == 3
    assert LIMIT * 3 // 4 < sizes[-1] <= LIMIT
    stranger = open_store(spec)  # with nothing at hand
    for article, sha256 in enumerate(digests):
        assert body_of(room, stranger, sha256) == page(article, size=60_000)
    stranger.close()


def test_a_redesigned_site_gets_a_dictionary_of_its_new_pages(
    room: Room, store: CaptureStore
) -> None:
    for article in range(6):
        keep(room, store, page(article))
    redesigned = [page(article)[::-1] for article in range(100, 110)]
    digests = [keep(room, store, body) for body in redesigned]
    assert frame_of(room, digests[0]).kind == "plain"
    assert frame_of(room, digests[-1]).kind == "dictionary"
    assert body_of(room, store, digests[-1]) == redesigned[-1]
    with room.read() as session:
        assert session.scalar(select(func.max(Dictionary.generation))) == 2


def test_a_thousand_captures_of_a_link_are_decoded_in_few_steps(
    room: Room, store: CaptureStore
) -> None:
    digests: list[bytes] = []
    for start in range(0, 1000, 50):
        bodies: list[NewBody] = []
        for look in range(start, start + 50):
            body = page(1, look=look, size=6_000)
            bodies.append(NewBody(body, site_id=1, near=digests[-1:]))
            digests.append(hashlib.sha256(body).digest())
        with room.write() as session:
            store.put_many(session, bodies)
    with room.read() as session:
        rows = session.execute(select(Frame.sha256, Frame.kind, Frame.base_sha256))
        base = {row.sha256: row.base_sha256 if row.kind == "delta" else None for row in rows}

    def depth(sha256: bytes) -> int:
        steps, at = 0, base[sha256]
        while at is not None:
            steps, at = steps + 1, base[at]
        return steps

    depths = [depth(sha256) for sha256 in digests]
    assert max(depths) == 6
    assert depths.count(0) == -(-1000 // CHAIN)
    for look in (0, 62, 63, 64, 511, 998, 999):
        assert body_of(room, store, digests[look]) == page(1, look=look, size=6_000)


# damage


def test_damage_is_noticed_and_names_the_capture_alone(
    room: Room, store: CaptureStore, spec: str
) -> None:
    digests = [keep(room, store, page(article), site_id=article) for article in (1, 2, 3)]
    damage(room, spec, frame_of(room, digests[1]))
    with pytest.raises(CaptureDamaged) as caught:
        body_of(room, store, digests[1])
    assert caught.value.sha256 == caught.value.frame_sha256 == digests[1]
    assert digests[1].hex() in str(caught.value)
    assert digests[0].hex() not in str(caught.value)
    assert body_of(room, store, digests[0]) == page(1)
    assert body_of(room, store, digests[2]) == page(3)


def test_a_capture_on_a_damaged_base_names_both(room: Room, store: CaptureStore, spec: str) -> None:
    digests = chain_of(room, store, looks=4)
    damage(room, spec, frame_of(room, digests[2]))
    with pytest.raises(CaptureDamaged) as caught:
        body_of(room, store, digests[3])
    assert caught.value.sha256 == digests[3]
    assert caught.value.frame_sha256 == digests[2]
    assert body_of(room, store, digests[1]) == page(1, look=1)


def test_a_frame_with_the_bytes_of_another_is_damaged(room: Room) -> None:
    store = open_store("database")
    first, second = (keep(room, store, page(number), site_id=number) for number in (1, 2))
    third = keep(room, store, page(1, look=1), near=[first])
    other = frame_of(room, second)
    with room.write() as session:
        session.execute(
            update(Frame)
            .where(Frame.sha256 == first)
            .values(data=other.data, size=other.size, stored_size=other.stored_size)
        )
    for sha256 in (first, third):
        with pytest.raises(CaptureDamaged) as caught:
            body_of(room, store, sha256)
        assert (caught.value.sha256, caught.value.frame_sha256) == (sha256, first)


def test_a_page_of_the_dictionary_that_is_damaged_is_named(
    room: Room, store: CaptureStore, spec: str
) -> None:
    digests = [keep(room, store, page(article)) for article in range(6)]
    assert frame_of(room, digests[5]).kind == "dictionary"
    damage(room, spec, frame_of(room, digests[1]))
    stranger = open_store(spec)
    with pytest.raises(CaptureDamaged) as caught:
        body_of(room, stranger, digests[5])
    stranger.close()
    assert (caught.value.sha256, caught.value.frame_sha256) == (digests[5], digests[1])


def test_damage_does_not_stop_the_archive(room: Room, store: CaptureStore, spec: str) -> None:
    digests = [keep(room, store, page(article)) for article in range(6)]
    for sha256 in digests:
        damage(room, spec, frame_of(room, sha256))
    stranger = open_store(spec)
    on_damaged = keep(room, stranger, page(1, look=1), near=[digests[1]])
    of_the_site = keep(room, stranger, page(99))
    assert body_of(room, stranger, on_damaged) == page(1, look=1)
    assert body_of(room, stranger, of_the_site) == page(99)
    stranger.close()


def test_an_unknown_digest_is_missing(room: Room, store: CaptureStore) -> None:
    with pytest.raises(CaptureMissing) as caught:
        body_of(room, store, b"?" * 32)
    assert caught.value.sha256 == b"?" * 32


def test_a_missing_base_is_named(room: Room, store: CaptureStore) -> None:
    digests = chain_of(room, store, looks=2)
    with room.write() as session:
        session.execute(delete(Frame).where(Frame.sha256 == digests[0]))
    with pytest.raises(CaptureMissing) as caught:
        body_of(room, store, digests[1])
    assert (caught.value.sha256, caught.value.frame_sha256) == (digests[1], digests[0])


def test_a_missing_dictionary_is_named(room: Room, store: CaptureStore, spec: str) -> None:
    digests = [keep(room, store, page(article)) for article in range(6)]
    dictionary = frame_of(room, digests[5]).base_sha256
    with room.write() as session:
        session.execute(delete(Dictionary))
    stranger = open_store(spec)
    with pytest.raises(CaptureMissing) as caught:
        body_of(room, stranger, digests[5])
    stranger.close()
    assert (caught.value.sha256, caught.value.frame_sha256) == (digests[5], dictionary)


def test_frames_that_name_each_other_end(room: Room, store: CaptureStore) -> None:
    first, second, _ = chain_of(room, store, looks=3)
    with room.write() as session:
        session.execute(
            update(Frame).where(Frame.sha256 == first).values(kind="delta", base_sha256=second)
        )
    with pytest.raises(CaptureMissing):
        body_of(room, store, second)
    # and a new capture is kept all the same
    body = page(1, look=9)
    assert body_of(room, store, keep(room, store, body, near=[second])) == body


# processes and threads


def _child(room: Room, spec: str, *, first: int, count: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(HERE / "capture_child.py"), room.url, spec, str(first), str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_process_killed_between_puts_loses_nothing_that_was_committed(
    room: Room, store: CaptureStore, spec: str
) -> None:
    committed: list[bytes] = []
    for first in (100, 100):  # the second child meets what the first has left
        with _child(room, spec, first=first, count=100_000) as child:
            assert child.stdout is not None
            committed += [bytes.fromhex(line) for line in islice(child.stdout, 20)]
            child.kill()
            committed += [bytes.fromhex(line) for line in child.stdout if len(line) == 65]
    for sha256 in committed:
        assert hashlib.sha256(body_of(room, store, sha256)).digest() == sha256
    after = keep(room, store, page(7))
    assert body_of(room, store, after) == page(7)


def test_two_processes_that_keep_the_same_bodies_keep_them_once(
    room: Room, store: CaptureStore, spec: str
) -> None:
    children = [_child(room, spec, first=1, count=40) for _ in range(2)]
    said = [set(child.communicate(timeout=60)[0].split()) for child in children]
    assert [child.returncode for child in children] == [0, 0]
    assert said[0] == said[1]
    with room.read() as session:
        assert store.stat(session)["frames"] == len(said[0])
    for line in said[0]:
        assert hashlib.sha256(body_of(room, store, bytes.fromhex(line))).hexdigest() == line


def test_threads_share_a_store(room: Room, store: CaptureStore) -> None:
    digests = [keep(room, store, page(article)) for article in range(8)]
    digests += chain_of(room, store, looks=8, article=60)
    wrong: list[bytes] = []

    def read_all() -> None:
        wrong.extend(
            sha256
            for sha256 in digests
            if hashlib.sha256(body_of(room, store, sha256)).digest() != sha256
        )

    threads = [threading.Thread(target=read_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for article in range(20, 26):
        keep(room, store, page(article))
    for thread in threads:
        thread.join()
    assert wrong == []


# which store


def test_an_unknown_store_is_refused_with_the_known_ones() -> None:
    for spec in ("", "files", "files:", "s3:bucket"):
        with pytest.raises(ValueError, match="use database, or files:FOLDER"):
            open_store(spec)


def test_a_relative_folder_is_relative_to_the_home(room: Room, tmp_path: Path) -> None:
    store = open_store("files:captures", home=tmp_path)
    keep(room, store, page(1))
    store.close()
    assert [path.name for path in (tmp_path / "captures").iterdir()] == ["000001.pack"]


def test_a_file_store_reads_what_was_kept_in_the_database(room: Room, tmp_path: Path) -> None:
    in_database, in_files = open_store("database"), open_store(f"files:{tmp_path}/packs")
    first = keep(room, in_database, page(1))
    second = keep(room, in_files, page(1, look=1), near=[first])
    assert frame_of(room, second).kind == "delta"
    assert body_of(room, in_files, second) == page(1, look=1)
    with pytest.raises(CaptureMissing, match="files:FOLDER"):
        body_of(room, in_database, second)
    in_files.close()


# files


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    return tmp_path / "packs"


def test_a_torn_end_is_left_alone_and_not_built_upon(room: Room, packs: Path) -> None:
    store = open_store(f"files:{packs}")
    first = keep(room, store, page(1))
    store.close()
    with (packs / "000001.pack").open("ab") as file:
        file.write(b"rec1 half a record")
    before = (packs / "000001.pack").read_bytes()
    second = keep(room, store, page(2))
    store.close()
    assert (packs / "000001.pack").read_bytes() == before
    assert frame_of(room, second).pack == 2
    assert body_of(room, store, first) == page(1)
    assert body_of(room, store, second) == page(2)


@pytest.mark.parametrize("left", [0, 5, 14, 20, -1, -30])
def test_a_pack_that_was_cut_anywhere_is_not_in_the_way(room: Room, packs: Path, left: int) -> None:
    store = open_store(f"files:{packs}")
    first = keep(room, store, page(1))
    store.close()
    whole = (packs / "000001.pack").stat().st_size
    os.truncate(packs / "000001.pack", left if left >= 0 else whole + left)
    second = keep(room, store, page(2))
    assert body_of(room, store, second) == page(2)
    if left == -1:  # the record's own bytes are there
        assert body_of(room, store, first) == page(1)
    else:
        with pytest.raises(CaptureDamaged, match=r"ends within its record|another record"):
            body_of(room, store, first)
    store.close()


def test_a_pack_is_taken_up_again_by_the_next_process(room: Room, packs: Path) -> None:
    for article in (1, 2, 3):
        store = open_store(f"files:{packs}")
        keep(room, store, page(article))
        store.close()
    assert [path.name for path in packs.iterdir()] == ["000001.pack"]


def test_two_stores_never_write_to_one_pack(room: Room, packs: Path) -> None:
    stores = [open_store(f"files:{packs}") for _ in range(2)]
    digests = [keep(room, store, page(number)) for number, store in enumerate(stores)]
    assert {frame_of(room, sha256).pack for sha256 in digests} == {1, 2}
    for number, store in enumerate(stores):
        assert body_of(room, store, digests[1 - number]) == page(1 - number)
        store.close()


def test_a_pack_that_is_gone_is_named(room: Room, packs: Path) -> None:
    store = open_store(f"files:{packs}")
    sha256 = keep(room, store, page(1))
    store.close()
    (packs / "000001.pack").unlink()
    with pytest.raises(CaptureMissing, match=r"no pack file .*000001\.pack"):
        body_of(room, store, sha256)


def test_a_folder_that_cannot_be_made_is_said_in_words(room: Room, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file")
    store = open_store(f"files:{tmp_path}/occupied/packs")
    with pytest.raises(ArchiveUnwritable, match="captures cannot be written to"):
        keep(room, store, page(1))


def test_chains_fit_the_limit_of_steps() -> None:
    assert (CHAIN - 1).bit_count() <= MAX_DEPTH
