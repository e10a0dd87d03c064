import time
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.text.align import align, spans

ITEMS = st.lists(st.sampled_from("abcdefgh"), max_size=40)


@given(ITEMS, ITEMS)
@example(list("abab" * 30), list("baba" * 30))
def test_blocks_are_the_same_items_in_order(old: list[str], new: list[str]) -> None:
    old_at = new_at = 0
    for block in align(old, new):
        assert block.size > 0
        assert block.old >= old_at
        assert block.new >= new_at
        assert old[block.old : block.old + block.size] == new[block.new : block.new + block.size]
        old_at, new_at = block.old + block.size, block.new + block.size


@given(ITEMS, ITEMS)
def test_spans_cover_both_sequences_once(old: list[str], new: list[str]) -> None:
    found = list(spans(old, new))
    assert [item for span in found for item in old[span.old_from : span.old_to]] == old
    assert [item for span in found for item in new[span.new_from : span.new_to]] == new
    assert all(one.is_same != other.is_same for one, other in pairwise(found))


def test_items_that_occur_once_anchor_the_rest() -> None:
    old = ["the", "one", "the", "two", "the"]
    new = ["the", "one", "a", "the", "two", "the"]
    assert [(block.old, block.new, block.size) for block in align(old, new)] == [
        (0, 0, 2),
        (2, 3, 3),
    ]


def test_sequences_with_nothing_rare_take_bounded_time() -> None:
    old = list("ab" * 50_000)
    new = list("ba" * 40_000) + list("aab" * 10_000)
    began = time.process_time()
    align(old, new)
    assert time.process_time() - began < 5


def test_work_that_is_used_up_leaves_a_difference_not_an_error() -> None:
    old = [str(number) for number in range(1000)]
    new = ["x", *old[::2], "y"]
    assert sum(block.size for block in align(old, new, work=100)) < 500
