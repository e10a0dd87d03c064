import itertools
import random
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import document_fromstring

from pipeline.profiles import profile as profiles
from pipeline.profiles import profiling, repeats, sighting
from pipeline.profiles.profile import Profile
from pipeline.profiles.sighting import Line, Sighting
from pipeline.reading import Block, Reading, StatedMoment, Verdict

NEWSLETTER = "Sign up for the Tide Table, our letter about everything that happened in the harbour this week."
POLICY = "Our comments are read by people: be kind to each other, stay with the matter and name your sources."
BODY = "main.page>article.story>div.text>p"
BOX = "main.page>aside.box>div.letter>p"
SEEN_AT = datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=1)))


def sentence(story: int, number: int) -> str:
    """A sentence that no other story has: letters tell them apart, digits would not."""
    name = "".join(chr(ord("a") + int(digit)) for digit in f"{story:03d}{number:02d}")
    return f"In the year of the {name} the council of {name} met again and spoke about the old bridge at length."


def reading_of(texts: Sequence[str], **more: Any) -> Reading:
    given: dict[str, Any] = {
        "url": "https://harbour.example/a",
        "verdict": Verdict.BELIEVED,
        "title": "A bridge",
        "published": StatedMoment(SEEN_AT),
    }
    blocks = tuple(Block("paragraph", text) for text in texts)
    return Reading(**given | {"blocks": blocks} | more)


def sight(
    story: int, *, size: int = 6, leaked: Sequence[str] = (), furniture: Sequence[Line] = ()
) -> Sighting:
    """A page with a story of its own; `leaked` was read as part of it, `furniture` only stands beside it."""
    own = [sentence(story, number) for number in range(size)]
    lines = [*((BODY, text) for text in (*own, *leaked)), *furniture]
    return sighting.sight(lines, reading_of([*own, *leaked]))


def learnt(count: int = 20, **more: Any) -> Profile:
    return profiling.learn([sight(story, **more) for story in range(count)])


# --- keys ------------------------------------------------------------------------------------------------------------


def test_counters_dates_spaces_and_quotes_make_no_other_line() -> None:
    assert sighting.key_of("12 comments") == sighting.key_of("1,207 Comments")
    assert sighting.key_of("“Read on”") == sighting.key_of('"Read  on"')
    assert sighting.key_of("Read on") != sighting.key_of("Read off")


def test_a_line_without_words_is_no_evidence() -> None:
    assert [sighting.key_of(text) for text in ("", "12", "3 : 1", "5 €", "A")] == [None] * 5


def test_a_key_is_the_same_in_every_process_and_release() -> None:
    assert sighting.key_of("Sign up for our newsletter") == 2465932232765532430


@given(st.text())
def test_every_text_has_a_key_or_none(text: str) -> None:
    assert sighting.key_of(text) == sighting.key_of(text)


# --- lines of a page -------------------------------------------------------------------------------------------------


def lines_of(markup: str) -> list[Line]:
    return list(sighting.lines_of(document_fromstring(markup).find("body")))


def test_lines_have_the_path_of_their_template() -> None:
    page = """<body><main class="page p-17"><div class="story story-4711 is-new"><p>One <b>bold</b> word</p>
    tail<ul><li>An item</li></ul></div></main></body>"""
    assert lines_of(page) == [
        ("main.page.p->div.story.story-", "tail"),
        ("main.page.p->div.story.story->p", "One bold word"),
        ("main.page.p->div.story.story->ul>li", "An item"),
    ]


def test_line_breaks_part_paragraphs() -> None:
    page = "<body><div>The first of them.<br><br>The second.</div></body>"
    assert [text for _, text in lines_of(page)] == ["The first of them.", "The second."]


def test_text_between_other_lines_is_lines() -> None:
    page = "<body><div class=story>One <b>bold</b>.<br><br>Two.<div class=ad>An ad</div>Three.</div></body>"
    story = [text for path, text in lines_of(page) if path == "div.story"]
    assert story == ["One bold.", "Two.", "Three."]


def test_lines_of_a_deep_page_with_many_breaks_take_no_time() -> None:
    page = f"<body><p>{'<span>' * 200}{'x<br>' * 20_000}</body>"
    assert len(lines_of(page)) >= 1


