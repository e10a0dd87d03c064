import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pipeline.text import watermark

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


LOWER = """\
The ferry company said that large vehicles need a reservation, and that parties of visitors pay more than others.
Residents of the harbour told reporters that such vehicles block the pier. The company said parties were large enough.
A reservation costs little, the mayor said. Visitors and residents would pay the same, others said on the pier.
The mayor of the harbour wants a reservation for all vehicles, large or small, and for parties of residents too.""".splitlines()


def split_by(phrase: str, words: list[str]) -> list[str]:
    """The lines, with the phrase inside the first occurrence of each word."""
    text = "\n".join(LOWER)
    for word in words:
        text = text.replace(word, f"{word[:3]}{phrase}{word[3:]}", 1)
    return text.splitlines()


@pytest.mark.parametrize(
    "phrase",
    [
        "daily post",
        "visit example.com",
        "read it at the daily post",
        "post24 online",
        "example.com",
        "www.example.com",
    ],
)
def test_any_phrase_inside_words_is_found_by_what_it_splits(phrase: str) -> None:
    injected = split_by(phrase, ["large", "parties", "vehicles", "reservation", "Residents"])
    assert watermark.find(injected) == phrase
    whole = "\n".join(injected)
    assert [watermark.remove(line, phrase, within=whole) for line in injected] == LOWER


@pytest.mark.parametrize(
    "phrase", ["Read more at Harbour Post", "visit harbour-post.example.com", "Harbour Post"]
)
def test_a_slogan_between_sentences_is_found(phrase: str) -> None:
    clean = [
        "The pier opens. It was closed for a year. In March the ships return, and he said it was time.",
        "He thanked the workers. They had said in winter that they would be ready. The mayor came too.",
    ]
    injected = [
        f"The pier opens. {phrase} It was closed for a year. {phrase} In March the ships return, and he said it was time.",
        f"{phrase} He thanked the workers. {phrase} They had said in winter that they would be ready. The mayor came too.",
    ]
    assert watermark.find(injected, names=["Harbour Post"]) == phrase
    whole = "\n".join(injected)
    cleaned = [watermark.remove(line, phrase, within=whole) for line in injected]
    assert [" ".join(line.split()) for line in cleaned] == clean


CHINESE = (
    "港口议会星期二开会讨论新码头，议会决定港口重新开放，码头费用由港口公司支付。市长说港口公司必须支付费用，"
    "居民等待新码头重新开放。议会讨论费用，公司决定等待。居民讨论新码头，市长决定支付费用。"
)


def test_a_phrase_in_an_unspaced_script_is_found_by_what_it_splits() -> None:
    text = CHINESE
    for pair in ("议会", "码头", "费用", "公司"):
        text = text.replace(pair, f"{pair[0]}海港日报{pair[1]}", 1)
    mention = "他对海港日报说，没有决定。"
    assert watermark.find([text, mention]) == "海港日报"
    assert watermark.remove(text, "海港日报") == CHINESE
    assert watermark.remove(mention, "海港日报") == mention


CLEAN_LINES = [
    ["他对海港日报说费用太高。海港日报记者问市长。《海港日报》报道，居民对海港日报说要等待。"],
    [
        "The President Lund said no. President Holm said yes. President Berg left. President Dahl said it."
    ],
    [
        "It rained. Foreign Minister Lund left. Foreign Minister Berg came. Foreign Minister Dahl was away, he said."
    ],
    ["building the protest, leading the process, joining the project, the joint ject"],
    ["See example.com. Go to example.com, or example.com."],
    ["Yes, we can. He came. Yes, we can. The end. Yes, we can. He left and the end came."],
    ["climate change, climate crisis, climate change, the change of climate, a crisis of climate"],
]


@pytest.mark.parametrize("texts", CLEAN_LINES)
def test_what_recurs_as_writers_use_it_is_no_watermark(texts: list[str]) -> None:
    assert watermark.find(texts) is None


@pytest.mark.parametrize(
    "phrase",
    [
        "Harbour Post",
        "harbour post",
        "港口报",
        "نشر الميناء",
        "ข่าวท่าเรือ",
        "t.me/post",
        "!! Post !!",
    ],
)
def test_against_its_original_any_phrase_at_any_place_is_found(phrase: str) -> None:
    for original in ("\n".join(LOWER), CHINESE * 2):
        copy = original
        for at in (150, 101, 60, 21, 7):
            copy = copy[:at] + phrase + copy[at:]
        assert watermark.against(copy, original) == phrase


