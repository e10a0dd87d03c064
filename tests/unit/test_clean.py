import re
from typing import Any

import pytest

from pipeline import clean
from pipeline.clean import Cleaned, Known
from pipeline.reading import Block
from pipeline.text import typography

ONE = "The harbour council met on Tuesday to discuss the new pier, which had been closed since the storm of last winter."
TWO = "Repairs took longer than planned because the piles had to be brought from the north by ship, the mayor said."
THREE = "Walkers may use the pier again from the first of June, when the season opens with a small feast at the old quay."


def cleaned(*texts: str | Block, **known: Any) -> Cleaned:
    found = [text if isinstance(text, Block) else Block("paragraph", text) for text in texts]
    return clean.clean(found, known=Known(**known))


def kept(result: Cleaned) -> list[str]:
    return [block.text for block in result.blocks]


def whys(result: Cleaned) -> list[str]:
    return [removed.why for removed in result.removed]


def test_title_byline_and_date_lines_go_and_are_recorded() -> None:
    result = cleaned(
        "Pier reopens!", "By Ada Lund", "March 2, 2026 9:30 am", ONE, TWO, title="Pier reopens"
    )
    assert kept(result) == [ONE, TWO]
    assert whys(result) == ["title", "byline", "date"]


def test_a_sentence_that_begins_like_a_byline_stays() -> None:
    assert kept(cleaned("By the sea it was quiet.", ONE))[0] == "By the sea it was quiet."


def test_the_standfirst_is_not_repeated_in_the_body() -> None:
    assert kept(cleaned(TWO, ONE, THREE, standfirst=TWO)) == [ONE, THREE]


def test_an_injected_name_goes_from_inside_words_and_mentions_stay() -> None:
    result = cleaned(
        "[World Harbour]",
        ONE.replace("harbour", "harWorld Harbourbour"),
        f"{TWO} She told the World Harbour so.",
        THREE.replace("walkers", "walkWorld Harbourers").replace("season", "seaWorld Harbourson"),
        names=("World Harbour",),
    )
    assert kept(result) == [ONE, f"{TWO} She told the World Harbour so.", THREE]
    assert result.watermark == "World Harbour"
    assert set(whys(result)) == {"watermark"}


def test_a_paragraph_that_repeats_a_pictures_alt_text_is_its_caption() -> None:
    result = cleaned(
        "The pier at dawn. Photo: Tidal Wire",
        ONE,
        TWO,
        alts=("The pier at dawn. Photo: Tidal Wire",),
    )
    assert kept(result) == [ONE, TWO]
    assert result.captions == ["The pier at dawn. Photo: Tidal Wire"]


@pytest.mark.parametrize("line", ["Photo: Tidal Wire", "Image: Bo Ek/Tidal Wire", "图：港口社"])
def test_a_photographers_line_is_no_text(line: str) -> None:
    assert kept(cleaned(ONE, line, TWO)) == [ONE, TWO]


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("Source: Tidal Wire", "Tidal Wire"),
        ("(Quelle: dpa)", "dpa"),
        ("来源：港口社", "港口社"),
        ("Harbour Post", "Harbour Post"),
        ("(Reuters)", "Reuters"),
        ("AP / dpa", "AP / dpa"),
    ],
)
def test_a_last_line_that_names_the_source_is_a_credit(line: str, credit: str) -> None:
    result = cleaned(ONE, TWO, line, names=("Harbour Post",))
    assert (kept(result), result.credit) == ([ONE, TWO], credit)


def test_a_credit_line_with_a_link_ends_the_article() -> None:
    line = "文章来源于互联网:Pier reopens to walkers after a winter of repairs"
    links = {typography.fold(line): "https://harbour.example/2026/pier"}
    result = cleaned(
        ONE, TWO, line, "Related suggestion: A whale in the bay", THREE, credit_links=links
    )
    assert kept(result) == [ONE, TWO]
    assert (result.credit, result.source_url) == (
        "文章来源于互联网",
        "https://harbour.example/2026/pier",
    )
    assert whys(result) == ["credit", "furniture", "furniture"]


def test_a_source_named_early_in_the_text_is_no_credit_line() -> None:
    assert cleaned("Source: the council's own figures", ONE, TWO, THREE, ONE).credit is None


@pytest.mark.parametrize(
    "heading",
    [
        "Related articles",
        "Mehr zum Thema",
        "Lire aussi",
        "相关阅读",
        "Leave a Reply",
        "You may also like",
    ],
)
def test_what_follows_a_heading_of_other_stories_goes(heading: str) -> None:
    result = cleaned(ONE, TWO, THREE, heading, "A whale in the bay", "Storm damages the quay")
    assert kept(result) == [ONE, TWO, THREE]


def test_prose_below_a_teaser_in_the_middle_stays() -> None:
    assert kept(cleaned(ONE, "Read more", "A whale in the bay", TWO, THREE)) == [ONE, TWO, THREE]


@pytest.mark.parametrize(
    "line",
    [
        "Read more: A whale in the bay",
        "Leggi anche: Una balena nella baia",
        "Sign up for our morning newsletter to get the news first.",
        "Share this article",
        "Advertisement",
    ],
)
def test_lines_of_the_page_between_paragraphs_go(line: str) -> None:
    assert kept(cleaned(ONE, line, TWO)) == [ONE, TWO]


def test_words_of_furniture_inside_sentences_stay() -> None:
    sentence = "Comments on the plan may be sent to the council until Friday, and the related maps are in the town hall."
    assert kept(cleaned(ONE, sentence, "Subscribe rates rose by a tenth."))[1:] == [
        sentence,
        "Subscribe rates rose by a tenth.",
    ]


def test_the_sites_patterns_drop_and_stop() -> None:
    result = cleaned(
        ONE, "Our harbour shop is open.", TWO, "--- end ---", THREE,
        remove_text=(re.compile("harbour shop"),), body_stop=(re.compile("^--- end"),),
    )  # fmt: skip
    assert kept(result) == [ONE, TWO]
    assert set(whys(result)) == {"rule"}


def test_a_heading_with_nothing_below_goes() -> None:
    assert kept(cleaned(ONE, Block("heading", "What happens next", 2))) == [ONE]


def test_a_paragraph_rendered_twice_is_kept_once() -> None:
    assert kept(cleaned(ONE, ONE, TWO)) == [ONE, TWO]


@pytest.mark.parametrize(
    ("raw", "settled"),
    [
        ("a\u00a0b\u2009c", "a b c"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("cafe\u0301", "café"),
        ("soft\u00adhyphen", "softhyphen"),
        ("  many\n\t spaces ", "many spaces"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("nul\x00 and \ud800 lone", "nul and lone"),
        ("港口\n重新", "港口重新"),
    ],
)
def test_whitespace_and_unicode_are_settled(raw: str, settled: str) -> None:
    assert typography.settle(raw) == settled
