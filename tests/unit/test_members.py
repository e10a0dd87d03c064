"""Members of a seal are written in few bytes and read back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.proving import members
from db.proving.members import MARK, Members

IDS = st.sets(st.integers(1, 400)).map(sorted)


@given(IDS, IDS, st.integers(0, 2**40))
def test_members_are_read_back_as_written(ids: list[int], missing: list[int], top: int) -> None:
    written = Members(
        form=1,
        top=top,
        ranges=members.ranges_of(ids),
        gaps=members.ranges_of(missing),
        marks=b"".join(each.to_bytes(MARK, "big") for each in ids),
    )
    read = members.unpack(members.pack(written))
    assert read == written
    assert list(read.ids) == ids
    assert all(read.mark(at) == each.to_bytes(MARK, "big") for at, each in enumerate(ids))


def test_a_thousand_neighbours_cost_their_marks_and_six_bytes() -> None:
    one = Members(1, 1000, members.ranges_of(range(1, 1001)), (), b"mark" * 1000)
    assert len(members.pack(one)) - 4000 < 12


@given(IDS, st.integers(0, 10))
def test_gaps_are_the_ids_that_are_not_there(ids: list[int], after: int) -> None:
    new = [each for each in ids if each > after]
    gaps = members.gaps_between(new, after=after)
    missing = {each for first, last in gaps for each in range(first, last + 1)}
    assert missing == set(range(after + 1, max(new, default=after))) - set(new)


@given(IDS, IDS, st.integers(0, 400))
def test_what_is_taken_or_under_the_floor_is_out(
    ids: list[int], taken: list[int], floor: int
) -> None:
    left = members.without(members.ranges_of(ids), taken, floor=floor)
    kept = {each for first, last in left for each in range(first, last + 1)}
    assert kept == {each for each in ids if each > floor} - set(taken)


@given(IDS, IDS)
def test_ranges_that_meet_become_one(ids: list[int], others: list[int]) -> None:
    both = [*members.ranges_of(ids), *members.ranges_of(others)]
    assert members.merged(both) == list(members.ranges_of(sorted({*ids, *others})))


@pytest.mark.parametrize("packed", [b"", b"\x01\x01", b"\x02\x01\x01", b"\x01\x01\x05\x01\x01\xff"])
def test_bytes_that_are_no_members_are_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="members"):
        members.unpack(packed)


def test_a_range_without_its_marks_is_refused_before_it_fills_memory() -> None:
    packed = members.pack(Members(1, 2**60, ((1, 2**60),), (), b""))
    with pytest.raises(ValueError, match="not as many marks"):
        members.unpack(packed)
