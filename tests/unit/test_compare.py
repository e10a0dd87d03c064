import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import compare

TITLE = "Ferry company raises fares"
TEXT = (
    'The ferry company said on Tuesday that "fares" would rise by 4 percent.\n'
    "Residents don't agree - the mayor's office said the well-known plan was new."
)


def digest(
    title: str | None = TITLE, standfirst: str | None = None, text: str | None = TEXT
) -> bytes:
    return compare.normal_digest(title=title, standfirst=standfirst, text=text)


SAME = [
    TEXT.replace('"', "“"),
    TEXT.replace('"fares"', "„fares“"),
    TEXT.replace("'", "’"),
    TEXT.replace(" - ", " — "),
    TEXT.replace(" - ", "–"),
    TEXT.replace("well-known", "well\u2011known"),
    TEXT.replace(" ", "\u00a0"),
    TEXT.replace(" ", "  \t"),
    TEXT.replace("\n", "\n\n"),
    TEXT.replace("\n", " "),
    TEXT.replace("\n", "\r\n"),
    TEXT.replace("company", "com\u00adpa\u200bny\ufeff"),
    TEXT + "\x00",
    "Wed. Jul 24th, 2024\n" + TEXT,
    "Wednesday, 24 July 2024, 10:32:01 AM GMT\n" + TEXT,
    "2024-07-24 10:32\n" + TEXT,
    "2024年7月24日 星期三 10:32\n" + TEXT,
    "Updated 5 minutes ago\n" + TEXT,
    TEXT + "\n3 hours ago",
    TEXT + "\nLast updated: 24/07/2024 10:32",
    TEXT + "\n1,234 views",
    "5 min read · 12 comments\n" + TEXT,
    "Aktualisiert vor 5 Minuten\n" + TEXT,
    TEXT.replace('"fares"', "« fares »"),
    TEXT.replace("office", "o\ufb03ce"),
]


@pytest.mark.parametrize("text", SAME)
def test_typography_blanks_and_clocks_make_no_difference(text: str) -> None:
    assert digest(text=text) == digest()


OTHER = [
    TEXT.replace("4", "5"),
    TEXT.replace("Tuesday", "tuesday"),
    TEXT.replace("4 percent", "4 percent."),
    TEXT.replace("the mayor", "mayor"),
    TEXT + "\nCorrection: the fares rise by 4 percent.",
    TEXT + "\n12",
    TEXT + "\n3-1",
    TEXT + "\nUpdated 5 minutes ago by the desk",
    TEXT + "\nMay 12 people",
]


@pytest.mark.parametrize("text", OTHER)
def test_a_word_a_number_or_a_line_is_a_difference(text: str) -> None:
    assert digest(text=text) != digest()


def test_a_headline_changed_alone_is_a_difference() -> None:
    assert digest(title="Ferry fares to rise") != digest()


def test_what_moves_between_fields_is_a_difference() -> None:
    assert digest(title="a", standfirst="b", text="c") != digest(title="a b", text="c")
    assert digest(standfirst="b", text="c") != digest(standfirst=None, text="b c")


def test_no_standfirst_and_an_empty_one_are_the_same() -> None:
    assert digest(standfirst="") == digest(standfirst=None)


def test_a_text_that_is_only_a_date_is_kept() -> None:
    assert compare.normal_text("24 July 2024") == "24 July 2024"


def test_the_digest_does_not_move_between_releases() -> None:
    assert digest(title="A", text="B").hex() == (
        "e421db2aad27f94f27f2d69f809e31050059e0b74f326a85cf08d05b5b7d4c23"
    )


def test_blanks_that_typesetting_puts_in_make_no_difference() -> None:
    assert compare.normal_text("Quoi ? Non : 5 % !") == compare.normal_text("Quoi? Non: 5%!")
    assert compare.normal_text("中国 AI 公司") == compare.normal_text("中国AI公司")
    assert compare.normal_text("第一。\n第二。") == compare.normal_text("第一。第二。")


@given(st.text(max_size=300))
def test_normal_text_is_its_own_normal_text(text: str) -> None:
    once = compare.normal_text(text)
    assert compare.normal_text(once) == once
    assert digest(text=text) == digest(text=once)
    assert "\n" not in once


PIECES = st.lists(
    st.sampled_from(
        [
            "the ",
            "ferry ",
            "mayor ",
            "12 ",
            "said. ",
            "\n",
            "\r\n",
            "don’t ",
            "港",
            "口",
            "報",
            "ปี",
            "a",
            "\u2028",
            "  ",
        ]
    )
    | st.text(max_size=4),
    max_size=60,
).map("".join)


@given(PIECES, PIECES)
def test_a_difference_holds_both_texts_exactly(old: str, new: str) -> None:
    segments = compare.word_diff(old, new)
    assert "".join(one.text for one in segments if one.op != "insert") == old
    assert "".join(one.text for one in segments if one.op != "delete") == new
    assert all(one.text for one in segments)


