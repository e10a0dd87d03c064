"""What a publisher changed is told by kind, operation, number and size."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.compare import normal_digest, normal_text
from pipeline.edits.comparing import between, edits
from pipeline.edits.edit import Kind
from pipeline.edits.matching import matches
from pipeline.edits.notes import is_note
from pipeline.edits.numbers import numbers
from pipeline.edits.telling import Telling

BODY = (
    "At least 12 people came to the harbour on Monday. The mayor John Smith said: “We will rebuild this house.”\n"
    "It was late when the last boat left for Saltmere. Nobody knows who sent it there.\n"
    "The council meets again next week to decide."
)
ARTICLE = Telling(
    title="Twelve at the harbour",
    standfirst="A boat came late.",
    text=BODY,
    authors=("Ann Lee",),
    published="2026-03-01",
    language="en",
    captions=("The harbour at night.",),
    images=("https://img.lantern.example/2026/03/harbour-300x200.jpg?v=1",),
)


def told(old: Telling, new: Telling) -> set[tuple[str, str, int]]:
    return {(edit.kind.value, edit.op, edit.count) for edit in edits(old, new)}


def changed(**fields: Any) -> Telling:
    return replace(ARTICLE, **fields)


def silent(new: Telling, old: Telling = ARTICLE) -> set[str]:
    return {edit.kind.value for edit in edits(old, new) if edit.is_silent}


def test_an_article_that_says_the_same_has_no_edits() -> None:
    assert edits(ARTICLE, ARTICLE) == ()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": "Twelve at the quay"}, {("headline", "edit", 1)}),
        ({"standfirst": ""}, {("standfirst", "delete", 1)}),
        ({"authors": ("Ann Lee", "Bo Ek")}, {("byline", "add", 1)}),
        ({"authors": ("Bo Ek",)}, {("byline", "edit", 1)}),
        ({"published": "2026-03-02"}, {("date", "edit", 1)}),
        ({"modified": "2026-03-02T10:00:00+00:00"}, {("modified", "add", 1)}),
        ({"is_paywalled": True}, {("paywall", "add", 1)}),
        ({"captions": ("The harbour at noon.",)}, {("caption", "edit", 1)}),
        ({"images": ("https://img.lantern.example/2026/03/boat.jpg",)}, {("image", "edit", 1)}),
        ({"section": "World", "tags": ("Sea",)}, {("section", "add", 1), ("tag", "add", 1)}),
        ({"text": BODY + " It may last."}, {("body", "add", 1)}),
        ({"text": BODY.replace(" Nobody knows who sent it there.", "")}, {("body", "delete", 1)}),
        ({"text": BODY.replace("again next week", "next week")}, {("body", "edit", 1)}),
    ],
)
def test_each_kind_is_told(fields: dict[str, Any], expected: set[tuple[str, str, int]]) -> None:
    assert told(ARTICLE, changed(**fields)) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"published": "2026-03-01T08:00:00+01:00"},
        {"images": ("https://cdn.lantern.example/2026/03/harbour-1024x768.webp",)},
        {"authors": ("ann lee",)},
        {"text": BODY.replace("“", '"').replace("”", '"').replace("\n", "\n\n")},
        {"text": BODY.replace(". Nobody", ".\nNobody")},
        {"text": "Updated 5 minutes ago\n" + BODY},
    ],
)
def test_what_says_the_same_is_no_edit(fields: dict[str, Any]) -> None:
    assert edits(ARTICLE, changed(**fields)) == ()


def test_a_sentence_that_stands_elsewhere_was_moved() -> None:
    first, second, third = BODY.split("\n")
    new = changed(text=f"{third}\n{first}\n{second}")
    assert told(ARTICLE, new) == {("body", "move", 1)}


def test_of_what_changed_places_the_fewest_sentences_count_as_moved() -> None:
    order = [5, 0, 1, 2, 3, 4]
    texts = [f"Sentence number {n} stands here." for n in range(6)]
    moved = [match for match in matches(texts, [texts[n] for n in order]) if match.is_moved]
    assert [match.old for match in moved] == [(5,)]


def test_a_sentence_may_be_moved_and_edited() -> None:
    first, second, third = BODY.split("\n")
    new = changed(text=f"{third[:-1]} soon.\n{first}\n{second}")
    assert told(ARTICLE, new) == {("body", "move", 1), ("body", "edit", 1)}


def test_split_and_merged_sentences_are_edits() -> None:
    one = changed(text="The boat left at noon and the crew went home to Saltmere.")
    two = changed(text="The boat left at noon. The crew went home to Saltmere.")
    assert told(one, two) == {("body", "edit", 1)}
    assert told(two, one) == {("body", "edit", 1)}


@pytest.mark.parametrize(
    "unmarked",
    [
        "Where the boats come from",
        "- Saltmere: 12 boats",
        "“We will never leave this town”",
        "(Photo: Ann Lee)",
        "However, the report that accused Mr.",
        "SALTMERE",
        "港口的新闻",
        "It was the 3rd … of its kind\u00ad",  # is longer and shorter as normal text
    ],
)
def test_a_line_without_an_end_mark_was_moved_though_it_joins_a_sentence(unmarked: str) -> None:
    first, second, third = BODY.split("\n")
    apart = f"{unmarked}\n{first}\n{second}\n{third}"
    beside = f"{first}\n{second}\n{unmarked} {third}"
    for old, new in ((apart, beside), (beside, apart)):
        assert told(changed(text=old), changed(text=new)) == {("body", "move", 1)}


def test_a_sentence_put_after_a_heading_was_moved_and_the_heading_stayed() -> None:
    first, second, third = BODY.split("\n")
    old = changed(text=f"{first}\nThe boats\n{second}\n{third}")
    new = changed(text=f"{first}\nThe boats {third}\n{second}")
    comparison = between(old, new)
    assert told(old, new) == {("body", "move", 1)}
    (moved,) = (match for match in comparison.matches if match.is_moved)
    assert [comparison.new[at].text for at in moved.new] == [third]


def test_of_two_equal_headings_the_one_that_joins_a_sentence_was_moved() -> None:
    first, second, third = BODY.split("\n")
    old = changed(text=f"More boats\n{first}\nMore boats\n{second}\n{third}")
    new = changed(text=f"More boats\n{first}\n{second}\nMore boats {third}")
    assert told(old, new) == {("body", "move", 1)}


def test_a_paragraph_of_unspaced_script_is_cut_where_the_other_text_cuts_it() -> None:
    old = changed(text="港口的新闻\n市长昨天来了。\n船很晚才离开。")
    new = changed(text="市长昨天来了。\n港口的新闻船很晚才离开。")
    assert told(old, new) == {("body", "move", 1)}


def test_lines_that_are_joined_say_the_same() -> None:
    old = "\n".join(f"- {boat} of Saltmere" for boat in ("Anna", "Berta", "Clara", "Dora", "Eva"))
    assert not edits(changed(text=old), changed(text=old.replace("\n", " ")))


def test_what_has_a_word_of_its_own_is_edited_and_not_cut() -> None:
    old, new = "The council meets to decide", "The council meets to decide again"
    assert told(changed(text=f"{old}\nagainst"), changed(text=f"{new}\nagainst")) == {
        ("body", "edit", 1)
    }


def test_no_word_is_cut_in_two() -> None:
    old = changed(text="The boat\nman left.\nIt was late.")
    new = changed(text="It was late.\nThe boatman left.")
    assert len(between(old, new).new) == 2


def test_a_line_that_stands_once_is_cut_from_one_sentence_alone() -> None:
    old = changed(text="Yes\nIt was late.\nHe came.")
    new = changed(text="Yes It was late.\nYes He came.")
    assert [unit.text for unit in between(old, new).new] == ["Yes", "It was late.", "Yes He came."]


def test_a_size_is_the_words_that_came_and_went() -> None:
    (edit,) = edits(ARTICLE, changed(text=BODY.replace("last boat left", "second ship went away")))
    assert (edit.kind, edit.size) == (Kind.BODY, 3 + 4)


def test_numbers_names_and_quotations_changed_without_a_note_are_silent() -> None:
    new = changed(
        text=BODY.replace("12 people", "14 people")
        .replace("John Smith", "Jon Smith")
        .replace("We will rebuild", "We may rebuild")
    )
    assert {("number", "edit", 1), ("name", "edit", 1), ("quote", "edit", 1)} <= told(ARTICLE, new)
    assert silent(new) == {"number", "name", "quote"}


def test_a_note_that_comes_with_the_change_makes_it_no_silent_one() -> None:
    new = changed(
        text=BODY.replace("12 people", "14 people")
        + "\nCorrection, 2 March: an earlier version gave a wrong number."
    )
    assert ("correction", "add", 1) in told(ARTICLE, new)
    assert ("body", "add", 1) not in told(ARTICLE, new)
    assert silent(new) == set()


def test_an_earlier_note_covers_what_it_names_and_nothing_else() -> None:
    noted = changed(text=BODY + "\nCorrection: 14 people came, not 12.")
    assert silent(replace(noted, text=noted.text.replace("least 12", "least 14")), noted) == set()
    assert silent(replace(noted, text=noted.text.replace("John", "Jon")), noted) == {"name"}


def test_a_note_that_was_taken_away_tells_of_nothing() -> None:
    noted = changed(text=BODY + "\nUpdate: the boat is back.")
    assert silent(changed(text=BODY.replace("12 people", "14 people")), noted) == {"number"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Der Hafen zählt 12 Boote am Abend.", "Der Hafen zählt 14 Boote am Abend."),
        ("昨天有三十人在港口受伤。", "昨天有四十人在港口受伤。"),
        ("اليوم وصل ٣٤ شخصا إلى الميناء.", "اليوم وصل ٣٥ شخصا إلى الميناء."),
        ("Three boats came to the harbour.", "Four boats came to the harbour."),
    ],
)
def test_numbers_are_found_in_any_script(old: str, new: str) -> None:
    language = "de" if "Boote" in old else "en" if "boats" in old else None
    assert ("number", "edit", 1) in told(
        Telling(text=old, language=language), Telling(text=new, language=language)
    )


def test_a_number_written_otherwise_is_the_same_number() -> None:
    assert numbers("3,000 5 1.234,5", language="en") == numbers("3 000 five 1,234.5", language="en")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("记者采访了约翰·史密斯，他昨天到达港口。", "记者采访了约翰·史米斯，他昨天到达港口。"),
        ("昨日、ジョンソン氏が港を訪れた。", "昨日、ジャクソン氏が港を訪れた。"),
        ("وصل الرئيس محمود إلى الميناء أمس.", "وصل الرئيس أحمد إلى الميناء أمس."),
        ("Вчера мэр Иванов приехал в порт рано.", "Вчера мэр Петров приехал в порт рано."),
    ],
)
def test_names_are_found_in_scripts_with_and_without_capitals(old: str, new: str) -> None:
    assert ("name", "edit", 1) in told(Telling(text=old), Telling(text=new))


def test_a_german_noun_is_no_name() -> None:
    old = Telling(text="Gestern kam das Boot von Angela Merkel an.", language="de")
    noun = replace(old, text="Gestern kam das Schiff von Angela Merkel an.")
    name = replace(old, text="Gestern kam das Boot von Angelika Merkel an.")
    assert told(old, noun) == {("body", "edit", 1)}
    assert ("name", "edit", 1) in told(old, name)


@pytest.mark.parametrize(
    "note",
    [
        "Correction: An earlier version of this article misstated a date.",
        "This article was amended on 3 May 2024.",
        "Editor’s note: more follows.",
        "Update 3 May: the minister answered.",
        "Korrektur, 3. Mai: Es waren zwölf.",
        "In einer früheren Version dieses Artikels hieß es zwölf.",
        "Rectificatif : une version précédente disait douze.",
        "Fe de errores: fueron doce.",
        "Errata corrige: erano dodici.",
        "Исправление: их было двенадцать.",
        "更正：此前报道有误。",
        "訂正：以前の記事に誤りがありました。",
        "[정정] 인원은 12명입니다.",
        "تصحيح: كانوا اثني عشر.",
        "भूल सुधार: वे बारह थे।",
    ],
)
def test_notes_are_known_in_many_languages(note: str) -> None:
    assert is_note(note)


@pytest.mark.parametrize(
    "sentence",
    [
        "Corrections are needed in the prison system.",
        "Updates came slowly from the front.",
        "The revised law was passed.",
        "Edit wars broke out.",
        "Die Korrektur der Aktie überraschte.",
    ],
)
def test_a_sentence_about_corrections_is_no_note(sentence: str) -> None:
    assert not is_note(sentence)


def test_a_block_that_is_a_quotation_needs_no_marks() -> None:
    blocks = b'{"blocks": [{"kind": "quote", "text": "We will never leave this town."}]}'
    old = Telling.of({"text": "We will never leave this town."}, blocks)
    new = Telling.of({"text": "We may never leave this town."}, blocks.replace(b"will", b"may"))
    assert ("quote", "edit", 1) in told(old, new)


WORDS = st.lists(
    st.sampled_from(["One", "two", "Boat", "7", "“so”", "now.", "Then!", "\n", "更正：", "港。"]),
    max_size=30,
).map(" ".join)


@given(WORDS, WORDS, WORDS)
def test_what_makes_a_revision_makes_an_edit(title: str, old: str, new: str) -> None:
    one, other = Telling(title=title, text=old), Telling(title=title, text=new)
    is_revision = normal_digest(title=title, standfirst="", text=old) != normal_digest(
        title=title, standfirst="", text=new
    )
    comparison = between(one, other)
    assert bool(comparison.edits) >= is_revision
    assert comparison == between(one, other)
    for side, units, text in ((0, comparison.old, old), (1, comparison.new, new)):
        cut = "".join(unit.normal for unit in units)
        assert cut.replace(" ", "") == normal_text(text).replace(" ", "")
        placed = [at for m in comparison.matches for at in (m.old, m.new)[side]]
        assert sorted(placed) == list(range(len(units)))


def test_thirty_thousand_words_are_compared_before_the_test_times_out() -> None:
    rolls = random.Random(1)
    vocabulary = [f"W{n}" for n in range(3000)]
    for joint in (" ", ". ", "\n"):
        old, new = (joint.join(rolls.choices(vocabulary, k=30_000)) for _ in range(2))
        assert edits(Telling(text=old), Telling(text=new))  # a square of it would take many minutes


def test_a_paragraph_of_thousands_of_lines_is_cut_before_the_test_times_out() -> None:
    rolls = random.Random(1)
    lines = [f"{''.join(rolls.choices('abcdefgh', k=3))} in boat {n}" for n in range(6_000)]
    old = Telling(text="\n".join(lines))
    rolls.shuffle(lines)
    assert len(between(old, Telling(text=" ".join(lines))).new) == len(lines)
