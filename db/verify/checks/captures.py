"""Captures: every body is there and has its digest; of a damaged one, the revisions that lose their proof."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.captures import CaptureError, CapturePruned
from db.models import Capture, Revision
from db.verify.check import BODIES, Check, Step, Violation


def _bodies(step: Step) -> Iterator[Violation]:
    session = step.session
    rows = session.execute(
        select(Capture.id, Capture.body_sha256)
        .where(Capture.id.between(step.first, step.last))
        .order_by(Capture.id)
    ).all()
    for capture_id, sha256 in rows:
        try:
            step.archive.captures.get(session, sha256)
        except CapturePruned:
            continue  # on purpose, and the archive says so
        except CaptureError as error:
            detail = f"{error}{_unproven(session, capture_id)}"
            yield Violation("captures", f"capture {capture_id}", detail)


def _unproven(session: Session, capture_id: int) -> str:
    rows = session.execute(
        select(Revision.article_id, Revision.number)
        .where(Revision.capture_id == capture_id)
        .order_by(Revision.id)
    )
    lost = ", ".join(f"revision {number} of article {article_id}" for article_id, number in rows)
    return f"; unproven: {lost}" if lost else ""


CHECKS = (
    Check(
        "captures",
        "every capture's body is there and has the digest that it claims, unless it was pruned",
        over=Capture.id,
        find=_bodies,
        step=BODIES,
    ),
)