@given(PIECES)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(one.op == "equal" for one in compare.word_diff(text, text))
    assert compare.unified(text, text) == ""


def shown(old: str, new: str) -> str:
    return compare.marked(compare.word_diff(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "ten people died on Monday",
            "12 people died on Monday",
            "[-ten-]{+12+} people died on Monday",
        ),
        ("He said so.", "He never said so.", "He {+never +}said so."),
        ("China-Russia ties", "China-India ties", "[-China-Russia-]{+China-India+} ties"),
        ("a rise of 3,000 jobs", "a rise of 3,500 jobs", "a rise of [-3,000-]{+3,500+} jobs"),
        ("船长说三人死亡", "船长说五人死亡", "船长说[-三-]{+五+}人死亡"),
        ("เรือจมในปี", "เรือจมในวัน", "เรือจมใน[-ปี-]{+วัน+}"),
        ("जहाज डूब गया", "जहाज बच गया", "जहाज [-डूब-]{+बच+} गया"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("", "", ""),
    ],
)
def test_whole_words_change_and_in_unspaced_scripts_characters(
    old: str, new: str, expected: str
) -> None:
    assert shown(old, new) == expected


def test_crumbs_between_long_replacements_are_replaced_too() -> None:
    assert shown("Residents protested of course", "Shareholders applauded of late") == (
        "[-Residents protested-]{+Shareholders applauded+} of [-course-]{+late+}"
    )


def test_a_paragraph_put_in_leaves_the_others_alone() -> None:
    old = "One is here.\nTwo is here.\nThree is here."
    new = "One is here.\nNew words came in between.\nTwo is here.\nThree was here."
    assert [one.op for one in compare.paragraph_diff(old, new)] == [
        "equal",
        "insert",
        "equal",
        "edit",
    ]
    assert compare.unified(old, new).splitlines() == [
        "  One is here.",
        "+ New words came in between.",
        "  Two is here.",
        "~ Three [-is-]{+was+} here.",
    ]


def test_a_paragraph_taken_out_and_one_edited_are_told_apart() -> None:
    old = "The mayor spoke first to the press.\nNobody came to the harbour that day.\nEnd."
    new = "Nobody came to the old harbour that day.\nEnd."
    assert [one.op for one in compare.paragraph_diff(old, new)] == ["delete", "edit", "equal"]


def test_paragraphs_that_differ_in_typography_are_equal() -> None:
    assert compare.unified('"One" - here.\nTwo.', "“One” — here.\nTwo.") == ""


def test_unchanged_paragraphs_are_counted_not_shown() -> None:
    old = "\n".join(f"Paragraph {number}." for number in range(10))
    new = old.replace("5", "five")
    assert compare.unified(old, new).splitlines() == [
        "  … 4 unchanged",
        "  Paragraph 4.",
        "~ Paragraph [-5-]{+five+}.",
        "  Paragraph 6.",
        "  … 3 unchanged",
    ]


@given(PIECES, PIECES)
def test_paragraphs_hold_every_line_of_both_texts(old: str, new: str) -> None:
    found = compare.paragraph_diff(old, new)
    news = [
        "".join(s.text for s in one.segments if s.op != "delete")
        for one in found
        if one.op != "delete"
    ]
    assert news == new.splitlines()
    assert sum(one.op != "insert" for one in found) == len(old.splitlines())


FIELDS: list[tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    ({"title": "A", "text": "b"}, {"title": "A", "text": "b"}, ()),
    ({"title": "A’s"}, {"title": "A's"}, ()),
    ({"title": "A"}, {"title": "B"}, ("title",)),
    ({"text": "a\nb"}, {"text": "a b"}, ()),
    ({"authors": ["A", "B"]}, {"authors": ("A", "B")}, ()),
    ({"authors": ["A", "B"]}, {"authors": ["B", "A"]}, ("authors",)),
    ({"standfirst": None, "authors": []}, {"standfirst": "", "authors": ()}, ()),
    ({"standfirst": "a"}, {}, ("standfirst",)),
    ({"gone": 1, "title": "A"}, {"title": "B", "come": True}, ("title", "come", "gone")),
]


@pytest.mark.parametrize(("old", "new", "expected"), FIELDS)
def test_only_fields_that_say_something_else_have_changed(
    old: dict[str, Any], new: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert compare.changed_fields(old, new) == expected


def test_long_texts_are_compared_in_bounded_time() -> None:
    dice = random.Random(4)
    vocabulary = [f"word{number}" for number in range(1_500)]
    old_words = [dice.choice(vocabulary) for _ in range(10_000)]
    new_words = [dice.choice(vocabulary) if dice.random() < 0.1 else word for word in old_words]
    unrelated = [dice.choice(vocabulary) for _ in range(10_000)]
    monotonous = dice.choices(["yes", "no"], k=10_000)
    for other in (new_words, unrelated, monotonous):
        began = time.process_time()
        compare.word_diff(" ".join(old_words), " ".join(other))
        assert time.process_time() - began < 5
