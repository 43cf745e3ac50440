"""Keep what people propose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Words

revision = "0029"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nonce", Words(), nullable=False),
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("made_actor", sa.Boolean(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("what", Words(), nullable=False),
        sa.Column("place", Words(), nullable=False),
        sa.Column("commune", Words(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("link", Words(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("address", Words(), nullable=True),
        sa.Column("receipt_at", Instant(), nullable=True),
        sa.Column("persons_dropped_on", sa.Date(), nullable=True),
        sa.Column("answer", Words(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("undone_by", Words(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_proposals_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("nonce", name=op.f("uq_proposals_nonce")),
    )
    op.create_index(op.f("ix_proposals_actor_id"), "proposals", ["actor_id"], unique=False)
    op.create_index(op.f("ix_proposals_known_on"), "proposals", ["known_on"], unique=False)
