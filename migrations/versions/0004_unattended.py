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
    op.add_column("site", sa.Column("begun_at", MOMENT, nullable=True))
    op.add_column("site", sa.Column("wait_until_at", MOMENT, nullable=True))
    op.create_table(
        "robots_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robots_file")),
        sa.UniqueConstraint("origin", name=op.f("uq_robots_file_origin")),
    )


def downgrade() -> None:
    op.drop_table("robots_file")
    op.drop_column("site", "wait_until_at")
    op.drop_column("site", "begun_at")
    op.drop_column("site", "pause_reason")
    op.drop_column("site", "paused_at")
    op.drop_column("site", "wanted_at")
