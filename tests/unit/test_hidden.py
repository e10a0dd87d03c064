import pytest

from pipeline.markup import blocks, furniture, hidden, stylesheet
from pipeline.markup import page as pages
from pipeline.markup.page import Page

PROSE = "The harbour council met on Tuesday to discuss the pier, which had been closed since the storm of last winter. "


def page_of(body: str, head: str = "") -> Page:
    page = pages.parse(
        f"<html><head>{head}</head><body>{body}</body></html>",
        url="https://harbour.example/a",
        max_depth=2000,
    )
    assert isinstance(page, Page)
    return page


def shown(body: str, *, style: str = "") -> str:
    page = page_of(body, f"<style>{style}</style>" if style else "")
    furniture.clear(page)
    return pages.own_text(page.body)


INJECTED = "<p>The pier <span class='x'>Harbour Post</span>opens.</p>"


@pytest.mark.parametrize(
    "attributes",
    [
        "style='display:none'",
        "style='color:red; DISPLAY : none !important'",
        "style='visibility:hidden'",
        "style='font-size:0'",
        "style='position:absolute;left:-9999px'",
        "style='opacity:0'",
        "style='color:transparent'",
        "style='color:rgba(0,0,0,0)'",
        "style='height:0;overflow:hidden'",
        "style='color:#fff;font-size:1px'",
        "style='position:absolute;clip:rect(0 0 0 0)'",
        "hidden",
        "hidden=''",
        "hidden='until-found'",
        "aria-hidden='true'",
        "class='sr-only'",
        "class='a visuallyHidden b'",
        "class='u-visually-hidden'",
        "class='d-none d-print-block'",
        "class='hidden'",
        "class='lg:hidden'",
    ],
)
def test_what_hides_itself_is_not_text(attributes: str) -> None:
    assert shown(f"<p>The pier <span {attributes}>Harbour Post</span>opens.</p>") == (
        "The pier opens."
    )


@pytest.mark.parametrize(
    "attributes",
    [
        "style='display:block'",
        "style='font-size:0.9em'",
        "style='opacity:0.9'",
        "style='color:#ffffff'",
        "style='margin-left:-20px'",
        "hidden='false'",
        "aria-hidden='false'",
        "class='d-none d-md-inline'",
        "class='sr-only sm:not-sr-only'",
        "class='hidden md:inline'",
        "class='overflow-hidden'",
        "class='nothidden'",
    ],
)
def test_what_does_not_stays(attributes: str) -> None:
    markup = f"<p>The pier <span {attributes}>of stone </span>opens.</p>"
    assert shown(markup) == "The pier of stone opens."


@pytest.mark.parametrize(
    "style",
    [
        ".x{display:none}",
        "p{margin:0}.y , .x { color : red; display: none }",
        "span.x{visibility:hidden}",
        ".x{font-size:0}",
        ".x{position:absolute;left:-9999px}",
        ".x{position:absolute;clip:rect(1px,1px,1px,1px)}",
        ".x{opacity:0}",
        ".x{color:transparent}",
        ".x{height:0;overflow:hidden}",
        ".x{font-size:10px;color:#FFF}",
        "@media screen{.x{display:none}}",
        "@layer base{.x{display:none}}",
        "/* .x{display:block} */.x{display:none}",
        '@charset "utf-8";.x{display:none}',
        "@media print{.x{color:red}}.x{display:none}",
        "@font-face{font-family:a;src:url(b)}.x{display:none}",
        ".x{display:none",
    ],
)
def test_what_the_pages_own_styles_hide_is_not_text(style: str) -> None:
    assert shown(INJECTED, style=style) == "The pier opens."


