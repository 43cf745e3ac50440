"""Keep what sentences say of two actors, what they say an actor is, and names taken apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three columns and four tables."""
    for name in ("placing", "description", "key"):
        op.add_column("mentions", sa.Column(name, Words(), nullable=False, server_default=""))
    op.create_table(
        "relations",
        sa.Column("document_id", Words(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("sentence", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_relations_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", "first", "second", name=op.f("pk_relations")),
    )
    op.create_table(
        "splits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("new_id", Words(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("undone_by", Words(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_splits_actor_id")),
        sa.ForeignKeyConstraint(["new_id"], ["actors.id"], name=op.f("fk_splits_new_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_splits")),
    )
    op.create_index(op.f("ix_splits_new_id"), "splits", ["new_id"], unique=False)
    op.create_index(op.f("ix_splits_actor_id"), "splits", ["actor_id"], unique=False)
    op.create_table(
        "split_aliases",
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("was", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["split_id"], ["splits.id"], name=op.f("fk_split_aliases_split_id")
        ),
        sa.ForeignKeyConstraint(["key"], ["aliases.key"], name=op.f("fk_split_aliases_key")),
        sa.ForeignKeyConstraint(["was"], ["actors.id"], name=op.f("fk_split_aliases_was")),
        sa.PrimaryKeyConstraint("split_id", "key", name=op.f("pk_split_aliases")),
    )
    op.create_table(
        "split_mentions",
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("document_id", Words(), nullable=False),
        sa.Column("surface", Words(), nullable=False),
        sa.Column("was", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["split_id"], ["splits.id"], name=op.f("fk_split_mentions_split_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_split_mentions_document_id")
        ),
        sa.ForeignKeyConstraint(["was"], ["actors.id"], name=op.f("fk_split_mentions_was")),
        sa.PrimaryKeyConstraint(
            "split_id", "document_id", "surface", name=op.f("pk_split_mentions")
        ),
    )
    op.create_index(
        op.f("ix_split_mentions_document_id"), "split_mentions", ["document_id"], unique=False
    )
