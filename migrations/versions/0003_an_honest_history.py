"""An honest history: edits, variants, removals, superseded revisions, what people did, and the heads of hash trees.

The new columns may be empty, and have no foreign keys, as that of 0002. The tables are empty in an upgraded archive:
of what came before them, history is told from visits and revisions, as it was. But for the stream of changes: who
reads it from its beginning is told of every revision that there is, and of the articles that are gone. And removals.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.String(24).with_variant(sa.DateTime(timezone=True), "postgresql")


EARLIER_CHANGES = """
INSERT INTO change (id, recorded_at, reached_at, kind, site_id, article_id, revision_id)
SELECT row_number() OVER (ORDER BY learnt.at, learnt.revision_id, learnt.kind DESC), learnt.at, learnt.at,
       learnt.kind, learnt.site_id, learnt.article_id, learnt.revision_id
FROM (
    SELECT r.recorded_at AS at, 'revision' AS kind, a.site_id AS site_id, a.id AS article_id, r.id AS revision_id
    FROM revision AS r JOIN article AS a ON a.id = r.article_id
    UNION ALL
    SELECT gone_at, 'gone', site_id, id, revision_id FROM article WHERE gone_at IS NOT NULL
) AS learnt
"""

EARLIER_REMOVALS = """
INSERT INTO removal (article_id, evidence, detail, suspected_at, confirmed_at, returned_at, recorded_at)
SELECT lost.article_id,
       CASE WHEN lost.status = 410 THEN '410' WHEN lost.detail LIKE 'redirects to the front page%'
            THEN 'front page' ELSE '404' END,
       lost.detail, lost.visited_at, lost.visited_at, lost.returned_at, lost.visited_at
FROM (
    SELECT seen.*, (
        SELECT min(again.visited_at) FROM visit AS again JOIN link ON link.id = again.link_id
        WHERE link.article_id = seen.article_id AND again.id > seen.id AND again.revision_id IS NOT NULL
    ) AS returned_at
    FROM (
        SELECT v.id, v.outcome, v.status, v.detail, v.visited_at, l.article_id,
               lag(v.outcome) OVER (PARTITION BY l.article_id ORDER BY v.id) AS before
        FROM visit AS v JOIN link AS l ON l.id = v.link_id
        WHERE l.article_id IS NOT NULL AND (v.revision_id IS NOT NULL OR v.outcome = 'gone')
    ) AS seen
    WHERE seen.outcome = 'gone' AND (seen.before IS NULL OR seen.before <> 'gone')
) AS lost
WHERE lost.returned_at IS NOT NULL
UNION ALL
SELECT a.id, coalesce((
           SELECT CASE WHEN v.status = 410 THEN '410' WHEN v.detail LIKE 'redirects to the front page%'
                       THEN 'front page' ELSE '404' END
           FROM visit AS v JOIN link AS l ON l.id = v.link_id
           WHERE l.article_id = a.id AND v.outcome = 'gone' ORDER BY v.id DESC LIMIT 1
       ), '404'), NULL, a.gone_at, a.gone_at, NULL, a.gone_at
