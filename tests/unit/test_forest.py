import pytest

from pipeline.models import forest

MODEL = {
    "features": ["size", "is_linked"],
    "bias": 100,
    "trees": [
        {"splits": [[0, 10.5], [1, 0.5]], "leaves": [1, 20, 300, 4000]},
        {"splits": [[0, 40.0]], "leaves": [0, 50_000]},
    ],
}


@pytest.mark.parametrize(
    ("row", "score"),
    [
        ((5, 0), 100 + 1),
        ((11, 0), 100 + 20),
        ((5, 1), 100 + 300),
        ((11, 1), 100 + 4000),
        ((40, 1), 100 + 4000),  # a border is not above itself
        ((41, 1), 100 + 4000 + 50_000),
    ],
)
def test_a_row_scores_the_sum_of_its_leaves(row: tuple[float, ...], score: int) -> None:
    assert forest.of(MODEL).score(row) == score


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="1 numbers for 2 features"):
        forest.of(MODEL).score((1,))


def test_a_tree_without_all_of_its_leaves_is_refused() -> None:
    broken = {**MODEL, "trees": [{"splits": [[0, 1.0]], "leaves": [1, 2, 3]}]}
    with pytest.raises(ValueError, match="tree 0 has 3 leaves"):
        forest.of(broken)
