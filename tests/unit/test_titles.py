import pytest

from pipeline import titles

NAMES = ("Harbour Post", "harbourpost")


def chosen(headings: list[str], *declared: str) -> str | None:
    title = titles.choose(
        headings=headings, declared=[(text, "meta") for text in declared], names=NAMES
    )
    return title.text if title else None


@pytest.mark.parametrize(
    "title",
    [
        "Pier reopens - Harbour Post",
        "Pier reopens | Harbour Post",
        "Pier reopens – HarbourPost.com",
        "Harbour Post: Pier reopens",
        "Pier reopens | City | Harbour Post",
    ],
)
def test_the_sites_name_is_cut(title: str) -> None:
    assert titles.without_site(title, names=NAMES).startswith("Pier reopens")
    assert "Post" not in titles.without_site(title, names=NAMES)


@pytest.mark.parametrize(
    "title", ["Told by the Harbour Post", "Pier reopens - at last", "Mayor: Pier reopens"]
)
def test_other_words_behind_a_dash_stay(title: str) -> None:
    assert titles.without_site(title, names=NAMES) == title


def test_a_heading_that_a_declared_title_confirms_wins() -> None:
    assert (
        chosen(["Harbour Post", "“Pier reopens”"], "Pier reopens - Harbour Post")
        == "“Pier reopens”"
    )


def test_a_kicker_inside_the_heading_is_left_out() -> None:
    assert (
        chosen(["After the storm Pier reopens to walkers"], "Pier reopens to walkers")
        == "Pier reopens to walkers"
    )


def test_a_heading_unlike_every_declared_title_loses() -> None:
    assert chosen(["Today's weather"], "Pier reopens to walkers") == "Pier reopens to walkers"


def test_a_rewritten_headline_is_read_where_readers_see_it() -> None:
    assert (
        chosen(["Pier reopens to walkers at last"], "Pier reopens to walkers in June")
        == "Pier reopens to walkers at last"
    )


def test_nothing_is_none() -> None:
    assert chosen([]) is None


def test_what_stands_behind_the_headline_is_the_sites_name() -> None:
    assert (
        titles.suffix("Pier reopens - City - World Harbour", title_shown="Pier reopens")
        == "World Harbour"
    )
    assert titles.suffix("Pier reopens", title_shown="Pier reopens") is None
