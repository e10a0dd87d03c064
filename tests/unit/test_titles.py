import pytest

from pipeline.claims import Claim
from pipeline.heads import heading, headlines, titles
from pipeline.markup import page as pages

NAMES = ("Harbour Post", "harbourpost")
URL = "https://harbourpost.example/2026/pier-reopens-to-walkers"


def chosen(body: str, **declared: str) -> titles.Title | None:
    page = pages.parse(f"<html><body>{body}<p>Text.</p></body></html>", url=URL, max_depth=500)
    assert isinstance(page, pages.Page)
    claims = [Claim(text, reader.replace("_", " ")) for reader, text in declared.items()]
    seen = headlines.collect(page, first=heading.headings(page), declared=claims, names=NAMES)
    return titles.choose(seen)


def text_of(body: str, **declared: str) -> str | None:
    title = chosen(body, **declared)
    return title.text if title else None


def test_a_heading_that_a_declared_title_confirms_wins() -> None:
    title = chosen(
        "<h1>Harbour Post</h1><h1>“Pier reopens”</h1>", opengraph="Pier reopens - Harbour Post"
    )
    assert title == titles.Title("“Pier reopens”", "page", is_confirmed=True)


def test_a_headline_that_only_one_reader_gives_is_not_confirmed() -> None:
    title = chosen("<h1>Pier reopens to walkers</h1>")
    assert title == titles.Title("Pier reopens to walkers", "page", is_confirmed=False)


def test_two_tags_for_sharing_are_one_reader() -> None:
    title = chosen("", opengraph="Pier reopens to walkers", twitter="Pier reopens to walkers")
    assert title is not None
    assert not title.is_confirmed


def test_a_heading_of_the_whole_site_loses() -> None:
    assert (
        text_of(
            "<h1>Harbour Post</h1>",
            opengraph="Pier reopens to walkers",
            title_element="Pier reopens to walkers",
        )
        == "Pier reopens to walkers"
    )


def test_a_title_for_search_engines_loses_to_what_readers_see() -> None:
    assert (
        text_of(
            "<main><article><h1>Pier reopens to walkers at last</h1></article></main>",
            json_ld="Pier reopens to walkers at last",
            opengraph="Harbour pier 2026: all you need to know",
            title_element="Harbour pier 2026: all you need to know | Harbour Post",
        )
        == "Pier reopens to walkers at last"
    )


@pytest.mark.parametrize(
    ("heading_", "declared", "title"),
    [
        # two lines of one heading, told apart by style alone
        ("<h1><span>After the storm</span><span>Pier reopens</span></h1>", "After the storm: Pier reopens", "After the storm: Pier reopens"),
        ("<h1><span>After the storm</span><span>Pier reopens</span></h1>", "After the storm / Pier reopens", "After the storm / Pier reopens"),
        ("<h1>After the storm:Pier reopens</h1>", "After the storm: Pier reopens", "After the storm: Pier reopens"),
        ("<h1>PIER REOPENS TO WALKERS</h1>", "Pier Reopens to Walkers", "Pier Reopens to Walkers"),
        ("<h1>pier reopens</h1>", "Pier reopens", "Pier reopens"),
        ("<h1>The pier’s back</h1>", "The pier's back", "The pier’s back"),
    ],
)  # fmt: skip
def test_the_heading_is_written_as_its_readers_see_it(
    heading_: str, declared: str, title: str
) -> None:
    assert text_of(heading_, json_ld=declared, title_element=declared) == title


def test_a_kicker_set_apart_gets_a_colon_where_nobody_writes_the_headline_out() -> None:
    assert (
        text_of("<h1><span>After the storm</span> <span>Pier reopens to walkers</span></h1>")
        == "After the storm: Pier reopens to walkers"
    )


def test_nothing_is_none() -> None:
    assert chosen("") is None
    assert chosen("<h1> </h1>", opengraph="x" * 401) is None
