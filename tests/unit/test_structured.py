import json

import pytest

from pipeline.claims import Claims
from pipeline.markup import jsonld, structured
from pipeline.markup import page as pages

URL = "https://harbour.example/2026/03/pier"


def claims_of(head: str, body: str = "") -> Claims:
    page = pages.parse(
        f"<html><head>{head}</head><body>{body}<p>x</p></body></html>", url=URL, max_depth=500
    )
    assert isinstance(page, pages.Page)
    return structured.read(page)


def script(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def article(**more: object) -> dict[str, object]:
    return {
        "@type": "NewsArticle",
        "headline": "Pier reopens",
        "datePublished": "2026-03-01T08:00:00+01:00",
    } | more


@pytest.mark.parametrize(
    "broken",
    [
        '{"a": 1,}',
        '{"a": 1} // and so on',
        '/* note */ {"a": 1}',
        '<!-- {"a": 1} -->',
        '//<![CDATA[\n{"a": 1}\n//]]>',
        '{"a": 1};',
        "{&quot;a&quot;: 1}",
        '{"a": 1}}',
    ],
)
def test_broken_json_is_repaired(broken: str) -> None:
    value = jsonld.load_json(broken)
    assert value in ({"a": 1}, [{"a": 1}])


def test_raw_line_ends_in_strings_are_kept() -> None:
    assert jsonld.load_json('{"a": "one\ntwo"}') == {"a": "one\ntwo"}


def test_addresses_in_strings_are_no_comments() -> None:
    assert jsonld.load_json('{"a": 1, /* b */ "c": "/* d // e", // f\n "g": 2 /* h, }') is None
    assert jsonld.load_json('{"a": 1, /* b */ "c": "/* d // e", // f\n "g": 2,}') == {
        "a": 1,
        "c": "/* d // e",
        "g": 2,
    }
    assert jsonld.load_json('{"a": "https://x.example/a", "b": [1,],}') == {
        "a": "https://x.example/a",
        "b": [1],
    }


def test_a_script_beyond_repair_still_gives_its_telling_members() -> None:
    claims = claims_of(
        script(
            '{"headline": "Pier reopens", "datePublished": "2026-03-01", "b": "an "odd" one" oops'
        )
    )
    assert [c.value for c in claims.titles][:1] == ["Pier reopens"]
    assert claims.published[0].value == "2026-03-01"


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"mainEntity":' * 3000 + "1" + "}" * 3000])
def test_json_nested_deep_is_passed_over(deep: str) -> None:
    assert claims_of(script(deep)).titles == []


def test_the_article_is_found_in_a_graph_and_its_author_by_reference() -> None:
    graph = {
        "@graph": [
            {"@type": "WebPage", "@id": URL, "datePublished": "2020-01-01"},
            article(author={"@id": "#ada"}, publisher={"@id": "#post"}),
            {"@type": "Person", "@id": "#ada", "name": "Ada Lund"},
            {"@type": "Organization", "@id": "#post", "name": "Harbour Post"},
        ]
    }
    claims = claims_of(script(graph))
    assert [c.value for c in claims.persons] == ["Ada Lund"]
    assert claims.published[0].value.startswith("2026-03-01")
    assert "Harbour Post" in claims.site_names


def test_this_pages_article_is_chosen_among_several() -> None:
    other = article(headline="Another story", url="https://harbour.example/2026/03/other")
    claims = claims_of(script([other, article(url=URL)]))
    assert claims.titles[0].value == "Pier reopens"


def test_articles_of_a_list_are_not_this_one() -> None:
    listed = {"@type": "ItemList", "itemListElement": [{"item": article(headline="Another story")}]}
    assert claims_of(script(listed)).titles == []


def test_organisations_are_told_from_people() -> None:
    authors = [
        {"@type": "Organization", "name": "Tidal Wire"},
        {"@type": "Person", "name": "Ada Lund"},
        "Bo Ek",
    ]
    claims = claims_of(script(article(author=authors)))
    assert [c.value for c in claims.persons] == ["Ada Lund", "Bo Ek"]
    assert [c.value for c in claims.organisations] == ["Tidal Wire"]


def test_a_breadcrumb_gives_the_section_without_front_page_and_article() -> None:
    trail = {
        "@type": "BreadcrumbList",
        "itemListElement": [{"name": n} for n in ("Home", "City", "Port", "Pier")],
    }
    assert [c.value for c in claims_of(script(trail)).sections] == ["City", "Port"]


def test_odd_types_of_members_do_no_harm() -> None:
    odd = article(
        headline={"@value": ["x"]}, author=[[], {"name": {}}, 5, None], image=[[[]]], keywords=7
    )
    assert claims_of(script(odd)).persons == []


def test_microdata_of_the_article_is_read_and_of_a_teaser_is_not() -> None:
    body = """<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">Pier reopens</h1>
      <span itemprop="author" itemscope itemtype="https://schema.org/Person"><b itemprop="name">Ada Lund</b></span>
      <time itemprop="datePublished" datetime="2026-03-01">today</time>
      <div itemscope itemtype="https://schema.org/Article"><i itemprop="datePublished">2019-01-01</i></div></div>"""
    claims = claims_of("", body)
    assert [c.value for c in claims.published] == ["2026-03-01"]
    assert [(c.value, c.reader) for c in claims.persons] == [("Ada Lund", "microdata")]


def test_a_description_with_bare_quotes_is_whole() -> None:
    claims = claims_of(
        '<meta name="description" content="The mayor called it an "important day" for the port." />'
    )
    assert claims.descriptions[0].value == 'The mayor called it an "important day" for the port.'


def test_meta_tags_come_last_and_are_told_apart() -> None:
    head = script(article()) + '<meta property="og:title" content="Pier reopens - Harbour Post">'
    claims = claims_of(head + '<meta property="article:published_time" content="2026-03-02">')
    assert [c.reader for c in claims.titles] == ["json-ld", "opengraph"]
    assert [c.reader for c in claims.published] == ["json-ld", "meta"]


def test_wordpress_names_the_author_in_a_twitter_label() -> None:
    head = '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Ada Lund">'
    assert [c.value for c in claims_of(head).persons] == ["Ada Lund"]


def test_a_paywall_is_stated() -> None:
    assert claims_of(script(article(isAccessibleForFree="False"))).is_free is False
    assert claims_of(script(article(isAccessibleForFree=True))).is_free is True
    assert claims_of(script(article())).is_free is None


@pytest.mark.parametrize(
    ("stated", "tags"),
    [
        ("pier, harbour; storms", ["pier", "harbour", "storms"]),
        (["pier, harbour"], ["pier", "harbour"]),
        (["pier", "harbour, old"], ["pier", "harbour, old"]),
    ],
)
def test_keywords_in_one_string_are_taken_apart(stated: object, tags: list[str]) -> None:
    claims = claims_of(script(article(keywords=stated)))
    assert [claim.value for claim in claims.tags] == tags


def test_sections_in_one_string_are_taken_apart() -> None:
    claims = claims_of(script(article(articleSection="Local,Harbour")))
    assert [claim.value for claim in claims.sections] == ["Local", "Harbour"]


def test_a_page_without_microdata_has_none_to_read() -> None:
    page = pages.parse("<html><body><p>x</p></body></html>", url=URL, max_depth=500)
    assert isinstance(page, pages.Page)
    assert not page.has_microdata
    claims = claims_of("", '<h1 itemprop="headline">Pier reopens</h1>')
    assert [claim.value for claim in claims.titles] == ["Pier reopens"]
