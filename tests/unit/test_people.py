import pytest

from pipeline.heads import people


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
        ("Ada Lund (alu)", ["Ada Lund"]),
        ("Ada Lund MS, RDN, LD", ["Ada Lund"]),
        ("Ada Marcus Dec 14, 2026", ["Ada Marcus"]),
        ("Ada Lund, Post Reporter", ["Ada Lund"]),
        ("Harbour Staff", ["Harbour Staff"]),
        ("9Harbour Staff", ["9Harbour Staff"]),
        ("Recipe by Ada Lund", ["Ada Lund"]),
        ("Ada Lund, photos by Bo Ek", ["Ada Lund"]),
        ("Edited by Bo Ek", []),
        ("December", []),
        ("March 20, 2026 | Harbour & Pier", []),
        ("March 20, 2026 | By Ada Lund", ["Ada Lund"]),
        ("Websites by Harbour", []),
        ("x" * 501, []),
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


def test_a_stated_name_may_be_written_in_small_letters() -> None:
    assert people.names_in("ada lund", is_stated=True) == ["ada lund"]
    assert people.names_in("ada lund") == []
    assert people.names_in("undefined", is_stated=True) == []


def test_a_sites_own_offices_are_the_site() -> None:
    names = ["Ada Lund", "HP Nordland", "Harbour Post"]
    assert people.without_site(names, site_names=("hp", "Harbour Post")) == ["Ada Lund"]
