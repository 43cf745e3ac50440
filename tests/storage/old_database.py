"""Writes the database of an earlier schema, with a few rows, as SQL text.

`python -m tests.storage.old_database 0016`, once, when a schema has landed: the file under
`tests/examples/upgrades/` then stays as it is. The migrations up to that schema make the tables;
the rows are those that today's code writes, as far as the tables of then have place for them.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from alembic import command
from sqlalchemy import MetaData, create_engine, select

from storage import (
    Store,
    accounts,
    annotations,
    counts,
    distinctions,
    documents,
    edits,
    judgements,
    open_store,
    opinions,
    proposals,
    queues,
    searches,
    sources,
    splits,
    subscribers,
    tables,
)
from storage import schema as schemas
from storage import store as stores
from tests.storage.conftest import Press, id_of
from vigie.digest.edition import Subscriber
from vigie.records import (
    ActorKind,
    Candidate,
    Edit,
    EnteredBy,
    Evidence,
    Feature,
    Field,
    HealthState,
    HttpState,
    Message,
    Opinion,
    Outcome,
    Position,
    Proposal,
    Queue,
    Role,
    Round,
    RoundKind,
    Scope,
    Source,
    SourceKind,
    Verdict,
)

FOLDER = Path(__file__).parents[1] / "examples" / "upgrades"
INDEX = Path(stores.__file__).parent / "migrations/versions/0020_full_text.sqlite.sql"
INDEXING = ("text_search", "text_words", "text_numbers", "writable_schema")
AT = datetime(2026, 3, 9, 8, tzinfo=UTC)
DAY = date(2026, 3, 4)
NAMES = ("Les Braises", "L’Atelier d’Été", "Le Bol d’Airain", "Rives Vivantes", "Fabrique du Canal")


def fill(store: Store) -> None:
    """Write something of every kind, by the functions that the program uses."""
    press = Press()
    gazette = Source(
        id="gazette", name="La Gazette", url="https://gazette.example/rss", kind=SourceKind.FEED
    )
    with store.writing() as c:
        sources.save(c, [gazette])
        state = HttpState(
            url=gazette.url, source_id="gazette", etag='"a"', checked_at=AT, whole_at=AT
        )
        sources.save_http_states(c, [state])
        sources.save_repeated_lines(c, "gazette", frozenset({"Abonnez-vous."}))
        found = Message("{n} document", {"n": 1}, "{n} documents")
        outcome = Outcome(
            source_id="gazette", at=AT, state=HealthState.LIVELY, message=found, documents=1
        )
        sources.save_outcome(c, outcome)
        for number, name in enumerate((*NAMES, *NAMES[:2]), start=1):
            press.publish(c, number, DAY, name, archive=f"2026/a.warc.gz#{number}")
        both = press.document(20, DAY, text="Les Braises et Rives Vivantes.")
        documents.save(c, [both])
        found_both = press.annotation(both, "Les Braises", "Rives Vivantes")
        annotations.save(c, [found_both], press.resolution(found_both))
        revised = press.document(1, DAY, text="Avec Les Braises, encore.")
        documents.save(c, [revised])
        judgements.add(c, press.judgement("Les Braises", Verdict.KEEP, DAY, note="Vu."))
        judgements.add(
            c,
            press.judgement(
                "Fabrique du Canal", Verdict.MERGE, DAY, merge_into=id_of("Les Braises")
            ),
        )
    with store.writing() as c:
        counts.refresh(c)
        queues.save(c, Queue(week="2026-W11", as_of=date(2026, 3, 9), candidates=(candidate(),)))
        splits.split(c, id_of("L’Atelier d’Été"), "Awa", AT, documents=[f"{7:016x}"])
        distinctions.add(c, id_of("Rives Vivantes"), id_of("Le Bol d’Airain"), "Awa", AT)
        wanted = Edit(
            actor_id=id_of("Les Braises"), field=Field.NOTE, value="Belle équipe.", who="Awa", at=AT
        )
        edits.add(c, wanted)
        edits.saw(c, id_of("Les Braises"), "2026-W11", "Awa", AT)
        proposal = Proposal(
            actor_id=id_of("Rives Vivantes"),
            name="Rives Vivantes",
            what="Des bancs.",
            at=AT,
            day=DAY,
        )
        proposals.add(c, proposal, "n1", made_actor=False, address="ana@example.org")
        asked = Round(
            actor_id=id_of("Rives Vivantes"),
            kind=RoundKind.VOTE,
            verdict=Verdict.KEEP,
            question="On la retient ?",
            who="Awa",
            at=AT,
            until=AT + timedelta(days=3),
        )
        number = opinions.ask(c, asked, [("Nadia (courriel)", "nadia@example.org")], "fr")
        said = Opinion(round_id=number, who="Awa", position=Position.YES, at=AT)
        opinions.give(c, said)
        searches.add(c, "Ateliers", "q=atelier", "Awa", AT)
        accounts.add(c, "Awa", Role.ADMINISTRATOR, "$argon2id$invented", AT)
        token = accounts.Token(
            digest="d" * 64, name="Awa", label="Carte", scopes=frozenset(Scope), at=AT
        )
        accounts.add_token(c, token)
        judgements.reset(c, "Awa", AT)
        reader = Subscriber(
            id="r1", address="nadia@example.org", themes=("vélo",), who="Awa", at=AT
        )
        subscribers.add(c, reader)
        subscribers.begin(c, "2026-W11", "r1", AT)


def candidate() -> Candidate:
    """Return what a week's queue says of an actor."""
    return Candidate(
        actor_id=id_of("Les Braises"),
        name="Les Braises",
        aliases=(),
        kind=ActorKind.ASSOCIATION,
        commune="68224",
        score=0.7,
        rank=1,
        entered_by=EnteredBy.RANKING,
        first_seen=DAY,
        mentions=3,
        stories=2,
        sources=1,
        cluster=None,
        reasons=(
            Feature(name="new", value=1.0, weight=0.7, contribution=0.7, detail=Message("nouveau")),
        ),
        evidence=(
            Evidence(
                document_url="https://gazette.example/1",
                source="La Gazette",
                date=DAY,
                quote="Voici Les Braises.",
                surface="Les Braises",
            ),
        ),
    )


