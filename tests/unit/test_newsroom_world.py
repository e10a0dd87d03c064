"""The newsroom's world: repeatable, moved by its driver, true to its script."""

import itertools
from datetime import date, datetime, timedelta

import pytest

from morgue.demo.newsroom import COURIER, GAZETTE, MERIDIAN, START, Kind, Newsroom
from morgue.demo.newsroom.dice import roll_for
from morgue.demo.newsroom.fiction import TOPICS, Writer
from morgue.demo.newsroom.grammar import Grammar
from morgue.demo.newsroom.kept import Kept
from morgue.demo.newsroom.lives import EDITS, SCRIPT, Life, thrown_life
from morgue.demo.newsroom.words_abroad import CHINESE, GERMAN
from morgue.demo.newsroom.words_shared import SHARED

HOUR = timedelta(hours=1)
BOUND = {
    "paper",
    "town",
    "p1",
    "p2",
    "p1last",
    "p2last",
    "p1role",
    "p2role",
    "org1",
    "org2",
    "thing1",
}


def shingles(paragraphs: list[str]) -> set[tuple[str, ...]]:
    words = " ".join(paragraphs).split()
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


@pytest.mark.parametrize("topic", [*TOPICS, "german", "chinese"])
def test_every_symbol_of_a_topic_has_a_rule(topic: str) -> None:
    rules = {"german": (GERMAN,), "chinese": (CHINESE,)}.get(topic, (SHARED, TOPICS.get(topic, {})))
    symbols = Grammar(*rules).symbols()
    mentioned = {name for names in symbols.values() for name in names}
    assert mentioned - set(symbols) - BOUND == set()


def test_a_rule_that_goes_round_in_a_circle_is_refused() -> None:
    with pytest.raises(RecursionError, match="in a circle"):
        Grammar({"hen": "a {egg}", "egg": "a {hen}"}).grow("hen", roll=lambda: 0.0, bound={})


def test_a_bounded_memory_forgets_what_was_longest_unused() -> None:
    made: list[str] = []

    def ask(key: str) -> str:
        def make() -> str:
            made.append(key)
            return key * 2

        return kept.get(key, make)

    kept: Kept[str, str] = Kept(most=2)
    assert [ask(key) for key in "abacab"] == ["aa", "bb", "aa", "cc", "aa", "bb"]
    assert made == ["a", "b", "c", "b"]


def test_the_same_seed_gives_the_same_world() -> None:
    one, two = Newsroom(seed=7), Newsroom(seed=7)
    end = START + timedelta(days=3)
    assert one.events(START - timedelta(days=4), end) == two.events(START - timedelta(days=4), end)
    for article in one.articles(at=end):
        assert one.truth(article.id, end) == two.truth(article.id, end)


def test_another_seed_gives_another_world() -> None:
    one, two = Newsroom(seed=1), Newsroom(seed=2)
    assert {one.truth(a.id)["title"] for a in one.articles()} & {
        two.truth(a.id)["title"] for a in two.articles()
    } == set()


def test_what_was_asked_for_first_makes_no_difference() -> None:
    straight, back = Newsroom(), Newsroom()
    end = START + timedelta(days=3)
    ids = [article.id for article in straight.articles(at=end)]
    forward = {id_: straight.truth(id_, end) for id_ in ids}
    assert {id_: back.truth(id_, end) for id_ in reversed(ids)} == forward


def test_a_newsroom_has_as_many_articles_as_asked_for() -> None:
    end = START + timedelta(days=3)
    for number in (0, 1, 2, 7, 60, 500):
        assert len(Newsroom(articles=number).articles(at=end)) == number
    assert len(Newsroom(articles=100, backlog=1.0, is_scripted=False).articles()) == 100


def test_stories_have_300_to_900_words_and_little_in_common() -> None:
    newsroom = Newsroom(articles=120, backlog=1.0, outlets=[COURIER, GAZETTE], is_scripted=False)
    bodies = [newsroom.truth(article.id)["paragraphs"] for article in newsroom.articles()]
    lengths = [len(" ".join(body).split()) for body in bodies]
    assert min(lengths) >= 300
    assert max(lengths) <= 950
    for one, two in itertools.permutations([shingles(body) for body in bodies], 2):
        assert len(one & two) / len(one) < 0.15


def test_paragraphs_are_whole_sentences() -> None:
    for at, topic in enumerate(TOPICS):
        for paragraph in Writer(3, at, topic=topic, paper="Harbour Courier").story().paragraphs:
            assert paragraph[0].isupper() or paragraph[0].isdigit() or paragraph[0] == "“"
            assert paragraph.endswith((".", "?", "!", "”"))
            assert "{" not in paragraph
            assert "  " not in paragraph


def test_time_moves_only_when_it_is_moved_and_tells_what_happened() -> None:
    newsroom = Newsroom()
    assert newsroom.clock.now() == START
    happened = newsroom.advance(24 * HOUR)
    assert newsroom.clock.now() == START + 24 * HOUR
    assert happened == newsroom.events(START, START + 24 * HOUR)
    assert all(START < event.at <= START + 24 * HOUR for event in happened)
    with pytest.raises(ValueError, match="forward"):
        newsroom.advance(-HOUR)


