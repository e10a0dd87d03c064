from datetime import UTC, datetime, timedelta

import pytest

from config.site import SiteConfig
from db.archiving.entries import KnownLink
from pipeline import answer
from pipeline.answer import Kind
from pipeline.items import Fetched

NOW = datetime(2026, 7, 17, 12, tzinfo=UTC)
SITE = SiteConfig(name="harbour", title="Harbour", home="https://www.harbour.example/")
URL = "https://www.harbour.example/2026/ferry"


def link() -> KnownLink:
    return KnownLink(
        id=1, site_id=1, source_id=None, article_id=None, revision_id=None, url=URL,
        url_key=URL, title=None, guid=None, published_at=None, modified_at=None, depth=0,
        found_at=NOW, due_at=NOW, visited_at=None, visit_count=0, failure_count=0, etag=None,
        last_modified=None, capture_id=None,
    )  # fmt: skip


def fetched(**facts: object) -> Fetched:
    given = {"status": 200, "body": b"<p>", "url_answered": URL, **facts}
    return Fetched(site="harbour", link=link(), crawl_id=1, url=URL, fetched_at=NOW, **given)


def kind(**facts: object) -> Kind:
    return answer.classify(fetched(**facts), site=SITE).kind


def test_a_body_with_status_200_is_a_page() -> None:
    assert kind() is Kind.PAGE


def test_an_empty_body_is_still_a_page_to_be_kept() -> None:
    assert kind(body=b"") is Kind.PAGE


def test_304_is_not_modified() -> None:
    assert kind(status=304, body=None) is Kind.NOT_MODIFIED


@pytest.mark.parametrize("status", [404, 410])
def test_not_found_and_gone_are_gone(status: int) -> None:
    assert kind(status=status) is Kind.GONE


@pytest.mark.parametrize("status", [401, 403, 429, 451, 500, 503])
def test_any_other_status_is_an_error_in_words(status: int) -> None:
    found = answer.classify(fetched(status=status), site=SITE)
    assert (found.kind, found.detail) == (Kind.ERROR, f"HTTP {status}")


def test_what_we_did_not_ask_is_refused_with_its_reason() -> None:
    found = answer.classify(fetched(status=None, body=None, refusal="robots"), site=SITE)
    assert (found.kind, found.detail) == (Kind.REFUSED, "robots")


def test_a_failed_request_is_an_error_and_never_gone() -> None:
    assert kind(status=None, body=None, error="timeout: no answer") is Kind.ERROR


def test_a_redirect_to_the_front_page_means_gone() -> None:
    assert kind(url_answered="https://www.harbour.example/") is Kind.GONE


def test_a_redirect_within_the_site_is_a_page() -> None:
    assert kind(url_answered="https://harbour.example/2026/ferry-sunk") is Kind.PAGE


def test_a_redirect_off_the_site_is_nobodys_article() -> None:
    assert kind(url_answered="https://consent.example/?back=1") is Kind.ERROR


def test_waiting_doubles_from_a_quarter_of_an_hour_to_a_day() -> None:
    waits = [answer.next_try(failure_count=n, now=NOW) - NOW for n in (1, 2, 3, 20)]
    minutes = timedelta(minutes=1)
    assert waits == [15 * minutes, 30 * minutes, 60 * minutes, timedelta(days=1)]


def test_a_server_that_asks_for_more_time_gets_it_up_to_a_day() -> None:
    assert answer.next_try(failure_count=1, now=NOW, retry_after_s=7200) - NOW == timedelta(hours=2)
    assert answer.next_try(failure_count=1, now=NOW, retry_after_s=10**9) - NOW == timedelta(days=1)
