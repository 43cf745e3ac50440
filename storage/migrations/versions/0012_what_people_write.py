"""Keep what people write of actors, who opened what, kept searches; ready the directory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Json, Words
from storage.folding import fold

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and fill those that follow from what is stored."""
    _add_writings()
    _add_directory()
    _fill_words()
    _fill_sorted_names()
    op.execute(
        "INSERT INTO totals (actor_id, mentions, first_day, last_day) "
        "SELECT actor_id, count(*), min(known_on), max(known_on) FROM mentions "
        "WHERE actor_id IS NOT NULL GROUP BY actor_id"
    )


def _add_writings() -> None:
    op.create_table(
        "edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("field", Words(), nullable=False),
        sa.Column("value", Json(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("undone_by", Words(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_edits_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edits")),
    )
    op.create_index(op.f("ix_edits_actor_id"), "edits", ["actor_id"], unique=False)
    op.create_index(op.f("ix_edits_who"), "edits", ["who"], unique=False)
    op.create_table(
        "views",
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("week", Words(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_views_actor_id")),
        sa.PrimaryKeyConstraint("actor_id", "week", "who", name=op.f("pk_views")),
    )


def _add_directory() -> None:
    op.add_column(
        "actors", sa.Column("folded", Words(), nullable=False, server_default=sa.text("''"))
    )
    op.create_index(op.f("ix_actors_folded"), "actors", ["folded"], unique=False)
    op.create_table(
        "name_words",
        sa.Column("word", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["aliases.key"], name=op.f("fk_name_words_key")),
        sa.PrimaryKeyConstraint("word", "key", name=op.f("pk_name_words")),
    )
    op.create_table(
        "totals",
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("mentions", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_totals_actor_id")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_totals")),
    )
    op.create_index(op.f("ix_documents_event_day"), "documents", ["event_day"], unique=False)
    for column in ("mentions", "first_day", "last_day"):
        op.create_index(op.f(f"ix_totals_{column}"), "totals", [column], unique=False)
    op.create_table(
        "searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("query", Words(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("undone_by", Words(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searches")),
    )


def _fill_words() -> None:
    connection = op.get_bind()
    names = connection.execute(sa.text("SELECT key, folded FROM aliases"))
    while some := names.fetchmany(5000):
        rows = [{"word": w, "key": key} for key, folded in some for w in set(folded.split())]
        if rows:
            connection.execute(
                sa.text("INSERT INTO name_words (word, key) VALUES (:word, :key)"), rows
            )


def _fill_sorted_names() -> None:
    connection = op.get_bind()
    names = connection.execute(sa.text("SELECT id, name FROM actors")).all()
    rows = [{"id": actor_id, "folded": fold(name)} for actor_id, name in names]
    if rows:
        connection.execute(sa.text("UPDATE actors SET folded = :folded WHERE id = :id"), rows)
