import pytest

from pipeline.heads import bylines
from pipeline.markup import page as pages

URL = "https://harbourpost.example/2026/pier"


def page_of(body: str) -> pages.Page:
    page = pages.parse(f"<html><body>{body}</body></html>", url=URL, max_depth=500)
    assert isinstance(page, pages.Page)
    return page


def names_in(body: str) -> list[str]:
    """Of the bylines that all elements of a body are."""
    elements = list(page_of(body).body.iterdescendants())
    found = (
        bylines.of(element, element.get("class") or "", pages.own_text(element))
        for element in elements
    )
    return bylines.names([line for line in found if line])


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ('<p class="byline">By <a href="/author/ada">Ada Lund</a></p>', ["Ada Lund"]),
        ('<p class="byline"><b>By</b><b>Ada Lund</b><i>Port Reporter</i></p>', ["Ada Lund"]),
        ('<p class="byline"><b>Ada Lund</b>, <b>Bo Ek</b> and <b>Cy Dahl</b></p>', ["Ada Lund", "Bo Ek", "Cy Dahl"]),
        ('<p class="byline"><i>Ada Lund</i><i>Bo Ek</i><i>Cy Dahl</i></p>', ["Ada Lund", "Bo Ek", "Cy Dahl"]),
        ('<p class="byline"><i>Ada Lund</i> <i>March</i> <i>2, 2026</i></p>', ["Ada Lund"]),
        ('<p class="byline">By <i>Ada</i> <i>Lund</i></p>', ["Ada Lund"]),
        ('<p class="byline">Written by <i>Ada Lund</i> Edited by <i>Bo Ek</i></p>', ["Ada Lund"]),
        ('<p class="byline">Edited by <i>Bo Ek</i> Written by <i>Ada Lund</i></p>', ["Ada Lund"]),
        ('<div class="byline">Ada Lund, Port <a class="author-name">Ada Lund</a></div>', ["Ada Lund"]),
        ("<p>Von Ada Lund und Bo Ek</p>", ["Ada Lund", "Bo Ek"]),
        ("<p>March 2, 2026 by Ada Lund</p>", ["Ada Lund"]),
        ('<figure><figcaption class="author">By Bo Ek</figcaption></figure>', []),
        ('<p class="author-bio">Ada Lund</p>', []),
        ('<a class="tags-item" href="/people/bo-ek">Bo Ek</a>', []),
        ("<p>By the sea it was quiet, and nobody came to see the pier.</p>", []),
    ],
)  # fmt: skip
def test_a_byline_names_who_wrote_the_article(body: str, names: list[str]) -> None:
    assert names_in(body) == names


def test_a_byline_far_from_the_headline_is_found() -> None:
    body = '<aside><p class="author">Bo Ek</p></aside><p>Text.</p><p class="article-author">Ada Lund</p>'
    assert bylines.anywhere(page_of(body)) == ["Ada Lund"]


@pytest.mark.parametrize("names", ["related", "comment-list", "sidebar", "teaser"])
def test_bylines_of_other_articles_and_comments_are_not_looked_at(names: str) -> None:
    body = f'<div class="{names}"><span class="author">Bo Ek</span></div>'
    assert bylines.anywhere(page_of(body)) == []


@pytest.mark.parametrize(
    ("text", "line"), [(" by Ada Lund, ", "by Ada Lund,"), ("Von Bo Ek", "Von Bo Ek")]
)
def test_text_that_no_element_holds_may_be_a_byline(text: str, line: str) -> None:
    found = bylines.of_text(text)
    assert found is not None
    assert found.pieces == (line,)


@pytest.mark.parametrize(
    "text", ["", "| ", "The pier was by then closed", "By " + "and so on " * 20]
)
def test_other_loose_text_is_none(text: str) -> None:
    assert bylines.of_text(text) is None
