"""Why each span of a text is what it is said to be, in words.

A fact weighs what the answer loses without it: each fact of a name is left out in turn and the
classifier asked again (Zeiler & Fergus 2014, occlusion).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nlp import (
    areas,
    classifier,
    features,
    model,
    pieces,
    places,
    questions,
    recognition,
    standing,
)
from vigie.records import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc

    from nlp.annotate import Reader
    from nlp.places import Ground
    from nlp.questions import Question
    from vigie.records import Label

STRONGEST = 4
WEIGHS = 0.25
"""Log odds under which a fact is not worth telling."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A name in a text, with why it is taken for what it is."""

    start: int
    end: int
    surface: str
    label: Label
    confidence: float
    rule: str
    entity: Message | None
    """What the language model alone sees exactly there."""
    reasons: tuple[Message, ...]
    """The strongest first."""


def explain(
    raw: str, reader: Reader, ground: Ground, home: str | None = None
) -> Iterator[Explained]:
    """Yield the names of a text with why they are what they are, by position."""
    given = pieces.read_as(raw)
    for piece in given.pieces:
        for name in _explained(piece.plain, reader, ground, home):
            start, end = piece.first + name.start, piece.first + name.end
            begins, ends = given.clean.bounds(start, end)
            yield replace(name, start=begins, end=ends, surface=given.clean.text[start:end])


def _explained(plain: str, reader: Reader, ground: Ground, home: str | None) -> list[Explained]:
    weights = reader.weights or classifier.shipped()
    with model.swift(reader.language_model):
        doc = reader.language_model(plain)
        communes = places.communes_in(plain, ground.territory, home, ground.quarters)
        asked = questions.questions(doc, communes)
        found = recognition.names_of(doc, asked, weights)
        at = {
            (
                doc[q.candidate.start].idx,
                doc[q.candidate.end - 1].idx + len(doc[q.candidate.end - 1]),
            ): q
            for q in asked
        }
        entities = {(e.start_char, e.end_char): e.label_ for e in doc.ents}
        told = []
        for name in areas.with_epcis(plain, standing.corrected(plain, found), ground.territory):
            whole = next((w for w in found if w.start < name.end and name.start < w.end), None)
            question = at[whole.start, whole.end] if whole else None
            told.append(
                Explained(
                    start=name.start,
                    end=name.end,
                    surface=plain[name.start : name.end],
                    label=name.label,
                    confidence=name.confidence,
                    rule=name.rule,
                    entity=ENTITIES.get(entities.get((name.start, name.end), "")),
                    reasons=_reasons(doc, weights, question, name.label) if question else (),
                )
            )
    return told


def _reasons(
    doc: Doc, weights: classifier.Weights, question: Question, label: Label
) -> tuple[Message, ...]:
    vector = features.vectors(doc, [question.candidate], [question.bounds])
    facts = list(dict.fromkeys(question.facts))
    without = [[other for other in facts if other != fact] for fact in facts]
    told = [facts, *without]
    judged = classifier.judge(weights, told, np.repeat(vector, len(told), axis=0))
    share = np.clip(judged.presence[:, classifier.CLASSES.index(label)], 1e-6, 1 - 1e-6)
    odds = np.log(share / (1 - share))
    lost = {fact: float(odds[0] - odds[n + 1]) for n, fact in enumerate(facts)}
    weighing = (f for f in facts if lost[f] >= WEIGHS)
    strongest = sorted(weighing, key=lambda fact: (-lost[fact], fact))
    said: list[Message] = []
    for words in map(in_words, strongest):
        if words is not None and words not in said:
            said.append(words)
    return tuple(said[:STRONGEST])


def in_words(fact: str) -> Message | None:
    """Return a fact as a person says it; `None` if it has words for the classifier alone."""
    name, _, value = fact.partition("=")
    if name == "cue" and value in CUES:
        return CUES[value]
    if fact in PLAIN:
        return PLAIN[fact]
    if name in SAID and value and value not in EDGES:
        known = ENTITIES if name.startswith("model") else NATURES
        value_said = known.get(value, value) if name.endswith(("_is", "has", *MODEL)) else value
        return replace(SAID[name], values={"value": value_said})
    if "~" in fact:
        return Message("la terminaison d’un mot voisin : « -{value} »", {"value": fact[-3:]})
    return None


def rule_in_words(rule: str) -> list[Message]:
    """Return what drew attention to a name as a person says it."""
    told = (in_words(f"cue={one}") or PLAIN.get(one) for one in rule.split("+"))
    return [words for words in told if words] or [SHAPE]


