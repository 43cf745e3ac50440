"""Archives to measure on: written, imported and annotated once, then kept."""

from __future__ import annotations

import shutil
from time import perf_counter
from typing import TYPE_CHECKING

from flows import steps
from nlp import model
from simulation import simulate, write_settings
from storage import open_store
from vigie.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def simulated(folder: Path, territory: str, *, weeks: int, seed: int, scale: float) -> Path:
    """Return the workspace of a simulated archive, annotated; its truth is `web/truth.jsonl`."""
    place = folder / f"{territory}-{seed}-{weeks}-{scale:g}"
    web = place / "web"
    if not (web / "sources.json").exists():
        simulate(web, territory, weeks=weeks, seed=seed, scale=scale)
        write_settings(web, place)
    annotated(place, [web / "documents.jsonl"])
    return place


def annotated(place: Path, files: Iterable[Path]) -> float:
    """Import files into a workspace and annotate them; return the seconds it took.

    What another version of the annotation left there goes: names that only it knew would stay.
    """
    start = perf_counter()
    settings = load(place)
    done = place / "imported"
    if done.exists() and done.read_text(encoding="utf-8") != model.VERSION:
        shutil.rmtree(settings.data)
        done.unlink()
    store = open_store(settings.storage.url, settings.folder)
    try:
        if not done.exists():
            for file in files:
                steps.import_archive(settings, store, file, None)
            done.write_text(model.VERSION, encoding="utf-8")
        steps.annotate(settings, store)
    finally:
        store.close()
    return perf_counter() - start