# --- learning --------------------------------------------------------------------------------------------------------


def test_a_sentence_in_the_text_of_many_articles_is_furniture() -> None:
    profile = learnt(leaked=[NEWSLETTER])
    assert str(profile.is_furniture(NEWSLETTER)) == "in the text of 20 of 20 pages"
    assert profile.is_furniture(sentence(3, 1)) is None


def test_a_sentence_in_two_articles_is_none() -> None:
    wire = "The agency reported in the evening that the ferry had left the island with everybody on board."
    pages = [sight(story, leaked=[wire] if story < 2 else []) for story in range(20)]
    assert profiling.learn(pages).is_furniture(wire) is None


def test_one_story_at_many_addresses_is_no_repetition() -> None:
    pages = [sight(story) for story in range(12)]
    again = [sight(0, leaked=[sentence(50 + number, 0)]) for number in range(5)]
    profile = profiling.learn([*pages, *again])
    assert profile.pages == 12
    assert all(profile.is_furniture(sentence(0, number), BODY) is None for number in range(6))


def test_a_heading_that_most_articles_have_is_a_word_like_another() -> None:
    label = "What we know"
    pages = [sight(story, leaked=[label] if story % 6 == 0 else []) for story in range(24)]
    assert profiling.learn(pages).is_furniture(label, BODY) is None


def test_a_line_beside_the_articles_is_furniture_at_its_place_only() -> None:
    headline = "The lighthouse that was moved overnight by twelve men and a horse, and why nobody heard of it"
    profile = learnt(furniture=[(BOX, headline)])
    assert profile.is_furniture(headline, BOX)
    assert profile.is_furniture(headline, BODY) is None, "its own article may say it"
    assert profile.is_furniture(headline) is None


def test_a_place_where_no_article_stands_tells_new_lines_too() -> None:
    pages = [sight(n, furniture=[(BOX, sentence(500 + n, 1))]) for n in range(20)]
    profile = profiling.learn(pages)
    assert profile.is_furniture(sentence(900, 1), BOX)
    assert profile.is_furniture(sentence(900, 1), BODY) is None
    assert profile.is_furniture("A label", BOX) is None, "short lines need to repeat"


def test_short_lines_of_lists_in_articles_are_theirs() -> None:
    path = f"{BODY}>ul>li"
    pages = []
    for story in range(20):
        own = [sentence(story, number) for number in range(6)]
        items = [f"two cups of {chr(ord('a') + story) * 4}", "a pinch of salt"]
        lines = [*((BODY, text) for text in own), *((path, text) for text in items)]
        pages.append(
            sighting.sight(lines, reading_of([*own, items[0], *items[1 if story < 4 else 2 :]]))
        )
    assert profiling.learn(pages).is_furniture("a pinch of salt", path) is None


def test_the_place_of_standfirsts_belongs_to_the_articles() -> None:
    path = "main.page>article.story>header.top>p"
    pages = []
    for story in range(20):
        own = [sentence(story, number) for number in range(6)]
        lead = sentence(story, 50)
        reading = reading_of(own, standfirst=lead)
        pages.append(sighting.sight([(path, lead), *((BODY, text) for text in own)], reading))
    assert profiling.learn(pages).is_furniture(sentence(900, 50), path) is None


def test_the_order_of_pages_changes_nothing() -> None:
    pages = [
        sight(n, size=3 + n % 7, leaked=[NEWSLETTER] if n % 2 else [], furniture=[(BOX, POLICY)])
        for n in range(30)
    ]
    expected = profiling.learn(pages).content
    for seed in range(5):
        shuffled = pages[:]
        random.Random(seed).shuffle(shuffled)
        assert profiling.learn(shuffled).content == expected


def test_a_profile_is_a_value_and_has_a_digest() -> None:
    profile = learnt(leaked=[NEWSLETTER], furniture=[(BOX, POLICY)])
    again = profiles.of_content(profile.content)
    assert again == profile
    assert again.sha256 == profile.sha256
    assert again.is_furniture(NEWSLETTER)
    assert again.is_furniture(POLICY, BOX)
    assert profiles.of_content(profile.content) is again, "understood once"


