"""What is exchanged with others: actors as sheets, what ties them; and what was imported so.

Everything is read in small parts: an export takes no more memory for a hundred thousand actors
than for a hundred.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select, update

from storage import actors, directory, relations, sources, tables, told
from storage.plain import from_event, to_event
from storage.statements import chunks, insert_missing, one_of
from vigie.exchange.plain import is_web, one_line
from vigie.records import (
    ActorSheet,
    Citation,
    Edge,
    EventDetails,
    Field,
    RelationKind,
    Side,
    Stage,
    Verdict,
    Visibility,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from storage.directory import Line
    from storage.told import Telling
    from vigie.records import Actor

_citations, _ties = tables.citations.c, tables.imported_ties.c
_actors = tables.actors.c

CITED = 5
"""Citations of an actor, the newest ones."""
AT_ONCE = 200
"""Actors read together."""
MOST_EVENTS = 100_000
LABS_OWN = frozenset({Verdict.KEEP, Verdict.WATCH})


def shown(
    c: Connection,
    audience: Visibility,
    usual: Visibility,
    verdicts: frozenset[Verdict] = LABS_OWN,
) -> tuple[list[str], int]:
    """Return the actors that an audience may be shown, by id, and how many others there are.

    `usual` is the visibility of those of which nobody has said it.
    """
    found: list[str] = []
    held_back = 0
    for some in chunks(directory.ids(c, verdicts), AT_ONCE):
        for line in directory.lines(c, some):
            if visibility(line, usual).shown_to(audience):
                found.append(line.actor_id)
            else:
                held_back += 1
    return found, held_back


def by_name(c: Connection, ids: Sequence[str]) -> list[str]:
    """Return actors in the order of the names that they are shown by."""
    named = [
        (line.name.casefold(), line.actor_id)
        for some in chunks(ids, AT_ONCE)
        for line in directory.lines(c, some)
    ]
    return [actor_id for _, actor_id in sorted(named)]


def visibility(line: Line, usual: Visibility) -> Visibility:
    """Return who may be shown an actor."""
    said = line.written.get(Field.VISIBILITY)
    return Visibility(said.edit.value[0]) if said and said.edit.value else usual


def sheets(
    c: Connection, ids: Sequence[str], audience: Visibility, usual: Visibility, day: date
) -> Iterator[ActorSheet]:
    """Yield actors as sheets, in the order given, with what an audience may be told.

    The lab's own view of them (verdict, relationship, how to reach them) goes to the lab and to
    partners without the verdict; quoted sentences, which may name a person, to the lab alone, and
    so does whatever a source inside the administration says.
    `day` is the first of the events to come.
    """
    hidden = frozenset[str]() if audience is Visibility.LAB else sources.internal(c)
    events = _coming(c, ids, day, hidden)
    for some in chunks(ids, AT_ONCE):
        loaded, imported = actors.load(c, some), _imported(c, some)
        for line in directory.lines(c, some):
            told_here = _told(c, line.actor_id, hidden)
            cited = _newest([*told_here, *imported.get(line.actor_id, ())], day)
            whole = _sheet(line, loaded.get(line.actor_id), usual)
            yield _as_shown(whole, cited, events.get(line.actor_id, ()), audience)


def _sheet(line: Line, actor: Actor | None, usual: Visibility) -> ActorSheet:
    def said(field: Field) -> tuple[str, ...]:
        return line.written[field].edit.value if field in line.written else ()

    surfaces = (actor.name, *actor.aliases) if actor else ()
    names = {one_line(name, "name") for name in surfaces}
    name = one_line(line.name, "name")
    stage, active, side = said(Field.STAGE), said(Field.ACTIVE), said(Field.SIDE)
    return ActorSheet(
        id=line.actor_id,
        name=name,
        aliases=tuple(sorted(names - {name, ""})),
        kinds=line.kinds,
        description=_lines(said(Field.DESCRIPTION)),
        communes=line.communes,
        themes=said(Field.THEMES),
        links=said(Field.LINKS),
        contact=_lines(said(Field.CONTACT)),
        stage=Stage(stage[0]) if stage else None,
        active=active[0] == "yes" if active else None,
        verdict=line.verdict,
        visibility=visibility(line, usual),
        side=Side(side[0]) if side else None,
        function=" ".join(said(Field.FUNCTION)),
        first_seen=line.first_day,
    )


def _lines(value: Sequence[str]) -> str:
    return "\n".join(value).replace("\r\n", "\n").strip()


def _as_shown(
    whole: ActorSheet,
    cited: Sequence[Citation],
    events: Sequence[Citation],
    audience: Visibility,
) -> ActorSheet:
    lab, public = audience is Visibility.LAB, audience is Visibility.PUBLIC
    return replace(
        whole,
        contact="" if public else whole.contact,
        stage=None if public else whole.stage,
        active=None if public else whole.active,
        side=None if public else whole.side,
        function="" if public else whole.function,
        verdict=whole.verdict if lab else None,
        citations=tuple(one if lab else replace(one, quote="") for one in cited),
        events=tuple(one if lab else replace(one, quote="") for one in events),
    )


# --- where they are cited ------------------------------------------------------------------


def _told(c: Connection, root: str, hidden: Collection[str]) -> list[Citation]:
    found = told.by_documents(c, root, 3 * CITED)
    return [citation(one) for one in found if one.source_id not in hidden]


def _newest(cited: Iterable[Citation], day: date) -> tuple[Citation, ...]:
    """Return the newest citations, without what is announced and to come: those are events."""
    first: dict[str, Citation] = {}
    for one in cited:
        if is_web(one.url) and not _is_to_come(one, day):
            first.setdefault(one.url, one)
    ranked = sorted(first.values(), key=lambda one: (-one.day.toordinal(), one.url))
    return tuple(ranked[:CITED])


def _coming(
    c: Connection, ids: Sequence[str], day: date, hidden: Collection[str]
) -> dict[str, tuple[Citation, ...]]:
    found: dict[str, dict[str, Citation]] = defaultdict(dict)
    wanted = set(ids)
    coming = told.coming(c, ids, day, MOST_EVENTS)
    announced = [(i, citation(one)) for i, one in coming if one.source_id not in hidden]
    query = (
        select(tables.citations, _actors.root_id)
        .join(tables.actors, _actors.id == _citations.actor_id)
        .where(_citations.event_day >= day)
    )
    announced += [(row.root_id, _stored(row)) for row in c.execute(query)]
    for actor_id, one in announced:
        if actor_id in wanted and is_web(one.url) and _is_to_come(one, day):
            found[actor_id].setdefault(one.url, one)
    return {
        actor_id: tuple(sorted(some.values(), key=lambda one: (_start(one), one.url)))
        for actor_id, some in found.items()
    }


def citation(one: Telling) -> Citation:
    """Return a telling as it is cited; who organises an event may be a person, and is left out."""
    event = one.event
    return Citation(
        url=one.url,
        source=one_line(one.source, "source"),
        day=one.day,
        title=one_line(one.title, "title"),
        quote=one_line(one.sentence, "quote"),
        event=EventDetails(
            start=event.start,
            end=event.end,
            venue=one_line(event.venue or "", "venue") or None,
            commune=one_line(event.commune or "", "commune") or None,
        )
        if event and event.start and not one.withdrawn
        else None,
    )


def _imported(c: Connection, roots: Sequence[str]) -> Mapping[str, list[Citation]]:
    found: dict[str, list[Citation]] = defaultdict(list)
    for row in c.execute(_cited(), {"roots": list(roots)}):
        found[row.root_id].append(_stored(row))
    return found


@cache
def _cited() -> Select[Any]:
    return (
        select(tables.citations, _actors.root_id)
        .join(tables.actors, _actors.id == _citations.actor_id)
        .where(_actors.root_id.in_(one_of("roots")))
        .order_by(_citations.actor_id, _citations.url)
    )


def imported_citations(c: Connection, root: str, limit: int = 20) -> list[Citation]:
    """Return where an actor is written of as an import says, the newest first."""
    found = _imported(c, [root]).get(root, [])
    return sorted(found, key=lambda one: (-one.day.toordinal(), one.url))[:limit]


def _stored(row: object) -> Citation:
    plain = row._mapping  # type: ignore[attr-defined]  # noqa: SLF001 - a row of a query
    return Citation(
        url=plain["url"],
        source=plain["source"],
        day=plain["day"],
        title=plain["title"],
        quote=plain["quote"],
        event=to_event(plain["event"]),
    )


def _is_to_come(one: Citation, day: date) -> bool:
    return bool(one.event and one.event.start and one.event.start.date() >= day)


def _start(one: Citation) -> str:
    return one.event.start.isoformat() if one.event and one.event.start else ""


# --- what ties them --------------------------------------------------------------------------


def edges(c: Connection, ids: Sequence[str], day: date) -> Iterator[Edge]:
    """Yield what ties some actors among themselves, as known on a day, each tie once."""
    wanted = set(ids)
    for some in chunks(sorted(wanted), AT_ONCE):
        here = set(some)
        told_of: dict[tuple[str, str, RelationKind], dict[str, date]] = defaultdict(dict)
        last: dict[tuple[str, str, RelationKind], date] = {}
        for tie in relations.ties(c, some, day):
            one, other = tie.actor_id, tie.other_id
            if not tie.kind.directed:
                one, other = sorted((one, other))
            if one in here and other in wanted:
                key = one, other, tie.kind
                days = told_of[key]
                days[tie.story_id] = min(tie.day, days.get(tie.story_id, tie.day))
                last[key] = max(tie.day, last.get(key, tie.day))
        found = {
            key: Edge(
                actor_id=key[0],
                other_id=key[1],
                kind=key[2],
                stories=len(days),
                first_day=min(days.values()),
                last_day=last[key],
            )
            for key, days in told_of.items()
        }
        for edge in _imported_edges(c, some):
            if edge.other_id in wanted:
                found.setdefault((edge.actor_id, edge.other_id, edge.kind), edge)
        for key in sorted(found):
            yield found[key]


def _imported_edges(c: Connection, ids: Sequence[str]) -> list[Edge]:
    query = select(tables.imported_ties).where(_ties.actor_id.in_(ids))
    return [
        Edge(
            actor_id=row.actor_id,
            other_id=row.other_id,
            kind=RelationKind(row.kind),
            stories=row.stories,
            first_day=row.first_day,
            last_day=row.last_day,
        )
        for row in c.execute(query)
    ]


# --- what is imported ------------------------------------------------------------------------


def told_at(c: Connection, root: str, urls: Iterable[str]) -> set[str]:
    """Return those of some addresses at which a document of ours, or an import, cites an actor."""
    documents, mentions = tables.documents.c, tables.mentions.c
    found: set[str] = set()
    for some in chunks(sorted(set(urls))):
        query = (
            select(documents.url)
            .join(tables.mentions, mentions.document_id == documents.id)
            .join(tables.actors, _actors.id == mentions.actor_id)
            .where(_actors.root_id == root)
            .where(documents.url.in_(some))
        )
        stored = select(_citations.url).where(_citations.actor_id == root)
        found |= set(c.execute(query).scalars())
        found |= set(c.execute(stored.where(_citations.url.in_(some))).scalars())
    return found


def keep_citations(c: Connection, actor_id: str, cited: Iterable[Citation]) -> None:
    """Keep where an imported actor is written of; what is there stays."""
    rows = [
        {
            "actor_id": actor_id,
            "url": one.url,
            "source": one.source,
            "day": one.day,
            "title": one.title,
            "quote": one.quote,
            "event": from_event(one.event),
            "event_day": one.event.start.date() if one.event and one.event.start else None,
        }
        for one in cited
    ]
    insert_missing(c, tables.citations, rows)


def drop_quotes(c: Connection, before: date) -> None:
    """Let go of the sentences of older imported citations: they may name persons."""
    c.execute(
        update(tables.citations)
        .where(_citations.day < before, _citations.quote != "")
        .values(quote="")
    )


def keep_ties(c: Connection, edges: Iterable[Edge]) -> None:
    """Keep what ties imported actors; what is there stays."""
    rows = [
        {
            "actor_id": one.actor_id,
            "other_id": one.other_id,
            "kind": one.kind,
            "stories": one.stories,
            "first_day": one.first_day,
            "last_day": one.last_day,
        }
        for one in edges
    ]
    insert_missing(c, tables.imported_ties, rows)
