import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from w3lib.url import canonicalize_url

from pipeline import urls

CANONICAL = [
    ("HTTP://Example.ORG:80/Story", "http://example.org/Story"),
    ("https://example.org:443/a", "https://example.org/a"),
    ("http://example.org:443/a", "http://example.org:443/a"),
    ("https://example.org", "https://example.org/"),
    ("https://example.org/a#comments", "https://example.org/a"),
    ("https://example.org./a", "https://example.org/a"),
    ("https://bücher.example/ä?q=ü", "https://xn--bcher-kva.example/%C3%A4?q=%C3%BC"),
    ("https://example.org/%e4%bd%a0/%7Euser", "https://example.org/%E4%BD%A0/~user"),
    ("https://example.org/a%2fb", "https://example.org/a%2Fb"),
    ("https://example.org/100%/a", "https://example.org/100%/a"),
    ("https://example.org/x/../a/./b", "https://example.org/a/b"),
    ("https://example.org/../../a", "https://example.org/a"),
    (" https://example.org/a\n", "https://example.org/a"),
    ("https://example.org/a\n/b", "https://example.org/a/b"),
    ("https://example.org/a b", "https://example.org/a%20b"),
    ("https://example.org/a?b&a", "https://example.org/a?a&b"),
    ("https://example.org/a?b=&a=1", "https://example.org/a?a=1&b="),
    ("https://example.org/a?id=3&id=1", "https://example.org/a?id=3&id=1"),
    ("https://example.org/a?x=1;y=2", "https://example.org/a?x=1;y=2"),
    ("https://example.org/a;p=1?x=1", "https://example.org/a;p=1?x=1"),
    ("https://example.org/a;jsessionid=8F?x=1", "https://example.org/a?x=1"),
    ("https://example.org/a?", "https://example.org/a"),
    ("https://example.org/a?&&x=1&", "https://example.org/a?x=1"),
    ("https://example.org/a?utm_source=rss&UTM_Medium=x", "https://example.org/a"),
    (
        "https://example.org/a?fbclid=1&gclid=2&mc_cid=3&igshid=4&p=5",
        "https://example.org/a?p=5",
    ),
    (
        "https://example.org/?id=1&p=2&page=3&ref=4&source=5",
        "https://example.org/?id=1&p=2&page=3&ref=4&source=5",
    ),
    ("https://user:word@example.org/a", "https://example.org/a"),
    ("http://[2001:DB8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
    ("http://127.0.0.1:8001/a/", "http://127.0.0.1:8001/a/"),
    ("https://example.org/amp/a", "https://example.org/amp/a"),
]


@pytest.mark.parametrize(("url", "expected"), CANONICAL)
def test_a_url_has_one_canonical_spelling(url: str, expected: str) -> None:
    assert urls.canonical(url) == expected


ONE_PAGE = [
    "https://example.org/2024/story",
    "http://example.org/2024/story",
    "http://www.example.org/2024/story",
    "https://m.example.org/2024/story",
    "https://www.m.example.org/2024/story",
    "https://mobile.example.org/2024/story/",
    "https://amp.example.org/2024/story",
    "https://EXAMPLE.org:443/2024/story/",
    "https://example.org//2024/story",
    "https://example.org/2024/story/index.html",
    "https://example.org/2024/story/index.php",
    "https://example.org/2024/story/default.aspx",
    "https://example.org/2024/story/amp",
    "https://example.org/2024/story/amp/",
    "https://example.org/amp/2024/story",
    "https://example.org/2024/story?amp",
    "https://example.org/2024/story?amp=1",
    "https://example.org/2024/story?outputType=amp",
    "https://example.org/2024/story.amp",
    "https://example.org/2024/story?print=1",
    "https://example.org/2024/story?utm_campaign=x#top",
    "example.org/2024/story",
    "//example.org/2024/story",
]


@pytest.mark.parametrize("url", ONE_PAGE)
def test_the_forms_of_one_page_share_a_key(url: str) -> None:
    assert urls.key(url) == "example.org/2024/story"


def test_amp_files_share_the_key_of_their_page() -> None:
    assert urls.key("https://example.org/a/story.amp.html") == urls.key(
        "https://example.org/a/story.html"
    )


def test_blank_parameters_and_spaces_do_not_divide_a_page() -> None:
    assert urls.key("https://example.org/a?q=x%20y&b=") == urls.key("https://example.org/a?b&q=x+y")


DISTINCT_PAGES = [
    "https://example.org/",
    "https://example.org/story",
    "https://example.org/Story",
    "https://example.org/story.html",
    "https://example.org/story?id=1",
    "https://example.org/story?id=2",
    "https://example.org/?id=1",
    "https://example.org/?p=1",
    "https://example.org/?p=1&page=2",
    "https://example.org/story?12345",
    "https://example.org/story?amp=2",
    "https://example.org/stamp",
    "https://example.org/lamp/story",
    "https://example.org/index_2.html",
    "https://example.org:8080/story",
    "https://news.example.org/story",
    "https://example.com/story",
    "https://example.org/a%2Fstory",
    "https://example.org/a/story",
]


def test_different_pages_keep_different_keys() -> None:
    assert len({urls.key(url) for url in DISTINCT_PAGES}) == len(DISTINCT_PAGES)


def test_a_host_that_is_only_a_prefix_and_a_suffix_is_not_folded() -> None:
    assert urls.key("https://www.com/a") == "www.com/a"
    assert urls.key("https://m.tv/a") == "m.tv/a"


BROKEN = [
    "",
    " ",
    "/relative",
    "relative.html?a=b",
    "?a=b",
    "#top",
    "http://",
    "http:///path",
    "http://[::1/x",
    "http://example.org:99999/a",
    "http://example.org:0/a",
    "http://example.org:x/a",
    "http://a..b/",
    "http://exa mple.org/",
    "http://" + "a" * 300 + ".org/",
    "http://ü" + "ü" * 80 + ".org/",
    "mailto:desk@example.org",
    "javascript:void(0)",
    "data:text/html,x",
    "ftp://example.org/a",
    "https://user:word@example.org/a",
    "https://example.org/" + "a" * 3000,
    "\udcff://\udcff",
]


@pytest.mark.parametrize("url", BROKEN)
def test_a_broken_url_is_never_fetched_and_never_raises(url: str) -> None:
    assert not urls.is_fetchable(url)
    assert len(urls.key(url)) <= urls.MAX_LENGTH
    assert isinstance(urls.canonical(url), str)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://127.0.0.1:8001/a?b",
        "http://[::1]:8080/",
        "https://bücher.example/ü",
    ],
)
def test_an_ordinary_url_may_be_fetched(url: str) -> None:
    assert urls.is_fetchable(url)