@pytest.mark.parametrize("values", [{}, {"learner": "0"}, {"learner": "1", "paths": "AA=="}])
def test_what_is_no_profile_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="profile"):
        profiles.of_json(values)


def test_a_profile_is_bounded_whatever_the_pages_hold() -> None:
    wide = "".join(map(chr, range(0x10380, 0x103A0))) * 4  # letters of four bytes
    pages = []
    for story in range(80):
        lines = [
            (f"div.{wide[:30]}>div.{'abcdefghij'[n % 10] * 40}{'klmnopqrst'[n // 10 % 10]}>p", f"{wide} {chr(0x4E00 + n)}")
            for n in range(4000)
        ]  # fmt: skip
        blocks = [text for _, text in lines[: 10 + story]]
        pages.append(sighting.sight(lines, reading_of([*blocks, sentence(story, 1)])))
    profile = profiling.learn(pages)
    assert len(pages[0].places) == sighting.MOST_LINES
    assert 1000 < len(profile.content) <= profiles.MOST_BYTES


def test_nothing_is_learnt_from_nothing() -> None:
    profile = profiling.learn([])
    assert profile.pages == 0
    assert profile.is_furniture(NEWSLETTER) is None
    assert profiles.of_content(profile.content) == profile


# --- use -------------------------------------------------------------------------------------------------------------


def blocks_of(*texts: str) -> list[Block]:
    return [Block("heading" if text.startswith("#") else "paragraph", text) for text in texts]


def rest(profile: Profile, *texts: str, lines: Sequence[Line] | None = None) -> repeats.Rest:
    given = lines if lines is not None else [(BODY, text) for text in texts]
    return repeats.without_known(blocks_of(*texts), profile, lines=given)


def test_what_repeats_is_taken_out_and_told() -> None:
    profile = learnt(leaked=[NEWSLETTER])
    own = [sentence(900, number) for number in range(3)]
    left = rest(profile, own[0], NEWSLETTER, own[1], own[2])
    assert [block.text for block in left.blocks] == own
    assert [(one.text, one.why) for one in left.removed] == [(NEWSLETTER, "profile")]
    assert left.container == BODY


def test_a_repeated_heading_stays_over_text_of_the_articles_own() -> None:
    profile = learnt(leaked=["# How we tested", "# More of it", NEWSLETTER])
    own = sentence(900, 1)
    left = rest(
        profile, own, "# How we tested", own, "# More of it", NEWSLETTER, "# Its own heading", own
    )
    assert [block.text for block in left.blocks] == [own, "# How we tested", own, "# Its own heading", own]  # fmt: skip


def test_a_new_template_does_not_empty_its_pages() -> None:
    pages = [sight(n, furniture=[(BOX, sentence(500 + n, 1))]) for n in range(20)]
    profile = profiling.learn(pages)
    own = [sentence(900, number) for number in range(4)]
    moved = rest(profile, *own, lines=[(BOX, text) for text in own])
    assert [block.text for block in moved.blocks] == own


def test_the_profile_never_takes_a_line_of_one_page() -> None:
    profile = learnt(leaked=[NEWSLETTER], furniture=[(BOX, POLICY)])
    for story, number in itertools.product(range(20), range(6)):
        assert profile.is_furniture(sentence(story, number), BODY) is None


# --- what a normal page yields ---------------------------------------------------------------------------------------


def varied(count: int = 24) -> Profile:
    return profiling.learn([sight(n, size=6 + n % 9) for n in range(count)])


def test_the_normal_yield_leaves_furniture_out() -> None:
    plain, leaking = learnt(), learnt(leaked=[NEWSLETTER])
    assert plain.text == leaking.text
    assert plain.paragraphs.median == 6
    assert plain.body_paths == (BODY,)


