"""A large base, written as the program would: for the load benchmark of the pages."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, text

from storage import counts, queues, tables
from vigie import gazetteer
from vigie.records import Candidate, EnteredBy, Evidence, Feature, Message, Queue, iso_week

HEADS = ("Atelier", "Collectif", "Jardin", "Fabrique", "Amis", "Maison", "Café", "Cercle", "Studio")
TAILS = ("canal", "moulin", "quartier", "vallon", "verger", "pont", "port", "rempart", "bief")


def fill(c: Connection, actors: int, mentions: int, today: date) -> None:
    """Write actors, names, documents, mentions and ties, and a queue, as the program would."""
    draw = random.Random(7)  # noqa: S311 - what is drawn is no secret
    communes = sorted(gazetteer.territory(("200066009",)))
    c.execute(
        tables.sources.insert(),
        [
            {
                "id": f"s{n}",
                "name": f"Source {n}",
                "url": f"https://s{n}.example/",
                "kind": "feed",
                "every": 3600,
                "reach": "local",
                "tags": [],
                "full_text": False,
            }
            for n in range(40)
        ],
    )
    documents = mentions // 10
    for start in range(0, documents, 20_000):
        rows = []
        for n in range(start, min(start + 20_000, documents)):
            day = today - timedelta(days=draw.randrange(730))
            at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
            rows.append(
                {
                    "id": f"d{n}",
                    "source_id": f"s{n % 40}",
                    "url": f"https://s{n % 40}.example/{n}",
                    "title": f"Titre {n}",
                    "published_at": at,
                    "date_note": "",
                    "fetched_at": at,
                    "kind": "article",
                    "excerpt": False,
                    "known_on": day,
                    "text_known_on": day,
                    "digest": "",
                    "story_id": f"d{n - n % 3}",
                    "annotated": "1",
                    "communes": [],
                    "links": [],
                    "access": "open",
                }
            )
        c.execute(tables.documents.insert(), rows)
    for start in range(0, actors, 20_000):
        numbers = range(start, min(start + 20_000, actors))
        names = {n: f"{draw.choice(HEADS)} du {draw.choice(TAILS)} {word(n)}" for n in numbers}
        c.execute(
            tables.actors.insert(),
            [
                {
                    "id": f"a{n}",
                    "name": name,
                    "kind": draw.choice(("association", "collective", "company", "unknown")),
                    "commune": draw.choice(communes),
                    "institution": False,
                    "root_id": f"a{n}",
                    "folded": name.lower(),
                }
                for n, name in names.items()
            ],
        )
        c.execute(
            tables.aliases.insert(),
            [
                {"key": f"k{n}", "surface": name, "folded": name.lower(), "actor_id": f"a{n}"}
                for n, name in names.items()
            ],
        )
        c.execute(
            tables.name_words.insert(),
            [
                {"word": one, "key": f"k{n}"}
                for n, name in names.items()
                for one in set(name.lower().split())
            ],
        )
    for start in range(0, mentions, 50_000):
        rows = []
        for n in range(start, min(start + 50_000, mentions)):
            # A few are named very often, most a few times.
            actor = min(int(actors * draw.random() ** 2.5), actors - 1)
            rows.append(
                {
                    "document_id": f"d{n // 10}",
                    "position": n % 10,
                    "actor_id": f"a{actor}",
                    "known_on": today,
                    "surface": f"Nom {actor}",
                    "label": "ACTOR",
                    "kind": "association",
                    "begins": n % 10,
                    "ends": n % 10 + 5,
                    "confidence": 0.9,
                    "rule": "",
                    "commune": communes[actor % len(communes)],
                    "sentence": f"Voici Nom {actor} dans une phrase de longueur ordinaire.",
                }
            )
        c.execute(tables.mentions.insert(), rows)
    c.execute(
        text(
            "UPDATE mentions SET known_on = "
            "(SELECT known_on FROM documents WHERE id = mentions.document_id)"
        )
    )
    c.execute(
        tables.relations.insert(),
        [
            {
                "document_id": f"d{n}",
                "first": 0,
                "second": 1,
                "kind": "together",
                "sentence": "Les voici ensemble.",
            }
            for n in range(0, documents, 3)
        ],
    )
    counts.recount(c)
    queues.save(c, _queue(today, actors))


def word(number: int) -> str:
    """Return a word of its own for a number."""
    letters = "bcdfglmnprst"
    made = ""
    while True:
        number, rest = divmod(number, 12)
        made += letters[rest] + "aeiou"[rest % 5]
        if not number:
            return made


def candidate(actors: int, rank: int) -> str:
    """Return an actor that is named a few times, as candidates are."""
    return f"a{actors // 2 + rank * 7}"


def _queue(today: date, actors: int) -> Queue:
    detail = Message("{n} récits indépendants en huit semaines", {"n": 3})
    return Queue(
        week=iso_week(today),
        as_of=today,
        candidates=tuple(
            Candidate(
                actor_id=candidate(actors, rank),
                name=f"Candidat {rank}",
                aliases=(),
                kind="association",  # type: ignore[arg-type]
                commune="68224",
                score=0.9,
                rank=rank,
                entered_by=EnteredBy.RANKING,
                first_seen=today,
                mentions=3,
                stories=3,
                sources=2,
                cluster=None,
                reasons=(
                    Feature(name="stories", value=1, weight=1, contribution=0.4, detail=detail),
                ),
                evidence=(
                    Evidence(
                        document_url="https://s1.example/1",
                        source="Source 1",
                        date=today,
                        quote="Voici Candidat.",
                        surface="Candidat",
                    ),
                ),
            )
            for rank in range(1, 26)
        ),
    )
