import pytest
from lxml.html import fragment_fromstring

from pipeline.markup import blocks
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


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p><span class='dropcap'>N</span>a endlich</p>", ["Na endlich"]),
        ("<p><span class='has-drop-cap'>T</span>\n he pier</p>", ["The pier"]),
        ("<p><span class='dropcap'>A</span> man said</p>", ["A man said"]),
        ("<p><span class='big'>N</span> o</p>", ["N o"]),
        ("<p>H<wbr>arb\u00adour\u200bs</p>", ["Harbours"]),
        ("<p><ruby>港<rp>(</rp><rt>みなと</rt><rp>)</rp></ruby>が</p>", ["港が"]),
        (
            "<p>Sunk<sup><a href='#note-1'>1</a></sup> in 5 m<sup>2</sup> and 1<sup>st</sup>.</p>",
            ["Sunk in 5 m2 and 1st."],
        ),
        ("<p>Sunk<sup>[12]</sup>.</p>", ["Sunk."]),
        ("<p>He said <q>no</q> and <q>“yes”</q>.</p>", ["He said “no” and “yes”."]),
        ("<span>It rained.</span><span>He left.</span>", ["It rained. He left."]),
        ("<span>U.</span> <span>S.</span>", ["U. S."]),
        (
            "<span style='display:block'>One</span><span style='display: block'>two</span>",
            ["One", "two"],
        ),
        ("<p>&nbsp;</p><p>\u200b</p><p>a</p>", ["a"]),
        ("<p>ท่า<b>เรือ</b>\n<i>เปิด</i></p>", ["ท่าเรือเปิด"]),
        ("<p>港<b>口</b><br>重新</p>", ["港口重新"]),
        ("<p>the <b>pier </b><i>opens</i> <a>now</a></p>", ["the pier opens now"]),
        ("<p>H\u200darb\u200cour می\u200cروم</p>", ["Harbour می\u200cروم"]),
        ("<ul><li>One</li><li>Two</li></ul>end", ["One", "Two", "end"]),
        ("<dl><dt>Who</dt><dd>He</dd></dl>", ["Who", "He"]),
        ("<p>a<p>b<div>c<p>d</div>e", ["a", "b", "c", "d", "e"]),
    ],
)
def test_lines_and_words_are_those_that_readers_see(markup: str, expected: list[str]) -> None:
    assert texts(markup) == expected


def test_paragraphs_in_list_items_and_quotes_keep_their_kind() -> None:
    markup = "<ul><li><p>one</p><p>two</p></li></ul><blockquote>a<blockquote><p>b</p></blockquote></blockquote>"
    assert walked(markup) == [
        Block("list_item", "one", 1),
        Block("list_item", "two", 1),
        Block("quote", "a"),
        Block("quote", "b"),
    ]


def test_posts_of_other_sites_are_embeds() -> None:
    markup = "<blockquote class='twitter-tweet'><p>Ahoy</p>— Ada</blockquote><blockquote>Said</blockquote>"
    assert [block.kind for block in walked(markup)] == ["embed", "embed", "quote"]


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("<p><strong>The pier</strong></p>", "heading"),
        ("<p> <b><i>The pier</i></b>&nbsp;</p>", "heading"),
        ("<p><strong>The pier opens.</strong></p>", "paragraph"),
        ("<p><strong>Why?</strong></p>", "paragraph"),
        ("<p><strong>The pier</strong> opens</p>", "paragraph"),
        ("<p><strong>" + "pier " * 40 + "</strong></p>", "paragraph"),
        ("<ul><li><p><strong>The pier</strong></p></li></ul>", "list_item"),
    ],
)
def test_a_short_line_in_bold_alone_is_a_heading(markup: str, kind: str) -> None:
    assert [block.kind for block in walked(markup)] == [kind]
