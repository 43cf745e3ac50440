"""Keep the trace of persons' names that were erased, and the marks that keep them out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Json, Words

revision = "0028"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and on which side of the administration a source stands."""
    op.add_column("sources", sa.Column("side", Words(), nullable=False, server_default="external"))
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("grounds", Words(), nullable=False),
        sa.Column("counts", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_table(
        "erased_names",
        sa.Column("mark", Words(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("erasure_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasures.id"], name=op.f("fk_erased_names_erasure_id")
        ),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_erased_names")),
    )
