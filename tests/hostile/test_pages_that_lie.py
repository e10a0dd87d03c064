"""Pages that were made to break their reader: each is read or refused, in bounded time, and never raises.

benchmarks/fuzz_extraction.py reads a million of them, and the larger ones.
"""

import random
import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.site import ad_hoc_site
from pipeline.read import read
from pipeline.reading import Reading, Reason, Verdict
from tests.hostile.monsters import MONSTERS
from tests.hostile.mutations import HOSTILE_STRINGS, hostile_bytes, mutated
from tests.hostile.promises import FETCHED_AT, URL, broken_promise, fictional_pages

LIMIT_S = 8.0  # of CPU, thrice what the largest page takes; what hangs takes much longer

PARTS = (
    *("<p>", "</p>", "<div>", "<h1>", "</h1>", "<article>", "<!--", "-->", "<script>", "</script>"),
    *(
        "<table>",
        "<tr>",
        "<td>",
        '<a href="/x">',
        '<time datetime="2026-13-45">',
        "<title>",
        "<br>",
    ),
    *("<meta charset=utf-16>", "<svg>", "<![CDATA[", "]]>", "<template>", "<li>", "<html lang=xx>"),
    *("<body>", "<select>", "<plaintext>", "<p hidden>", "<base href='x:'>", "&#xD800;", "&amp"),
    *("By Ada Lund ", "1 March 2026 ", "The pier was opened again. " * 5, "Source: "),
)


@cache
def pages() -> list[bytes]:
    return fictional_pages()


def judged(page: bytes, *, content_type: str | None = None) -> Reading:
    """The reading of a page, which has kept its promises."""
    began = time.process_time()
    reading = read(
        page, url=URL, site=ad_hoc_site(URL), fetched_at=FETCHED_AT, content_type=content_type
    )
    assert broken_promise(reading) is None
    assert time.process_time() - began < LIMIT_S
    return reading


def test_the_pages_to_begin_with_are_honest() -> None:
    readings = [judged(page) for page in pages()]
    believed = sum(reading.verdict is Verdict.BELIEVED for reading in readings)
    assert believed > len(readings) / 2


@pytest.mark.parametrize("name", list(MONSTERS))
def test_a_monster_is_read_or_refused(name: str) -> None:
    judged(MONSTERS[name]())


@pytest.mark.parametrize(
    "name",
    [
        "a text of 50 MB",
        "a million links",
        "10,000 nested tags",
        "a million attributes",
        "10,000 lines of an article",
        "90,000 short paragraphs",
    ],
)
def test_what_is_over_a_limit_is_refused_as_such(name: str) -> None:
    assert judged(MONSTERS[name]()).reason is Reason.TOO_LARGE


def test_an_article_above_more_lines_than_are_asked_about_is_read() -> None:
    reading = judged(MONSTERS["10,000 lines below an article"]())
    assert "opened again on Monday" in reading.text
    assert reading.reason is not Reason.TOO_LARGE


@pytest.mark.parametrize("number", range(100))
def test_a_mutated_page_is_read_or_refused(number: int) -> None:
    page, _ = mutated(pages(), random.Random(f"1:{number}"))
    judged(page)


def test_a_mutated_page_is_read_alike_twice() -> None:
    for number in range(1000, 1010):
        page, _ = mutated(pages(), random.Random(f"1:{number}"))
        assert judged(page) == judged(page)


def test_the_same_dice_spoil_a_page_alike() -> None:
    for number in range(50):
        twice = [mutated(pages(), random.Random(f"1:{number}")) for _ in range(2)]
        assert twice[0] == twice[1]


@settings(max_examples=60)
@given(
    st.binary(max_size=3000), st.sampled_from(["text/html", "text/html; charset=utf-7", "x", ""])
)
def test_any_bytes_are_read_or_refused(page: bytes, content_type: str) -> None:
    judged(page, content_type=content_type)


@settings(max_examples=60)
@given(st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=40)), max_size=60))
def test_any_tags_in_any_order_are_read_or_refused(parts: list[str]) -> None:
    judged("".join(parts).encode("utf-8", "surrogatepass"))


@settings(max_examples=40)
@given(st.sampled_from(sorted(HOSTILE_STRINGS)), st.sampled_from([b"<h1>", b"<p>", b'"', b">"]))
def test_a_hostile_string_behind_any_mark_costs_no_more_than_its_length(
    name: str, mark: bytes
) -> None:
    page = pages()[1]
    judged(page.replace(mark, mark + hostile_bytes(name)[:20_000], 3))
