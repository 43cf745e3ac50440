"""A workspace: the folder with `vigie.toml` and all that the program writes."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import tomlkit

from vigie import addresses, catalogue, gazetteer, settings
from vigie.errors import UnknownNameError, WorkspaceError
from vigie.gazetteer import Area, Epci
from vigie.language import say
from vigie.records import Place
from vigie.words import refusal

if TYPE_CHECKING:
    from pathlib import Path

_TEMPLATE = """\
# Ce fichier dit à Vigie quel territoire et quelles sources suivre.
# Chaque ligne qui commence par # est un commentaire.

[watch]
name = {name}
territory = [{code}]  # {label}
{wider}languages = ["fr"]
themes = [
    "innovation sociale",
    "tiers-lieu",
    "économie sociale et solidaire",
    "participation citoyenne",
    "transition écologique",
    "réemploi",
    "entraide",
]
queue_size = 25                 # candidats proposés chaque semaine
exploration = 3                 # dont ceux pris hors du classement

[crawler]
# Une adresse où vous joindre : les sites visités la voient. Elle est demandée avant le
# premier passage.
contact = ""

[storage]
url = "sqlite:///data/vigie.db"

[schedule]
timezone = "Europe/Paris"
crawl = "*/30 6-22 * * *"       # toutes les demi-heures, de 6 h à 22 h
queue = "0 6 * * 1"             # le lundi à 6 h

# Aucune source encore. Ajoutez-en une par son adresse, ou par celle de sa page d’accueil :
#     vigie sources add https://…
"""


OWNERS_ALONE = 0o600
"""How a file with a secret in it may be read."""


def create(folder: Path, territory: str) -> settings.Settings:
    """Make a workspace for a territory pack, or for a commune, an EPCI or a department.

    Args:
        folder: made when it does not exist; what is already in it stays.
        territory: the name of a pack, or a name or code of the gazetteer.

    Raises:
        WorkspaceError: the folder holds a workspace already, is a file, or cannot be written.
        UnknownNameError: the territory is unknown, or its name is that of several.
    """
    path = folder / settings.FILE_NAME
    refuse_if_taken(folder)
    text = text_for(territory)
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise WorkspaceError(
            say("{path} est un fichier : donnez un dossier.", path=str(error.filename or folder))
        ) from error
    except OSError as error:
        raise WorkspaceError(
            say(
                "{folder} ne peut pas être créé ({error}).",
                folder=str(folder),
                error=refusal(error),
            )
        ) from error
    catalogue.write_whole(path, text)
    return settings.load(folder)


def refuse_if_taken(folder: Path) -> None:
    """Raise WorkspaceError where a folder is a workspace already."""
    if os.path.lexists(folder / settings.FILE_NAME):
        raise WorkspaceError(
            say(
                "{folder} est déjà un espace de travail : son {file} est laissé tel quel.",
                folder=str(folder),
                file=settings.FILE_NAME,
            )
        )


def move_storage(folder: Path, url: str) -> None:
    """Write into `vigie.toml` where the data are kept from now on; all else stays as it is.

    With a password in the address the file can be read by its owner alone.

    Raises:
        SettingsError: the file, or the address, says something impossible.
        WorkspaceError: the file is missing or cannot be written.
    """
    document = tomlkit.parse(settings.read(folder))
    document.setdefault("storage", tomlkit.table())["url"] = url
    text = tomlkit.dumps(document)
    settings.parse(text, folder)
    mode = OWNERS_ALONE if addresses.holds_password(url) else None
    catalogue.write_whole((folder / settings.FILE_NAME).resolve(), text, mode=mode)


def text_for(territory: str) -> str:
    """Return the `vigie.toml` that a new workspace starts with; raise as `create`."""
    name = gazetteer.fold(territory)
    if name in catalogue.PACKS:
        return catalogue.pack_text(name)
    return _plain(_meant(territory))


def code_of(territory: str) -> str:
    """Return the code of a commune, an EPCI or a department, by name or code; raise as `create`."""
    return _code(_meant(territory))


def _meant(territory: str) -> Place | Epci | Area:
    """Return the one thing of the gazetteer that has this name or code."""
    hits = gazetteer.search(territory)
    if hits and _code(hits[0]) == territory.strip().upper():
        return hits[0]
    wanted = gazetteer.fold(territory)
    exact = [hit for hit in hits if gazetteer.fold(hit.name) == wanted]
    if len({gazetteer.territory([_code(hit)]) for hit in exact}) == 1:
        return exact[0]
    choices = ", ".join(gazetteer.label(hit) for hit in (exact or hits)[:5])
    name = territory.strip()
    if exact:
        raise UnknownNameError(
            say(
                "Plusieurs territoires s’appellent « {name} » ; donnez un code : {choices}.",
                name=name,
                choices=choices,
            )
        )
    choices = choices or gazetteer.nearest(name)
    raise UnknownNameError(
        say(
            "Territoire inconnu : « {name} ». Donnez le nom ou le code d’une commune, d’une "
            "intercommunalité ou d’un département{hint}, ou l’un de ceux-ci : {packs}.",
            name=name,
            hint=say(" (vouliez-vous dire {choices} ?)", choices=choices) if choices else "",
            packs=", ".join(catalogue.PACKS),
        )
    )


def _code(thing: Place | Epci | Area) -> str:
    return thing.siren if isinstance(thing, Epci) else thing.code


def _plain(thing: Place | Epci | Area) -> str:
    """Return a file without sources; a commune's points to its intercommunality."""
    wider = ""
    if isinstance(thing, Place) and thing.epci:
        epci = gazetteer.epci(thing.epci)
        wider = f'# territory = ["{epci.siren}"]  # toute l’intercommunalité : {epci.name}\n'
    return _TEMPLATE.format(
        name=json.dumps(f"Veille {thing.name}", ensure_ascii=False),
        code=json.dumps(_code(thing)),
        label=thing.name,
        wider=wider,
    )
