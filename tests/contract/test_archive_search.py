"""Search gives the same answers on both databases, for every script and every form of question."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from config.clock import ManualClock
from db.archive import Archive
from db.asking import queries, tsqueries
from db.asking.asof import AsOf
from db.errors import QueryNotUnderstood
from db.statements import is_postgres
from tests.contract.desk import Desk

TEXTS = {
    "bread": ("The price of bread", "Bakers say the naïve tax on bread can’t last. A ﬁne e-mail."),
    "harbour": ("Harbour strike ends", "The price of peace: dockers bake bread in Straße 9."),
    "beijing": ("中国人民大会堂", "在2023年，记者访问了北京的面包店。"),
    "tokyo": ("パンの値段", "がっこうでパンを焼く。ﾊﾝｶｸ。"),
    "bangkok": ("ราคาขนมปัง", "คนทำขนมปังในกรุงเทพ"),
    "seoul": ("빵 가격", "서울의 빵집이 문을 열었다."),
    "cairo": ("سعر الخُبز", "أسعار الخبز في القاهرة"),
    "moscow": ("Цена хлеба", "Ёлка и хлеб в Москве; СЕГОДНЯ."),
    "delhi": ("रोटी का दाम", "दिल्ली में रोटी महंगी है।"),
    "title only": ("Bread", "Nothing else here."),
}

QUESTIONS = {
    "bread": {"bread", "harbour", "title only"},
    "BREAD price": {"bread", "harbour"},
    "price -harbour": {"bread"},
    '"price of bread"': {"bread"},
    "“price of bread”": {"bread"},
    '-"price of bread" bread': {"harbour", "title only"},
    "peace OR tax": {"bread", "harbour"},
    "bread peace OR tax": {"bread", "harbour"},
    "title:bread": {"bread", "title only"},
    'title:"price of"': {"bread"},
    "bak*": {"bread", "harbour"},
    '"dockers ba*': {"harbour"},
    "bread the": {"bread", "harbour"},
    '"bread bakers"': set(),
    "naive": {"bread"},
    "NAÏVE": {"bread"},
    "can't": {"bread"},
    "cant": set(),
    "fine": {"bread"},
    "e-mail": {"bread"},
    "mail e": {"bread"},
    "strasse": {"harbour"},
    "straße 9": {"harbour"},
    "人民": {"beijing"},
    "民大会": {"beijing"},
    "大": {"beijing"},
    "堂": {"beijing"},
    "京": {"beijing"},
    "人大": set(),
    "2023": {"beijing"},
    "在2023年": {"beijing"},
    '"2023年"': {"beijing"},
    "2023年人": set(),
    "面包店": {"beijing"},
    "パン": {"tokyo"},
    "がっこう": {"tokyo"},
    "かっこう": set(),
    "ハンカク": {"tokyo"},
    "ขนมปัง": {"bangkok"},
    "빵집이": {"seoul"},
    "빵": {"seoul"},
    "الخبز": {"cairo"},
    "اسعار": {"cairo"},
    "ЕЛКА": {"moscow"},
    "сегодня хлеб": {"moscow"},
    "रोटी": {"delhi"},
    "दिल्ली": {"delhi"},
    "x' OR 1=1": set(),
    'bread") OR ("tax': {"bread", "harbour", "title only"},
    "zebra": set(),
}


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


@pytest.fixture
def library(desk: Desk) -> Desk:
    desk.archive_all(
        *(desk.entry(desk.link(path), text, title=title) for path, (title, text) in TEXTS.items())
    )
    return desk


def ask(desk: Desk, words: str, **how: object) -> list[str]:
    with desk.archive.read() as session:
        found = queries.search(session, words, limit=100, **how)  # type: ignore[arg-type]
    assert found.count == len(found.hits)
    return [hit.url.rpartition("/")[2] for hit in found.hits]


def test_every_question_has_the_same_answer(library: Desk) -> None:
    answers = {words: set(ask(library, words)) for words in QUESTIONS}
    assert answers == QUESTIONS


@pytest.mark.parametrize("words", ["", "   ", "!?", "-bread", '"', "bread OR -tax", "a" * 1001])
def test_a_question_without_a_word_to_find_is_refused_in_words(library: Desk, words: str) -> None:
    with pytest.raises(QueryNotUnderstood, match=r".{20}"):
        ask(library, words)


def test_the_best_hit_has_the_words_in_its_headline(library: Desk) -> None:
    best = ask(library, "bread", order="best")
    assert best[-1] == "harbour"
    assert sorted(best) == sorted(ask(library, "bread"))


def test_what_is_not_rated_any_more_follows_what_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.see("older", "Bakers ask for more.", title="Bread and bread")
    desk.see("newer", "There was bread in the harbour.", title="Ships")
    assert ask(desk, "bread", order="best") == ["older", "newer"]
    monkeypatch.setattr(tsqueries, "RATED", 1)
    with desk.archive.read() as session:
        has_bound = is_postgres(session)  # SQLite rates as it finds, and needs none
    best = ask(desk, "bread", order="best")
    assert best == (["newer", "older"] if has_bound else ["older", "newer"])


def test_phrases_are_found_however_long_the_text_and_however_common_their_words(desk: Desk) -> None:
    """A tsvector would count to 16,383 and keep 255 places of a word: it is asked for words alone."""
    filler = "the cat sat on the mat and then the dog " * 2200
    desk.see("long", f"{filler} the zebra sat {filler}", title="A long read")
    desk.see("short", "the zebra sat", title="Sat then")
    assert set(ask(desk, '"the zebra sat"')) == {"long", "short"}
    assert set(ask(desk, '"zebra sat th*"')) == {"long"}
    assert ask(desk, '"zebra the"') == []
    assert set(ask(desk, '"the dog" -"zebra the"')) == {"long"}
    assert ask(desk, 'title:"long read" "the zebra"') == ["long"]
    assert ask(desk, 'title:"the zebra" cat') == []
    assert ask(desk, '"the cat" -"the zebra"') == []


def test_what_is_searched_is_what_is_shown(desk: Desk) -> None:
    desk.see("a", "Bre\0ad costs \ud800pennies.", title="A\0loaf")
    assert ask(desk, "bread pennies") == ["a"]
    assert ask(desk, "title:aloaf") == ["a"]
    assert ask(desk, "bre") == []


def test_accents_and_long_words_are_found_in_phrases_and_by_their_beginning(desk: Desk) -> None:
    desk.see("plain", "Über den Dächern, wo’s zieht … Straße", title="Naïve Töne")
    desk.see("long", f"{'x' * 63}ß {'y' * 64} über den Dächern", title="Naïve – Töne")
    assert set(ask(desk, '"uber den dachern"')) == {"plain", "long"}
    assert set(ask(desk, 'title:"naive töne"')) == {"plain", "long"}
    assert ask(desk, '"dächern wo"') == ["plain"]
    assert ask(desk, 'title:"tone uber"') == []
    assert ask(desk, '"tone uber"') == []
    assert ask(desk, "stras*") == ["plain"]
    assert ask(desk, "x" * 60 + "*") == ["long"]
    assert ask(desk, "y" * 64) == ["long"]


def test_a_text_beyond_the_limits_is_searched_as_far_as_they_go(desk: Desk) -> None:
    desk.see("huge", "first " + "word " * 100_000 + "last", title="Huge")
    desk.see(
        "dense", "始" + "".join(chr(0x4E00 + i % 20_000) for i in range(300_000)), title="Dense"
    )
    assert ask(desk, "first") == ["huge"]
    assert ask(desk, "last") == []
    assert ask(desk, "始") == ["dense"]


def test_only_the_newest_revision_is_searched_unless_all_are_asked_for(desk: Desk) -> None:
    desk.see("a", "Bread costs two pennies.")
    desk.wait(hours=1)
    desk.see("a", "Bread costs three pennies.")
    assert ask(desk, "two pennies") == []
    assert ask(desk, "two pennies", scope="all") == ["a"]
    assert ask(desk, "pennies") == ["a"]
    assert ask(desk, "pennies", scope="all") == ["a", "a"]


def test_a_search_as_of_a_moment_finds_what_stood_then(desk: Desk, clock: ManualClock) -> None:
    before = clock.now() - timedelta(minutes=1)
    desk.see("a", "Bread costs two pennies.")
    then = clock.now()
    desk.wait(hours=1)
    desk.see("a", "Bread costs three pennies.")
    assert ask(desk, "two pennies", as_of=AsOf.moment(then)) == ["a"]
    assert ask(desk, "three", as_of=AsOf.moment(then)) == []
    assert ask(desk, "bread", as_of=AsOf.moment(before)) == []
    assert ask(desk, "two", as_of=AsOf.moment(clock.now())) == []


def test_hits_are_narrowed_by_site_date_and_language(
    archive: Archive, desk: Desk, clock: ManualClock
) -> None:
    other = Desk(archive, clock, site="beacon")
    day = datetime(2020, 5, 1, tzinfo=UTC)
    desk.see("old", "bread", published_at=day, language="en")
    desk.see("undated", "bread", language="de")
    other.see("elsewhere", "bread", published_at=day + timedelta(days=1), language="en")
    assert ask(desk, "bread") == ["undated", "elsewhere", "old"]
    assert ask(desk, "bread", site="lantern") == ["undated", "old"]
    assert ask(desk, "bread", language="en") == ["elsewhere", "old"]
    assert ask(desk, "bread", since=day + timedelta(days=1)) == ["undated", "elsewhere"]
    assert ask(desk, "bread", until=day + timedelta(days=1)) == ["old"]


def test_pages_of_hits_join_without_a_gap(desk: Desk) -> None:
    desk.archive_all(*(desk.entry(desk.link(f"p{i}"), f"bread {i}") for i in range(7)))
    with desk.archive.read() as session:
        pages = [queries.search(session, "bread", limit=3, offset=n) for n in (0, 3, 6)]
    urls = [hit.url for page in pages for hit in page.hits]
    assert len(set(urls)) == 7
    assert {page.count for page in pages} == {7}


def test_a_hit_shows_the_place_and_marks_the_words(library: Desk) -> None:
    with library.archive.read() as session:
        (hit,) = queries.search(session, '"dockers bake"').hits
    marked = [hit.snippet.text[start:end] for start, end in hit.snippet.marks]
    assert marked == ["dockers", "bake"]


_UNFOLDABLE = """
CREATE OR REPLACE FUNCTION morgue_folded(title text, standfirst text, body text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000 AS
$$ BEGIN RAISE EXCEPTION 'a text was folded'; END $$
"""


@pytest.mark.postgres
@pytest.mark.parametrize("has_statistics", [False, True])
@pytest.mark.parametrize("words", ["bread", "bread -flour", "bread OR flour 7", "bre*"])
def test_no_text_is_folded_to_find_what_the_index_knows(
    postgres_url: str, clock: ManualClock, words: str, *, has_statistics: bool
) -> None:
    with Archive.open(postgres_url, clock=clock) as archive:
        desk = Desk(archive, clock)
        for number in range(12):
            desk.see(f"bread-{number}", f"Bread costs {number} crowns, as it did last year.")
        with archive.write() as session:
            session.execute(text("ANALYZE") if has_statistics else text("SELECT 1"))
            session.execute(text(_UNFOLDABLE))
        with archive.read() as session:
            assert queries.search(session, words, as_of=AsOf.moment(clock.now())).count > 0
