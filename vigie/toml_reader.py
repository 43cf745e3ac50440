"""Tables of a TOML file turned into records; what is wrong is said with its line."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from vigie import checks, toml_types
from vigie.errors import WrongValueError
from vigie.language import nearest, say
from vigie.records import Message
from vigie.toml_lines import Statement, statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Record = TypeVar("Record")

NOT_WRITTEN = {"written": False}
"""Metadata of a record's field that is no key of the file."""

_SYNONYMS = {
    "nom": "name",
    "adresse": "url",
    "lien": "url",
    "type": "kind",
    "genre": "kind",
    "portée": "reach",
    "langue": "language",
    "langues": "languages",
    "territoire": "territory",
    "thèmes": "themes",
    "fuseau": "timezone",
    "étiquettes": "tags",
    "sources": "source",
}
"""Words that a French hand writes for ours."""


_REASONS = {
    "Cannot overwrite": Message("cette clé est déjà donnée plus haut"),
    "Cannot declare": Message("cette section est déjà ouverte plus haut"),
    "Cannot mutate": Message("cette clé est déjà donnée plus haut"),
    "Duplicate inline": Message("cette clé est donnée deux fois"),
    "Expected '='": Message("une clé, en lettres sans accent, est suivie d’un signe ="),
    "Expected ']'": Message("un crochet n’est pas fermé"),
    "Unclosed array": Message("un crochet n’est pas fermé"),
    "Unclosed inline": Message("une accolade n’est pas fermée"),
    "Unterminated string": Message("un guillemet n’est pas fermé"),
    "Illegal character": Message("un guillemet n’est pas fermé, ou un caractère est interdit"),
    "Unescaped": Message("dans un texte entre guillemets, \\ s’écrit \\\\"),
    "Invalid value": Message(
        'un texte s’écrit entre guillemets droits ("), une liste entre crochets'
    ),
    "Invalid statement": Message("une clé s’écrit en lettres sans accent, puis = et sa valeur"),
    "Expected newline": Message("il y a quelque chose de trop en fin de ligne"),
}
"""What `tomllib` says, and what it mostly means."""


def no_toml(reason: str, text: str, file: str) -> str:
    """Return the French sentence for an error of `tomllib`."""
    place = re.search(r"at line (\d+)", reason)
    line = int(place[1]) if place else max(1, len(text.rstrip().splitlines()))
    meant = next((french for start, french in _REASONS.items() if start in reason), None)
    if meant is None:
        return say("{file}, ligne {line} : ce n’est pas du TOML", file=file, line=line)
    return say(
        "{file}, ligne {line} : ce n’est pas du TOML : {meant}",
        file=file,
        line=line,
        meant=meant,
    )


class Reader:
    """Turns tables into records, and says on which line it cannot."""

    def __init__(self, text: str, file: str, sections: Mapping[str, type]) -> None:
        self._text, self._file, self._sections = text, file, sections
        self.problems: list[tuple[int, str]] = []

    @cached_property
    def _statements(self) -> Mapping[tuple[str, int, str | None], Statement]:
        return {(s.table, s.index, s.key): s for s in statements(self._text)}

    def line(self, table: str, index: int, key: str | None, needle: str = "") -> int:
        """Return the line of a key, or failing that of its table."""
        for place in (
            (table, index, key),
            (table, index, None),
            (key or "", 0, None),
            ("", 0, table),
        ):
            if statement := self._statements.get(place):
                lines = self._text.split("\n")[statement.start - 1 : statement.end]
                inside = (n for n, one in enumerate(lines) if needle and f'"{needle}"' in one)
                return statement.start + next(inside, 0)
        return 1

    def blame(
        self, table: str, key: str | None, why: str, index: int = 0, needle: str = ""
    ) -> None:
        """Note a problem with a key, or with a table when no key is given."""
        line = self.line(table, index, key, needle)
        where = say("{file}, ligne {line}", file=self._file, line=line)
        if key:
            said = say("{where}, {key} : {why}", where=where, key=key, why=why)
        else:
            said = say("{where} : {why}", where=where, why=why)
        self.problems.append((line, said))

    def only_known(
        self, table: Mapping[str, object], known: Iterable[str], name: str, index: int = 0
    ) -> None:
        """Note the keys that mean nothing, with the nearest that does."""
        for key in table.keys() - set(known):
            self.blame(
                name, key, say("clé inconnue{hint}", hint=_hint(key, known, self._sections)), index
            )

    def values(
        self,
        table: Mapping[str, object],
        record: type,
        name: str,
        index: int = 0,
        *,
        checked_as: str = "",
    ) -> dict[str, Any]:
        """Return a table's values as the record wants them, without those that are wrong.

        `checked_as` is the table whose checks it has, where that is not its own name.
        """
        written = (one for one in fields(record) if one.metadata != NOT_WRITTEN)
        types = {one.name: str(one.type) for one in written}
        self.only_known(table, types, name, index)
        good: dict[str, Any] = {}
        for key in table.keys() & types.keys():
            try:
                value = toml_types.BY_TYPE[types[key]](table[key])
                check = checks.BY_KEY.get((checked_as or name, key))
                good[key] = check(value) if check else value
            except WrongValueError as wrong:
                self.blame(name, key, str(wrong), index, wrong.needle)
        return good

    def section(self, document: Mapping[str, object], name: str, record: type[Record]) -> Record:
        """Return a section, with defaults for what is left out or wrong."""
        table = document.get(name, {})
        if not isinstance(table, dict):
            self.blame("", name, say("s’écrit [{name}], une seule fois", name=name))
            return record()
        return record(**self.values(table, record, name))


def _hint(key: str, known: Iterable[str], sections: Mapping[str, type]) -> str:
    """Return what the writer of an unknown key may have meant."""
    if key == "obey_robots":
        return say(" : les robots.txt sont toujours respectés, retirez-la")
    if key == "password" and "passwords" not in known:
        return say(
            " : un mot de passe ne s’écrit jamais dans ce fichier ; celui de [mail] se donne par "
            "la variable VIGIE_MAIL_PASSWORD"
        )
    meant = _SYNONYMS.get(key.lower(), "")
    if meant in known:
        return say(" ; vouliez-vous dire « {near} » ?", near=meant)
    if near := nearest(key, known):
        return near
    homes = [name for name, record in sections.items() if key in {f.name for f in fields(record)}]
    return say(" ; sa place est dans [{home}]", home=homes[0]) if homes else ""
