import itertools
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from config.site import SiteConfig
from pipeline import read
from pipeline.reading import Reading, Reason, Verdict

URL = "https://www.harbour.example/2026/03/pier-reopens"
FETCHED_AT = datetime(2026, 3, 20, 8, tzinfo=UTC)
ONE = "The harbour council met on Tuesday to discuss the new pier, which had been closed since the storm of last winter."
TWO = "Repairs took longer than planned because the piles had to be brought from the north by ship, the mayor said."
THREE = "Walkers may use the pier again from the first of June, when the season opens with a small feast at the old quay."
FOUR = "The council also wants to count how many people cross the pier each day, and to print the number in its journal."
BODY = "".join(f"<p>{text}</p>" for text in (ONE, TWO, THREE, FOUR))

MODERN = f"""<!doctype html><html lang="xx"><head><title>Pier reopens to walkers | Harbour Post</title>
<meta property="og:site_name" content="Harbour Post"><meta property="og:title" content="Pier reopens to walkers">
<link rel="canonical" href="/2026/03/pier-reopens">
<script type="application/ld+json">{json.dumps({
    "@context": "https://schema.org", "@type": "NewsArticle", "headline": "Pier reopens to walkers",
    "datePublished": "2026-03-02T09:30:00+01:00", "dateModified": "2026-03-02T11:00:00+01:00",
    "author": [{"@type": "Person", "name": "Ada Lund"}, {"@type": "Organization", "name": "Tidal Wire"}],
    "articleSection": "City", "keywords": "pier, harbour", "isAccessibleForFree": False,
})}</script></head><body>
<header><span class="clock">Friday, March 20, 2026</span><nav><a href="/">Home</a></nav></header>
<main><article><h1>Pier reopens to walkers</h1><p class="standfirst">After a winter of repairs the pier is open again.</p>
<div class="byline">By Ada Lund</div>
<figure><img src="/pier.jpg" alt="The pier"><figcaption>The pier at dawn. <span class="credit">Bo Ek</span></figcaption></figure>
<div class="article-body">{BODY}<p style="display:none">Hidden words for machines.</p></div></article>
<aside class="related"><h3>Related</h3><figure><img src="/whale.jpg"><figcaption>A whale</figcaption></figure></aside>
</main><footer>© Harbour Post</footer></body></html>"""  # fmt: skip

BARE = f"""<html><head><title>Pier reopens to walkers - Harbour Post</title></head><body>
<div id="top">Friday 20 March 2026 10:12</div><table width="100%"><tr><td class="menu"><a href="/">Home</a></td><td>
<b class="headline">Pier reopens to walkers</b><br><span class="date">2 March 2026 09:30</span><br>
<div class="story"><center><img src="/p.jpg" alt="The pier at dawn. Photo: Bo Ek"></center>
<p class="picture">The pier at dawn. Photo: Bo Ek</p><br>{ONE}<br><br>{TWO}<br><br>{THREE}<br /><br />{FOUR}<br></div>
</td></tr></table></body></html>"""


def site(**more: Any) -> SiteConfig:
    given = {
        "name": "harbour",
        "title": "Harbour Post",
        "home": "https://www.harbour.example/",
        "time_zone": "Europe/Oslo",
    }
    return SiteConfig.model_validate(given | more)


def reading_of(page: str | bytes, **more: Any) -> Reading:
    body = page.encode() if isinstance(page, str) else page
    given: dict[str, Any] = {"url": URL, "site": site(), "fetched_at": FETCHED_AT}
    return read.read(body, **given | more)


def paragraphs(reading: Reading) -> list[str]:
    return [block.text for block in reading.blocks]


def test_a_modern_page_gives_every_field() -> None:
    reading = reading_of(MODERN)
    assert reading.verdict is Verdict.BELIEVED
    assert reading.title == "Pier reopens to walkers"
    assert reading.standfirst == "After a winter of repairs the pier is open again."
    assert paragraphs(reading) == [ONE, TWO, THREE, FOUR]
    assert reading.authors == ("Ada Lund",)
    assert str(reading.published) == "2026-03-02T09:30:00+01:00"
    assert str(reading.modified) == "2026-03-02T11:00:00+01:00"
    assert reading.section == ("City",)
    assert reading.tags == ("pier", "harbour")
    assert reading.language == "en"
    assert reading.canonical_url == URL
    assert reading.captions == ("The pier at dawn. Bo Ek",)
    assert [(i.url, i.credit) for i in reading.images] == [
        ("https://www.harbour.example/pier.jpg", "Bo Ek")
    ]
    assert reading.is_paywalled


