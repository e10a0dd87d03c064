"""Addresses, waiting, lanes and words: what politeness decides without a network."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from twisted.internet import error as network
from twisted.internet.address import IPv4Address
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from config.settings import load_settings
from config.site import SiteConfig
from crawler import crawl
from crawler.answers import explain
from crawler.asked import Refused, TooManyRedirects
from crawler.lanes import MAX_FAILURES, Lane, SourceDocument, SourceRun
from crawler.politeness import slots
from crawler.politeness.addresses import is_loopback, is_public
from crawler.politeness.backoff import LONGEST_S, retry_after
from crawler.politeness.redirects import _target
from crawler.politeness.resolver import _PublicOnly
from crawler.translation import scrapy_settings
from db.archiving.entries import KnownLink, KnownSource

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "::7f00:1", "2002:0a00:0001::", "64:ff9b::a00:1"),
        *("no address", ""),
    ],
)
def test_addresses_of_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("herald.localhost:80", True),
        ("[::1]:8000", True),
        ("10.0.0.1", False),
        ("herald.example", False),
        ("127.0.0.1.herald.example", False),
    ],
)
def test_a_host_may_name_this_machine(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


class Receiver:
    """Keeps what a resolver hands on."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.addresses.append(address.host)


def test_a_name_with_a_public_and_a_private_address_leads_to_the_public_one() -> None:
    receiver, refused = Receiver(), {}
    filtering = _PublicOnly(receiver, "mixed.example", refused)
    for host in ("93.184.216.34", "10.0.0.1"):
        filtering.addressResolved(IPv4Address("TCP", host, 80))
    assert receiver.addresses == ["93.184.216.34"]
    assert refused == {"mixed.example": "10.0.0.1"}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        (b"120", 120),
        (b" 0 ", 0),
        (b"99999999999999999999", LONGEST_S),
        (b"-5", None),
        (b"soon", None),
        (b"Sun, 01 Mar 2026 12:01:30 GMT", 90),
        (b"Sun, 01 Mar 2026 11:00:00 GMT", 0),
        (b"\xff" * 10, None),
        (b"1" * 100, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: bytes | None, seconds: int | None) -> None:
    assert retry_after(header, now=NOW) == seconds


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (b"/b", "https://herald.example/b"),
        (b"//other.example/b", "https://other.example/b"),
        (b"https://other.example/b#top", "https://other.example/b"),
        (b"b c", "https://herald.example/b%20c"),
        (b"\xe4", "https://herald.example/%C3%A4"),
        (b"http://[broken", None),
    ],
)
def test_a_location_is_made_absolute(location: bytes, target: str | None) -> None:
    found = _target("https://herald.example/a", location)
    if target is None or b"\xe4" in location:
        assert found is None or found.startswith("https://herald.example/")
    else:
        assert found == target


def because(reason: BaseException) -> DownloadFailedError:
    """As Scrapy raises it: the real reason is in a list behind the cause."""
    error = DownloadFailedError("[<twisted.python.failure.Failure ...>]")
    error.__cause__ = ResponseFailed([Failure(reason)])
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DownloadTimeoutError("Getting it took longer"), "timeout: Getting it took longer"),
        (
            CannotResolveHostError("x"),
            "dns: the name in https://herald.example/ cannot be resolved",
        ),
        (DownloadConnectionRefusedError("x"), "connection: refused"),
        (because(network.ConnectionLost()), "connection: closed before the answer was complete"),
        (
            because(SSL.Error([("SSL", "", "certificate verify failed")])),
            "tls: certificate verify failed",
        ),
        (DownloadCancelledError("Received 9 bytes"), "too_large: Received 9 bytes"),
        (IgnoreRequest("exceeded DOWNLOAD_MAXSIZE during decompression"), "too_large: exceeded"),
        (TooManyRedirects(), "redirects: they do not end"),
        (Refused("robots"), "refused: robots"),
        (network.NoRouteError("no route"), "connection: No route"),
        (KeyError("odd"), "failed: KeyError: 'odd'"),
    ],
)
def test_what_went_wrong_is_said_in_words(error: BaseException, words: str) -> None:
    assert explain(error, url="https://herald.example/").startswith(words)


def herald(**more: Any) -> SiteConfig:
    return SiteConfig.model_validate(
        {"name": "herald", "title": "Herald", "home": "https://herald.example/", **more}
    )


def known_link(number: int) -> KnownLink:
    values: dict[str, Any] = dict.fromkeys(KnownLink.__dataclass_fields__)
    url = f"https://herald.example/{number}"
    return KnownLink(**values | {"id": number, "url": url, "url_key": url})


def lane(**more: Any) -> Lane:
    return Lane(site=herald(), site_id=1, window=2, **more)


def run(kind: str = "feed") -> SourceRun:
    config = herald(sources=[{kind: "https://herald.example/s"}]).sources[0]
    known = KnownSource(1, kind, config.url, None, None, None, None, 0)
    return SourceRun(config=config, known=known, since=None)


def test_sources_come_before_links() -> None:
    work = lane()
    work.refill([known_link(1)])
    work.links.append(known_link(2))
    work.add_documents(run(), ["https://herald.example/s"], depth=0, limit=1)
    assert getattr(work.next(), "url", "").endswith("/s")
    assert getattr(work.next(), "id", 0) == 1


