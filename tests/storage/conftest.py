"""A store on each database: SQLite always, PostgreSQL when `VIGIE_TEST_POSTGRES` gives a URL."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from storage import Connection, Store, annotations, documents, open_store
from vigie.records import (
    ActorKind,
    Alias,
    Annotation,
    Document,
    Judgement,
    Label,
    Link,
    Mention,
    NewActor,
    Resolution,
    Verdict,
    iso_week,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POSTGRES = os.environ.get("VIGIE_TEST_POSTGRES", "")
if os.environ.get("CI") and not POSTGRES:
    raise pytest.UsageError("VIGIE_TEST_POSTGRES is not set: in CI both databases are tested")


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file brought to the newest schema once, for the tests to copy."""
    folder = tmp_path_factory.mktemp("fresh")
    open_store("sqlite:///vigie.db", folder).close()
    return folder / "vigie.db"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine | None]:
    """The PostgreSQL server, with a database brought to the newest schema once."""
    if not POSTGRES:
        yield None
        return
    engine = create_engine(
        make_url(POSTGRES).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with database(engine) as url:
        open_store(url, tmp_path_factory.mktemp("server")).close()
        engine.dispose()
        yield engine.execution_options(fresh=make_url(url).database)
    engine.dispose()


@contextmanager
def database(server: Engine, template: str = "template1") -> Iterator[str]:
    """Make a database, and drop it in the end."""
    name = f"vigie_{uuid4().hex}"
    with server.connect() as c:
        c.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield server.url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as c:
        c.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRES else [])])
def url(
    request: pytest.FixtureRequest, tmp_path: Path, fresh: Path, server: Engine | None
) -> Iterator[str]:
    if request.param == "sqlite" or server is None:
        (tmp_path / "data").mkdir()
        shutil.copy(fresh, tmp_path / "data" / "vigie.db")
        yield "sqlite:///data/vigie.db"
        return
    with database(server, server.get_execution_options()["fresh"]) as made:
        yield made


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(url, tmp_path, patience=0.5)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path, fresh: Path) -> Iterator[Store]:
    """A store for what only SQLite can be made to show."""
    shutil.copy(fresh, tmp_path / "only.db")
    opened = open_store("sqlite:///only.db", tmp_path, patience=0.5)
    yield opened
    opened.close()


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def id_of(name: str) -> str:
    return "a-" + name.casefold().replace(" ", "-")


@dataclass
class Press:
    """Writes documents in which actors are named, as the crawlers and nlp would."""

    version: str = "1"
    made: list[Document] = field(default_factory=list)

    def document(
        self,
        number: int,
        day: date,
        *,
        text: str = "Un texte.",
        title: str = "Un titre",
        source: str = "gazette",
        fetched: date | None = None,
        published: bool = True,
        **more: object,
    ) -> Document:
        made = Document(
            id=f"{number:016x}",
            source_id=source,
            url=f"https://{source}.example/{number}",
            title=title,
            text=text,
            published_at=at(day) if published else None,
            fetched_at=at(fetched or day, 14),
            **more,
        )
        self.made.append(made)
        return made

    def annotation(self, document: Document, *names: str, **more: object) -> Annotation:
        body = f"{document.title}\n\n{document.text}"
        return Annotation(
            document_id=document.id,
            version=self.version,
            language="fr",
            mentions=tuple(
                Mention(
                    document_id=document.id,
                    surface=name,
                    label=Label.ACTOR,
                    start=max(body.find(name), index),
                    end=max(body.find(name), index) + len(name),
                    sentence=f"Voici {name}.",
                    confidence=0.9,
                    rule="test",
                    kind=ActorKind.ASSOCIATION,
                    commune="67482",
                )
                for index, name in enumerate(names)
            ),
            **{"communes": ("67482", "67218"), **more},
        )

    def publish(
        self, c: Connection, number: int, day: date, *names: str, **more: object
    ) -> Document:
        """Store a document in which actors are named, and its annotation."""
        document = self.document(number, day, text=f"Avec {', '.join(names)}.", **more)
        documents.save(c, [document])
        found = self.annotation(document, *names)
        annotations.save(c, [found], self.resolution(found))
        return document

    def judgement(self, name: str, verdict: Verdict, day: date, **more: object) -> Judgement:
        return Judgement(
            **{
                "actor_id": id_of(name),
                "verdict": verdict,
                "who": "Awa",
                "at": at(day),
                "week": iso_week(day),
                **more,
            }
        )

    def id_of(self, name: str) -> str:
        return id_of(name)

    def resolution(self, *annotations: Annotation) -> Resolution:
        mentions = [m for annotation in annotations for m in annotation.mentions]
        surfaces = sorted({m.surface for m in mentions})
        return Resolution(
            links=tuple(
                Link(document_id=m.document_id, start=m.start, end=m.end, actor_id=id_of(m.surface))
                for m in mentions
            ),
            actors=tuple(
                NewActor(id=id_of(s), name=s, kind=ActorKind.ASSOCIATION) for s in surfaces
            ),
            aliases=tuple(
                Alias(key=s.casefold(), surface=s, actor_id=id_of(s), blocks=("w" + s.split()[0],))
                for s in surfaces
            ),
        )


@pytest.fixture
def press() -> Press:
    return Press()