def test_against_its_original_mentions_and_edits_are_no_phrase() -> None:
    original = "\n".join(
        [*PARAGRAPHS, "told the Harbour Post", "the Harbour Post said", "a Harbour Post man"]
    )
    assert watermark.against(original, original) is None
    assert watermark.against(original.replace("mayor", "chairman"), original) is None
    assert watermark.against("", original) is None
    assert watermark.against(original, "") is None
    assert watermark.against(PARAGRAPHS[0] + " More was added here.", PARAGRAPHS[0]) is None


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_are_compared(text: str, original: str) -> None:
    watermark.against(text, original)


def test_hostile_texts_are_looked_at_in_bounded_time() -> None:
    for text in (
        "a. " * 50_000,
        "ab cd. Ef " * 20_000,
        "港口报" * 50_000,
        "x.com" * 20_000,
        "aB1.co " * 20_000,
    ):
        watermark.find([text])
    watermark.against("ab" * 50_000, "ba" * 50_000)


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


# --- a phrase known from a copy beside its original ------------------------------------------------------------------

ORIGINAL = "\n".join(PARAGRAPHS)
COPIED = (
    ORIGINAL.replace("timetable", "timeharbour posttable")
    .replace("reservation", "reservharbour postation")
    .replace("politicians", "politiharbour postcians")
)
OTHER_COPY = "The lanterns burn until spring, the comharbour postpany says. It told the harbour post in writing."


def test_what_splits_the_words_of_a_copy_is_what_its_site_injects() -> None:
    assert watermark.find([COPIED]) is None, "nothing but the original tells it"
    assert watermark.of_copy(COPIED, ORIGINAL) == "harbour post"


@pytest.mark.parametrize("phrase", ["the", "post", "in", "Presse", "!! ab !!", "报社"])
def test_what_may_be_a_part_of_words_is_not_looked_for_elsewhere(phrase: str) -> None:
    copy = (
        ORIGINAL.replace("timetable", f"time{phrase}table")
        .replace("reservation", f"reserv{phrase}ation")
        .replace("politicians", f"politi{phrase}cians")
    )
    assert watermark.of_copy(copy, ORIGINAL) is None


@pytest.mark.parametrize("phrase", [" on Tuesday", " also, he said,", " (Tidal Wire)"])
def test_what_an_editor_adds_between_words_is_no_injection(phrase: str) -> None:
    copy = (
        ORIGINAL.replace("company", f"company{phrase}")
        .replace("vehicles", f"vehicles{phrase}")
        .replace("Residents", f"Residents{phrase}")
        .replace("council", f"council{phrase}")
    )
    assert watermark.of_copy(copy, ORIGINAL) is None


def test_a_known_phrase_goes_from_the_one_place_where_it_is_injected() -> None:
    assert watermark.is_injected(OTHER_COPY, "harbour post")
    assert "the company says. It told the harbour post" in watermark.remove(
        OTHER_COPY, "harbour post"
    )


@pytest.mark.parametrize(
    "text",
    [
        "It told the harbour post in writing.",
        "Two harbour posts were painted. It's done, and that's that.",
        "Harbour Post readers asked. (harbour post)",
        "",
    ],
)
def test_a_known_phrase_is_no_evidence_against_its_mentions(text: str) -> None:
    assert not watermark.is_injected(text, "harbour post")


def test_a_known_phrase_in_an_unspaced_script_needs_the_evidence_of_each_text() -> None:
    mention = "市长对海港日报说，费用太高了。"
    assert not watermark.is_injected(mention * 4, "海港日报")
    at = iter((3, 20, 41, 60, 77))
    injected = CHINESE * 2
    for place in sorted(at, reverse=True):
        injected = injected[:place] + "海港日报" + injected[place:]
    assert watermark.of_copy(injected, CHINESE * 2) == "海港日报"
    assert watermark.is_injected(injected, "海港日报")


def test_a_plural_of_the_phrase_stays() -> None:
    text = "The harbour posts were sold. It's said that the laharbour postrge one was s. 1."
    assert watermark.remove(text, "harbour post").startswith("The harbour posts were sold.")
