"""The words beside a name that tell what it names.

Each cue says on which side of the name it stands and shows an example in which the name stands
between brackets (the tests try them all). What a cue speaks for, the classifier learns.
"""

# ruff: noqa: E501 - a list of words reads as a list, not as a column

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
    r"projets? citoyens?|initiatives? citoyennes?|espaces? partagés?|"
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


SURE_GROUPS = (
    r"associations?|asso|collectifs?(?: d'habitants)?|compagnie|troupe|(?:société )?coopérative|scic|"
    r"scop|tiers-lieux?|fab-?lab|ressourcerie|recyclerie|start-?up|jeunes? (?:pousses?|entreprises?)|"
    r"entreprise|fondation|fédération|chorale|fanfare|club|réseau|théâtre|galerie|librairie|épicerie|"
    r"cafés? associatifs?|projets? citoyens?|initiatives? citoyennes?|espaces? partagés?"
)
"""Nouns of groups that are nothing else: an « atelier », a « salle » or a « projet » may be."""
CARRIED = r"(?:porté|géré|soutenu|animé|hébergé|piloté)e?s?"


def _openings(words: str) -> str:
    """Return how the words of an alternation begin: four letters, none of them optional."""
    found = (re.match(r"\w+?(?=\w\?|\W|$)", word) for word in words.split("|"))
    return "|".join(sorted({match[0][:4] for match in found if match}))


OPENING_GROUPS = _openings(GROUPS)

NAMING = r"association|collectif|coopérative|compagnie|tiers-lieu|start-up"
OF_TOWN = r"[\w’'-]{3,}(?:ois|ais|ien|éen|in|ain|an|en|ise|ienne|éenne|ine|aine|ane|enne|ale?|elle?|ive|aire)"
"""An adjective of a town or of a trade: « mulhousienne », « culturelle »."""

Side = Literal["before", "after"]
Texts = Literal["real", "written", "simulated"]
ORGANISED = (Label.ACTOR, Label.INSTITUTION)


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that stand right before or right after a name."""

    name: str
    side: Side
    pattern: str
    example: str
    speaks_for: tuple[Label, ...]
    """What it says that the name is; nothing where it says that it is no name of these."""
    precision: float | None
    """How often that is so of the names beside it (`benchmarks/cues.py`); None where no text at
    hand has nine of them."""
    near: str = ""
    """Of a cue before a name, how one of its words begins, whatever the others are."""
    settles: bool = False
    """It leaves no doubt, in the right place (`nlp.certainties`): the classifier did not learn it."""
    on: tuple[Texts, int] = ("real", 0)
    """In which texts it was measured, and beside how many names. Where real sentences have fewer
    than nine, those written for the networks, or else the simulator's: both flatter."""


