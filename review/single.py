"""A city's single sign-on: OpenID Connect, authorization code with PKCE (RFC 7636).

What was asked of the provider is remembered here under its `state`, once, for ten minutes, and
bound to the browser by a cookie; the identity token is believed when it is signed by a key of the
provider, of the configured issuer, for this client, of this question (`nonce`) and not expired.
An account that the single sign-on made bears its issuer and subject in the place of a password:
no other person of that name, there or here, is taken for it.
"""

from __future__ import annotations

import hmac
import os
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from vigie.errors import VigieError
from vigie.language import say
from vigie.records import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from vigie.settings import Oidc

SECRET = "VIGIE_OIDC_SECRET"  # noqa: S105 - the name of a variable
"""The environment's variable with the client's secret."""
MARK = "oidc:"
"""What stands before issuer and subject in the place of a password."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures by keys of which only the provider has the secret half: never none, never HMAC."""
PATIENCE = 10
"""Seconds for an answer of the provider."""
KNOWN_FOR = 3600
"""Seconds for which the provider's description and keys are believed."""
ASKED_FOR = timedelta(minutes=10)
"""How long somebody may take at the provider."""
MOST_ASKED = 1000
LEEWAY = 60
"""Seconds that clocks may differ by."""


class RefusedError(Exception):
    """Somebody is not let in; the text says why, for the audit and the terminal alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked of the provider."""

    nonce: str
    verifier: str
    browser: str
    """Digest of what the browser's cookie holds."""
    to: str
    """The path to go to afterwards."""
    back: str
    """Where the provider sends the browser back."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who the provider says somebody is."""

    name: str
    role: Role
    mark: str
    """Issuer and subject, as they stand in the place of a password."""


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """One provider, with what was asked of it."""

    settings: Oidc
    _asked: OrderedDict[str, Question] = field(default_factory=OrderedDict)
    _known: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    # --- what the provider says of itself ---------------------------------------------------

    def _read(self, url: str, *, anew: bool = False) -> dict[str, Any]:
        """Return a document of the provider, as it was within the last hour.

        Raises:
            VigieError: it cannot be had.
        """
        found = self._known.get(url)
        if found is None or anew or time.monotonic() - found[0] > KNOWN_FOR:
            try:
                answer = requests.get(url, timeout=PATIENCE, allow_redirects=False)
                answer.raise_for_status()
                document = answer.json()
            except (requests.RequestException, ValueError) as error:
                raise _unreachable() from error
            if answer.status_code != requests.codes.ok or not isinstance(document, dict):
                raise _unreachable()
            found = self._known[url] = (time.monotonic(), document)
        return found[1]

    def described(self) -> dict[str, Any]:
        """Return the provider's description (OpenID Connect Discovery).

        Raises:
            VigieError: it cannot be had, or is of another issuer.
        """
        base = self.settings.issuer.rstrip("/")
        said = self._read(f"{base}/.well-known/openid-configuration")
        if said.get("issuer") != self.settings.issuer:
            raise VigieError(
                say(
                    "Le service de connexion dit s’appeler « {said} » et non « {issuer} » : "
                    "corrigez issuer dans [review.oidc].",
                    said=str(said.get("issuer"))[:200],
                    issuer=self.settings.issuer,
                )
            )
        return said

    def _client(self, back: str) -> OAuth2Session:
        basic, secret = "client_secret_basic", os.environ.get(SECRET)
        ways = self.described().get("token_endpoint_auth_methods_supported", [basic])
        usual = basic if basic in ways else "client_secret_post"
        return OAuth2Session(
            self.settings.client_id,
            secret,
            scope=" ".join(self.settings.scopes),
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method=usual if secret else "none",
            default_timeout=PATIENCE,
        )

    # --- there and back ---------------------------------------------------------------------

    def ask(self, browser: str, to: str, back: str, now: datetime) -> str:
        """Return where a browser is to go; its answer is awaited for ten minutes."""
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        address, state = self._client(back).create_authorization_url(
            self.described()["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
        question = Question(
            nonce=nonce, verifier=verifier, browser=_digest(browser), to=to, back=back, at=now
        )
        with self._lock:
            self._asked[state] = question
            if len(self._asked) > MOST_ASKED:
                self._asked.popitem(last=False)
        return str(address)

    def answered(
        self, given: Mapping[str, str], browser: str, now: datetime
    ) -> tuple[Person, Question]:
        """Return who came back with an answer, and what was asked.

        Raises:
            RefusedError: the answer is not one to a question of this browser, or not to be
                believed, or whoever it is may not come in.
            VigieError: the provider cannot be reached.
        """
        with self._lock:
            question = self._asked.pop(given.get("state", ""), None)
        if question is None or now - question.at > ASKED_FOR:
            raise RefusedError("no such question, or one answered or too old")
        if not hmac.compare_digest(question.browser, _digest(browser)):
            raise RefusedError("the question of another browser")
        if given.get("iss", self.settings.issuer) != self.settings.issuer:
            raise RefusedError("an answer of another issuer")
        if not given.get("code"):
            raise RefusedError(f"the provider answers: {given.get('error', 'no code')}"[:200])
        client = self._client(question.back)
        try:
            token = client.fetch_token(
                self.described()["token_endpoint"],
                code=given["code"],
                code_verifier=question.verifier,
            )
        except AuthlibBaseError as error:
            raise RefusedError(f"the provider answers: {error.error}"[:200]) from error
        except (requests.RequestException, ValueError) as error:
            raise _unreachable() from error
        claims = self._claims(token, question)
        return self._person(claims | self._more(client, claims)), question

    def _claims(self, token: Mapping[str, Any], question: Question) -> dict[str, Any]:
        """Return what the identity token says, once it is to be believed."""
        address = self.described()["jwks_uri"]
        try:
            try:
                read = _verified(token, self._read(address))
            except (JoseError, ValueError):
                # The provider may sign with a newer key.
                read = _verified(token, self._read(address, anew=True))
            claims = CodeIDToken(
                read.claims,
                read.header,
                options={
                    "iss": {"essential": True, "value": self.settings.issuer},
                    "aud": {"essential": True, "value": self.settings.client_id},
                    "nonce": {"essential": True, "value": question.nonce},
                },
                params={
                    "nonce": question.nonce,
                    "client_id": self.settings.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=LEEWAY)
        except (JoseError, AuthlibBaseError, ValueError, TypeError) as error:
            raise RefusedError(
                f"the identity token is not to be believed: {error}"[:200]
            ) from error
        return dict(read.claims)

    def _more(self, client: OAuth2Session, claims: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the provider says beside its token, where that lacks the name or groups."""
        wanted = {self.settings.name_claim, self.settings.groups_claim}
        address = self.described().get("userinfo_endpoint")
        if wanted <= claims.keys() or not address:
            return {}
        try:
            answer = client.get(address, timeout=PATIENCE)
            answer.raise_for_status()
            said = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise _unreachable() from error
        if not isinstance(said, dict) or said.get("sub") != claims["sub"]:
            raise RefusedError("what the provider says is of another person")
        return {name: said[name] for name in wanted - claims.keys() if name in said}

    def _person(self, claims: Mapping[str, Any]) -> Person:
        name, subject = claims.get(self.settings.name_claim), claims["sub"]
        if not isinstance(name, str) or not name.strip() or len(name) > 80:
            raise RefusedError(f"no name in {self.settings.name_claim}")
        mark = f"{MARK}{self.settings.issuer}#{subject}"
        return Person(name=name.strip(), role=self._role(claims), mark=mark)

    def _role(self, claims: Mapping[str, Any]) -> Role:
        given = claims.get(self.settings.groups_claim) or []
        groups = {given} if isinstance(given, str) else set(map(str, given))
        for role, named in (
            (Role.ADMINISTRATOR, self.settings.administrators),
            (Role.OFFICER, self.settings.officers),
            (Role.CONTRIBUTOR, self.settings.contributors),
            (Role.READER, self.settings.readers),
        ):
            if groups.intersection(named):
                return role
        if not self.settings.default_role:
            raise RefusedError("in none of the groups that have a role")
        return Role(self.settings.default_role)

    def farewell(self, back: str) -> str:
        """Return where one signs out of the provider too; empty when it has no such place."""
        address = str(self.described().get("end_session_endpoint") or "")
        if not address:
            return ""
        asked = {"client_id": self.settings.client_id, "post_logout_redirect_uri": back}
        return requests.Request("GET", address, params=asked).prepare().url or ""


def _verified(token: Mapping[str, Any], keys: dict[str, Any]) -> jwt.Token:
    kept = [key for key in keys.get("keys", []) if key.get("kty") != "oct"]
    return jwt.decode(
        str(token.get("id_token", "")),
        KeySet.import_key_set({"keys": kept}),
        algorithms=list(ALGORITHMS),
    )


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _unreachable() -> VigieError:
    return VigieError(
        say(
            "Le service de connexion de la ville ne répond pas comme attendu : réessayez dans un "
            "moment, ou connectez-vous avec un mot de passe."
        )
    )
