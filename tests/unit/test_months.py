import pytest

from pipeline.dating import months


def test_every_language_has_twelve_months() -> None:
    names = months._NAMES.split()
    assert len(names) % 12 == 0


def test_no_word_names_two_months() -> None:
    seen: dict[str, int] = {}
    for index, forms in enumerate(months._NAMES.split()):
        for form in forms.split("|"):
            if form != "x":
                assert seen.setdefault(months.fold(form), index % 12) == index % 12, form


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("MÄRZ", 3),
        ("Sept.", 9),
        ("Ağustos", 8),
        ("İyun", 6),
        ("мая", 5),
        ("מרץ", 3),
        ("fish", None),
    ],
)
def test_case_accents_and_points_do_not_matter(word: str, expected: int | None) -> None:
    assert months.number(word) == expected


def test_only_croatian_calls_october_so() -> None:
    assert (months.number("listopada", language="hr"), months.number("listopada")) == (10, 11)


def test_months_of_two_words_are_one() -> None:
    assert months.of_two("كانون", "الأول") == 12
    assert months.of_two("كانون", "مارس") is None
    assert months.of_two("early", "March") is None
