"""The rows of what was read again: extractions, contents, what is in quarantine. Takes a session and never commits.

Knows no extractor, and not which captures want reading: that is `reextraction`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from db.archiving.contents import digest, pack_content
from db.histories.reextraction import Reader, earlier_extractions
from db.models import Content, Extraction, Quarantine
from db.statements import (
    Row,
    chunks,
    insert_or_ignore,
    insert_rows,
    reserve_ids,
    run_many,
    table_of,
)

_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Numbered:
    """The number of an extraction that is about to be written."""

    id: int
    is_new: bool
    after: datetime | None  # when the capture was read before: the last reading counts


@dataclass(frozen=True, slots=True)
class Reread:
    """A reading of a capture, to be written."""

    capture_id: int
    link_id: int
    extraction: Numbered
    content: bytes
    is_believed: bool
    revision_id: int | None  # what its look was settled to have seen
    text: str = ""  # of that revision, which the content mostly repeats
    refused: tuple[str, str | None] | None = None  # why it counts no longer: reason and detail


def number_extractions(
    session: Session, capture_ids: Sequence[int], *, reader: Reader
) -> dict[int, Numbered]:
    """The extractions that the reader's readings of these captures are: known ones, or numbers for new ones."""
    earlier = earlier_extractions(session, capture_ids)
    known = {
        capture_id: each.id
        for capture_id, readings in earlier.items()
        for each in readings
        if (each.extractor, each.rules_sha256) == (reader.extractor, reader.rules_sha256)
    }
    missing = [capture_id for capture_id in capture_ids if capture_id not in known]
    fresh = dict(zip(missing, reserve_ids(session, Extraction, len(missing)), strict=True))
    return {
        capture_id: Numbered(
            id=known.get(capture_id) or fresh[capture_id],
            is_new=capture_id in fresh,
            after=max((each.read_at for each in earlier[capture_id]), default=None),
        )
        for capture_id in capture_ids
    }


def write_readings(
    session: Session, readings: Sequence[Reread], *, reader: Reader, now: datetime
) -> None:
    """Write what was read again, but for the revisions that come of it: those follow."""
    contents = {}
    for each in readings:
        sha256 = digest(each.content)
        base = each.text if each.revision_id else ""
        contents[sha256] = {
            "sha256": sha256,
            "revision_id": each.revision_id,
            "data": pack_content(each.content, text=base),
        }
    insert_or_ignore(session, Content, [contents[sha256] for sha256 in sorted(contents)])
    rows = [_extraction_row(each, reader, now) for each in readings]
    new = [row for row, each in zip(rows, readings, strict=True) if each.extraction.is_new]
    insert_rows(session, Extraction, new)
    again = [
        {f"b_{name}": row[name] for name in _REREAD}
        for row, each in zip(rows, readings, strict=True)
        if not each.extraction.is_new
    ]
    run_many(session, _READ_AGAIN, again)
    refused = [
        {
            "extraction_id": each.extraction.id,
            "link_id": each.link_id,
            "reason": each.refused[0],
            "detail": each.refused[1],
            "quarantined_at": now,
            "released_at": None,
        }
        for each in readings
        if each.refused is not None
    ]
    insert_or_ignore(session, Quarantine, refused)


def release(session: Session, capture_ids: Sequence[int], *, now: datetime) -> None:
    """Take these captures out of quarantine: they are believed now."""
    for chunk in chunks(capture_ids):
        session.execute(
            update(Quarantine)
            .where(
                Quarantine.released_at.is_(None),
                Quarantine.extraction_id.in_(
                    select(Extraction.id).where(Extraction.capture_id.in_(chunk))
                ),
            )
            .values(released_at=now)
            .execution_options(synchronize_session=False)
        )


def _extraction_row(reading: Reread, reader: Reader, now: datetime) -> Row:
    after = reading.extraction.after
    return {
        "id": reading.extraction.id,
        "capture_id": reading.capture_id,
        "extractor": reader.extractor,
        "rules_sha256": reader.rules_sha256,
        "content_sha256": digest(reading.content),
        "verdict": "believed" if reading.is_believed else "quarantined",
        "read_at": max(now, after + _TICK) if after else now,
        "profile_id": reader.profile_id,
        "revision_id": reading.revision_id,
    }


_REREAD = ("id", "content_sha256", "verdict", "read_at", "profile_id", "revision_id")
_EXTRACTION = table_of(Extraction).c
_READ_AGAIN = (
    update(table_of(Extraction))
    .where(_EXTRACTION.id == bindparam("b_id"))
    .values({name: bindparam(f"b_{name}") for name in _REREAD if name != "id"})
)
