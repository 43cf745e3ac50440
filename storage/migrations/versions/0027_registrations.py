"""Keep what registers say of actors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Words

revision = "0027"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "registrations",
        sa.Column("source_id", Words(), nullable=False),
        sa.Column("number", Words(), nullable=False),
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("commune", Words(), nullable=True),
        sa.Column("declared", sa.Date(), nullable=True),
        sa.Column("purpose", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_registrations_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_registrations_source_id")
        ),
        sa.PrimaryKeyConstraint("source_id", "number", name=op.f("pk_registrations")),
    )
    op.create_index(op.f("ix_registrations_actor_id"), "registrations", ["actor_id"], unique=False)
