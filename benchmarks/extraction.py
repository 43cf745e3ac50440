"""How well pages are read: our reading beside trafilatura's own, on its evaluation pages.

`with` fragments must come out and `without` fragments must not; titles and dates are compared
where the expectation states one. Needs `../shared/real/extraction`; says so when it is absent.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trafilatura

from benchmarks import report
from crawlers import dates, pages
from crawlers.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parents[2] / "shared" / "real" / "extraction"
Found = tuple[str, str, str]


def ours(body: bytes, url: str) -> Found:
    """Return the title, the day and the text that the crawlers read."""
    resource = Resource(body=body, url=url, source_id="x", fetched_at=datetime.now(UTC))
    for document in pages.read(resource).documents:
        moment = document.published_at
        day = moment.astimezone(dates.ZONE).date().isoformat() if moment else ""
        return document.title, day, document.text
    return "", "", ""


def theirs(body: bytes, url: str) -> Found:
    """Return the same as trafilatura reads it by itself."""
    found = trafilatura.bare_extraction(body, url=url, with_metadata=True)
    values: dict[str, Any] = found.as_dict() if found else {}  # type: ignore[union-attr]
    return tuple(str(values.get(name) or "") for name in ("title", "date", "text"))  # type: ignore[return-value]


def measure(
    read: Callable[[bytes, str], Found], expected: dict[str, dict[str, Any]]
) -> dict[str, float]:
    """Return the shares of right fragments, titles and dates, and the seconds taken."""
    wanted = unwanted = kept = leaked = titles = days = dated = 0
    begun = time.perf_counter()
    for url, page in expected.items():
        title, day, text = read((FOLDER / page["file"]).read_bytes(), url)
        wanted += len(page["with"])
        unwanted += len(page["without"])
        kept += sum(fragment in text for fragment in page["with"])
        leaked += sum(fragment in text for fragment in page["without"])
        titles += title.strip() == page["title"].strip()
        if page["date"]:
            dated += 1
            days += day == page["date"]
    seconds = time.perf_counter() - begun
    precision, recall = kept / max(1, kept + leaked), kept / wanted
    return {
        "with": recall,
        "without": 1 - leaked / unwanted,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "titles": titles / len(expected),
        "dates": days / dated,
        "seconds": seconds,
    }


def main() -> None:
    """Measure both, print the table and write the figures."""
    if not FOLDER.exists():
        print(f"{FOLDER} is absent: nothing to measure.")
        return
    expected = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
    theirs((FOLDER / next(iter(expected.values()))["file"]).read_bytes(), "")
    figures = {"vigie": measure(ours, expected), "trafilatura": measure(theirs, expected)}
    names = list(figures["vigie"])
    rows = [(name, *(figures[who][name] for who in figures)) for name in names]
    report.table(f"Extraction, {len(expected)} pages", ("", *figures), rows)
    print(report.write("extraction", figures))


if __name__ == "__main__":
    main()
