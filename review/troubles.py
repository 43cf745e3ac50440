"""What a page says when it cannot be shown: a sentence, a way on, and no trace."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from review.forms import StaleFormError
from review.guard import harden
from review.rates import TooManyError
from review.shell import page
from review.words import choose_language, say_in
from vigie.errors import UnknownNameError, VigieError
from vigie.records import Message

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import HTMLResponse


class MissingError(Exception):
    """What was asked for does not exist; `link` leads to the nearest thing that does."""

    status = HTTPStatus.NOT_FOUND
    title = Message("Introuvable")

    def __init__(self, words: Message, link: str = "", link_words: Message | None = None) -> None:
        super().__init__(str(words))
        self.words = words
        self.link = link
        self.link_words = link_words


class IncompleteError(MissingError):
    """A form lacks what it is for."""

    status = HTTPStatus.BAD_REQUEST
    title = Message("Demande incomplète")


def install(app: FastAPI) -> None:
    """Give the application its error pages."""

    @app.exception_handler(MissingError)
    def _missing(request: Request, error: Exception) -> HTMLResponse:
        assert isinstance(error, MissingError)  # noqa: S101  # narrows for the type checker
        return trouble(
            request,
            error.status,
            error.title,
            error.words,
            link=error.link,
            link_words=error.link_words,
        )

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: Exception) -> HTMLResponse:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == HTTPStatus.NOT_FOUND:
            words = Message("Il n’y a pas de page à cette adresse.")
            return trouble(request, status, Message("Introuvable"), words)
        words = Message("Cette adresse n’accepte pas ce genre de demande.")
        return trouble(request, status, Message("Demande refusée"), words)

    @app.exception_handler(RequestValidationError)
    def _malformed(request: Request, _: Exception) -> HTMLResponse:
        words = Message("Il manque quelque chose à cette demande, ou elle est mal écrite.")
        return trouble(request, HTTPStatus.BAD_REQUEST, Message("Demande incomprise"), words)

    @app.exception_handler(StaleFormError)
    def _stale(request: Request, _: Exception) -> HTMLResponse:
        words = Message(
            "Rien n’a été enregistré : cette page date d’avant le redémarrage du programme, ou "
            "l’envoi vient d’ailleurs. Revenez en arrière, rechargez la page et recommencez."
        )
        return trouble(request, HTTPStatus.FORBIDDEN, Message("Page périmée"), words)

    @app.exception_handler(UnknownNameError)
    def _unknown(request: Request, error: Exception) -> HTMLResponse:
        words = Message("{sentence}", {"sentence": str(error)})
        return trouble(request, HTTPStatus.NOT_FOUND, Message("Introuvable"), words)

    @app.exception_handler(VigieError)
    def _expected(request: Request, error: Exception) -> HTMLResponse:
        # The sentence may hold braces of its own: it is a value, never a template.
        words = Message("{sentence}", {"sentence": str(error)})
        title = Message("Impossible pour le moment")
        return trouble(request, HTTPStatus.SERVICE_UNAVAILABLE, title, words)

    @app.exception_handler(TooManyError)
    def _too_many(request: Request, error: Exception) -> HTMLResponse:
        seconds = error.seconds if isinstance(error, TooManyError) else 1
        words = Message(
            "Trop de demandes en peu de temps : attendez {n} seconde et rechargez la page.",
            {"n": seconds},
            "Trop de demandes en peu de temps : attendez {n} secondes et rechargez la page.",
        )
        title = Message("Un instant")
        response = trouble(request, HTTPStatus.TOO_MANY_REQUESTS, title, words)
        response.headers["retry-after"] = str(seconds)
        return response

    @app.exception_handler(Exception)
    def _bug(request: Request, _: Exception) -> HTMLResponse:
        words = Message(
            "Une erreur du programme a empêché de montrer cette page. Le terminal où Vigie "
            "tourne en dit plus ; rien de ce qui était enregistré n’est perdu."
        )
        title = Message("Erreur du programme")
        response = trouble(request, HTTPStatus.INTERNAL_SERVER_ERROR, title, words)
        # Answers to bugs are made outside the guard.
        harden(response.headers)
        return response


def trouble(
    request: Request,
    status: int,
    title: Message,
    words: Message,
    *,
    link: str = "",
    link_words: Message | None = None,
) -> HTMLResponse:
    """Return the page that says what is wrong."""
    language = choose_language(request)
    return page(
        request,
        "error.html",
        status,
        title=say_in(language, title),
        words=say_in(language, words, 1000),
        link=link,
        link_words=say_in(language, link_words) if link_words else "",
    )
