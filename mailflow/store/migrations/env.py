"""How Alembic reaches the tables: on the connection it is given, or on a file for `alembic revision`."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from mailflow.store import sight_tables, tables  # noqa: F401  (they fill the metadata)

connection = context.config.attributes.get("connection")
if connection is None:
    connection = create_engine(context.config.get_main_option("sqlalchemy.url", "sqlite://")).connect()

context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