FROM article AS a WHERE a.gone_at IS NOT NULL
"""
"""What an older release held to be gone, by one look, and what it saw again. Its words stay as they were."""

SLIM_VISITS = (
    "DROP INDEX ix_visit_crawl_id",
    "CREATE INDEX ix_visit_crawl_id ON visit USING brin (crawl_id)",  # they come crawl by crawl
    "ALTER INDEX pk_visit SET (fillfactor = 100)",  # and in the order of their ids
)
"""The ledger is kept for ever, a row a look: what its indexes need on Postgres is half of what it is."""

FORMER_VISITS = (
    "ALTER INDEX pk_visit RESET (fillfactor)",
    "DROP INDEX ix_visit_crawl_id",
    "CREATE INDEX ix_visit_crawl_id ON visit (crawl_id)",
)


def upgrade() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "tree_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tree", sa.String(length=10), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tree_head")),
        sa.UniqueConstraint("tree", "size", name=op.f("uq_tree_head_tree_size")),
    )
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("acted_at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_action_article_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_action_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
    )
    op.create_index(op.f("ix_action_article_id"), "action", ["article_id"])
    op.create_table(
        "removal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=24), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("suspected_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("returned_at", MOMENT, nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_removal_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
    )
    op.create_index(op.f("ix_removal_article_id"), "removal", ["article_id"])
    op.execute(EARLIER_REMOVALS)
    op.create_table(
        "pruned_body",
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("pruned_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_pruned_body_action_id")
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_pruned_body")),
    )
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("reached_at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_change_action_id")),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_change_article_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_change_revision_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_change_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_article_id"), "change", ["article_id"])
    op.execute(EARLIER_CHANGES)
    op.execute("INSERT INTO counter (name, value) SELECT 'change', count(*) FROM change")
    op.create_index(op.f("ix_change_reached_at_id"), "change", ["reached_at", "id"])
    op.create_index(op.f("ix_change_site_id_id"), "change", ["site_id", "id"])
    op.create_table(
        "edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("previous_revision_id", sa.Integer(), nullable=False),
        sa.Column("comparer", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("op", sa.String(length=8), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("is_silent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["previous_revision_id"], ["revision.id"], name=op.f("fk_edit_previous_revision_id")
        ),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_edit_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit")),
        sa.UniqueConstraint(
            "revision_id",
            "previous_revision_id",
            "comparer",
            "kind",
            "op",
            name=op.f("uq_edit_revision_id_previous_revision_id_comparer_kind_op"),
        ),
    )
    op.create_index(op.f("ix_edit_kind_revision_id"), "edit", ["kind", "revision_id"])
    op.create_table(
        "supersession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("by_revision_id", sa.Integer(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("superseded_at", MOMENT, nullable=False),
        sa.Column("restored_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_supersession_action_id")
        ),
        sa.ForeignKeyConstraint(
            ["by_revision_id"], ["revision.id"], name=op.f("fk_supersession_by_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_supersession_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supersession")),
    )
    op.create_index(op.f("ix_supersession_revision_id"), "supersession", ["revision_id"])
    op.create_index(op.f("ix_supersession_by_revision_id"), "supersession", ["by_revision_id"])
    op.create_table(
        "variant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("to_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_variant_article_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_variant_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
        sa.UniqueConstraint(
            "article_id",
            "number",
            "revision_id",
            name=op.f("uq_variant_article_id_number_revision_id"),
        ),
    )
    op.create_table(
        "kept_apart",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_kept_apart_action_id")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_kept_apart_article_id")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["article.id"], name=op.f("fk_kept_apart_other_id")),
        sa.PrimaryKeyConstraint("article_id", "other_id", name=op.f("pk_kept_apart")),
    )
    op.create_table(
        "alias_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_url_id", sa.Integer(), nullable=False),
        sa.Column("from_article_id", sa.Integer(), nullable=False),
        sa.Column("to_article_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_alias_move_action_id")),
        sa.ForeignKeyConstraint(
            ["article_url_id"], ["article_url.id"], name=op.f("fk_alias_move_article_url_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_article_id"], ["article.id"], name=op.f("fk_alias_move_from_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_article_id"], ["article.id"], name=op.f("fk_alias_move_to_article_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias_move")),
    )
    for columns in (["from_article_id"], ["article_url_id"]):
        op.create_index(op.f(f"ix_alias_move_{columns[0]}"), "alias_move", columns)
    op.add_column("article_url", sa.Column("because", sa.Text(), nullable=True))
    op.add_column("article", sa.Column("merged_into_id", sa.Integer(), nullable=True))
    op.add_column("extraction", sa.Column("revision_id", sa.Integer(), nullable=True))
    op.add_column("reprint", sa.Column("watermark", sa.Text(), nullable=True))
    op.add_column("visit", sa.Column("recorded_at", MOMENT, nullable=True))
    op.add_column("reprint", sa.Column("earlier", sa.JSON(), nullable=True))

    if op.get_context().dialect.name == "postgresql":
        for statement in SLIM_VISITS:
            op.execute(statement)


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for statement in FORMER_VISITS:
            op.execute(statement)
    op.drop_column("reprint", "earlier")
    op.drop_column("visit", "recorded_at")
    op.drop_column("reprint", "watermark")
    op.drop_column("extraction", "revision_id")
    op.drop_column("article", "merged_into_id")
    op.drop_column("article_url", "because")
    op.drop_table("alias_move")
    op.drop_table("kept_apart")
    op.drop_table("variant")
    op.drop_table("supersession")
    op.drop_table("edit")
    op.drop_table("change")
    op.drop_table("pruned_body")
    op.drop_table("removal")
    op.drop_table("action")
    op.drop_table("tree_head")
    op.drop_table("counter")
