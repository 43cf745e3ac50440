"""The directory: actors found by name (`storage.naming`), filtered, sorted, paged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Connection,
    Select,
    Text,
    case,
    exists,
    func,
    or_,
    select,
    type_coerce,
)

from storage import edits, tables
from storage.folding import fold
from storage.naming import named
from storage.statements import chunks, one_of, pairs
from vigie.records import ActorKind, Field, Verdict, shown_kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import BindParameter, ColumnElement

    from storage.edits import Revision
    from storage.naming import Vocabulary

_actors = tables.actors.c
_totals, _judgements, _edits = tables.totals.c, tables.judgements.c, tables.edits.c

SORTS = ("name", "new", "last", "mentions")
"""By name; the newest, the last seen, the most often named first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is asked of the directory; what is empty asks nothing."""

    text: str = ""
    kind: ActorKind | None = None
    commune: str = ""
    """INSEE code."""
    verdicts: frozenset[Verdict] = frozenset()
    watch: str = ""
    """Whose verdicts they are; empty: those by which the directory knows them."""
    theme: str = ""
    stage: str = ""
    assignee: str = ""
    sort: str = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One actor of the directory."""

    actor_id: str
    name: str
    kinds: tuple[ActorKind, ...]
    communes: tuple[str, ...]
    """INSEE codes."""
    mentions: int
    first_day: date | None
    last_day: date | None
    verdict: Verdict | None
    written: dict[Field, Revision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of what a search finds."""

    lines: tuple[Line, ...]
    total: int


def search(
    c: Connection,
    asked: Search,
    words: Vocabulary,
    *,
    limit: int = 50,
    offset: int = 0,
    total: int | None = None,
) -> Found:
    """Return the actors that a search finds; by nearness when a text was asked for.

    Args:
        c: a reading connection.
        asked: what is asked.
        words: `naming.vocabulary`.
        limit: lines on a page.
        offset: lines before it.
        total: `count`, where it is known already; of a text it is always counted.
    """
    if fold(asked.text):
        ids = named(c, asked.text, words)
        if replace(asked, text="", sort="") != Search(sort=""):
            query, fitting = _filtered(asked), set[str]()
            for some in chunks(ids):
                fitting |= set(c.execute(query.where(_actors.id.in_(some))).scalars())
            ids = [root for root in ids if root in fitting]
        return Found(lines=lines(c, ids[offset : offset + limit]), total=len(ids))
    if asked.text.strip():
        # Nothing but signs, of which no name is made.
        return Found(lines=(), total=0)
    found = lines(c, _page(c, asked, limit, offset))
    return Found(lines=found, total=count(c, asked) if total is None else total)


def count(c: Connection, asked: Search) -> int:
    """Return how many actors a search without a text finds."""
    return int(
        c.execute(select(func.count()).select_from(_filtered(asked).subquery())).scalar_one()
    )


def counted_from(asked: Search) -> tuple[str, ...]:
    """Return the tables that the count of a search is read from."""
    judged = ("judgements", "withdrawals") if asked.verdicts else ()
    return ("actors", "edits", *judged)


def _page(c: Connection, asked: Search, limit: int, offset: int) -> list[str]:
    """Return the ids of a page in their order, read from an index wherever they may be many."""
    query = _filtered(asked)
    if asked.sort == "name":
        query = query.order_by(_actors.folded, _actors.id)
        return list(c.execute(query.limit(limit).offset(offset)).scalars())
    column = {"new": _totals.first_day, "mentions": _totals.mentions}.get(
        asked.sort, _totals.last_day
    )
    if asked.verdicts or asked.theme or asked.stage or asked.assignee:
        few = query.outerjoin(tables.totals, _totals.actor_id == _actors.id)
        few = few.order_by(case((column.is_(None), 1), else_=0), column.desc(), _actors.id)
        return list(c.execute(few.limit(limit).offset(offset)).scalars())
    named = query.join(tables.totals, _totals.actor_id == _actors.id)
    ordered = named.order_by(column.desc(), _actors.id).limit(limit).offset(offset)
    ids = list(c.execute(ordered).scalars())
    if len(ids) < limit:
        # Those that only a directory names come last.
        every = select(func.count()).select_from(named.subquery())
        before = offset + len(ids) if ids or not offset else int(c.execute(every).scalar_one())
        unnamed = query.where(~exists().where(_totals.actor_id == _actors.id)).order_by(_actors.id)
        rest = unnamed.limit(limit - len(ids)).offset(max(offset - before, 0))
        ids += c.execute(rest).scalars()
    return ids


def ids(c: Connection, verdicts: frozenset[Verdict], watch: str = "") -> list[str]:
    """Return the actors on which one of some verdicts stands (none asked: all), by id.

    Of a watch, those on which it gave it itself.
    """
    query = _filtered(Search(verdicts=verdicts, watch=watch)).order_by(_actors.id)
    return list(c.execute(query).scalars())


def by_commune(c: Connection, asked: Search, words: Vocabulary) -> dict[str, int]:
    """Return how many of the actors found are in each commune (INSEE code; empty: in none)."""
    query = _filtered(asked)
    if asked.text.strip():
        query = query.where(_actors.id.in_(named(c, asked.text, words)))
    found = query.subquery()
    machine = (
        select(_actors.commune, func.count())
        .where(_actors.id.in_(select(found.c.id)))
        .where(_actors.id.not_in(_holders(Field.COMMUNES)))
        .group_by(_actors.commune)
    )
    counts = {code or "": n for code, n in c.execute(machine)}
    written = (
        select(_edits.value)
        .where(_edits.id.in_(_newest(Field.COMMUNES)))
        .where(_edits.actor_id.in_(select(found.c.id)))
    )
    for value in c.execute(written).scalars():
        for code in value or ("",):
            counts[code] = counts.get(code, 0) + 1
    return counts


def names(c: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return the names of some unmerged actors, in the order given: written, else found."""
    written = edits.standing(c, ids, Field.NAME)
    found: dict[str, str] = {}
    for some in chunks(ids):
        found |= pairs(c, _names(), {"ids": some})
    said = {i: next(iter(one[Field.NAME].edit.value), "") for i, one in written.items()}
    return {i: said.get(i) or found[i] for i in ids if i in found}


def lines(c: Connection, ids: Sequence[str]) -> tuple[Line, ...]:
    """Return the lines of some unmerged actors, in the order given."""
    written = edits.standing(c, ids)
    found: dict[str, Line] = {}
    for some in chunks(ids):
        for row in c.execute(_lines(), {"ids": some}).all():
            found[row.id] = _line(row, written.get(row.id, {}))
    return tuple(found[one] for one in ids if one in found)


@cache
def _names() -> Select[tuple[str, str]]:
    return select(_actors.id, _actors.name).where(_actors.id.in_(one_of("ids")))


@cache
def _lines() -> Select[Any]:
    some = one_of("ids")
    verdicts = _verdicts(some)
    sums = (
        select(
            _actors.root_id,
            func.sum(_totals.mentions).label("mentions"),
            func.min(_totals.first_day).label("first_day"),
            func.max(_totals.last_day).label("last_day"),
        )
        .join(tables.totals, _totals.actor_id == _actors.id)
        .where(_actors.root_id.in_(some))
        .group_by(_actors.root_id)
        .subquery()
    )
    return (
        select(
            _actors.id,
            _actors.name,
            _actors.kind,
            _actors.commune,
            _actors.institution,
            _actors.known_since,
            sums.c.mentions,
            sums.c.first_day,
            sums.c.last_day,
            verdicts.c.verdict,
        )
        .outerjoin(sums, sums.c.root_id == _actors.id)
        .outerjoin(verdicts, verdicts.c.actor_id == _actors.id)
        .where(_actors.id.in_(some))
    )


def _line(row: Any, written: dict[Field, Revision]) -> Line:  # noqa: ANN401 - a row of that query
    def said(field: Field) -> tuple[str, ...]:
        return written[field].edit.value if field in written else ()

    days = [day for day in (row.first_day, row.known_since) if day]
    return Line(
        actor_id=row.id,
        name=next(iter(said(Field.NAME)), row.name),
        kinds=tuple(ActorKind(kind) for kind in said(Field.KINDS) or (_kind(row),)),
        communes=said(Field.COMMUNES) or ((row.commune,) if row.commune else ()),
        mentions=row.mentions or 0,
        first_day=min(days) if days else None,
        last_day=row.last_day,
        verdict=Verdict(row.verdict) if row.verdict else None,
        written=written,
    )


def _kind(row: Any) -> ActorKind:  # noqa: ANN401 - a row of `tables.actors`
    return shown_kind(ActorKind(row.kind), institution=row.institution)


def _is_of(kind: ActorKind) -> ColumnElement[bool]:
    """Return the condition that `shown_kind` gives an actor a kind."""
    unknown = _actors.kind == ActorKind.UNKNOWN
    if kind is ActorKind.UNKNOWN:
        return unknown & ~_actors.institution
    if kind is ActorKind.INSTITUTION:
        return (_actors.kind == kind) | (unknown & _actors.institution)
    return _actors.kind == kind


def _filtered(asked: Search) -> Select[Any]:
    query = select(_actors.id).where(_actors.root_id == _actors.id)
    if asked.verdicts:
        verdicts = _verdicts(watch=asked.watch)
        query = query.join(verdicts, verdicts.c.actor_id == _actors.id)
        query = query.where(verdicts.c.verdict.in_(sorted(asked.verdicts)))
    if asked.kind:
        query = query.where(_says(Field.KINDS, asked.kind, _is_of(asked.kind)))
    if asked.commune:
        query = query.where(_says(Field.COMMUNES, asked.commune, _actors.commune == asked.commune))
    for field, value in (
        (Field.THEMES, asked.theme),
        (Field.STAGE, asked.stage),
        (Field.ASSIGNEE, asked.assignee),
    ):
        if value:
            query = query.where(_written(field, value))
    return query


def _says(field: Field, value: str, machine: Any) -> Any:  # noqa: ANN401 - clauses of a query
    """Tell whether a field holds a value: as people wrote it, else as the machine found it."""
    return or_(_written(field, value), machine & _actors.id.not_in(_holders(field)))


def _written(field: Field, value: str) -> Any:  # noqa: ANN401 - a clause of a query
    holding = (
        select(_edits.actor_id)
        .where(_edits.id.in_(_newest(field)))
        .where(type_coerce(_edits.value, Text).contains(f'"{value}"', autoescape=True))
    )
    return _actors.id.in_(holding)


def _newest(field: Field) -> Select[Any]:
    """Select the number of what stands in a field of each actor."""
    return (
        select(func.max(_edits.id))
        .where(_edits.field == field)
        .where(_edits.undone_at.is_(None))
        .group_by(_edits.actor_id)
    )


def _holders(field: Field) -> Select[Any]:
    """Select the actors of which people wrote in a field."""
    return select(_edits.actor_id).where(_edits.field == field, _edits.undone_at.is_(None))


def _verdicts(ids: BindParameter[Any] | None = None, watch: str = "") -> Any:  # noqa: ANN401 - a part of a query
    """Select the verdict by which each actor, or some, is known, as `judgements.settled` does.

    Of a watch, the last one that it gave itself.
    """
    withdrawn = select(tables.withdrawals.c.judgement_id)
    newest = (
        select(func.max(_judgements.id))
        .where(_judgements.id.not_in(withdrawn))
        .group_by(_judgements.actor_id, _judgements.watch)
    )
    if watch:
        newest = newest.where(_judgements.watch == watch)
    if ids is not None:
        newest = newest.where(_judgements.actor_id.in_(ids))
    kept = case((_judgements.verdict == Verdict.KEEP, _judgements.id))
    settled = (
        select(func.coalesce(func.max(kept), func.max(_judgements.id)))
        .where(_judgements.id.in_(newest))
        .group_by(_judgements.actor_id)
    )
    return (
        select(_judgements.actor_id, _judgements.verdict)
        .where(_judgements.id.in_(settled))
        .subquery("verdicts")
    )
