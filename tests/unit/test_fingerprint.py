import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import fingerprint
from pipeline.fingerprint import Party, direction, overlap, shingles

DICE = random.Random(11)
VOCABULARY = [
    "".join(DICE.choices("abcdefghijklmnoprstuvw", k=DICE.randint(2, 9))) for _ in range(3000)
]


def prose(count: int, *, seed: int) -> list[str]:
    return random.Random(seed).choices(VOCABULARY, k=count)


SOURCE = prose(600, seed=1)
OTHER = prose(600, seed=2)


def joined(words: list[str]) -> str:
    return " ".join(words)


def edited(words: list[str], share: float) -> list[str]:
    dice = random.Random(5)
    return [dice.choice(VOCABULARY) if dice.random() < share else word for word in words]


def injected(words: list[str]) -> list[str]:
    return [w[:1] + "Harbour Post" + w[1:] if at % 40 == 0 else w for at, w in enumerate(words)]


COPIES = {
    "whole": SOURCE,
    "with a byline and a trailer": ["By", "our", "staff", *SOURCE, "All", "rights", "reserved"],
    "lightly edited": edited(SOURCE, 0.05),
    "heavily edited": edited(SOURCE, 0.15),
    "the first half": SOURCE[:300],
    "the first tenth": SOURCE[:60],
    "with a phrase injected": injected(SOURCE),
    "the first fifth, injected": injected(SOURCE[:120]),
    "rearranged": SOURCE[300:] + SOURCE[:300],
    "within a roundup": [*OTHER, *SOURCE, *prose(600, seed=3)],
    "with own words added": [*SOURCE[:300], *OTHER[:200]],
}


@pytest.mark.parametrize("case", COPIES)
def test_a_copy_is_recognised(case: str) -> None:
    copy, source = joined(COPIES[case]), joined(SOURCE)
    found = overlap(copy, source)
    assert found is not None
    assert found.longest_run_words >= fingerprint.RUN
    assert found.evidence == ("text overlap",)
    assert len(set(shingles(copy)) & set(shingles(source))) >= 2


BACKGROUND = prose(250, seed=4)
NAMES = [word.title() for word in VOCABULARY[:500]]


def filled_template(seed: int) -> str:
    dice = random.Random(seed)
    return joined([dice.choice(NAMES) if at % 12 == 5 else w for at, w in enumerate(OTHER[:200])])


NO_COPIES = {
    "other words": (joined(SOURCE), joined(OTHER)),
    "a shared background block": (
        joined([*SOURCE[:330], *BACKGROUND]),
        joined([*OTHER[:330], *BACKGROUND]),
    ),
    "one template with other facts": (filled_template(1), filled_template(2)),
    "a long quotation": (joined([*OTHER[:200], *SOURCE[100:160], *OTHER[200:400]]), joined(SOURCE)),
    "a handful of words": (joined(SOURCE[:20]), joined(SOURCE)),
    "nothing": ("", joined(SOURCE)),
    "from nothing": (joined(SOURCE), ""),
}


@pytest.mark.parametrize("case", NO_COPIES)
def test_no_copy_is_seen_in(case: str) -> None:
    copy, source = NO_COPIES[case]
    assert overlap(copy, source) is None
    assert overlap(source, copy) is None


def test_a_corrected_number_does_not_make_a_template() -> None:
    words = [*SOURCE]
    words[100], words[300] = "12", "Ada"
    other = [*SOURCE]
    other[100], other[300] = "14", "Eva"
    assert overlap(joined(words), joined(other)) is not None


def test_unspaced_scripts_are_compared_by_character() -> None:
    dice = random.Random(6)
    source = "".join(chr(dice.randrange(0x4E00, 0x5E00)) for _ in range(800))
    copy = source[:200].replace(source[50], "港")
    assert overlap(copy, source) is not None
    assert set(shingles(copy)) & set(shingles(source))
    assert overlap(source[::-1], source) is None


