"""Keep what is imported of actors, and who is sent the digest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Json, Words

revision = "0021"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "citations",
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("quote", Words(), nullable=False),
        sa.Column("event", Json(), nullable=True),
        sa.Column("event_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_citations_actor_id")),
        sa.PrimaryKeyConstraint("actor_id", "url", name=op.f("pk_citations")),
    )
    op.create_index(op.f("ix_citations_event_day"), "citations", ["event_day"], unique=False)
    op.create_table(
        "imported_ties",
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("other_id", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("stories", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_imported_ties_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["actors.id"], name=op.f("fk_imported_ties_other_id")
        ),
        sa.PrimaryKeyConstraint("actor_id", "other_id", "kind", name=op.f("pk_imported_ties")),
    )
    op.create_table(
        "subscribers",
        sa.Column("id", Words(), nullable=False),
        sa.Column("address", Words(), nullable=False),
        sa.Column("areas", Json(), nullable=False),
        sa.Column("themes", Json(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("audience", Words(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("address", name=op.f("uq_subscribers_address")),
    )
    op.create_table(
        "deliveries",
        sa.Column("week", Words(), nullable=False),
        sa.Column("subscriber_id", Words(), nullable=False),
        sa.Column("begun", Instant(), nullable=False),
        sa.Column("done", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_deliveries_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("week", "subscriber_id", name=op.f("pk_deliveries")),
    )
    op.create_table(
        "keys",
        sa.Column("purpose", Words(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name=op.f("pk_keys")),
    )
