"""What the archive holds that a page may be: articles it may belong to, texts it may copy. Writes reprints.

Gives candidates, in bulk; judging them is the pipeline's.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from db import search
from db.captured import kept_capture
from db.entries import CandidateRow, KeptCapture, OverlapCandidate
from db.models import Article, ArticleUrl, Capture, Extraction, Link, Reprint, Revision
from db.statements import CHUNK, chunks, insert_or_ignore, is_postgres, unpack_hashes

GUID_SHARED_BY = 20
"""A guid that more articles than this carry says nothing: the newest of them are candidates."""

LOOKED_UP = 32
"""Shingles of a text that candidates are looked up by."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a revision came from: who read it, by which rules, from which capture."""

    revision_id: int
    extractor: str
    rules_sha256: bytes
    capture: KeptCapture


def identity_candidates(
    session: Session, site_id: int, *, url_keys: Collection[str], guids: Collection[str] = ()
) -> list[CandidateRow]:
    """The site's articles that have one of these URLs or guids, each with its newest revision."""
    ids: set[int] = set()
    for chunk in chunks(sorted(set(url_keys))):
        ids.update(
            session.scalars(
                select(ArticleUrl.article_id).where(
                    ArticleUrl.site_id == site_id, ArticleUrl.url_key.in_(chunk)
                )
            )
        )
    for chunk in chunks(sorted(set(guids))):
        # newest first, so that a guid used for everything gives its last articles, up to the limit
        ids.update(
            session.scalars(
                select(Article.id)
                .where(Article.site_id == site_id, Article.guid.in_(chunk))
                .order_by(Article.id.desc())
                .limit(GUID_SHARED_BY * len(chunk))
            )
        )
    return current_revisions(session, sorted(ids))


def current_revisions(session: Session, article_ids: Sequence[int]) -> list[CandidateRow]:
    """These articles, each with its URLs and its newest revision."""
    found = []
    for chunk in chunks(article_ids):
        keys: dict[int, list[str]] = defaultdict(list)
        stated: dict[int, list[str]] = defaultdict(list)
        aliases = (
            select(ArticleUrl.article_id, ArticleUrl.url_key, ArticleUrl.evidence)
            .where(ArticleUrl.article_id.in_(chunk))
            .order_by(ArticleUrl.id)
        )
        for article_id, url_key, evidence in session.execute(aliases):
            (stated if evidence == "canonical" else keys)[article_id].append(url_key)
        rows = session.execute(
            select(
                Article.id,
                Article.guid,
                Article.first_seen_at,
                Article.gone_at,
                Article.shingles,
                Article.revision_count,
                Revision.id.label("revision_id"),
                Revision.normal_sha256,
                Revision.title,
                Revision.standfirst,
                Revision.text,
            )
            .outerjoin(Revision, Revision.id == Article.revision_id)
            .where(Article.id.in_(chunk))
            .order_by(Article.id)
        )
        found += [
            CandidateRow(
                article_id=row.id,
                url_keys=tuple(keys[row.id]),
                stated_keys=tuple(stated[row.id]),
                guid=row.guid,
                first_seen_at=row.first_seen_at,
                gone_at=row.gone_at,
                shingles=unpack_hashes(row.shingles),
                revision_id=row.revision_id,
                revision_number=row.revision_count,
                normal_sha256=row.normal_sha256,
                title=row.title,
                standfirst=row.standfirst,
                text=row.text,
            )
            for row in rows
        ]
    return found


def revision_origin(session: Session, revision_id: int) -> Origin:
    """Who read this revision, from which capture."""
    capture, site_id, extractor, rules_sha256 = session.execute(
        select(Capture, Link.site_id, Extraction.extractor, Extraction.rules_sha256)
        .join(Revision, Revision.capture_id == Capture.id)
        .join(Extraction, Extraction.id == Revision.extraction_id)
        .join(Link, Link.id == Capture.link_id)
        .where(Revision.id == revision_id)
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
    tokens = [search.shingle_token(shingle) for shingle in sorted(set(shingles))[:LOOKED_UP]]
    if is_postgres(session):
        statement, values = _CONTAINING_POSTGRES, json.dumps([f"'{token}'" for token in tokens])
    else:
        statement, values = _CONTAINING_SQLITE, json.dumps([f'"{token}"' for token in tokens])
    found = session.execute(statement, {"tokens": values})
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
    " FROM json_each(:tokens) AS t JOIN search AS s ON s.search MATCH t.value"
    f" GROUP BY s.rowid HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT {CHUNK}"
)
_CONTAINING_POSTGRES = text(
    "SELECT s.revision_id, count(*) AS shared_count FROM json_array_elements_text(CAST(:tokens AS json)) AS t(value)"
    " JOIN search AS s ON s.words @@ CAST(t.value AS tsquery)"
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
    known = session.scalar(
        select(Reprint).where(
            Reprint.copy_article_id == copy_article_id, Reprint.source_url == source_url
        )
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
