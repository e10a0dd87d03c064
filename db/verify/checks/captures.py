"""Captures: every body is there and has its digest; of a damaged one, the revisions that lose their proof."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.captures import CaptureError, CapturePruned
from db.models import Capture, Revision, Unread, Visit
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


def _unseen(step: Step) -> Iterator[Violation]:
    rows = step.session.scalars(
        select(Capture.id)
        .outerjoin(Visit, Visit.capture_id == Capture.id)
        .outerjoin(Unread, Unread.capture_id == Capture.id)
        .where(
            Capture.id.between(step.first, step.last),
            Visit.id.is_(None),
            Unread.capture_id.is_(None),
        )
        .order_by(Capture.id)
    )
    for capture_id in rows:
        detail = "no visit tells of it, and nothing waits to read it"
        yield Violation("captures_seen", f"capture {capture_id}", detail)


CHECKS = (
    Check(
        "captures_seen",
        "every capture has its visit, or waits to be read",
        over=Capture.id,
        find=_unseen,
    ),
    Check(
        "captures",
        "every capture's body is there and has the digest that it claims, unless it was pruned",
        over=Capture.id,
        find=_bodies,
        step=BODIES,
    ),
)
