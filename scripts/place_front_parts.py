"""Put what the pages need of the npm packages under `review/static/vendor/`.

Run by `make front` after `npm ci`. The folder is made anew each time, so that nothing stale is
served; each part comes with its licence, and `parts.json` tells the about page what is there.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "review" / "static" / "vendor"

PARTS = {
    "htmx.org": ("dist/htmx.min.js",),
    "graphology": ("dist/graphology.umd.min.js",),
    "sigma": ("dist/sigma.min.js",),
}
"""Package → the files that the pages load."""


def place(package: str, files: tuple[str, ...]) -> dict[str, str]:
    """Copy a package's files and licence; return what the about page says of it."""
    folder = MODULES / package
    about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    for file in files:
        shutil.copyfile(folder / file, VENDOR / Path(file).name)
    licence = f"{package}.LICENSE.txt"
    shutil.copyfile(next(folder.glob("LICENSE*")), VENDOR / licence)
    return {
        "name": package,
        "version": about["version"],
        "licence": about["license"],
        "licence_file": licence,
    }


def main() -> None:
    """Place every part, or say what to run first."""
    if missing := [package for package in PARTS if not (MODULES / package).is_dir()]:
        sys.exit(f"Il manque {', '.join(missing)} : lancez d’abord « make front ».")
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    parts = [place(package, files) for package, files in PARTS.items()]
    (VENDOR / "parts.json").write_text(json.dumps(parts, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
