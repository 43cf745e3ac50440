"""Keep the queues, verdicts and readers of several watches apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Json, Words

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

MAIN = "main"


def upgrade() -> None:
    """Say of each row which watch it is of: what was before is the first watch's."""
    for table in ("judgements", "rounds"):
        op.add_column(table, _watch())
    # Their keys change: SQLite has no way but to make them anew, without those that lean on them.
    kept = {name: _put_aside(name) for name in ("candidates", "queues", "views", "resets")}
    kept |= {name: _put_aside(name) for name in ("deliveries", "subscribers")}
    _make_queues()
    _make_acts()
    _make_readers()
    for table in reversed(kept):
        _put_back(table, kept[table])


def _watch() -> sa.Column[str]:
    return sa.Column("watch", Words(), server_default=MAIN, nullable=False)


def _put_aside(table: str) -> list[str]:
    """Move a table's rows out of the way, and return its columns."""
    columns = [str(column["name"]) for column in sa.inspect(op.get_bind()).get_columns(table)]
    op.execute(f'CREATE TABLE "{table}_0030" AS SELECT * FROM "{table}"')  # noqa: S608 - our own names
    op.drop_table(table)
    return columns


def _put_back(table: str, columns: list[str]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    op.execute(f'INSERT INTO "{table}" ({names}) SELECT {names} FROM "{table}_0030"')  # noqa: S608 - our own names
    op.drop_table(f"{table}_0030")


def _make_queues() -> None:
    op.create_table(
        "queues",
        _watch(),
        sa.Column("week", Words(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("clusters", Json(), nullable=False),
        sa.Column("persons_dropped_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("watch", "week", name=op.f("pk_queues")),
    )
    op.create_table(
        "candidates",
        _watch(),
        sa.Column("week", Words(), nullable=False),
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("entered_by", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("commune", Words(), nullable=True),
        sa.Column("cluster", Words(), nullable=True),
        sa.Column("first_seen", sa.Date(), nullable=False),
        sa.Column("mentions", sa.Integer(), nullable=False),
        sa.Column("stories", sa.Integer(), nullable=False),
        sa.Column("sources", sa.Integer(), nullable=False),
        sa.Column("aliases", Json(), nullable=False),
        sa.Column("reasons", Json(), nullable=False),
        sa.Column("evidence", Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["watch", "week"],
            ["queues.watch", "queues.week"],
            name=op.f("fk_candidates_watch_week"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_candidates_actor_id")),
        sa.PrimaryKeyConstraint("watch", "week", "actor_id", name=op.f("pk_candidates")),
    )
    op.create_index(op.f("ix_candidates_actor_id"), "candidates", ["actor_id"], unique=False)


def _make_acts() -> None:
    op.create_table(
        "views",
        _watch(),
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("week", Words(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_views_actor_id")),
        sa.PrimaryKeyConstraint("watch", "actor_id", "week", "who", name=op.f("pk_views")),
    )
    op.create_table(
        "resets",
        _watch(),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.PrimaryKeyConstraint("watch", "at", name=op.f("pk_resets")),
    )


def _make_readers() -> None:
    """One may read the letters of several watches."""
    op.create_table(
        "subscribers",
        sa.Column("id", Words(), nullable=False),
        _watch(),
        sa.Column("address", Words(), nullable=False),
        sa.Column("areas", Json(), nullable=False),
        sa.Column("themes", Json(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("audience", Words(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("address", "watch", name=op.f("uq_subscribers_address_watch")),
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
