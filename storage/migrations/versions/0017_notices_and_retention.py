"""Keep what needs a person, and since when texts and persons' names are no longer kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Json, Words

revision = "0017"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns."""
    op.add_column("documents", sa.Column("text_dropped_on", sa.Date()))
    op.add_column("documents", sa.Column("persons_dropped_on", sa.Date()))
    op.add_column("queues", sa.Column("persons_dropped_on", sa.Date()))
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("about", Words(), nullable=False),
        sa.Column("message", Json(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("resolved_at", Instant()),
        sa.Column("told_at", Instant()),
        sa.Column("end_told_at", Instant()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_resolved_at"), "notices", ["resolved_at"], unique=False)
