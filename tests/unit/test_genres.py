import json

import pytest

from pipeline.kinds import genres
from pipeline.markup import page
from pipeline.reading import Block, Reading, Verdict

STORY = "https://www.harbour.example/2026/03/pier-reopens"


def page_of(
    url: str, *, head: str = "", root: str = "", body: str = "<body><p>The pier</p></body>"
) -> page.Page:
    parsed = page.parse(
        f"<!doctype html><html {root}><head><title>Pier</title>{head}</head>{body}</html>",
        url=url,
        max_depth=200,
    )
    assert isinstance(parsed, page.Page)
    return parsed


def canonical(url: str) -> str:
    return f'<link rel="canonical" href="{url}">'


@pytest.mark.parametrize(
    ("url", "types", "expected"),
    [
        ("https://harbour.example/2026/03/storm-live-updates", (), True),
        ("https://harbour.example/live/storm", (), True),
        ("https://quai.example/monde/en-direct-la-tempete", (), True),
        ("https://muelle.example/ultima-hora/en-vivo/tormenta", (), True),
        (STORY, ("LiveBlogPosting",), True),
        (STORY, ("NewsArticle",), False),
        ("https://harbour.example/2026/03/lively-market", (), False),
        ("https://harbour.example/2026/03/where-seals-live", (), False),
    ],
)
def test_live_articles_are_told_by_type_or_address(
    url: str, types: tuple[str, ...], *, expected: bool
) -> None:
    assert genres.is_live(url, types) is expected


@pytest.mark.parametrize(
    ("url", "types", "sections", "expected"),
    [
        ("https://harbour.example/opinion/why-piers", (), (), True),
        ("https://hafen.example/meinung/mole-1.23", (), (), True),
        (STORY, ("OpinionNewsArticle",), (), True),
        (STORY, (), ("Columns & Opinie",), True),
        (STORY, (), ("City", "Op-Ed"), True),
        (STORY, (), ("社説",), True),
        (STORY, (), ("City",), False),
        ("https://harbour.example/city/public-opinion-shifts", (), (), False),
    ],
)
def test_opinions_are_told_by_type_address_or_section(
    url: str, types: tuple[str, ...], sections: tuple[str, ...], *, expected: bool
) -> None:
    assert genres.is_opinion(url, types=types, sections=sections) is expected


@pytest.mark.parametrize(
    ("is_free", "last", "expected"),
    [
        (False, "The pier is open.", True),
        (True, "Subscribe to continue reading.", False),
        (None, "Subscribe to continue reading.", True),
        (None, "Déjà abonné ? Se connecter", True),
        (None, "The pier is open.", False),
    ],
)
def test_a_paywall_is_stated_or_stands_where_the_text_ends(
    last: str, *, is_free: bool | None, expected: bool
) -> None:
    blocks = [
        Block("paragraph", "The council met on Tuesday to discuss the new pier."),
        Block("paragraph", last),
    ]
    assert genres.is_paywalled(is_free=is_free, blocks=blocks) is expected


@pytest.mark.parametrize("root", ["amp", "⚡", "amp lang='en'"])
def test_a_page_that_says_it_is_amp_is(root: str) -> None:
    assert genres.is_amp(page_of(STORY, root=root, head=canonical(STORY)))


@pytest.mark.parametrize(
    ("url", "head", "expected"),
    [
        (f"{STORY}/amp/", canonical(STORY), True),
        (f"{STORY}.amp.html", canonical(STORY), True),
        (f"{STORY}?amp=1", canonical(STORY), True),
        (f"{STORY}?outputType=amp", canonical(STORY), True),
        ("https://amp.harbour.example/x", f'<link rel="amphtml" href="https://amp.harbour.example/x">{canonical(STORY)}', True),
        (STORY, f'<link rel="amphtml" href="{STORY}/amp/">{canonical(STORY)}', False),
        ("https://harbour.example/tech/amp", canonical("https://harbour.example/tech/amp"), False),
        ("https://harbour.example/camp/summer", "", False),
        (f"{STORY}?view=full", canonical(STORY), False),
    ],
)  # fmt: skip
def test_an_amp_copy_names_its_original(url: str, head: str, *, expected: bool) -> None:
    assert genres.is_amp(page_of(url, head=head)) is expected


@pytest.mark.parametrize(
    ("url", "head", "expected"),
    [
        (f"{STORY}?print=1", canonical(STORY), True),
        (f"{STORY}?tmpl=component&print=true", "", True),
        (f"{STORY}?view=print", canonical(STORY), True),
        (f"{STORY}/print/", canonical(STORY), True),
        ("https://hafen.example/mole-1.23-druckversion", canonical("https://hafen.example/mole-1.23"), True),
        (f"{STORY}?print=0", canonical(STORY), False),
        (STORY, canonical(STORY), False),
        ("https://harbour.example/print/2026/pier", canonical("https://harbour.example/print/2026/pier"), False),
        ("https://harbour.example/2026/blueprint", "", False),
    ],
)  # fmt: skip
def test_a_print_copy_names_its_original_or_none(url: str, head: str, *, expected: bool) -> None:
    assert genres.is_print(page_of(url, head=head)) is expected


def test_a_page_that_prints_itself_is_a_print_copy() -> None:
    loaded = '<body onload="window.print()"><p>The pier</p></body>'
    assert genres.is_print(page_of(STORY, body=loaded))


def test_addresses_that_cannot_be_split_are_of_no_genre() -> None:
    assert not genres.is_live("http://[x", ())
    assert not genres.is_amp(page_of("http://[x"))
    assert not genres.is_print(page_of("http://[x?print=1"))


def test_a_reading_says_each_of_them_in_json() -> None:
    told = Reading(
        url=STORY, verdict=Verdict.BELIEVED, is_amp=True, is_print=True, is_live=True
    ).as_json()
    flags = {
        key: told[key] for key in ("is_paywalled", "is_live", "is_opinion", "is_amp", "is_print")
    }
    assert json.loads(json.dumps(flags)) == {
        "is_paywalled": False,
        "is_live": True,
        "is_opinion": False,
        "is_amp": True,
        "is_print": True,
    }
