"""Count what changes, and find the descriptions of an actor without reading all its mentions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Words

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the index."""
    op.create_table(
        "changes",
        sa.Column("name", Words(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_changes")),
    )
    described = sa.text("description != ''")
    op.create_index(
        "ix_mentions_described",
        "mentions",
        ["actor_id", "known_on", "description"],
        unique=False,
        sqlite_where=described,
        postgresql_where=described,
    )
