from typing import Any

import pytest

from pipeline import judge
from pipeline.judge import Evidence
from pipeline.reading import Block, Reason

PROSE = "The harbour council met on Tuesday to discuss the new pier, which had been closed since the storm of last winter. "


def judged(text: str, **more: Any) -> Reason | None:
    given: dict[str, Any] = {
        "url": "https://harbour.example/2026/03/pier",
        "title": "Pier reopens",
        "title_element": "Pier reopens - Harbour Post",
        "blocks": tuple(Block("paragraph", line.strip()) for line in text.split("\n") if line),
        "page_text": text,
        "is_article": False,
        "has_date": True,
        "has_heading": True,
        "link_share": 0.1,
        "is_truncated": False,
        "is_paywalled": False,
    }
    verdict = judge.judge(Evidence(**given | more))
    return verdict[0] if verdict else None


def test_an_article_is_believed() -> None:
    assert judged(PROSE * 4) is None


@pytest.mark.parametrize(
    "words", ["captcha", "cookie consent", "404", "already a subscriber", "access denied"]
)
def test_an_article_about_walls_is_believed(words: str) -> None:
    assert judged(PROSE * 12 + f"The site's {words} page annoyed the mayor.") is None


def test_a_short_article_of_structured_data_is_believed() -> None:
    assert judged(PROSE * 2 + "Already a subscriber? Log in to continue.", is_article=True) is None


@pytest.mark.parametrize(
    ("title", "text", "reason"),
    [
        (
            "Just a moment...",
            "Checking your browser before accessing harbour.example.",
            Reason.BLOCKED,
        ),
        (
            "Access denied",
            "You don't have permission to view this page. Reference #18.2f",
            Reason.BLOCKED,
        ),
        ("Are you a robot?", "Please solve the captcha below to continue.", Reason.BLOCKED),
        (
            "Harbour Post",
            "We value your privacy. We and our partners use cookies. Accept all cookies",
            Reason.CONSENT,
        ),
        (
            "Datenschutz",
            "Wir verwenden Cookies. Mit Werbung weiterlesen oder abonnieren.",
            Reason.CONSENT,
        ),
        (
            "Page not found",
            "Sorry, the page you were looking for does not exist.",
            Reason.NOT_FOUND,
        ),
        ("Seite nicht gefunden", "Diese Seite gibt es nicht mehr.", Reason.NOT_FOUND),
        ("Pier", "Subscribe to continue reading. Already a subscriber? Log in.", Reason.LOGIN),
    ],
)
def test_a_wall_is_recognised(title: str, text: str, reason: Reason) -> None:
    assert judged(text, title=title, title_element=title, has_date=False) is reason


def test_without_title_or_words_there_is_no_article() -> None:
    assert judged(PROSE * 4, title=None) is Reason.EMPTY
    assert judged("Three words only") is Reason.EMPTY
    assert judged("") is Reason.EMPTY


def test_a_stub_that_is_stated_as_not_free_is_behind_a_login() -> None:
    assert judged("The pier reopens.", is_paywalled=True, is_article=True) is Reason.LOGIN


def test_a_front_page_and_a_list_are_no_articles() -> None:
    assert judged(PROSE * 4, url="https://harbour.example/") is Reason.NOT_ARTICLE
    assert (
        judged(PROSE * 4, url="https://harbour.example/tag/pier/", has_date=False)
        is Reason.NOT_ARTICLE
    )
    teasers = "\n".join(["Whale seen in the bay near the old quay", "Storm damages boats"] * 20)
    assert judged(teasers, has_date=False, link_share=0.8) is Reason.NOT_ARTICLE


def test_a_body_cut_off_is_only_believed_when_it_ends_with_a_sentence() -> None:
    assert judged(PROSE * 4 + "And then the", is_truncated=True) is Reason.TRUNCATED
    assert judged(PROSE * 4, is_truncated=True) is None


def test_unspaced_scripts_have_words_too() -> None:
    assert judge.count_words("港口重新开放了") == 3
    assert (
        judged("港口议会星期二开会讨论新码头，码头因去年冬天的风暴关闭，修理比计划更久。" * 2)
        is None
    )


def test_how_much_stands_beside_a_walls_words_is_judged_by_what_is_usual_for_the_site() -> None:
    text = "Please log in to continue.\n" + PROSE * 5
    page: dict[str, Any] = {"has_date": False, "title": "Harbour Post"}
    assert judged(text, **page) is None
    assert judged(text, **page, usual_size=1200) is None, "a site of briefs"
    assert judged(text, **page, usual_size=9000) is Reason.LOGIN
    assert judged(text, **page | {"has_date": True}, usual_size=9000) is None, "a dated brief"
    assert judged(text, **page, is_article=True, usual_size=9000) is None, "a stated brief"


def test_a_text_that_three_other_pages_have_is_refused_whatever_it_states() -> None:
    assert judged(PROSE * 9, is_article=True, same_text_count=2) is None
    assert judged(PROSE * 9, is_article=True, same_text_count=3) is Reason.NOT_ARTICLE
