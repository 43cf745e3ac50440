"""A `vigie.toml` for a simulated web."""

from __future__ import annotations

import json
from pathlib import Path

import tomlkit

THEMES = ["tiers-lieux", "réemploi", "alimentation", "participation citoyenne", "mobilité douce"]


def write_settings(folder: Path, target: Path, port: int | None = None) -> Path:
    """Write a `vigie.toml` that watches the web simulated in `folder`; return its path.

    `port` is where the web is served, the one of `documents.jsonl` by default.
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
        "allow_private_hosts": [f"{o['host']}:{port}" for o in config["outlets"] if o["entry"]],
        "delay": 0.0,
    }
    sources = tomlkit.aot()
    for outlet in config["outlets"]:
        table = {
            "id": outlet["id"],
            "name": outlet["name"],
            "url": f"http://{outlet['host']}:{port}{outlet['entry']}",
            "kind": outlet["kind"],
            "every": outlet["habits"]["every"],
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
