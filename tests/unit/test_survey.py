from lxml import html

from pipeline.bodies import survey
from pipeline.bodies.survey import Survey
from pipeline.markup import naming


def surveyed(markup: str) -> Survey:
    return survey.of(html.document_fromstring(f"<html><body>{markup}</body></html>").body)


def texts(markup: str) -> list[str]:
    return [line.block.text for line in surveyed(markup).lines]


def test_lines_come_in_the_pages_order_with_their_share_of_links() -> None:
    lines = surveyed(
        "<h2>One</h2><p>two <a href='/'>thr</a></p><ul><li><a href='/'>four</a></li></ul>"
    ).lines
    assert [line.block.text for line in lines] == ["One", "two thr", "four"]
    assert [round(line.linked, 2) for line in lines] == [0, 0.43, 1]


def test_menus_and_footers_are_passed_over() -> None:
    assert texts("<nav><a href='/'>Home</a></nav><p>text</p><footer><p>imprint</p></footer>") == [
        "text"
    ]


def test_a_menu_that_was_never_closed_is_not() -> None:
    assert texts("<nav><a href='/'>Home</a><div><h1>Headline</h1><p>text</p></div></nav>") == [
        "Home",
        "Headline",
        "text",
    ]


def test_a_header_with_text_is_not() -> None:
    assert texts("<header><a href='/'>Home</a></header><header><p>standfirst</p></header>") == [
        "standfirst"
    ]


def test_frames_add_up_what_they_hold() -> None:
    found = surveyed("<div id=a><p>one</p><div><p>three</p></div></div><p>seven</p>")
    outer = next(frame for frame in found.frames.values() if frame.element.get("id") == "a")
    assert (outer.size, outer.lines) == (len("one") + len("three"), 2)
    assert (found.root.size, found.root.lines) == (len("one") + len("three") + len("seven"), 3)


def test_elements_of_one_kind_have_one_path() -> None:
    lines = surveyed(
        "<div class='card-1'><p>a</p></div><div class='card-2'><p>b</p></div><div><p>c</p></div>"
    ).lines
    paths = [line.frame.path for line in lines]
    assert paths[0] == paths[1] != paths[2]


def test_what_is_around_a_line_is_told_however_deep() -> None:
    deep = "<div class='comments'>" + "<div>" * 200 + "<p>text</p>" + "</div>" * 201
    assert surveyed(deep).lines[0].frame.above & naming.bit("comment")
