"""Actors of a file taken into the directory: what is new goes in, what people wrote stays."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from nlp import gathering, resolution
from storage import actors, directory, edits, erasures, exchanges, judgements
from vigie.exchange.report import Fate, Report, Told
from vigie.records import (
    ActorKind,
    Alias,
    Edit,
    Field,
    Judgement,
    KnownActor,
    Message,
    NewActor,
    Resolution,
    Suggestion,
    Verdict,
    iso_week,
)
from vigie.words import FIELDS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from storage import Connection, Store
    from storage.directory import Line
    from vigie.exchange.plain import Row
    from vigie.records import ActorSheet, Edge
    from vigie.settings import Settings

OURS = re.compile(r"a-[0-9a-f]{16}(-[\w-]{1,20})?")
"""An id of an actor of ours; those of another program's files mean nothing here."""
SAME_NAME = Message("Un import donne aux deux acteurs un même nom.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who imports, and when."""

    who: str
    at: datetime
    settings: Settings


def import_actors(
    store: Store, rows: Iterable[Row], hand: Hand, *, dry_run: bool = False
) -> Report:
    """Take the rows of a file into the directory, all of those that can be, or with `dry_run` none.

    An actor is known by its id or by one of its names, unless the two are in other communes. What
    it has here stays, whatever the file says; what it lacks is taken from the file.
    """
    report = Report()
    with store.writing() as c:
        before = c.begin_nested()
        ties: list[Edge] = []
        taking = _Taking(c, hand, report)
        gone = erasures.current(c)
        for row in rows:
            if row.edge:
                ties.append(row.edge)
            elif row.sheet is None or row.wrong:
                taking.refuse(row, row.wrong or Message("ligne illisible"))
            else:
                taking.take(row, gone.within(row.sheet))
        exchanges.keep_ties(c, _joined(ties, taking.known_as))
        if dry_run:
            before.rollback()
        else:
            before.commit()
    return report


def _joined(ties: Iterable[Edge], known_as: Mapping[str, str]) -> Iterator[Edge]:
    """Yield the ties of a file between the actors that its own became."""
    for tie in ties:
        one, other = known_as.get(tie.actor_id), known_as.get(tie.other_id)
        if one and other and one != other:
            if not tie.kind.directed:
                one, other = sorted((one, other))
            yield replace(tie, actor_id=one, other_id=other)


class _Taking:
    """The rows of one file, one after the other."""

    def __init__(self, c: Connection, hand: Hand, report: Report) -> None:
        self._c, self._hand, self._report = c, hand, report
        self._made: set[str] = set()
        self.known_as: dict[str, str] = {}
        """Ids of the file → the actors that they became."""

    def refuse(self, row: Row, why: Message, name: str = "") -> None:
        """Set a row aside."""
        self._report.refused.append(row)
        self._report.note(Told(number=row.number, name=name, fate=Fate.REFUSED, why=(why,)))

    def take(self, row: Row, sheet: ActorSheet) -> None:
        """Make the actor of a row, or complete the one that is known."""
        c, hand = self._c, self._hand
        keys = keys_of(sheet)
        if not keys:
            self.refuse(row, Message("ce nom n’a pas de lettre"), sheet.name)
            return
        root = self._known(sheet, keys)
        if root is None:
            root, why = _make(c, sheet, keys, hand)
            fate = Fate.CONFLICT if why else Fate.NEW
            self._made.add(root)
        else:
            (line,) = directory.lines(c, [root])
            if there := elsewhere(line, sheet):
                self.refuse(row, there, sheet.name)
                return
            added, why = _complete(c, line, sheet, keys, hand)
            fate = Fate.CONFLICT if why else Fate.COMPLETED if added else Fate.DUPLICATE
        if sheet.id:
            self.known_as[sheet.id] = root
        told = Told(number=row.number, name=sheet.name, fate=fate, why=tuple(why))
        self._report.note(told)

    def _known(self, sheet: ActorSheet, keys: Mapping[str, str]) -> str | None:
        """Return the actor that stands for one of a file, by its id, else by its name.

        Two that the file itself tells apart by their ids are two.
        """
        ours = OURS.fullmatch(sheet.id)
        if ours and (root := actors.surviving(self._c, [sheet.id]).get(sheet.id)):
            return root
        found = actors.by_keys(self._c, [keys[sheet.name]]).get(keys[sheet.name])
        root = actors.surviving(self._c, [found]).get(found) if found else None
        return None if ours and root in self._made else root


# --- who it is -------------------------------------------------------------------------------


def keys_of(sheet: ActorSheet) -> dict[str, str]:
    """Return the key of each name of an actor, aliases first: its own name may share theirs."""
    commune = sheet.communes[0] if sheet.communes else None
    kind = next((k for k in sheet.kinds if k is not ActorKind.UNKNOWN), ActorKind.COLLECTIVE)
    found: dict[str, str] = {}
    for surface in (*sheet.aliases, sheet.name):
        entry = KnownActor(source_id="", name=surface, since=date.min, kind=kind, commune=commune)
        gathered = gathering.gather(resolution.as_annotations([entry]))
        for _, key in gathered.links[:1]:
            found[surface] = key
    return found if sheet.name in found else {}


def elsewhere(line: Line, sheet: ActorSheet) -> Message | None:
    """Say that an actor of the same name is in another commune: nobody knows if it is the same."""
    if not line.communes or not sheet.communes or set(line.communes) & set(sheet.communes):
        return None
    return Message(
        "un acteur du même nom est dans une autre commune : tranchez, puis donnez-lui la commune "
        "ou un nom qui le distingue"
    )


def _make(
    c: Connection, sheet: ActorSheet, keys: Mapping[str, str], hand: Hand
) -> tuple[str, list[Message]]:
    """Make an actor that a file lists, with what it says of it."""
    made, asked = new_actor(c, sheet, keys, SAME_NAME)
    if sheet.first_seen or not OURS.fullmatch(sheet.id):
        # What another directory lists is known from today on at the latest; an actor of ours
        # whom nobody had seen is so here, too.
        day = sheet.first_seen or hand.at.astimezone(hand.settings.zone).date()
        actors.mark_known(c, {made: day})
    _fill(c, made, sheet, hand)
    return made, [SAME_NAME] if asked else []


def new_actor(
    c: Connection, sheet: ActorSheet, keys: Mapping[str, str], why: Message
) -> tuple[str, bool]:
    """Make an actor, under the id of the sheet where that is one of ours.

    Where one of its names leads to another actor it is asked whether they are one, for a reason
    (`why`); return the actor, and whether that is asked.
    """
    made = sheet.id if OURS.fullmatch(sheet.id) else resolution.actor_id(keys[sheet.name])
    if actors.surviving(c, [made]):
        made = resolution.actor_id(f"{keys[sheet.name]} {sheet.communes}")
    kind = sheet.kinds[0] if sheet.kinds else ActorKind.UNKNOWN
    actor = NewActor(
        id=made,
        name=sheet.name,
        kind=kind,
        commune=sheet.communes[0] if sheet.communes else None,
        institution=kind is ActorKind.INSTITUTION,
    )
    leading = actors.by_keys(c, keys.values())
    names: dict[str, str] = {}
    for surface, key in keys.items():
        # A name that is another's already finds this one too, and leads no mention to it.
        free = key not in leading and key not in names
        names.setdefault(key if free else f"{key}@{made}", surface)
    others = sorted(set(actors.surviving(c, set(leading.values())).values()))
    asked = tuple(
        Suggestion(actor_id=min(made, other), other_id=max(made, other), score=0.9, reason=why)
        for other in others
    )
    actors.save(c, Resolution(actors=(actor,), aliases=_aliases(made, names), suggestions=asked))
    return made, bool(asked)


def _aliases(actor_id: str, names: Mapping[str, str]) -> tuple[Alias, ...]:
    return tuple(
        Alias(key=key, surface=surface, actor_id=actor_id, blocks=gathering.blocks(key, surface))
        for key, surface in names.items()
    )


# --- what is known of it ---------------------------------------------------------------------


def _complete(
    c: Connection, line: Line, sheet: ActorSheet, keys: Mapping[str, str], hand: Hand
) -> tuple[bool, list[Message]]:
    """Add to a known actor what it lacks; return whether anything was, and what contradicts."""
    added, wrong = _fill(c, line.actor_id, sheet, hand, line)
    leading = actors.by_keys(c, keys.values())
    if set(actors.surviving(c, set(leading.values())).values()) - {line.actor_id}:
        wrong.append(Message("un de ses noms mène déjà à un autre acteur"))
    fresh = {key: surface for surface, key in keys.items() if key not in leading}
    actors.save(c, Resolution(aliases=_aliases(line.actor_id, fresh)))
    return added or bool(fresh), wrong


def _fill(
    c: Connection,
    actor_id: str,
    sheet: ActorSheet,
    hand: Hand,
    line: Line | None = None,
) -> tuple[bool, list[Message]]:
    added, wrong = False, list[Message]()
    for name, value in _given(sheet):
        stands = _stands(line, name, hand.settings) if line else ()
        if not value or value == stands:
            continue
        if stands:
            wrong.append(_contradiction(FIELDS[name], stands, value))
            continue
        edit = Edit(actor_id=actor_id, field=name, value=value, who=hand.who, at=hand.at)
        edits.add(c, edit)
        added = True
    if sheet.verdict not in {None, Verdict.MERGE, line.verdict if line else None}:
        assert sheet.verdict  # noqa: S101 - just said
        if line and line.verdict:
            here, there = VERDICTS[line.verdict], VERDICTS[sheet.verdict]
            wrong.append(
                Message("avis : ici « {here} », là « {there} »", {"here": here, "there": there})
            )
        else:
            _judge(c, actor_id, sheet.verdict, hand)
            added = True
    cited = (*sheet.citations, *sheet.events)
    known = exchanges.told_at(c, actor_id, (one.url for one in cited))
    missing = [one for one in cited if one.url not in known]
    exchanges.keep_citations(c, actor_id, missing)
    return added or bool(missing), wrong


def _given(sheet: ActorSheet) -> Iterator[tuple[Field, tuple[str, ...]]]:
    """Yield what a file says of each field; empty where it says nothing."""
    kinds = tuple(kind.value for kind in sheet.kinds)
    yield Field.KINDS, () if kinds == (ActorKind.UNKNOWN.value,) else kinds
    yield Field.COMMUNES, sheet.communes
    yield Field.DESCRIPTION, _one_text(sheet.description)
    yield Field.THEMES, sheet.themes
    yield Field.LINKS, sheet.links
    yield Field.CONTACT, _one_text(sheet.contact)
    yield Field.STAGE, _one_text(sheet.stage or "")
    yield Field.ACTIVE, () if sheet.active is None else ("yes" if sheet.active else "no",)
    yield Field.VISIBILITY, _one_text(sheet.visibility or "")
    yield Field.SIDE, _one_text(sheet.side or "")
    yield Field.FUNCTION, _one_text(sheet.function)


def _one_text(text: str) -> tuple[str, ...]:
    return (str(text),) if text else ()


def _stands(line: Line, name: Field, settings: Settings) -> tuple[str, ...]:
    """Return what stands in a field of an actor: as people wrote it, else as it was found."""
    if name is Field.KINDS:
        return tuple(kind.value for kind in line.kinds if kind is not ActorKind.UNKNOWN)
    if name is Field.COMMUNES:
        return line.communes
    if name is Field.VISIBILITY:
        return (exchanges.visibility(line, settings.watch.visibility).value,)
    written = line.written[name].edit.value if name in line.written else ()
    return tuple(one.replace("\r\n", "\n").strip() for one in written)


def _contradiction(field: Message, here: Sequence[str], there: Sequence[str]) -> Message:
    return Message(
        "{field} : ici « {here} », là « {there} »",
        {"field": field, "here": _short(here), "there": _short(there)},
    )


def _short(value: Sequence[str]) -> str:
    words = ", ".join(value)
    return words if len(words) <= 60 else f"{words[:60]}…"


def _judge(c: Connection, actor_id: str, verdict: Verdict, hand: Hand) -> None:
    day = hand.at.astimezone(hand.settings.zone).date()
    judgements.add(
        c,
        Judgement(actor_id=actor_id, verdict=verdict, who=hand.who, at=hand.at, week=iso_week(day)),
    )
