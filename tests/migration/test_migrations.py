"""The numbered migrations build what the models declare, one after the other, and take it down again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from db import engine as engines
from db import schema
from db.models import Base

MIGRATIONS = Path(schema.__file__).resolve().parent.parent / "migrations"


FIRST_ROWS = (
    (
        "INSERT INTO site (id, name, title, home, is_ad_hoc, added_at, failure_count)"
        " VALUES (1, 'a', 'A', 'http://a.example/', false, '2026-03-02T09:00:00.000Z', 0)"
    ),
    (
        "INSERT INTO link (id, site_id, url, url_key, depth, found_at, visit_count, failure_count)"
        " VALUES (1, 1, 'http://a.example/1', 'a.example/1', 0, '2026-03-02T09:00:00.000Z', 1, 0)"
    ),
    (
        "INSERT INTO crawl (id, started_at, trigger, owner)"
        " VALUES (1, '2026-03-02T09:00:00.000Z', 'command', 'a:1')"
    ),
    (
        "INSERT INTO capture (id, link_id, crawl_id, fetched_at, url, status, headers, body_sha256, body_size,"
        " is_truncated) VALUES (1, 1, 1, '2026-03-02T09:00:00.000Z', 'http://a.example/1', 200, :digest, :digest, 9, false)"
    ),
    "INSERT INTO content (sha256, data) VALUES (:digest, :digest)",
    (
        "INSERT INTO extraction (id, capture_id, extractor, rules_sha256, content_sha256, verdict, read_at)"
        " VALUES (1, 1, '1', :digest, :digest, 'believed', '2026-03-02T09:00:00.000Z')"
    ),
)
"""A page as the first release archives it."""

LATER_ROWS = (
    (
        "INSERT INTO article (id, site_id, first_seen_at, revision_count, revision_id, gone_at)"
        " VALUES (1, 1, '2026-03-02T09:00:00.000Z', 2, 1, '2026-03-03T09:00:00.000Z')"
    ),
    *(
        "INSERT INTO revision (id, article_id, number, capture_id, extraction_id, first_seen_at, recorded_at,"
        f" title, text, authors, normal_sha256) VALUES ({number}, 1, {number}, 1, 1, '{learnt}', '{learnt}',"
        " 'A', 'a', '[]', :digest)"
        for number, learnt in ((1, "2026-03-04T09:00:00.000Z"), (2, "2026-03-02T09:00:00.000Z"))
    ),
)
"""Two texts of it, of which the one with the smaller number was learnt later, as a merged archive has them."""


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    """A connection in a transaction, to an empty database."""
    address = f"sqlite:///{tmp_path}/empty.sqlite3"
    if request.param == "postgres":
        address = request.getfixturevalue("postgres_url")
    engine = engines.open_engine(engines.parse_address(address))
    with engines.writer(engine) as opened:
        yield opened
    engine.dispose()


def belongs_to_search(_object: Any, name: str | None, kind: str, *_: Any) -> bool:
    """FTS5 keeps its index in tables of its own, and Postgres' is not among the models."""
    if kind == "index":
        return name != "ix_revision_words"
    return not (
        kind == "table" and name is not None and (name == "search" or name.startswith("search_"))
    )


