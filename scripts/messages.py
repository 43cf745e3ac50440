"""Gather every sentence a person reads and hold it against the English catalogue.

`python scripts/messages.py` adds what is missing to `vigie/locale/en.po` (untranslated) and
removes what is no longer said; with `--check` it only says what differs and exits with 1.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "vigie" / "locale" / "en.po"
ROOMS = ("vigie", "crawlers", "nlp", "signals", "storage", "flows", "review")

PLURAL_AT = {"say": 1, "Message": 2}
"""What is called with a sentence, and where its plural stands."""
PASSING_ON = frozenset({"vigie/language.py", "crawlers/spool.py", "storage/plain.py"})
"""Files whose sentences were written elsewhere: they make messages out of what was stored."""
MARKS = ("_", "gettext", "ngettext")
_TEMPLATE_FIELD = re.compile(r"%\((\w+)\)")

HEAD = r"""msgid ""
msgstr ""
"Project-Id-Version: vigie\n"
"Language: en\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""

Spoken = dict[str, tuple[str | None, str]]
"""Singular → plural if it has one, and the first place that says it."""


def spoken() -> tuple[Spoken, list[str]]:
    """Return every sentence, with a line for each that cannot be translated."""
    found: Spoken = {}
    wrong: list[str] = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            for line, sentence, plural in _in_python(path):
                place = f"{name}:{line}"
                if sentence is not None:
                    wrong += _note(found, sentence, plural, place)
                elif name not in PASSING_ON:
                    wrong.append(f"{place}: only a literal sentence can be translated")
        for path in sorted((ROOT / room).rglob("*.html")):
            for line, sentence, plural in _in_template(path):
                wrong += _note(found, sentence, plural, f"{path.relative_to(ROOT)}:{line}")
    return found, wrong


def _note(found: Spoken, sentence: str, plural: str | None, place: str) -> list[str]:
    """Add a sentence; one that is also said without a plural keeps the plural it has."""
    known, first = found.get(sentence, (None, place))
    found[sentence] = (known or plural, first)
    if known and plural and known != plural:
        return [f"{place}: {sentence!r} has another plural in {first}"]
    return []


def _in_python(path: Path) -> Iterator[tuple[int, str | None, str | None]]:
    """Yield (line, sentence, plural); no sentence where it is computed."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in PLURAL_AT:
            continue
        given = dict(enumerate(node.args)) | {k.arg: k.value for k in node.keywords}
        sentence = given.get(0, given.get("template"))
        plural = given.get(PLURAL_AT[name], given.get("plural"))
        if _is_none(plural):
            plural = None
        literal = _literal(sentence)
        if literal is None or (plural is not None and _literal(plural) is None):
            yield node.lineno, None, None
        else:
            yield node.lineno, literal, _literal(plural)


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _in_template(path: Path) -> Iterator[tuple[int, str, str | None]]:
    # As `review.words.environment` reads them: a message must be the same here and there.
    options = {"trimmed": "false", "silent": "false", "newstyle_gettext": "true"}
    with path.open("rb") as template:
        for line, function, message, _ in babel_extract(template, MARKS, [], options):
            parts = (message,) if isinstance(message, str) else tuple(message or ())
            if parts and parts[0]:
                plural = parts[1] if function == "ngettext" and len(parts) > 1 else None
                yield line, parts[0], plural


def problems(catalogue: Catalog, wanted: Spoken) -> list[str]:
    """Return one line for each sentence that English lacks, garbles, or no longer needs."""
    lines = []
    known = _entries(catalogue)
    for sentence, (plural, place) in wanted.items():
        texts = _kept(known, sentence, plural)
        if not all(texts):
            lines.append(f"{place}: no English for {sentence!r}")
            continue
        lines += [
            f"{place}: fields differ in {text!r}"
            for french, text in zip((sentence, plural or sentence), texts, strict=False)
            # “1” may be said in words where the number chooses the sentence.
            if _fields(french) - _fields(text) - ({"n", "num", "count"} if plural else set())
            or _fields(text) - _fields(french)
        ]
        if "fuzzy" in known[sentence][1]:
            lines.append(f"{place}: the English is uncertain (fuzzy) for {sentence!r}")
    lines += [f"no longer said: {sentence!r}" for sentence in known if sentence not in wanted]
    return lines


Entries = dict[str, tuple[tuple[str, ...], frozenset[str]]]
"""Singular → its texts, singular and perhaps plural, and its flags."""


def _entries(catalogue: Catalog) -> Entries:
    entries: Entries = {}
    for message in catalogue:
        if not message.id:
            continue
        singular = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string
        texts = (text,) if isinstance(text, str) else tuple(text or ())
        entries[singular] = texts, frozenset(message.flags)
    return entries


def _kept(known: Entries, sentence: str, plural: str | None) -> tuple[str, ...]:
    """Return the English there is for a sentence, empty where there is none."""
    texts, _ = known.get(sentence, ((), frozenset()))
    if plural is None:
        return texts[:1] or ("",)
    return (*texts, "", "")[:2]


def _fields(text: str) -> set[str]:
    """Return the names of a sentence's values, of `{name}` and `%(name)s` alike."""
    named = set(_TEMPLATE_FIELD.findall(text))
    return named | {name for _, name, _, _ in Formatter().parse(text) if name}


def renewed(catalogue: Catalog, wanted: Spoken) -> Catalog:
    """Return a catalogue of what is said, sorted, with the English that there is."""
    known = _entries(catalogue)
    fresh = Catalog(locale="en")
    for sentence in sorted(wanted, key=lambda text: (text.casefold(), text)):
        plural, _ = wanted[sentence]
        texts = _kept(known, sentence, plural)
        if plural:
            fresh.add((sentence, plural), texts)
        else:
            fresh.add(sentence, texts[0])
    return fresh


def write(catalogue: Catalog) -> None:
    """Write the English catalogue, with a head that changes only when it must."""
    with CATALOGUE.open("wb") as file:
        file.write(HEAD.encode())
        write_po(file, catalogue, width=0, omit_header=True)


def main() -> int:
    """Check or update the catalogue."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    wanted, wrong = spoken()
    if "--check" in sys.argv[1:]:
        lines = [*wrong, *problems(catalogue, wanted)]
    else:
        lines = wrong
        write(renewed(catalogue, wanted))
    sys.stderr.writelines(f"{line}\n" for line in lines)
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
