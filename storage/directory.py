"""The directory: actors found by name, whatever accents and slips; filtered, sorted, paged.

A search starts from the words of names. Each word asked for stands for itself, for words that
begin with it, and for those that a slip or two turn into it; names that hold one of each are
ranked by how near they are to what was asked.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from sqlalchemy import (
    Connection,
    Select,
    Text,
    case,
    exists,
    func,
    intersect,
    or_,
    select,
    type_coerce,
)

from storage import edits, tables
from storage.folding import fold
from storage.statements import chunks
from vigie.records import ActorKind, Field, Verdict, shown_kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement

    from storage.edits import Revision

_actors, _aliases, _words = tables.actors.c, tables.aliases.c, tables.name_words.c
_totals, _judgements, _edits = tables.totals.c, tables.judgements.c, tables.edits.c

MOST_NAMES = 2000
"""Names that a search looks at together."""
MOST_WORDS = 120
"""Words that one word asked for may stand for."""
NEAR = 75
"""Of 100: how near a name must be to what was asked."""

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


@dataclass(frozen=True)
class Vocabulary:
    """Every word of every name, in the order of their code points."""

    words: tuple[str, ...]

    @cached_property
    def by_length(self) -> Mapping[int, tuple[str, ...]]:
        """Return the words of each length: a slip or two changes it by no more than that."""
        found: dict[int, list[str]] = defaultdict(list)
        for word in self.words:
            found[len(word)].append(word)
        return {length: tuple(some) for length, some in found.items()}

    def begun(self, start: str) -> tuple[str, ...]:
        """Return the words that begin with another."""
        end = bisect_right(self.words, start + chr(0x10FFFF))
        return self.words[bisect_left(self.words, start) : end]

    def near(self, word: str, slips: int) -> list[str]:
        """Return the words that so many slips at most make of another, the nearest first."""
        lengths = range(len(word) - slips, len(word) + slips + 1)
        some = [one for length in lengths for one in self.by_length.get(length, ())]
        found = process.extract(
            word, some, scorer=OSA.distance, score_cutoff=slips, limit=MOST_WORDS
        )
        return [one for one, _, _ in found]


def vocabulary(c: Connection) -> Vocabulary:
    """Return every word of every name: what `search` compares slips with."""
    return Vocabulary(tuple(sorted(c.execute(select(_words.word).distinct()).scalars())))


VOCABULARY_OF = ("name_words",)
"""The tables that it is read from."""


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
        words: `vocabulary`.
        limit: lines on a page.
        offset: lines before it.
        total: `count`, where it is known already; of a text it is always counted.
    """
    if fold(asked.text):
        query = _filtered(asked)
        ranked = named(c, asked.text, words)
        fitting: set[str] = set()
        for some in chunks(ranked):
            fitting |= set(c.execute(query.where(_actors.id.in_(some))).scalars())
        ids = [root for root in ranked if root in fitting]
        return Found(lines=lines(c, ids[offset : offset + limit]), total=len(ids))
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


def ids(c: Connection, verdicts: frozenset[Verdict]) -> list[str]:
    """Return the actors on which one of some verdicts stands (none asked: all), by id."""
    query = _filtered(Search(verdicts=verdicts)).order_by(_actors.id)
    return list(c.execute(query).scalars())


def by_commune(c: Connection, asked: Search, words: Vocabulary) -> dict[str, int]:
    """Return how many of the actors found are in each commune (INSEE code; empty: in none)."""
    query = _filtered(asked)
    if fold(asked.text):
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


def named(c: Connection, text: str, words: Vocabulary, limit: int = 200) -> list[str]:
    """Return the ids of actors one of whose names is near a text, the nearest first."""
    folded = fold(text)[:200]
    meant = [_meant(word, words) for word in folded.split()[:8]]
    if not meant:
        return []
    keys = _holding(c, meant) or _holding(c, [some for some in meant if some][:1])
    scores: dict[str, float] = {}
    for some in chunks(keys):
        query = (
            select(_actors.root_id, _aliases.folded)
            .join(tables.aliases, _aliases.actor_id == _actors.id)
            .where(_aliases.key.in_(some))
        )
        for root, name in c.execute(query):
            near = fuzz.token_set_ratio(folded, name)
            if near < 100:
                near = max(near, fuzz.partial_ratio(folded, name, score_cutoff=near))
            near = near - abs(len(name) - len(folded)) / 100
            scores[root] = max(near, scores.get(root, 0.0))
    near_enough = [root for root in scores if scores[root] >= NEAR - 10]
    return sorted(near_enough, key=lambda root: (-scores[root], root))[:limit]


def _meant(word: str, words: Vocabulary) -> list[str]:
    """Return the words of names that a word asked for may stand for."""
    begun = words.begun(word) if len(word) > 1 else ()
    slips = 0 if len(word) < 4 else 1 if len(word) < 7 else 2
    near = words.near(word, slips) if slips else []
    plain = sorted(begun, key=len)[:MOST_WORDS]
    return list(dict.fromkeys([word, *near, *plain]))[: 2 * MOST_WORDS]


def _holding(c: Connection, meant: Sequence[Sequence[str]]) -> list[str]:
    """Return the keys of names that hold a word of each list."""
    each = [select(_words.key).where(_words.word.in_(some)) for some in meant]
    if not each:
        return []
    both = intersect(*each).subquery() if len(each) > 1 else each[0].distinct().subquery()
    return list(c.execute(select(both.c.key).limit(MOST_NAMES)).scalars())


def lines(c: Connection, ids: Sequence[str]) -> tuple[Line, ...]:
    """Return the lines of some unmerged actors, in the order given."""
    written = edits.standing(c, ids)
    found: dict[str, Line] = {}
    for some in chunks(ids):
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
        query = (
            select(tables.actors, sums, verdicts.c.verdict)
            .outerjoin(sums, sums.c.root_id == _actors.id)
            .outerjoin(verdicts, verdicts.c.actor_id == _actors.id)
            .where(_actors.id.in_(some))
        )
        for row in c.execute(query):
            found[row.id] = _line(row, written.get(row.id, {}))
    return tuple(found[one] for one in ids if one in found)


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
        verdicts = _verdicts()
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


def _verdicts(ids: Sequence[str] | None = None) -> Any:  # noqa: ANN401 - a part of a query
    """Select the last verdict that stands of each actor, or of some."""
    withdrawn = select(tables.withdrawals.c.judgement_id)
    newest = (
        select(func.max(_judgements.id))
        .where(_judgements.id.not_in(withdrawn))
        .group_by(_judgements.actor_id)
    )
    if ids is not None:
        newest = newest.where(_judgements.actor_id.in_(ids))
    return (
        select(_judgements.actor_id, _judgements.verdict)
        .where(_judgements.id.in_(newest))
        .subquery("verdicts")
    )
