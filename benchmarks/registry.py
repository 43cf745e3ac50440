"""Memory and time of `vigie registry import` on a national register of any size.

`python -m benchmarks.registry [megabytes] [megabytes]`, with `--parquet` in that form, as Sirene
is published (the sizes are those of the same rows as CSV). Writes registers in the columns of RNA,
their associations spread over the communes of France by population, and imports each into a new
workspace of Strasbourg. What is held at most must not grow with the file: the territory's rows
do grow with it (0.8 % of them), and go to the database.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from benchmarks import report
from benchmarks.crawl import resident
from vigie import gazetteer

if TYPE_CHECKING:
    from vigie.records import Place

VIGIE = Path(sys.executable).with_name("vigie")
HEADER = (
    '"id";"date_creat";"date_decla";"date_publi";"date_disso";"titre";"titre_court";"objet";'
    '"adrs_numvoie";"adrs_typevoie";"adrs_libvoie";"adrs_codeinsee";"adrs_codepostal";'
    '"adrs_libcommune";"siteweb";"position"\r\n'
)
HEADS = ("LES AMIS", "COMITE", "AMICALE", "CHORALE", "ATELIER", "CLUB", "COLLECTIF", "CERCLE")
WHAT = ("LAVOIR", "QUARTIER", "CANAL", "MOULIN", "VELO", "JARDIN", "LIVRE", "VERGER", "QUAI",
        "THEATRE", "BOIS", "PAIN", "PUITS", "CINEMA", "ECOLE", "PARC", "PONT", "FOUR")  # fmt: skip
PURPOSE = "rassembler celles et ceux qui le souhaitent autour de rencontres et d’ateliers ; " * 3
LAST = date(2026, 3, 1)


def write(path: Path, megabytes: int) -> int:
    """Write a register of some megabytes; return its rows. The same arguments give the same."""
    draw = random.Random(7)  # noqa: S311 - a benchmark, nothing secret
    places = list(gazetteer.communes().values())
    weights = list(accumulate(place.population for place in places))
    rows = size = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        while size < megabytes * 1_000_000:
            chosen = draw.choices(places, cum_weights=weights, k=10_000)
            lines = [row(rows + n, place, draw) for n, place in enumerate(chosen)]
            size += sum(map(len, lines))
            rows += len(lines)
            file.writelines(lines)
    return rows


def as_parquet(file: Path) -> Path:
    """Write a register anew as Parquet."""
    made = file.with_suffix(".parquet")
    with duckdb.connect() as db:
        db.execute(
            f"COPY (SELECT * FROM read_csv('{file}', all_varchar = true)) "  # noqa: S608 - our own
            f"TO '{made}' (FORMAT parquet)"
        )
    file.unlink()
    return made


def row(number: int, place: Place, draw: random.Random) -> str:
    """Return one association's line."""
    day = LAST - timedelta(days=draw.randrange(40 * 365))
    title = f"{draw.choice(HEADS)} DU {draw.choice(WHAT)} ET DU {draw.choice(WHAT)} {number % 9973}"
    return (
        f'"W{number:09d}";"{day}";"{day}";"{day}";"0001-01-01";"{title}";"{title}";"{PURPOSE}";'
        f'"4";"RUE";"Haute";"{place.code}";"";"{place.name}";"";"A"\r\n'
    )


def imported(file: Path, folder: Path) -> tuple[float, list[float], str]:
    """Import a register; return seconds, megabytes held on the way, and what was said."""
    subprocess.run(
        [VIGIE, "init", folder, "--territory", "strasbourg"], check=True, capture_output=True
    )
    start = time.perf_counter()
    process = subprocess.Popen(
        [VIGIE, "registry", "import", file, "--dir", folder], stderr=subprocess.PIPE, text=True
    )
    held = []
    while process.poll() is None:
        held.append(resident(process.pid))
        time.sleep(0.25)
    said = process.communicate()[1].strip().splitlines()
    return time.perf_counter() - start, held, said[-1]


def main(sizes: list[int], *, parquet: bool) -> None:
    """Import registers of several sizes and compare what is held."""
    rows, figures = [], {}
    for megabytes in sizes:
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / "rna.csv"
            count = write(file, megabytes)
            file = as_parquet(file) if parquet else file
            seconds, held, said = imported(file, Path(name) / "veille")
        figures[str(megabytes)] = {
            "rows": count,
            "seconds": round(seconds, 1),
            "megabytes_held": round(max(held)),
            "megabytes_held_half_way": round(max(held[: len(held) // 2])),
            "said": said,
        }
        rows.append((megabytes, count, seconds, max(held[: len(held) // 2]), max(held), said))
    columns = ("MB", "rows", "seconds", "MB held, first half", "MB held", "said")
    report.table("A register, imported", columns, rows)
    report.write("registry-parquet" if parquet else "registry", figures)


if __name__ == "__main__":
    given = [one for one in sys.argv[1:] if one != "--parquet"]
    main([int(size) for size in given] or [200, 2000], parquet="--parquet" in sys.argv)
