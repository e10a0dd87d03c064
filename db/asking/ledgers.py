"""How many rows the ledgers took in: by their last numbers, which cost nothing to ask for. Takes a read session."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Capture, Crawl, Revision, Visit


def sizes(session: Session) -> dict[str, int]:
    """The last number of each ledger: what was rolled back may have left gaps."""
    numbers = {
        "visits": Visit.id,
        "captures": Capture.id,
        "revisions": Revision.id,
        "crawls": Crawl.id,
    }
    return {name: session.scalar(select(func.max(each))) or 0 for name, each in numbers.items()}
