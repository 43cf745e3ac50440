"""The harness of `benchmarks.kills` on a very small world: one kill of each stage.

The long version (200 kills) has its result in docs/benchmarks.md.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests import databases

pytestmark = databases.once

# Forked children want a parent of one thread: a program of its own.
CODE = (
    "import json; from benchmarks.kills import measure; "
    "print(json.dumps(measure(4, 9, weeks=2, scale=0.1)))"
)


def test_each_stage_killed_once_ends_with_what_an_undisturbed_run_has():
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["documents"] >= 5
    assert figures["candidates"] >= 1
    for stage, told in figures["stages"].items():
        assert told["kills"] >= 1, stage
        assert told["differing"] == [], stage
