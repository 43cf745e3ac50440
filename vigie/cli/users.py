"""`vigie user`: who may sign in to the pages."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from vigie.cli.options import opened, workspace
from vigie.language import render, say, terminal_language
from vigie.records import Role, Scope
from vigie.terminal import tell

if TYPE_CHECKING:
    from pathlib import Path


@click.group(help=say("Les comptes : qui peut ouvrir les pages, et pour quoi faire."))
def user() -> None:
    """Group the commands on accounts."""


@user.command(help=say("Créer un compte ; le mot de passe est demandé, ou lu sur l’entrée."))
@click.argument("name", metavar=say("NOM"))
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    help=say("Ce qu’il permet ; le premier compte administre."),
)
@workspace
def add(folder: Path, name: str, role: str | None) -> None:
    """Make an account; the first one is an administrator's unless said otherwise."""
    from review import access
    from storage import accounts

    with opened(folder) as (_, store):
        with store.reading() as c:
            first = not accounts.any_exist(c)
            taken = accounts.get(c, name) is not None
        usual = Role.ADMINISTRATOR if first else Role.OFFICER
        given = Role(role) if role else usual
        password = "" if taken else access.hashed(_asked())
        with store.writing() as c:
            made = accounts.add(c, name.strip(), given, password, datetime.now(UTC))
    words = _role(made.role)
    tell(say("Compte « {name} » créé ({role}).", name=made.shown, role=words))


@user.command("list", help=say("Montrer les comptes."))
@workspace
def list_(folder: Path) -> None:
    """Print the accounts."""
    from storage import accounts

    with opened(folder) as (_, store), store.reading() as c:
        every = accounts.all_of(c)
    for one in every:
        closed = say(" (fermé)") if one.disabled else ""
        tell(f"{one.shown} : {_role(one.role)}{closed}")
    if not every:
        tell(say("Aucun compte : les pages ne s’ouvrent que sur cette machine."))


@user.command(help=say("Fermer un compte : il ne se connecte plus, ses sessions finissent."))
@click.argument("name", metavar=say("NOM"))
@click.option("--undo", is_flag=True, help=say("Le rouvrir."))
@workspace
def disable(folder: Path, name: str, *, undo: bool) -> None:
    """Close an account, or open it again."""
    from storage import accounts

    with opened(folder) as (_, store), store.writing() as c:
        accounts.disable(c, name, disabled=not undo)
    words = say("Compte « {name} » rouvert.", name=name)
    tell(words if undo else say("Compte « {name} » fermé.", name=name))


@user.command(help=say("Donner un autre mot de passe à un compte ; ses sessions finissent."))
@click.argument("name", metavar=say("NOM"))
@workspace
def password(folder: Path, name: str) -> None:
    """Give an account another password."""
    from review import access
    from storage import accounts
    from vigie.errors import UnknownNameError

    with opened(folder) as (_, store):
        with store.reading() as c:
            if accounts.get(c, name) is None:
                raise UnknownNameError(say("Pas de compte « {name} ».", name=name))
        hashed = access.hashed(_asked())
        with store.writing() as c:
            accounts.set_password(c, name, hashed)
    tell(say("Le mot de passe de « {name} » est changé.", name=name))


@user.command(help=say("Donner à un programme de quoi lire par l’interface /api, et rien d’autre."))
@click.argument("name", metavar=say("NOM"))
@click.argument("label", metavar=say("POUR"))
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help=say("Ce qu’il lit ; sans cette option, tout."),
)
@click.option("--revoke", is_flag=True, help=say("Le retirer."))
@workspace
def token(folder: Path, name: str, label: str, scopes: tuple[str, ...], *, revoke: bool) -> None:
    """Make a token and print it, once; or take it back."""
    from review import access, forms
    from storage import accounts

    with opened(folder) as (_, store), store.writing() as c:
        if revoke:
            count = accounts.revoke(c, name, label)
            tell(say("{n} jeton retiré.", plural="{n} jetons retirés.", n=count))
            return
        made = forms.new_session()
        accounts.add_token(
            c,
            accounts.Token(
                digest=access.digest(made),
                name=name,
                label=label,
                scopes=frozenset(map(Scope, scopes or tuple(Scope))),
                at=datetime.now(UTC),
            ),
        )
    tell(say("Ce jeton n’est montré qu’une fois :"))
    click.echo(made)


def _asked() -> str:
    """Return a password typed twice, or the first line of the standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    words, again = say("Mot de passe"), say("Le même encore")
    return str(click.prompt(words, hide_input=True, confirmation_prompt=again))


def _role(role: Role) -> str:
    from vigie.words import ROLES

    return render(ROLES[role], terminal_language())