def test_each_field_remembers_its_reader() -> None:
    readers = reading_of(MODERN).readers
    assert readers["title"] == "page"
    assert (readers["published"], readers["authors"], readers["body"]) == (
        "json-ld",
        "json-ld",
        "model",
    )


def test_hidden_text_is_recorded_as_removed() -> None:
    assert [r.text for r in reading_of(MODERN).removed if r.why == "hidden"] == [
        "Hidden words for machines."
    ]


def test_a_bare_page_with_line_breaks_keeps_its_paragraphs() -> None:
    reading = reading_of(BARE)
    assert reading.title == "Pier reopens to walkers"
    assert paragraphs(reading) == [ONE, TWO, THREE, FOUR]
    assert reading.captions == ("The pier at dawn. Photo: Bo Ek",)


def test_the_visible_date_beats_the_clock_above_and_is_in_the_sites_zone() -> None:
    assert str(reading_of(BARE).published) == "2026-03-02T09:30:00+01:00"


def test_a_page_with_nothing_but_a_clock_has_no_date() -> None:
    page = BARE.replace('<span class="date">2 March 2026 09:30</span>', "")
    assert reading_of(page, url="https://www.harbour.example/pier").published is None


def test_the_feed_tells_what_the_page_does_not() -> None:
    page = BARE.replace('<span class="date">2 March 2026 09:30</span>', "")
    told = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    reading = reading_of(page, feed_title="Pier reopens to walkers", feed_published=told)
    assert reading.published is not None
    assert (reading.published.at, reading.readers["published"]) == (told, "feed")


def test_the_address_gives_the_day_where_nothing_else_does() -> None:
    page = BARE.replace('<span class="date">2 March 2026 09:30</span>', "")
    reading = reading_of(page, url="https://www.harbour.example/2026/03/02/pier")
    assert (str(reading.published), reading.readers["published"]) == ("2026-03-02", "url")


def test_a_date_in_the_future_is_not_believed() -> None:
    reading = reading_of(MODERN.replace("2026-03-02T09:30", "2031-03-02T09:30"))
    assert reading.readers.get("published") != "json-ld"


RULES = {
    "body": "div.story",
    "title": "b.headline",
    "published": "span.date",
    "captions": "p.picture",
}


def test_the_sites_own_rules_win() -> None:
    reading = reading_of(BARE, site=site(extract=[RULES]))
    assert paragraphs(reading) == [ONE, TWO, THREE, FOUR]
    assert {reading.readers[name] for name in ("title", "body", "published")} == {"rules"}


def test_rules_of_their_day_read_an_old_capture() -> None:
    old = {"valid_until": "2026-12-31", "body": "div.story", "title": "b.headline"}
    new = {"body": "div.new-story", "title": "h1"}
    assert reading_of(BARE, site=site(extract=[old, new])).readers["body"] == "rules"


def test_rules_of_the_day_of_publication_read_a_page_that_was_never_rebuilt() -> None:
    old = {"valid_until": "2026-03-10", "body": "div.article-body"}
    new = {"body": "div.new-story"}
    reading = reading_of(MODERN, site=site(extract=[old, new]))
    assert (reading.readers["body"], paragraphs(reading)) == ("rules", [ONE, TWO, THREE, FOUR])


def test_a_layout_break_falls_back_to_the_general_reader() -> None:
    reading = reading_of(MODERN, site=site(extract=[{"body": "div.gone"}]))
    assert (reading.readers["body"], reading.verdict) == ("model", Verdict.BELIEVED)


def test_an_agency_beside_a_person_is_told_apart() -> None:
    authors = '[{"@type": "Person", "name": "Ada Lund"}, {"@type": "Person", "name": "Reuters"}]'
    script = f'<script type="application/ld+json">{{"@type": "NewsArticle", "author": {authors}}}</script>'
    reading = reading_of(BARE.replace("</head>", f"{script}</head>"))
    assert reading.authors == ("Ada Lund", "Reuters")
    assert reading.organisations == ("Reuters",)