def test_long_keys_stay_apart() -> None:
    long = "https://example.org/" + "a" * 5000
    assert urls.key(long) != urls.key(long + "b")


def test_a_host_carries_its_port_only_where_it_is_not_the_schemes_own() -> None:
    assert urls.host("https://WWW.Example.org:443/a") == "www.example.org"
    assert urls.host("http://127.0.0.1:8001/a") == "127.0.0.1:8001"
    assert urls.host("no url") == ""


def test_a_site_is_recognised_by_any_form_of_its_hosts() -> None:
    hosts = ("www.example.org", "127.0.0.1:8001")
    assert urls.same_site("https://amp.example.org/a", hosts)
    assert urls.same_site("http://127.0.0.1:8001/", hosts)
    assert not urls.same_site("http://127.0.0.1:8002/", hosts)
    assert not urls.same_site("https://example.org.evil.example/", hosts)
    assert not urls.same_site("/relative", hosts)


def test_a_front_page_is_known_by_its_key() -> None:
    assert urls.is_front_page(urls.key("https://www.example.org/index.html"))
    assert not urls.is_front_page(urls.key("https://www.example.org/a"))
    assert not urls.is_front_page(urls.key("https://www.example.org/?id=4"))


WORDS = st.text(
    alphabet=string.ascii_letters + string.digits + "-._~%/?#&=;:@+ !$'()*,[]\\\"<>|äß你\u200b\t",
    max_size=60,
)
ADDRESSES = st.one_of(
    st.text(max_size=60),
    WORDS,
    st.builds("http://example.org/{}".format, WORDS),
    st.builds("https://www.m.example.org:8080{}?{}".format, WORDS, WORDS),
    st.builds("amp.example.org/amp/{}/amp/index.html?print".format, WORDS),
    st.builds(
        lambda parts: "https://example.org" + "".join(parts),
        st.lists(
            st.sampled_from(
                ["/", "/amp", ".amp", "/index.html", "/..", "/.", "a", "%2e", "?amp=1", "&amp"]
            ),
            max_size=9,
        ),
    ),
)


@given(ADDRESSES)
@example("https://example.org/amp/amp/.amp.amp/index.html/index.php")
@example("https://example.org/?a%20=1&a'=2&=&==&amp==")
@example("http://www.www.example.org/%25%32%35")
@example("0..")
@example("0.0/..AMP")
def test_canonical_and_key_are_their_own_canonical_and_key(url: str) -> None:
    canonical, key = urls.canonical(url), urls.key(url)
    assert urls.canonical(canonical) == canonical
    assert urls.key(key) == key
    assert len(key) <= urls.MAX_LENGTH
    if urls.is_fetchable(url):
        assert canonical.isascii()
        assert urls.key(canonical) == key
        assert urls.is_fetchable(canonical)


@given(
    st.lists(st.text(alphabet=string.ascii_lowercase + string.digits + "-", min_size=1), max_size=5)
)
def test_plain_urls_read_as_w3lib_reads_them(segments: list[str]) -> None:
    url = "https://example.org/" + "/".join(segments)
    assert urls.canonical(url) == canonicalize_url(url)