def drift(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection,
        opts={
            "include_object": belongs_to_search,
            "compare_type": True,
            "target_metadata": Base.metadata,
        },
    )
    return list(compare_metadata(context, Base.metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_the_migrations_build_what_the_models_declare(connection: Connection) -> None:
    schema.migrate(connection, schema.HEAD)
    assert drift(connection) == []


def test_each_step_leads_up_down_and_up_again(connection: Connection) -> None:
    for script in reversed(list(scripts().walk_revisions())):
        before = tables(connection)
        schema.migrate(connection, script.revision)
        after = tables(connection)
        schema.migrate(connection, str(script.down_revision or "base"))
        assert tables(connection) == before
        schema.migrate(connection, script.revision)
        assert tables(connection) == after
        assert schema.version(connection) == script.revision
    assert drift(connection) == []


def test_rows_outlive_the_profiles_coming_and_going(connection: Connection) -> None:
    schema.migrate(connection, "0001")
    for statement in FIRST_ROWS:
        connection.execute(text(statement), {"digest": b"\1" * 32})
    before = connection.execute(text("SELECT * FROM extraction")).all()
    schema.migrate(connection, "0002")
    (kept,) = connection.execute(text("SELECT * FROM extraction")).mappings()
    assert tuple(kept.values())[:-1] == tuple(before[0])
    assert kept["profile_id"] is None
    connection.execute(text("UPDATE extraction SET profile_id = 7"))
    schema.migrate(connection, "0001")
    assert connection.execute(text("SELECT * FROM extraction")).all() == before


def test_the_stream_of_changes_begins_with_what_an_older_archive_knows(
    connection: Connection,
) -> None:
    schema.migrate(connection, "0002")
    for statement in (*FIRST_ROWS, *LATER_ROWS):
        connection.execute(text(statement), {"digest": b"\1" * 32})
    schema.migrate(connection, "0003")
    found = connection.execute(
        text("SELECT id, kind, site_id, article_id, revision_id FROM change ORDER BY id")
    )
    assert [tuple(row) for row in found] == [
        (1, "revision", 1, 1, 2),
        (2, "gone", 1, 1, 1),
        (3, "revision", 1, 1, 1),
    ]
    assert (
        connection.execute(
            text("SELECT count(*) FROM change WHERE recorded_at = reached_at")
        ).scalar_one()
        == 3
    )
    assert connection.execute(text("SELECT name, value FROM counter")).all() == [("change", 3)]


def test_what_an_older_archive_held_to_be_gone_is_a_removal(connection: Connection) -> None:
    schema.migrate(connection, "0002")
    for statement in (*FIRST_ROWS, *LATER_ROWS):
        connection.execute(text(statement), {"digest": b"\1" * 32})
    connection.execute(text("UPDATE link SET article_id = 1"))
    looks = (("new", 200, 1), ("gone", 404, None), ("gone", 404, None), ("same_text", 200, 1))
    for day, (outcome, status, revision_id) in enumerate((*looks, ("gone", 410, None)), 1):
        connection.execute(
            text(
                "INSERT INTO visit (crawl_id, link_id, visited_at, outcome, status, revision_id)"
                f" VALUES (1, 1, '2026-03-0{day}T09:00:00.000Z', '{outcome}', {status}, :revision_id)"
            ),
            {"revision_id": revision_id},
        )
    connection.execute(text("UPDATE article SET gone_at = '2026-03-05T09:00:00.000Z'"))
    schema.migrate(connection, "0003")
    found = connection.execute(
        text("SELECT evidence, suspected_at, confirmed_at, returned_at FROM removal ORDER BY id")
    )
    assert [
        (evidence, *(str(moment)[:10] if moment else None for moment in moments))
        for evidence, *moments in found
    ] == [
        ("404", "2026-03-02", "2026-03-02", "2026-03-04"),
        ("410", "2026-03-05", "2026-03-05", None),
    ]


def test_going_all_the_way_down_leaves_nothing(connection: Connection) -> None:
    schema.migrate(connection, schema.HEAD)
    schema.migrate(connection, "base")
    assert tables(connection) == set()


def test_there_is_one_head_and_the_release_knows_it() -> None:
    assert scripts().get_heads() == [schema.HEAD]


def test_migrations_are_numbered_and_named_for_what_they_change() -> None:
    found = list(scripts().walk_revisions())
    for number, script in enumerate(reversed(found), 1):
        assert script.revision == f"{number:04d}"
        assert Path(script.path).name.startswith(f"{script.revision}_")
        assert script.doc


def test_migrations_import_nothing_that_changes_with_time() -> None:
    for path in MIGRATIONS.rglob("*.py"):
        words = path.read_text()
        for package in ("morgue", "crawler", "pipeline", "db", "config"):
            assert f"import {package}" not in words
            assert f"from {package}" not in words


@pytest.mark.postgres
def test_postgres_has_the_index_of_words(postgres_url: str) -> None:
    engine = engines.open_engine(engines.parse_address(postgres_url))
    with engines.writer(engine) as connection:
        schema.migrate(connection, schema.HEAD)
        found = connection.scalars(
            text("SELECT indexname FROM pg_indexes WHERE tablename IN ('search', 'revision')")
        )
        assert {"ix_revision_words", "ix_search_folded", "ix_search_shingles"} <= set(found)
    engine.dispose()


def test_a_failed_upgrade_leaves_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engines.open_engine(engines.parse_address(f"sqlite:///{tmp_path}/a.sqlite3"))
    migrate: Callable[..., None] = schema.migrate

    def failing(connection: Connection, target: str) -> None:
        migrate(connection, target)
        raise RuntimeError("power cut")

    monkeypatch.setattr(schema, "migrate", failing)
    with pytest.raises(RuntimeError, match="power cut"):
        schema.upgrade(engine, announce=lambda _: None)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    engine.dispose()
