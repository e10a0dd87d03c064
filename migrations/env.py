"""Runs the migrations on the connection it is given, in its transaction. Knows no models: those change with time.

`db.schema.migrate` calls it; there is no alembic.ini, so that nothing depends on the working directory.
"""

from alembic import context

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError(
        "run migrations with `morgue db upgrade`: they need the archive's connection and lock"
    )

context.configure(
    connection=connection,
    target_metadata=None,
    transactional_ddl=True,  # SQLite can, though Alembic is careful not to ask it by default
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
