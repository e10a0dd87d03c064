"""Where a revision came from, and which texts of other sites it may copy. Writes reprints.

Gives candidates, in bulk; judging them is the pipeline's.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select, text
from sqlalchemy.orm import Session

from db.archiving.captured import kept_capture
from db.archiving.entries import KeptCapture, OverlapCandidate
from db.asking import search
from db.identities import unions
from db.models import Article, Capture, Extraction, Link, Reprint, Revision
from db.statements import CHUNK, insert_or_ignore, is_postgres, unpack_hashes

LOOKED_UP = 32
"""Shingles of a text that candidates are looked up by."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a revision came from: who read it, by which rules, from which capture."""

    revision_id: int
    extractor: str
    rules_sha256: bytes
    capture: KeptCapture


def revision_origin(session: Session, revision_id: int) -> Origin:
    """Who read this revision, from which capture; of those who read it so, the last."""
    capture, site_id, extractor, rules_sha256 = session.execute(
        select(Capture, Link.site_id, Extraction.extractor, Extraction.rules_sha256)
        .join(Revision, Revision.capture_id == Capture.id)
        .join(
            Extraction,
            or_(
                Extraction.id == Revision.extraction_id,
                and_(Extraction.capture_id == Capture.id, Extraction.revision_id == Revision.id),
            ),
        )
        .join(Link, Link.id == Capture.link_id)
        .where(Revision.id == revision_id)
        .order_by(Extraction.read_at.desc(), Extraction.id.desc())
        .limit(1)
    ).one()
    return Origin(revision_id, extractor, rules_sha256, kept_capture(capture, site_id))


def overlap_candidates(
    session: Session, shingles: Collection[int], *, exclude_site: int | None, limit: int = 20
) -> list[OverlapCandidate]:
    """Articles of other sites of which a text shares these shingles, those with the most first.

    Earlier texts count too: a copy may be of one. Of many shingles the LOOKED_UP smallest are asked for,
    which is a sample of its own: what is a copy shares them as it shares the others. One shared shingle
    is a phrase of the trade, and no candidate.
    """
    keys = [search.shingle_key(shingle) for shingle in sorted(set(shingles))[:LOOKED_UP]]
    statement = _CONTAINING_POSTGRES if is_postgres(session) else _CONTAINING_SQLITE
    values = json.dumps([search.looked_up(session, key) for key in keys])
    found = session.execute(statement, {"keys": values})
    shared: dict[int, int] = {row.revision_id: row.shared_count for row in found}
    best: dict[int, OverlapCandidate] = {}
    rows = session.execute(
        select(Revision.id, Article.id, Article.shingles)
        .join(Article, Article.id == Revision.article_id)
        .where(Revision.id.in_(shared), Article.site_id != (exclude_site or 0))
    )
    for revision_id, article_id, packed in rows:
        count = shared[revision_id]
        if article_id not in best or best[article_id].shared_count < count:
            best[article_id] = OverlapCandidate(article_id, count, len(unpack_hashes(packed)))
    ordered = sorted(best.values(), key=lambda one: (-one.shared_count, one.article_id))
    return ordered[:limit]


_CONTAINING_SQLITE = text(
    "SELECT s.rowid AS revision_id, count(*) AS shared_count"
    " FROM json_each(:keys) AS t JOIN search AS s ON s.search MATCH t.value"
    f" GROUP BY s.rowid HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT {CHUNK}"
)
_CONTAINING_POSTGRES = text(
    "SELECT s.revision_id, count(*) AS shared_count FROM json_array_elements_text(CAST(:keys AS json)) AS t(value)"
    " JOIN search AS s ON s.shingles @> ARRAY[CAST(t.value AS bigint)]"
    f" GROUP BY s.revision_id HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT {CHUNK}"
)


def add_reprint(
    session: Session,
    *,
    copy_article_id: int,
    source_url: str,
    source_article_id: int | None,
    containment: float | None,
    evidence: Sequence[str],
    now: datetime,
    watermark: str | None = None,
) -> bool:
    """Note that one article copies another; false, and no change, where that is known already.

    A source that was known by its URL alone is completed once its article is known, and a reprint by the phrase that
    a later text of the copy shows to be injected.
    """
    # between finding and noting it the parties may have been merged into others
    copy_article_id = unions.survivor(session, copy_article_id)
    if source_article_id is not None:
        source_article_id = unions.survivor(session, source_article_id)
    known = session.scalar(
        select(Reprint)
        .where(
            Reprint.copy_article_id.in_(unions.members(session, copy_article_id)),
            Reprint.source_url == source_url,
        )
        .order_by(Reprint.id)
        .limit(1)
    )
    if known is not None:
        if known.source_article_id is None and source_article_id is not None:
            _keep_state(known, now)
            known.source_article_id = source_article_id
            known.containment = containment
            known.evidence = list(evidence)
            known.watermark = watermark
            session.flush()
            return True
        if known.watermark is None and watermark is not None:
            _keep_state(known, now)
            known.evidence = list(evidence)
            known.watermark = watermark
            session.flush()
        return False
    row = {
        "copy_article_id": copy_article_id,
        "source_article_id": source_article_id,
        "source_url": source_url,
        "containment": containment,
        "evidence": list(evidence),
        "watermark": watermark,
        "found_at": now,
        "earlier": None,
    }
    insert_or_ignore(session, Reprint, [row])
    return True


def _keep_state(reprint: Reprint, now: datetime) -> None:
    """Remember what was said of a reprint until now: who asks as of an earlier moment is to hear that."""
    state = {
        "until": now.isoformat(),
        "source_article_id": reprint.source_article_id,
        "containment": reprint.containment,
        "evidence": reprint.evidence,
        "watermark": reprint.watermark,
    }
    states = reprint.earlier["states"] if reprint.earlier else []
    reprint.earlier = {"states": [*states, state]}
