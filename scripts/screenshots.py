"""Take a picture of every page of a workspace, for a person to look at.

    .venv/bin/python scripts/screenshots.py WORKSPACE FOLDER [--only fiche]

The pages are read from a copy of the workspace, on the desktop and on a phone, light and dark, in
French and in English; a candidate, a fiche and the directory also as they are printed. Each file
is called after its page: `fiche-phone-dark-en.png`. What overflows its window is named at the end.
Only SQLite workspaces are copied; needs Debian's chromium.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from playwright.sync_api import sync_playwright

from flows.proposals import Intake
from review.app import create_app, listen
from storage import Store, judgements, open_store, queues
from vigie.cli.scouting import Scout
from vigie.records import Judgement, Verdict
from vigie.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CHROMIUM = "/usr/bin/chromium"
SIZES = {"desktop": (1280, 900), "phone": (360, 740)}
PRINTED = ("candidate", "fiche", "directory")
LEAST_CANDIDATES = 3


def pages_of(store: Store) -> dict[str, str]:
    """Return the address of each kind of page, told by what the base holds."""
    with store.reading() as c:
        weeks = queues.weeks(c)
        found = (queues.load(c, week) for week in sorted(weeks, reverse=True))
        full = (one for one in found if one and len(one.candidates) >= LEAST_CANDIDATES)
        queue = next(full, None)
        first = queue.candidates[0] if queue else None
        if queue and first:
            kept = Judgement(
                actor_id=first.actor_id,
                verdict=Verdict.KEEP,
                who="Camille",
                at=datetime.now(UTC),
                week=queue.week,
                note="À rencontrer.",
            )
    if not queue or not first:
        return dict(ALWAYS)
    with store.writing() as c:
        judgements.add(c, kept)
    second = queue.candidates[1].actor_id
    return {
        "queue": f"/semaines/{queue.week}",
        "candidate": f"/semaines/{queue.week}/acteurs/{second}",
        "judged": f"/semaines/{queue.week}/acteurs/{first.actor_id}",
        "fiche": f"/acteurs/{first.actor_id}",
        "fiche-edit": f"/fiche/modifier/{first.actor_id}",
        **ALWAYS,
    }


ALWAYS = {
    "directory": "/annuaire?avis=tous",
    "map": "/carte?avis=tous",
    "network": "/reseau",
    "communities": "/communautes",
    "blind-spots": "/angles-morts",
    "propose": "/proposer",
    "proposals": "/propositions",
    "proposals-table": "/propositions/importer",
    "consultations": "/consultations",
    "questions": "/questions",
    "personal-data": "/donnees-personnelles",
    "journal": "/journal",
    "sources": "/sources",
    "add-source": "/sources/ajouter",
    "about": "/a-propos",
    "accounts": "/comptes",
    "missing": "/nulle-part",
}


@contextmanager
def served(workspace: Path) -> Iterator[tuple[str, Store]]:
    """Open the pages on a copy of a workspace; yield their address and the store."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "workspace"
        (copy / "data").mkdir(parents=True)
        for path in (workspace / "vigie.toml", *(workspace / "data").glob("vigie.db*")):
            shutil.copy(path, copy / path.relative_to(workspace))
        settings = load(copy)
        store = open_store(settings.storage.url, copy)
        app = create_app(store, settings, scout=Scout(copy), intake=Intake(settings))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        with listen("127.0.0.1", 0) as listening:
            address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            try:
                yield address, store
            finally:
                server.should_exit = True
                thread.join()
                store.close()


def shoot(browser: Browser, address: str, pages: dict[str, str], folder: Path) -> list[str]:
    """Write the pictures and return the names of those that overflow their window."""
    too_wide = []
    for size, (width, height) in SIZES.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(
                base_url=address,
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
            )
            page = context.new_page()
            for language in ("fr", "en"):
                for name, path in pages.items():
                    page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
                    page.wait_for_load_state("networkidle")
                    file = f"{name}-{size}-{scheme}-{language}.png"
                    page.screenshot(path=folder / file, full_page=True)
                    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                        too_wide.append(file)
                    if name in PRINTED and size == "desktop" and scheme == "light":
                        page.emulate_media(media="print")
                        page.screenshot(
                            path=folder / f"{name}-print-{language}.png", full_page=True
                        )
                        page.emulate_media(media="screen")
            context.close()
    return too_wide


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="names of pages, with commas between")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with served(given.workspace) as (address, store), sync_playwright() as playwright:
        only = given.only.split(",") if given.only else ()
        pages = {i: path for i, path in pages_of(store).items() if not only or i in only}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        too_wide = shoot(browser, address, pages, given.folder)
        browser.close()
    for name in too_wide:
        sys.stderr.write(f"{name}: wider than its window\n")
    return 1 if too_wide else 0


if __name__ == "__main__":
    sys.exit(main())