def test_two_signs_of_three_are_odd_and_one_is_not() -> None:
    profile = varied()
    short, usual = [sentence(900, 1)], [sentence(900, n) for n in range(8)]
    assert profile.oddity(reading_of(usual), container=BODY) is None
    assert profile.oddity(reading_of(short), container=BODY) is None, "a brief"
    assert profile.oddity(reading_of(usual, published=None), container=BODY) is None
    assert profile.oddity(reading_of(usual), container=BOX) is None, (
        "a new template that is read well"
    )
    assert "no published" in (profile.oddity(reading_of(short, published=None)) or "")
    assert "stands where no" in (profile.oddity(reading_of(short), container=BOX) or "")
    dump = [sentence(900 + n, n % 90) for n in range(200)]
    assert "19799 characters" in (profile.oddity(reading_of(dump), container=BOX) or "")


def test_few_pages_do_not_tell_what_is_normal() -> None:
    assert varied(10).oddity(reading_of([], published=None, title=None), container=BOX) is None


# --- what a site injects ---------------------------------------------------------------------------------------------


def test_injected_phrases_are_a_part_of_the_profile_whatever_their_order() -> None:
    pages = [sight(story) for story in range(6)]
    found = [("tide desk", 1), ("harbour post", 3), ("Aft Deck", 1)]
    one, other = (
        profiling.learn(pages, watermarks=told) for told in (found, list(reversed(found)))
    )
    assert one.content == other.content
    assert one.watermarks == (("harbour post", 3), ("Aft Deck", 1), ("tide desk", 1))
    assert profiles.of_content(one.content) == one
    assert one.sha256 != profiling.learn(pages).sha256, "it names what was read with it"


def test_the_injected_phrases_of_a_site_are_bounded() -> None:
    many = [(f"phrase {number:03}", 1) for number in range(500)]
    profile = profiling.learn([], watermarks=many)
    assert profile.watermarks == tuple(many[:20])


# --- one text at many addresses --------------------------------------------------------------------------------------

APOLOGY = "We are making this page better for you. Please come back soon, and thank you for your patience with us."


def at(slug: str, text: str, *, title: str = "A bridge") -> Sighting:
    reading = reading_of([text], url=f"https://harbour.example/2026/{slug}", title=title)
    return sighting.sight([(BODY, text)], reading)


def test_a_text_that_four_pages_have_whole_is_known() -> None:
    others = [sight(story) for story in range(9)]
    three, four = ([at(f"story-{n}", APOLOGY) for n in range(count)] for count in (3, 4))
    assert profiling.learn([*others, *three]).same_text_count([APOLOGY]) == 0
    profile = profiling.learn([*others, *four])
    assert profile.same_text_count(["", APOLOGY]) == 3
    assert profile.same_text_count([APOLOGY + " More."]) == 0
    assert profiles.of_content(profile.content) == profile


def test_a_brief_under_four_addresses_of_one_page_is_no_such_text() -> None:
    pages = [at(f"brief?session={n}", APOLOGY) for n in range(9)]
    assert profiling.learn(pages).same_text_count([APOLOGY]) == 0


def test_a_template_filled_with_other_figures_is_another_text() -> None:
    quakes = [
        f"A quake of 4.{n} was felt on the coast at {n}:30. Nobody was hurt." for n in range(9)
    ]
    profile = profiling.learn([at(f"quake-{n}", text) for n, text in enumerate(quakes)])
    assert [profile.same_text_count([text]) for text in quakes] == [0] * 9


def test_what_a_text_stands_for_is_told_by_slugs_or_by_announcements() -> None:
    links = [(f"https://harbour.example/page?id={n}", f"Story {n}") for n in range(5)]
    assert profiling.addresses(links) == 5
    assert profiling.addresses([(url, "Story") for url, _ in links]) == 1
    sections = [(f"https://harbour.example/{n}/the-story/", None) for n in range(5)]
    assert profiling.addresses(sections) == 1


def test_what_the_archive_knows_of_such_texts_comes_first_and_is_bounded() -> None:
    known = {n: 4 + n for n in range(500)}
    assert sorted(profiling.learn([], texts=known).texts) == list(range(450, 500))
    pages = [at(f"story-{n}", APOLOGY) for n in range(6)]
    assert set(profiling.learn(pages, texts={7: 4}).texts) == {7, sighting.whole_of(APOLOGY)}


def test_few_pages_do_not_tell_a_usual_size() -> None:
    assert learnt(4).usual_size == 0
    assert learnt(5).usual_size == learnt(5).text.median > 500
