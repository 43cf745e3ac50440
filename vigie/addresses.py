"""Addresses that people write: what can be read there, and what of them may be shown.

A login is in the way of both: catalogues, logs and error messages are read by others.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from vigie.errors import WrongValueError
from vigie.language import say
from vigie.records import SourceKind

LOCAL_KINDS = frozenset(
    {SourceKind.FILES, SourceKind.REGISTRY, SourceKind.MAILBOX, SourceKind.OPENAGENDA}
)
"""Sources that may be a path on this machine; all others are fetched over HTTP."""

AGENDA_KEY = "VIGIE_OPENAGENDA_KEY"
"""The environment's variable with the key of OpenAgenda's interface."""

HIDDEN = "…"
"""What is shown in the place of a secret."""

# A sign that parts an address ( / ? # ) should be encoded in a password, and often is not: what
# follows « user: » and is no port is a password, up to the last @. Databases have no @ elsewhere.
_UNENCODED = r"[^\s/?#'\"@:\[]*:(?!\d{1,5}(?:[/?#\s]|$)|//)[^\s/?#@]*[/?#]\S*@"
_LOGIN = re.compile(rf"(?<=://)(?:[^\s/?#'\"]*@|{_UNENCODED})")
_OF_DATABASE = re.compile(r"(?i)(\bpostgres[\w+]*://)\S*@")
_WITH_PASSWORD = re.compile(r"://[^:/]*:[^@]+@|[?&]password=.")
_SCHEME = re.compile(r"[a-zA-Z][\w+.-]{0,39}://")
_WITHOUT_SCHEME = re.compile(rf"^(?:[^/?#@]*:[^/?#]*@|{_UNENCODED})")


def without_logins(text: str) -> str:
    """Return a text without the users and passwords of the addresses in it."""
    return _LOGIN.sub(f"{HIDDEN}@", _OF_DATABASE.sub(rf"\1{HIDDEN}@", text))


def without_login(url: str) -> str:
    """Return an address as it may be shown: without the user and password that it may hold."""
    return _WITHOUT_SCHEME.sub(f"{HIDDEN}@", without_logins(url))


def holds_password(url: str) -> bool:
    """Tell whether a database's address has its password in it, as SQLAlchemy reads it."""
    return _WITH_PASSWORD.search(url) is not None


def scheme_alone(url: str) -> str:
    """Return what may be shown of an address that cannot be taken apart, nor its login found."""
    if "@" not in url:
        return url
    scheme = _SCHEME.match(url)
    return f"{scheme[0] if scheme else ''}{HIDDEN}"


def is_web(url: str) -> bool:
    """Return whether a URL has an HTTP scheme, a host and a possible port."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url


def address(url: str, kind: SourceKind) -> str:
    """Check where a source is read: a web page, or for some kinds a file or a mailbox.

    Raises:
        WrongValueError: nothing of this kind can be read there.
    """
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    if is_web(url):
        if kind is SourceKind.OPENAGENDA:
            _no_key(url)
        return url
    if kind in LOCAL_KINDS and (not scheme or scheme in ("imap", "imaps")):
        return url
    if not url:
        raise WrongValueError(say("l’adresse est vide"))
    if kind in LOCAL_KINDS:
        raise WrongValueError(
            say(
                "« {url} » : un chemin de fichier ou une adresse http(s) est attendu",
                url=without_login(url),
            )
        )
    hint = say(" ; vouliez-vous dire « https://{url} » ?", url=without_login(url))
    guess = hint if not scheme and "." in url.partition("/")[0] else ""
    raise WrongValueError(
        say(
            "« {url} » n’est pas une adresse http ou https{hint}",
            url=without_login(url),
            hint=guess,
        )
    )


def _no_key(url: str) -> None:
    """Refuse an agenda's address that holds a key: addresses are stored, archived and shown."""
    if any(name.lower() == "key" for name, _ in parse_qsl(urlsplit(url).query)):
        raise WrongValueError(
            say(
                "l’adresse contient une clé : retirez-la et mettez-la dans {variable}",
                variable=AGENDA_KEY,
            )
        )


def site(typed: str) -> str:
    """Return the address of a site as somebody types it, by https where they name no way.

    Raises:
        WrongValueError: it is none of the web, or holds a login, which the catalogue would show.
    """
    url = typed.strip()
    if (shown := without_login(url)) != url:
        raise WrongValueError(
            say(
                "« {url} » contient un nom ou un mot de passe, que tous liraient dans le "
                "catalogue : retirez-le.",
                url=shown[:200],
            )
        )
    whole = url if "://" in url else f"https://{url}"
    # Without a way before it, « javascript:1 » would be a machine and its port.
    if not is_web(whole) or (whole != url and "." not in (urlsplit(whole).hostname or "")):
        raise WrongValueError(
            say("« {url} » n’est pas une adresse web.", url=without_login(url)[:200])
        )
    return whole
