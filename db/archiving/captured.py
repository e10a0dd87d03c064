"""Captures read back as values, without their bodies. Knows nothing of how bodies are kept."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.archiving.contents import unpack_headers
from db.archiving.entries import KeptCapture
from db.models import Capture, Link
from db.statements import chunks


def load_captures(session: Session, capture_ids: Sequence[int]) -> dict[int, KeptCapture]:
    """These captures, by number."""
    found = {}
    for chunk in chunks(capture_ids):
        rows = session.execute(
            select(Capture, Link.site_id)
            .join(Link, Link.id == Capture.link_id)
            .where(Capture.id.in_(chunk))
        )
        for capture, site_id in rows:
            found[capture.id] = kept_capture(capture, site_id)
    return found


def kept_capture(capture: Capture, site_id: int) -> KeptCapture:
    """The capture as a value."""
    hops = (capture.redirects or {}).get("hops", ())
    return KeptCapture(
        id=capture.id,
        site_id=site_id,
        link_id=capture.link_id,
        crawl_id=capture.crawl_id,
        fetched_at=capture.fetched_at,
        url=capture.url,
        url_answered=capture.url_answered,
        redirects=tuple((status, url) for status, url in hops),
        status=capture.status,
        headers=unpack_headers(capture.headers),
        body_sha256=capture.body_sha256,
        body_size=capture.body_size,
        is_truncated=capture.is_truncated,
    )
