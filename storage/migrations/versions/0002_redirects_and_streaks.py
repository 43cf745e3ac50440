"""Remember permanent redirects, and how often in a row nothing had changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column(
        "http_states", sa.Column("unchanged", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("http_states", sa.Column("moved_to", Words(), nullable=True))
