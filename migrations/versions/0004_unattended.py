"""Unattended for months: what people and the daemon want of a site, how sites do, who is told.

The new columns may be empty and have no foreign keys, as those of 0002.
"""

import sqlalchemy as sa
from alembic import op

from migrations import slim_search

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.String(24).with_variant(sa.DateTime(timezone=True), "postgresql")

_LEARNT = (
    ("source", "due_at", MOMENT),
    ("source", "due_because", sa.Text()),
    ("source", "yield_count", sa.Float()),
    ("source", "yield_s", sa.Float()),
    ("source", "asked_whole_at", MOMENT),
    ("source", "stated", sa.JSON(none_as_null=True)),
    ("source", "wrong_304_at", MOMENT),
    ("link", "due_rule", sa.String(16)),
    ("link", "edit_count", sa.Integer()),
    ("link", "edited_at", MOMENT),
    ("link", "is_live", sa.Boolean()),
    ("link", "missed_at", MOMENT),
)
"""What the next look at a source, and at an article, depends on."""


def upgrade() -> None:
    op.add_column("site", sa.Column("wanted_at", MOMENT, nullable=True))
    op.add_column("site", sa.Column("paused_at", MOMENT, nullable=True))
    op.add_column("site", sa.Column("pause_reason", sa.Text(), nullable=True))
    _note_what_was_known()
    _watching()
    op.add_column("source", sa.Column("dropped", sa.JSON(none_as_null=True), nullable=True))
    _create_backfills()
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
    _add_looks()
    op.create_index(
        op.f("ix_article_merged_into_id"),
        "article",
        ["merged_into_id"],
        sqlite_where=_IS_MERGED,
        postgresql_where=_IS_MERGED,
    )
    if op.get_context().dialect.name == "postgresql":
        for statement in slim_search.UP:
            op.execute(statement)


_COUNTS = sa.text("withdrawn_at IS NULL")
_IS_MERGED = sa.text("merged_into_id IS NOT NULL")
_MEMBER = ["article_id", "number", "revision_id"]


def _note_what_was_known() -> None:
    """From when to when what is said of variants and removals counted."""
    op.add_column("removal", sa.Column("withdrawn_at", MOMENT, nullable=True))
    with op.batch_alter_table("variant") as variant:
        variant.add_column(sa.Column("recorded_at", MOMENT, nullable=True))
        variant.add_column(sa.Column("withdrawn_at", MOMENT, nullable=True))
        variant.drop_constraint(op.f("uq_variant_article_id_number_revision_id"), type_="unique")
    op.create_index(
        op.f("ix_variant_article_id_number_revision_id"),
        "variant",
        _MEMBER,
        unique=True,
        sqlite_where=_COUNTS,
        postgresql_where=_COUNTS,
    )


def _forget_what_was_known() -> None:
    """What counts no longer has no place in the tables of before."""
    op.execute("DELETE FROM variant WHERE withdrawn_at IS NOT NULL")
    op.execute("DELETE FROM removal WHERE withdrawn_at IS NOT NULL")
    op.drop_index(op.f("ix_variant_article_id_number_revision_id"), table_name="variant")
    with op.batch_alter_table("variant") as variant:
        variant.drop_column("withdrawn_at")
        variant.drop_column("recorded_at")
        variant.create_unique_constraint(op.f("uq_variant_article_id_number_revision_id"), _MEMBER)
    op.drop_column("removal", "withdrawn_at")


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


def _create_backfills() -> None:
    op.create_table(
        "backfill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.Column("to_on", sa.String(10), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("failure_count", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_backfill"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_backfill_site_id_site"),
    )
    op.create_index("ix_backfill_site_id_state", "backfill", ["site_id", "state"])
    op.create_table(
        "backfill_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("backfill_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("try_count", sa.Integer(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("link_count", sa.Integer(), nullable=False),
        sa.Column("wanted_count", sa.Integer(), nullable=False),
        sa.Column("outside_count", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_backfill_document"),
        sa.ForeignKeyConstraint(
            ["backfill_id"], ["backfill.id"], name="fk_backfill_document_backfill_id_backfill"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_backfill_document_source_id_source"
        ),
        sa.UniqueConstraint("backfill_id", "url", name="uq_backfill_document_backfill_id_url"),
    )
    op.create_index(
        "ix_backfill_document_backfill_id_state", "backfill_document", ["backfill_id", "state"]
    )
    op.create_table(
        "backfill_link",
        sa.Column("backfill_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("backfill_id", "link_id", name="pk_backfill_link"),
        sa.ForeignKeyConstraint(
            ["backfill_id"], ["backfill.id"], name="fk_backfill_link_backfill_id_backfill"
        ),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name="fk_backfill_link_link_id_link"),
    )


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for statement in slim_search.DOWN:
            op.execute(statement)
    op.drop_index(op.f("ix_article_merged_into_id"), table_name="article")
    _forget_what_was_known()
    op.drop_table("backfill_link")
    op.drop_index("ix_backfill_document_backfill_id_state", table_name="backfill_document")
    op.drop_table("backfill_document")
    op.drop_index("ix_backfill_site_id_state", table_name="backfill")
    op.drop_table("backfill")
    op.drop_column("source", "dropped")
    for table in ("alert_delivery", "alert", "alert_rule", "site_health", "site_day"):
        op.drop_table(table)
    _drop_looks()
    op.drop_table("robots_file")
    op.drop_column("site", "wait_until_at")
    op.drop_column("site", "begun_at")
    op.drop_column("site", "pause_reason")
    op.drop_column("site", "paused_at")
    op.drop_column("site", "wanted_at")


def _add_looks() -> None:
    """Looks at sources, and what the next look at a source and at an article depends on."""
    op.create_table(
        "source_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("crawl_id", sa.Integer(), nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("link_count", sa.Integer(), nullable=True),
        sa.Column("new_link_count", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_look")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_source_look_source_id")
        ),
        sa.ForeignKeyConstraint(["crawl_id"], ["crawl.id"], name=op.f("fk_source_look_crawl_id")),
    )
    op.create_index(
        op.f("ix_source_look_source_id_looked_at"), "source_look", ["source_id", "looked_at"]
    )
    op.create_table(
        "source_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("link_ids", sa.JSON(), nullable=False),
        sa.Column("left_count", sa.Float(), nullable=False),
        sa.Column("missed_count", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_list")),
        sa.UniqueConstraint("source_id", "url", name=op.f("uq_source_list_source_id_url")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_source_list_source_id")
        ),
    )
    for table, column, kind in _LEARNT:
        op.add_column(table, sa.Column(column, kind, nullable=True))
    op.create_table(
        "site_rhythm",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("learned_at", MOMENT, nullable=False),
        sa.Column("crawl_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_rhythm")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_rhythm_site_id")),
    )


def _drop_looks() -> None:
    op.drop_table("site_rhythm")
    for table, column, _ in reversed(_LEARNT):
        op.drop_column(table, column)
    op.drop_index(op.f("ix_source_look_source_id_looked_at"), table_name="source_look")
    op.drop_table("source_look")
    op.drop_table("source_list")
