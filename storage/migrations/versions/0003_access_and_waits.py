"""Keep how freely a text may be had, what a site asked for, and the lines a source repeats."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("documents", sa.Column("access", Words(), nullable=False, server_default="open"))
    op.add_column("source_health", sa.Column("failure", Words(), nullable=True))
    op.add_column("source_health", sa.Column("not_before", Instant(), nullable=True))
    op.create_table(
        "repeated_lines",
        sa.Column("source_id", Words(), nullable=False),
        sa.Column("line", Words(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_repeated_lines_source_id"),
        sa.PrimaryKeyConstraint("source_id", "line", name="pk_repeated_lines"),
    )
