"""The words beside a name that tell what it names.

Each cue says on which side of the name it stands, what it speaks for, how much, and shows an
example in which the name stands between brackets (the tests try them all). Weights are those
of the rules that decide when no trained weights are at hand; the classifier learns its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from vigie.records import Label

GROUPS = (
    r"associations?|assoc?s?|amicales?|collectifs?|compagnies?|cies?|coopératives?|scics?|scops?|"
    r"cae|gaec|amap|sarl|sas|tiers[- ]?lieux?|fab-?labs?|hackerspaces?|ressourceries?|recycleries?|"
    r"start-?up|jeune pousse|entreprises?|sociétés?|pme|cabinets?|studios?|agences?|bureau d'études|"
    r"ongs?|réseaux?|fédérations?|unions?|syndicats?|mouvements?|fondations?|clubs?|chorales?|"
    r"troupes?|orchestres?|fanfares?|groupements?|comités?|épiceries?|brasseries?|librairies?|"
    r"cinémas?|théâtres?|galeries?|cafés?|bars?|radios?|webradios?|éditions|éditeurs?|labels?|"
    r"maisons? d'édition|salles?|centres? (?:social|sociaux|culturels?)|think tanks?|listes?|"
    r"organismes?|organisations?|structures?|plateformes?|pépinières?|incubateurs?|couveuses?|"
    r"jardins? partagés?|friches?|ateliers?|garages?|fermes?|squats?|guinguettes?|habitats? participatifs?"
)
ADJECTIVES = (
    r"(?: (?:étudiante?s?|locales?|locaux|culturel(?:le)?s?|associati(?:f|ve)s?|citoyens?|"
    r"citoyennes?|solidaires?|sportives?|écologistes?|féministes?|artistiques?|alsaciene?s?|"
    r"lilloise?s?|messine?s?|strasbourgeoise?s?|mulhousiene?s?|françaises?|nationales?|"
    r"indépendante?s?|coopérati(?:f|ve)s?|participati(?:f|ve)s?|textiles?|loi 1901|d'habitants|"
    r"de quartier|de théâtre|de danse|de cirque|d'insertion|d'artistes|porteuse|organisatrice)){0,2}"
)
ARTICLE = r"(?:(?:le|la|les|l'|un|une) ?)?"
OF = r"(?:de |du |des |d'|de la |de l'|au sein de |au sein du |au sein de la |au sein de l')"
ROLES = (
    r"président(?:e|es|s)?|vice-président(?:e|es|s)?|directeurs?|directrices?|co-?fondat(?:eur|rice)s?|"
    r"fondat(?:eur|rice)s?|membres?|bénévoles?|salariée?s?|trésori(?:er|ère)s?|secrétaires?|"
    r"porte-parole|coordinat(?:eur|rice)s?|animat(?:eur|rice)s?|adhérente?s?|responsables?|"
    r"chargée?s? de (?:mission|projets?|communication)|militante?s?|gérante?s?|administrat(?:eur|rice)s?"
)
DONE_BY = (
    r"organis|port|propos|soutenu|anim|initi|coorganis|co-organis|cré|lanc|mené|pilot|gér|"
    r"imagin|accompagn|conç|produit|réalis|présent|offert|financ|édit|montée?|fond"
)

Side = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that stand right before or right after a name."""

    name: str
    side: Side
    pattern: str
    speaks_for: Label | None
    """None speaks against a name of any kind."""
    weight: float
    example: str


