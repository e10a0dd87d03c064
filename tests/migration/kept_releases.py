"""What scripts/keep_release.py kept of earlier releases, and how an archive is filled with it."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, MetaData, delete, insert, select, text

from db.asking import search
from db.models import Article, Revision
from db.statements import unpack_hashes

FOLDER = Path(__file__).parent / "releases"
RELEASES = sorted(path.stem for path in FOLDER.glob("*.json"))


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