def test_no_more_is_on_its_way_than_the_window_allows() -> None:
    work = lane()
    work.refill([known_link(number) for number in range(5)])
    assert work.next()
    assert work.next()
    assert work.next() is None


def test_a_site_whose_budget_is_used_up_is_asked_nothing_more_and_nothing_is_wrong_with_it() -> (
    None
):
    work = lane(requests_left=2)
    work.refill([known_link(number) for number in range(5)])
    work.add_documents(run(), ["https://herald.example/s"], depth=0, limit=1)
    assert work.next()
    assert getattr(work.next(), "id", None) == 0
    work.request_count = 0
    assert work.next() is None
    assert work.closed_because == ""
    assert work.is_done()


def test_an_audit_of_a_304_is_the_next_document_and_counts_with_its_source() -> None:
    work, source = lane(), run()
    work.add_documents(source, ["https://herald.example/s"], depth=0, limit=1)
    document = work.next()
    assert isinstance(document, SourceDocument)
    work.audit(document)
    assert source.open_count == 2
    assert getattr(work.next(), "is_audit", False)


def test_a_link_is_tried_once_in_a_crawl() -> None:
    work = lane()
    work.refill([known_link(1)])
    work.next()
    assert work.refill([known_link(1), known_link(2)]) == 1


def test_a_document_is_asked_for_once_however_often_it_is_named() -> None:
    work, source = lane(), run("sitemap")
    urls = ["https://herald.example/s", "https://herald.example/t", "https://herald.example/s"]
    assert work.add_documents(source, urls, depth=1, limit=10) == 2
    assert work.add_documents(source, urls, depth=2, limit=10) == 0
    many = [f"https://herald.example/{number}" for number in range(50)]
    assert work.add_documents(source, many, depth=2, limit=10) == 8


def test_a_server_that_never_answers_is_left_alone_after_a_few_requests() -> None:
    work = lane()
    work.refill([known_link(number) for number in range(20)])
    for _ in range(MAX_FAILURES - 1):
        work.failed("timeout: no answer")
    assert work.closed_because is None
    work.answered()
    for _ in range(MAX_FAILURES):
        work.failed("timeout: no answer")
    assert "got no answer" in str(work.closed_because)
    assert work.next() is None
    assert work.is_done()


def test_a_source_that_is_not_read_to_its_end_is_left_unread() -> None:
    work, source = lane(), run("sitemap")
    work.add_documents(source, ["https://herald.example/s"], depth=0, limit=1)
    work.close("asked to wait")
    assert source.is_unread


def test_news_in_the_archive_put_a_dry_lane_back_to_work() -> None:
    work = lane()
    work.is_dry = True
    assert work.is_done()
    work.forget_waiting()
    assert not work.is_done()
    assert work.wants_refill()


def test_a_lane_for_named_pages_takes_nothing_else() -> None:
    work = lane(takes_due=False)
    assert not work.wants_refill()
    assert work.is_done()


def test_each_host_has_its_sites_pace() -> None:
    settings = load_settings(env={}, cwd=__import__("pathlib").Path("/"))
    site = herald(politeness={"delay": "3s", "concurrent": 2}, aliases=["m.herald.example"])
    paces = slots.paces(settings, [site])
    assert paces["herald.example"] == {"delay": 3.0, "concurrency": 2, "jitter": 0.0}
    assert set(paces) >= {"herald.example", "www.herald.example", "m.herald.example"}


def test_scrapy_is_told_to_be_polite_and_closed() -> None:
    settings = scrapy_settings(
        load_settings(
            env={},
            cwd=__import__("pathlib").Path("/"),
            overrides={"contact": "https://desk.example/"},
        )
    )
    assert "https://desk.example/" in settings["USER_AGENT"]
    for name in ("COOKIES_ENABLED", "TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED"):
        assert settings[name] is False
    assert settings["DOWNLOAD_VERIFY_CERTIFICATES"] is True


def test_a_url_belongs_to_the_site_that_covers_it() -> None:
    other = herald(name="other", home="https://other.example/")
    given = ["https://www.herald.example/a", "https://other.example/b", "https://stray.example/c"]
    assigned = {
        each.site.name: each for each in crawl.assign([herald()], urls=given, known=[other])
    }
    assert set(assigned) == {"herald", "other", "adhoc-stray-example"}
    assert assigned["herald"].is_whole
    assert not assigned["other"].is_whole
    assert assigned["adhoc-stray-example"].is_ad_hoc
    assert [link.url for link in assigned["other"].named] == ["https://other.example/b"]


def test_a_url_that_is_none_is_refused_with_a_remedy() -> None:
    with pytest.raises(crawl.BadAddress, match=re.escape("write it as in https://")):
        crawl.assign([], urls=["herald"])


def test_only_this_machine_may_be_crawled_without_a_contact() -> None:
    local = herald(home="http://127.0.0.1:8000/")
    assert not crawl.needs_contact(crawl.assign([local]))
    assert crawl.needs_contact(crawl.assign([local, herald(name="far")]))


def test_a_server_may_ask_for_a_pause() -> None:
    work = lane()
    work.wait_for(60, now=NOW)
    work.wait_for(10, now=NOW)
    assert work.wait_until == NOW + timedelta(seconds=60)
