"""The fields of an actor that a person writes: as text in a form, and what is made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request  # noqa: TC002 - FastAPI reads it when it starts

from review.text import plain, visible, web_link
from review.words import commune_name
from vigie import gazetteer
from vigie.language import render
from vigie.records import ActorKind, Field, Message
from vigie.words import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.directory import Line
    from vigie.settings import Watch

WRITABLE = (
    Field.NAME,
    Field.DESCRIPTION,
    Field.KINDS,
    Field.COMMUNES,
    Field.THEMES,
    Field.LINKS,
    Field.CONTACT,
)
LONG = frozenset({Field.DESCRIPTION, Field.LINKS, Field.CONTACT})
LIMIT = 4000
"""Characters in a field."""
TOO_LONG = Message("Ce texte est trop long : 4 000 caractères au plus. Raccourcissez-le.")

_PERSON = re.compile(
    r"\b[a-zà-ÿ]{2,}[._-][a-zà-ÿ]{2,}@"
    r"|(?<!\d)(?:\+33\s?|0)[67](?:[\s.-]?\d{2}){4}(?!\d)",
    re.IGNORECASE,
)
"""An address of the form first.last@, a mobile telephone: those of a person, most likely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a form holds in one field."""

    field: Field
    text: str
    value: tuple[str, ...]
    changed: bool
    wrong: Message | None = None
    conflict: bool = False
    """Somebody else has changed it since the form was shown."""


def shown_in(line: Line, language: str) -> dict[Field, str]:
    """Return the text of each field as a form shows it: as written, else as found."""
    texts = {
        field: "\n".join(line.written[field].edit.value) if field in line.written else ""
        for field in WRITABLE
    }
    texts[Field.NAME] = plain(line.name, 200)
    texts[Field.KINDS] = ", ".join(render(KINDS[kind], language) for kind in line.kinds)
    texts[Field.COMMUNES] = ", ".join(filter(None, map(commune_name, line.communes)))
    if Field.THEMES in line.written:
        texts[Field.THEMES] = ", ".join(line.written[Field.THEMES].edit.value)
    return {field: visible(text) for field, text in texts.items()}


def enter(field: Field, form: Mapping[str, str], stands: str, watch: Watch) -> Entered:
    """Return what a form makes of a field; `stands` is its text as it is now."""
    was = visible(form.get(f"was-{field}", ""))
    text = visible(form.get(field, was))
    if text in {was, stands}:
        return Entered(field=field, text=text, value=(), changed=False)
    value, wrong = _value(field, text, watch) if len(text) <= LIMIT else ((), TOO_LONG)
    return Entered(
        field=field, text=text, value=value, changed=True, wrong=wrong, conflict=was != stands
    )


def _value(field: Field, text: str, watch: Watch) -> tuple[tuple[str, ...], Message | None]:
    if field is Field.NAME:
        name = plain(text, 200)
        return (name,), None if name else Message("Un acteur a un nom.")
    if field in (Field.DESCRIPTION, Field.CONTACT):
        return ((text,) if text else ()), not_a_person(text)
    if field is Field.LINKS:
        return _links(text)
    parts = tuple(dict.fromkeys(part.strip() for part in re.split(r"[,;\n]", text) if part.strip()))
    if field is Field.KINDS:
        return _kinds(parts)
    return _communes(parts, watch) if field is Field.COMMUNES else (parts, None)


def not_a_person(text: str) -> Message | None:
    """Return why a text is refused that seems to say how to reach a person; None if it does not."""
    if found := _PERSON.search(text):
        return Message(
            "« {what} » semble joindre une personne : écrivez ici l’adresse ou le téléphone de "
            "l’organisation.",
            {"what": found[0]},
        )
    return None


def _links(text: str) -> tuple[tuple[str, ...], Message | None]:
    links = tuple(dict.fromkeys(text.split()))
    wrong = next((link for link in links if web_link(link) is None), None)
    if wrong is None:
        return links, None
    return links, Message(
        "« {link} » n’est pas une adresse : commencez par https://.", {"link": wrong[:80]}
    )


def _kinds(parts: tuple[str, ...]) -> tuple[tuple[str, ...], Message | None]:
    named = {
        gazetteer.fold(render(words, language)): kind
        for kind, words in KINDS.items()
        for language in ("fr", "en")
    }
    found: list[str] = []
    for part in parts:
        kind = named.get(gazetteer.fold(part))
        if kind is None:
            known = ", ".join(render(words, "fr") for words in KINDS.values())
            return parts, Message(
                "« {kind} » n’est pas un type connu. Types : {known}.",
                {"kind": part[:60], "known": known},
            )
        found.append(ActorKind(kind).value)
    return tuple(found), None


def _communes(parts: tuple[str, ...], watch: Watch) -> tuple[tuple[str, ...], Message | None]:
    territory = gazetteer.territory(watch.territory)
    found: list[str] = []
    for part in parts:
        places = gazetteer.find(part)
        if not places:
            return parts, Message("« {name} » n’est pas une commune.", {"name": part[:60]})
        found.append(next((one for one in places if one.code in territory), places[0]).code)
    return tuple(found), None


async def entered(request: Request) -> dict[str, str]:
    """Return a form's fields (a dependency)."""
    return {name: str(value) for name, value in (await request.form()).items()}
