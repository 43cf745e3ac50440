"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Json, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "actors",
        sa.Column("id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("commune", Words(), nullable=True),
        sa.Column("institution", sa.Boolean(), nullable=False),
        sa.Column("merged_into", Words(), nullable=True),
        sa.Column("root_id", Words(), nullable=False),
        sa.Column("known_since", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["actors.id"], name=op.f("fk_actors_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actors")),
    )
    op.create_index(op.f("ix_actors_merged_into"), "actors", ["merged_into"], unique=False)
    op.create_index(op.f("ix_actors_root_id"), "actors", ["root_id"], unique=False)
    op.create_table(
        "queues",
        sa.Column("week", Words(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("clusters", Json(), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_queues")),
    )
    op.create_table(
        "rejects",
        sa.Column("place", Words(), nullable=False),
        sa.Column("digest", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("source_id", Words(), nullable=False),
        sa.Column("reason", Json(), nullable=False),
        sa.Column("raw", Words(), nullable=False),
        sa.PrimaryKeyConstraint("place", "digest", name=op.f("pk_rejects")),
    )
    op.create_index(op.f("ix_rejects_at"), "rejects", ["at"], unique=False)
    op.create_table(
        "sources",
        sa.Column("id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("reach", Words(), nullable=False),
        sa.Column("tags", Json(), nullable=False),
        sa.Column("expected", Json(), nullable=True),
        sa.Column("language", Words(), nullable=True),
        sa.Column("full_text", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    op.create_table(
        "aliases",
        sa.Column("key", Words(), nullable=False),
        sa.Column("surface", Words(), nullable=False),
        sa.Column("folded", Words(), nullable=False),
        sa.Column("actor_id", Words(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_aliases_actor_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_aliases")),
    )
    op.create_index(op.f("ix_aliases_actor_id"), "aliases", ["actor_id"], unique=False)
    op.create_table(
        "candidates",
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
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_candidates_actor_id")),
        sa.ForeignKeyConstraint(["week"], ["queues.week"], name=op.f("fk_candidates_week")),
        sa.PrimaryKeyConstraint("week", "actor_id", name=op.f("pk_candidates")),
    )
    op.create_index(op.f("ix_candidates_actor_id"), "candidates", ["actor_id"], unique=False)
    op.create_table(
        "documents",
        sa.Column("id", Words(), nullable=False),
        sa.Column("source_id", Words(), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("date_note", Words(), nullable=False),
        sa.Column("fetched_at", Instant(), nullable=False),
        sa.Column("language", Words(), nullable=True),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("excerpt", sa.Boolean(), nullable=False),
        sa.Column("event", Json(), nullable=True),
        sa.Column("event_day", sa.Date(), nullable=True),
        sa.Column("archive", Words(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("text_known_on", sa.Date(), nullable=False),
        sa.Column("digest", Words(), nullable=False),
        sa.Column("story_id", Words(), nullable=False),
        sa.Column("annotated", Words(), nullable=False),
        sa.Column("communes", Json(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_documents_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index(
        op.f("ix_documents_annotated_known_on"),
        "documents",
        ["annotated", "known_on"],
        unique=False,
    )
    op.create_index(op.f("ix_documents_known_on"), "documents", ["known_on"], unique=False)
    op.create_index(
        op.f("ix_documents_source_id_known_on"),
        "documents",
        ["source_id", "known_on"],
        unique=False,
    )
    op.create_index(op.f("ix_documents_story_id"), "documents", ["story_id"], unique=False)
    op.create_table(
        "http_states",
        sa.Column("source_id", Words(), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("etag", Words(), nullable=True),
        sa.Column("last_modified", Words(), nullable=True),
        sa.Column("fingerprint", Words(), nullable=True),
        sa.Column("checked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_http_states_source_id")
        ),
        sa.PrimaryKeyConstraint("source_id", "url", name=op.f("pk_http_states")),
    )
    op.create_table(
        "judgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("verdict", Words(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("week", Words(), nullable=False),
        sa.Column("reason", Words(), nullable=True),
        sa.Column("merge_into", Words(), nullable=True),
        sa.Column("note", Words(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_judgements_actor_id")),
        sa.ForeignKeyConstraint(
            ["merge_into"], ["actors.id"], name=op.f("fk_judgements_merge_into")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgements")),
    )
    op.create_index(op.f("ix_judgements_actor_id"), "judgements", ["actor_id"], unique=False)
    op.create_index(op.f("ix_judgements_who"), "judgements", ["who"], unique=False)
    op.create_table(
        "outcomes",
        sa.Column("source_id", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("state", Words(), nullable=False),
        sa.Column("message", Json(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("not_modified", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_outcomes_source_id")),
        sa.PrimaryKeyConstraint("source_id", "at", name=op.f("pk_outcomes")),
    )
    op.create_table(
        "source_health",
        sa.Column("source_id", Words(), nullable=False),
        sa.Column("state", Words(), nullable=False),
        sa.Column("message", Json(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("last_try", Instant(), nullable=False),
        sa.Column("last_success", Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_source_health_source_id")
        ),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_source_health")),
    )
    op.create_table(
        "suggestions",
        sa.Column("actor_id", Words(), nullable=False),
        sa.Column("other_id", Words(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reason", Json(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_suggestions_actor_id")),
        sa.ForeignKeyConstraint(["other_id"], ["actors.id"], name=op.f("fk_suggestions_other_id")),
        sa.PrimaryKeyConstraint("actor_id", "other_id", name=op.f("pk_suggestions")),
    )
    op.create_index(op.f("ix_suggestions_other_id"), "suggestions", ["other_id"], unique=False)
    op.create_table(
        "alias_blocks",
        sa.Column("block", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["aliases.key"], name=op.f("fk_alias_blocks_key")),
        sa.PrimaryKeyConstraint("block", "key", name=op.f("pk_alias_blocks")),
    )
    op.create_table(
        "annotations",
        sa.Column("document_id", Words(), nullable=False),
        sa.Column("version", Words(), nullable=False),
        sa.Column("language", Words(), nullable=True),
        sa.Column("acronyms", Json(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("skipped", Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_annotations_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_annotations")),
    )
    op.create_table(
        "bands",
        sa.Column("document_id", Words(), nullable=False),
        sa.Column("band", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_bands_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", "band", name=op.f("pk_bands")),
    )
    op.create_index(op.f("ix_bands_band"), "bands", ["band"], unique=False)
    op.create_table(
        "document_revisions",
        sa.Column("document_id", Words(), nullable=False),
        sa.Column("digest", Words(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("text", Words(), nullable=False),
        sa.Column("event", Json(), nullable=True),
        sa.Column("excerpt", sa.Boolean(), nullable=False),
        sa.Column("fetched_at", Instant(), nullable=False),
        sa.Column("text_known_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_revisions_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", "digest", name=op.f("pk_document_revisions")),
    )
    op.create_table(
        "mentions",
        sa.Column("document_id", Words(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("actor_id", Words(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("surface", Words(), nullable=False),
        sa.Column("label", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("rule", Words(), nullable=False),
        sa.Column("commune", Words(), nullable=True),
        sa.Column("sentence", Words(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_mentions_actor_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_mentions_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", "position", name=op.f("pk_mentions")),
    )
    op.create_index(
        op.f("ix_mentions_actor_id_known_on"), "mentions", ["actor_id", "known_on"], unique=False
    )
    op.create_index(
        op.f("ix_mentions_known_on_actor_id"), "mentions", ["known_on", "actor_id"], unique=False
    )
    op.create_table(
        "texts",
        sa.Column("document_id", Words(), nullable=False),
        sa.Column("text", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_texts_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_texts")),
    )
    op.create_table(
        "withdrawals",
        sa.Column("judgement_id", sa.Integer(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgements.id"], name=op.f("fk_withdrawals_judgement_id")
        ),
        sa.PrimaryKeyConstraint("judgement_id", name=op.f("pk_withdrawals")),
    )
