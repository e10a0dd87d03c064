"""An archive that an earlier release wrote is upgraded, keeps its promises and gives its answers."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from config.clock import ManualClock
from db import engine as engines
from db import schema
from db.archive import Archive, Session
from db.asking import queries
from db.asking.asof import AsOf
from db.histories import changes, edit_answers
from db.models import Change
from db.proving import seals
from db.verify import verify
from db.verify.against import against
from tests.migration.kept_releases import RELEASES, index


@pytest.fixture
def upgraded(address: str, kept: Any, clock: ManualClock) -> Iterator[Archive]:
    told: list[str] = []
    with Archive.open(address, clock=clock, announce=told.append) as archive:
        assert f"from schema {kept['schema']} to {schema.HEAD}" in told[0]
        with archive.write() as session:
            index(session)
        yield archive


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
