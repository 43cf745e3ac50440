"""Keep accounts, their sessions and the audit of sign-ins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Words

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "accounts",
        sa.Column("name", Words(), nullable=False),
        sa.Column("shown", Words(), nullable=False),
        sa.Column("role", Words(), nullable=False),
        sa.Column("password", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_accounts")),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("began", Instant(), nullable=False),
        sa.Column("seen", Instant(), nullable=False),
        sa.Column("agent", Words(), nullable=False),
        sa.ForeignKeyConstraint(["name"], ["accounts.name"], name=op.f("fk_sessions_name")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_name"), "sessions", ["name"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("address", Words(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("outcome", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index("ix_sign_ins_name_at", "sign_ins", ["name", "at"], unique=False)
    op.create_index("ix_sign_ins_address_at", "sign_ins", ["address", "at"], unique=False)
