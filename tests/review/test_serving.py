"""Opening the pages from a terminal, and closing them."""

import re
import signal
import subprocess
import sys

import httpx

SCRIPT = """
import sys
from pathlib import Path
from review import serve
from storage import open_store
from vigie.settings import Crawler, Schedule, Settings, Storage, Watch

folder = Path(sys.argv[1])
settings = Settings(
    folder=folder,
    watch=Watch(),
    crawler=Crawler(),
    storage=Storage(),
    schedule=Schedule(),
    sources=(),
)
serve(open_store("sqlite:///v.db", folder), settings, "127.0.0.1", 0)
"""


def test_the_terminal_names_the_address_and_an_interruption_ends_quietly(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], stderr=subprocess.PIPE, text=True
    ) as running:
        said = running.stderr.readline() + running.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", said)[0]
        assert "cette machine" in said
        assert "Rien à voir encore" in httpx.get(address, timeout=30).text
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 0
        assert running.stderr.read() == ""
