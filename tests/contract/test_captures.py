"""What every capture store promises, in the database and in files."""

import hashlib
import random
import subprocess
import sys
import threading
from itertools import islice, pairwise
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from db.archive import Archive
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
from db.captures.frames import CHAIN
from db.models import Dictionary, Frame
from tests.contract.capture_pages import page
from tests.contract.capture_room import body_of, frame_of, keep

pytestmark = pytest.mark.parametrize(
    ("archive_url", "spec"),
    [
        pytest.param("sqlite", "database", id="sqlite"),
        pytest.param("sqlite", "files", id="files"),
        pytest.param("postgres", "database", id="postgres", marks=pytest.mark.postgres),
    ],
    indirect=True,
)

HERE = Path(__file__).parent


def chain_of(room: Archive, store: CaptureStore, *, looks: int, article: int = 1) -> list[bytes]:
    """The digests of so many looks at one article, each with the one before as its near."""
    digests: list[bytes] = []
    for look in range(looks):
        digests.append(keep(room, store, page(article, look=look), near=digests[-1:]))
    return digests


def damage(room: Archive, spec: str, frame: Frame) -> None:
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
def test_a_body_comes_back_as_it_was(room: Archive, store: CaptureStore, body: bytes) -> None:
    sha256 = keep(room, store, body)
    assert sha256 == hashlib.sha256(body).digest()
    assert body_of(room, store, sha256) == body


def test_a_body_of_20_mb_and_its_successor_come_back(room: Archive, store: CaptureStore) -> None:
    source = random.Random(1)
    body = b"".join(b"%x story %d\n" % (source.getrandbits(300), n) for n in range(260_000))
    assert len(body) > 20 << 20
    successor = body[:100] + b"a new paragraph" + body[100:]
    first = keep(room, store, body)
    second = keep(room, store, successor, near=[first])
    assert body_of(room, store, second) == successor
    assert frame_of(room, second).kind == "delta"
    assert frame_of(room, second).stored_size < len(body) // 50


def test_a_body_beyond_the_limit_is_refused(room: Archive, store: CaptureStore) -> None:
    with pytest.raises(CaptureTooLarge, match="the limit is"):
        keep(room, store, bytes(codec.MAX_BODY + 1))


def test_a_body_that_is_there_already_costs_nothing(room: Archive, store: CaptureStore) -> None:
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


def test_a_batch_is_the_same_as_one_after_the_other(room: Archive, store: CaptureStore) -> None:
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


def test_an_empty_batch_is_nothing(room: Archive, store: CaptureStore) -> None:
    with room.write() as session:
        assert store.put_many(session, []) == []


def test_what_was_rolled_back_is_not_there(room: Archive, store: CaptureStore) -> None:
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


def test_a_second_capture_costs_what_is_new(room: Archive, store: CaptureStore) -> None:
    first, second = chain_of(room, store, looks=2)
    assert frame_of(room, second).kind == "delta"
    assert frame_of(room, second).stored_size < 1500
    assert frame_of(room, second).base_sha256 == first


def test_a_near_that_is_unknown_is_passed_over(room: Archive, store: CaptureStore) -> None:
    first = keep(room, store, page(1))
    second = keep(room, store, page(1, look=1), near=[b"?" * 32, first])
    assert frame_of(room, second).base_sha256 == first


def test_a_near_that_is_not_like_it_is_not_used(room: Archive, store: CaptureStore) -> None:
    noise = keep(room, store, random.Random(2).randbytes(40_000))
    sha256 = keep(room, store, page(1), near=[noise])
    assert frame_of(room, sha256).kind == "plain"


def test_a_redesigned_page_begins_a_chain_of_its_own(room: Archive, store: CaptureStore) -> None:
    digests = chain_of(room, store, looks=3)
    redesigned = page(900, size=60_000)[::-1]
    fourth = keep(room, store, redesigned, near=digests[-1:])
    fifth = keep(room, store, redesigned + b"<p>more</p>", near=[fourth])
    assert frame_of(room, fourth).position == 0
    assert frame_of(room, fifth).position == 1
    assert frame_of(room, fifth).stored_size < 200


def test_later_pages_of_a_site_cost_less_than_its_first(room: Archive, store: CaptureStore) -> None:
    digests = [keep(room, store, page(article)) for article in range(12)]
    first, last = frame_of(room, digests[0]), frame_of(room, digests[-1])
    assert (first.kind, last.kind) == ("plain", "dictionary")
    assert last.stored_size < first.stored_size * 0.8
    for article, sha256 in enumerate(digests):
        assert body_of(room, store, sha256) == page(article)


def test_sites_do_not_share_dictionaries(room: Archive, store: CaptureStore) -> None:
    for article in range(6):
        keep(room, store, page(article), site_id=1)
    assert frame_of(room, keep(room, store, page(50), site_id=2)).kind == "plain"


def test_a_body_unlike_its_site_is_kept_alone(room: Archive, store: CaptureStore) -> None:
    for article in range(6):
        keep(room, store, page(article))
    noise = random.Random(3).randbytes(30_000)
    sha256 = keep(room, store, noise)
    assert frame_of(room, sha256).kind == "plain"
    assert body_of(room, store, sha256) == noise


