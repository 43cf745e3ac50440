"""Click's own words, of help and of refusals, in the language of the terminal.

Click has no French, and asks gettext's one global catalogue, which needs a compiled file for the
system's locale; the terminal's language is `VIGIE_LANG`'s here. So its modules are given this
function in place of gettext's, and its types of values names of their own.
"""

from __future__ import annotations

from click import core, decorators, exceptions, formatting, parser, termui, types

from vigie.language import terminal_language

_WORDS = {
    "Usage:": "Utilisation :",
    "Options": "Options\u00a0",
    "Commands": "Commandes\u00a0",
    "Positional arguments": "Arguments\u00a0",
    "Show the version and exit.": "Donner la version, et rien d’autre.",
    "Show this message and exit.": "Montrer cette aide, et rien d’autre.",
    "default: {default}": "défaut : {default}",
    "env var: {var}": "variable d’environnement : {var}",
    "required": "obligatoire",
    "(dynamic)": "(selon le cas)",
    "file": "fichier",
    "directory": "dossier",
    "path": "chemin",
    "{name} {filename!r} does not exist.": "{name} « {filename} » n’existe pas.",
    "{name} {filename!r} is a directory.": "{name} « {filename} » est un dossier.",
    "{name} {filename!r} is a file.": "{name} « {filename} » est un fichier.",
    "{name} {filename!r} is not readable.": "{name} « {filename} » n’est pas lisible.",
    "{name} {filename!r} is not writable.": "{name} « {filename} » n’est pas modifiable.",
    "{value!r} is not a valid {number_type}.": "« {value} » n’est pas un nombre.",
    "{value} is not in the range {range}.": "{value} n’est pas dans l’intervalle {range}.",
    "{value!r} is not a valid boolean. Recognized values: {states}": (
        "« {value} » n’est ni oui ni non : écrivez l’un de {states}."
    ),
    "Option {name!r} does not take a value.": "l’option « {name} » ne prend pas de valeur",
    "Missing command.": "il manque une commande",
    "Do you want to continue?": "Continuer ?",
    "Repeat for confirmation": "Encore une fois, pour confirmer",
    "Error: The two entered values do not match.": "Les deux saisies diffèrent.",
    "Error: invalid input": "Réponse non comprise",
    "Error: {message}": "{message}",
}

_VALUES = {
    "text": "TEXTE",
    "integer": "NOMBRE",
    "integer range": "NOMBRE",
    "float": "NOMBRE",
    "float range": "NOMBRE",
    "file": "FICHIER",
    "directory": "DOSSIER",
    "path": "CHEMIN",
}
"""What stands for a value in a help, by the name of its type."""
_PIECES = {
    "COMMAND [ARGS]...": "COMMANDE [ARGUMENTS]…",
    "[COMMAND] [ARGS]...": "[COMMANDE] [ARGUMENTS]…",
}

_COUNTED = {
    "Option {name!r} requires an argument.": (
        "il manque la valeur de l’option « {name} »",
        "l’option « {name} » demande {nargs} valeurs",
    ),
    "Got unexpected extra argument ({args})": (
        "argument de trop : {args}",
        "arguments de trop : {args}",
    ),
    "{value!r} is not {choice}.": (
        "« {value} » n’est pas possible, il faut {choice}",
        "« {value} » n’est pas possible, il faut l’un de {choices}",
    ),
}


_unnamed = core.Argument.make_metavar


def speak_french() -> None:
    """Make click say its own words in the language of the terminal."""
    for module in (core, decorators, exceptions, formatting, parser, termui, types):
        for name, ours in (("_", _said), ("ngettext", _counted)):
            if hasattr(module, name):
                setattr(module, name, ours)
    types.ParamType.get_metavar = _value  # type: ignore[assignment,method-assign]
    core.Argument.make_metavar = _argument  # type: ignore[assignment,method-assign]
    core.Group.collect_usage_pieces = _usage  # type: ignore[assignment,method-assign]


def _said(words: str) -> str:
    return _WORDS.get(words, words) if terminal_language() == "fr" else words


def _value(
    kind: types.ParamType[object],
    param: core.Parameter,
    ctx: core.Context,  # noqa: ARG001 - click’s signature
) -> str | None:
    """Return what stands for an option's value; arguments have names of their own."""
    is_french = terminal_language() == "fr" and isinstance(param, core.Option)
    return _VALUES.get(kind.name) if is_french else None


def _argument(argument: core.Argument, ctx: core.Context) -> str:
    """Return the name of an argument: in brackets if it may be left out, also one of ours."""
    name = argument.metavar or _unnamed(argument, ctx)
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _usage(group: core.Group, ctx: core.Context) -> list[str]:
    pieces = [*core.Command.collect_usage_pieces(group, ctx), group.subcommand_metavar]
    return [_PIECES.get(one, one) for one in pieces] if terminal_language() == "fr" else pieces


def _counted(one: str, many: str, n: int) -> str:
    if terminal_language() == "fr":
        one, many = _COUNTED.get(one, (one, many))
    return one if n == 1 else many
