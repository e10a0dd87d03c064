from dataclasses import replace
from datetime import datetime

import pytest

from pipeline import likeness
from pipeline.compare import normal_digest
from pipeline.fingerprint import shingles
from pipeline.identify import (
    Candidate,
    Evidence,
    as_candidate,
    identify,
    seen_as,
    telling_guids,
)
from pipeline.likeness import Said
from pipeline.urls import key

FERRY = (
    "The ferry company said on Tuesday that fares would rise by four percent from the first of March,"
    " the second rise within a year. Residents of the two islands protested at the harbour and asked"
    " the council to step in before the timetable is printed. A spokeswoman pointed to the price of"
    " fuel, which had doubled since the contract was signed, and to repairs of the older ship that"
    " had kept it in dock for seven weeks. The mayor called the rise a tax on living at the edge of"
    " the map and promised to write to the minister."
)
FERRY_EDITED = FERRY.replace("four percent", "five percent") + " The minister did not answer."
LIBRARY = (
    "Nobody had opened the door to the reading room for thirty years when the carpenter came to see"
    " about the damp. Behind it stood eleven thousand volumes, most of them on navigation, and a stove"
    " that somebody had filled but never lit. The town has now voted to spend its savings on shelves."
    " Volunteers will dust each book by hand over the winter, beginning with the atlases, and a"
    " retired teacher is writing the catalogue on cards because she does not trust the machine."
)
QUAKE = (
    "An earthquake of magnitude 5.2 shook Maravia on Monday, 40 kilometres east of Odessk, the institute"
    " for geology said. Its centre lay at a depth of 10 kilometres, and it was felt in Bellin and as far"
    " as the coast. At least 12 people were killed and 80 houses fell in. Schools stay closed until the"
    " damage has been looked at, and the army has sent tents and water to the villages that cannot be"
    " reached by road."
)
QUAKE_LATER = QUAKE.replace("12 people", "31 people").replace("80 houses", "210 houses")
QUAKE_ELSEWHERE = (
    QUAKE.replace("5.2", "4.8")
    .replace("Maravia", "Karolin")
    .replace("40", "70")
    .replace("Odessk", "Rynmouth")
    .replace("10 k", "35 k")
    .replace("12 people", "3 people")
)
NOON = "2026-03-02T12:00:00+00:00"
LATER = "2026-03-02T15:30:00+00:00"
LIBRARY_TOO = " ".join(reversed(LIBRARY.split()))
SHORT = "See the pictures of today."


def page(
    url: str, title: str, text: str, *, published: str | None = None, **more: str | None
) -> Evidence:
    said = Said(
        title=title,
        text=text,
        text_digest=normal_digest(title=title, standfirst=None, text=text),
        shingles=shingles(text),
        published=published,
    )
    return Evidence(url_key=key(url), said=said, **more)  # type: ignore[arg-type]


def known(article_id: int, url: str, title: str, text: str, **more: str | None) -> Candidate:
    return as_candidate(page(url, title, text, **more), article_id)


def listed(at: str, evidence: Evidence) -> Evidence:
    """A page whose URL a source listed first at this moment."""
    return replace(evidence, found_at=datetime.fromisoformat(at))


def seen(at: str, candidate: Candidate) -> Candidate:
    """An article that was first seen at this moment."""
    return replace(candidate, first_seen_at=datetime.fromisoformat(at))


A = "https://example.org/news/ferry-fares"
B = "https://example.org/news/ferry-fares-rise-again"
SECTION = key("https://example.org/news")
FRONT = key("https://example.org/")
FERRY_A = known(1, A, "Ferry fares to rise", FERRY)

