"""What a server makes ready after its start, so that nobody's first visit waits for it.

Templates are compiled, the English catalogue is read, the words of names are listed, what is long
to reckon is reckoned by a process of its own. All this is done beside the answers, once whoever
started the program has seen a first page.
"""

from __future__ import annotations

import gc
import sys
import time
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

from review.annuaire import VERDICTS_ASKED
from review.catalogue import source_rows
from review.network import TIES
from review.reckoning import YIELDING
from review.territory import SPOTS, by_commune
from review.words import environment
from storage.directory import Search
from vigie import gazetteer
from vigie.errors import StorageError
from vigie.language import LANGUAGES

if TYPE_CHECKING:
    from review.shell import House

FIRST = 1.0
"""Seconds that are left to the first page."""
TURN = 0.001
"""Seconds after which a thread that reckons lets another one go on.

Of Python's own five, a page would wait at every row that it reads while another one is made.
"""


def begin(made: House) -> None:
    """Make ready what the first page waits for, then everything else, beside the answers."""
    sys.setswitchinterval(TURN)
    gazetteer.communes()
    _compile(LANGUAGES[0], ("week.html", "base.html", "icons.svg"), "_")
    Thread(target=_warm, args=(made,), daemon=True).start()


def _warm(made: House) -> None:
    time.sleep(FIRST)
    # A database that cannot be read is told by the pages themselves.
    with suppress(StorageError):
        warm(made)
        # One after the other: each is a process that takes its share of memory.
        made.reckonings.kept(TIES, yielding=YIELDING)
        made.reckonings.kept(SPOTS, yielding=YIELDING)
    # What is kept now stays: looking through it for garbage would hold up a page now and then.
    gc.collect()
    gc.freeze()


def _compile(language: str, ends: tuple[str, ...], begins: str = "") -> None:
    """Read the templates whose names end, or begin, so."""
    templates = environment(language)
    for name in templates.list_templates():
        if name.endswith(ends) or (begins and name.startswith(begins)):
            templates.get_template(name)


def warm(made: House) -> None:
    """Make ready what pages show again and again; raise StorageError if it cannot be read."""
    for language in LANGUAGES:
        _compile(language, (".html", ".md"))
    for verdicts in set(VERDICTS_ASKED.values()):
        search = Search(verdicts=verdicts)
        by_commune(made, search)
        with made.store.reading() as c:
            made.found(c, search, 1)
    with made.store.reading() as c:
        made.found(c, Search(text="associaton"), 1)
        source_rows(c, made)
