"""Keep when an address was last had whole, and find the further addresses of a document."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add column and index; what answered in full the last time did so when it was asked."""
    op.add_column("http_states", sa.Column("whole_at", Instant(), nullable=True))
    op.execute("UPDATE http_states SET whole_at = checked_at WHERE unchanged = 0")
    op.create_index(op.f("ix_addresses_document_id"), "addresses", ["document_id"], unique=False)
