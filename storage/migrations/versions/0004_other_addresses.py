"""Remember the other addresses at which a document stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "addresses",
        sa.Column("id", Words(), primary_key=True),
        sa.Column("document_id", Words(), sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
    )
