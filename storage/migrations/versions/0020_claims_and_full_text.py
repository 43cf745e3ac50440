"""Let several programs share the work, and find documents by their words."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Words

revision = "0020"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the claims, and what finds words, kept up by triggers; fill it with what is stored."""
    op.create_table(
        "claims",
        sa.Column("kind", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("worker", Words(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_worker"), "claims", ["worker"], unique=False)
    connection = op.get_bind()
    file = Path(__file__).with_name(f"0020_full_text.{connection.dialect.name}.sql")
    for statement in file.read_text(encoding="utf-8").split("\n\n"):
        connection.exec_driver_sql(statement)
