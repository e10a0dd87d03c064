"""Unattended for months: what people and the daemon want of a site, how sites do, who is told.

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
    _watching()
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


def _watching() -> None:
    """How sites do, and who is told of it."""
    op.create_table(
        "site_day",
        sa.Column(
            "site_id",
            sa.Integer(),
            sa.ForeignKey("site.id", name="fk_site_day_site_id"),
            nullable=False,
        ),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "day", name="pk_site_day"),
    )
    op.create_table(
        "site_health",
        sa.Column(
            "site_id",
            sa.Integer(),
            sa.ForeignKey("site.id", name="fk_site_health_site_id"),
            nullable=False,
        ),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("learner", sa.String(8), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name="pk_site_health"),
    )
    op.create_table(
        "alert_rule",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_alert_rule"),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("occasion", sa.String(200), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.UniqueConstraint("rule", "occasion", name="uq_alert_rule_occasion"),
    )
    op.create_index("ix_alert_raised_at", "alert", ["raised_at"])
    op.create_table(
        "alert_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "alert_id",
            sa.Integer(),
            sa.ForeignKey("alert.id", name="fk_alert_delivery_alert_id"),
            nullable=False,
        ),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alert_delivery"),
        sa.UniqueConstraint("alert_id", "channel", name="uq_alert_delivery_alert_id_channel"),
    )
    op.create_index("ix_alert_delivery_next_at", "alert_delivery", ["next_at"])


def downgrade() -> None:
    for table in ("alert_delivery", "alert", "alert_rule", "site_health", "site_day"):
        op.drop_table(table)
    op.drop_table("robots_file")
    op.drop_column("site", "wait_until_at")
    op.drop_column("site", "begun_at")
    op.drop_column("site", "pause_reason")
    op.drop_column("site", "paused_at")
    op.drop_column("site", "wanted_at")
