import pytest

from pipeline import people


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Ada Lund", ["Ada Lund"]),
        ("By Ada Lund and Bo Ek", ["Ada Lund", "Bo Ek"]),
        ("Von Ada Lund, Bo Ek und Cy Dahl", ["Ada Lund", "Bo Ek", "Cy Dahl"]),
        ("Ada Lund, Chief Correspondent", ["Ada Lund"]),
        ("Ada Lund | Senior Writer", ["Ada Lund"]),
        ("Ada Lund Contributor", ["Ada Lund"]),
        ("By Ada Lund Mar 2, 2026", ["Ada Lund"]),
        ("Ada Lund, MD", ["Ada Lund"]),
        ("记者 林港", ["林港"]),
        ("dpa", ["dpa"]),
        ("By admin", []),
        ("admin", []),
        ("https://www.facebook.example/harbourpost", []),
        ("ada@harbour.example", []),
        ("Share this article", []),
        ("Ada Lund is a reporter who covers the port and lives by it", []),
        ("", []),
    ],
)
def test_a_byline_gives_its_names(text: str, names: list[str]) -> None:
    assert people.names_in(text) == names


def test_a_newspapers_name_is_not_split_at_its_ampersand() -> None:
    assert people.names_in("The Harbour Times & Gazette") == ["The Harbour Times & Gazette"]


def test_shouted_names_are_written_as_names_and_each_once() -> None:
    assert people.distinct(["ADA LUND", "Ada Lund", "dpa"]) == ("Ada Lund", "dpa")


@pytest.mark.parametrize(
    ("text", "is_byline"),
    [("By Ada Lund", True), ("By the sea it was quiet.", False), ("Ada Lund", False)],
)
def test_a_byline_says_by(text: str, *, is_byline: bool) -> None:
    assert people.is_byline(text) is is_byline
