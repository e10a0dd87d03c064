"""Pages that are whole and readable and no articles: fictional, in the shapes that such pages have."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.site import SiteConfig
from pipeline import judge, read
from pipeline.claims import Claims
from pipeline.kinds import kinds, marks
from pipeline.markup import page, structured
from pipeline.models import forest
from pipeline.reading import Block, Reading, Reason, Verdict

FETCHED_AT = datetime(2026, 3, 20, 8, tzinfo=UTC)
MENU = "<header><nav><a href='/'>Home</a> <a href='/city'>City</a> <a href='/sea'>Sea</a></nav></header>"
STORY = (
    "The council met on Tuesday to discuss the new pier, which had been closed since the storm of last winter.",
    "Repairs took longer than planned because the piles had to be brought from the north, the mayor, Ada Lund, said.",
    "Walkers may use the pier again from the first of June, when the season opens with a small feast at the old quay.",
    "The council also wants to count how many people cross the pier each day, and to print the number in its journal.",
)
TOLD = "".join(f"<p>{text}</p>" for text in STORY)
ARTICLE = f"""{MENU}<main><article><h1>Pier reopens to walkers</h1><p class="byline">By <a rel="author" href="/author/bo-ek">Bo Ek</a></p>
<time datetime="2026-03-02T09:30:00+01:00">2 March 2026</time>{TOLD}{TOLD.replace("pier", "jetty")}</article></main>"""
PRODUCT = f"""{MENU}<main class="product-page"><h1 class="product-title">Oilskin jacket, yellow</h1><div class="price">€ 189.00</div>
<div class="rating">4.6 (212 customer reviews)</div><form action="/cart/add"><select name="size"><option>S<option>M<option>L</select>
<input name="quantity" value="1"><button class="add-to-cart">Add to cart</button></form><div class="product-description">
<p>Keeps you dry on deck: waxed cotton, taped seams and a storm hood with a peak. Cut wide, so that a jumper fits below.</p>
<p>Made in our own workshop since 1921. Choose your size in the table; if it does not fit, you can send it back within 30 days.</p>
<ul><li>Waxed cotton, 380 g</li><li>Two-way zip</li><li>Free shipping and free returns</li></ul></div>
<h2>You may also like</h2>{"".join(f"<div class='product-card'><a href='/products/hat-{n}'>Rain hat {n}</a><span class='price'>€ {n}9.00</span></div>" for n in range(1, 9))}</main>"""
THREAD = f"""{MENU}<main class="thread"><h1>Which antifouling for a wooden hull?</h1>{
    "".join(
        f'''<div class="post message">
<div class="post-author avatar"><a href="/members/sailor{n}">sailor{n}</a><span>Joined: 201{n}</span><span>Posts: {n}32</span></div>
<div class="post-body">I have used the red one for {n} years now and it is fine. What do you use on yours?</div>
<a href="/forum/reply">Reply</a> <a href="/forum/quote">Quote</a> <span>{n} days ago</span></div>'''
        for n in range(1, 9)
    )
}
<p>You must be logged in to reply. 8 replies. Last edited by a moderator.</p></main>"""
FRONT = f"""{MENU}<main class="section-front"><h1>City</h1>{
    "".join(
        f'''<div class="teaser card"><h3><a href="/2026/03/story-{n}">
The council of ward {n} met again over the new pier</a></h3><p><a href="/2026/03/story-{n}">It took the members of ward {n} three hours.</a></p>
<time>{n} March 2026</time></div>'''
        for n in range(1, 22)
    )
}<div class="pagination"><a href="/city?page=2">Older posts</a></div></main>"""
MANUAL = f"""{MENU}<div class="sphinxsidebar toctree">{"".join(f"<li><a href='/docs/stable/part{n}.html'>Part {n}</a></li>" for n in range(1, 30))}</div>
<div class="document"><h1>Configuring the tide table</h1><p>See also the reference. The following parameters are read from the file.</p>
{"".join(f"<h2 id='p{n}'>tide.param{n}<a class='headerlink' href='#p{n}'>¶</a></h2><pre class='highlight'><code>tide.param{n} = {n}  # default: {n}</code></pre><p>Sets the parameter {n}. Returns the default if the file is not installed.</p>" for n in range(1, 12))}</div>"""


def html(title: str, body: str, *, head: str = "", of_body: str = "") -> bytes:
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>{head}</head>"
        f"<body {of_body}>{body}</body></html>"
    ).encode()


def ld(**node: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps({'@context': 'https://schema.org'} | node)}</script>"


def site(**more: object) -> SiteConfig:
    given = {"name": "harbour", "title": "Harbour Post", "home": "https://www.harbour.example/"}
    return SiteConfig.model_validate(given | more)


def reading_of(body: bytes, path: str, **more: object) -> Reading:
    url = f"https://www.harbour.example{path}"
    return read.read(body, url=url, site=site(**more), fetched_at=FETCHED_AT)


@pytest.mark.parametrize(
    ("title", "body", "head", "path", "like"),
    [
        ("Oilskin jacket | Harbour Shop", PRODUCT, "", "/shop/products/oilskin-jacket", "shop"),
        (
            "Oilskin jacket",
            PRODUCT,
            ld(**{"@type": "Product", "name": "Oilskin jacket", "offers": {"@type": "Offer"}}),
            "/oilskin-jacket",
            "its data say so",
        ),
        (
            "Which antifouling?",
            THREAD,
            "",
            "/forum/threads/which-antifouling.1234/",
            "a discussion",
        ),
        (
            "Antifouling",
            THREAD,
            ld(**{"@type": "DiscussionForumPosting", "headline": "Which?"}),
            "/antifouling",
            "a discussion",
        ),
        ("City | Harbour Post", FRONT, "", "/city", "links to other pages"),
        (
            "Configuring - Tide docs",
            MANUAL,
            "",
            "/docs/stable/configuring.html",
            "a manual or reference",
        ),
    ],
)
def test_a_page_of_another_kind_is_kept_out_and_called_what_it_is_like(
    title: str, body: str, head: str, path: str, like: str
) -> None:
    reading = reading_of(html(title, body, head=head), path)
    assert reading.verdict is Verdict.QUARANTINED
    assert reading.reason is Reason.NOT_ARTICLE
    assert like in (reading.detail or "")


def teasers(
    *, count: int, tag: str, linked: str = "title", prose: str = "", day: bool = True
) -> str:
    """The heart of a section front: so many articles, each with its headline, some with words and a day."""
    found = []
    for n in range(1, count + 1):
        title = f"<{tag}><a href='/2026/03/ward-{n}'>The council of ward {n} met again over the new pier</a></{tag}>"
        words = f"<p>{prose.format(n=n)}</p>" if prose else ""
        words = f"<a href='/2026/03/ward-{n}'>{words}</a>" if linked == "all" else words
        time = f"<time datetime='2026-03-{n:02}'>{n} March 2026</time>" if day else ""
        found.append(f"<div class='teaser'>{title}{words}{time}</div>")
    return "".join(found)


LINE = (
    "It took the members of ward {n} three hours to agree on a date for the works at the old quay."
)
FRONTS = {
    "headlines": ("/", teasers(count=25, tag="h2"), ""),
    "headlines of a section": ("/city/", teasers(count=25, tag="h2"), ""),
    "teasers": ("/city", teasers(count=20, tag="h3", prose=LINE), ""),
    "teasers without days": ("/sea", teasers(count=20, tag="h3", prose=LINE, day=False), ""),
    "linked teasers": ("/sport/rowing", teasers(count=18, tag="h3", prose=LINE, linked="all"), ""),
    "a tag": ("/tag/pier", teasers(count=12, tag="h2", prose=LINE), ""),
    "an author": ("/author/bo-ek", "<p>Bo Ek writes about the sea.</p>" + teasers(count=12, tag="h3"), ""),
    "a second page": ("/city/page/2", teasers(count=15, tag="h2", prose=LINE), ""),
    "an archive by month": ("/archive/2026/03", teasers(count=28, tag="h4"), ""),
    "search results": ("/search/?q=pier", "<p>28 results</p>" + teasers(count=10, tag="h3", prose=LINE), ""),
    "a front that states what it lists": (
        "/city",
        teasers(count=12, tag="h3", prose=LINE),
        "".join(ld(**{"@type": "NewsArticle", "headline": f"Ward {n}", "url": f"https://www.harbour.example/2026/03/ward-{n}"}) for n in range(1, 13)),
    ),
    "a front that states a collection": (
        "/culture",
        teasers(count=16, tag="h2", prose=LINE, day=False),
        ld(**{"@type": "CollectionPage", "name": "Culture"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("front", FRONTS)
def test_a_section_front_is_no_article(front: str) -> None:
    path, body, head = FRONTS[front]
    whole = f"{MENU}<main><h1>City</h1>{body}</main><footer>© Harbour Post</footer>"
    reading = reading_of(html("City | Harbour Post", whole, head=head), path)
    assert reading.verdict is Verdict.QUARANTINED, reading.text
    assert reading.reason in {Reason.NOT_ARTICLE, Reason.EMPTY}


def test_an_article_is_believed_with_or_without_structured_data() -> None:
    path = "/2026/03/pier-reopens-to-walkers"
    bare = reading_of(html("Pier reopens to walkers | Harbour Post", ARTICLE), path)
    stated = reading_of(
        html(
            "Pier reopens to walkers",
            ARTICLE,
            head=ld(**{"@type": "NewsArticle", "headline": "Pier reopens to walkers"}),
        ),
        path,
    )
    assert (bare.verdict, stated.verdict) == (Verdict.BELIEVED, Verdict.BELIEVED)


def test_an_article_that_also_sells_something_is_an_article() -> None:
    head = ld(**{"@graph": [{"@type": "NewsArticle", "headline": "Pier reopens"}, {"@type": "Product", "name": "Plus"}]})  # fmt: skip
    reading = reading_of(html("Pier reopens", ARTICLE, head=head), "/2026/03/pier-reopens")
    assert reading.verdict is Verdict.BELIEVED


def test_where_the_sites_own_rules_find_the_body_its_kind_is_not_asked() -> None:
    rules = [{"title": "h1", "body": ".product-description"}]
    page_of_shop = html("Oilskin jacket", PRODUCT)
    assert reading_of(page_of_shop, "/shop/products/x").verdict is Verdict.QUARANTINED
    assert reading_of(page_of_shop, "/shop/products/x", extract=rules).verdict is Verdict.BELIEVED


def evidence() -> judge.Evidence:
    parsed = page.parse(
        html("Pier", ARTICLE).decode(), url="https://harbour.example/pier", max_depth=99
    )
    assert isinstance(parsed, page.Page)
    return judge.Evidence(
        url=parsed.url,
        title="Pier reopens to walkers",
        title_element="Pier",
        blocks=tuple(Block("paragraph", text) for text in STORY),
        page_text="",
        is_article=True,
        has_date=True,
        has_heading=True,
        link_share=0.1,
        is_truncated=False,
        is_paywalled=False,
        markup=marks.look(parsed, structured.read(parsed)),
        seen=marks.seen(parsed, with_teasers=True),
    )


def test_a_page_that_states_dated_news_or_is_ruled_is_not_asked_for_its_kind() -> None:
    given = evidence()
    assert judge.judge(given, score=lambda _: judge.NO_ARTICLE + 1) is not None
    for known in (replace(given, states_news=True), replace(given, is_ruled=True)):
        assert judge.judge(known, score=lambda _: judge.NO_ARTICLE + 1) is None


def test_news_is_stated_by_a_type_of_its_own_with_a_date() -> None:
    def stated(kind: str, **more: str) -> bool:
        parsed = page.parse(
            html("Pier", TOLD, head=ld(**{"@type": kind, "headline": "Pier"}, **more)).decode(),
            url="https://harbour.example/pier",
            max_depth=99,
        )
        assert isinstance(parsed, page.Page)
        claims = structured.read(parsed)
        return marks.states_news(claims)

    assert stated("NewsArticle", datePublished="2026-03-02")
    assert not stated("NewsArticle")
    assert not stated("Article", datePublished="2026-03-02")


def test_the_model_asks_for_features_that_there_are() -> None:
    values = judge.features(evidence())
    assert values is not None
    assert set(forest.load("kinds").features) <= values.keys()
    assert kinds.score(values) < judge.NO_ARTICLE


def test_what_a_site_says_of_its_other_pages_is_heard() -> None:
    assert judge.judge(evidence()) is None
    told = judge.judge(replace(evidence(), same_text_count=5))
    assert told is not None
    assert told[0] is Reason.NOT_ARTICLE


def test_counting_holds_on_a_page_of_very_many_links() -> None:
    many = "<a class='c' href='/shop/product'>x</a>" * 30_000
    parsed = page.parse(
        html("Links", many).decode(), url="https://harbour.example/a/b", max_depth=99
    )
    assert isinstance(parsed, page.Page)
    counted = marks.look(parsed, Claims())
    assert counted.links == 30_000
    assert counted.sampled <= 150
    assert counted.linked["shop"] == 2 * counted.sampled
