"""What a workspace has learnt from its judgements: weights of its own, versioned, reversible.

They stand under `data/learned/`: one file of weights a version with what was measured of it, and
`history.json`, the versions adopted, the last one in use. The weights that come with the program
are never written over. Weights learnt for other rules or another language model are not used.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from nlp import classifier, model
from vigie.errors import ModelError, UnknownNameError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nlp.classifier import Weights


def version(data: Path) -> str:
    """Return the version of what reads this workspace's documents."""
    name = _in_use(data)
    return f"{model.VERSION}+{name}" if name else model.VERSION


def weights(data: Path) -> Weights | None:
    """Return the weights in use, `None` for those that come with the program.

    Raises:
        ModelError: the adopted file is missing or damaged.
    """
    name = _in_use(data)
    if not name:
        return None
    path = _file(data, name)
    try:
        with path.open("rb") as stored:
            return classifier.read(stored)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            say(
                "Les poids appris {path} sont illisibles : revenez aux précédents par "
                "« vigie learn --undo ».",
                path=str(path),
            )
        ) from error


def propose(data: Path, learnt: Weights, report: Mapping[str, Any]) -> str:
    """Keep weights that nobody has adopted yet, with what was measured; return their name."""
    folder = data / "learned"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "draft.npz"
    classifier.save(learnt, draft)
    name = blake2b(draft.read_bytes(), digest_size=4).hexdigest()
    draft.replace(_file(data, name))
    _write(folder / f"{name}.json", {"base": model.VERSION, **report})
    _save_history(data, _history(data), proposed=name)
    return name


def adopt(data: Path) -> str:
    """Use the weights last proposed from now on, and return their name.

    Raises:
        UnknownNameError: nothing is proposed.
    """
    told = _told(data)
    name = told.get("proposed")
    if not name:
        raise UnknownNameError(
            say("Rien à adopter : lancez d’abord « vigie learn », qui montre ce qui changerait.")
        )
    _save_history(data, [*_history(data), str(name)], proposed=None)
    return str(name)


def undo(data: Path) -> str | None:
    """Go back to the weights before the last ones adopted; return their name, if they have one.

    Raises:
        UnknownNameError: nothing was adopted.
    """
    history = _history(data)
    if not history:
        raise UnknownNameError(
            say("Rien à défaire : ce sont les poids livrés avec le programme qui servent.")
        )
    _save_history(data, history[:-1], proposed=_told(data).get("proposed"))
    return history[-2] if len(history) > 1 else None


def _in_use(data: Path) -> str | None:
    """Return the name of the version last adopted, if it was learnt for these rules."""
    history = _history(data)
    if not history:
        return None
    try:
        report = json.loads((data / "learned" / f"{history[-1]}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return history[-1] if report.get("base") == model.VERSION else None


def _file(data: Path, name: str) -> Path:
    return data / "learned" / f"weights-{name}.npz"


def _told(data: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(
            (data / "learned" / "history.json").read_text(encoding="utf-8")
        )
    except FileNotFoundError:
        return {}
    return found


def _history(data: Path) -> list[str]:
    return list(_told(data).get("adopted", []))


def _save_history(data: Path, adopted: list[str], *, proposed: str | None) -> None:
    _write(data / "learned" / "history.json", {"adopted": adopted, "proposed": proposed})


def _write(path: Path, told: Mapping[str, Any]) -> None:
    """Write a file whole or not at all."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
