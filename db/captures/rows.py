"""The statements on the frame and dictionary tables. Knows no coding and no place of bytes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, delete, func, literal, select, update
from sqlalchemy.orm import Session

from db.captures.dictionaries import WINDOW, FirstCapture, Generation
from db.models import Dictionary, Frame, PrunedBody
from db.statements import chunks, insert_or_ignore

PLAIN = "plain"
IN_DICTIONARY = "dictionary"
DELTA = "delta"

MAX_LINEAGE = 64
"""Steps that a lineage is followed, so that a damaged table cannot make a loop: far beyond any."""


class FrameRow(NamedTuple):
    """A row of the frame table. Until it is written, `data` has the bytes wherever they will be."""

    sha256: bytes
    site_id: int
    kind: str
    base_sha256: bytes | None
    position: int
    size: int
    stored_size: int
    pack: int | None
    pack_offset: int | None
    data: bytes | None


_frame = Frame.__table__.c
_COLUMNS = tuple(_frame[name] for name in FrameRow._fields)


def _lineage_statement() -> Select[Any]:
    line = (
        select(*_COLUMNS, literal(0).label("step"))
        .where(_frame.sha256 == bindparam("sha256"))
        .cte("line", recursive=True)
    )
    bases = select(*_COLUMNS, line.c.step + 1).join_from(
        line,
        Frame.__table__,
        and_(_frame.sha256 == line.c.base_sha256, line.c.kind == DELTA, line.c.step < MAX_LINEAGE),
    )
    line = line.union_all(bases)
    return select(*(line.c[name] for name in FrameRow._fields)).order_by(line.c.step)


_LINEAGE = _lineage_statement()
_NEWEST_DICTIONARY = (
    select(Dictionary)
    .where(Dictionary.site_id == bindparam("site_id"))
    .order_by(Dictionary.generation.desc())
    .limit(1)
)
_FIRSTS = (
    select(_frame.sha256, _frame.base_sha256, _frame.size, _frame.stored_size)
    .where(_frame.site_id == bindparam("site_id"), _frame.position == 0)
    .order_by(_frame.id.desc())
    .limit(WINDOW)
)


def lineage(
    session: Session, sha256: bytes, *, pending: Mapping[bytes, FrameRow]
) -> list[FrameRow]:
    """The frame, its base, the base of that and so on, to the one that is no delta.

    Shorter where one is missing; empty where the frame itself is. `pending` are rows yet to be
    written.
    """
    line: list[FrameRow] = []
    while (row := pending.get(sha256)) is not None:
        line.append(row)
        if row.kind != DELTA or row.base_sha256 is None:
            return line
        sha256 = row.base_sha256
    return line + [FrameRow(*row) for row in session.execute(_LINEAGE, {"sha256": sha256})]


def kept(session: Session, digests: Iterable[bytes]) -> set[bytes]:
    """Those of the digests that have a frame."""
    found: set[bytes] = set()
    for some in chunks(tuple(digests)):
        found.update(session.scalars(select(_frame.sha256).where(_frame.sha256.in_(some))))
    return found


def by_digest(session: Session, digests: Sequence[bytes]) -> dict[bytes, FrameRow]:
    """The frames of these digests, without those that are missing."""
    found: dict[bytes, FrameRow] = {}
    for some in chunks(digests):
        for row in session.execute(select(*_COLUMNS).where(_frame.sha256.in_(some))):
            found[row.sha256] = FrameRow(*row)
    return found


def add(session: Session, rows: Sequence[FrameRow]) -> None:
    """Write frames; those that another process has written meanwhile stay as they are."""
    insert_or_ignore(session, Frame, [row._asdict() for row in rows])


def first_captures(session: Session, site_id: int) -> list[FirstCapture]:
    """The site's newest bodies that are no deltas, at most `WINDOW`, oldest first."""
    newest = session.execute(_FIRSTS, {"site_id": site_id})
    return [FirstCapture(*row) for row in newest][::-1]


def newest_generation(session: Session, site_id: int) -> Generation | None:
    """The site's dictionary of today."""
    row = session.scalars(_NEWEST_DICTIONARY, {"site_id": site_id}).first()
    return None if row is None else _generation(row)