def test_a_site_that_names_itself_as_the_author_is_an_organisation() -> None:
    author = '{"@type": "Organization", "name": "Harbour"}'
    script = f'<script type="application/ld+json">{{"@type": "NewsArticle", "author": {author}}}</script>'
    reading = reading_of(BARE.replace("</head>", f"{script}</head>"))
    assert reading.authors == reading.organisations == ("Harbour",)


def test_an_account_is_no_author() -> None:
    page = BARE.replace(
        '<div class="story">', '<h4>By <a href="/author/admin/">admin</a></h4><div class="story">'
    )
    assert reading_of(page).authors == ()


def test_a_body_split_by_advertisements_is_whole() -> None:
    part = "<div class='grid'><div class='part'>{}</div></div><div class='ad-slot'>Buy boats</div>"
    parts = "".join(
        part.format(f"<p>{a}</p><p>{b}</p>")
        for a, b in itertools.pairwise([ONE, TWO, THREE, FOUR] * 4)
    )
    page = f"<html><head><title>Pier reopens</title></head><body><div id='x'><h1>Pier reopens</h1>{parts}</div></body></html>"
    assert all(text in reading_of(page).text for text in (ONE, TWO, THREE, FOUR))


def test_a_page_that_fell_into_an_unclosed_button_is_read() -> None:
    page = MODERN.replace("<body>", '<body><div><button class="menu">').replace(
        "</header>", "</header></div>"
    )
    assert paragraphs(reading_of(page)) == [ONE, TWO, THREE, FOUR]


def test_an_article_hidden_until_a_script_shows_it_is_read() -> None:
    page = MODERN.replace(
        '<div class="article-body">', '<div class="article-body" style="display:none">'
    )
    assert paragraphs(reading_of(page))[:4] == [ONE, TWO, THREE, FOUR]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"%PDF-1.7", Reason.NOT_HTML),
        (b'<?xml version="1.0"?><rss/>', Reason.NOT_HTML),
        (b'{"a": 1}', Reason.NOT_HTML),
        (b"<html>" + b" " * 20_000_001, Reason.TOO_LARGE),
        (b"<html><body>" + b"<div>" * 10_000 + b"x", Reason.TOO_LARGE),
        (b"<html><body>" + b"<i></i>" * 120_000, Reason.TOO_LARGE),
        (b"<html><p " + b" ".join(b'a%d="x"' % n for n in range(20_000)) + b">x", Reason.TOO_LARGE),
        (b"<html><title>Just a moment...</title><p>Checking your browser", Reason.BLOCKED),
    ],
)
def test_what_cannot_be_an_article_is_quarantined_with_a_reason(
    body: bytes, reason: Reason
) -> None:
    reading = reading_of(body)
    assert (reading.verdict, reading.reason) == (Verdict.QUARANTINED, reason)
    assert reading.detail


def test_depth_has_the_limit_that_is_given() -> None:
    page = "<html><body>" + "<div>" * 300 + BODY
    assert reading_of(page, max_depth=100).reason is Reason.TOO_LARGE
    assert reading_of(page, max_depth=1000).reason is not Reason.TOO_LARGE


def test_a_truncated_body_is_not_believed() -> None:
    cut = MODERN[: MODERN.index(THREE) + 30]
    assert reading_of(cut, is_truncated=True).reason is Reason.TRUNCATED


def test_the_same_bytes_give_the_same_reading() -> None:
    assert reading_of(MODERN) == reading_of(MODERN)


def test_mutilated_pages_never_raise_and_can_be_stored() -> None:
    chance = random.Random(7)
    for number in range(120):
        body = bytearray((MODERN if number % 2 else BARE).encode())
        for _ in range(chance.choice((3, 30, 300))):
            body[chance.randrange(len(body))] = chance.randrange(256)
        reading = reading_of(
            bytes(body[: chance.randrange(len(body))] if number % 3 == 0 else body)
        )
        assert json.dumps(reading.as_json(), ensure_ascii=False).encode()
        assert reading.reason is not Reason.READER_FAILED, reading.detail


