"""Unattended for months: what people and the daemon want of a site.

The new columns may be empty and have no foreign keys, as those of 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.String(24).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("site", sa.Column("wanted_at", MOMENT, nullable=True))
    op.add_column("site", sa.Column("paused_at", MOMENT, nullable=True))
    op.add_column("site", sa.Column("pause_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("site", "pause_reason")
    op.drop_column("site", "paused_at")
    op.drop_column("site", "wanted_at")
