"""A page read with what was learnt of its site: what repeats goes and is told, what does not stays."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.site import SiteConfig
from pipeline import extraction
from pipeline.extraction import Task
from pipeline.profiles import profile as profiles
from pipeline.profiles import profiling, sighting
from pipeline.reading import Reading, Reason, Verdict

SITE = SiteConfig(name="lantern", title="The Lantern", home="https://lantern.example/")
FETCHED_AT = datetime(2026, 3, 20, 8, tzinfo=UTC)
GUILD = "The Lantern is printed by the guild of the lower town and carried by hand to all who keep a light in the window."
PARTS = ("bridge", "granary", "lockgate", "orchard", "tannery", "belfry", "market", "ferry", "quarry", "windmill", "dike", "archive")  # fmt: skip
DOINGS = ("was closed for the winter", "got a new keeper", "is too small for what stands in it", "cost more than was said")  # fmt: skip


def paragraphs(story: int) -> list[str]:
    part = PARTS[story]
    return [
        f"The {part} of the lower town {doing}, said the {PARTS[(story + turn) % len(PARTS)]} warden on Monday, "
        f"and nobody in the {part} council had an answer to it."
        for turn, doing in enumerate(DOINGS)
    ]


def page(texts: Sequence[str], *, title: str, styled: str = "story") -> bytes:
    body = "".join(f"<p>{text}</p>" for text in texts)
    date = '<meta property="article:published_time" content="2026-03-02T09:00:00Z">'
    return (
        f"<html><head><title>{title} - The Lantern</title>{date}</head><body>"
        f"<main><article class='{styled}'><h1>{title}</h1><div class='{styled}-text'>{body}</div>"
        "</article></main></body></html>"
    ).encode()


def task(story: int, *more: str, profile: bytes | None = None, styled: str = "story") -> Task:
    body = page([*paragraphs(story), *more], title=f"What the {PARTS[story]} needs", styled=styled)
    return Task(
        body=body,
        url=f"https://lantern.example/{PARTS[story]}",
        site=SITE,
        fetched_at=FETCHED_AT,
        profile=profile,
    )


@pytest.fixture(scope="module")
def learnt() -> bytes:
    """The profile of eleven pages, all of which end with the same sentence."""
    sightings = [extraction.sight(task(story, GUILD)) for story in range(11)]
    return profiling.learn([one for one in sightings if one is not None]).content


def texts(reading: Reading) -> list[str]:
    return [block.text for block in reading.blocks]


def test_the_first_pages_of_a_site_keep_what_may_repeat() -> None:
    assert texts(extraction.perform(task(11, GUILD)).reading) == [*paragraphs(11), GUILD]


def test_what_repeats_on_the_sites_pages_is_taken_out_and_told(learnt: bytes) -> None:
    reading = extraction.perform(task(11, GUILD, profile=learnt)).reading
    assert reading.verdict is Verdict.BELIEVED
    assert texts(reading) == paragraphs(11)
    assert [one.text for one in reading.removed if one.why == "profile"] == [GUILD]


def test_a_reading_names_its_profile(learnt: bytes) -> None:
    name = profiles.of_content(learnt).name
    reading = extraction.perform(task(11, profile=learnt)).reading
    assert reading.profile == name
    assert reading.as_json()["profile"] == name
    assert extraction.perform(task(11)).reading.profile is None


def test_nothing_of_the_learnt_pages_themselves_is_lost(learnt: bytes) -> None:
    for story in range(11):
        assert texts(extraction.perform(task(story, GUILD, profile=learnt)).reading) == paragraphs(story)  # fmt: skip


def test_a_page_is_seen_without_its_profile(learnt: bytes) -> None:
    assert extraction.sight(task(3, GUILD, profile=learnt)) == extraction.sight(task(3, GUILD))


def test_what_is_no_article_is_not_learnt_from() -> None:
    nothing = Task(body=b"<html><body></body></html>", url="https://lantern.example/x", site=SITE, fetched_at=FETCHED_AT)  # fmt: skip
    assert extraction.sight(nothing) is None


def test_a_page_unlike_all_others_of_its_site_is_a_broken_layout(learnt: bytes) -> None:
    long_reads = {"pages": 22, "text": [6000, 7000, 8000, 9000, 9900]}
    place = {"containers": [["main>article.story>div.story-text>p", 22]]}
    usual = profiles.of_json({**json.loads(learnt), **long_reads, **place}).content
    odd = extraction.perform(task(11, profile=usual, styled="tale")).reading
    assert (odd.verdict, odd.reason) == (Verdict.QUARANTINED, Reason.LAYOUT)
    assert odd.detail is not None
    assert "tale-text" in odd.detail
    assert texts(odd) == paragraphs(11), "kept, for whoever looks at it"
    assert extraction.perform(task(11, profile=usual)).reading.verdict is Verdict.BELIEVED, (
        "a brief"
    )


def test_a_phrase_that_the_site_injects_goes_from_its_other_pages() -> None:
    first, *others = paragraphs(11)
    page_text = first.replace("lower", "lowglad tidingser")
    mention = (
        "Nobody at the glad tidings desk would say when the windmill was to be sold to the council."
    )
    injected = task(11)
    injected = replace(
        injected, body=page([page_text, *others, mention], title="What the windmill needs")
    )
    plain = extraction.perform(injected).reading
    assert plain.watermark is None
    assert "lowglad tidingser" in plain.text
    known = profiling.learn([], watermarks=[("glad tidings", 1)]).content
    reading = extraction.perform(replace(injected, profile=known)).reading
    assert texts(reading) == [first, *others, mention]
    assert reading.watermark == "glad tidings"
    assert [one.why for one in reading.removed] == ["watermark"]


APOLOGY = (
    "We are making this page better for you, and ask for a little patience while the printers of the lower town work. "
    "Please come back soon: everything that you have read here before will still be here, and more of it besides."
)


def test_the_text_of_many_other_addresses_is_no_article() -> None:
    whole = sighting.whole_of(APOLOGY)
    assert whole is not None
    stated = {
        "@type": "NewsArticle",
        "headline": "What the windmill needs",
        "datePublished": "2026-03-02",
    }
    script = f'<script type="application/ld+json">{json.dumps(stated)}</script></head>'.encode()
    body = page([APOLOGY], title="What the windmill needs").replace(b"</head>", script)
    wall = replace(task(11), body=body)
    known = profiling.learn([], texts={whole: 9}).content
    reading = extraction.perform(replace(wall, profile=known)).reading
    assert (reading.verdict, reading.reason) == (Verdict.QUARANTINED, Reason.NOT_ARTICLE)
    assert reading.detail == "8 other pages of the site have its text"
    assert extraction.perform(wall).reading.verdict is Verdict.BELIEVED
    assert extraction.perform(task(11, profile=known)).reading.verdict is Verdict.BELIEVED


def test_what_may_stand_beside_a_walls_words_follows_the_sites_usual_size(learnt: bytes) -> None:
    asking = [
        "Please log in to continue.",
        *(f"{text} It was {n}." for n, text in enumerate(paragraphs(11))),
    ]
    body = page(asking, title="What the windmill needs").replace(b"article:published_time", b"x")
    asked = replace(task(11), body=body)
    long_reads = {"text": [6000, 7000, 8000, 9000, 9900], "lines": ""}
    reasons = [
        extraction.perform(replace(asked, profile=profiles.of_json(json.loads(learnt) | more).content)).reading.reason
        for more in ({}, long_reads)
    ]  # fmt: skip
    assert reasons[1] is Reason.LOGIN
    assert reasons[0] is not Reason.LOGIN