def test_containment_is_the_share_of_the_copy() -> None:
    copy = joined([*SOURCE[:100], *OTHER[:100]])
    assert fingerprint.containment(copy, joined(SOURCE)) == pytest.approx(0.5, abs=0.02)
    assert fingerprint.containment("", joined(SOURCE)) == 0.0


def test_case_quotes_and_layout_do_not_change_the_sample() -> None:
    text = "The ferry company said “fares” would rise, and the mayor's office agreed. " * 3
    assert shingles(text) == shingles(text.upper().replace(" ", "\n").replace("“", '"'))


def test_the_sample_does_not_move_between_releases() -> None:
    text = "the ferry company said on tuesday that fares would rise by four percent from the first of march"
    assert shingles(text) == (7828520045691628,)


def test_the_sample_fits_the_archive() -> None:
    sample = shingles(joined(prose(30_000, seed=8)))
    assert len(sample) == fingerprint.MAX_SHINGLES
    assert list(sample) == sorted(set(sample))
    assert all(-(2**63) <= number < 2**63 for number in sample)


def test_texts_of_one_word_are_compared_in_bounded_time() -> None:
    assert overlap("no " * 20_000, "no " * 20_000) is not None


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_texts_are_borne(one: str, other: str) -> None:
    shingles(one)
    assert 0 <= fingerprint.containment(one, other) <= 1
    overlap(one, other)


NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)


def test_what_a_credit_line_links_to_is_the_source_whenever_it_was_seen() -> None:
    copy = Party(
        "b.example/x", NOON, published_at=NOON - timedelta(days=3), credit_key="a.example/y"
    )
    source = Party("a.example/y", NOON + timedelta(days=9), published_at=NOON)
    for found in (direction(copy, source), direction(source, copy)):
        assert (found.copy, found.source) == (copy, source)
        assert found.evidence == ("link in the credit line", "text overlap")


@pytest.mark.parametrize(
    ("earlier", "later", "evidence"),
    [
        (
            Party("b", NOON + timedelta(days=2), published_at=NOON),
            Party("a", NOON, published_at=NOON + timedelta(hours=1)),
            "published later",
        ),
        (
            Party("b", NOON + timedelta(days=2), published_at=NOON, is_day_only=True),
            Party("a", NOON, published_at=NOON + timedelta(days=1), is_day_only=True),
            "published later",
        ),
        (  # a day does not order what happened within it
            Party("b", NOON, published_at=NOON + timedelta(hours=3)),
            Party("a", NOON + timedelta(hours=1), published_at=NOON, is_day_only=True),
            "seen later",
        ),
        (Party("b", NOON, published_at=NOON), Party("a", NOON + timedelta(hours=1)), "seen later"),
        (Party("a", NOON), Party("b", NOON), "text overlap"),
    ],
)
def test_who_was_earlier_is_the_source(earlier: Party, later: Party, evidence: str) -> None:
    for found in (direction(earlier, later), direction(later, earlier)):
        assert (found.copy, found.source) == (later, earlier)
        assert evidence in found.evidence


@pytest.mark.corpus
def test_the_seed_copy_is_a_reprint_of_its_original(shared: Path) -> None:
    def text(name: str) -> str:
        expected = json.loads((shared / "seeds/expected" / name).read_text())
        return "\n".join(expected["paragraphs"])

    copy, source = text("worldtimes_xi-putin.json"), text("globaltimes_1302187.json")
    found = overlap(copy, source)
    assert found is not None
    assert found.containment > 0.95
    assert fingerprint.sampled_containment(shingles(copy), shingles(source)) > 0.9
    assert overlap(copy, text("globaltimes_1294506.json")) is None


@pytest.mark.corpus
def test_real_articles_of_different_origin_are_no_reprints(shared: Path) -> None:
    lines = (shared / "corpora/truth/fundus.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    texts = [row["text"] for row in rows if row.get("text")][:60]
    pairs = [(one, other) for at, one in enumerate(texts) for other in texts[:at]]
    assert not any(overlap(one, other) for one, other in random.Random(3).sample(pairs, 300))
