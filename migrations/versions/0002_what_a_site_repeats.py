"""What a site repeats: the profiles that were learnt of sites, and which one an extraction was read with.

The new column may be empty, and has no foreign key: the previous release goes on without it, and SQLite can
take it away again without copying a table that others refer to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.String(24).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "site_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("learned_at", MOMENT, nullable=False),
        sa.Column("learner", sa.String(length=32), nullable=False),
        sa.Column("digest_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("article_count", sa.Integer(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_profile_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_profile")),
        sa.UniqueConstraint("site_id", "number", name=op.f("uq_site_profile_site_id_number")),
    )
    op.add_column("extraction", sa.Column("profile_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("extraction", "profile_id")
    op.drop_table("site_profile")
