"""Contents: what an extraction read is there and has its digest."""

from collections.abc import Iterator

from sqlalchemy import select

from db.archiving.contents import digest, unpack_content
from db.models import Content, Extraction, Revision
from db.verify.check import BODIES, Check, Step, Violation


def _digests(step: Step) -> Iterator[Violation]:
    rows = step.session.execute(
        select(Extraction.id, Content.sha256, Content.data, Revision.text)
        .outerjoin(Content, Content.sha256 == Extraction.content_sha256)
        .outerjoin(Revision, Revision.id == Content.revision_id)
        .where(Extraction.id.between(step.first, step.last))
        .order_by(Extraction.id)
    )
    for extraction_id, sha256, data, base in rows:
        if sha256 is None or not _is_whole(data, sha256, base or ""):
            detail = "what it read does not have its digest"
            yield Violation("contents", f"extraction {extraction_id}", detail)


def _is_whole(data: bytes, sha256: bytes, base: str) -> bool:
    try:
        return digest(unpack_content(data, text=base)) == sha256
    except Exception:  # noqa: BLE001 - whatever the damage is called
        return False


CHECKS = (
    Check(
        "contents",
        "what an extraction read has its digest",
        over=Extraction.id,
        find=_digests,
        step=BODIES,
    ),
)
