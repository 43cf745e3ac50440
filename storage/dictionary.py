"""The dictionary of the tables that `storage.frames` gives: each column, its type and its unit.

French, since it is read by those who open a notebook; `docs/frames.md` shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Dtype(StrEnum):
    """The type of a column, as pandas calls it."""

    TEXT = "string"
    COUNT = "int64"
    COUNT_OR_NONE = "Int64"
    NUMBER = "float64"
    FLAG = "bool"
    DAY = "datetime64[us]"
    """A day at midnight, without a zone: the day is that of the watch."""
    MOMENT = "datetime64[us, zone]"
    """A moment in the time zone of the watch (`[schedule] timezone`)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, in French, with its unit."""

    name: str
    dtype: Dtype
    meaning: str


TEXT, COUNT, NUMBER, FLAG = Dtype.TEXT, Dtype.COUNT, Dtype.NUMBER, Dtype.FLAG
DAY, MOMENT = Dtype.DAY, Dtype.MOMENT

_ACTOR = Column("actor_id", TEXT, "identifiant de l’acteur, celui qui reste après fusion")
_ROOT = Column("root_id", TEXT, "identifiant de celui qui reste après fusion, dans « actors »")
_ACTOR_SHOWN = Column("actor_id", TEXT, "identifiant de l’acteur, tel que la file l’a montré")
_NAME = Column("name", TEXT, "nom de l’acteur, tel qu’on l’a écrit ou corrigé")
_NAME_SHOWN = Column("name", TEXT, "nom, tel que la file l’a montré")
_SOURCE_ID = Column("source_id", TEXT, "identifiant de la source, celui de vigie.toml")
_SOURCE = Column("source", TEXT, "nom de la source")
_WEEK = Column("week", TEXT, "semaine ISO de la file, par exemple 2026-W12")
_AS_OF = Column("as_of", DAY, "jour dont la file tient compte, fin comprise")
_RANK = Column("rank", COUNT, "rang dans la file, à partir de 1")
_DOCUMENT = Column("document_id", TEXT, "identifiant du document")
_URL = Column("url", TEXT, "adresse du document")
_MONDAY = Column("week", DAY, "lundi de la semaine")
_PLACE = (
    Column("commune_code", TEXT, "code INSEE de la commune ; absent si on ne sait pas"),
    Column("commune", TEXT, "nom de la commune"),
)
_POINT = (
    Column("latitude", NUMBER, "latitude du centre de la commune, degrés (WGS 84)"),
    Column("longitude", NUMBER, "longitude du centre de la commune, degrés (WGS 84)"),
)
_VERDICT = Column("verdict", TEXT, "dernier avis sur l’acteur qui tienne ce jour-là")

TABLES: Mapping[str, tuple[Column, ...]] = {
    "documents": (
        _DOCUMENT,
        _SOURCE_ID,
        _SOURCE,
        _URL,
        Column("title", TEXT, "titre"),
        Column("kind", TEXT, "article, événement ou avis légal"),
        Column("language", TEXT, "langue, code ISO 639-1 ; absente si on ne sait pas"),
        Column("published_at", MOMENT, "moment de publication ; absent si rien ne le dit"),
        Column("fetched_at", MOMENT, "moment de la première collecte"),
        Column("known_on", DAY, "jour de sa publication, jamais après sa collecte"),
        Column("event_day", DAY, "jour de l’événement ; absent s’il n’y en a pas ou plus"),
        Column("story_id", TEXT, "récit : les copies d’un communiqué ont le même"),
        Column("excerpt", FLAG, "vrai si seul le début est connu"),
        Column("communes", TEXT, "communes nommées, la plus souvent nommée d’abord"),
    ),
    "texts": (
        _DOCUMENT,
        _SOURCE,
        _URL,
        Column("known_on", DAY, "jour depuis lequel il est connu"),
        Column("text", TEXT, "titre et texte, pour l’analyse seulement"),
    ),
    "mentions": (
        _ACTOR,
        _NAME,
        _DOCUMENT,
        _URL,
        Column("story_id", TEXT, "récit : les copies d’un communiqué ont le même"),
        _SOURCE_ID,
        _SOURCE,
        Column("day", DAY, "jour depuis lequel la mention est connue"),
        Column("dated", FLAG, "faux si le jour est celui de la collecte, faute de date"),
        Column("event_day", DAY, "jour de l’événement ; absent s’il n’y en a pas ou plus"),
        Column("document_kind", TEXT, "article, événement ou avis légal"),
        Column("label", TEXT, "comment la mention est lue : acteur ou institution"),
        Column("kind", TEXT, "type d’acteur que dit la mention"),
        Column("confidence", NUMBER, "certitude que c’est bien un nom d’acteur, de 0 à 1"),
        Column("rule", TEXT, "règle ou modèle qui l’a trouvée"),
        Column("surface", TEXT, "le nom tel qu’il est écrit là"),
        Column("sentence", TEXT, "la phrase citée"),
        *_PLACE,
        Column("placing", TEXT, "ce qui rattache la mention à cette commune"),
    ),
    "actors": (
        _ACTOR,
        _NAME,
        Column(
            "kind", TEXT, "types d’acteur que disent tous les textes lus, séparés par des virgules"
        ),
        *_PLACE,
        *_POINT,
        Column("mentions", COUNT, "nombre de mentions"),
        Column("stories", COUNT, "nombre de récits indépendants"),
        Column("sources", COUNT, "nombre de sources qui l’ont nommé"),
        Column("first_day", DAY, "jour de la première mention ; absent s’il n’y en a pas"),
        Column("last_day", DAY, "jour de la dernière mention"),
        Column("listed_since", DAY, "jour depuis lequel un annuaire ou un registre le connaît"),
        _VERDICT,
    ),
    "weekly_counts": (
        _ACTOR,
        _NAME,
        _MONDAY,
        _SOURCE_ID,
        _SOURCE,
        Column("mentions", COUNT, "mentions dans la semaine"),
        Column("as_actor", COUNT, "dont celles qui sont lues comme acteur, non comme institution"),
        Column("stories", COUNT, "récits indépendants commencés cette semaine-là par cette source"),
    ),
    "relations": (
        _ACTOR,
        _NAME,
        Column("other_id", TEXT, "identifiant de l’autre acteur"),
        Column("other", TEXT, "nom de l’autre acteur"),
        Column("relation", TEXT, "ce que disent les phrases : du premier vers l’autre"),
        Column("directed", FLAG, "vrai si la relation a un sens (porté par, membre de)"),
        Column("stories", COUNT, "nombre de récits indépendants qui le disent"),
        Column("first_day", DAY, "jour du premier"),
        Column("last_day", DAY, "jour du dernier"),
    ),
    "candidates": (
        _WEEK,
        _AS_OF,
        _RANK,
        _ACTOR_SHOWN,
        _ROOT,
        _NAME_SHOWN,
        Column("kind", TEXT, "type d’acteur"),
        *_PLACE,
        *_POINT,
        Column(
            "score",
            NUMBER,
            "score, de 0 à 1 : comme une probabilité qu’on le retienne ; absent s’il fut proposé",
        ),
        Column("exploration", FLAG, "vrai s’il est entré par tirage, hors du classement"),
        Column("proposed", FLAG, "vrai si quelqu’un l’a proposé, hors du classement"),
        Column("first_seen", DAY, "jour de la première mention"),
        Column("mentions", COUNT, "nombre de mentions, ce jour-là"),
        Column("stories", COUNT, "nombre de récits indépendants, ce jour-là"),
        Column("sources", COUNT, "nombre de sources, ce jour-là"),
        Column("cluster_id", TEXT, "identifiant de son groupe, s’il est d’un groupe"),
        Column("cluster", TEXT, "les termes qui disent ce groupe"),
        _VERDICT,
    ),
    "features": (
        _WEEK,
        _RANK,
        _ACTOR_SHOWN,
        _NAME_SHOWN,
        Column("feature", TEXT, "nom du terme du score, celui de signals.features"),
        Column("term", TEXT, "le même, en français"),
        Column("value", NUMBER, "valeur, de 0 à 1"),
        Column("weight", NUMBER, "poids, en log-cotes"),
        Column("contribution", NUMBER, "part du score ; les parts d’un candidat font son score"),
        Column("detail", TEXT, "la phrase qui l’explique"),
    ),
    "evidence": (
        _WEEK,
        _RANK,
        _ACTOR_SHOWN,
        _NAME_SHOWN,
        Column("day", DAY, "jour depuis lequel la phrase est connue"),
        _SOURCE,
        _URL,
        Column("surface", TEXT, "le nom tel qu’il est écrit là"),
        Column("quote", TEXT, "la phrase citée"),
    ),
    "clusters": (
        _WEEK,
        _AS_OF,
        Column("cluster_id", TEXT, "identifiant du groupe, le même d’une semaine à l’autre"),
        Column("cluster", TEXT, "les termes qui le disent, le plus parlant d’abord"),
        Column("since", TEXT, "semaine ISO où il fut vu d’abord ; absente si on ne sait pas"),
        Column("change", TEXT, "ce qu’il est devenu depuis la fois d’avant"),
        Column("actor_id", TEXT, "identifiant d’un de ses membres"),
        Column("name", TEXT, "nom de ce membre"),
        Column("known", FLAG, "vrai si ce membre était déjà retenu"),
    ),
    "judgements": (
        Column("at", MOMENT, "moment de l’avis ; qui l’a donné n’est pas dit"),
        Column("week", TEXT, "semaine ISO de la file où il fut donné ; absente hors d’une file"),
        Column("actor_id", TEXT, "identifiant de l’acteur jugé"),
        _ROOT,
        Column("name", TEXT, "nom, tel que la file l’a montré"),
        Column("verdict", TEXT, "retenu, à suivre, écarté ou fusionné"),
        Column("reason", TEXT, "pourquoi il fut écarté"),
        Column("merged_into", TEXT, "identifiant de l’acteur avec lequel il fut fusionné"),
        Column("stands", FLAG, "faux s’il était repris ce jour-là"),
    ),
    "sources": (
        _SOURCE_ID,
        _SOURCE,
        Column("kind", TEXT, "comment elle est lue : flux, calendrier…"),
        Column("reach", TEXT, "portée : locale, régionale ou nationale"),
        Column("url", TEXT, "adresse de la source"),
        Column("every", NUMBER, "rythme demandé, en heures"),
        Column("expected_low", Dtype.COUNT_OR_NONE, "documents par semaine, au moins"),
        Column("expected_high", Dtype.COUNT_OR_NONE, "documents par semaine, au plus"),
        Column("documents", COUNT, "documents en tout"),
        Column("newest", DAY, "jour du dernier"),
        Column("per_week", NUMBER, "documents par semaine, moyenne des quatre dernières"),
        Column("discoveries", COUNT, "acteurs qu’elle fut (parmi) la première à nommer"),
        Column("kept", COUNT, "dont ceux qui sont retenus"),
        Column("state", TEXT, "santé à sa dernière visite ; absente si elle n’a pas été essayée"),
        Column("message", TEXT, "ce qui s’est passé à cette visite"),
        Column("since", MOMENT, "depuis quand elle est dans cet état"),
        Column("last_try", MOMENT, "moment de cette visite"),
        Column("failures", COUNT, "échecs de suite"),
    ),
    "source_weeks": (
        _SOURCE_ID,
        _SOURCE,
        _MONDAY,
        Column("documents", COUNT, "documents dans la semaine"),
        Column("mentions", COUNT, "mentions d’acteurs dans ces documents"),
        Column("discoveries", COUNT, "acteurs nommés pour la première fois, par elle"),
    ),
    "crawls": (
        _SOURCE_ID,
        _SOURCE,
        Column("at", MOMENT, "moment de la visite"),
        Column("state", TEXT, "comment elle a fini"),
        Column("message", TEXT, "ce qui s’est passé"),
        Column("documents", COUNT, "documents lus, nouveaux ou non"),
        Column("not_modified", FLAG, "vrai si le site a répondu que rien n’a changé"),
    ),
    "places": (
        Column("commune_code", TEXT, "code INSEE"),
        Column("commune", TEXT, "nom de la commune"),
        Column("department", TEXT, "code du département"),
        Column("epci", TEXT, "nom de l’intercommunalité"),
        Column("population", COUNT, "habitants"),
        *_POINT,
        Column("documents", COUNT, "documents qui la nomment"),
        Column("actors", COUNT, "acteurs qui y sont chez eux"),
    ),
}
"""By name of the method of `Frames` that gives the table."""
