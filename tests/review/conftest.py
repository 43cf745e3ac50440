"""A realistic week, written through the storage, and a real server and browser to read it."""

from __future__ import annotations

import os
import re
import threading
import time
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import update

from flows.proposals import Intake
from review import access
from review.app import create_app, listen
from storage import Store, accounts, journal, judgements, open_store, tables
from tests.review.example import (
    ACTORS,
    BEFORE,
    HOSTILE,
    SOURCES,
    WEEK,
    example_queue,
    hostile_queue,
    long_queue,
    slug,
    write,
    write_press,
)
from vigie.catalogue import add
from vigie.errors import InputError
from vigie.records import (
    Document,
    Finding,
    HealthState,
    Judgement,
    Message,
    Outcome,
    Queue,
    Role,
    Source,
    SourceKind,
)
from vigie.settings import FILE_NAME, Settings, load

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

OPENED = datetime(2026, 3, 17, 8, tzinfo=UTC)
"""When the pages are opened."""
STARTED = time.monotonic()
CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "une barque sous la pluie"
PEOPLE = {
    "Rémi": Role.READER,
    "Coline": Role.CONTRIBUTOR,
    "Ophélie": Role.OFFICER,
    "Ada": Role.ADMINISTRATOR,
}
LOCALES = {"fr": "fr-FR", "en": "en-GB"}

TOML = """# Ce que l’on écrit reste.
[watch]
name = "Veille Mulhouse"
territory = ["200066009"]  # m2A
"""


def settings_in(folder: Path, *catalogued: Source) -> Settings:
    """Return the settings of a workspace, written first if it has none."""
    if not (folder / FILE_NAME).exists():
        (folder / FILE_NAME).write_text(TOML, encoding="utf-8")
        for source in catalogued:
            add(folder, source)
    return load(folder)


CATALOGUE = tuple(Source(id=i, name=n, url=f"https://{i}.example/", kind=k) for i, n, k in SOURCES)


@dataclass
class FakeScout:
    """Visits no site: what it finds is told by the address; « lent » waits to be let go."""

    go: threading.Event = field(default_factory=threading.Event)

    def check(self, source: Source) -> Outcome:
        if source.id == "agenda":
            self.go.wait(10)
        message = Message("{kind} : {n} documents", {"kind": "flux", "n": 7})
        return Outcome(source_id=source.id, at=OPENED, state=HealthState.LIVELY, message=message)

    def discover(self, url: str, taken: Collection[str]) -> tuple[Finding, ...]:
        if "prive" in url:
            raise InputError("http://10.0.0.1/ : adresse d’un réseau privé, jamais visitée.")
        if "vide" in url:
            return ()
        name = HOSTILE if "hostile" in url else "Le Bruit de la Doller"
        first = Source(id="bruit", name=name, url=f"{url}/feed", kind=SourceKind.FEED)
        known = replace(first, id="courrier-2", url=CATALOGUE[0].url)
        title = HOSTILE + "\u202e" + "x" * 1_000_000 if "hostile" in url else "Un café s’ouvre"
        sample = Document(
            id="s1",
            source_id="bruit",
            url="javascript:window.hacked=1",
            title=title,
            text="",
            published_at=OPENED,
            fetched_at=OPENED,
        )
        return (
            Finding(source=first, items=12, samples=(sample,)),
            Finding(source=known, items=3, samples=()),
        )


