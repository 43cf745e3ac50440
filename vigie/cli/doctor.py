"""`vigie doctor`: what a workspace lacks, and what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from vigie.cli.options import workspace
from vigie.language import say

if TYPE_CHECKING:
    from pathlib import Path

MARKS = ("✓", "!", "✗")


@click.command(
    help=say(
        "Examiner l’espace de travail et dire quoi faire. Se termine par 0 si tout va, 1 s’il faut "
        "regarder, 2 si quelque chose ne marche pas."
    )
)
@click.option("--json", "as_json", is_flag=True, help=say("En JSON."))
@workspace
def doctor(folder: Path, *, as_json: bool) -> int:
    """Print what every check found; the exit status is the worst of them."""
    from flows import doctor as checks

    found = checks.examine(folder, datetime.now(UTC))
    worst = checks.worst(found)
    if as_json:
        told = [
            {
                "check": one.check,
                "state": one.state.name.lower(),
                "said": one.said,
                "remedy": one.remedy,
            }
            for one in found
        ]
        values = {"state": worst.name.lower(), "checks": told}
        click.echo(json.dumps(values, ensure_ascii=False, indent=2))
        return int(worst)
    for one in found:
        click.echo(f"{MARKS[one.state]} {one.said}")
        if one.remedy:
            click.echo(f"    {one.remedy}")
    return int(worst)