CUES = (
    Cue(
        "group_before",
        "before",
        rf"\b(?:{GROUPS}){ADJECTIVES} ?[:,]? ?(?:[«\"“] ?)?$",
        "Un goûter avec l'association [Les Doigts Verts].",
        ORGANISED,
        0.92,
        OPENING_GROUPS,
        on=("real", 62),
    ),
    Cue(
        "quoted_group",
        "before",
        rf"\b(?:{SURE_GROUPS}){ADJECTIVES} ?[«\"“] ?$",
        "Une vente de plants avec le collectif « [Les Doigts Verts] ».",
        ORGANISED,
        1.0,
        _openings(SURE_GROUPS),
        settles=True,
        on=("simulated", 54),
    ),
    Cue(
        "citizens_before",
        "before",
        r"\b(?:projets? citoyens?|initiatives? citoyennes?) (?:[«\"“] ?)?$",
        "Le projet citoyen [Vent de la Combe] cherche des épargnants.",
        ORGANISED,
        None,
        "citoyen",
        settles=True,
        on=("real", 0),
    ),
    Cue(
        "carries_before",
        "before",
        rf"\b(?:{SURE_GROUPS}){ADJECTIVES} [^.;:,]{{2,60}} (?:porte|gère|anime|héberge) (?:aussi )?$",
        "L'association Grain de Mil porte [La Remise].",
        ORGANISED,
        None,
        "porte|gère|anime|héberge",
        settles=True,
        on=("real", 0),
    ),
    Cue(
        "groups_before",
        "before",
        rf"\bles (?:{GROUPS}){ADJECTIVES} (?:[^.;:]{{2,40}}(?:,| et) )(?:le |la |les |l')?(?:[«\"“] ?)?$",
        "Les associations Passerelle et [Grain de Mil] tiennent un stand.",
        ORGANISED,
        None,
        OPENING_GROUPS,
        on=("real", 2),
    ),
    Cue(
        "done_by",
        "before",
        rf"\b(?:{DONE_BY})\w{{0,3}} (?:conjointement |bénévolement )?par {ARTICLE}(?:[«\"“] ?)?$",
        "Une braderie organisée par [Les Doigts Verts].",
        ORGANISED,
        0.34,
        rf"(?:{DONE_BY})",
        on=("real", 29),
    ),
    Cue(
        "partner",
        "before",
        r"\b(?:en partenariat avec|avec le soutien d[eu]s?|en collaboration avec|aux côtés d[eu]s?|"
        r"en lien avec|avec la complicité d[eu]s?|avec la participation d[eu]s?|avec le concours d[eu]s?|"
        r"partenaires? :|organisateurs? :|proposé par :?) ?(?:la |le |les |l'|d')?(?:[«\"“] ?)?$",
        "Un cycle monté en partenariat avec [La Remise].",
        ORGANISED,
        1.0,
        "parten|souti|collab|côté|lien|complic|partic|concours|organis|propos",
        on=("real", 14),
    ),
    Cue(
        "role_of",
        "before",
        rf"\b(?:{ROLES}) {OF}(?:[«\"“] ?)?$",
        "Lou Vernay, présidente de [La Remise], se réjouit.",
        ORGANISED,
        0.92,
        rf"(?:{ROLES})|charg|admin|coord|anim|co",
        on=("real", 13),
    ),
    Cue(
        "at_firm",
        "before",
        r"\bchez $",
        "Elle travaille chez [Novabois].",
        ORGANISED,
        0.87,
        "chez",
        on=("written", 203),
    ),
    Cue(
        "person_before",
        "before",
        r"\b(?:m\.|mme|monsieur|madame|docteur|dr|maître|maire|artiste|auteur|autrice|réalisat(?:eur|rice)|"
        r"comédien(?:ne)?|photographe|illustrat(?:eur|rice)|écrivaine?|musicien(?:ne)?|philosophe|"
        r"sociologue|professeure?|député|députée|adjointe?) $",
        "Le sociologue [Armel Tissier] viendra.",
        (Label.PERSON,),
        0.99,
        r"m\.|mme|monsieur|madame|do?c?t?e?u?r|ma[îi]|artist|aut|réal|comé|phot|illu|écri|musi|phil|socio|prof|dép|adj",
        on=("written", 68),
    ),
    Cue(
        "street_number",
        "before",
        r"\d{1,4}(?: ?bis| ?ter)?,? $",
        "Rendez-vous au 12 [rue des Tanneurs].",
        (Label.PLACE,),
        0.27,
        r"\d",
        on=("real", 33),
    ),
    Cue(
        "postcode",
        "before",
        r"\b\d{5} $",
        "4 quai du Port, 99120 [Vermont].",
        (Label.PLACE,),
        1.0,
        r"\d{5}",
        on=("written", 10),
    ),
    Cue(
        "place_before",
        "before",
        r"\b(?:à|près de|autour de|quartier|commune de|village de|canton de|secteur|gare de|depuis|vers|habitants de) $",
        "La fête se tient à [Vermont].",
        (Label.PLACE,),
        0.42,
        "à|près|autour|quart|commune|villag|canton|secteur|gare|depuis|vers|habit",
        on=("real", 24),
    ),
    Cue(
        "event_before",
        "before",
        r"\b(?:festival|salon|édition du|édition de la|édition d[eu]s?|dans le cadre d[eu]s?|"
        r"à l'occasion d[eu]s?|concours|opération|rendez-vous|événement|soirée|journées?) (?:la |le |l')?(?:[«\"“] ?)?$",
        "Venez au festival [Les Nuits de Paille].",
        (Label.EVENT,),
        0.89,
        "festival|salon|édition|cadre|occasion|concours|opération|rendez|événement|soirée|journée",
        on=("real", 9),
    ),
    Cue(
        "work_before",
        "before",
        r"\b(?:film|documentaire|album|livre|roman|ouvrage|spectacle|pièce|exposition|conférence|"
        r"intitulée?s?|titre|logiciel|application|thème|article|podcast|chanson|jeu) (?:[«\"“] ?)?$",
        "Projection du film [Les Herbes hautes].",
        (),
        1.0,
        "film|documentaire|album|livre|roman|ouvrage|spectacle|pièce|exposition|conférence|intitul|titre|logiciel|application|thème|article|podcast|chanson|jeu",
        on=("real", 14),
    ),
    Cue(
        "apposition_after",
        "after",
        rf"^ ?[»\"”]? ?(?:,|\(|–|-|:|est|est devenue?) ?(?:(?:un|une|le|la|l'|jeune|nouvelle?|toute) ?){{0,3}}(?:{GROUPS})\b",
        "[La Remise], une association du quartier, ouvre ses portes.",
        ORGANISED,
        0.8,
        on=("real", 20),
    ),
    Cue(
        "named_after",
        "after",
        rf"^ ?(?:(?:,|est) une? (?:(?:jeune|nouvelle|nouveau) )?(?:{NAMING})"
        rf"(?: loi 1901| (?:de |d'|du )[\w’'-]+| {OF_TOWN})?|, (?:{NAMING}) {OF_TOWN}) ?(?:[,.!]|$)",
        "[La Remise aux outils], une association.",
        ORGANISED,
        None,
        settles=True,
        on=("real", 0),
    ),
    Cue(
        "carried_after",
        "after",
        rf"^ ?(?:est|était|sera) (?:aussi |désormais )?{CARRIED} par (?:le |la |les |l'|une? )(?:{SURE_GROUPS})\b",
        "[La Remise] est portée par l'association Grain de Mil.",
        ORGANISED,
        None,
        settles=True,
        on=("real", 0),
    ),
    Cue(
        "acts_after",
        "after",
        r"^ ?[»\"”]? ?(?:vous |nous |y |en |se |a |ont |va |vont )?(?:organis|propos|lanc|ouvr|invit|recrut|accompagn|"
        r"recherche|cherche|collect|répar|fêt|célèbr|accueill|tien|anim|port|soutien|rejoin|install|mène|gèr|œuvre|oeuvre|"
        r"milite|remerci|récupèr|devien|défend|fédèr|rassembl|développ|expériment)\w*",
        "[Grain de Mil] propose un atelier.",
        ORGANISED,
        0.49,
        on=("real", 37),
    ),
    Cue(
        "role_after",
        "after",
        rf"^ ?, (?:le |la |l')?(?:{ROLES}|professeure?|maire|adjointe?|chercheu(?:r|se)|autrice|auteur|artiste|"
        r"doctorante?|sociologue|journaliste|élue?|députée?|ministre)\b",
        "[Lou Vernay], présidente du club, a conclu.",
        (Label.PERSON,),
        0.95,
        on=("real", 20),
    ),
    Cue(
        "says_after",
        "after",
        r"^ ?(?:, )?(?:explique|raconte|sourit|confie|souligne|précise|ajoute|témoigne|résume)\b",
        "« C'est simple », [Lou Vernay] raconte ses débuts.",
        (Label.PERSON,),
        0.56,
        on=("written", 27),
    ),
    Cue(
        "short_form_after",
        "after",
        r"^ ?\([A-Z][A-Za-z0-9.&-]{1,11}\)",
        "Le [Groupe d'Action Vélo] (GAV) se réunit.",
        ORGANISED,
        0.31,
        on=("real", 16),
    ),
)


@cache
def _compiled(side: Side) -> tuple[tuple[int, Cue, re.Pattern[str]], ...]:
    return tuple(
        (1 << number, cue, re.compile(cue.pattern, re.IGNORECASE))
        for number, cue in enumerate(CUES)
        if cue.side == side
    )


@cache
def _near() -> tuple[tuple[int, re.Pattern[str]], ...]:
    return tuple((1 << number, re.compile(cue.near)) for number, cue in enumerate(CUES) if cue.near)


def hints(word: str) -> int:
    """Return the cues before a name that a lower-case word may belong to, a bit each."""
    return sum(bit for bit, pattern in _near() if pattern.match(word))


def before(text: str, hinted: int = -1) -> list[Cue]:
    """Return the cues that hold for a name, given some 90 characters before it.

    Only those of `hinted` are looked for: trying them all is most of the cost of reading a text.
    """
    return [
        cue for bit, cue, pattern in _compiled("before") if hinted & bit and pattern.search(text)
    ]


def after(text: str) -> list[Cue]:
    """Return the cues that hold for a name, given some 90 characters after it."""
    return [cue for _, cue, pattern in _compiled("after") if pattern.match(text)]
