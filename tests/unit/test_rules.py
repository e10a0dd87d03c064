from typing import Any

import pytest

from config.rules import RuleSet
from pipeline import rules
from pipeline.markup import page as pages
from pipeline.rules import Ruled

PAGE = """<html><body><div class="top">City / Port</div><div class="name">Pier reopens</div>
<p class="by">By Ada Lund for the Post</p><p class="by">By Bo Ek</p>
<span class="when" data-at="2026-03-02">Published: Mar 2, 2026</span>
<div class="text"><p>One.</p><div class="text"><p>Two.</p></div><p class="ad">Buy.</p></div>
<script>var story = {"paper": "Ale &amp; Bo", "id": 7, "id2": 8};</script>
<p class="source">Source: <a href="/wire/7">Tidal Wire</a></p></body></html>"""


def applied(**fields: Any) -> Ruled:
    page = pages.parse(PAGE, url="https://harbour.example/2026/pier", max_depth=100)
    assert isinstance(page, pages.Page)
    return rules.apply(RuleSet.model_validate(fields), page)


def test_the_first_rule_that_yields_wins() -> None:
    assert applied(title=["h1", "div.name", "div.top"]).one("title") == "Pier reopens"


def test_a_pattern_takes_its_group_and_may_yield_nothing() -> None:
    by_number = {"css": "p.by", "regex": r"By (\w+ \w+)"}
    by_name = {"css": "p.by", "regex": r"By (?P<value>\w+) (\w+)"}
    assert applied(authors=by_number).fields["authors"] == ["Ada Lund"]
    assert applied(authors=by_name).fields["authors"] == ["Ada"]
    assert "authors" not in applied(authors={"css": "p.by", "regex": "written by (.+)"}).fields


def test_all_takes_every_match_and_otherwise_the_first_counts() -> None:
    assert len(applied(authors={"css": "p.by", "all": True}).fields["authors"]) == 2
    assert len(applied(authors="p.by").fields["authors"]) == 1


def test_attributes_and_xpath_are_read() -> None:
    assert (
        applied(published={"css": "span.when", "attribute": "data-at"}).one("published")
        == "2026-03-02"
    )
    assert applied(published={"xpath": "//span/@data-at"}).one("published") == "2026-03-02"
    assert applied(section={"xpath": "string(//div[@class='top'])"}).one("section") == "City / Port"


def test_containers_inside_containers_are_read_once() -> None:
    assert len(applied(body=[{"css": "div.text", "all": True}]).bodies) == 1


def test_removed_elements_are_gone_before_reading() -> None:
    ruled = applied(body="div.text", remove=["p.ad"])
    assert pages.own_text(ruled.bodies[0]) == "One. Two."


def test_a_credit_line_brings_its_address() -> None:
    ruled = applied(credit={"css": "p.source", "regex": "Source: (.+)"})
    assert (ruled.one("credit"), ruled.links["credit"]) == (
        "Tidal Wire",
        "https://harbour.example/wire/7",
    )


def test_an_empty_container_is_no_body() -> None:
    assert applied(body=["div.nothing", "p.by"]).bodies[0].tag == "p"


def test_a_pattern_alone_is_searched_in_the_whole_markup() -> None:
    assert applied(section={"regex": '"paper": "([^"]+)"'}).one("section") == "Ale & Bo"
    assert applied(published={"regex": 'data-at="([^"]+)"'}).one("published") == "2026-03-02"
    ids = {"regex": r'"id\d?": (\d)'}
    assert applied(tags=ids).fields["tags"] == ["7"]
    assert applied(tags=ids | {"all": True}).fields["tags"] == ["7", "8"]
    assert "tags" not in applied(tags={"regex": "nothing like it"}).fields


def test_an_xpath_may_use_regular_expressions() -> None:
    assert (
        applied(authors={"xpath": "//p[re:test(., '^By [A-Z]\\w Ek')]"}).one("authors")
        == "By Bo Ek"
    )


