"""Write the pages of the documentation that say what the code says: commands, tables, decisions.

`python scripts/reference.py` writes them; with `--check` it only says which are not up to date and
exits with 1.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
os.environ.pop("VIGIE_LANG", None)  # the pages are French, as the code is

COMMANDS_HEAD = """\
# Les commandes

Écrit d’après le programme lui-même (`scripts/reference.py`) : c’est ce que dit `--help`. Une
commande qui touche un espace de travail prend `--dir DOSSIER` (sans cela, le dossier courant). Une
erreur tient en une ligne, sur la sortie d’erreur, et finit par 1 (2 si la commande est mal écrite).
`VIGIE_LANG=en` fait parler le terminal anglais.
"""

DECISIONS_HEAD = """\
# Decisions

Choices that are not obvious, half a page each: the problem, what was chosen and what not, what
follows from it. The numbers are stable; a later one may replace an earlier.
"""

FRAMES_HEAD = """\
# Les tables de données

Ce que donne `storage.frames`, table par table et colonne par colonne ; les
[carnets](notebooks.md) ne lisent que cela. Écrit d’après `storage/dictionary.py`
(`scripts/reference.py`).

Un jour (`datetime64[us]`) est celui de la veille, à minuit et sans fuseau ; un moment
(`datetime64[us, zone]`) est dans le fuseau de `[schedule] timezone`. Les mots (types, avis, états)
sont ceux des pages. Rien de ce qui fut connu après le jour demandé n’y est ; les fusions, les
séparations et ce que l’on a écrit valent comme aujourd’hui, car ils corrigent ce qui fut lu. Qui a
donné un avis n’est dans aucune table.

```python
from datetime import date
from storage import frames

data = frames.of_workspace("ma-veille")  # au jour d’aujourd’hui
avant = data.at(date(2026, 3, 16))  # la même chose, à un autre jour
avant.candidates().groupby("commune").score.mean()
```
"""


def commands() -> str:
    """Return the page of commands, from the words of each."""
    from vigie.cli import cli  # noqa: PLC0415 - after the language is set

    return "\n".join([COMMANDS_HEAD, *_command(cli, "vigie")])


def _command(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    if isinstance(command, click.Group):
        if path != "vigie":
            yield f"## {path}\n\n{command.help}\n"
        if command.invoke_without_command:
            yield from _options(command, context)
        for name in command.list_commands(context):
            yield from _command(command.commands[name], f"{path} {name}")
        return
    words = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
    yield f"{'##' if path.count(' ') == 1 else '###'} {path}\n"
    yield f"`{' '.join([path, *words, '[OPTIONS]'])}`\n\n{command.help}\n"
    yield from _options(command, context)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    rows = [row for row in map(_option(context), command.params) if row]
    if rows:
        yield "| option | sens |\n|---|---|\n" + "\n".join(rows) + "\n"


def _option(context: click.Context):  # noqa: ANN202 - a function that `map` wants
    def row(parameter: click.Parameter) -> str | None:
        if not isinstance(parameter, click.Option) or parameter.hidden:
            return None
        told = parameter.get_help_record(context)
        if told is None:
            return None
        return "| `{}` | {} |".format(*map(_cell, told))

    return row


def _cell(words: str) -> str:
    """Return what click says of an option as a cell of a table."""
    return re.sub(r" *\[(.*)\]$", r" (\1)", words).strip().replace("|", "\\|")


def decisions() -> str:
    """Return the list of decisions, the newest first."""
    files = sorted((ROOT / "docs" / "decisions").glob("0*.md"), reverse=True)
    titles = [(one.name, one.read_text(encoding="utf-8").split("\n", 1)[0]) for one in files]
    lines = [f"- [{title.lstrip('# ')}]({name})" for name, title in titles]
    return "\n".join([DECISIONS_HEAD, *lines, ""])


def tables() -> str:
    """Return the page of tables, from their dictionary."""
    from storage.dictionary import TABLES  # noqa: PLC0415 - as above

    parts = [FRAMES_HEAD]
    for name, columns in TABLES.items():
        rows = "\n".join(
            f"| `{one.name}` | `{one.dtype.value}` | {one.meaning} |" for one in columns
        )
        parts.append(f"## {name}\n\n| colonne | type | sens |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


PAGES = {
    "docs/commands.md": commands,
    "docs/frames.md": tables,
    "docs/decisions/index.md": decisions,
}


def main() -> int:
    """Write the pages, or say which differ."""
    stale = [name for name, write in PAGES.items() if _read(name) != write()]
    if "--check" in sys.argv:
        for name in stale:
            print(f"{name}: run python scripts/reference.py")
        return int(bool(stale))
    for name in stale:
        (ROOT / name).write_text(PAGES[name](), encoding="utf-8")
    return 0


def _read(name: str) -> str:
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main())
