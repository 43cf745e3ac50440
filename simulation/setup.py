"""A `vigie.toml` for a simulated web."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import tomlkit

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

THEMES = ["tiers-lieux", "réemploi", "alimentation", "participation citoyenne", "mobilité douce"]


def write_settings(
    folder: Path, target: Path, port: int | None = None, kinds: Collection[str] | None = None
) -> Path:
    """Write a `vigie.toml` that watches the web simulated in `folder`; return its path.

    `port` is where the web is served, the one of `documents.jsonl` by default; `kinds` limits
    the sources to some kinds.
    """
    config = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
    port = port or config["port"]
    document = tomlkit.document()
    document["watch"] = {
        "name": f"Simulation – {config['epci']}",
        "territory": config["territory"],
        "languages": ["fr", "de"],
        "themes": THEMES,
    }
    document["crawler"] = {
        "contact": "veille@example.org",
        "allow_private_hosts": [f"{o['host']}:{port}" for o in config["outlets"]],
        "delay": 0.0,
    }
    sources = tomlkit.aot()
    for outlet in config["outlets"]:
        if kinds is not None and outlet["kind"] not in kinds:
            continue
        table = {
            "id": outlet["id"],
            "name": outlet["name"],
            "url": _url(outlet, folder, port),
            "kind": outlet["kind"],
            "every": outlet["every"],
            "reach": outlet["reach"],
        }
        if outlet["language"] != "fr":
            table["language"] = outlet["language"]
        if outlet["full_text"]:
            table["full_text"] = True
        sources.append(tomlkit.item(table))
    document["source"] = sources
    target.mkdir(parents=True, exist_ok=True)
    path = target / "vigie.toml"
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return path


def _url(outlet: dict[str, Any], folder: Path, port: int) -> str:
    if outlet["style"] == "mbox":
        return str((folder / outlet["entry"]).resolve())
    return f"http://{outlet['host']}:{port}{outlet['entry']}"
