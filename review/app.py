"""The application, made from a store and settings; and the way to open it on this machine."""

from __future__ import annotations

import json
import secrets
import socket
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from fastapi import Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

import vigie
from review import (
    account,
    annuaire,
    attention,
    catalogue,
    desk,
    exports,
    fiche,
    leaving,
    likeness,
    network,
    personal,
    probes,
    proposed,
    proposing,
    questions,
    rounds,
    territory,
    troubles,
    verdicts,
    warming,
    weeks,
)
from review.access import door, is_guarded
from review.api import create_api
from review.guard import Guard
from review.reckoning import Reckonings
from review.shell import House
from review.single import SingleSignOn
from review.watches import PLACE
from vigie import logs
from vigie.errors import VigieError
from vigie.language import say
from vigie.words import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from review.intake import Intake
    from review.trials import Scout
    from storage import Store
    from vigie.settings import Settings

STATIC = Path(__file__).parent / "static"
LOOPBACK = "127.0.0.1"
API = "/api/openapi.json"


def create_app(
    store: Store,
    settings: Settings,
    *,
    clock: Callable[[], datetime] | None = None,
    any_host: bool = False,
    scout: Scout | None = None,
    serving: bool = False,
    intake: Intake | None = None,
) -> FastAPI:
    """Return the application.

    `clock` gives the moment of an act, aware; with `any_host` names of this machine other than
    its own are answered too, which takes accounts. `scout` visits sites; without one sources
    are tried and added in the terminal alone. When `serving`, what is long to reckon is left to
    another process. `intake` takes proposals in; without one nobody proposes.
    """
    # The interactive documentation of FastAPI would load its parts from elsewhere.
    app = FastAPI(
        title="Vigie",
        version=vigie.__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(door)],
    )
    clock = clock or (lambda: datetime.now(UTC))
    app.state.house = House(
        store=store,
        settings=settings,
        secret=secrets.token_bytes(32),
        clock=clock,
        reckonings=Reckonings(store=store, settings=settings, clock=clock, apart=serving),
        version=_static_version(),
        parts=_parts(),
        scout=scout,
        intake=intake,
        single=SingleSignOn(settings.review.oidc) if settings.review.oidc else None,
    )
    app.add_middleware(Guard, any_host=any_host, tiles=settings.review.tiles)
    # Pages hold tokens beside words from elsewhere: only what is the same for all is compressed.
    app.mount("/static", GZipMiddleware(StaticFiles(directory=STATIC)), name="static")
    reading = (weeks, verdicts, likeness, fiche, annuaire, territory, network, catalogue, desk)
    for room in (*reading, exports, leaving, account, attention, proposing):
        app.include_router(room.router)
    for room in (weeks, verdicts, likeness):
        app.include_router(room.router, prefix=PLACE)
    for room in (proposed, rounds, questions, personal):
        app.include_router(room.router)
    changing = (verdicts, fiche, annuaire, catalogue, account, proposed, rounds, questions)
    for room in (*changing, personal):
        app.include_router(room.changes)
    for address in ("/api", "/api/"):
        app.router.routes.append(Route(address, _to_the_api))
    app.mount("/api", create_api(app.state.house), name="api")
    troubles.install(app)
    account.install(app)
    probes.install(app)
    return app


def _to_the_api(_: Request) -> RedirectResponse:
    """Lead who comes to the interface itself to its description, which anybody may read."""
    return RedirectResponse(API)


def serve(
    store: Store,
    settings: Settings,
    host: str = LOOPBACK,
    port: int = 8000,
    *,
    scout: Scout | None = None,
    intake: Intake | None = None,
) -> None:
    """Open the pages on this machine until interrupted; port 0 takes a free one.

    Raises:
        VigieError: the host is not this machine's own and there are no accounts, or the port is
            taken.
    """
    with store.reading() as c:
        guarded = is_guarded(c, settings)
    listening = listen(host, port, guarded=guarded)
    address = f"http://{listening.getsockname()[0]}:{listening.getsockname()[1]}"
    words = (
        say("Vigie est ouverte à qui a un compte : {address}\nCtrl+C l’arrête.", address=address)
        if guarded
        else say(
            "Vigie est ouverte : {address}\nSans comptes, elle n’est ouverte que sur cette machine "
            "({host}) ; « vigie user add » en crée un. Ctrl+C l’arrête.",
            address=address,
            host=LOOPBACK,
        )
    )
    logs.say_line(words)
    app = create_app(
        store,
        settings,
        any_host=guarded,
        scout=scout,
        serving=True,
        intake=intake,
    )
    warming.begin(app.state.house)
    config = served(app, settings)
    # The server has closed everything by the time it passes the interruption on.
    with listening, suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def served(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Return how the application is served."""
    return uvicorn.Config(
        app,
        log_level="warning",
        # Through our own handler, which takes secrets out.
        log_config=None,
        server_header=False,
        # X-Forwarded-For and -Proto are believed of these alone; of none by default.
        proxy_headers=bool(settings.review.trusted_proxies),
        forwarded_allow_ips=list(settings.review.trusted_proxies),
    )


def listen(host: str, port: int, *, guarded: bool = False) -> socket.socket:
    """Return a socket that listens; without accounts (`guarded`) on this machine only.

    Raises:
        VigieError: as `serve` does.
    """
    if not guarded and host not in {LOOPBACK, "localhost"}:
        raise VigieError(
            say(
                "Vigie ne s’ouvre que sur {loopback} tant qu’il n’y a pas de comptes : "
                "« {host} » la montrerait à d’autres. Retirez --host.",
                loopback=LOOPBACK,
                host=host,
            )
        )
    try:
        return socket.create_server((host if guarded else LOOPBACK, port))
    except (OSError, OverflowError) as error:
        raise VigieError(
            say(
                "Le port {port} ne peut pas être ouvert ({error}) : choisissez-en un autre avec "
                "--port.",
                port=port,
                error=refusal(error) if isinstance(error, OSError) else str(error),
            )
        ) from error


def _static_version() -> str:
    """Return a short digest of our own static files."""
    digest = sha256()
    for file in sorted(STATIC.rglob("*.*")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _parts() -> tuple[dict[str, str], ...]:
    """Return the front-end parts that were put in place, if any were."""
    try:
        return tuple(json.loads((STATIC / "vendor" / "parts.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()
