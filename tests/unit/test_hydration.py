import json

import pytest

from pipeline.markup import hydration

FIRST = "The harbour council met on Tuesday to discuss the pier, which had been closed since the storm of last autumn."
SECOND = "Fishermen, who had asked for repairs for months, left the meeting before the vote was taken in the evening."
MARKUP = f"<p>{FIRST}</p><p>{SECOND}</p><p>{FIRST[::1].replace('Tuesday', 'Monday')}</p><p>Nobody spoke against the plan, and the works may begin in March of next year.</p>"


def page(script: str, attributes: str = "") -> str:
    return f"<html><body><div id=app></div><script {attributes}>{script}</script></body></html>"


@pytest.mark.parametrize(
    "script",
    [
        json.dumps({"props": {"article": {"body": MARKUP, "title": "Pier"}}}),
        "window.__STATE__ = " + json.dumps({"story": {"html": MARKUP}}) + ";",
        "var a = 1; window.x={broken; y = " + json.dumps([{"content": MARKUP}]),
        "stream.push("
        + json.dumps([1, '7:{"article":' + json.dumps({"content": MARKUP}) + "}"])
        + ")",
    ],
)
def test_a_body_is_found_in_what_scripts_hold(script: str) -> None:
    assert [block.text for block in hydration.body(page(script))][:2] == [FIRST, SECOND]


def test_paragraphs_in_a_list_are_a_body() -> None:
    elements = [
        {"type": "text", "content": FIRST},
        {"type": "image"},
        {"type": "text", "content": f"<b>{SECOND}</b>"},
    ]
    found = hydration.body(page("Fusion.content=" + json.dumps({"elements": elements}) + ";"))
    assert [block.text for block in found] == [FIRST, SECOND]


@pytest.mark.parametrize(
    "script",
    [
        "",
        "{",
        "x = {",
        "var a = [1, 2, 3]",
        json.dumps({"links": ["/a", "/b"] * 300}),
        "= {" * 5000,
        '"' + "a\\" * 900,
    ],
)
def test_scripts_without_an_article_hold_no_body(script: str) -> None:
    assert hydration.body(page(script)) == []


def test_the_largest_text_is_the_body() -> None:
    teaser = {"teasers": [{"text": FIRST}, {"text": SECOND}], "article": {"body": MARKUP * 2}}
    assert len(hydration.body(page("d = " + json.dumps(teaser)))) == 8
