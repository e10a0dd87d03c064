"""Texts that are served side by side are no succession; a text that the publisher settles on is."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from db.histories.variants import (
    SETTLING_LOOKS,
    SETTLING_TIME,
    WINDOW,
    Look,
    Seen,
    Sight,
    TextOrder,
    settle,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NEW, REVISED, NEWEST = Sight.NEW, Sight.REVISED, Sight.NEWEST
VARIANT, RETURNED = Sight.VARIANT, Sight.RETURNED


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def looks(*told: tuple[float, str | None] | tuple[float, str | None, int]) -> list[Look]:
    """Looks as (hours, text, link); without a link they are at link 1."""
    return [
        Look(link[0] if link else 1, at(hours), text.encode() if text else None)
        for hours, text, *link in told
    ]


def sights(told: Sequence[Seen | None]) -> list[Sight | None]:
    return [seen.sight if seen else None for seen in told]


def words(order: TextOrder) -> str:
    return " ".join(text.digest.decode() for text in order.texts)


def test_texts_that_follow_each_other_are_revisions() -> None:
    order, seen = settle(looks((0, "A"), (1, "A"), (2, "B"), (3, "B"), (4, "C")))
    assert sights(seen) == [NEW, NEWEST, REVISED, NEWEST, REVISED]
    assert order.sets == []
    first, second, third = order.texts
    assert first.previous_seen_at is None
    assert (second.previous_seen_at, second.first_seen_at) == (at(1), at(2))
    assert (third.previous_seen_at, third.first_seen_at) == (at(3), at(4))


def test_a_headline_that_is_tested_against_another_makes_two_revisions_however_often_it_flips() -> (
    None
):
    told = [(hours / 2, "AB"[hours % 2]) for hours in range(200)]
    order, seen = settle(looks(*told))
    assert words(order) == "A B"
    assert sights(seen) == [NEW, REVISED, *[VARIANT, NEWEST] * 99]
    (variants,) = order.sets
    assert variants.number == 1
    assert variants.from_at == {0: at(0), 1: at(0.5)}
    assert variants.to_at is None


def test_an_earlier_text_that_stays_alone_is_returned_to_once() -> None:
    order, seen = settle(looks((0, "A"), (1, "B"), (2, "A"), (10, "A"), (25.9, "A"), (26, "A")))
    assert sights(seen) == [NEW, REVISED, VARIANT, VARIANT, VARIANT, RETURNED]
    assert words(order) == "A B A"
    returned = order.texts[-1]
    assert (returned.previous_seen_at, returned.first_seen_at) == (at(1), at(2))
    assert order.sets[0].to_at == at(26)


def test_the_newest_text_that_stays_alone_ends_the_set_and_makes_no_revision() -> None:
    told = [(0, "A"), (1, "B"), (2, "A"), (3, "B"), (15, "B"), (27, "B"), (28, "B")]
    order, seen = settle(looks(*told))
    assert sights(seen)[2:] == [VARIANT, NEWEST, NEWEST, NEWEST, NEWEST]
    assert words(order) == "A B"
    assert order.sets[0].to_at == at(27)


def test_two_looks_settle_nothing_however_far_apart() -> None:
    order, _ = settle(looks((0, "A"), (1, "B"), (2, "A"), (500, "A")))
    assert order.open_set is not None
    assert SETTLING_LOOKS == 3


def test_many_looks_within_a_day_settle_nothing() -> None:
    order, _ = settle(looks((0, "A"), (1, "B"), *[(2 + n / 10, "A") for n in range(240)]))
    assert order.open_set is not None
    assert timedelta(days=1) == SETTLING_TIME


def test_an_earlier_text_not_seen_for_the_window_is_a_plain_revision() -> None:
    assert timedelta(hours=48) == WINDOW
    order, seen = settle(looks((0, "A"), (1, "B"), (48, "A")))
    assert sights(seen) == [NEW, REVISED, REVISED]
    assert order.sets == []
    _, seen = settle(looks((0, "A"), (1, "B"), (47.9, "A")))
    assert sights(seen) == [NEW, REVISED, VARIANT]


def test_a_member_of_an_open_set_stays_one_after_the_window() -> None:
    _, seen = settle(looks((0, "A"), (1, "B"), (2, "A"), (3, "B"), (300, "A")))
    assert sights(seen)[-1] is VARIANT


def test_a_text_never_seen_is_a_revision_though_a_set_is_open() -> None:
    order, seen = settle(looks((0, "A"), (1, "B"), (2, "A"), (3, "C"), (4, "A"), (5, "C")))
    assert sights(seen) == [NEW, REVISED, VARIANT, REVISED, VARIANT, NEWEST]
    (variants,) = order.sets
    assert variants.from_at == {0: at(0), 1: at(1), 2: at(3)}


def test_a_second_test_is_a_second_set_from_the_end_of_the_first() -> None:
    told = [(0, "A"), (1, "B"), (2, "A"), (14, "A"), (26, "A"), (27, "B"), (28, "A")]
    order, seen = settle(looks(*told))
    assert sights(seen)[4:] == [RETURNED, VARIANT, NEWEST]
    first, second = order.sets
    assert (first.to_at, second.number) == (at(26), 2)
    assert second.from_at == {1: at(26), 2: at(26)}


def test_two_editions_at_two_links_are_variants_while_both_are_shown() -> None:
    told = [(hours, "AB"[link], link) for hours in range(0, 72, 6) for link in (0, 1)]
    order, _ = settle(looks(*told))
    assert words(order) == "A B"
    assert order.open_set is not None


def test_a_link_that_was_not_asked_keeps_the_set_open_for_the_window() -> None:
    told = [(0, "A", 1), (1, "B", 2), *[(2 + hours, "A", 1) for hours in range(0, 60, 6)]]
    order, seen = settle(looks(*told))
    assert words(order) == "A B A"
    returned = next(n for n, sight in enumerate(sights(seen)) if sight is RETURNED)
    assert told[returned][0] == 50  # 48 hours after link 2 was seen


def test_a_link_that_is_gone_no_longer_shows_its_text() -> None:
    told = [(0, "A", 1), (1, "B", 2), (2, "A", 1), (3, None, 2), (14, "A", 1), (26, "A", 1)]
    order, _ = settle(looks(*told))
    assert words(order) == "A B A"


def test_a_clock_that_was_set_back_neither_ends_a_window_nor_turns_the_order_round() -> None:
    order, seen = settle(looks((9000, "A"), (9001, "B"), (1, "A"), (2, "B"), (20, "B"), (27, "B")))
    assert sights(seen) == [NEW, REVISED, VARIANT, NEWEST, NEWEST, NEWEST]
    assert order.sets[0].to_at == order.sets[0].from_at[1] == at(9001)
    order, _ = settle(looks((5, "A"), (1, "B")))
    assert order.texts[1].first_seen_at == order.texts[1].previous_seen_at == at(5)


_told = st.lists(
    st.tuples(
        st.sampled_from([0.5, 2.0, 8.0, 24.0, 50.0]),
        st.sampled_from(["A", "B", "C", None]),
        st.sampled_from([1, 2]),
    ),
    max_size=40,
)


@given(_told)
def test_no_text_is_that_of_its_neighbour_and_moments_never_turn_round(
    told: list[tuple[float, str | None, int]],
) -> None:
    hours = 0.0
    steps = []
    for step, text, link in told:
        hours += step
        steps.append((hours, text, link))
    order, seen = settle(looks(*steps))
    for one, other in zip(order.texts, order.texts[1:], strict=False):
        assert one.digest != other.digest
        assert one.first_seen_at <= other.first_seen_at
        assert other.previous_seen_at is not None
        assert other.previous_seen_at <= other.first_seen_at
    assert all(variants.to_at is not None for variants in order.sets[:-1])
    assert all(len(variants.from_at) > 1 for variants in order.sets)
    assert sum(one.is_revision for one in seen if one) == len(order.texts)


@given(_told, st.integers(0, 40))
def test_a_state_built_from_the_archive_goes_on_as_the_first_one_would(
    told: list[tuple[float, str | None, int]], cut: int
) -> None:
    hours = 0.0
    steps = []
    for step, text, link in told:
        hours += step
        steps.append((hours, text, link))
    before, after = looks(*steps[:cut]), looks(*steps[cut:])
    first, seen = settle(before)
    again = TextOrder(
        texts=deepcopy(first.texts),
        sets=deepcopy([first.open_set] if first.open_set else []),
        set_count=first.set_count,
        settled_at=first.settled_at,
    )
    for look, one in zip(before, seen, strict=True):
        if one is None:
            again.lose(link_id=look.link_id, at=look.at)
        else:
            again.note(one.place, link_id=look.link_id, at=look.at)
    for look in after:
        if look.digest is not None:
            told_first = first.see(look.digest, link_id=look.link_id, at=look.at)
            assert told_first == again.see(look.digest, link_id=look.link_id, at=look.at)
    assert [one.digest for one in first.texts] == [one.digest for one in again.texts]
    assert first.sets[-1:] == again.sets[-1:] or not again.sets