CUES = (
    Cue(
        "group_before",
        "before",
        rf"\b(?:{GROUPS}){ADJECTIVES} ?[:,]? ?(?:[«\"“] ?)?$",
        Label.ACTOR,
        2.5,
        "Un goûter avec l'association [Les Doigts Verts].",
    ),
    Cue(
        "groups_before",
        "before",
        rf"\bles (?:{GROUPS}){ADJECTIVES} (?:[^.;:]{{2,40}}(?:,| et) )(?:le |la |les |l')?(?:[«\"“] ?)?$",
        Label.ACTOR,
        1.5,
        "Les associations Passerelle et [Grain de Mil] tiennent un stand.",
    ),
    Cue(
        "done_by",
        "before",
        rf"\b(?:{DONE_BY})\w{{0,3}} (?:conjointement |bénévolement )?par {ARTICLE}(?:[«\"“] ?)?$",
        Label.ACTOR,
        1.0,
        "Une braderie organisée par [Les Doigts Verts].",
    ),
    Cue(
        "partner",
        "before",
        r"\b(?:en partenariat avec|avec le soutien d[eu]s?|en collaboration avec|aux côtés d[eu]s?|"
        r"en lien avec|avec la complicité d[eu]s?|avec la participation d[eu]s?|avec le concours d[eu]s?|"
        r"partenaires? :|organisateurs? :|proposé par :?) ?(?:la |le |les |l'|d')?(?:[«\"“] ?)?$",
        Label.ACTOR,
        1.0,
        "Un cycle monté en partenariat avec [La Remise].",
    ),
    Cue(
        "role_of",
        "before",
        rf"\b(?:{ROLES}) {OF}(?:[«\"“] ?)?$",
        Label.ACTOR,
        0.8,
        "Lou Vernay, présidente de [La Remise], se réjouit.",
    ),
    Cue("at_firm", "before", r"\bchez $", Label.ACTOR, 0.5, "Elle travaille chez [Novabois]."),
    Cue(
        "person_before",
        "before",
        r"\b(?:m\.|mme|monsieur|madame|docteur|dr|maître|maire|artiste|auteur|autrice|réalisat(?:eur|rice)|"
        r"comédien(?:ne)?|photographe|illustrat(?:eur|rice)|écrivaine?|musicien(?:ne)?|philosophe|"
        r"sociologue|professeure?|député|députée|adjointe?) $",
        Label.PERSON,
        2.0,
        "Le sociologue [Armel Tissier] viendra.",
    ),
    Cue(
        "street_number",
        "before",
        r"\d{1,4}(?: ?bis| ?ter)?,? $",
        Label.PLACE,
        1.5,
        "Rendez-vous au 12 [rue des Tanneurs].",
    ),
    Cue("postcode", "before", r"\b\d{5} $", Label.PLACE, 3.0, "4 quai du Port, 99120 [Vermont]."),
    Cue(
        "place_before",
        "before",
        r"\b(?:à|près de|autour de|quartier|commune de|village de|canton de|secteur|gare de|depuis|vers|habitants de) $",
        Label.PLACE,
        1.0,
        "La fête se tient à [Vermont].",
    ),
    Cue(
        "event_before",
        "before",
        r"\b(?:festival|salon|édition du|édition de la|édition d[eu]s?|dans le cadre d[eu]s?|"
        r"à l'occasion d[eu]s?|concours|opération|rendez-vous|événement|soirée|journées?) (?:la |le |l')?(?:[«\"“] ?)?$",
        Label.EVENT,
        1.5,
        "Venez au festival [Les Nuits de Paille].",
    ),
    Cue(
        "work_before",
        "before",
        r"\b(?:film|documentaire|album|livre|roman|ouvrage|spectacle|pièce|exposition|conférence|"
        r"intitulée?s?|titre|logiciel|application|thème|article|podcast|chanson|jeu) (?:[«\"“] ?)?$",
        None,
        2.0,
        "Projection du film [Les Herbes hautes].",
    ),
    Cue(
        "apposition_after",
        "after",
        rf"^ ?[»\"”]? ?(?:,|\(|–|-|:|est|est devenue?) ?(?:(?:un|une|le|la|l'|jeune|nouvelle?|toute) ?){{0,3}}(?:{GROUPS})\b",
        Label.ACTOR,
        2.2,
        "[La Remise], une association du quartier, ouvre ses portes.",
    ),
    Cue(
        "acts_after",
        "after",
        r"^ ?[»\"”]? ?(?:vous |nous |y |en |se |a |ont |va |vont )?(?:organis|propos|lanc|ouvr|invit|recrut|accompagn|"
        r"recherche|cherche|collect|répar|fêt|célèbr|accueill|tien|anim|port|soutien|rejoin|install|mène|gèr|œuvre|oeuvre|"
        r"milite|remerci|récupèr|devien|défend|fédèr|rassembl|développ|expériment)\w*",
        Label.ACTOR,
        0.8,
        "[Grain de Mil] propose un atelier.",
    ),
    Cue(
        "role_after",
        "after",
        rf"^ ?, (?:le |la |l')?(?:{ROLES}|professeure?|maire|adjointe?|chercheu(?:r|se)|autrice|auteur|artiste|"
        r"doctorante?|sociologue|journaliste|élue?|députée?|ministre)\b",
        Label.PERSON,
        1.5,
        "[Lou Vernay], présidente du club, a conclu.",
    ),
    Cue(
        "says_after",
        "after",
        r"^ ?(?:, )?(?:explique|raconte|sourit|confie|souligne|précise|ajoute|témoigne|résume)\b",
        Label.PERSON,
        1.0,
        "« C'est simple », [Lou Vernay] raconte ses débuts.",
    ),
    Cue(
        "short_form_after",
        "after",
        r"^ ?\([A-Z][A-Za-z0-9.&-]{1,11}\)",
        Label.ACTOR,
        0.7,
        "Le [Groupe d'Action Vélo] (GAV) se réunit.",
    ),
)


@cache
def _compiled() -> tuple[tuple[Cue, re.Pattern[str]], ...]:
    return tuple((cue, re.compile(cue.pattern, re.IGNORECASE)) for cue in CUES)


def found(before: str, after: str) -> list[Cue]:
    """Return the cues that hold for a name, given some 70 characters on each side of it."""
    return [
        cue
        for cue, pattern in _compiled()
        if pattern.search(before if cue.side == "before" else after)
    ]