@pytest.mark.parametrize(
    "entity", ["&#0;", "&#1;", "&#xD800;", "&#x1F;", "&#65535;", "&#6 ", "&#55296;", "&bogus;"]
)
def test_characters_that_cannot_be_written_do_no_harm(entity: str) -> None:
    page = MODERN.replace("The harbour", f"{entity}The harbour").replace(
        "<figure>", f"<i hidden>x</i>{entity}<figure>"
    )
    assert ONE.removeprefix("The ") in reading_of(page).text


def test_a_mis_declared_charset_is_read_right() -> None:
    page = BARE.replace("harbour council", "hårbør cøuncil")
    reading = reading_of(page.encode(), content_type="text/html; charset=iso-8859-1")
    assert "hårbør cøuncil" in reading.text
    assert reading.encoding == "utf-8"


def test_other_scripts_are_told_by_their_text() -> None:
    text = "港口议会星期二开会讨论新码头，码头因去年冬天的风暴关闭，修理比计划更久，市长说桩必须用船从北方运来。"
    page = f"<html lang='en'><head><title>码头重新开放</title></head><body><article><h1>码头重新开放</h1><p>{text}</p><p>{text[:-1]}吗？</p></article>"
    assert reading_of(page).language == "zh"


# --- rules, field by field -------------------------------------------------------------------------------------------

EVERY_FIELD = f"""<html><head><title>x</title></head><body><div id=a>The pier is open</div><div id=b>At last.</div>
<div id=c>{BODY}</div><div id=d>Bo Ek</div><div id=e>2026-03-05</div><div id=f>2026-03-06</div><div id=g>Harbours</div>
<div id=h>piers</div><img id=i src="/quay.jpg"><div id=j>The quay at noon.</div><div id=k>Tidal Wire</div>
<a id=l href="https://wire.example/7">there</a><div id=m>no</div><a id=n href="/own">here</a><div id=o></div>
</body></html>"""
EVERY_RULE = {
    "title": "#a", "standfirst": "#b", "body": "#c", "authors": "#d", "published": "#e", "modified": "#f",
    "section": "#g", "tags": "#h", "images": "#i", "captions": "#j", "credit": "#k", "source_url": "#l",
    "language": "#m", "canonical_url": {"css": "#n", "attribute": "href"},
    "paywalled": "#o", "live": "#o", "opinion": "#nothing",
}  # fmt: skip


def test_every_field_may_be_given_by_a_rule() -> None:
    told = reading_of(EVERY_FIELD, site=site(extract=EVERY_RULE)).as_json()
    read_by_rules = {
        "title": "The pier is open", "standfirst": "At last.", "authors": ["Bo Ek"], "published": "2026-03-05",
        "modified": "2026-03-06", "section": ["Harbours"], "tags": ["piers"],
        "images": [{"url": "https://www.harbour.example/quay.jpg", "caption": None, "credit": None}],
        "captions": ["The quay at noon."], "credit": "Tidal Wire", "source_url": "https://wire.example/7",
        "language": "no", "canonical_url": "https://www.harbour.example/own",
        "is_paywalled": True, "is_live": True, "is_opinion": False,
    }  # fmt: skip
    assert {name: told[name] for name in read_by_rules} == read_by_rules
    assert [block["text"] for block in told["blocks"]] == [ONE, TWO, THREE, FOUR]
    unsaid = read_by_rules.keys() - told["readers"].keys()
    assert not unsaid, "each says that a rule answered"
    assert {told["readers"][name] for name in (*read_by_rules, "body")} == {"rules"}


def test_a_page_without_the_sign_of_a_wall_is_free_whatever_it_states() -> None:
    assert reading_of(MODERN).is_paywalled
    free = reading_of(MODERN, site=site(extract={"paywalled": "div.piano-wall"}))
    assert (free.is_paywalled, free.readers["is_paywalled"]) == (False, "rules")


def test_pictures_that_no_rule_finds_are_those_of_the_article() -> None:
    reading = reading_of(MODERN, site=site(extract={"images": "img.nothing"}))
    assert [image.url for image in reading.images] == ["https://www.harbour.example/pier.jpg"]
    assert "images" not in reading.readers
    figure = reading_of(MODERN, site=site(extract={"images": "main figure"})).images
    assert [(one.caption, one.credit) for one in figure] == [("The pier at dawn. Bo Ek", "Bo Ek")]
