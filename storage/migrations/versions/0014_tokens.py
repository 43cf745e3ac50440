"""Keep the tokens with which programs read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Json, Words

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "tokens",
        sa.Column("digest", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("label", Words(), nullable=False),
        sa.Column("scopes", Json(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["name"], ["accounts.name"], name=op.f("fk_tokens_name")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_tokens")),
    )
    op.create_index(op.f("ix_tokens_name"), "tokens", ["name"], unique=False)
