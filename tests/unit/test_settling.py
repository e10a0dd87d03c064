"""Which revisions should stand, for looks of every kind."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from db import settling
from db.entries import NewRevision
from db.settling import Look, Plan, Standing, Text

START = datetime(2026, 3, 1, tzinfo=UTC)


def text(words: str, capture_id: int, *, authors: tuple[str, ...] = ()) -> Text:
    revision = NewRevision(words, words, sha256(words.encode()).digest(), authors=authors)
    return Text(revision, capture_id=capture_id, extraction_id=capture_id)


def look(number: int, words: str, *, at: int | None = None, is_page: bool = True) -> Look:
    moment = START + timedelta(hours=number if at is None else at)
    return Look(number, 1, moment, text(words, number), is_page=is_page)


def looks(words: str) -> list[Look]:
    return [look(number, one) for number, one in enumerate(words, 1)]


def standing(plan: Plan, before: list[Standing]) -> list[Standing]:
    """What stands once the plan was carried out."""
    known = {one.id: one for one in before}
    fresh = iter(range(max(known, default=0) + 1, 10_000))
    return [
        known[run.revision_id] if run.revision_id else as_standing(next(fresh), run)
        for run in plan.runs
    ]


def as_standing(revision_id: int, run: settling.Run) -> Standing:
    return Standing(
        id=revision_id,
        number=revision_id,
        first_seen_at=run.first_at,
        previous_seen_at=run.previous_at,
        capture_id=run.text.capture_id,
        revision=run.text.revision,
    )


def words_of(revisions: list[Standing]) -> str:
    return "".join(one.revision.title for one in revisions)


_LOOKS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(-3, 3), st.booleans()), max_size=30
).map(
    lambda drawn: [
        look(number, words, at=number + shift, is_page=is_page or number == 1)
        for number, (words, shift, is_page) in enumerate(drawn, 1)
    ]
)


@given(earlier=_LOOKS, now=_LOOKS)
def test_settling_twice_is_settling_once(earlier: list[Look], now: list[Look]) -> None:
    before = standing(settling.plan(earlier, []), [])
    after = standing(settling.plan(now, before), before)
    assert settling.plan(now, after).is_settled


@given(earlier=_LOOKS, now=_LOOKS)
def test_no_neighbours_are_equal_and_each_standing_text_was_seen(
    earlier: list[Look], now: list[Look]
) -> None:
    before = standing(settling.plan(earlier, []), [])
    after = words_of(standing(settling.plan(now, before), before))
    assert all(one != other for one, other in itertools.pairwise(after))
    pages = "".join(one.text.revision.title for one in now if one.is_page)
    assert set(after) == set(pages)


@given(earlier=_LOOKS, now=_LOOKS)
def test_every_revision_stands_or_is_superseded_never_both(
    earlier: list[Look], now: list[Look]
) -> None:
    before = standing(settling.plan(earlier, []), [])
    plan = settling.plan(now, before)
    kept = [run.revision_id for run in plan.runs if run.revision_id is not None]
    assert len(kept) == len(set(kept))
    assert {*kept, *plan.superseded} == {one.id for one in before}
    assert not {*kept} & {*plan.superseded}


def test_a_revision_that_nothing_saw_is_superseded_by_the_text_that_its_looks_saw() -> None:
    before = standing(settling.plan(looks("aXb"), []), [])
    seen = [replace(one, seen_as=before[at].id) for at, one in enumerate(looks("aab"))]
    plan = settling.plan(seen, before)
    assert plan.superseded == {2: 0}
    assert words_of(standing(plan, before)) == "ab"


def test_a_text_that_its_looks_no_longer_saw_gives_way_to_its_predecessor() -> None:
    before = standing(settling.plan(looks("aXb"), []), [])
    first, _, last = looks("aXb")
    plan = settling.plan([first, last], before)
    assert plan.superseded == {2: 0, 3: 1}  # b was last seen old at another look
    assert [run.previous_at for run in plan.added] == [first.at]


def test_a_text_that_was_seen_first_of_all_has_nothing_to_give_way_to() -> None:
    before = standing(settling.plan(looks("X"), []), [])
    assert settling.plan([], before).superseded == {1: None}


def test_the_same_text_with_other_authors_is_shown_by_a_row_of_its_own() -> None:
    before = standing(settling.plan(looks("ab"), []), [])
    read = [
        replace(one, text=text(one.text.revision.title, at))
        for at, one in enumerate(looks("ab"), 1)
    ]
    assert settling.plan(read, before).is_settled
    read[1] = replace(read[1], text=text("b", 2, authors=("Ada Quill",)))
    plan = settling.plan(read, before)
    assert [run.text.revision.authors for run in plan.added] == [("Ada Quill",)]
    assert words_of(standing(plan, before)) == "ab"


def test_bytes_that_were_known_begin_no_revision() -> None:
    seen = [look(1, "a"), look(2, "b"), look(3, "a", is_page=False), look(4, "b")]
    assert words_of(standing(settling.plan(seen, []), [])) == "ab"


def test_a_clock_that_was_set_back_turns_no_order_round() -> None:
    seen = [look(1, "a", at=12), look(2, "b", at=11), look(3, "b", at=13)]
    (first, second) = settling.plan(seen, []).runs
    assert (first.first_at.hour, second.first_at.hour) == (12, 11)
    assert second.previous_at == second.first_at