SAME = {
    "the same URL": (page(A, "Ferry fares to rise", FERRY), FERRY_A),
    "the same URL, all else rewritten": (page(A, "Minister resigns", LIBRARY), FERRY_A),
    "http and www": (page("http://www.example.org/news/ferry-fares/", "x", SHORT), FERRY_A),
    "AMP": (page(A + "/amp", "Ferry fares to rise", FERRY), FERRY_A),
    "trackers": (page(A + "?utm_source=feed#top", "Ferry fares to rise", FERRY), FERRY_A),
    "a new slug with a redirect": (
        replace(page(A, "Ferry fares rise again", FERRY_EDITED), answered_key=key(B)),
        FERRY_A,
    ),
    "a redirect to where it is known": (
        replace(
            page("https://example.org/?p=7", "Ferry fares to rise", FERRY), answered_key=key(A)
        ),
        FERRY_A,
    ),
    "a new slug, the guid, a similar title": (
        page(B, "Ferry fares to rise again", SHORT, guid="g7"),
        known(1, A, "Ferry fares to rise", SHORT, guid="g7"),
    ),
    "a new slug, the guid, a similar text, another title": (
        page(B, "Islanders protest at harbour", FERRY_EDITED, guid="g7"),
        known(1, A, "Ferry fares to rise", FERRY, guid="g7"),
    ),
    "a canonical link and a similar text": (
        page("https://example.org/print/7", "Print: Ferry", FERRY_EDITED, canonical_key=key(A)),
        FERRY_A,
    ),
    "the page that a canonical link named before": (
        page(A, "Ferry fares to rise", FERRY_EDITED),
        known(1, "https://example.org/print/7", "Ferry fares to rise", FERRY, canonical_key=key(A)),
    ),
    "nearly the same text and title under another URL": (
        page(B, "Ferry fares to rise", FERRY_EDITED),
        FERRY_A,
    ),
    "a similar text, published at the same moment": (
        page(B, "Islanders protest at harbour", FERRY_EDITED, published=NOON),
        known(1, A, "Ferry fares to rise", FERRY, published=NOON),
    ),
    "the publisher's number in the URL": (
        page("https://example.org/islands/protest-204771", "Islanders protest", FERRY_EDITED),
        known(1, "https://example.org/news/ferry-204771", "Ferry fares to rise", FERRY),
    ),
    "the same id in the query, in another section": (
        page("https://example.org/islands?id=31", "Islanders protest", FERRY_EDITED),
        known(1, "https://example.org/news?id=31", "Ferry fares to rise", FERRY),
    ),
    "a redirect, other facts and another number in the title": (
        replace(page(A, "Quake of 5.2 kills 31", QUAKE_LATER), answered_key=key(B)),
        known(1, A, "Quake of 5.2 kills 12", QUAKE),
    ),
    "a toll that rose, under another URL that was listed later": (
        listed(LATER, page(B, "Quake in Maravia kills 31", QUAKE_LATER, published=NOON)),
        seen(NOON, known(1, A, "Quake in Maravia kills 12", QUAKE, published=NOON)),
    ),
    "the same text, listed beside it under another URL": (
        listed(NOON, page(B, "Ferry fares to rise", FERRY, published=NOON)),
        seen(LATER, known(1, A, "Ferry fares to rise", FERRY, published=NOON)),
    ),
    "a link to the page for people, from one in a folder of it": (
        page(f"{A}/print", "Print: Ferry", FERRY_EDITED, canonical_key=key(A)),
        FERRY_A,
    ),
    "the same text under another URL": (
        page("https://example.org/islands/ferry-fares", "Ferry fares to rise", FERRY),
        FERRY_A,
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_one_article_is_recognised_by(case: str) -> None:
    evidence, candidate = SAME[case]
    found = identify(evidence, [candidate])
    assert found.article_id == candidate.article_id, found
    assert found.evidence


DIFFERENT = {
    "one guid for all items": (
        page(B, "Library found behind a door", LIBRARY, guid="feed"),
        known(1, A, "Ferry fares to rise", FERRY, guid="feed"),
    ),
    "one guid for all items of a column": (
        page("https://example.org/column/2", "Letters from the edge", LIBRARY, guid="feed"),
        known(1, "https://example.org/column/1", "Letters from the edge", FERRY, guid="feed"),
    ),
    "one canonical link for a whole section": (
        page(B, "Library found behind a door", LIBRARY, canonical_key=SECTION),
        known(1, A, "Ferry fares to rise", FERRY, canonical_key=SECTION),
    ),
    "a canonical link to the front page": (
        page(B, "Ferry fares to rise", LIBRARY, canonical_key=FRONT),
        known(1, A, "Ferry fares to rise", FERRY, canonical_key=FRONT),
    ),
    "the section page that a canonical link named": (
        page("https://example.org/news", "News", LIBRARY),
        known(1, A, "Ferry fares to rise", FERRY, canonical_key=SECTION),
    ),
    "a recurring column with the same title": (
        page("https://example.org/column/2", "Letters from the edge", LIBRARY),
        known(1, "https://example.org/column/1", "Letters from the edge", FERRY),
    ),
    "a recurring column with the same title and a similar text": (
        page("https://example.org/weather/2", "The weather", FERRY_EDITED),
        known(1, "https://example.org/weather/1", "The weather", FERRY),
    ),
    "a series that counts": (
        page("https://example.org/live/2", "Strike at the harbour: day 2", SHORT, guid="live"),
        known(1, "https://example.org/live/1", "Strike at the harbour: day 1", SHORT, guid="live"),
    ),
    "a redirect to another article": (
        replace(page(A, "Library found behind a door", LIBRARY), answered_key=key(B)),
        FERRY_A,
    ),
    "a redirect to the front page": (
        replace(page(A, "Example news", LIBRARY), answered_key=FRONT),
        FERRY_A,
    ),
    "the same words around other facts": (
        page(B, "Quake in Karolin", QUAKE_ELSEWHERE),
        known(1, A, "Quake in Maravia", QUAKE),
    ),
    "the same words around other facts, one canonical link for both": (
        page(B, "Quake in Karolin", QUAKE_ELSEWHERE, canonical_key=SECTION),
        known(1, A, "Quake in Maravia", QUAKE, canonical_key=SECTION),
    ),
    "a podcast's page, the same for each issue": (
        page("https://example.org/the-harbour-talk-12", "Harbour talk", FERRY),
        known(1, "https://example.org/the-harbour-talk-11", "Harbour talk", FERRY),
    ),
    "a page that is the same, published on another day": (
        page("https://example.org/a-talk", "Harbour talk", FERRY, published="2026-03-09"),
        known(1, "https://example.org/talks", "Harbour talk", FERRY, published="2026-03-02"),
    ),
    "yesterday's live blog that leads to today's": (
        replace(page(A, "Strike: live", LIBRARY, published="2026-03-03"), answered_key=key(B)),
        known(1, A, "Strike: live", FERRY, published="2026-03-02"),
    ),
    "yesterday's live blog that leads to today's, the background shared": (
        replace(
            page(A, "Strike: live", f"{QUAKE} {LIBRARY} {LIBRARY_TOO}", published="2026-03-03"),
            answered_key=key(B),
        ),
        known(1, A, "Strike: live", f"{QUAKE} {SHORT}", published="2026-03-02"),
    ),
    "results of one minute, listed beside each other": (
        listed(NOON, page(B, "Fares on route 5", f"{FERRY} Route 5.", published=NOON)),
        seen(LATER, known(1, A, "Fares on route 3", f"{FERRY} Route 3.", published=NOON)),
    ),
    "one text for each, listed beside each other": (
        listed(NOON, page(B, "Fares on route 5", FERRY, published=NOON)),
        seen(LATER, known(1, A, "Fares on route 3", FERRY, published=NOON)),
    ),
    "the same words around other names, of one minute, listed later": (
        listed(LATER, page(B, "Quake in Karolin", QUAKE_ELSEWHERE, published=NOON)),
        seen(NOON, known(1, A, "Quake in Maravia", QUAKE, published=NOON)),
    ),
    "a link to the section, of which one article alone is known": (
        page(
            "https://example.org/news/a-harbour-talk",
            "Harbour talk",
            FERRY,
            published="2026-03-09",
            canonical_key=SECTION,
        ),
        known(
            1,
            "https://example.org/news/another-harbour-talk",
            "Harbour talk",
            FERRY,
            published="2026-03-02",
            canonical_key=SECTION,
        ),
    ),
    "a short text that is the same": (
        page("https://example.org/pictures/2", "Pictures", SHORT),
        known(1, "https://example.org/pictures/1", "Pictures", SHORT),
    ),
    "another id in the query": (
        page("https://example.org/story?id=2", "Library found behind a door", LIBRARY),
        known(1, "https://example.org/story?id=1", "Ferry fares to rise", FERRY),
    ),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_two_articles_stay_two_in_spite_of(case: str) -> None:
    evidence, candidate = DIFFERENT[case]
    found = identify(evidence, [candidate])
    assert found.article_id is None, found


def test_without_candidates_a_page_is_a_new_article() -> None:
    found = identify(page(A, "Ferry fares to rise", FERRY), [])
    assert (found.article_id, found.evidence) == (None, ())
    assert [(alias.url_key, alias.evidence) for alias in found.aliases] == [(key(A), "asked")]


def test_a_guid_that_several_articles_carry_names_none() -> None:
    others = [
        known(1, A, "Ferry fares to rise", FERRY, guid="feed"),
        known(2, "https://example.org/c", "Library found behind a door", LIBRARY, guid="feed"),
    ]
    evidence = page(B, "Ferry fares to rise again", SHORT, guid="feed")
    assert identify(evidence, others[:1]).article_id == 1
    assert identify(evidence, others).article_id is None


def test_what_answered_weighs_more_than_what_was_asked() -> None:
    evidence = replace(page(A, "Library found behind a door", LIBRARY), answered_key=key(B))
    library = known(2, B, "Library found behind a door", LIBRARY)
    assert identify(evidence, [FERRY_A, library]).article_id == 2


def test_of_equal_articles_the_oldest_is_taken_in_any_order() -> None:
    twins = [replace(FERRY_A, article_id=5), replace(FERRY_A, article_id=3)]
    evidence = page(A, "Ferry fares to rise", FERRY)
    assert identify(evidence, twins).article_id == 3
    assert identify(evidence, twins[::-1]).article_id == 3


def test_two_urls_of_one_article_in_a_batch_are_one_article() -> None:
    first = page(A, "Ferry fares to rise", FERRY, guid="g7")
    second = page(B, "Ferry fares to rise again", FERRY_EDITED, guid="g7")
    third = page("https://example.org/print/7", "Print", FERRY_EDITED, canonical_key=key(B))
    batch = [as_candidate(first, -1)]
    assert identify(second, batch).article_id == -1
    batch[0] = seen_as(batch[0], second)
    assert identify(third, batch).article_id == -1


def test_urls_are_kept_with_how_they_are_known_but_no_front_page() -> None:
    moved = replace(
        page(A, "Ferry fares to rise", FERRY, canonical_key=key(B) + "-x"), answered_key=key(B)
    )
    assert [(alias.url_key, alias.evidence) for alias in identify(moved, []).aliases] == [
        (key(A), "asked"),
        (key(B), "redirect"),
        (key(B) + "-x", "canonical"),
    ]
    astray = page(B, "Ferry fares to rise", FERRY_EDITED, canonical_key=FRONT)
    assert [alias.url_key for alias in identify(astray, []).aliases] == [key(B)]


def test_guids_that_name_several_pages_of_a_source_tell_nothing() -> None:
    links = [
        ("a", key(A)),
        ("a", key(A + "/amp")),
        ("feed", key(A)),
        ("feed", key(B)),
        (None, key(B)),
    ]
    assert telling_guids(links) == {"a"}


def test_a_guid_decides_where_the_sites_guids_are_known_to_be_good() -> None:
    evidence = page(B, "Quake of 5.2 kills 31", QUAKE_LATER, guid="g7")
    known_one = known(1, A, "Quake of 5.2 kills 12", QUAKE, guid="g7")
    assert identify(evidence, [known_one]).article_id is None
    assert identify(evidence, [known_one], has_telling_guids=True).article_id == 1


def test_a_text_that_several_articles_have_names_none_of_them() -> None:
    twins = [known(n, f"https://example.org/talks/{n}", "Harbour talk", FERRY) for n in (1, 2)]
    evidence = page("https://example.org/a-talk", "Harbour talk", FERRY)
    assert identify(evidence, twins[:1]).article_id == 1
    assert identify(evidence, twins).article_id is None


def test_articles_that_a_person_has_told_apart_stay_apart() -> None:
    ferry = replace(FERRY_A, apart=frozenset({2}))
    other = replace(known(2, B, "Ferry fares to rise", FERRY), apart=frozenset({1}))
    leads_on = replace(page(B, "Ferry fares to rise", FERRY), answered_key=key(A))
    assert identify(leads_on, [FERRY_A, replace(other, apart=frozenset())]).article_id == 1
    assert identify(leads_on, [ferry, other]).article_id == 2


def test_all_that_was_weighed_is_told_in_words() -> None:
    evidence = page(B, "Ferry fares to rise again", SHORT, guid="g7", published="2026-03-04")
    known_one = known(1, A, "Ferry fares to rise", SHORT, guid="g7", published="2026-03-04")
    found = identify(evidence, [known_one])
    assert found.because == "guid +0.5, similar title +0.3"
    assert identify(page(A, "x", SHORT), [FERRY_A]).because == "asked +2"
    assert identify(page(B, "x", LIBRARY), [FERRY_A]).because == ""


def filled(subject: str) -> likeness.Said:
    """A pattern that a newsroom fills in for one subject after the other."""
    sentences = (
        f"The {subject} of the lower town was closed for the winter, said its warden on Monday.",
        f"Nobody in the council knows what the {subject} will cost once the thaw has come at last.",
        f"It is too small for all that stands in it, and the {subject} keeper wants another room.",
    )
    text = "\n".join(sentences * 3)
    return likeness.Said(
        title=f"What the {subject} needs",
        text=text,
        text_digest=subject.encode(),
        shingles=shingles(text),
        published="2026-03-02T09:00:00+00:00",
    )


def test_one_pattern_filled_with_two_subjects_is_two_articles() -> None:
    page = Evidence("a.example:45129/granary", said=filled("granary"))
    known = as_candidate(Evidence("a.example:45129/bridge", said=filled("bridge")), 1)
    found = identify(page, [known])
    assert found.article_id is None
    weight = likeness.of_texts(filled("granary"), filled("bridge"))
    assert weight == (likeness.UNLIKE_TEXT, likeness.ANOTHER_SUBJECT)


def test_a_subject_that_opens_a_text_is_told_by_how_often_it_stands() -> None:
    """Nothing stands before it that both texts have: the alignment does not see it replaced there."""

    def said(subject: str) -> likeness.Said:
        words = (
            f"{subject} guards of the lower town have closed what they were told to watch over, "
        )
        text = (
            words + f"and nobody in the council says what a {subject} costs once the thaw has come."
        )
        digest = subject.encode()
        return likeness.Said(f"What the {subject} needs", text, digest, shingles(text))

    weight = likeness.of_texts(said("granary"), said("bridge"))
    assert weight == (likeness.UNLIKE_TEXT, likeness.ANOTHER_SUBJECT)


def test_the_number_of_an_article_is_told_where_a_sites_root_has_all() -> None:
    address = likeness.of_addresses("a.example?cat=town&p=105", ["a.example?cat=trade&p=106"])
    assert address == (likeness.NUMBERED, "another number in the URL")
    address = likeness.of_addresses("a.example?cat=town&p=105", ["a.example?cat=trade&p=105"])
    assert address == (likeness.SAME_NUMBER, "the same number in the URL")


def test_a_port_is_no_number_of_an_article() -> None:
    assert likeness.of_addresses("a.example:45129/granary", ["a.example:45129/bridge"]) is None
    same = likeness.of_addresses("a.example:80801/x/4512933", ["a.example:80801/y/4512933"])
    assert same == (likeness.SAME_NUMBER, "the same number in the URL")
