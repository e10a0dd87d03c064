import time
from datetime import UTC

from pipeline.dating import dates, datesearch
from pipeline.dating.datesearch import Sighting
from pipeline.markup import page as pages
from pipeline.reading import StatedMoment

TEXT = "<p>The harbour council met to discuss the new pier, which was closed after a storm.</p>"


def page_of(body: str) -> pages.Page:
    page = pages.parse(
        f"<html><head><title>Pier</title></head><body>{body}</body></html>",
        url="https://www.harbour.example/pier",
        max_depth=500,
    )
    assert isinstance(page, pages.Page)
    return page


def parse(text: str, is_prose: bool) -> StatedMoment | None:  # noqa: FBT001  # called by position
    return dates.parse(text, zone=UTC, is_prose=is_prose)


def search(body: str) -> list[Sighting]:
    page = page_of(body)
    found, _ = datesearch.search(page, place=next(page.body.iter("h1"), None), parse=parse)
    return found


def test_elements_made_for_dates_are_read_by_attribute_and_by_text() -> None:
    found = search('<h1>Pier</h1><time datetime="2026-03-02T09:30">Monday, 2 March 2026</time>')
    assert [(s.kind, str(s.moment)) for s in found] == [
        ("time", "2026-03-02T09:30:00+00:00"),
        ("time", "2026-03-02"),
    ]


def test_named_elements_lines_and_datelines_are_told_apart() -> None:
    found = search(
        '<h1>Pier</h1><div class="post-date">2 March 2026</div><div>3 March 2026</div>'
        f"<p>HARBOUR, 4 March 2026 - {'The council met. ' * 20}</p>"
    )
    assert [(s.kind, s.moment.at.day) for s in found] == [("named", 2), ("line", 3), ("opening", 4)]


def test_words_before_a_date_label_it() -> None:
    found = search(
        "<h1>Pier</h1><p>Published: <b>2 March 2026</b></p><p><span>Updated</span> <b>3 March 2026</b></p>"
        '<p><i class="date-modified">4 March 2026</i></p>'
    )
    assert [s.label for s in found] == ["published", "modified", "modified"]


def test_what_stands_inside_an_updated_line_is_an_update() -> None:
    found = search(
        '<h1>Pier</h1><div class="meta">Updated: <b>9:30</b>, <i class="date">3 March 2026</i></div>'
    )
    assert {s.label for s in found} == {"modified"}


def test_furniture_related_articles_and_comments_are_outside() -> None:
    found = search(
        "<h1>Pier</h1><nav><b>1 March 2026</b></nav><div class='related-news'><b>2 March 2026</b></div>"
        "<div id='comments'><b>3 March 2026</b></div><article><b>4 March 2026</b></article>"
    )
    assert [(s.moment.at.day, s.is_outside, s.is_inside) for s in found] == [
        (1, True, False),
        (2, True, False),
        (3, True, False),
        (4, False, True),
    ]


def test_what_holds_the_headline_too_is_no_furniture() -> None:
    found = search(
        "<div class='teaser-archive'><h1>Pier</h1><b>2 March 2026</b><div class='teaser'><b>3 March 2026</b></div></div>"
    )
    assert [s.is_outside for s in found] == [False, True]


def test_links_and_headings_are_known() -> None:
    found = search("<h1>Pier</h1><a href='/'>2 March 2026</a><h2>3 March 2026</h2>")
    assert [(s.is_linked, s.is_heading) for s in found] == [(True, False), (False, True)]


def test_alike_elements_are_counted() -> None:
    found = search("<h1>Pier</h1>" + "<span class='date'>2 March 2026</span>" * 3)
    assert [s.alike for s in found] == [3, 3, 3]


def test_nothing_far_away_is_looked_for_where_a_date_stands_by_the_headline() -> None:
    far = TEXT * 400 + "<p>5 March 2026</p>"
    assert len(search(f"<h1>Pier</h1><p class='date'>2 March 2026</p>{far}")) == 1
    assert len(search(f"<h1>Pier</h1>{far}")) == 1


def test_a_page_of_dates_is_bounded() -> None:
    assert len(search("<h1>Pier</h1>" + "<p>2 March 2026</p>" * 5000)) <= 4 * datesearch._MOST


def test_nested_wrappers_named_for_dates_are_bounded() -> None:
    nested = (
        "<div class='date'>" * 300 + "<i></i>" * 20_000 + "<b>2 March 2026</b>" + "</div>" * 300
    )
    began = time.process_time()
    search(f"<h1>Pier</h1>{nested}")
    assert time.process_time() - began < 1


def test_members_of_scripts_are_read() -> None:
    page = page_of(
        '<script>window.state = {"publishedAt":"2026-03-02T09:30:00Z", \\"publish_date\\":\\"2026-03-03\\", '
        '"modified": "2026-03-04", "createdAt": 1772443815000, "published": true}</script>'
    )
    assert sorted(datesearch.in_scripts(page)) == [
        ("1772443815000", "published"),
        ("2026-03-02T09:30:00Z", "published"),
        ("2026-03-03", "published"),
    ]


def test_hostile_scripts_are_bounded() -> None:
    page = page_of(f"<script>{'publish' * 50_000}</script><script>{'publishedAt:' * 9000}</script>")
    assert datesearch.in_scripts(page) == []
