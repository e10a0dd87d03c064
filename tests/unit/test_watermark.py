import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pipeline import watermark

PHRASE = "Harbour Post"
PARAGRAPHS = """\
The ferry company said on Tuesday that the new timetable would begin in March, and also that large vehicles would need a reservation before they board.
Residents of the two parties to the agreement told the Harbour Post that they had not been asked, although the council met them in January.
The mayor added. He said that politicians would look at the figures again. Nothing more was given to reporters.
""".splitlines()


def test_a_phrase_inside_words_is_found_by_name_and_taken_out() -> None:
    injected = [
        "[Harbour Post]",
        PARAGRAPHS[0]
        .replace("and also", "andHarbour Post also")
        .replace("large", "laHarbour Postrge"),
        PARAGRAPHS[1].replace("parties", "partHarbour Posties"),
        PARAGRAPHS[2]
        .replace("added. He", "added.Harbour Post He")
        .replace("given", "giveHarbour Postn"),
    ]
    assert watermark.find(injected, names=[PHRASE]) == PHRASE
    assert [watermark.remove(text, PHRASE) for text in injected] == ["", *PARAGRAPHS]


def test_a_phrase_that_nobody_named_is_found_by_its_evidence() -> None:
    injected = [
        PARAGRAPHS[0]
        .replace("and also", "andHarbour Post also")
        .replace("large", "laHarbour Postrge"),
        PARAGRAPHS[1].replace("parties", "partHarbour Posties"),
    ]
    assert watermark.find(injected) == PHRASE


def test_one_split_word_and_a_line_in_brackets_are_evidence() -> None:
    assert watermark.find(["[Harbour Post]", "a laHarbour Postrge ship came in"]) == PHRASE


def test_one_split_word_is_evidence_for_a_name_only() -> None:
    text = ["a laHarbour Postrge ship came in", "and left"]
    assert watermark.find(text, names=["Ferries - Harbour Post"]) == PHRASE
    assert watermark.find(text) is None


def test_words_without_a_bounded_occurrence_do_not_lengthen_the_phrase() -> None:
    text = ["[Harbour Post]", "CuHarbour Posti said", "the partHarbour Posties said"]
    assert watermark.find(text) == PHRASE


def test_a_phrase_in_cyrillic_is_found() -> None:
    text = ["реВестник Портаки текут", "гоВестник Портарод стоит", "и порВестник Порта тоже"]
    assert watermark.find(text, names=["Вестник Порта"]) == "Вестник Порта"
    assert watermark.remove(text[0], "Вестник Порта") == "реки текут"


CLEAN = [
    ["YouTubers on YouTube, iPhone owners, TikTokers and McDonald's on FaceTime with LinkedIn."],
    ["McDonald, MacDonald, O'Donald and McDonalds met DeVos, DeSantis and LeBron."],
    ["captionPrime Minister Ada Lund", "imagePrime Ministers meet", "the Prime Minister left"],
    ["He told the Harbour Post.", "The Harbour Post reported. A Harbour Post reporter came."],
    ["[Harbour Post]", "photoHarbour Post", "He told the Harbour Post."],
    ["said on theHarbour Post and inHarbour Post"],
    ["中国港口报政府说港口报记者", "【港口报】", "说港口报在"],
    ["中国Harbour Post政府", "说Harbour Post在"],
    [
        "shareFacebook Twitter",
        "likeFacebook Page",
        "byFacebook User",
        "ofFacebookers",
        "xFacebookish",
    ],
    [],
    [""],
]


@pytest.mark.parametrize("texts", CLEAN)
def test_brands_mentions_and_lost_spaces_are_no_watermark(texts: list[str]) -> None:
    assert watermark.find(texts, names=["Facebook", "港口报"]) is None