def test_an_attempt_tells_every_rule_and_what_it_came_to() -> None:
    page = pages.parse(PAGE, url="https://harbour.example/2026/pier", max_depth=100)
    assert isinstance(page, pages.Page)
    ruleset = RuleSet.model_validate(
        {
            "title": ["h1", "div.name", "div.top"],
            "authors": {"css": "p.by", "regex": "By (.+)", "all": True},
            "body": ["article", "div.text"],
            "remove": ["p.ad", "p.nothing"],
        }
    )
    found = {(trial.field, trial.selector): trial for trial in rules.attempt(ruleset, page)}
    assert found["remove", "p.ad"].found == ("Buy.",)
    assert not found["remove", "p.nothing"].is_used
    assert [found["title", name].is_used for name in ("h1", "div.name", "div.top")] == [
        False,
        True,
        False,
    ]
    assert found["title", "div.top"].found == ("City / Port",)
    assert found["authors", "p.by regex By (.+)"].found == ("Ada Lund for the Post", "Bo Ek")
    assert found["body", "article"].found == ()
    assert found["body", "div.text"].found == ("One. Two.",)


PICTURED = """<html><body><h1>Pier reopens</h1><div class="meta"><i class="lock"></i><b data-access="paid">For members</b></div>
<div class="story"><p>One.</p><figure class="main"><img src="/pier.jpg" alt="A pier"><figcaption>The pier at dawn.</figcaption>
</figure><p>Two.</p><div class="strip"><img src="/a.jpg"><img data-src="/b.jpg" src="data:,"></div></div>
<script>var hero = {"image": "https://img.example/hero.jpg"};</script></body></html>"""


def pictured(**fields: Any) -> Ruled:
    page = pages.parse(PICTURED, url="https://harbour.example/2026/pier", max_depth=100)
    assert isinstance(page, pages.Page)
    return rules.apply(RuleSet.model_validate(fields), page)


@pytest.mark.parametrize(
    ("rule", "urls"),
    [
        ("figure.main", ["/pier.jpg"]),
        ("figure.main img", ["/pier.jpg"]),
        ("div.strip", ["/a.jpg", "/b.jpg"]),
        ({"css": "div.strip img"}, ["/a.jpg"]),
        ({"css": "div.strip img", "all": True}, ["/a.jpg", "/b.jpg"]),
        ({"css": "img", "attribute": "src"}, ["/pier.jpg"]),
        ({"xpath": "//img/@src"}, ["/pier.jpg"]),
        ({"regex": '"image": "([^"]+)"'}, ["https://img.example/hero.jpg"]),
        (["img.none", "figure.main"], ["/pier.jpg"]),
        ("p", []),
    ],
)
def test_pictures_are_selected_by_element_or_by_address(rule: Any, urls: list[str]) -> None:
    assert [picture.url for picture in pictured(images=rule).pictures] == urls


def test_a_picture_brings_the_caption_that_it_stands_with() -> None:
    for rule in ("figure.main", "img"):
        assert pictured(images=rule).pictures[0].caption == "The pier at dawn."


@pytest.mark.parametrize(
    ("rule", "is_so"),
    [
        ("i.lock", True),
        ("i.open", False),
        ({"css": "b", "attribute": "data-access", "regex": "^paid$"}, True),
        ({"css": "b", "attribute": "data-access", "regex": "^free$"}, False),
        ({"css": "b", "attribute": "data-nothing"}, False),
        ({"css": "b", "regex": "members"}, True),
        ({"xpath": "boolean(//i[@class='lock'])"}, True),
        ({"xpath": "boolean(//i[@class='open'])"}, False),
        ({"regex": 'data-access="paid"'}, True),
        ({"regex": 'data-access="metered"'}, False),
        (["i.open", "i.lock"], True),
    ],
)
def test_a_sign_only_has_to_be_there(rule: Any, is_so: bool) -> None:  # noqa: FBT001
    assert pictured(paywalled=rule).flags == {"paywalled": is_so}


def test_a_field_without_a_rule_says_nothing() -> None:
    ruled = pictured(title="h1")
    assert (ruled.flags, ruled.pictures) == ({}, [])


def test_an_attempt_tells_signs_and_pictures() -> None:
    page = pages.parse(PICTURED, url="https://harbour.example/2026/pier", max_depth=100)
    assert isinstance(page, pages.Page)
    given = {"paywalled": ["i.lock", "b"], "images": "figure.main", "live": "i.open"}
    found = [
        (trial.field, trial.found, trial.is_used)
        for trial in rules.attempt(RuleSet.model_validate(given), page)
    ]
    assert found == [
        ("images", ("/pier.jpg",), True),
        ("paywalled", ("<i>",), True),
        ("paywalled", ("For members",), False),
        ("live", (), False),
    ]