def generation(session: Session, sha256: bytes) -> Generation | None:
    """The dictionary whose bytes have this digest."""
    row = session.scalars(select(Dictionary).where(Dictionary.sha256 == sha256)).first()
    return None if row is None else _generation(row)


def generation_numbers(session: Session, digests: Iterable[bytes]) -> dict[bytes, int]:
    """Which generations these dictionaries are, without those that are missing."""
    asked = select(Dictionary.sha256, Dictionary.generation).where(Dictionary.sha256.in_(digests))
    return {row.sha256: row.generation for row in session.execute(asked)}


def add_generation(session: Session, new: Generation) -> None:
    """Write a dictionary, unless another process has written one of the same number meanwhile."""
    values = {
        "sha256": new.sha256,
        "site_id": new.site_id,
        "generation": new.number,
        "members": b"".join(new.members),
        "size": new.size,
    }
    insert_or_ignore(session, Dictionary, [values])


def dependents(session: Session, digests: Sequence[bytes]) -> dict[bytes, list[FrameRow]]:
    """By base, the deltas that rest on these frames, oldest first."""
    found: dict[bytes, list[FrameRow]] = {}
    for some in chunks(digests):
        asked = select(*_COLUMNS).where(_frame.base_sha256.in_(some), _frame.kind == DELTA)
        for row in session.execute(asked.order_by(_frame.id)):
            found.setdefault(row.base_sha256, []).append(FrameRow(*row))
    return found


def delete_frames(session: Session, digests: Sequence[bytes]) -> None:
    """Take frames away. Nothing may rest on them."""
    for some in chunks(digests):
        session.execute(delete(Frame.__table__).where(_frame.sha256.in_(some)))  # type: ignore[arg-type]


def rewrite(session: Session, row: FrameRow) -> None:
    """Replace the coding of a frame."""
    session.execute(
        update(Frame.__table__).where(_frame.sha256 == row.sha256).values(**row._asdict())  # type: ignore[arg-type]
    )


def generations(session: Session, site_ids: Iterable[int]) -> list[Generation]:
    """All dictionaries of these sites, oldest first."""
    asked = select(Dictionary).where(Dictionary.site_id.in_(site_ids))
    return [_generation(row) for row in session.scalars(asked.order_by(Dictionary.id))]


def users(session: Session, dictionary_sha256: bytes) -> set[bytes]:
    """The frames that are compressed against a dictionary."""
    asked = select(_frame.sha256).where(
        _frame.base_sha256 == dictionary_sha256, _frame.kind == IN_DICTIONARY
    )
    return set(session.scalars(asked))


def delete_generation(session: Session, sha256: bytes) -> None:
    """Take a dictionary away that nothing is compressed against."""
    session.execute(delete(Dictionary).where(Dictionary.sha256 == sha256))


def in_pack(session: Session, pack: int) -> list[FrameRow]:
    """The frames whose bytes are in a pack file, in the order of their places."""
    asked = select(*_COLUMNS).where(_frame.pack == pack).order_by(_frame.pack_offset)
    return [FrameRow(*row) for row in session.execute(asked)]


def pruned_at(session: Session, sha256: bytes) -> datetime | None:
    """When somebody had a body removed; None where nobody had."""
    return session.scalar(select(PrunedBody.pruned_at).where(PrunedBody.sha256 == sha256))


def count(session: Session) -> dict[str, int]:
    """Frames, their bytes, the bytes of their bodies, and dictionaries."""
    frames = session.execute(
        select(func.count(), func.sum(_frame.stored_size), func.sum(_frame.size))
    ).one()
    dictionaries = session.scalar(select(func.count()).select_from(Dictionary))
    return {
        "frames": int(frames[0]),
        "stored_bytes": int(frames[1] or 0),
        "body_bytes": int(frames[2] or 0),
        "dictionaries": int(dictionaries or 0),
    }


def _generation(row: Dictionary) -> Generation:
    digests = (row.members[start : start + 32] for start in range(0, len(row.members), 32))
    return Generation(
        sha256=row.sha256,
        site_id=row.site_id,
        number=row.generation,
        members=tuple(digests),
        size=row.size,
    )