def test_every_role_is_played_and_every_kind_of_thing_happens() -> None:
    newsroom = Newsroom()
    assert set(newsroom.roles) == {role.name for role in SCRIPT}
    events = newsroom.events(START - timedelta(days=4), START + timedelta(days=4))
    assert {event.kind for event in events} == set(Kind)


def test_every_edit_changes_what_the_article_says() -> None:
    newsroom = Newsroom(articles=300)
    seen: set[Kind] = set()
    for article in newsroom.articles(at=START + timedelta(days=14)):
        before = newsroom.text(article, article.published_at)
        for at, change in itertools.groupby(article.life[1:], key=lambda change: change.at):
            kinds = {one.kind for one in change} & EDITS
            after = newsroom.text(article, at)
            assert (after != before) == bool(kinds), (article.id, kinds)
            if kinds == {Kind.HEADLINE}:
                assert after.title != before.title
                assert after.paragraphs == before.paragraphs
            elif Kind.HEADLINE not in kinds and kinds:
                assert after.title == before.title
            seen |= kinds
            before = after
    assert seen == set(EDITS)


def test_the_edited_article_ends_with_its_correction() -> None:
    newsroom = Newsroom()
    article = newsroom.role("edited")
    first = newsroom.truth(article.id, START - HOUR)
    last = newsroom.truth(article.id, START + 15 * HOUR)
    assert (first["edits"], last["edits"]) == (0, 5)
    assert first["modified"] is None
    assert last["modified"] == START + 14 * HOUR
    assert last["paragraphs"][-1].startswith("Correction, 17 July 2026: ")


def thrown_lives(number: int) -> list[Life]:
    return [thrown_life(roll_for("lives", at), published_at=START) for at in range(number)]


def test_lives_have_the_rates_of_news_sites() -> None:
    lives = [{change.kind for change in life} for life in thrown_lives(20_000)]

    def share(*kinds: Kind) -> float:
        return 100 * sum(bool(life & set(kinds)) for life in lives) / len(lives)

    assert share(Kind.HEADLINE) == pytest.approx(6.06, abs=0.7)
    assert share(*(EDITS - {Kind.HEADLINE})) == pytest.approx(17.85, abs=1.0)
    assert share(Kind.WITHDRAWN, Kind.LOST) == pytest.approx(1.5, abs=0.4)
    assert share(Kind.MOVED) == pytest.approx(2.59, abs=0.5)


def test_four_of_five_edits_come_within_a_day_and_all_within_a_week() -> None:
    ages = [
        change.at - START
        for life in thrown_lives(20_000)
        for change in life
        if change.kind in EDITS
    ]
    assert sum(age <= 24 * HOUR for age in ages) / len(ages) == pytest.approx(0.81, abs=0.03)
    assert max(ages) <= 7 * 24 * HOUR


def test_a_reprint_says_what_its_source_said_when_it_was_copied() -> None:
    newsroom = Newsroom(articles=200)
    end = START + timedelta(days=3)
    reprints = [article for article in newsroom.articles("meridian-post", at=end) if article.source]
    assert len(reprints) >= 10
    for reprint in reprints:
        assert reprint.source
        assert reprint.source.outlet is COURIER
        copy = newsroom.truth(reprint.id, end)
        source = newsroom.truth(reprint.source.id, reprint.published_at)
        assert copy["paragraphs"] == source["paragraphs"]
        assert copy["title"] == source["title"]
        assert copy["source_url"] == source["url"]
        assert copy["authors"] == []
        assert newsroom.source_url(reprint) == source["url"]
    assert len({reprint.source for reprint in reprints}) == len(reprints)


def test_a_moved_article_keeps_its_guid_and_gets_another_path() -> None:
    newsroom = Newsroom()
    article = newsroom.role("moved")
    before, after = newsroom.truth(article.id, START), newsroom.truth(article.id, START + 4 * HOUR)
    assert before["guid"] == after["guid"]
    assert before["url"] != after["url"]
    assert newsroom.find(COURIER, newsroom.state(article, START).path) is article


def test_no_two_articles_share_an_address() -> None:
    newsroom = Newsroom(articles=900)
    end = START + timedelta(days=14)
    urls = [newsroom.truth(article.id, end)["url"] for article in newsroom.articles(at=end)]
    assert len(set(urls)) == len(urls) == 900


def test_the_truth_states_what_pages_show_and_no_more() -> None:
    newsroom = Newsroom()
    for outlet in (COURIER, GAZETTE, MERIDIAN):
        truth = newsroom.truth(newsroom.articles(outlet.name)[0].id)
        published = truth["published"]
        if outlet is MERIDIAN:
            assert type(published) is date
        else:
            assert isinstance(published, datetime)
            assert published.tzinfo == outlet.time_zone
            assert published.second == 0
        assert (truth["standfirst"] is not None) == (outlet is COURIER)


def test_the_meridian_also_speaks_german_and_chinese() -> None:
    newsroom = Newsroom(articles=200, backlog=1.0)
    told = {article.language for article in newsroom.articles("meridian-post")}
    assert told == {"en", "de", "zh"}


def test_a_role_that_nobody_plays_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Newsroom(is_scripted=False).role("edited")


def test_a_newsroom_of_less_than_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="0 articles or more"):
        Newsroom(articles=-1)
    with pytest.raises(ValueError, match="backlog"):
        Newsroom(backlog=1.5)
