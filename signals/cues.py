"""Turns of phrase that say where a group stands in its life.

All patterns are read on folded text (`text.fold`): lower case, no accents. They are general
French (and a few German ones, for the border), not taken from any list of names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from signals.text import fold

_GROUP = (
    r"(?:association|asso|collectif|tiers-lieux?|lieu|cooperative|atelier|fablab|groupe|"
    r"groupement|structure|initiative|entreprise|start-?up|espace|cafe|reseau|epicerie|"
    r"ressourcerie|recyclerie|compagnie|club|jardin|amap|scic|scop|monnaie|habitat|maison|"
    r"friche|jeune pousse|projet|acteur|venue?|equipe|bande|troupe|media|radio|cantine|"
    r"bricotheque|repair cafe|laboratoire|labo|comite|mouvement)"
)
_MADE = (
    r"(?:cree|fonde|constitue|lance|inaugure|forme|monte|installe|ouvert|ne|declare|"
    r"immatricule|enregistre)(?:e|es|s)?"
)
_RECENTLY = (
    r"(?:il y a (?:peu|quelques (?:jours|semaines|mois)|(?:un|deux|trois|six) mois)|"
    r"(?:ce|cet|cette) (?:mois|printemps|ete|automne|hiver|annee|rentree)|"
    r"(?:le mois|la semaine|l'ete|l'automne|l'hiver|l'an) dernier|"
    r"en (?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|"
    r"decembre)(?: dernier)?(?! (?:19|20)\d\d)|depuis (?:peu|quelques (?:semaines|mois)))"
)


def _compiled(*patterns: tuple[float, str]) -> tuple[tuple[float, re.Pattern[str]], ...]:
    return tuple((strength, re.compile(pattern)) for strength, pattern in patterns)


BIRTH = _compiled(
    (0.95, r"\b(?:voir|vu|voit|voient|verra|verront) le jour\b"),
    (
        0.9,
        r"\bvien(?:t|nent) (?:tout juste )?(?:de (?:naitre|se (?:creer|lancer|monter|constituer|"
        r"former|reunir|structurer)|deposer|demarrer|poser ses|prendre ses quartiers|fonder|"
        r"lancer)|d'(?:etre " + _MADE + r"|ouvrir|eclore|emmenager|arriver|emerger))\b",
    ),
    (0.9, r"\b(?:tout juste|fraichement|nouvellement|recemment|a peine) " + _MADE + r"\b"),
    (0.85, r"\b(?:toute? )?(?:nouvel(?:le)?s?|nouveaux?|jeunes?) (?:\w+ )?" + _GROUP + r"s?\b"),
    (0.8, r"\bd'un nouveau genre\b|\bnouveau-nee?s?\b|\bpetit(?:e)? nouve(?:au|lle)\b"),
    (0.85, _MADE + r" " + _RECENTLY),
    (
        0.9,
        (
            r"\bassemblee (?:generale )?(?:constitutive|fondatrice)\b|\breunion (?:constitutive|"
            r"fondatrice|de lancement)\b|\bstatuts (?:\w+ ){0,4}depos|"
            r"\bdepos\w* (?:\w+ ){0,2}statuts\b|\bdeclaree? (?:en|a la) (?:sous-)?prefecture\b|"
            r"\bstatuts (?:\w+ ){0,3}(?:signes|adoptes)\b"
        ),
    ),
    (
        0.75,
        (
            r"\bpremiers? (?:pas|mois d'existence|mois d'activite|anniversaire)\b|"
            r"\bfait ses debuts\b|"
            r"\ben (?:cours de )?(?:creation|gestation|constitution|prefiguration|construction)\b|"
            r"\bprefigur\w+|\bbalbuti\w+|\bemerge(?:nt|r)?\b"
        ),
    ),
    (
        0.6,
        (
            r"\bpremier(?:e)?s? (?:edition|assemblee|reunion|rencontre|atelier|rendez-vous|"
            r"permanence|sortie|evenement|soiree|chantier|distribution|repas|fete|marche|adherents|"
            r"benevoles|membres|action|projet|concert|exposition|conseil|stage|cours|seance|local|"
            r"saison|numero|emission|recolte|collecte|apparition)s?\b|\bpour la premiere fois\b"
        ),
    ),
    (
        0.65,
        (
            r"\b(?:cherche|recherche|se cherche|en quete d|a la recherche d|en recherche d)"
            r"(?:nt|e|')?\b.{0,25}\b(?:loca(?:l|ux)|lieux?|benevoles?|adherents?|membres?|toit|"
            r"soutiens?|fonds|terrain|hangar|friche|volontaires?)\b"
        ),
    ),
    (
        0.45,
        (
            r"\bfinancement participatif\b|\bcagnotte\b|\bcrowdfunding\b|"
            r"\bappel (?:a|aux) (?:benevoles|"
            r"volontaires|adhesions|candidatures)\b|\brecrut\w+ (?:ses|leurs|des) (?:\w+ )?"
            r"benevoles\b"
        ),
    ),
    (
        0.6,
        (
            r"\binaugur\w+|\bpendaison de cremaillere\b|\bouvr\w+ (?:\w+ )?(?:ses|leurs) portes\b|"
            r"\bva ouvrir\b|\bouvrira\b|\bemmenage\w*\b|"
            r"\bs'installe(?:nt)?\b|\bprend(?:ra)? ses quartiers\b"
        ),
    ),
    (
        0.7,
        r"\bse (?:lance(?:nt)?|monte(?:nt)?|cree(?:nt)?|constitue(?:nt)?|structure(?:nt)?|"
        # « se forme à l’école de … » is said of a person.
        r"forme(?:nt)?(?! (?:a|au|aux|en|chez|aupres)\b))\b|"
        r"\b(?:est|sont) (?:\w+ )?nee?s?\b|\bnaissance\b|\bnait\b|\bnaissent\b|"
        r"\ba ete (?:officiellement )?" + _MADE + r"\b|\bse fait connaitre\b|"
        r"\blance(?:nt|ra|ront)? (?:officiellement )?(?:son|sa|ses|leur|leurs|l')",
    ),
    (
        0.5,
        (
            r"\b(?:une poignee|un groupe|une dizaine|une quinzaine|une vingtaine|quelques) "
            r"(?:de |d'|de la )?(?:\w+ )?(?:habitant|voisin|riverain|parent|etudiant|ami|jeune|"
            r"citoyen|"
            r"passionne|benevole|copain|copine)e?s?\b"
        ),
    ),
    (
        0.8,
        (
            r"\b(?:neu|frisch|gerade|kurzlich|jungst) gegrundet\w*|"
            r"\bneue[rsn]? (?:verein|initiative|"
            r"gruppe|projekt|kollektiv|treffpunkt)\b|\bzum ersten mal\b|\bgrundungsversammlung\b|"
            r"\bsucht (?:\w+ )?(?:raume|mitglieder|ehrenamtliche)\b|\bgrundet sich\b|\beroffnet\b"
        ),
    ),
)
"""(how telling, pattern) of a group that has just come into being or is about to."""

_NUMBER_WORDS = "(?:dix|quinze|vingt|trente|quarante|cinquante|soixante|cent)"
_SINCE_YEAR = re.compile(
    r"\b(?:depuis|(?:cree|fonde|ne|lance|installe|ouvert|constitue)(?:e|es|s)? en|des|since|seit)"
    r" (?:\w+ )?((?:19|20)\d\d)\b|\bexiste depuis ((?:19|20)\d\d)\b"
)
_AGES = re.compile(
    r"\bdepuis (?:plus de |pres de |bientot |maintenant |deja )?(\d{1,3}) ans\b|"
    r"\b(?:ses|leurs|fete\w*|celebr\w+) (?:les )?(\d{1,3}) ans\b|"
    r"\b(\d{1,3}) ans d'(?:existence|age|action|activite|engagement)|"
    r"\b(\d{1,3})(?:e|eme|es|emes) (?:edition|anniversaire|annee|saison|assemblee|fois)\b"
)
_LONG_STANDING = re.compile(
    rf"\b(?:depuis|ses|leurs) (?:plus de |pres de )?(?:{_NUMBER_WORDS}|une \w+aine d')\s?ans?\b|"
    rf"\b(?:depuis|plus de|pres de) (?:une? )?{_NUMBER_WORDS}(?:aine d')? ?an(?:nee)?s\b|"
    r"\bde longue date\b|\bcentenaire\b|\bbien connue?s?\b|\bincontournables?\b|\bhistoriques?\b|"
    r"\bemblematiques?\b|\binstitution locale\b|"
    r"\bdepuis (?:des annees|toujours|longtemps|des decennies)\b|"
    r"\bvenerables?\b|\bvicenal|\bdoyenn?e?\b|\bcomme (?:toujours|d'habitude|a l'accoutumee)\b|"
    r"\brenouvel\w+ (?:son|le|du) (?:bureau|conseil)\b|\btrentieme\b|\bvingtieme\b|\bcinquantieme\b"
)
_RECURRING = re.compile(
    r"\bcomme (?:chaque|tous les) (?:annees?|ans)\b|\btous les ans\b|\bchaque (?:annee|automne|"
    r"printemps|ete|hiver|rentree|noel)\b|\btraditionnel(?:le)?s?\b|\bannuel(?:le)?s?\b|"
    r"\b(?:est|sont|fait son|de) (?:de )?retour\b|\bnouvelle edition\b|\brevien(?:t|nent)\b|"
    r"\bedition (?:19|20)\d\d\b|\brepren(?:d|nent) (?:ses|leurs) (?:quartiers|activites)\b"
)
_DISCOUNT = re.compile(r"\d ?%")
_ADVERT = re.compile(
    r"\b(?:promo(?:tion)?s?\b|soldes?\b|code promo\b|remises?\b|offres? (?:speciale|"
    r"exclusive|decouverte|valable|de bienvenue)|profitez\b|"
    r"prix (?:casses?|bas|imbattables?|doux)\b|"
    r"(?:votre|nos|en|notre) (?:magasin|boutique|conseiller|vendeur|showroom)s?\b|destockage\b|"
    r"liquidation\b|bons? plans?\b|publi-?(?:cite|redactionnel|reportage)\b|sponsorise|"
    r"livraison (?:gratuite|offerte)|devis gratuit|ventes? privees?\b|commandez\b|"
    r"fidelite\b|vous accueille(?:nt)? du \w+ au\b|ouvert du \w+ au\b|ses clients\b|"
    r"satisfait ou rembourse\b|sur rendez-vous au\b|jeu[- ]concours\b)"
)
_NOT_A_GROUP = re.compile(
    r"(?:\b(?:le |un |son |du |au )?(?:film|livre|roman|album|spectacle|documentaire|court-metrage|"
    r"long-metrage|recueil|disque|dispositif|programme|plan|label|festival|concert|podcast|magazine|"
    r"logiciel|appel a projets|prix|concours|projet de loi|schema|jeu)|"
    r"\b(?:la |une |sa )?(?:piece|exposition|expo|bande dessinee|operation|campagne|serie|chanson|"
    r"conference|fete|foire|course|journee|semaine|charte|strategie|convention))"
    r"(?: (?:de \w+|\w+))?[ ,:]*[\"«“' ]*$"
)


_LAUNCHED = re.compile(
    r"\b(?:lanc|fond|cre|mont|ouvr|inaugur)\w+ (?:officiellement )?"
    r"(?:l'|la |le |les |une? |leur |son )"
    r"(?:\w+ )?" + _GROUP
)
"""What follows is what was born, not who did it."""
_HELPS = re.compile(
    r"\b(?:heberg|accueill|souten|soutien|epaul|accompagn|parrain|pret|aid|financ|encourag)\w*\b"
)
_NATIONAL = re.compile(
    r"\b(?:campagne|echelle|niveau|plan|enquete|mouvement|journee) nationale?s?\b|"
    r"\b(?:toute|partout en) (?:la )?france\b|\bau niveau national\b|\bdepuis paris\b|"
    r"\bgouvernement\b|\bministres?\b|\bfrancais sur\b|\bfamilles? sur\b|\bl'hexagone\b|"
    r"\b\d{2,3} ?000 (?:signatures|adherents|membres)\b"
)
_NATIONAL_NAME = re.compile(
    r"\bnationa(?:le?s?|ux)\b|\bfrancaise?s?\b|\bde france\b|^france\b|\beuropeenne?s?\b|"
    r"^(?:la )?confederation\b"
)
_TRADITIONAL_NAME = re.compile(
    r"^(?:l[ae']? ?|les )?(?:comite des fetes|amicale|societe (?:de|d')|donneurs de sang|harmonie|"
    r"anciens |association (?:familiale|sportive)|as |us |fc |asc |parents d'eleves|scouts|"
    r"croix-rouge|secours |restos du coeur|cercle d|chorale|fanfare|arboriculteurs|syndicat |"
    r"club (?:de|d')|ecole de musique|batterie|aeroclub|orpheon|don du sang)"
)
_SHOP_NAME = re.compile(
    r"^(?:l[ae']? ?|les )?(?:boulangerie|patisserie|menuiserie|garage|pharmacie|coiffure|boucherie|"
    r"cave|institut|optique|cabinet|agence|auto-ecole|fleuriste|pizzeria|hotel|camping|magasin|"
    r"meubles|cuisines|concession|carrosserie|plomberie|charcuterie|chocolaterie|bijouterie|"
    r"parfumerie|immobilier|assurances?|carrelages?)\b"
)
_AROUND_AN_EVENT = re.compile(
    r"\b(?:organisateurs?|billetterie|benevoles?|edition|affiche|parking|bar|stands?|retour sur|"
    r"savoir sur|lors|pendant|durant|occasion|cadre|programmation|ouverture|cloture)"
    r"(?: d(?:u|e|es|e la|e l'))?(?: l[ae']?s?)? ?$"
)


_LATER_NOTICE = re.compile(
    r"\bmodifi|\bdissol|\bchangement|\btransfer|\bnouvel? (?:objet|titre|siege)"
)


@dataclass(frozen=True, slots=True)
class Cues:
    """What one sentence says, whoever it is about; positions are in the folded sentence."""

    birth: tuple[tuple[float, int, int], ...]
    """(how telling, start, end)."""
    years: tuple[int, ...]
    """Founding years that it names."""
    ages: tuple[int, ...]
    """Ages in years, or numbers of editions."""
    long_standing: bool
    recurring: bool
    advert: bool
    national: bool
    launched: tuple[tuple[int, int], ...]
    """(start, end) of a verb of launching with its object, which is what was born."""


@lru_cache(maxsize=1 << 16)
def read(sentence: str) -> Cues:
    """Return the cues of a sentence."""
    folded = fold(sentence)
    birth = [
        (strength, match.start(), match.end())
        for strength, pattern in BIRTH
        if pattern.search(folded)  # cheaper than an iterator over nothing
        for match in pattern.finditer(folded)
    ]
    years = [int(y) for match in _SINCE_YEAR.findall(folded) for y in match if y]
    ages = [int(n) for match in _AGES.findall(folded) for n in match if n]
    return Cues(
        birth=tuple(sorted(birth, key=lambda cue: (-cue[0], cue[1]))),
        years=tuple(years),
        ages=tuple(ages),
        long_standing=_LONG_STANDING.search(folded) is not None,
        recurring=_RECURRING.search(folded) is not None,
        advert=("%" in folded and _DISCOUNT.search(folded) is not None)
        or _ADVERT.search(folded) is not None,
        national=_NATIONAL.search(folded) is not None,
        launched=tuple(match.span() for match in _LAUNCHED.finditer(folded)),
    )


@lru_cache(maxsize=1 << 16)
def birth_of(sentence: str, surface: str) -> tuple[float, str]:
    """Return how strongly a sentence speaks of a name's birth, and in which words.

    A sign is worth less the farther it stands from the name, and little when the name is that
    of someone who helps (« X, qui héberge les premières réunions ») or who launches another
    (« X vient de lancer l’association Y »).
    """
    found = read(sentence)
    if not found.birth:
        return 0.0, ""
    folded = fold(sentence)
    start = max(folded.find(fold(surface)), 0)
    end = start + len(surface)
    best = (0.0, "")
    for cue in found.birth:
        strength, cue_start, cue_end = cue
        if start <= cue_start and cue_end <= end:
            continue
        gap = max(cue_start - end, start - cue_end, 0)
        strength *= 1.0 if gap <= 60 else 0.75 if gap <= 120 else 0.4
        after = cue_start >= end
        if after and any(a <= cue_end and cue_start <= b for a, b in found.launched):
            strength *= 0.3
        if _HELPS.search(folded[end:cue_start] if after else folded[cue_end:start]):
            strength *= 0.3
        if strength > best[0]:
            best = (strength, quoted(sentence, cue))
    return best


def quoted(sentence: str, cue: tuple[float, int, int]) -> str:
    """Return the whole words in which a cue stands (folding may shift it a little)."""
    folded, end = fold(sentence), cue[2]
    written = sentence if len(folded) == len(sentence) else folded
    while end < len(written) and written[end - 1].isalnum() and written[end].isalnum():
        end += 1
    return written[cue[1] : end]


@lru_cache(maxsize=1 << 16)
def introduced_as_a_work(sentence: str, surface: str) -> bool:
    """Say whether the words before a name call it a film, a plan, a prize, not a group."""
    folded, name = fold(sentence), fold(surface)
    at = folded.find(name)
    return at > 0 and _NOT_A_GROUP.search(folded[max(0, at - 45) : at]) is not None


_INSTITUTION = re.compile(
    r"^(?:l[ae']? ?|les )?(?:mairie|ville d|commune d|municipalite|prefecture|sous-prefecture|"
    r"conseil (?:municipal|departemental|regional|general|communautaire|d'etat)|departement d|"
    r"region |eurometropole|metropole d|communaute (?:de communes|d'agglomeration|urbaine|"
    r"europeenne)|agglomeration|ministere|universite d|lycee|rectorat|chu\b|centre hospitalier|"
    r"hopita|caf\b|caisse (?:d'allocations|primaire|d'epargne|des depots)|pole emploi|"
    r"france travail|urssaf|cci\b|chambre (?:de commerce|des metiers|d'agriculture)|gendarmerie|"
    r"police (?:municipale|nationale)|sapeurs|sdis\b|tribunal|office (?:de tourisme|public)|"
    r"agence regionale|ars\b|dreal\b|ademe\b|insee\b|sncf\b|ccas\b|centre communal|senat\b|"
    r"assemblee nationale|parlement|commission europeenne|union europeenne|onu\b|unesco\b)"
)
_EVENT_NAME = re.compile(
    r"^(?:l[ae']? ?|les )?(?:\d+\w* )?(?:grande? )?(?:fetes? |festival|journees? |forum d|salon d|"
    r"marches? d|foire|biennale|printemps d|semaine d|nuits? d|quinzaine|"
    r"rencontres d|assises|vide-grenier|brocante|braderie|"
    r"course d|corrida|marathon|trail|trophees?|concours|kermesse|bal |carnaval|concert|"
    r"exposition|expo |ceremonie|commemoration|conference|soiree|tournoi|"
    r"bourse aux|portes ouvertes|hackathon)|"
    r"\b(?:19|20)\d\d$|\b\d+(?:e|eme) edition\b"
)


@lru_cache(maxsize=1 << 16)
def institution_name(name: str) -> bool:
    """Say whether a name begins like that of a public body."""
    return _INSTITUTION.match(fold(name)) is not None


@lru_cache(maxsize=1 << 16)
def event_name(name: str) -> bool:
    """Say whether a name reads like an event's rather than a group's."""
    return _EVENT_NAME.search(fold(name)) is not None


@lru_cache(maxsize=1 << 16)
def national_name(name: str) -> bool:
    """Say whether a name claims the whole country."""
    return _NATIONAL_NAME.search(fold(name)) is not None


@lru_cache(maxsize=1 << 16)
def traditional_name(name: str) -> bool:
    """Say whether a name is of the sort that long-standing clubs bear."""
    return _TRADITIONAL_NAME.match(fold(name)) is not None


@lru_cache(maxsize=1 << 16)
def shop_name(name: str) -> bool:
    """Say whether a name begins with a trade."""
    return _SHOP_NAME.match(fold(name)) is not None


@lru_cache(maxsize=1 << 16)
def spoken_of_as_an_event(sentence: str, surface: str) -> bool:
    """Say whether the words before a name are those that lead to an event."""
    folded, name = fold(sentence), fold(surface)
    at = folded.find(name)
    return at > 0 and _AROUND_AN_EVENT.search(folded[max(0, at - 30) : at]) is not None


def later_notice(sentence: str) -> bool:
    """Say whether a registry's notice is of a change or an end."""
    return _LATER_NOTICE.search(fold(sentence)) is not None
