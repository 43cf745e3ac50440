"""`actors list --questions`: which pairs may be one actor, with what registers say of both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from vigie.language import decimal, render, say, terminal_language
from vigie.terminal import tell

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from vigie.records import Registration


def print_questions(c: Connection, limit: int, *, as_json: bool) -> None:
    """Print the open questions, as lines or as JSON."""
    from storage import actors as stored
    from storage import registrations, suggestions

    asked = suggestions.standing(c, limit)
    roots = stored.surviving(c, {i for s in asked for i in (s.actor_id, s.other_id)})
    known = stored.load(c, roots.values())
    listed = registrations.of_actors(c, known)
    language = terminal_language()
    told = [
        (known[roots[s.actor_id]], known[roots[s.other_id]], s.score, render(s.reason, language))
        for s in asked
        if roots[s.actor_id] in known and roots[s.other_id] in known
    ]
    if as_json:
        rows = [
            {
                "actor_id": a.id,
                "name": a.name,
                "other_id": b.id,
                "other": b.name,
                "score": n,
                "why": w,
                "registered": [_plain(r) for i in (a.id, b.id) for r in listed.get(i, ())],
            }
            for a, b, n, w in told
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one, other, score, why in told:
        click.echo(
            say(
                "« {one} » et « {other} » : le même acteur ? ({score}) {why}",
                one=one.name,
                other=other.name,
                score=decimal(score),
                why=why,
            )
        )
        for entry in (*listed.get(one.id, ()), *listed.get(other.id, ())):
            click.echo(f"   {registered(entry)}")
    if told:
        tell(
            say("Pour répondre : vigie actors merge, ou vigie actors distinct, avec les deux noms.")
        )
    else:
        tell(say("Aucune question en attente."))


def registered(entry: Registration) -> str:
    """Return what a register says of an actor, in a line."""
    from vigie import gazetteer

    place = gazetteer.communes().get(entry.commune or "")
    parts = (
        say("Au registre : {name}", name=entry.name),
        say("déclaré le {day}", day=f"{entry.declared:%d/%m/%Y}") if entry.declared else "",
        place.name if place else "",
        say("objet : {purpose}", purpose=entry.purpose[:200]) if entry.purpose else "",
        "" if entry.number.startswith("-") else entry.number,
    )
    return ", ".join(part for part in parts if part)


def _plain(entry: Registration) -> dict[str, object]:
    return {
        "actor_id": entry.actor_id,
        "source": entry.source_id,
        "number": "" if entry.number.startswith("-") else entry.number,
        "name": entry.name,
        "commune": entry.commune,
        "declared": entry.declared.isoformat() if entry.declared else None,
        "purpose": entry.purpose,
    }
