"""The words by which French ties one actor to another, as patterns over signs for names.

Sentences come as `nlp.signs` spells them; `·` stands where something was read already. Each bond
has an example that the tests try.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from nlp.signs import N
from vigie.records import RelationKind

WORD = (
    r"(?!(?:qui|que|dont|où|aux?|à|dans|sur|chez|par|avec|pour|et|est|sont|a|ont|puis)\b)"
    r"[a-zà-ÿ'-]+"
)
"""A word of a noun group: « un atelier vélo solidaire » before « porté par »."""
FEW = rf"(?:{WORD} ){{0,4}}?"
CARRIED = (
    r"(?:(?:co-?)?(?:port|organis|anim|initi|pilot|gér|lanc|mont|men|imagin|cré|fond|propos|impuls|"
    r"coordonn|développ)ée?s?|conduite?s?|conçue?s?)"
)
CARRIES = r"(?:porte|pilote|anime|gère|lance|crée|fonde|initie|monte|coordonne|imagine)(?:nt)?"
DONE = r"(?:co-?)?(?:fond|cré|lanc|initi|mont|imagin|port|pilot)(?:é|er)"
NEXT_TO = (
    r"(?:en (?:étroite? )?(?:partenariat|collaboration|lien|association|coopération|concertation|"
    r"duo|tandem)(?: étroite?)? avec|main dans la main avec|aux côtés de|"
    r"avec (?:le|la) (?:complicité|concours|participation|collaboration)(?: active)? de|"
    r"(?:et |avec )?(?:ses|leurs) partenaires(?: :|,)?|partenaires? :)"
)
PEOPLE = r"(?:(?:ceux|celles|l'équipe|les (?:équipes|bénévoles|membres|salariés|habitants)) de )?"


class Stands(Enum):
    """Where the words of a bond stand."""

    BESIDE = "right behind the name that they are said of"
    VERB = "as its verb"
    ADVERB = "anywhere in its clause"


@dataclass(frozen=True, slots=True)
class Bond:
    """Words before a name, and what they say of another one; `turned` when of that name."""

    kind: RelationKind
    stands: Stands
    words: str
    example: str
    turned: bool = False

    @property
    def adverbial(self) -> bool:
        """Tell whether the words may stand far from the name that they are said of."""
        return self.stands is Stands.ADVERB


CARRIED_BY, PARTNERS, MEMBER_OF = (
    RelationKind.CARRIED_BY,
    RelationKind.PARTNERS,
    RelationKind.MEMBER_OF,
)
IS = r"(?:est|sont|a été|ont été|sera|seront|était|étaient|fut|reste|restent)"
IS_NOW = r"(?:est|sont|devient|deviennent|reste|restent)"
BELONGS = (
    r"(?:membres?(?: (?:actifs?|actives?|fondat(?:eur|rice)s?|associée?s?))? de|"
    r"adhérente?s? (?:de|à)|affiliée?s? à)"
)
BONDS = (
    Bond(
        MEMBER_OF,
        Stands.BESIDE,
        BELONGS,
        "[La Remise], membre du réseau [Rhin en Commun], accueille un atelier.",
    ),
    Bond(
        PARTNERS,
        Stands.BESIDE,
        r"partenaires?(?: historiques?| fidèles?)? de",
        "[La Remise], partenaire de [Fil et Co], accueille un atelier.",
    ),
    Bond(
        CARRIED_BY,
        Stands.BESIDE,
        r"(?:(?:co-?)?porteu(?:r|se)s?|fondat(?:eur|rice)s?|initiat(?:eur|rice)s?|à l'origine) de",
        "[La Remise], porteuse du projet [Quai Vivant], recrute.",
        turned=True,
    ),
    Bond(
        CARRIED_BY,
        Stands.BESIDE,
        rf"{CARRIED} {FEW}(?:par|à l'initiative de|sous l'impulsion de)",
        "[Le Garage à Vélos], porté par l'association [Rayon Libre], ouvre samedi.",
    ),
    Bond(
        CARRIED_BY,
        Stands.BESIDE,
        r"(?:(?:initiative|projet|idée|création|émanation) de|à l'initiative de|"
        r"porteu(?:r|se)s? :)",
        "[Quai Vivant], une initiative du collectif [Graine de Rue], démarre.",
    ),
    Bond(
        MEMBER_OF,
        Stands.VERB,
        rf"(?:{IS_NOW} (?:une? |des |l'une? des )?{FEW}{BELONGS}|(?:fait|font) partie de|"
        r"adhèr(?:e|ent) à|appartien(?:t|nent) à|(?:a|ont) adhéré à|"
        r"(?:(?:(?:a|ont) )?rejoint|rejoignent|vien(?:t|nent) de (?:rejoindre|intégrer)|"
        r"intègr(?:e|ent)|(?:a|ont) intégré) les rangs de)",
        "[La Remise] vient de rejoindre le réseau [Rhin en Commun].",
    ),
    Bond(
        MEMBER_OF,
        Stands.VERB,
        r"(?:fédèr(?:e|ent)|regroup(?:e|ent)) (?:notamment )?",
        "Le réseau [Rhin en Commun] fédère [La Remise] et d'autres.",
        turned=True,
    ),
    Bond(
        CARRIED_BY,
        Stands.VERB,
        rf"{IS} (?:(?:une? |le |la |les |l')(?:{WORD} ){{1,6}}?)?{CARRIED} {FEW}"
        r"(?:par|à l'initiative de|sous l'impulsion de)",
        "[Le Garage à Vélos] est un atelier de quartier animé par [Rayon Libre].",
    ),
    Bond(
        CARRIED_BY,
        Stands.VERB,
        rf"(?:naît|naissent|{IS} née?s?|née?s?|voi(?:t|ent) le jour|ouvre) {FEW}"
        r"(?:à l'initiative|sous l'impulsion|d'une initiative) de",
        "[La Fabrique du Quai] naît à l'initiative du collectif [Graine de Rue].",
    ),
    Bond(
        CARRIED_BY,
        Stands.VERB,
        rf"(?:{CARRIES}|(?:a|ont|vien(?:t|nent) de) {DONE}|"
        rf"{IS_NOW} (?:à l'origine|à l'initiative|(?:le |la |les |l')?porteu(?:r|se)s?) de)"
        r"(?: ensemble)?(?: (?:la création|la gestion|l'aventure) de)?",
        "L'association [Rayon Libre] porte [Le Garage à Vélos].",
        turned=True,
    ),
    Bond(
        PARTNERS,
        Stands.VERB,
        rf"(?:(?:travaill|collabor|coopèr|coorganis|co-organis)(?:e|ent|ant) {FEW}avec|"
        rf"(?:(?:a|ont) )?(?:travaillé|collaboré|coopéré) {FEW}avec|"
        r"s'(?:(?:est|sont|était) )?(?:associ|alli|uni)\w* (?:à|avec)|fai(?:t|sant) équipe avec|"
        r"font équipe avec|nou(?:e|ent) un partenariat avec|(?:a|ont) signé un partenariat avec|"
        rf"{IS_NOW} (?:le |la |les )?partenaires? {FEW}de) {PEOPLE}",
        "[Graine de Rue] travaille depuis peu avec [La Remise].",
    ),
    Bond(
        PARTNERS,
        Stands.ADVERB,
        rf"{NEXT_TO} {PEOPLE}",
        "[Graine de Rue] tient un marché en partenariat avec [La Remise].",
    ),
)


class Whole(NamedTuple):
    """Words around two names, or behind several: the bond that they say between `a` and `b`."""

    kind: RelationKind
    pattern: str
    """With a group `b`, or none where those of `a` are bound to each other."""
    example: str
    left: str = "a"
    """The group that stays in the sentence."""


WHOLES_SAID = (
    Whole(
        MEMBER_OF,
        rf"(?P<b>{N}),? dont (?P<a>{N}) (?:{IS_NOW} (?:membres?|adhérente?s?)|"
        r"(?:fait|font) partie),?",
        "[Fil et Co], dont [La Remise] est membre, recrute.",
        "b",
    ),
    Whole(
        MEMBER_OF,
        rf"(?P<b>{N}),? (?:dont (?:fait|font) partie|(?:auquel|à laquelle) (?:adhèr|appartien)\w+) "
        rf"(?P<a>{N}),?",
        "[Rhin en Commun], auquel adhère [La Remise], recrute.",
        "b",
    ),
    Whole(
        MEMBER_OF,
        rf"(?P<b>{N}),? (?:auquel|à laquelle) (?P<a>{N}) (?:adhèr|appartien)\w+,?",
        "[Rhin en Commun], auquel [La Remise] adhère, recrute.",
        "b",
    ),
    Whole(
        MEMBER_OF,
        rf"(?P<b>{N}),? (?:compte|comptent|a) (?P<a>{N}) (?:parmi|au nombre de|comme) "
        r"(?:ses |leurs )?(?:membres|adhérents)",
        "[Rhin en Commun] compte [La Remise] parmi ses membres.",
        "b",
    ),
    Whole(
        CARRIED_BY,
        rf"(?P<a>{N}),? (?:que |qu')(?:{CARRIES} )(?P<b>{N}),?",
        "[Le Garage à Vélos], que porte l'association [Rayon Libre], ouvre samedi.",
    ),
    Whole(
        CARRIED_BY,
        rf"(?P<a>{N}),? (?:que |qu')(?P<b>{N}) (?:{CARRIES}|(?:a|ont) {DONE}e?s?),?",
        "[Le Garage à Vélos], que [Rayon Libre] a fondé, ouvre samedi.",
    ),
    Whole(
        PARTNERS,
        rf"(?P<kept>{CARRIED} {FEW}par (?P<a>{N})) {NEXT_TO} (?P<b>{N})",
        "Venez au bal organisé par [Fil et Co] en partenariat avec [La Remise].",
        "kept",
    ),
    Whole(
        PARTNERS,
        rf"\b(?:partenariat|alliance|collaboration|coopération) entre (?P<a>{N})",
        "Un partenariat entre [Fil et Co] et [La Remise] est signé.",
    ),
    Whole(
        PARTNERS,
        rf"(?P<a>{N}),? (?:s'associent|s'allient|s'unissent|se sont (?:associée?s|alliée?s|unie?s)|"
        r"unissent leurs forces|font équipe|sont partenaires|travaillent ensemble|collaborent|"
        r"main dans la main)(?! (?:à|avec)\b)",
        "[Fil et Co] et [La Remise] s'associent pour ouvrir une cantine.",
    ),
)
WHOLES, MUTUAL = (
    tuple((w, re.compile(w.pattern)) for w in WHOLES_SAID if ("(?P<b>" in w.pattern) is two)
    for two in (True, False)
)


def _any_of(*stands: Stands) -> str:
    """Return the bonds that stand so, each in a group of its number."""
    said = (f"(?P<k{n}>{b.words})" for n, b in enumerate(BONDS) if b.stands in stands)
    return rf"(?P<no>¬)?(?<!\w)(?:{'|'.join(said)}) ?"


def _words(*stands: Stands) -> str:
    return "(?:" + "|".join(bond.words for bond in BONDS if bond.stands in stands) + ")"


def bond_of(match: re.Match[str]) -> Bond | None:
    """Return the bond that a pattern has met; `None` if it was denied."""
    met = (n for n in range(len(BONDS)) if match.groupdict().get(f"k{n}") is not None)
    return None if match["no"] else BONDS[next(met)]


VERBS = _words(Stands.VERB)
ALSO = rf"(?:(?P<also> et)(?= {_words(Stands.BESIDE, Stands.ADVERB)} ?{N})|(?P<close>,| \)| –)?)"
OPEN = (
    rf"(?P<a>{N})(?:(?P<open>,| \(| –| :) (?:(?:une?|le|la|les|des|deux) |l')?"
    rf"(?:{WORD} ){{0,6}}?| )"
)
BESIDE = (
    *(
        re.compile(rf"{OPEN}(?P<no>¬)?(?P<k{n}>{bond.words}) ?(?P<b>{N}){ALSO}")
        for n, bond in enumerate(BONDS)
        if bond.stands is Stands.BESIDE
    ),
    re.compile(
        rf"(?P<a>{N})(?P<open>,?) qui {_any_of(Stands.VERB)}(?P<b>{N})"
        rf"(?:(?P<also> et)(?= {VERBS} ?{N})|(?P<close>,)?)"
    ),
    re.compile(
        rf"(?P<a>{N})(?P<open>,?) qui (?:[a-zà-ÿ'-]+ ){{1,8}}?{_any_of(Stands.ADVERB)}(?P<b>{N})"
        r"(?P<also>$^)?(?P<close>,)?"
    ),
)
"""What is said right behind a name: a pattern for each apposition, then relative clauses."""
FRONTED = re.compile(
    rf"{_any_of(Stands.BESIDE, Stands.ADVERB)}(?P<list>{N}(?:(?:, | et |, et ){N})*), "
    rf"(?P<subject>{N}(?:,? et {N})*)(?= (?!(?:et|ou)\b)[a-zà-ÿ'¬])"
)
GAPPED = re.compile(
    rf"(?<!\w)(?P<cue>{VERBS}) ?(?P<b>{N})(?:,? et|,? mais|,) (?P<c>{N}),? "
    rf"(?P<p>avec|par|à) (?={N})"
)
CLAUSES = re.compile(rf"(?<!\w)(?P<left>{VERBS} ?{N}),? (?:et|mais) (?P<c>{N})(?= ¬?{VERBS} )")
LISTED = re.compile(rf"(?P<p>){N}(?:(?:, {N})+,?)? (?:et|ou|ainsi que|&) {N}")
LISTED_BEHIND = re.compile(
    rf"(?P<p>(?:de|à|avec|par) ){N}(?:(?:, (?:(?P=p))?{N})+,?)? (?:et|ou|ainsi que|&) (?P=p){N}"
)
"""« avec A, avec B et avec C »."""
LISTED_TO_THE_END = re.compile(rf"(?P<p>){N}(?:, {N})+(?= ?(?:[.…)]|$))")
LISTED_LATE = re.compile(rf"(?P<p>){N}, (?:et|ainsi que) {N}")
IN_CLAUSE = re.compile(rf"{_any_of(Stands.VERB, Stands.ADVERB)}(?P<b>{N})")
BOUNDARY = re.compile(
    rf"[;!?]|\. | : | tandis que | alors que | pendant que | (?:mais|et) (?={N} )"
)
DENIED = re.compile(f"¬[^{N[1:-1]},]*$")
BEHIND = (
    r"(?:de|d'|à|avec|par|pour|chez|dans|sur|sans|contre|entre|vers|selon|comme|en|parmi|devant|"
    r"que)"
)
"""What makes of a name something else than a subject."""
NEAREST = re.compile(rf"(?P<behind>\b{BEHIND} ?)?(?P<name>{N}),? ?$")
SUBJECT = re.compile(rf"(?P<behind>\b{BEHIND} ?)?(?P<name>{N})")
JOINS = re.compile(r"(?:[,·]|\bet|\bpuis|\bmais|\bqui) ?$")

SPEAKS = re.compile(
    r"membre|adh[éè]r|affili|partena|collabor|coop[éè]r|coorgan|avec\b|associ|alli|unissent|uni[es]|"
    r"rejoi|int[èé]gr|fédèr|regroup|partie|appartien|initiati|impuls|origine|port[eé]|pilot|anim|"
    r"g[èé]r|lanc|cré[eé]|fond|mont[eé]|coordonn|imagin|idée|projet|équipe|forces|côtés|\bpar\b",
    re.IGNORECASE,
)
"""Without such a word no bond is said."""


def governor(before: str, bond: Bond) -> str | None:
    """Return the name that the words of a bond are said of, given its clause before them.

    That is the one right before a verb, else the clause's subject: its first name behind no
    preposition. Of partners alone, any name of the clause will do at last: « le marché de A se
    tient avec B ».
    """
    nearest = NEAREST.search(before)
    every = list(SUBJECT.finditer(before))
    subject = next((one["name"] for one in every if not one["behind"]), None)
    if not bond.adverbial and nearest and not nearest["behind"]:
        return str(nearest["name"])
    if bond.kind is PARTNERS:
        return subject or (str(every[-1]["name"]) if every else None)
    return subject if nearest or JOINS.search(before) else None
