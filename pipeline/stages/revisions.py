"""A reading as the ledger takes it. Knows both sides; decides nothing."""

from db.archiving.entries import NewRevision
from pipeline.extraction import Result


def revision_of(result: Result) -> NewRevision:
    """What a reading says, as a revision says it."""
    reading = result.reading
    return NewRevision(
        title=reading.title or "",
        text=reading.text,
        normal_sha256=result.normal_sha256,
        standfirst=reading.standfirst,
        authors=reading.authors,
        published_at=reading.published.at if reading.published else None,
        published=str(reading.published) if reading.published else None,
        modified=str(reading.modified) if reading.modified else None,
        language=reading.language,
        section=" / ".join(reading.section) or None,
        canonical_url=reading.canonical_url,
        credit=reading.credit,
        source_url=reading.source_url,
        shingles=result.shingles,
    )
