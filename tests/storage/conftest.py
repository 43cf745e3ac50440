"""A store on each database: SQLite always, PostgreSQL when `VIGIE_TEST_POSTGRES` gives a URL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from storage import Store, open_store
from vigie.records import (
    ActorKind,
    Alias,
    Annotation,
    Document,
    Label,
    Link,
    Mention,
    NewActor,
    Resolution,
)

POSTGRES = os.environ.get("VIGIE_TEST_POSTGRES", "")


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRES else [])])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield "sqlite:///data/vigie.db"
        return
    name = f"vigie_{uuid4().hex}"
    server = make_url(POSTGRES).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as c:
        c.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as c:
        c.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(url, tmp_path, patience=0.5)
    yield opened
    opened.close()


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), UTC)


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


def id_of(name: str) -> str:
    return "a-" + name.casefold().replace(" ", "-")


@pytest.fixture
def press() -> Press:
    return Press()
