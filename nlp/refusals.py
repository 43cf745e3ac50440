"""What stands like a name and is none: words of the press, dates, kinds of events, surnames.

A headline's first word has a capital whatever it is: « Communiqué », « Partenariat », « Tous les
mercredis ». A name that a group's noun announces, or that stands in quotation marks, is left.
"""

# ruff: noqa: SIM905 - a list of words reads as one, not as a column

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from nlp import names, speech
from nlp.words import ARTICLES, DATES
from vigie import gazetteer
from vigie.records import Label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nlp.recognition import Found

GROUPS = frozenset([Label.ACTOR, Label.INSTITUTION])
ANNOUNCED = re.compile(r"\b(?:quoted_group|groups?_before|declared)\b")
"""Cues, in the rule of a name, that say that it is one."""
PRESS = frozenset(
    names.fold(
        """
        communiqué communiqués partenariat partenariats annonce annonces événement événements
        evenement agenda programme programmes actualité actualités actu actus rappel info infos
        portrait portraits interview interviews entretien entretiens reportage reportages tribune
        édito éditorial brève brèves dossier dossiers enquête enquêtes témoignage témoignages
        appel appels vidéo vidéos photo photos diaporama podcast podcasts newsletter lettre avis
        recrutement recrutements emploi emplois formation formations stage stages bénévolat
        inscription inscriptions concert concerts exposition expositions expo spectacle spectacles
        conférence conférences projection projections visite visites sortie sorties rencontre
        rencontres animation animations organisation organisateur organisateurs lieu lieux tarif
        tarifs contact contacts jury fête fêtes loisirs sport sports économie politique
        environnement santé jeunesse urbanisme travaux logement transport transports culture
        éducation faits divers nécrologie carnet sommaire présentation bilan budget subvention
        subventions convention élection élections assemblée réunion réunions permanence permanences
        modification dissolution création siège objet stop publicité sponsorisé exclusif urgent
        direct replay nouveau nouveauté nouveautés bienvenue merci bravo félicitations soutien
        """
    ).split()
)
"""Single words that head a piece of news or a line of it, folded."""
GENRES = re.compile(
    r"communique (?:de presse|publicitaire)|appel (?:a|aux) (?:projets?|candidatures?|dons?|"
    r"benevoles?|participation|contributions?|temoignages?)|petites? annonces?|"
    r"assemblee generale(?: (?:ordinaire|extraordinaire|annuelle|constitutive))?|"
    r"conseil d administration|(?:journees? )?portes ouvertes|rendez vous|coup d(?:e|u) "
    r"(?:coeur|gueule|main|projecteur)|offres? d emplois?|revue de presse|droit de reponse|"
    r"mentions legales|vie (?:associative|locale|culturelle|scolaire)|point presse|"
    r"mode d emploi|chiffres? cles?|en bref|a (?:noter|savoir|venir|suivre|lire aussi)"
)
"""The same of several words."""
STUMP = re.compile(r"\b(?:[cdjlmnst]|qu)['’]\s*$", re.IGNORECASE)
"""How no name ends: « Épicerie d’ » was cut before its last word."""
CALENDAR = frozenset(
    """
    tous toutes chaque ce cette premier premiere deuxieme troisieme quatrieme dernier derniere
    prochain prochaine mois semaine week end weekend jour journee soir soiree apres debut fin mi
    veille lendemain saison vacances rentree trimestre semestre hiver ete matinee a en entre
    jusqu avant depuis partir pendant et des
    """.split()
)
"""What, beside days and months, says no more than when."""
EVENTS = re.compile(
    r"(?:les? |la )?(?:vide[ -](?:greniers?|dressing|maisons?)|foulees|semi[ -]marathon|marathon|"
    r"braderie|brocante|kermesse|corso|loto|bourse aux|marche (?:de noel|aux puces)|puces) ",
)
"""How a name begins that is an event's and nobody's."""
WORDS = re.compile(r"[^\W_]+")
TOWN = 2_000
"""Inhabitants from which a commune is meant wherever its bare name stands."""


def is_nobody(plain: str, item: Found) -> bool:
    """Tell whether what stands like a group's name is a word of the press, a date or a stump."""
    name = plain[item.start : item.end]
    if item.label not in GROUPS:
        return False
    return bool(STUMP.search(name)) or (not _is_announced(plain, item) and _says_nobody(name))


@lru_cache(maxsize=16384)
def _says_nobody(name: str) -> bool:
    words = WORDS.findall(names.fold(name))
    if len(words) == 1:
        short_form = name.isupper() and len(name) < 5  # « OCT » may be one
        return words[0] in PRESS or (_is_calendar(words) and not short_form)
    return _is_calendar(words) or GENRES.fullmatch(" ".join(words)) is not None


def is_event(plain: str, item: Found) -> bool:
    """Tell whether a name is that of an event of a kind that nobody calls a group by."""
    name = plain[item.start : item.end]
    return " " in name and not _is_announced(plain, item) and _is_event(name)


@lru_cache(maxsize=16384)
def _is_event(name: str) -> bool:
    return EVENTS.match(names.fold(name)) is not None


def is_town(plain: str, item: Found) -> bool:
    """Tell whether a name is a commune's bare one, and no word besides."""
    return not _is_announced(plain, item) and _is_town(plain[item.start : item.end])


@lru_cache(maxsize=16384)
def _is_town(name: str) -> bool:
    return not speech.classes_of(name.lower()) and any(
        place.population >= TOWN for place in gazetteer.find(name)
    )


def surnames(plain: str, found: Iterable[Found]) -> frozenset[str]:
    """Return the last words of the persons whom a text names in full."""
    said = (plain[i.start : i.end].split() for i in found if i.label is Label.PERSON)
    return frozenset(words[-1] for words in said if len(words) > 1)


def is_surname(plain: str, item: Found, known: frozenset[str]) -> bool:
    """Tell whether a name is the surname of somebody whom the same text names in full."""
    return plain[item.start : item.end] in known and not _is_announced(plain, item)


def _is_announced(plain: str, item: Found) -> bool:
    quoted = plain[max(0, item.start - 2) : item.start].strip()[-1:] in {"«", "“", '"'}
    return quoted or ANNOUNCED.search(item.rule) is not None


def _is_calendar(words: list[str]) -> bool:
    dated = [w for w in words if names.singular(w) in DATES or w in DATES]
    rest = (w for w in words if w not in CALENDAR and w not in ARTICLES and not w[0].isdigit())
    return bool(dated or "mois" in words) and all(w in dated for w in rest)
