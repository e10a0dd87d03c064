"""Which revisions should stand, for looks of every kind."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from db.archiving.entries import NewRevision
from db.histories import settling
from db.histories.settling import Look, Plan, Standing, Text

START = datetime(2026, 3, 1, tzinfo=UTC)


def text(words: str, capture_id: int, *, authors: tuple[str, ...] = ()) -> Text:
    revision = NewRevision(words, words, sha256(words.encode()).digest(), authors=authors)
    return Text(revision, capture_id=capture_id, extraction_id=capture_id)


def look(number: int, words: str, *, at: int | None = None, link: int = 1) -> Look:
    moment = START + timedelta(days=3 * (number if at is None else at))
    return Look(number, link, moment, text(words, number) if words else None, capture_id=number)


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
    st.tuples(st.sampled_from(["a", "b", "c", ""]), st.integers(0, 40), st.integers(1, 3)),
    max_size=30,
).map(
    lambda drawn: [
        Look(number, link, START + timedelta(hours=8 * at), text(words, number) if words else None)
        for number, (words, at, link) in enumerate(drawn, 1)
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
    assert set(after) == {one.text.revision.title for one in now if one.text}


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
    read = looks("ab")
    assert settling.plan(read, before).is_settled
    read[1] = replace(read[1], text=text("b", 2, authors=("Ada Quill",)))
    plan = settling.plan(read, before)
    assert [run.text.revision.authors for run in plan.added] == [("Ada Quill",)]
    assert words_of(standing(plan, before)) == "ab"


def test_a_text_that_was_served_beside_another_is_no_second_revision() -> None:
    seen = [
        Look(number, 1, START + timedelta(hours=number), text(words, number))
        for number, words in enumerate("abab", 1)
    ]
    plan = settling.plan(seen, [])
    assert words_of(standing(plan, [])) == "ab"
    assert [sorted(one.from_at) for one in plan.sets] == [[0, 1]]


def test_a_clock_that_was_set_back_turns_no_order_round() -> None:
    seen = [look(1, "a", at=12), look(2, "b", at=11), look(3, "b", at=13)]
    (first, second) = settling.plan(seen, []).runs
    assert first.first_at <= second.first_at
    assert second.previous_at == second.first_at


def test_a_revision_without_a_proof_among_the_looks_is_superseded() -> None:
    before = standing(settling.plan(looks("a"), []), [])
    other = replace(looks("a")[0], text=text("a", 77))
    assert settling.plan([other], before).superseded == {1: 0}
