"""The command line: apart, as people start it, or here, where its libraries are read already."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from vigie.cli import main

VIGIE = Path(__file__).parents[1] / ".venv" / "bin" / "vigie"


def apart(
    *arguments: object, timeout: float = 300, **options: object
) -> subprocess.CompletedProcess[str]:
    """Run `vigie` in a process of its own."""
    return subprocess.run(
        [VIGIE, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        **options,
    )


def here(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `vigie` in this process: what it says and how it ends are the same, seconds earlier."""
    words = ["vigie", *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with patch.object(sys, "argv", words), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())
