"""Which revisions count today. Knows supersessions; docs/glossary.md says what standing is."""

from typing import Any

from sqlalchemy import ColumnElement, exists

from db.models import Revision, Supersession


def is_standing(revision: Any = Revision) -> ColumnElement[bool]:
    """The condition that a revision (or an alias of the table) counts as the archive knows it now."""
    return ~exists().where(
        Supersession.revision_id == revision.id, Supersession.restored_at.is_(None)
    )