def write(schema: str, full: Store, target: Path) -> None:
    """Write the database of a schema, with what a full one of today holds."""
    with tempfile.TemporaryDirectory() as name:
        then = stores.located("sqlite:///then.db", Path(name))
        engine, config = create_engine(then), schemas.migrations()
        with engine.begin() as c:
            config.attributes["connection"] = c
            command.upgrade(config, schema)
        old, new = MetaData(), MetaData()
        new.reflect(full.engine)
        old.reflect(engine)
        with full.reading() as here, engine.begin() as there:
            for table in old.sorted_tables:
                # Others keep themselves: the schema's number, and the index of texts by triggers.
                if table.name not in tables.metadata.tables:
                    continue
                shared = [c.name for c in table.columns if c.name in new.tables[table.name].c]
                rows = here.execute(select(*(new.tables[table.name].c[n] for n in shared)))
                values = [row._asdict() for row in rows]
                if values:
                    there.execute(table.delete())
                    there.execute(table.insert(), values)
        engine.dispose()
        with closing(sqlite3.connect(Path(name) / "then.db")) as c:
            target.write_text("\n".join(dumped(c)) + "\n", encoding="utf-8")


def dumped(c: sqlite3.Connection) -> list[str]:
    """Return a database as statements; the index of texts as its migration makes and fills it.

    SQLite dumps virtual tables in a way that only another connection can go on from.
    """
    every = list(c.iterdump())
    plain = [one for one in every if not any(word in one for word in INDEXING)]
    if len(plain) == len(every):
        return plain
    return plain + [f"{one.strip()};" for one in INDEX.read_text("utf-8").split("\n\n")]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        today = open_store("sqlite:///today.db", Path(place))
        fill(today)
        for wanted in sys.argv[1:]:
            write(wanted, today, FOLDER / f"{wanted}.sql")
        today.close()
