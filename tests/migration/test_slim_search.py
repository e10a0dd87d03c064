"""The search of Postgres as 0004 slims it: as if it had always been so, and back again as it was."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from db import engine as engines
from db import schema
from db.asking import folding
from migrations import slim_search
from tests.migration.test_migrations import FIRST_ROWS

pytestmark = pytest.mark.postgres

TITLE_GAP = 10
LAST_POSITION = 16_383
MOST_POSITIONS = 255

TEXTS = {
    1: ("Bread", None, "Bakers bake.\nNaïve – the “price” of Straße 9, 20 €."),
    2: ("中国", "记者访问了北京。", "Ёлка и хлеб; bread."),
    3: ("", "", ""),
    4: ("The cat", "Sat", "the cat sat on the mat " * 300),
    5: ("Хлеб", None, "хлеб и соль " * 300),
    6: ("Long", None, "x" * 64 + " y"),
    7: ("Longer", None, " ".join(f"w{n}" for n in range(17_000))),
    8: ("Two\nlines", "a standfirst", "bread_and\tbutter"),
}
SHINGLES = (0, 5, -5, 2**62 + 7)


@pytest.fixture
def connection(postgres_url: str) -> Iterator[Connection]:
    engine = engines.open_engine(engines.parse_address(postgres_url))
    with engines.writer(engine) as opened:
        yield opened
    engine.dispose()


def former(title: str, body: str) -> tuple[str, str | None]:
    """What 0003 kept of a text: a tsvector, and the tokens where it could not know all of their places."""
    first, rest = folding.tokens(title), folding.tokens(body)
    offset = len(first) + TITLE_GAP
    words = [f"{token}:{min(place, LAST_POSITION)}A" for place, token in enumerate(first, 1)]
    words += [f"{token}:{place}" for place, token in enumerate(rest, offset)]
    words += [f"'§{value & 0xFFFF_FFFF_FFFF:x}'" for value in SHINGLES]
    most = max(((first + rest).count(each) for each in set(first + rest)), default=0)
    is_long = offset + len(rest) > LAST_POSITION or most > MOST_POSITIONS
    return " ".join(words), f" {' '.join(first)} \n {' '.join(rest)} " if is_long else None


def fill(connection: Connection) -> None:
    for statement in FIRST_ROWS:
        connection.execute(text(statement), {"digest": b"\1" * 32})
    connection.execute(
        text(
            "INSERT INTO article (id, site_id, first_seen_at, revision_count)"
            " VALUES (1, 1, '2026-03-02T09:00:00Z', 8)"
        )
    )
    for number, (title, standfirst, body) in TEXTS.items():
        connection.execute(
            text(
                "INSERT INTO revision (id, article_id, number, capture_id, extraction_id, first_seen_at, recorded_at,"
                " title, standfirst, text, authors, normal_sha256) VALUES (:n, 1, :n, 1, 1, '2026-03-02T09:00:00Z',"
                " '2026-03-02T09:00:00Z', :title, :standfirst, :text, '[]', :digest)"
            ),
            {"n": number, "title": title, "standfirst": standfirst, "text": body, "digest": b"\1" * 32},
        )  # fmt: skip
        words, folded = former(title, "\n".join(filter(None, (standfirst, body))))
        connection.execute(
            text("INSERT INTO search VALUES (:n, CAST(:words AS tsvector), :folded)"),
            {"n": number, "words": words, "folded": folded},
        )


def everything(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text("SELECT * FROM search ORDER BY 1"))]


def test_an_upgrade_makes_of_the_words_what_is_indexed_now(connection: Connection) -> None:
    schema.migrate(connection, "0003")
    fill(connection)
    schema.migrate(connection, "0004")
    expected = []
    for number, (title, standfirst, body) in TEXTS.items():
        words = "\n".join(filter(None, (standfirst, body)))
        folded = f" {' '.join(folding.tokens(title))} \n {' '.join(folding.tokens(words))} "
        expected.append((number, None if folding.is_plain(title, words) else folded))
    kept = everything(connection)
    assert [(number, folded) for number, folded, _ in kept] == expected
    assert {None} < {folded for _, folded in expected}
    for _, _, shingles in kept:
        assert sorted(shingles) == sorted(value & 0xFFFF_FFFF_FFFF for value in SHINGLES)  # type: ignore[call-overload]


def test_the_way_back_brings_the_same_words(connection: Connection) -> None:
    schema.migrate(connection, "0003")
    fill(connection)
    before = everything(connection)
    schema.migrate(connection, "0004")
    schema.migrate(connection, "0003")
    assert everything(connection) == before


def test_postgres_folds_what_is_plain_as_we_do_and_nothing_else(connection: Connection) -> None:
    """Every character of the scripts that are nearly plain, and others now and then."""
    connection.execute(text(slim_search.CREATE_FUNCTION))
    points = [*range(1, 0x3100), *range(0x3100, 0xD800, 97), *range(0xF900, 0x1_0000, 7), 0x1F609]
    texts = [f"a{chr(point)}B {chr(point)}" for point in points]
    texts += ["x" * 63, "x" * 64, "é" * 63, "é" * 64, "ß" * 31, "ß" * 32, "a" * 19, "y " * 49_996]
    texts += ["y " * 49_999, "ß" * 19 + "-" + "x" * 63]
    found = connection.scalars(
        text(
            "SELECT morgue_folded('T é', null, body) FROM unnest(CAST(:texts AS text[]))"
            " WITH ORDINALITY AS t(body, place) ORDER BY place"
        ),
        {"texts": texts},
    ).all()
    for body, folded in zip(texts, found, strict=True):
        assert (folded is not None) is folding.is_plain("T é", body), body[:80]
        if folded is not None:
            title, rest = folded.split("\n")
            assert title.split() == ["t", "e"]
            assert rest.split() == folding.tokens(body), body[:80]
