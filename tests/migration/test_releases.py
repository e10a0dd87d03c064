"""An archive that an earlier release wrote is upgraded, keeps its promises and gives its answers."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, DateTime, MetaData, insert, select, text

from config.clock import ManualClock
from db import engine as engines
from db import schema
from db.archive import Archive
from db.asking import queries, search
from db.models import Article, Change, Revision
from db.proving import seals
from db.statements import unpack_hashes
from db.verify import verify

FOLDER = Path(__file__).parent / "releases"
RELEASES = sorted(path.stem for path in FOLDER.glob("*.json"))


@pytest.fixture(params=RELEASES)
def kept(request: pytest.FixtureRequest) -> Any:
    """What scripts/keep_release.py kept of a release."""
    return json.loads((FOLDER / f"{request.param}.json").read_text(encoding="utf-8"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path, kept: Any) -> str:
    """The address of an archive as that release left it."""
    address = f"sqlite:///{tmp_path}/old.sqlite3"
    if request.param == "postgres":
        address = request.getfixturevalue("postgres_url")
    engine = engines.open_engine(engines.parse_address(address))
    with engines.writer(engine) as connection:
        schema.migrate(connection, kept["schema"])
        write(connection, kept["rows"])
    engine.dispose()
    return address


@pytest.fixture
def upgraded(address: str, kept: Any, clock: ManualClock) -> Iterator[Archive]:
    told: list[str] = []
    with Archive.open(address, clock=clock, announce=told.append) as archive:
        assert f"from schema {kept['schema']} to {schema.HEAD}" in told[0]
        with archive.write() as session:
            index(session)
        yield archive


def write(connection: Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    """The rows, by the tables as they were then."""
    metadata = MetaData()
    metadata.reflect(connection, only=list(rows))
    for table in metadata.sorted_tables:
        columns = table.c
        for row in rows[table.name]:
            values = {name: value_of(value, columns[name].type) for name, value in row.items()}
            connection.execute(insert(table).values(**values))
        if connection.dialect.name == "postgresql" and "id" in columns:
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"
                    f" (SELECT max(id) FROM {table.name}))"
                )
            )


def value_of(value: Any, kind: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"hex"}:
        return bytes.fromhex(value["hex"])
    if isinstance(value, dict) and value.keys() == {"at"}:
        moment = value["at"]
        return datetime.fromisoformat(moment) if isinstance(kind, DateTime) else moment
    return value


def index(session: Any) -> None:
    """The words of the revisions: no migration has touched their index, and no row has them."""
    found = session.execute(
        select(Revision.id, Revision.title, Revision.standfirst, Revision.text, Article.shingles)
        .join(Article, Article.id == Revision.article_id)
        .order_by(Revision.id)
    )
    search.index_revisions(
        session,
        [
            search.Indexed(
                revision_id=number,
                title=title,
                text="\n".join(filter(None, (standfirst, words))),
                shingles=unpack_hashes(shingles),
            )
            for number, title, standfirst, words, shingles in found
        ],
    )


def test_every_release_before_this_one_is_kept() -> None:
    earlier = [f"{number:04}" for number in range(1, int(schema.HEAD))]
    assert earlier == RELEASES


def test_what_is_kept_has_rows_of_every_table(kept: Any) -> None:
    assert [name for name, rows in kept["rows"].items() if not rows] == []


def test_an_upgraded_archive_keeps_its_promises(upgraded: Archive) -> None:
    assert verify(upgraded) == []
    heads = seals.seal(upgraded)
    assert {head.tree for head in heads} == {"capture", "revision", "visit"}
    assert verify(upgraded) == []


def test_an_upgraded_archive_gives_its_answers(upgraded: Archive, kept: Any) -> None:
    with upgraded.read() as session:
        for article_id, told in kept["answers"]["history"].items():
            assert [
                [
                    each.number,
                    each.title,
                    each.text,
                    str(each.first_seen_at),
                    str(each.previous_seen_at),
                ]
                for each in queries.history(session, int(article_id))
            ] == told
        for words, told in kept["answers"]["search"].items():
            found = queries.search(session, words).hits
            assert sorted(hit.article_id for hit in found) == told


def test_an_upgraded_archive_tells_its_revisions_as_changes(upgraded: Archive, kept: Any) -> None:
    with upgraded.read() as session:
        changed = session.scalars(select(Change.revision_id).where(Change.kind == "revision"))
        assert sorted(changed) == [row["id"] for row in kept["rows"]["revision"]]


def test_going_back_down_leaves_the_rows_as_they_were(address: str, kept: Any) -> None:
    engine = engines.open_engine(engines.parse_address(address))
    with engines.writer(engine) as connection:
        before = everything(connection, kept["rows"])
        schema.migrate(connection, schema.HEAD)
        schema.migrate(connection, kept["schema"])
        assert everything(connection, kept["rows"]) == before
    engine.dispose()


def everything(connection: Connection, names: Iterable[str]) -> dict[str, list[Any]]:
    """The rows of these tables, as the database has them."""
    return {
        name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}")).mappings()))
        for name in names
    }
