"""${message}.

Rules for this file, to be deleted when they are kept:
- named NNNN_what_changes.py; the number is the revision, and db.schema.HEAD names the newest;
- imports nothing of ours: models change, this file must not;
- dialect branches for search only; no server defaults, no expression indexes: they cannot be compared;
- batch_alter_table copies the table, and drops triggers without a word;
- the previous release must be able to go on with the new tables, and `downgrade` must lead back;
- tests/migration walks it up, down and up again on both databases, with rows in the tables.
"""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