@pytest.mark.parametrize(
    "style",
    [
        "@media print{.x{display:none}}",
        "@media (max-width:600px){.x{display:none}}",
        "@supports (display:grid){.x{display:none}}",
        "@keyframes show{from{opacity:0}to{opacity:1}}",
        ".x{display:none}@media (min-width:600px){.x{display:inline}}",
        ".x{display:none}.article .x{display:inline}",
        ".x{display:none}.x.is-open{display:block}",
        ".menu .x{display:none}",
        ".x:empty{display:none}",
        ".x::before{display:none}",
        "div.x{display:none}",
        ".x.y{display:none}",
        ".xy{display:none}",
        "#x{display:none}",
        ".x{background:red;color:#fff;font-size:9px}",
        ".x{color:#fff}",
        ".x{text-decoration:none;overflow:hidden}",
        "p{display:none}",
        "}}}{{{.x",
        "",
    ],
)
def test_what_may_be_shown_somewhere_stays(style: str) -> None:
    assert shown(INJECTED, style=style) == "The pier Harbour Postopens."


def test_an_id_hides_as_a_class_does() -> None:
    assert shown("<p>a<b id='x'>b</b> c</p>", style="#x{display:none}") == "a c"


@pytest.mark.parametrize("declaration", ["opacity:0", "font-size:0", "height:0;overflow:hidden"])
def test_effects_on_blocks_do_not_hide_them(declaration: str) -> None:
    assert shown("<div class='x'><p>Text.</p></div>", style=f".x{{{declaration}}}") == "Text."


def test_styles_for_print_and_for_pages_without_scripts_hide_nothing() -> None:
    rule = ".x{display:none}"
    head = f"<style media='print'>{rule}</style><noscript><style>{rule}</style></noscript>"
    page = page_of(INJECTED, head)
    assert hidden.styles_of(page) == ()


def test_an_article_that_waits_for_a_script_is_kept() -> None:
    body = "<div class='x'>" + f"<p>{PROSE}</p>" * 6 + "</div>"
    assert PROSE.strip() in shown(body, style=".x{visibility:hidden}")
    assert PROSE.strip() in shown(f"<div hidden>{body}</div>")


def test_answers_that_open_by_a_click_are_kept() -> None:
    assert PROSE.strip() in shown(f"<p>Who?</p><div class='hidden'><p>{PROSE}</p></div>")


def test_hidden_text_is_told_with_its_parent() -> None:
    page = page_of("<article><p>a <i style='display:none'>Harbour  Post</i></p></article>")
    ((parent, text),) = furniture.clear(page).hidden
    assert (parent.tag, text) == ("p", "Harbour Post")


def test_a_stretch_of_its_own_look_that_splits_words_is_not_text() -> None:
    words = ("lar<i class=x>Post</i>ge", "ha<i class=x>Post</i>rbour", "pi<i class=x>Post</i>er")
    assert shown(f"<p>{' '.join(words)} <i class=x>Post</i> it</p>") == "large harbour pier Post it"
    twice = "<p>un<b class=x>belie</b>vable un<b class=x>belie</b>ving</p>"
    assert shown(twice) == "unbelievable unbelieving"


def test_an_ornamental_first_letter_stays_with_its_word() -> None:
    letter = "<span aria-hidden='true'>N</span><span class='sr-only'>N</span>a endlich."
    assert shown(f"<p>{letter}</p>") == "Na endlich."


def test_parts_of_amp_that_are_not_the_article_go_and_shadow_roots_stay() -> None:
    body = "<amp-sidebar>Menu</amp-sidebar><p>Text.</p><amp-consent>Agree?</amp-consent>"
    assert shown(body) == "Text."
    root = "<template shadowrootmode='open'><p>Text.</p></template><template><p>Not.</p></template>"
    assert shown(root) == "Text."


def test_details_are_text_and_closed_dialogs_are_not() -> None:
    body = "<details><summary>Why?</summary><p>Because.</p></details><dialog>Join us</dialog>"
    page = page_of(body)
    furniture.clear(page)
    assert [block.text for block in blocks.walk(page.body)] == ["Why?", "Because."]


def test_a_huge_style_is_read_in_bounded_time() -> None:
    for css in ("{" * 500_000, ".x{display:none}" * 50_000, "@media x{" * 50_000, ".x," * 200_000):
        stylesheet.hidings(css)
        stylesheet.shows(css, ".x")
    assert stylesheet.shows(".x{color:red}" * 10_000, ".x")
