"""Keep how often each actor is named, week by week, and when learning started anew."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the counts, and let every actor that is named already be counted."""
    op.create_table(
        "weekly_counts",
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("source_id", Words(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("mentions", sa.Integer(), nullable=False),
        sa.Column("as_actor", sa.Integer(), nullable=False),
        sa.Column("stories", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_weekly_counts_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_weekly_counts_source_id")
        ),
        sa.PrimaryKeyConstraint("actor_id", "week", "source_id", name=op.f("pk_weekly_counts")),
    )
    recounts = op.create_table(
        "recounts",
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_recounts_actor_id")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_recounts")),
    )
    op.create_table(
        "resets",
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_resets")),
    )
    op.create_index(
        op.f("ix_documents_source_id_fetched_at"), "documents", ["source_id", "fetched_at"]
    )
    actor_id = sa.column("actor_id", Words())
    named = sa.select(actor_id, sa.literal(date.min)).select_from(sa.table("mentions"))
    op.execute(
        recounts.insert().from_select(
            ["actor_id", "since"], named.where(actor_id.is_not(None)).distinct()
        )
    )
