"""Who and what is named: entities, and how a text speaks of them.

An `Entity` is anything with a name and a truth. A `Voice` lets one document speak of it: it
remembers what was said last, so that verbs and pronouns agree, and hands out name marks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulation.grammar import mark
from simulation.names import HEADS, ActorName, Head, misspelt
from vigie.records import Label

if TYPE_CHECKING:
    from random import Random


@dataclass(slots=True)
class Entity:
    """Something that is named, with its truth. `aliases` grows as texts are written."""

    id: int
    name: str
    label: str
    """One of `records.Label`, or WORK."""
    kind: str
    course: str
    emerging: bool = False
    commune: str | None = None
    """INSEE code of its home."""
    article: str = ""
    """What goes before the name in running text: « le », « la », « les » or nothing."""
    feminine: bool = False
    plural: bool = False
    heads: tuple[Head, ...] = ()
    acronym: str = ""
    needs_head: bool = False
    sloppy: float = 0.0
    """How often it is misspelt."""
    first_name: str = ""
    spokesman: Entity | None = None
    later_name: str = ""
    """What it is called after a change of name."""
    renamed: bool = False
    told: bool = False
    """It has been named in some document."""
    aliases: set[str] = field(default_factory=set)


def actor(
    number: int, name: ActorName, *, kind: str, course: str, commune: str | None, rng: Random
) -> Entity:
    """Return an organised group."""
    return Entity(
        id=number,
        name=name.full,
        label=Label.ACTOR,
        kind=kind,
        course=course,
        commune=commune,
        feminine=name.feminine,
        plural=name.plural,
        heads=(rng.choice(HEADS[kind]),),
        acronym=name.acronym,
        needs_head=name.needs_head,
        sloppy=0.03,
    )


class Numbers:
    """Gives each entity its number."""

    def __init__(self) -> None:
        self._next = 0

    def __call__(self) -> int:
        """Return the next number."""
        self._next += 1
        return self._next - 1


class Marks:
    """The names of one document, in the order in which they were first said."""

    def __init__(self) -> None:
        self.entities: list[Entity] = []
        self._index: dict[int, int] = {}

    def wrap(self, entity: Entity, surface: str) -> str:
        """Return a surface marked as naming an entity."""
        if entity.id not in self._index:
            self._index[entity.id] = len(self.entities)
            self.entities.append(entity)
        return mark(self._index[entity.id], surface)


class Voice:
    """How one document speaks of one entity."""

    def __init__(self, entity: Entity, marks: Marks) -> None:
        self.entity = entity
        self._marks = marks
        self._feminine, self._plural = entity.feminine, entity.plural
        self._said = 0

    def say(self, how: str, rng: Random) -> str:
        """Return the words for `{A}`, `{A.bare}`, `{A:est/sont}` and the like."""
        if how.startswith(":"):
            return self._agree(how[1:].split("/"))
        method = getattr(self, f"_{how.split(':', maxsplit=1)[0] or 'any'}")
        said: str = method(rng)
        if ":" in how:
            said += " " + self._agree(how.split(":")[1].split("/"))
        return said

    def _agree(self, forms: list[str]) -> str:
        if len(forms) == 4:
            return forms[2 * self._plural + self._feminine]
        if self.entity.label == Label.PERSON:
            return forms[self._feminine]
        return forms[self._plural]

    def _surface(self, rng: Random) -> str:
        entity = self.entity
        surface = entity.later_name if entity.renamed else entity.name
        if entity.acronym and not entity.renamed and self._said and rng.random() < 0.7:
            surface = entity.acronym
        elif entity.sloppy and rng.random() < entity.sloppy:
            surface = misspelt(surface, rng)
        return surface

    def _name(self, rng: Random) -> str:
        entity = self.entity
        self._feminine, self._plural = entity.feminine, entity.plural
        surface = self._surface(rng)
        text = self._marks.wrap(entity, surface)
        if entity.acronym and surface == entity.name and not self._said:
            text += f" ({self._marks.wrap(entity, entity.acronym)})"
        self._said += 1
        return f"{entity.article} {text}" if entity.article else text

    def _any(self, rng: Random) -> str:
        if self.entity.heads and (self.entity.needs_head or rng.random() < 0.45):
            return self._head(rng)
        return self._bare(rng)

    def _bare(self, rng: Random) -> str:
        entity = self.entity
        if entity.needs_head and self._said and rng.random() < 0.5:
            return self._gen(rng)
        name = self._name(rng)
        quoted = entity.label == "WORK" or (entity.needs_head and rng.random() < 0.6)
        return f"« {name} »" if quoted else name

    def _exact(self, rng: Random) -> str:
        del rng
        self._said += 1
        return self._marks.wrap(
            self.entity, self.entity.later_name if self.entity.renamed else self.entity.name
        )

    def _head(self, rng: Random) -> str:
        if not self.entity.heads:
            return self._name(rng)
        head = self.entity.heads[0]
        name = self._name(rng).removeprefix(f"{self.entity.article} ")
        self._feminine, self._plural = head.feminine, False
        if rng.random() < (0.4 if self.entity.needs_head else 0.12):
            name = f"« {name} »"
        return f"{head.definite} {name}"

    def _un(self, rng: Random) -> str:
        del rng
        if not self.entity.heads:
            self._feminine, self._plural = True, False
            return "une initiative"
        self._feminine, self._plural = self.entity.heads[0].feminine, False
        return self.entity.heads[0].indefinite

    def _gen(self, rng: Random) -> str:
        del rng
        head = self.entity.heads[0] if self.entity.heads else Head("groupe", False)
        self._feminine, self._plural = head.feminine, False
        return head.definite

    def _of(self, rng: Random) -> str:
        return f"de {self._any(rng)}"

    def _new(self, rng: Random) -> str:
        del rng
        return self._marks.wrap(self.entity, self.entity.later_name or self.entity.name)

    def _old(self, rng: Random) -> str:
        del rng
        self._feminine, self._plural = self.entity.feminine, self.entity.plural
        return self._marks.wrap(self.entity, self.entity.name)


class PersonVoice(Voice):
    """A person: whole name first, then the family name or the whole again."""

    def _any(self, rng: Random) -> str:
        entity = self.entity
        surface = entity.name
        if self._said and rng.random() < 0.35:
            surface = entity.name[len(entity.first_name) + 1 :]
        self._said += 1
        return self._marks.wrap(entity, surface)

    _bare = _name = _any


def voice(entity: Entity, marks: Marks) -> Voice:
    """Return the voice that suits an entity."""
    return PersonVoice(entity, marks) if entity.label == Label.PERSON else Voice(entity, marks)
