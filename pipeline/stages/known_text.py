"""Which of an article's texts a page shows, where another extractor had read them: a revision is a publisher's change.

Knows what must be read again before that can be said. Must not read pages, nor write.
"""

from db.archive import Session
from db.archiving import looks
from db.archiving.entries import CandidateRow
from db.identities import identity
from db.identities.identity import Origin
from pipeline.items import Fetched


def known_text(
    session: Session, fetched: Fetched, row: CandidateRow, *, rules_sha256: bytes
) -> int | Origin | None:
    """The revision whose text the page shows, though it was read otherwise then.

    Returns:
        None where the page shows a text that none of these says, or one that was read as the page was: the ledger
        settles that by itself. An Origin where a text must be read again first, by the present extractor.
    """
    assert row.revision_id is not None
    assert fetched.result is not None
    sha256 = fetched.result.normal_sha256
    known = looks.recent_texts(
        session, row.article_id, newest_id=row.revision_id, now=fetched.fetched_at
    )
    if sha256 in known.values():
        return None
    for revision_id in known:
        baseline = fetched.baselines.get(revision_id)
        if baseline == sha256:
            return revision_id
        if baseline is None:
            origin = identity.revision_origin(session, revision_id)
            if not _is_read_alike(fetched, origin, rules_sha256):
                return origin
    return None


def _is_read_alike(fetched: Fetched, origin: Origin, rules_sha256: bytes) -> bool:
    """Whether a text was read as the page was: by the same extractor, rules and profile."""
    assert fetched.result is not None
    extractor = fetched.result.reading.extractor
    return (origin.extractor, origin.rules_sha256) == (extractor, rules_sha256)
