"""Revisions as rows: of the table, and of the index that searches it. Knows columns; decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from db.archiving.entries import NewRevision
from db.asking import search
from db.models import Revision, storable, to_millisecond
from db.statements import Row


@dataclass(frozen=True, slots=True)
class Footing:
    """Where a text stands in its article's history, and what proves it."""

    revision_id: int
    article_id: int
    number: int
    capture_id: int
    extraction_id: int
    first_seen_at: datetime
    previous_seen_at: datetime | None


def revision_row(revision: NewRevision, footing: Footing, *, now: datetime) -> Row:
    """The row of a new revision."""
    return {
        "id": footing.revision_id,
        "article_id": footing.article_id,
        "number": footing.number,
        "capture_id": footing.capture_id,
        "extraction_id": footing.extraction_id,
        "first_seen_at": footing.first_seen_at,
        "previous_seen_at": footing.previous_seen_at,
        "recorded_at": now,
        "normal_sha256": revision.normal_sha256,
    } | shown(revision)


def shown(revision: NewRevision) -> Row:
    """What of a revision is shown, as the archive gives it back: equal texts are equal here."""
    return {
        "title": storable(revision.title),
        "standfirst": storable(revision.standfirst),
        "text": storable(revision.text) or "",
        "authors": [storable(author) for author in revision.authors],
        "published_at": to_millisecond(revision.published_at),
        "published": storable(revision.published, 40),
        "modified": storable(revision.modified, 40),
        "language": storable(revision.language, 16),
        "section": storable(revision.section),
        "canonical_url": storable(revision.canonical_url),
        "credit": storable(revision.credit),
        "source_url": storable(revision.source_url),
    }


def read_back(row: Revision) -> NewRevision:
    """The text of a row, but for its shingles: no row has them."""
    return NewRevision(
        title=row.title,
        text=row.text,
        normal_sha256=row.normal_sha256,
        standfirst=row.standfirst,
        authors=tuple(row.authors),
        published_at=row.published_at,
        published=row.published,
        modified=row.modified,
        language=row.language,
        section=row.section,
        canonical_url=row.canonical_url,
        credit=row.credit,
        source_url=row.source_url,
    )


def indexed(revision_id: int, revision: NewRevision) -> search.Indexed:
    """What of the revision is searched: the words of its row."""
    words = map(storable, (revision.standfirst, revision.text))
    return search.Indexed(
        revision_id=revision_id,
        title=storable(revision.title) or "",
        text="\n".join(filter(None, words)),
        shingles=tuple(dict.fromkeys(revision.shingles)),
    )
