"""What is indexed and what is asked are folded the same, and a question is taken apart as written."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.asking import folding, snippets
from db.asking.search import Query, Term, parse
from db.errors import QueryNotUnderstood


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Don't STOP_it", ["don", "t", "stop", "it"]),
        ("Café naïve ﬁne ™", ["cafe", "naive", "fine", "tm"]),
        ("cafe\u0301", ["cafe"]),
        ("İstanbul STRASSE Straße", ["istanbul", "strasse", "strasse"]),
        ("Ёлка й", ["елка", "и"]),
        ("كِتَاب أحمد", ["كتاب", "احمد"]),
        ("हिन्दी", ["हिन्दी"]),
        ("한국어", ["한국어"]),
        ("中国人2023年", ["中国", "国人", "人", "2023", "年"]),
        ("がき", ["がき", "き"]),
        ("ﾊﾟﾝ", ["パン", "ン"]),
        ("ไทย", ["ไท", "ทย", "ย"]),
        ("x" * 130, ["x" * 64, "x" * 64, "xx"]),
        ("a\0b \ud83d c", ["a", "b", "c"]),
        ("", []),
        ("— … !", []),
    ],
)
def test_a_text_is_folded_into_tokens(text: str, tokens: list[str]) -> None:
    assert folding.tokens(text) == tokens


@pytest.mark.parametrize(
    ("words", "tokens", "is_prefix"),
    [
        ("bread", ["bread"], False),
        ("中国", ["中国"], False),
        ("中", ["中"], True),
        ("中国人", ["中国", "国人"], False),
        ("现在2023", ["现在", "在", "2023"], False),
        ("2023年", ["2023", "年"], True),
        ("!", [], False),
    ],
)
def test_a_question_of_an_unspaced_script_leaves_its_end_open(
    words: str,
    tokens: list[str],
    is_prefix: bool,  # noqa: FBT001
) -> None:
    assert folding.query_tokens(words) == (tokens, is_prefix)


@given(st.text(max_size=200))
def test_any_text_can_be_folded_into_tokens_that_need_no_quoting(text: str) -> None:
    for token in folding.tokens(text):
        assert token
        assert len(token) <= 64 * 18  # the longest expansion of one character under NFKD
        assert not set(token) & set(" '\"\\:*()&|!<>\0\n\t")


@given(st.text(max_size=100), st.text(max_size=100))
def test_every_part_of_a_text_asks_for_tokens_that_stand_together_in_it(a: str, b: str) -> None:
    indexed = folding.tokens(f"{a} bread {b}")
    assert "bread" in indexed


@pytest.mark.parametrize("character", ["a ", "中", "\u0301", "ﷺ", "_", "ก", "-"])
def test_the_longest_text_is_folded_in_seconds_and_within_the_limits(character: str) -> None:
    begun = time.process_time()
    tokens = folding.tokens(character * 3_000_000)
    assert time.process_time() - begun < 10
    assert len(tokens) <= folding.INDEXED_TOKENS
    assert len(" ".join(tokens).encode()) <= folding.INDEXED_BYTES


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("a b", Query(((Term(("a",)),), (Term(("b",)),)))),
        ("a OR b c", Query(((Term(("a",)), Term(("b",))), (Term(("c",)),)))),
        ('"a b" -c', Query(((Term(("a", "b")),),), (Term(("c",)),))),
        ('"unclosed phrase', Query(((Term(("unclosed", "phrase")),),))),
        ("title:a", Query(((Term(("a",), is_in_title=True),),))),
        ('-title:"a b" c', Query(((Term(("c",)),),), (Term(("a", "b"), is_in_title=True),))),
        ("rea*", Query(((Term(("rea",), is_prefix=True),),))),
        ("or", Query(((Term(("or",)),),))),
        ("OR a OR", Query(((Term(("a",)),),))),
        ("a - b", Query(((Term(("a",)),), (Term(("b",)),)))),
    ],
)
def test_a_question_is_taken_apart_as_written(words: str, query: Query) -> None:
    assert parse(words) == query


@given(st.text(max_size=100))
def test_any_question_is_understood_or_refused_in_words(words: str) -> None:
    try:
        query = parse(words)
    except QueryNotUnderstood:
        return
    assert query.wanted


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("The price of bread rose.", "bread", ["bread"]),
        ("The price of bread and the price of milk", '"price of milk"', ["price", "of", "milk"]),
        ("Bäcker backen", "bäcker", ["Bäcker"]),
        ("记者访问了北京的面包店。", "面包店", ["面包店"]),
        ("baking bakers", "bak*", ["baking", "bakers"]),
        ("nothing here", "bread", []),
    ],
)
def test_a_snippet_marks_the_words_that_were_asked_for(
    text: str, words: str, marked: list[str]
) -> None:
    snippet = snippets.cut(text, parse(words))
    assert [snippet.text[start:end] for start, end in snippet.marks] == marked


def test_a_snippet_is_one_line_around_the_first_word_found() -> None:
    text = "filler " * 300 + "\nthe zebra sat\n" + "filler " * 300
    snippet = snippets.cut(text, parse("zebra"), width=80)
    assert "the zebra sat" in snippet.text
    assert "\n" not in snippet.text
    assert len(snippet.text) < 100
    assert snippet.text.startswith("… ")
    assert snippet.text.endswith(" …")


@given(
    st.text(max_size=500), st.sampled_from(["a", "the", "中", '"a b"', "x*"]), st.integers(20, 100)
)
def test_marks_lie_within_any_snippet(text: str, words: str, width: int) -> None:
    snippet = snippets.cut(text, parse(words), width=width)
    assert all(0 <= start < end <= len(snippet.text) for start, end in snippet.marks)
