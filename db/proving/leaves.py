"""What a row says in a hash tree: the same bytes on both databases, for ever. Knows the columns, no tree.

A leaf is UTF-8 JSON: the name of the tree, the number of the form, and the columns of the form in order.
Moments are ISO 8601 in UTC with milliseconds, digests hexadecimal, headers pairs as they came. A column
that a later release adds enters a new form; what was sealed in an older one stays provable in that.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.archiving.contents import unpack_headers
from db.models import Base, Capture, Revision, Visit
from db.proving.trees import leaf
from db.statements import CHUNK, chunks, table_of

FORM = 1
"""The form of new leaves."""

TREES: dict[str, type[Base]] = {"capture": Capture, "revision": Revision, "visit": Visit}

_COLUMNS = {
    ("capture", 1): (
        "id link_id crawl_id fetched_at url url_answered redirects status headers body_sha256 body_size "
        "is_truncated"
    ),
    ("revision", 1): (
        "id article_id number capture_id extraction_id first_seen_at previous_seen_at recorded_at title "
        "standfirst text authors published_at published modified language section canonical_url credit "
        "source_url normal_sha256"
    ),
    ("visit", 1): (
        "id crawl_id link_id visited_at outcome status capture_id revision_id detail recorded_at"
    ),
}

_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False
).encode


def columns(tree: str, form: int = FORM) -> tuple[str, ...]:
    """The columns of a form, in order.

    Raises:
        ValueError: This release does not know the form.
    """
    try:
        return tuple(_COLUMNS[tree, form].split())
    except KeyError:
        raise ValueError(f"a newer release sealed these rows: form {form} of {tree}") from None


def hashes(
    session: Session, tree: str, ids: Sequence[int], *, form: int = FORM
) -> Iterator[tuple[int, bytes]]:
    """The ids that have a row, each with the hash of its leaf, in the order given."""
    statement = _statement(tree, form)
    key = table_of(TREES[tree]).c.id
    for some in chunks(ids, CHUNK):
        rows = {row[0]: row for row in session.execute(statement.where(key.in_(some)))}
        for each in some:
            if (row := rows.get(each)) is not None:
                yield each, leaf(said(tree, form, row))


def said(tree: str, form: int, row: Sequence[Any]) -> bytes:
    """The bytes of a leaf; `row` has the columns of the form."""
    names = columns(tree, form)
    values = [_plain(name, value) for name, value in zip(names, row, strict=True)]
    return _encode([tree, form, *values]).encode()


def said_by(session: Session, tree: str, row_id: int, *, form: int = FORM) -> bytes | None:
    """The bytes of one row's leaf; None where there is no such row."""
    key = table_of(TREES[tree]).c.id
    row = session.execute(_statement(tree, form).where(key == row_id)).one_or_none()
    return None if row is None else said(tree, form, row)


def _statement(tree: str, form: int) -> Select[Any]:
    table = table_of(TREES[tree])
    return select(*(table.c[name] for name in columns(tree, form)))


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")[:23] + "Z"
    if isinstance(value, bytes):
        return _headers(value) if name == "headers" else value.hex()
    return value


def _headers(packed: bytes) -> Any:
    """The headers, however they are compressed; what cannot be read was not sealed so."""
    try:
        return unpack_headers(packed)
    except Exception:  # noqa: BLE001 - whatever the damage is called
        return packed.hex()
