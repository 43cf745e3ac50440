"""The watches of an installation: those that `[watches.ID]` of `vigie.toml` adds to the first."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vigie import gazetteer
from vigie.language import nearest, say
from vigie.records import MAIN_WATCH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vigie.records import Queue
    from vigie.settings import Settings, Watch
    from vigie.toml_reader import Reader

TABLE = "watches"
_SHARED = ("licence", "visibility")
"""Keys that are the directory's, and so the first watch's to say for all."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def read(reader: Reader, document: Mapping[str, object], main: Watch) -> Iterator[Watch]:
    """Yield the watches beside the first one; what one does not say is as in `[watch]`.

    But for its sources and its officers, which each says for itself. One with themes of its own
    proposes none but what touches them, unless it says otherwise.
    """
    tables = document.get(TABLE, {})
    if not isinstance(tables, dict) or not all(isinstance(one, dict) for one in tables.values()):
        why = say("chaque veille a sa section, comme [{name}]", name=f"{TABLE}.velo")
        reader.blame(TABLE, None, why)
        return
    named = {gazetteer.fold(main.name): "watch"}
    shared = replace(main, sources=(), officers=(), only_themes=False)
    for watch_id, table in tables.items():
        section = f"{TABLE}.{watch_id}"
        values = reader.values(table, type(main), section, checked_as="watch")
        values.setdefault("name", watch_id)
        values.setdefault("only_themes", bool(values.get("themes")))
        found = replace(shared, **values, id=watch_id)
        for key in _SHARED:
            if key in table:
                why = say("vaut pour l’annuaire, que les veilles partagent : dites-le dans [watch]")
                reader.blame(section, key, why)
        _see_id(reader, section, watch_id)
        _see_size(reader, section, table, found)
        other = named.setdefault(gazetteer.fold(found.name), section)
        if other != section:
            why = say("« {name} » est déjà le nom de [{other}]", name=found.name, other=other)
            reader.blame(section, "name" if "name" in table else None, why)
        yield found


def _see_id(reader: Reader, section: str, watch_id: str) -> None:
    if watch_id == MAIN_WATCH:
        why = say("« {id} » désigne la veille de [watch] : prenez un autre mot", id=watch_id)
        reader.blame(section, None, why)
    elif not _ID.fullmatch(watch_id):
        why = say(
            "« {id} » : de 1 à 40 lettres minuscules sans accent, chiffres ou tirets", id=watch_id
        )
        reader.blame(section, None, why)


def _see_size(reader: Reader, section: str, table: Mapping[str, object], found: Watch) -> None:
    if found.exploration > found.queue_size and {"exploration", "queue_size"} & table.keys():
        key = "exploration" if "exploration" in table else "queue_size"
        why = say(
            "{exploration} tirages (exploration) ne tiennent pas dans une file de {n}",
            exploration=found.exploration,
            n=found.queue_size,
        )
        reader.blame(section, key, why)


def see_sources(reader: Reader, document: Mapping[str, Any]) -> None:
    """Note the sources of watches that the catalogue does not hold; patterns may hold for none."""
    catalogue, tables = document.get("source", []), document.get(TABLE, {})
    sources = [str(one.get("id")) for one in catalogue if isinstance(one, dict)]
    sections = {"watch": document.get("watch", {})}
    if isinstance(tables, dict):
        sections |= {f"{TABLE}.{watch_id}": table for watch_id, table in tables.items()}
    for section, table in sections.items():
        named = table.get("sources", []) if isinstance(table, dict) else []
        for one in named if isinstance(named, list) else []:
            if isinstance(one, str) and not is_pattern(one) and one not in sources:
                why = say(
                    "« {id} » n’est pas une source du catalogue{hint} (celles d’archives importées "
                    "se nomment par un motif : {id}*)",
                    id=one,
                    hint=nearest(one, sources),
                )
                reader.blame(section, "sources", why, needle=one)


def is_pattern(text: str) -> bool:
    """Tell whether a text stands for several sources."""
    return any(mark in text for mark in "*?[")


def made(settings: Settings, queue: Queue, *, again: bool = False) -> str:
    """Return what a queue holds, as a line for a person; of several watches, which one it is.

    `again` is whether there was one of that week before.
    """
    name = settings.watch_of(queue.watch).name if settings.others else ""
    if again:
        said = say(
            "Semaine {week}, établie de nouveau : {n} candidat ; ce qui est jugé reste.",
            "Semaine {week}, établie de nouveau : {n} candidats ; ce qui est jugé reste.",
            week=queue.week,
            n=len(queue.candidates),
        )
    else:
        said = say(
            "Semaine {week} : {n} candidat.",
            "Semaine {week} : {n} candidats.",
            week=queue.week,
            n=len(queue.candidates),
        )
    return say("{watch}. {line}", watch=name, line=said) if name else said
