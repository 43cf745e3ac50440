"""Keep rounds of opinions, who is asked, and what they say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Words

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("verdict", Words(), nullable=False),
        sa.Column("question", Words(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("outcome", Words(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("judgement_id", sa.Integer(), nullable=True),
        sa.Column("undone_by", Words(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_rounds_actor_id")),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgements.id"], name=op.f("fk_rounds_judgement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
    )
    op.create_index(op.f("ix_rounds_actor_id"), "rounds", ["actor_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("address", Words(), nullable=True),
        sa.Column("language", Words(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_invitations_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_round_id"), "invitations", ["round_id"], unique=False)
    op.create_table(
        "opinions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("position", Words(), nullable=False),
        sa.Column("words", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("message", Words(), nullable=True),
        sa.Column("undone_by", Words(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_opinions_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
        sa.UniqueConstraint("message", name=op.f("uq_opinions_message")),
    )
    op.create_index(op.f("ix_opinions_round_id"), "opinions", ["round_id"], unique=False)
    op.create_table(
        "mailbox_marks",
        sa.Column("mailbox", Words(), nullable=False),
        sa.Column("mark", Words(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_mailbox_marks")),
    )