# --- a server and its readers --------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """A running application."""

    url: str
    store: Store
    clock: Callable[[], datetime]
    folder: Path = Path()
    scout: FakeScout = field(default_factory=FakeScout)
    week: str = f"/semaines/{WEEK}"

    def reader(self, language: str = "fr") -> httpx.Client:
        """Return a browser without JavaScript, cookies included, that follows nothing."""
        return httpx.Client(base_url=self.url, headers={"accept-language": language}, timeout=10)

    def page(self, number: int) -> str:
        """Return the address of the candidate of a rank."""
        return f"{self.week}/acteurs/{slug(ACTORS[number - 1][0])}"

    def standing(self, number: int) -> Judgement | None:
        """Return the verdict that stands on the candidate of a rank."""
        actor_id = slug(ACTORS[number - 1][0])
        with self.store.reading() as c:
            entry = judgements.standing(c, [actor_id]).get(actor_id)
        return entry.judgement if entry else None

    @staticmethod
    def hidden(html: str, name: str) -> str:
        """Return the value of a form's hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', html)
        assert found, f"no field {name}"
        return found[1]

    def judge(
        self, reader: httpx.Client, number: int, *, seen: str | None = None, **fields: str
    ) -> httpx.Response:
        """Send a candidate's form as a browser would, after having read its page."""
        html = reader.get(self.page(number)).text
        stands = self.hidden(html, "seen") if seen is None else seen
        data = {"csrf": self.hidden(html, "csrf"), "seen": stands, "note": "", **fields}
        return reader.post(self.page(number), data=data, headers={"origin": self.url})

    def acts(self) -> list[journal.Act]:
        """Return the newest acts."""
        with self.store.reading() as c:
            return journal.read(c, 100)

    def entries(self) -> list[judgements.Entry]:
        """Return the whole journal."""
        with self.store.reading() as c:
            return judgements.journal(c, limit=1000)


def clock() -> datetime:
    """Return the moment it is in these tests."""
    return OPENED + timedelta(seconds=time.monotonic() - STARTED)


@contextmanager
def running(
    store: Store,
    folder: Path,
    *catalogued: Source,
    scout: FakeScout | None = None,
    serving: bool = False,
) -> Iterator[str]:
    """Serve a store on a free port and yield the address."""
    settings = settings_in(folder, *catalogued)
    intake = Intake(settings)
    app = create_app(store, settings, clock=clock, scout=scout, intake=intake, serving=serving)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def serving() -> Callable[[Store, Path], AbstractContextManager[str]]:
    return running


@pytest.fixture
def example() -> Queue:
    return example_queue()


@pytest.fixture(scope="module")
def module_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("review")
    store = open_store("sqlite:///vigie.db", folder)
    write(
        store,
        example_queue(BEFORE, date(2026, 3, 9), 5),
        example_queue(),
        hostile_queue(),
        long_queue(),
    )
    write_press(store)
    scout = FakeScout()
    with running(store, folder, *CATALOGUE, scout=scout) as url:
        yield Site(url, store, clock, folder, scout)
    store.close()


@pytest.fixture
def site(module_site: Site) -> Site:
    """The application, with nothing judged yet."""
    with module_site.store.writing() as c:
        c.execute(update(tables.actors).values(merged_into=None, root_id=tables.actors.c.id))
        for table in (
            tables.withdrawals,
            tables.edits,
            tables.views,
            tables.distinctions,
            tables.searches,
            tables.source_changes,
            tables.notices,
            tables.proposals,
            tables.opinions,
            tables.invitations,
            tables.rounds,
        ):
            c.execute(table.delete())
        c.execute(tables.judgements.delete())
    return module_site


@pytest.fixture
def empty_url(tmp_path: Path) -> Iterator[str]:
    """An application on a base that holds nothing."""
    store = open_store("sqlite:///vigie.db", tmp_path)
    with running(store, tmp_path, scout=FakeScout()) as url:
        yield url
    store.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("chromium is missing: apt-get install chromium")
        pytest.skip("chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page; nothing may go wrong in it unseen."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str, *, language: str = "fr", **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        options.setdefault("base_url", site.url)
        context = browser.new_context(locale=LOCALES[language], **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watch(page, options["base_url"], complaints)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    # The browser reports by itself a conflict (409), a page that is none (404), a request cut.
    expected = ("409", "404", "net::ERR_FAILED")
    assert [said for said in complaints if not any(word in said for word in expected)] == []


def watch(page: Page, ours: str, complaints: list[str]) -> None:
    """Note what goes wrong in a page, and what it asks of other sites."""
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(ours) else complaints.append(asked.url),
    )


@pytest.fixture(scope="module")
def hashed() -> str:
    return access.hashed(PASSWORD)


@pytest.fixture
def guarded(site: Site, hashed: str) -> Iterator[Site]:
    """The application, with an account of each role."""
    with site.store.writing() as c:
        for name, role in PEOPLE.items():
            accounts.add(c, name, role, hashed, site.clock())
    yield site
    with site.store.writing() as c:
        made = accounts.tables
        for table in (made.sessions, made.sign_ins, made.tokens, made.accounts):
            c.execute(table.delete())