def test_a_dictionary_grows_until_it_is_full_and_then_stays(
    room: Archive, store: CaptureStore, spec: str
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
    room: Archive, store: CaptureStore
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
    room: Archive, store: CaptureStore
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

    for look, sha256 in enumerate(digests):
        number = look % CHAIN
        expected = digests[look - (number & -number)] if number else None
        assert base[sha256] == expected
    depths = [depth(sha256) for sha256 in digests]
    assert max(depths) == 6
    assert depths.count(0) == -(-1000 // CHAIN)
    for look in (0, 62, 63, 64, 511, 998, 999):
        assert body_of(room, store, digests[look]) == page(1, look=look, size=6_000)


# damage


def test_damage_is_noticed_and_names_the_capture_alone(
    room: Archive, store: CaptureStore, spec: str
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


def test_a_capture_on_a_damaged_base_names_both(
    room: Archive, store: CaptureStore, spec: str
) -> None:
    digests = chain_of(room, store, looks=4)
    damage(room, spec, frame_of(room, digests[2]))
    with pytest.raises(CaptureDamaged) as caught:
        body_of(room, store, digests[3])
    assert caught.value.sha256 == digests[3]
    assert caught.value.frame_sha256 == digests[2]
    assert body_of(room, store, digests[1]) == page(1, look=1)


def test_a_frame_with_the_bytes_of_another_is_damaged(room: Archive, store: CaptureStore) -> None:
    first, second = (keep(room, store, page(number), site_id=number) for number in (1, 2))
    third = keep(room, store, page(1, look=1), near=[first])
    other = frame_of(room, second)
    with room.write() as session:
        session.execute(
            update(Frame)
            .where(Frame.sha256 == first)
            .values(
                data=other.data,
                size=other.size,
                stored_size=other.stored_size,
                pack=other.pack,
                pack_offset=other.pack_offset,
            )
        )
    for sha256 in (first, third):
        with pytest.raises(CaptureDamaged) as caught:
            body_of(room, store, sha256)
        assert (caught.value.sha256, caught.value.frame_sha256) == (sha256, first)


def test_a_page_of_the_dictionary_that_is_damaged_is_named(
    room: Archive, store: CaptureStore, spec: str
) -> None:
    digests = [keep(room, store, page(article)) for article in range(6)]
    assert frame_of(room, digests[5]).kind == "dictionary"
    damage(room, spec, frame_of(room, digests[1]))
    stranger = open_store(spec)
    with pytest.raises(CaptureDamaged) as caught:
        body_of(room, stranger, digests[5])
    stranger.close()
    assert (caught.value.sha256, caught.value.frame_sha256) == (digests[5], digests[1])


def test_damage_does_not_stop_the_archive(room: Archive, store: CaptureStore, spec: str) -> None:
    digests = [keep(room, store, page(article)) for article in range(6)]
    for sha256 in digests:
        damage(room, spec, frame_of(room, sha256))
    stranger = open_store(spec)
    on_damaged = keep(room, stranger, page(1, look=1), near=[digests[1]])
    of_the_site = keep(room, stranger, page(99))
    assert body_of(room, stranger, on_damaged) == page(1, look=1)
    assert body_of(room, stranger, of_the_site) == page(99)
    stranger.close()


def test_an_unknown_digest_is_missing(room: Archive, store: CaptureStore) -> None:
    with pytest.raises(CaptureMissing) as caught:
        body_of(room, store, b"?" * 32)
    assert caught.value.sha256 == b"?" * 32


def test_a_missing_base_is_named(room: Archive, store: CaptureStore) -> None:
    digests = chain_of(room, store, looks=2)
    with room.write() as session:
        session.execute(delete(Frame).where(Frame.sha256 == digests[0]))
    with pytest.raises(CaptureMissing) as caught:
        body_of(room, store, digests[1])
    assert (caught.value.sha256, caught.value.frame_sha256) == (digests[1], digests[0])


def test_a_missing_dictionary_is_named(room: Archive, store: CaptureStore, spec: str) -> None:
    digests = [keep(room, store, page(article)) for article in range(6)]
    dictionary = frame_of(room, digests[5]).base_sha256
    with room.write() as session:
        session.execute(delete(Dictionary))
    stranger = open_store(spec)
    with pytest.raises(CaptureMissing) as caught:
        body_of(room, stranger, digests[5])
    stranger.close()
    assert (caught.value.sha256, caught.value.frame_sha256) == (digests[5], dictionary)


def test_frames_that_name_each_other_end(room: Archive, store: CaptureStore) -> None:
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


def _child(room: Archive, spec: str, *, first: int, count: int) -> "subprocess.Popen[str]":
    url = room.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, str(HERE / "capture_child.py"), url, spec, str(first), str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_process_killed_between_puts_loses_nothing_that_was_committed(
    room: Archive, store: CaptureStore, spec: str
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
    room: Archive, store: CaptureStore, spec: str
) -> None:
    children = [_child(room, spec, first=1, count=40) for _ in range(2)]
    said = [set(child.communicate(timeout=60)[0].split()) for child in children]
    assert [child.returncode for child in children] == [0, 0]
    assert said[0] == said[1]
    with room.read() as session:
        assert store.stat(session)["frames"] == len(said[0])
    for line in said[0]:
        assert hashlib.sha256(body_of(room, store, bytes.fromhex(line))).hexdigest() == line


def test_threads_share_a_store(room: Archive, store: CaptureStore) -> None:
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
