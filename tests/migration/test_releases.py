"""An archive that an earlier release wrote is upgraded, keeps its promises and gives its answers."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, DateTime, MetaData, delete, insert, select, text

from config.clock import ManualClock
from db import engine as engines
from db import schema
from db.archive import Archive, Session
from db.asking import queries, search
from db.asking.asof import AsOf
from db.histories import changes, edit_answers
from db.models import Article, Change, Revision
from db.proving import seals
from db.statements import unpack_hashes
from db.verify import verify
from db.verify.against import against

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
        connection.execute(delete(table))  # what a migration begins with
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


def test_an_upgraded_archive_can_be_held_to_the_heads_of_its_release(
    upgraded: Archive, kept: Any
) -> None:
    told = kept["answers"].get("heads")  # the first releases had no hash trees
    heads = seals.parse_heads(told) if told else []
    seals.seal(upgraded)
    assert list(against(upgraded, heads)) == []
    assert verify(upgraded) == []


def histories(session: Session, told: dict[str, Any], as_of: AsOf) -> dict[str, Any]:
    """The revisions of these articles, as a release kept them."""
    return {
        article_id: [
            [
                each.number,
                each.title,
                each.text,
                str(each.first_seen_at),
                str(each.previous_seen_at),
            ]
            for each in queries.history(session, int(article_id), as_of=as_of)
        ]
        for article_id in told
    }


def test_an_upgraded_archive_gives_its_answers(upgraded: Archive, kept: Any) -> None:
    answers = kept["answers"]
    with upgraded.read() as session:
        assert histories(session, answers["history"], AsOf()) == answers["history"]
        for words, told in answers["search"].items():
            found = queries.search(session, words).hits
            assert sorted(hit.article_id for hit in found) == told


def test_an_upgraded_archive_answers_as_of_a_moment_what_it_did(
    upgraded: Archive, kept: Any
) -> None:
    with upgraded.read() as session:
        for moment, told in kept["answers"].get("as_of", {}).items():
            as_of = AsOf.moment(datetime.fromisoformat(moment))
            assert histories(session, told, as_of) == told


def test_an_upgraded_archive_tells_its_edits(upgraded: Archive, kept: Any) -> None:
    answers = kept["answers"]
    with upgraded.read() as session:
        found = edit_answers.edits(session, comparer=answers.get("comparer", "1"), limit=1000)
    told = [[e.article_id, e.previous_number, e.number, e.edit.kind, e.edit.op] for e in found]
    assert told == answers.get("edits", [])


def test_an_upgraded_archive_tells_its_revisions_as_changes(upgraded: Archive, kept: Any) -> None:
    with upgraded.read() as session:
        last = changes.last_cursor(session)
        found = changes.read_changes(session, 0, limit=last + 1).changes
        changed = session.scalars(
            select(Change.revision_id).where(Change.kind == "revision").order_by(Change.revision_id)
        ).all()
    if "changes" not in kept["answers"]:  # a release before there were any
        assert changed == [row["id"] for row in kept["rows"]["revision"]]
        return
    told = [[e.cursor, e.kind.value, str(e.recorded_at), e.article, e.revision] for e in found]
    assert told == kept["answers"]["changes"]


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