def test_a_name_of_one_word_needs_a_line_in_brackets() -> None:
    assert watermark.find(["die GasPresselle und ein SaPressemmler"], names=["Presse"]) is None
    assert watermark.find(["[Presse]", "ein SaPressemmler"], names=["Presse"]) == "Presse"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("andHarbour Post also", "and also"),
        ("laHarbour Postrge", "large"),
        ("laHarbour\u00a0Postrge", "large"),
        ("CuHarbour Posti said", "Cui said"),
        ("added.Harbour Post He said", "added. He said"),
        ("in 20Harbour Post24", "in 2024"),
        ("the CHarbour PostPC", "the CPC"),
        ("Harbour PostChina said", "China said"),
        ("it was that, said Harbour Postthat man", "it was that, said that man"),
        ("[Harbour Post] A ship came in", "A ship came in"),
        ("【Harbour Post】", ""),
        ("told the Harbour Post.", "told the Harbour Post."),
        ("“Harbour Post” and (Harbour Post)", "“Harbour Post” and (Harbour Post)"),
        ("the Harbour Posts of this world", "the Harbour Posts of this world"),
        ("non-Harbour Post papers", "non-Harbour Post papers"),
        ("在Harbour Post在", "在Harbour Post在"),
        ("Harbour Post", "Harbour Post"),
        ("", ""),
    ],
)
def test_what_is_glued_goes_and_what_is_said_stays(text: str, expected: str) -> None:
    assert watermark.remove(text, PHRASE) == expected


def test_a_line_of_the_sites_own_name_is_furniture() -> None:
    assert watermark.is_name_line(" [Harbour Post] ", ["Ferries | Harbour Post"])
    assert not watermark.is_name_line("Harbour Post", ["Harbour Post"])
    assert not watermark.is_name_line("[Photo]", ["Harbour Post"])


WORDS = st.lists(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyzäéß", min_size=1, max_size=9),
    min_size=8,
    max_size=60,
)


@given(WORDS, st.lists(st.integers(min_value=0, max_value=400), min_size=3, max_size=8))
def test_what_was_injected_after_letters_is_removed_exactly(
    words: list[str], places: list[int]
) -> None:
    clean = " ".join(words)
    at = sorted({place % len(clean) for place in places if clean[place % len(clean)] != " "})
    assume(len(at) >= 3)
    pieces = [clean[i + 1 : j + 1] for i, j in zip([-1, *at], [*at, len(clean)], strict=True)]
    injected = PHRASE.join(pieces)
    assert watermark.remove(injected, PHRASE) == clean


@given(WORDS, st.sampled_from(["Harbour Post", "World", "[Harbour Post]", "YouTube", "McDonald"]))
@example(["a"] * 8, "Harbour Post")
def test_clean_text_is_never_touched(words: list[str], mention: str) -> None:
    text = "In " + f" {mention} ".join(words) + f", the {mention}."
    assert watermark.find([text], names=["Harbour Post", "World"]) is None
    assert watermark.remove(text, PHRASE) == text


@given(st.text(max_size=200), st.text(max_size=20))
def test_any_text_and_any_phrase_are_borne(text: str, phrase: str) -> None:
    assert len(watermark.remove(text, phrase)) <= len(text)
    watermark.find([text, phrase], names=[phrase])


def test_a_page_of_glued_words_is_looked_at_in_bounded_time() -> None:
    assert watermark.find(["aB" * 200_000, "laHarbour Postrge " * 20_000]) is None


@pytest.mark.corpus
def test_the_seed_copy_reads_as_its_original(shared: Path) -> None:
    (page,) = shared.glob("seeds/sites/worldtimes/**/index.html")
    expected = json.loads((shared / "seeds/expected/worldtimes_xi-putin.json").read_text())
    lines = [re.sub(r"<[^>]+>", "", line) for line in page.read_text().splitlines()]
    assert watermark.find(lines) == expected["watermark"]
    cleaned = [watermark.remove(line, expected["watermark"]) for line in lines]
    assert set(expected["paragraphs"]) <= set(cleaned)
    assert any("told the Global Times." in line for line in cleaned)


@pytest.mark.corpus
def test_no_real_text_has_a_watermark(shared: Path) -> None:
    hits = []
    for path in sorted(shared.glob("corpora/truth/*.jsonl")):
        for line in path.read_text().splitlines():
            row = json.loads(line)
            page = shared / "corpora/pages" / path.stem / f"{row['id']}.html.gz"
            title = re.search(rb"<title[^>]*>([^<]*)", gzip.decompress(page.read_bytes()))
            names = [title[1].decode("utf-8", "replace")] if title else []
            if row.get("text") and watermark.find(row["text"].splitlines(), names=names):
                hits.append(row["id"])
    assert hits == []
