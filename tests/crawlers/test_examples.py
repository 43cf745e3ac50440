"""Every parser has a saved input and what must come out of it, read by a person.

A missing expectation is written, and the test fails until someone has read it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawlers import encoding, files, formats, gogocarto, listings, pages, registries
from crawlers.resource import Reading, Resource
from crawlers.sniff import sniff

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parent.parent / "examples"
ADDRESSES = {
    "feeds": "https://flux.test/feed",
    "pages": "",
    "events": "https://halle.test/agenda",
    "jsonld": "",
    "calendars": "https://friche.test/agenda.ics",
    "sitemaps": "https://gazette.test/sitemap.xml",
    "openagenda": "https://api.openagenda.com/v2/agendas/1/events",
    "listings": "https://mjc.test/actualites",
    "registries": "",
    "gogocarto": "https://carte.test/api/elements.json",
    "archives": "",
}
INPUTS = sorted(
    path
    for folder in ADDRESSES
    for path in (EXAMPLES / folder).iterdir()
    if not path.name.endswith(".expected.json")
)
NOW = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
REGISTER = registries.Register(
    source_id="registre", communes=frozenset({"68224", "57463"}), now=NOW
)


def _all(reading: Reading) -> tuple[object, ...]:
    return (*reading.documents, *reading.withdrawn, *reading.known, *reading.rejects)


def told(path: Path) -> object:
    """Return what the crawlers make of a saved input, as plain values."""
    if path.parent.name == "archives":
        return [plain(one) for one in files.read(path)]
    if path.parent.name == "registries":
        return [plain(one) for one in registries.read_file(path, REGISTER)]
    reading = read(path)
    return {
        "title": reading.title,
        "problem": str(reading.problem) if reading.problem else None,
        "found": [plain(one) for one in _all(reading)],
    }


def read(path: Path) -> Reading:
    body = encoding.inflate(path.read_bytes())
    kind = path.parent.name
    resource = Resource(body=body, url=ADDRESSES[kind], source_id="source", fetched_at=NOW)
    match kind:
        case "gogocarto":
            return gogocarto.read(resource, REGISTER)
        case "listings":
            return listings.read(resource)
        case "events":
            return pages.read_events(resource)
    reader = formats.any_reader(sniff(body))
    assert reader is not None, path
    return reader(resource)


def plain(record: object) -> dict[str, object]:
    values = dict(said(asdict(record)))  # type: ignore[call-overload]
    values.pop("fetched_at", None)
    if values.get("access") == "open":
        del values["access"]  # the rule; what is not open stays to be read
    if values.get("side") == "external":
        del values["side"]  # the rule as well
    return {"record": type(record).__name__, **values}


def said(values: dict[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        match value:
            case None | "" | () | False:
                continue
            case date():
                yield name, value.isoformat()
            case {"template": str()}:
                yield name, value["template"].format_map(value["values"])
            case dict():
                yield name, dict(said(value))
            case str() | int():
                yield name, value if not isinstance(value, str) else str(value)
            case _:
                yield name, str(value)


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_saved_input_gives_what_was_read_and_found_right(path):
    expectation = path.with_name(path.name + ".expected.json")
    found = json.loads(json.dumps(told(path)))
    if not expectation.exists():
        expectation.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
        pytest.fail(f"{expectation} was written: read it, then run again")
    assert found == json.loads(expectation.read_text("utf-8"))
