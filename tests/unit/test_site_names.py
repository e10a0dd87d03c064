import pytest

from pipeline.heads import site_names

NAMES = ("Harbour Post", "harbourpost")


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
    assert site_names.without_site(title, names=NAMES).startswith("Pier reopens")
    assert "Post" not in site_names.without_site(title, names=NAMES)


@pytest.mark.parametrize(
    "title",
    ["Told by the Harbour Post", "Pier reopens - at last", "Mayor: Pier reopens", "Harbour: Calm"],
)
def test_other_words_behind_a_dash_stay(title: str) -> None:
    assert site_names.without_site(title, names=("Greater Harbour Reports",)) == title


def test_what_stands_behind_the_headline_is_the_sites_name() -> None:
    title = "Pier reopens - City - World Harbour"
    assert site_names.suffix(title, title_shown="Pier reopens") == "World Harbour"
    assert site_names.suffix("Pier reopens", title_shown="Pier reopens") is None


def test_a_kicker_before_the_headline_is_not_the_sites_name() -> None:
    assert site_names.suffix("After the storm: Pier reopens", title_shown="Pier reopens") is None


def test_the_last_part_of_a_title_is_left_out_where_enough_is_left() -> None:
    assert site_names.without_last("Pier reopens to walkers | City") == "Pier reopens to walkers"
    assert site_names.without_last("Pier | City") is None
    assert site_names.without_last("Pier reopens to walkers") is None
