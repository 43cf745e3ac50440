"""Keep what tells that a page was edited or an event taken back, and a letter's links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Json, Words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("http_states", sa.Column("content", Words(), nullable=True))
    op.add_column("documents", sa.Column("links", Json(), nullable=False, server_default="[]"))
    op.add_column("documents", sa.Column("withdrawn_on", sa.Date(), nullable=True))
