"""Remember the answer « these two are not one actor »."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Words

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "distinctions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("other_id", Words(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("undone_by", Words(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_distinctions_actor_id")),
        sa.ForeignKeyConstraint(["other_id"], ["actors.id"], name=op.f("fk_distinctions_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distinctions")),
    )
    op.create_index(op.f("ix_distinctions_actor_id"), "distinctions", ["actor_id"], unique=False)
    op.create_index(op.f("ix_distinctions_other_id"), "distinctions", ["other_id"], unique=False)
