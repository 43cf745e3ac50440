"""Keep what people change of the catalogue: sources added, paused, resumed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Json, Words

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "source_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", Words(), nullable=False),
        sa.Column("change", Words(), nullable=False),
        sa.Column("entry", Json(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("undone_by", Words(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_source_changes_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_changes")),
    )
    op.create_index(
        op.f("ix_source_changes_source_id"), "source_changes", ["source_id"], unique=False
    )
