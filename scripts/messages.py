"""Gather every sentence a person reads and hold it against the English catalogue.

`python scripts/messages.py` adds what is missing to `vigie/locale/en.po` (untranslated) and
removes what is no longer said; with `--check` it only says what differs and exits with 1.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "vigie" / "locale" / "en.po"
ROOMS = ("vigie", "crawlers", "nlp", "signals", "storage", "flows", "review")
SPEAKERS = {"say", "Message", "_", "gettext", "ngettext"}
FIELD = re.compile(r"%\((\w+)\)|\{(\w+)")

MessageId = str | tuple[str, str]


def spoken() -> dict[MessageId, list[str]]:
    """Return every sentence with the files that say it."""
    found: dict[MessageId, list[str]] = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for message in _in_python(path):
                found.setdefault(message, []).append(str(path.relative_to(ROOT)))
        for path in sorted((ROOT / room).rglob("*.html")):
            for message in _in_template(path):
                found.setdefault(message, []).append(str(path.relative_to(ROOT)))
    return found


def _in_python(path: Path) -> Iterator[MessageId]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        singular = _constant(node.args[0])
        if name not in SPEAKERS or singular is None:
            continue
        position = 2 if name == "Message" else 1
        plural = _constant(node.args[position]) if len(node.args) > position else None
        for keyword in node.keywords:
            if keyword.arg == "plural":
                plural = _constant(keyword.value)
        yield (singular, plural) if plural else singular


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _in_template(path: Path) -> Iterator[MessageId]:
    options = {"trimmed": "true", "silent": "false"}
    with path.open("rb") as template:
        for _, function, message, _ in babel_extract(template, ("_", "gettext", "ngettext"), [], options):
            if isinstance(message, tuple):
                singular, plural = message[0], message[1]
                if singular:
                    yield (singular, plural) if plural and function == "ngettext" else singular
            elif message:
                yield message


def problems(catalogue: Catalog, wanted: dict[MessageId, list[str]]) -> list[str]:
    """Return one line for each sentence that English lacks, garbles, or no longer needs."""
    lines = []
    known = {m.id if isinstance(m.id, str) else tuple(m.id): m for m in catalogue if m.id}
    for message, places in wanted.items():
        entry = known.get(message)
        texts = [] if entry is None else [entry.string] if isinstance(entry.string, str) else list(entry.string)
        if not texts or not all(texts):
            lines.append(f"{places[0]}: no English for {message!r}")
            continue
        fields = _fields(message if isinstance(message, str) else message[1])
        lines += [
            f"{places[0]}: fields differ in {text!r}" for text in texts[-1:] if _fields(text) != fields
        ]
    lines += [f"no longer said: {message!r}" for message in known if message not in wanted]
    return lines


def _fields(text: str) -> set[str]:
    return {a or b for a, b in FIELD.findall(text)}


def main() -> int:
    """Check or update the catalogue."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    wanted = spoken()
    if "--check" in sys.argv[1:]:
        lines = problems(catalogue, wanted)
        sys.stderr.writelines(f"{line}\n" for line in lines)
        return 1 if lines else 0
    fresh = Catalog(locale="en", project="vigie", charset="utf-8", fuzzy=False)
    for message in sorted(wanted, key=str):
        entry = catalogue.get(message[0] if isinstance(message, tuple) else message)
        kept = entry.string if entry and (isinstance(entry.id, str) == isinstance(message, str)) else ""
        fresh.add(message, kept or None)
    with CATALOGUE.open("wb") as file:
        write_po(file, fresh, width=0, omit_header=False)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
