import pytest
from lxml.html import fragment_fromstring

from pipeline import blocks
from pipeline.reading import Block

LONG = (
    "The harbour council met on Tuesday to discuss the pier, which had been closed since the storm."
)


def walked(markup: str) -> list[Block]:
    return blocks.walk(fragment_fromstring(f"<div>{markup}</div>"))


def texts(markup: str) -> list[str]:
    return [block.text for block in walked(markup)]


@pytest.mark.parametrize("ending", ["<br><br>", "<br/>\n <br/>", "<br><br><br>", "<hr>"])
def test_two_breaks_end_a_paragraph(ending: str) -> None:
    assert texts(f"One.{ending}Two.") == ["One.", "Two."]


def test_single_breaks_between_sentences_of_prose_end_paragraphs() -> None:
    assert texts(f"{LONG}<br>{LONG}") == [LONG, LONG]


def test_single_breaks_in_short_lines_are_spaces() -> None:
    assert texts("<p>Harbour House<br>1 Pier Street</p>") == ["Harbour House 1 Pier Street"]


def test_no_words_are_glued_across_blocks() -> None:
    assert texts("one<div>two</div>three<section><p>four</p>five</section>") == [
        "one",
        "two",
        "three",
        "four",
        "five",
    ]


def test_inline_elements_put_no_spaces_into_words() -> None:
    assert texts("<p><span>H</span>arb<b>our</b> <a href='/x'>reopens</a></p>") == [
        "Harbour reopens"
    ]


def test_lines_of_unspaced_scripts_join_without_spaces() -> None:
    assert texts("<p>港口重新\n   开放</p>") == ["港口重新开放"]


def test_kinds_and_levels_are_kept() -> None:
    markup = "<h2>Head</h2><blockquote><p>Said</p></blockquote><ul><li>one<ul><li>deep</li></ul></li></ul><pre>a b</pre>"
    assert walked(markup) == [
        Block("heading", "Head", 2),
        Block("quote", "Said"),
        Block("list_item", "one", 1),
        Block("list_item", "deep", 2),
        Block("preformatted", "a b"),
    ]


def test_a_table_of_figures_keeps_its_rows() -> None:
    rows = walked(
        "<table><tr><th>Ship</th><th>Day</th></tr><tr><td>Ada</td><td>Monday</td></tr></table>"
    )
    assert rows == [Block("table", "Ship | Day"), Block("table", "Ada | Monday")]


def test_a_table_for_layout_is_text() -> None:
    assert texts(f"<table><tr><td>{LONG}</td></tr><tr><td>{LONG}</td></tr></table>") == [LONG, LONG]


def test_machinery_is_not_text() -> None:
    assert texts("<script>x</script>one<style>y</style><button>z</button> two") == ["one two"]


def test_what_is_to_be_skipped_is() -> None:
    found = blocks.walk(
        fragment_fromstring("<div>a<p class='ad'>b</p>c</div>"),
        skip=lambda e: e.get("class") == "ad",
    )
    assert [block.text for block in found] == ["a", "c"]
