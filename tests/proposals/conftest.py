"""A workspace open to proposals, its pages with accounts on loopback, and a mail server beside."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest
import uvicorn
from aiosmtpd.controller import Controller

from flows.exchange import keys_of
from flows.proposals import Intake
from nlp import gathering
from review import access
from review.app import create_app, listen
from storage import accounts, actors, open_store, tables
from tests.mailbox import Box
from tests.review.example import ACTORS, example_queue, slug, write, write_press
from vigie.records import ActorSheet, Alias, MailSecurity, Resolution, Role
from vigie.settings import Mail, Review, Settings, parse

OPENED = datetime(2026, 3, 17, 8, tzinfo=UTC)
PASSWORD = "une barque sous la pluie"
TOML = '[watch]\nname = "Veille Mulhouse"\nterritory = ["200066009"]\n'
PEOPLE = {
    "Rémi": Role.READER,
    "Coline": Role.CONTRIBUTOR,
    "Ophélie": Role.OFFICER,
    "Omar": Role.OFFICER,
}
PAGE = "https://vigie.example.org"


class Clock:
    """What time it is, as a test sets it."""

    def __init__(self) -> None:
        self.now = OPENED

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **some: float) -> datetime:
        self.now += timedelta(**some)
        return self.now


@dataclass
class Site:
    """A running application, the clock it reads and the workspace behind it."""

    url: str
    store: object
    settings: Settings
    clock: Clock = field(default_factory=Clock)

    def reader(self, language: str = "fr") -> httpx.Client:
        """Return somebody without an account, whose browser sends no cookie."""
        return httpx.Client(
            base_url=self.url,
            headers={"accept-language": language},
            timeout=30,
            event_hooks={"request": [lambda asked: asked.headers.pop("cookie", None)]},
        )

    @contextmanager
    def signed_in(self, name: str, language: str = "fr"):
        headers = {"accept-language": language}
        with httpx.Client(base_url=self.url, headers=headers, timeout=30) as client:
            data = {"csrf": hidden(client.get("/connexion").text, "csrf"), "name": name}
            answer = self.post(client, "/connexion", {**data, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            yield client

    def post(self, client: httpx.Client, path: str, data: dict) -> httpx.Response:
        return client.post(path, data=data, headers={"origin": self.url})

    def propose(self, client: httpx.Client, wait: float = 20, **fields) -> httpx.Response:
        """Open the form, fill it, and send it some seconds later."""
        data = filled(client.get("/proposer").text, **fields)
        self.clock.wait(seconds=wait)
        return self.post(client, "/proposer", data)

    def judge(self, client: httpx.Client, actor_id: str, **fields) -> httpx.Response:
        """Judge an actor on its page."""
        html = client.get(f"/acteurs/{actor_id}").text
        data = {"csrf": hidden(html, "csrf"), "seen": hidden(html, "seen"), **fields}
        return self.post(client, f"/fiche/juger/{actor_id}", data)


FIELDS = {
    "kind": "actor",
    "name": "Les Semeurs de Toits",
    "what": "Un potager sur le toit de la médiathèque, tenu par ses voisins.",
    "place": "Mulhouse",
    "link": "https://semeurs.example/toit",
}


def filled(html: str, **fields) -> dict:
    """Return a form with its hidden fields and what a person writes in it."""
    known = {name: unescape(hidden(html, name)) for name in ("csrf", "stamp") if has(html, name)}
    vu = re.findall(r'name="vu" value="([^"]*)"', html)
    return {**FIELDS, **known, "vu": [unescape(one) for one in vu], **fields}


def has(html: str, name: str) -> bool:
    return f'name="{name}" value="' in html


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"no field {name}"
    return found[1]


@pytest.fixture(scope="module")
def smtp():
    box = Box()
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        box.port = found.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def box(smtp):
    smtp.came.clear()
    smtp.refused.clear()
    return smtp


@contextmanager
def served(app):
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def name_as_resolution_does(store) -> None:
    """Give the example's actors the keys that resolution would have made of their names."""
    found = []
    for name, *_ in ACTORS:
        key = keys_of(ActorSheet(id="", name=name))[name]
        blocks = gathering.blocks(key, name)
        found.append(Alias(key=key, surface=name, actor_id=slug(name), blocks=blocks))
    with store.writing() as c:
        c.execute(tables.name_words.delete())
        c.execute(tables.aliases.delete())
        actors.save(c, Resolution(aliases=tuple(found)))


@pytest.fixture(scope="module")
def whole_site(tmp_path_factory, smtp):
    folder = tmp_path_factory.mktemp("proposals")
    store = open_store("sqlite:///vigie.db", folder)
    write(store, example_queue())
    write_press(store)
    name_as_resolution_does(store)
    sender = Mail(
        sender="vigie@example.org", host="127.0.0.1", port=smtp.port, security=MailSecurity.NONE
    )
    settings = replace(
        parse(TOML, folder), mail=sender, review=Review(proposals=True, address=PAGE)
    )
    clock, hashed = Clock(), access.hashed(PASSWORD)
    with store.writing() as c:
        for name, role in PEOPLE.items():
            accounts.add(c, name, role, hashed, OPENED)
    app = create_app(store, settings, clock=clock, any_host=True, intake=Intake(settings))
    with served(app) as url:
        yield Site(url, store, settings, clock)
    store.close()


@pytest.fixture
def site(whole_site):
    """The pages, with nothing proposed or judged yet."""
    whole_site.clock.wait(hours=1)
    with whole_site.store.writing() as c:
        made = [
            row.actor_id
            for row in c.execute(tables.proposals.select().where(tables.proposals.c.made_actor))
        ]
        for table in (
            tables.mailbox_marks,
            tables.opinions,
            tables.invitations,
            tables.rounds,
            tables.proposals,
            tables.withdrawals,
            tables.judgements,
            tables.edits,
        ):
            c.execute(table.delete())
        keys = [
            row.key
            for row in c.execute(tables.aliases.select().where(tables.aliases.c.actor_id.in_(made)))
        ]
        for table in (tables.alias_blocks, tables.name_words, tables.aliases):
            c.execute(table.delete().where(table.c.key.in_(keys)))
        asked = tables.suggestions.c
        c.execute(
            tables.suggestions.delete().where(asked.actor_id.in_(made) | asked.other_id.in_(made))
        )
        c.execute(tables.candidates.delete().where(tables.candidates.c.actor_id.in_(made)))
        c.execute(tables.views.delete().where(tables.views.c.actor_id.in_(made)))
        c.execute(tables.actors.delete().where(tables.actors.c.id.in_(made)))
    return whole_site


@pytest.fixture
def serving_closed(site):
    """The same pages with the settings' default: no proposals of the public."""
    settings = replace(site.settings, review=Review(address=PAGE))
    app = create_app(site.store, settings, clock=site.clock, any_host=True, intake=Intake(settings))
    with served(app) as url:
        yield url
