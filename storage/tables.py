"""The tables. A change here needs a migration: a test compares the two.

Identifiers are derived from what they name (see `docs/architecture.md`), so that every write is
an upsert. Only judgements, outcomes and rejects are numbered or dated as they come.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    literal_column,
)

from storage.columns import Instant, Json, Words
from vigie.records import MAIN_WATCH

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- sources -------------------------------------------------------------------------------

sources = Table(
    "sources",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("every", Integer, nullable=False),  # seconds
    Column("reach", Words, nullable=False),
    Column("tags", Json, nullable=False),
    Column("expected", Json),
    Column("language", Words),
    Column("full_text", Boolean, nullable=False),
    Column("side", Words, nullable=False, server_default="external"),
)

http_states = Table(
    "http_states",
    metadata,
    Column("source_id", Words, ForeignKey("sources.id"), primary_key=True),
    Column("url", Words, primary_key=True),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("fingerprint", Words),
    Column("checked_at", Instant),
    Column("unchanged", Integer, nullable=False, server_default="0"),  # answers in a row
    Column("moved_to", Words),
    Column("content", Words),  # marks of the title and the text of a page, as last read
    Column("whole_at", Instant),  # when it was last answered otherwise than « not modified »
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("source_id", Words, ForeignKey("sources.id"), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("state", Words, nullable=False),
    Column("message", Json, nullable=False),
    Column("documents", Integer, nullable=False),
    Column("not_modified", Boolean, nullable=False),
)

source_health = Table(
    "source_health",
    metadata,
    Column("source_id", Words, ForeignKey("sources.id"), primary_key=True),
    Column("state", Words, nullable=False),
    Column("message", Json, nullable=False),
    Column("since", Instant, nullable=False),
    Column("last_try", Instant, nullable=False),
    Column("last_success", Instant),
    Column("failures", Integer, nullable=False),
    Column("failure", Words),
    Column("not_before", Instant),
)

# Lines that stand again and again in the texts of a source, and are left out of them.
repeated_lines = Table(
    "repeated_lines",
    metadata,
    Column("source_id", Words, ForeignKey("sources.id"), primary_key=True),
    Column("line", Words, primary_key=True),
)

# --- documents -----------------------------------------------------------------------------

documents = Table(
    "documents",
    metadata,
    Column("id", Words, primary_key=True),
    Column("source_id", Words, ForeignKey("sources.id"), nullable=False),
    Column("url", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("published_at", Instant),
    Column("date_note", Words, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("language", Words),
    Column("kind", Words, nullable=False),
    Column("excerpt", Boolean, nullable=False),
    Column("access", Words, nullable=False, server_default="open"),
    Column("event", Json),
    Column("event_day", Date),
    Column("archive", Words),
    Column("links", Json, nullable=False, server_default="[]"),
    Column("withdrawn_on", Date),  # since when an event is cancelled, or no longer in its agenda
    Column("text_dropped_on", Date),  # since when only what was quoted of it is kept
    Column("persons_dropped_on", Date),  # since when its quoted sentences name no persons
    Column("known_on", Date, nullable=False),
    Column("text_known_on", Date, nullable=False),  # later than known_on once the text was edited
    Column("digest", Words, nullable=False),  # of title, text and event
    Column("story_id", Words, nullable=False),
    Column("annotated", Words, nullable=False),  # version of the annotation; empty: it waits
    Column("communes", Json, nullable=False),
    Index(None, "source_id", "known_on"),
    Index(None, "source_id", "fetched_at"),
    Index(None, "annotated", "known_on"),
    Index(None, "known_on"),
    Index(None, "story_id"),
    Index(None, "event_day"),
)

# Further ids of a document: other addresses at which it was seen to stand.
addresses = Table(
    "addresses",
    metadata,
    Column("id", Words, primary_key=True),
    Column("document_id", Words, ForeignKey("documents.id"), nullable=False),
    Column("sure", Boolean, nullable=False),  # not so while only its page says it
    Index(None, "document_id"),
)

# Apart from their documents, so that reading those does not walk through megabytes of text.
texts = Table(
    "texts",
    metadata,
    Column("document_id", Words, ForeignKey("documents.id"), primary_key=True),
    Column("text", Words, nullable=False),
)

document_revisions = Table(
    "document_revisions",
    metadata,
    Column("document_id", Words, ForeignKey("documents.id"), primary_key=True),
    Column("digest", Words, primary_key=True),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("event", Json),
    Column("excerpt", Boolean, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("text_known_on", Date, nullable=False),
)

rejects = Table(
    "rejects",
    metadata,
    Column("place", Words, primary_key=True),
    Column("digest", Words, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("source_id", Words, nullable=False),  # empty: of no source
    Column("reason", Json, nullable=False),
    Column("raw", Words, nullable=False),
    Index(None, "at"),
)

# Work that a program has taken: until then, or until it is done, no other takes it.
claims = Table(
    "claims",
    metadata,
    Column("kind", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("worker", Words, nullable=False),
    Column("until", Instant, nullable=False),
    Index(None, "worker"),
)

# --- annotations and actors ------------------------------------------------------------------

annotations = Table(
    "annotations",
    metadata,
    Column("document_id", Words, ForeignKey("documents.id"), primary_key=True),
    Column("version", Words, nullable=False),
    Column("language", Words),
    Column("acronyms", Json, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("skipped", Json),
)

bands = Table(
    "bands",
    metadata,
    Column("document_id", Words, ForeignKey("documents.id"), primary_key=True),
    Column("band", Words, primary_key=True),
    Index(None, "band"),
)

actors = Table(
    "actors",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("commune", Words),
    Column("institution", Boolean, nullable=False),
    Column("merged_into", Words, ForeignKey("actors.id")),
    # The actor that stands for it once all merges are followed; itself if it is not merged.
    Column("root_id", Words, nullable=False),
    Column("known_since", Date),
    Column("folded", Words, nullable=False, server_default=""),  # its name, as it is sorted
    Index(None, "folded"),
    Index(None, "root_id"),
    Index(None, "merged_into"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("key", Words, primary_key=True),
    Column("surface", Words, nullable=False),
    Column("folded", Words, nullable=False),
    Column("actor_id", Words, ForeignKey("actors.id"), nullable=False),
    Index(None, "actor_id"),
)

alias_blocks = Table(
    "alias_blocks",
    metadata,
    Column("block", Words, primary_key=True),
    Column("key", Words, ForeignKey("aliases.key"), primary_key=True),
)

suggestions = Table(
    "suggestions",
    metadata,
    Column("actor_id", Words, ForeignKey("actors.id"), primary_key=True),
    Column("other_id", Words, ForeignKey("actors.id"), primary_key=True),
    Column("score", Float, nullable=False),
    Column("reason", Json, nullable=False),
    Index(None, "other_id"),
)

mentions = Table(
    "mentions",
    metadata,
    Column("document_id", Words, ForeignKey("documents.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("actor_id", Words, ForeignKey("actors.id")),
    Column("known_on", Date, nullable=False),
    Column("surface", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("begins", Integer, nullable=False),
    Column("ends", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("rule", Words, nullable=False),
    Column("commune", Words),
    Column("sentence", Words, nullable=False),
    Column("placing", Words, nullable=False, server_default=""),
    Column("description", Words, nullable=False, server_default=""),
    Column("key", Words, nullable=False, server_default=""),  # of the name that it was resolved by
    Index(None, "actor_id", "known_on"),
    Index(None, "known_on", "actor_id"),
)

# The few mentions of which a sentence says what the actor is; written so, and no other way, the
# databases answer it from the index.
DESCRIBED = mentions.c.description != literal_column("''")
Index(
    "ix_mentions_described",
    mentions.c.actor_id,
    mentions.c.known_on,
    mentions.c.description,
    sqlite_where=DESCRIBED,
    postgresql_where=DESCRIBED,
)

# Of the actor that mentions were resolved to, merged or not; kept up by `storage.counts`.
weekly_counts = Table(
    "weekly_counts",
    metadata,
    Column("actor_id", Words, ForeignKey("actors.id"), primary_key=True),
    Column("week", Date, primary_key=True),  # its Monday
    Column("source_id", Words, ForeignKey("sources.id"), primary_key=True),
    Column("first_day", Date, nullable=False),
    Column("mentions", Integer, nullable=False),
    Column("as_actor", Integer, nullable=False),
    Column("stories", Integer, nullable=False),  # first told in that week, by that source
)

# Actors whose counts are not right any more, and from which week on.
recounts = Table(
    "recounts",
    metadata,
    Column("actor_id", Words, ForeignKey("actors.id"), primary_key=True),
    Column("since", Date, nullable=False),
)

# What a sentence says of two mentions of a document, given by their positions.
relations = Table(
    "relations",
    metadata,
    Column("document_id", Words, ForeignKey("documents.id"), primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("second", Integer, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("sentence", Words, nullable=False),
)

# A person found two actors under one name: what was taken out of which, kept when undone.
splits = Table(
    "splits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("actor_id", Words, ForeignKey("actors.id"), nullable=False),
    Column("new_id", Words, ForeignKey("actors.id"), nullable=False),
    Column("who", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_by", Words),
    Column("undone_at", Instant),
    Index(None, "new_id"),
    Index(None, "actor_id"),
)

# The names that a split took with it, and whose they were.
split_aliases = Table(
    "split_aliases",
    metadata,
    Column("split_id", Integer, ForeignKey("splits.id"), primary_key=True),
    Column("key", Words, ForeignKey("aliases.key"), primary_key=True),
    Column("was", Words, ForeignKey("actors.id"), nullable=False),
)

# The mentions that a split took with it: a name in a document, whatever its position becomes
# when the document is read again.
split_mentions = Table(
    "split_mentions",
    metadata,
    Column("split_id", Integer, ForeignKey("splits.id"), primary_key=True),
    Column("document_id", Words, ForeignKey("documents.id"), primary_key=True),
    Column("surface", Words, primary_key=True),
    Column("was", Words, ForeignKey("actors.id"), nullable=False),
    Index(None, "document_id"),
)

# A person was asked whether two actors are one, and said that they are two.
distinctions = Table(
    "distinctions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("actor_id", Words, ForeignKey("actors.id"), nullable=False),
    Column("other_id", Words, ForeignKey("actors.id"), nullable=False),
    Column("who", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_by", Words),
    Column("undone_at", Instant),
    Index(None, "actor_id"),
    Index(None, "other_id"),
)

# --- queues and judgements -------------------------------------------------------------------

# Each watch has its own: `main`, or the id of one that `vigie.toml` adds.


def _watch(*, primary_key: bool = False) -> Column[str]:
    return Column(
        "watch", Words, primary_key=primary_key, nullable=False, server_default=MAIN_WATCH
    )


queues = Table(
    "queues",
    metadata,
    _watch(primary_key=True),
    Column("week", Words, primary_key=True),
    Column("as_of", Date, nullable=False),
    Column("clusters", Json, nullable=False),
    Column("persons_dropped_on", Date),  # since when its evidence names no persons
)

candidates = Table(
    "candidates",
    metadata,
    _watch(primary_key=True),
    Column("week", Words, primary_key=True),
    Column("actor_id", Words, ForeignKey("actors.id"), primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("entered_by", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("commune", Words),
    Column("cluster", Words),
    Column("first_seen", Date, nullable=False),
    Column("mentions", Integer, nullable=False),
    Column("stories", Integer, nullable=False),
    Column("sources", Integer, nullable=False),
    Column("aliases", Json, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    ForeignKeyConstraint(["watch", "week"], ["queues.watch", "queues.week"]),
    Index(None, "actor_id"),
)

judgements = Table(
    "judgements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("actor_id", Words, ForeignKey("actors.id"), nullable=False),
    Column("verdict", Words, nullable=False),
    Column("who", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("week", Words, nullable=False),
    Column("reason", Words),
    Column("merge_into", Words, ForeignKey("actors.id")),
    Column("note", Words, nullable=False),
    _watch(),
    Index(None, "actor_id"),
    Index(None, "who"),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("judgement_id", Integer, ForeignKey("judgements.id"), primary_key=True),
    Column("who", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

# From each of these moments on, earlier judgements teach a watch's score nothing any more.
resets = Table(
    "resets",
    metadata,
    _watch(primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("who", Words, nullable=False),
)

# --- what people write of actors -----------------------------------------------------------

# Only ever added to; the newest of a field that was not undone stands.
edits = Table(
    "edits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("actor_id", Words, ForeignKey("actors.id"), nullable=False),
    Column("field", Words, nullable=False),
    Column("value", Json, nullable=False),
    Column("who", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_by", Words),
    Column("undone_at", Instant),
    Index(None, "actor_id"),
    Index(None, "who"),
)

# Who has opened a candidate, so that two officers do not read the same one twice.
views = Table(
    "views",
    metadata,
    _watch(primary_key=True),
    Column("actor_id", Words, ForeignKey("actors.id"), primary_key=True),
    Column("week", Words, primary_key=True),
    Column("who", Words, primary_key=True),
    Column("at", Instant, nullable=False),
)

# What people propose. An address is there until its proposal is answered.
proposals = Table(
    "proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("nonce", Words, nullable=False, unique=True),  # of the form: sent twice, it is one
    Column("actor_id", Words, ForeignKey("actors.id"), nullable=False),
    Column("made_actor", Boolean, nullable=False),  # nobody had named that actor before
    Column("kind", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("what", Words, nullable=False),
    Column("place", Words, nullable=False),
    Column("commune", Words),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("link", Words, nullable=False),
    Column("who", Words, nullable=False),  # empty: the public
    Column("at", Instant, nullable=False),
    Column("known_on", Date, nullable=False),
    Column("language", Words, nullable=False),
    Column("address", Words),
    Column("receipt_at", Instant),
    Column("persons_dropped_on", Date),  # since when its words name no persons
    Column("answer", Words),  # as it was told
    Column("answered_at", Instant),
    Column("undone_by", Words),
    Column("undone_at", Instant),
    Index(None, "actor_id"),
    Index(None, "known_on"),
)

# Rounds of opinions on an actor.
rounds = Table(
    "rounds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("actor_id", Words, ForeignKey("actors.id"), nullable=False),
    Column("kind", Words, nullable=False),
    Column("verdict", Words, nullable=False),
    Column("question", Words, nullable=False),
    Column("who", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("quorum", Integer, nullable=False),
    Column("outcome", Words),
    Column("closed_at", Instant),
    Column("judgement_id", Integer, ForeignKey("judgements.id")),
    Column("undone_by", Words),
    Column("undone_at", Instant),
    _watch(),
    Index(None, "actor_id"),
)

# Who is asked by mail; the address is there until the outcome was told.
invitations = Table(
    "invitations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("round_id", Integer, ForeignKey("rounds.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("address", Words),
    Column("language", Words, nullable=False),
    Column("sent_at", Instant),
    Index(None, "round_id"),
)

# Only ever added to; the last one of each person that was not taken back counts.
opinions = Table(
    "opinions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("round_id", Integer, ForeignKey("rounds.id"), nullable=False),
    Column("who", Words, nullable=False),
    Column("position", Words, nullable=False),
    Column("words", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("message", Words, unique=True),  # of a mail, its mark: read again it is the same
    Column("undone_by", Words),
    Column("undone_at", Instant),
    Index(None, "round_id"),
)

# Up to which message a mailbox of answers was read.
mailbox_marks = Table(
    "mailbox_marks",
    metadata,
    Column("mailbox", Words, primary_key=True),
    Column("mark", Words, nullable=False),
)

# --- the directory -------------------------------------------------------------------------

# The words of each name, folded: what a search starts from.
name_words = Table(
    "name_words",
    metadata,
    Column("word", Words, primary_key=True),
    Column("key", Words, ForeignKey("aliases.key"), primary_key=True),
)

# How often each actor was named, and from when to when; of the actor that mentions were resolved
# to, merged or not; kept up with the weekly counts.
totals = Table(
    "totals",
    metadata,
    Column("actor_id", Words, ForeignKey("actors.id"), primary_key=True),
    Column("mentions", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Index(None, "mentions"),
    Index(None, "first_day"),
    Index(None, "last_day"),
)

# A search that somebody keeps, with its feed and its calendar.
searches = Table(
    "searches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Words, nullable=False),
    Column("query", Words, nullable=False),
    Column("who", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_by", Words),
    Column("undone_at", Instant),
)

# --- the catalogue -------------------------------------------------------------------------

# What people changed of the catalogue; the newest pause or resumption of a source that was not
# undone stands.
source_changes = Table(
    "source_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", Words, ForeignKey("sources.id"), nullable=False),
    Column("change", Words, nullable=False),
    Column("entry", Json, nullable=False),  # what was written to vigie.toml, of one added
    Column("who", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_by", Words),
    Column("undone_at", Instant),
    Index(None, "source_id"),
)

# --- who is listed where ---------------------------------------------------------------------

# What registers and directories say of actors: evidence for whether two are one.
registrations = Table(
    "registrations",
    metadata,
    Column("source_id", Words, ForeignKey("sources.id"), primary_key=True),
    Column("number", Words, primary_key=True),  # there; else a digest of name and commune
    Column("actor_id", Words, ForeignKey("actors.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("commune", Words),
    Column("declared", Date),
    Column("purpose", Words, nullable=False),
    Index(None, "actor_id"),
)

# --- what is exchanged with others -----------------------------------------------------------

# Where an actor that was imported is written of, and events of its own that were announced: of
# documents that this database does not hold.
citations = Table(
    "citations",
    metadata,
    Column("actor_id", Words, ForeignKey("actors.id"), primary_key=True),
    Column("url", Words, primary_key=True),
    Column("source", Words, nullable=False),
    Column("day", Date, nullable=False),
    Column("title", Words, nullable=False),
    Column("quote", Words, nullable=False),
    Column("event", Json),
    Column("event_day", Date),
    Index(None, "event_day"),
)

# What ties imported actors, as the file that brought them says.
imported_ties = Table(
    "imported_ties",
    metadata,
    Column("actor_id", Words, ForeignKey("actors.id"), primary_key=True),
    Column("other_id", Words, ForeignKey("actors.id"), primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("stories", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
)

# Who is sent a watch's weekly digest; erased with the subscription.
subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Words, primary_key=True),  # drawn
    _watch(),
    Column("address", Words, nullable=False),  # in lower case
    Column("areas", Json, nullable=False),
    Column("themes", Json, nullable=False),
    Column("language", Words, nullable=False),
    Column("audience", Words, nullable=False),
    Column("who", Words, nullable=False),  # who added it
    Column("at", Instant, nullable=False),
    UniqueConstraint("address", "watch"),
)

# To whom a week's digest was sent; begun and not done: whether it arrived is not known.
deliveries = Table(
    "deliveries",
    metadata,
    Column("week", Words, primary_key=True),
    Column("subscriber_id", Words, ForeignKey("subscribers.id"), primary_key=True),
    Column("begun", Instant, nullable=False),
    Column("done", Instant),
)

# What signs links that work without an account, by purpose; drawn when first needed.
keys = Table(
    "keys",
    metadata,
    Column("purpose", Words, primary_key=True),
    Column("key", LargeBinary, nullable=False),
)

# --- accounts ------------------------------------------------------------------------------

accounts = Table(
    "accounts",
    metadata,
    Column("name", Words, primary_key=True),  # folded: as it is compared
    Column("shown", Words, nullable=False),  # as it is written
    Column("role", Words, nullable=False),
    Column("password", Words, nullable=False),  # argon2's own text
    Column("at", Instant, nullable=False),
    Column("disabled", Boolean, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", Words, primary_key=True),  # of the token in the visitor's cookie
    Column("name", Words, ForeignKey("accounts.name"), nullable=False),
    Column("began", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("agent", Words, nullable=False),
    Index(None, "name"),
)

# The audit of sign-ins, successful or not.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Words, nullable=False),  # as it was tried; it need not exist
    Column("address", Words, nullable=False),
    Column("known", Boolean, nullable=False),  # from a browser that has signed in under this name
    Column("outcome", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "name", "at"),
    Index(None, "address", "at"),
)

# What programs read the pages' data with; known by its digest, as a session is.
tokens = Table(
    "tokens",
    metadata,
    Column("digest", Words, primary_key=True),
    Column("name", Words, ForeignKey("accounts.name"), nullable=False),
    Column("label", Words, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "name"),
)

# --- persons' names that were erased -----------------------------------------------------------

# The trace of an erasure: that it was done, by whom, on what grounds, and how much it changed.
erasures = Table(
    "erasures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("who", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("grounds", Words, nullable=False),
    Column("counts", Json, nullable=False),
)

# By keyed marks, so that an erased name is known when it comes again and can be read by nobody.
erased_names = Table(
    "erased_names",
    metadata,
    Column("mark", Words, primary_key=True),
    Column("words", Integer, nullable=False),
    Column("erasure_id", Integer, ForeignKey("erasures.id"), nullable=False),
)

# --- what changed ----------------------------------------------------------------------------

# How often each table was written to: what is reckoned from some tables holds as long as their
# numbers stay (`storage.changes`).
changes = Table(
    "changes",
    metadata,
    Column("name", Words, primary_key=True),
    Column("number", Integer, nullable=False),
)

# --- what needs a person -------------------------------------------------------------------

# One standing notice of a kind about one thing; those that were resolved stay.
notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("about", Words, nullable=False),
    Column("message", Json, nullable=False),
    Column("since", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("told_at", Instant),  # when it went out by mail
    Column("end_told_at", Instant),  # when it was told by mail that it is resolved
    Index(None, "resolved_at"),
)
