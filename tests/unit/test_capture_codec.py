"""Frames and the choice of dictionaries, without a database."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.captures import codec, open_store
from db.captures.codec import Dictionary, FrameUnreadableError
from db.captures.dictionaries import LIMIT, Cache, FirstCapture, Generation, choose
from db.captures.frames import CHAIN, MAX_DEPTH

ZSTD_DICTIONARY_MAGIC = b"\x37\xa4\x30\xec"


def noise(size: int, *, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def digest(number: int) -> bytes:
    return number.to_bytes(32, "big")


def page(
    number: int,
    *,
    base: bytes | None = None,
    size: int = 100_000,
    stored: int = 20_000,
) -> FirstCapture:
    return FirstCapture(digest(number), base, size=size, stored_size=stored)


def generation(*members: int, size: int) -> Generation:
    digests = tuple(digest(number) for number in members)
    return Generation(b"d" * 32, 1, number=1, members=digests, size=size)


@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=2000), base=st.binary(max_size=2000))
def test_every_coding_gives_the_body_back(body: bytes, base: bytes) -> None:
    size = len(body)
    assert codec.decompress(codec.compress(body), size=size) == body
    delta = codec.compress_delta(body, base=base)
    assert codec.decompress_delta(delta, base=base, size=size) == body
    dictionary = Dictionary(base)
    assert dictionary.decompress(dictionary.compress(body), size=size) == body
    assert Dictionary(base).decompress(dictionary.compress(body), size=size) == body


def test_a_base_that_looks_like_a_trained_dictionary_is_taken_as_it_is() -> None:
    base = ZSTD_DICTIONARY_MAGIC + noise(5000)
    delta = codec.compress_delta(base, base=base)
    assert len(delta) < 60
    assert codec.decompress_delta(delta, base=base, size=len(base)) == base


@pytest.mark.parametrize("size", [100_000, 3 << 20, 16 << 20])
def test_the_beginning_of_a_base_is_within_reach_from_the_end_of_a_body(size: int) -> None:
    start = noise(40_000, seed=2)
    base = (start + noise(size - len(start)))[: codec.NEAR]
    body = base[len(start) :] + start
    delta = codec.compress_delta(body, base=base)
    assert len(delta) < 2000 + size // 500
    assert codec.decompress_delta(delta, base=base, size=len(body)) == body


def test_the_beginning_of_a_base_of_20_mb_is_within_reach() -> None:
    start = noise(40_000)
    base = start + b"<p>the same again and again</p>\n" * (20 << 15)
    body = base[len(start) :] + start
    delta = codec.compress_delta(body, base=base)
    assert len(delta) < len(start) // 8
    assert codec.decompress_delta(delta, base=base, size=len(body)) == body


def test_a_frame_is_not_read_against_another_base() -> None:
    base, body = noise(9000), noise(9000) + b"more"
    delta = codec.compress_delta(body, base=base)
    with pytest.raises(FrameUnreadableError):
        codec.decompress_delta(delta, base=noise(9000, seed=3), size=len(body))


def test_no_bit_of_a_frame_can_change_unnoticed() -> None:
    body = b"".join(b"<p>paragraph %d of the page</p>" % number for number in range(40))
    frame = codec.compress(body)
    for at in range(len(frame)):
        for bit in (1, 0x80):
            damaged = bytearray(frame)
            damaged[at] ^= bit
            try:
                assert codec.decompress(bytes(damaged), size=len(body)) == body
            except FrameUnreadableError:
                continue


def test_a_frame_that_claims_a_huge_body_takes_no_memory() -> None:
    frame = bytearray(codec.compress(noise(300)))
    assert frame[4] >> 6 == 1  # two bytes of content size; say eight instead
    frame[4] |= 0xC0
    frame[5:7] = (1 << 60).to_bytes(8, "little")
    with pytest.raises(FrameUnreadableError, match="says 1152921504606846976 bytes"):
        codec.decompress(bytes(frame), size=300)
    with pytest.raises(FrameUnreadableError):
        codec.decompress(bytes(frame), size=1 << 60)


@pytest.mark.parametrize("frame", [b"", b"\x28\xb5\x2f\xfd", b"no frame at all"])
def test_what_is_no_frame_is_unreadable(frame: bytes) -> None:
    with pytest.raises(FrameUnreadableError):
        codec.decompress(frame, size=10)


def test_a_dictionary_waits_for_four_pages() -> None:
    assert choose([page(1), page(2), page(3)], current=None) is None
    assert choose([page(1), page(2), page(3), page(4)], current=None) == tuple(
        digest(number) for number in (1, 2, 3, 4)
    )


def test_tiny_huge_and_incompressible_bodies_are_not_in_a_dictionary() -> None:
    odd = [page(5, size=500, stored=90), page(6, size=LIMIT * 5), page(7, stored=90_000)]
    assert choose([*odd, page(1), page(2), page(3)], current=None) is None


def test_a_dictionary_of_large_pages_takes_the_newest() -> None:
    pages = [page(number, size=LIMIT // 4) for number in range(1, 9)]
    assert choose(pages, current=None) == (digest(7), digest(8))


def test_a_dictionary_grows_only_by_doubling() -> None:
    current = generation(1, 2, 3, 4, size=400_000)
    old = [page(number) for number in (1, 2, 3, 4)]
    new = [page(number, base=current.sha256) for number in (5, 6, 7, 8)]
    assert choose([*old, *new[:3]], current=current) is None
    grown = choose([*old, *new], current=current)
    assert grown is not None
    assert grown[:4] == current.members
    assert grown[4:] == tuple(first.sha256 for first in new)


def test_a_dictionary_grows_by_pages_of_other_kinds_too() -> None:
    current = generation(1, 2, 3, 4, size=400_000)
    like = [page(number, base=current.sha256) for number in (5, 6, 7, 8)]
    assert choose([page(1), page(9), *like], current=current) == (
        *current.members,
        digest(9),
        *(first.sha256 for first in like),
    )


def test_a_full_dictionary_stays() -> None:
    current = generation(1, 2, 3, 4, size=LIMIT)
    new = [page(number, base=current.sha256) for number in range(5, 37)]
    assert choose(new, current=current) is None


def test_pages_of_another_time_do_not_grow_a_dictionary() -> None:
    current = generation(1, 2, 3, 4, size=400_000)
    older = [page(number, base=b"e" * 32) for number in range(5, 37)]
    assert choose(older, current=current) is None


def test_a_new_look_of_the_site_begins_a_new_dictionary() -> None:
    current = generation(1, 2, 3, 4, size=LIMIT)
    like = [page(number, base=current.sha256) for number in (5, 6)]
    unlike = [page(number) for number in range(11, 17)]
    assert choose([*like, *unlike[:5]], current=current) is None
    assert choose([*like, *unlike], current=current) == tuple(first.sha256 for first in unlike)


def test_the_pages_of_a_dictionary_are_not_unlike_it() -> None:
    current = generation(1, 2, 3, 4, size=400_000)
    assert choose([page(number) for number in (1, 2, 3, 4)], current=current) is None


def test_the_cache_gives_up_the_least_recently_used() -> None:
    first, second, third = (Dictionary(noise(1000, seed=seed)) for seed in (1, 2, 3))
    cache = Cache(limit=2 * first.memory)
    cache.keep(b"1", first)
    cache.keep(b"2", second)
    assert cache.get(b"1") is first
    cache.keep(b"3", third)
    assert cache.get(b"2") is None
    assert cache.get(b"1") is first
    assert cache.get(b"3") is third


def test_the_cache_holds_what_is_larger_than_its_limit_as_long_as_it_is_alone() -> None:
    cache = Cache(limit=1)
    large = Dictionary(noise(1000))
    cache.keep(b"1", large)
    assert cache.get(b"1") is large


def test_an_unknown_store_is_refused_with_the_known_ones() -> None:
    for spec in ("", "files", "files:", "s3:bucket"):
        with pytest.raises(ValueError, match="use database, or files:FOLDER"):
            open_store(spec)


def test_chains_fit_the_limit_of_steps() -> None:
    assert (CHAIN - 1).bit_count() <= MAX_DEPTH