CUES = {
    "written_out": Message("des mots qui désignent toujours un organisme (mairie de, MJC…)"),
    "group_before": Message("un mot de groupe juste avant (association, collectif…)"),
    "groups_before": Message("une énumération de groupes juste avant"),
    "done_by": Message("« organisé par », « porté par »… juste avant"),
    "partner": Message("« en partenariat avec », « avec le soutien de »… juste avant"),
    "role_of": Message("une fonction juste avant (présidente de, bénévole de…)"),
    "at_firm": Message("« chez » juste avant"),
    "person_before": Message("un titre ou un métier juste avant"),
    "street_number": Message("un numéro de rue juste avant"),
    "postcode": Message("un code postal juste avant"),
    "place_before": Message("une préposition de lieu juste avant"),
    "event_before": Message("un mot d’événement juste avant"),
    "work_before": Message("un mot d’œuvre juste avant (film, livre…)"),
    "quoted_group": Message("entre guillemets après le nom d’un type de groupe"),
    "citizens_before": Message("après « projet citoyen » ou « initiative citoyenne »"),
    "carries_before": Message("un groupe le porte, le gère ou l’anime"),
    "named_after": Message("la suite dit en un mot que c’est un groupe"),
    "carried_after": Message("la suite dit quel groupe le porte"),
    "apposition_after": Message("la suite dit que c’est un groupe"),
    "acts_after": Message("il agit : organise, propose, ouvre…"),
    "role_after": Message("la suite dit une fonction, comme pour une personne"),
    "says_after": Message("il parle : explique, raconte…"),
    "epci": Message("c’est le nom d’une intercommunalité"),
    "short_form_after": Message("un sigle entre parenthèses juste après"),
    "short_form_again": Message("le sigle que le texte a expliqué"),
}
SAID = {
    "w-1": Message("le mot juste avant : « {value} »"),
    "w-2": Message("le deuxième mot avant : « {value} »"),
    "w-3": Message("le troisième mot avant : « {value} »"),
    "w+1": Message("le mot juste après : « {value} »"),
    "w+2": Message("le deuxième mot après : « {value} »"),
    "first": Message("son premier mot : « {value} »"),
    "last": Message("son dernier mot : « {value} »"),
    "first_is": Message("son premier mot est {value}"),
    "last_is": Message("son dernier mot est {value}"),
    "before_is": Message("le mot juste avant est {value}"),
    "before2_is": Message("le deuxième mot avant est {value}"),
    "has": Message("il contient {value}"),
    "model": Message("le modèle de langue y voit {value}"),
    "model_in": Message("le modèle de langue voit {value} dans une partie"),
    "repeats": Message("le texte le nomme {value} fois"),
    "length": Message("nombre de mots : {value}"),
    "capitals": Message("mots à majuscule : {value}"),
    "lower": Message("mots en minuscules : {value}"),
    "acronym": Message("un sigle de {value} lettres"),
    "linked_right": Message("un autre mot à majuscule le suit, après « {value} »"),
    "linked_left": Message("un autre mot à majuscule le précède, avant « {value} »"),
}
NATURES = {
    "actor": Message("un mot de groupe"),
    "institution": Message("un mot d’institution"),
    "place": Message("un mot de lieu"),
    "event": Message("un mot d’événement"),
    "work": Message("un mot d’œuvre"),
    "time": Message("un mot de temps"),
    "opening": Message("un mot qui ouvre les phrases"),
    "first_name": Message("un prénom"),
}
ENTITIES = {
    "ORG": Message("une organisation"),
    "LOC": Message("un lieu"),
    "PER": Message("une personne"),
    "MISC": Message("un autre nom propre (œuvre, événement…)"),
}
"""What the language model tells apart (the four tags of WikiNER)."""
MODEL = ("model", "model_in")
EDGES = frozenset(["<s>", "</s>"])
"""What the classifier calls the place before the first word of a sentence and after its last."""
SHAPE = Message("sa forme")
PLAIN = {
    "model=none": Message("le modèle de langue n’y voit rien"),
    "model=overlap": Message("le modèle de langue y voit un autre découpage"),
    "quoted": Message("il est entre guillemets"),
    "bracketed": Message("il est entre parenthèses"),
    "at_start": Message("il ouvre la phrase"),
    "at_end": Message("il ferme la phrase"),
    "whole_line": Message("il fait une ligne à lui seul"),
    "all_capital": Message("tous ses mots ont une majuscule"),
    "all_upper": Message("il est tout en capitales"),
    "title": Message("un seul mot, avec majuscule"),
    "commune=all": Message("c’est le nom d’une commune"),
    "commune=part": Message("il contient le nom d’une commune"),
    "commune=tail": Message("il finit par le nom d’une commune"),
    "commune=next": Message("une commune est nommée juste après"),
    "model_gap": Message("une partie n’est rien pour le modèle de langue"),
}
