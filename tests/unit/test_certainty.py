import pytest

from pipeline import certainty


@pytest.mark.parametrize(
    ("reader", "confirmed", "level"),
    [
        ("json-ld", {"title"}, "confirmed"),
        ("json-ld", set(), "stated"),
        ("rules", set(), "stated"),
        ("page", set(), "seen"),
        ("model", set(), "seen"),
        ("search", set(), "guessed"),
        ("search", {"title"}, "confirmed"),
    ],
)
def test_a_field_is_as_sure_as_its_readers(reader: str, confirmed: set[str], level: str) -> None:
    assert certainty.of({"title": reader}, confirmed=confirmed) == {"title": level}


def test_a_field_that_nobody_answered_has_no_certainty() -> None:
    assert certainty.of({}, confirmed={"title"}) == {}
