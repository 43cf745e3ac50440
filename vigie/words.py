"""The words for the enumerations, as a person reads them: never an identifier."""

from __future__ import annotations

import errno

from vigie.records import (
    ActorKind,
    Answer,
    ClusterChange,
    DocumentKind,
    Field,
    HealthState,
    Label,
    Message,
    PlaceKind,
    Placing,
    Position,
    ProposalKind,
    Reach,
    RejectReason,
    RelationKind,
    Role,
    RoundEnd,
    RoundKind,
    Side,
    SignInOutcome,
    SourceChange,
    SourceKind,
    Stage,
    Verdict,
    Visibility,
)

KINDS = {
    ActorKind.ASSOCIATION: Message("association"),
    ActorKind.COLLECTIVE: Message("collectif"),
    ActorKind.THIRD_PLACE: Message("tiers-lieu"),
    ActorKind.FABLAB: Message("fablab"),
    ActorKind.COOPERATIVE: Message("coopérative"),
    ActorKind.COMPANY: Message("entreprise"),
    ActorKind.CULTURAL_VENUE: Message("lieu culturel"),
    ActorKind.NETWORK: Message("réseau"),
    ActorKind.CITIZEN_PROJECT: Message("projet citoyen"),
    ActorKind.FOUNDATION: Message("fondation"),
    ActorKind.INSTITUTION: Message("institution"),
    ActorKind.UNKNOWN: Message("type à préciser"),
}

FLOWS = {
    "crawl": Message("la collecte"),
    "annotate": Message("la lecture des documents"),
    "queue": Message("la file de la semaine"),
    "retention": Message("l’effacement des anciens textes"),
    "digest": Message("la lettre de la semaine"),
    "backup": Message("la sauvegarde"),
    "notices": Message("l’envoi des avis"),
    "replies": Message("les réponses et les consultations"),
}
"""What the schedule runs, by the name of its flow."""

HEALTH = {
    HealthState.UNTRIED: Message("pas encore essayée"),
    HealthState.LIVELY: Message("vivante"),
    HealthState.QUIET: Message("calme"),
    HealthState.SILENT: Message("silencieuse"),
    HealthState.BLOCKED: Message("bloquée"),
    HealthState.MOVED: Message("déménagée"),
    HealthState.WRONG_FORMAT: Message("mauvais format"),
    HealthState.SLOW: Message("lente"),
    HealthState.UNREACHABLE: Message("injoignable"),
}

VERDICTS = {
    Verdict.KEEP: Message("retenu"),
    Verdict.WATCH: Message("à suivre"),
    Verdict.REJECT: Message("écarté"),
    Verdict.MERGE: Message("fusionné"),
}

REASONS = {
    RejectReason.NOT_AN_ACTOR: Message("Ce n’est pas un acteur"),
    RejectReason.PLACE: Message("C’est un lieu"),
    RejectReason.PERSON: Message("C’est une personne"),
    RejectReason.EVENT: Message("C’est un événement"),
    RejectReason.INSTITUTION: Message("C’est une institution"),
    RejectReason.KNOWN: Message("Déjà bien connu"),
    RejectReason.ELSEWHERE: Message("Hors du territoire"),
    RejectReason.OFF_TOPIC: Message("Hors sujet"),
    RejectReason.OTHER: Message("Autre raison"),
    RejectReason.UNWANTED: Message("Indésirable"),
}

SOURCE_KINDS = {
    SourceKind.FEED: Message("flux"),
    SourceKind.SITEMAP: Message("plan de site"),
    SourceKind.LISTING: Message("page de liens"),
    SourceKind.EVENTS: Message("page d’événements"),
    SourceKind.CALENDAR: Message("calendrier"),
    SourceKind.OPENAGENDA: Message("OpenAgenda"),
    SourceKind.GOGOCARTO: Message("carte GoGoCarto"),
    SourceKind.REGISTRY: Message("registre"),
    SourceKind.MAILBOX: Message("boîte de courriel"),
    SourceKind.FILES: Message("fichiers"),
}

REACHES = {
    Reach.LOCAL: Message("locale"),
    Reach.REGIONAL: Message("régionale"),
    Reach.NATIONAL: Message("nationale"),
}
"""Of a source, whose grammar they follow."""

DOCUMENT_KINDS = {
    DocumentKind.ARTICLE: Message("article"),
    DocumentKind.EVENT: Message("événement"),
    DocumentKind.NOTICE: Message("avis légal"),
}

LABELS = {
    Label.ACTOR: Message("acteur"),
    Label.INSTITUTION: Message("institution"),
    Label.PLACE: Message("lieu"),
    Label.PERSON: Message("personne"),
    Label.EVENT: Message("événement"),
}

PLACE_KINDS = {
    PlaceKind.COMMUNE: Message("commune"),
    PlaceKind.FORMER_COMMUNE: Message("ancienne commune"),
    PlaceKind.DISTRICT: Message("arrondissement"),
    PlaceKind.QUARTER: Message("quartier"),
    PlaceKind.EPCI: Message("intercommunalité"),
}

RELATIONS = {
    RelationKind.TOGETHER: Message("nommé avec"),
    RelationKind.CARRIED_BY: Message("porté par"),
    RelationKind.PARTNERS: Message("partenaire de"),
    RelationKind.MEMBER_OF: Message("membre de"),
}

RELATIONS_TURNED = {
    **RELATIONS,
    RelationKind.CARRIED_BY: Message("porte"),
    RelationKind.MEMBER_OF: Message("a pour membre"),
}
"""The same, seen from the second of the two."""

CLUSTER_CHANGES = {
    ClusterChange.GOES_ON: Message("se poursuit"),
    ClusterChange.NEW: Message("nouveau"),
    ClusterChange.MERGED: Message("né d’une réunion"),
    ClusterChange.SPLIT: Message("né d’une scission"),
}
"""Of a group of actors."""

PLACINGS = {
    Placing.OWN: Message("son nom la porte"),
    Placing.DATELINE: Message("elle ouvre la phrase"),
    Placing.THERE: Message("la phrase le situe là"),
    Placing.SENTENCE: Message("nommée dans la même phrase"),
    Placing.NEAR: Message("nommée non loin"),
    Placing.NOWHERE: Message("nommée dans le document"),
    Placing.WIDE: Message("agit pour plusieurs communes"),
}

FEATURES = {
    "start": Message("point de départ"),
    "novelty": Message("nouveauté"),
    "birth": Message("signe de naissance"),
    "growth": Message("rythme en hausse"),
    "burst": Message("emballement"),
    "slow_rise": Message("montée lente"),
    "fresh": Message("actualité"),
    "stories": Message("nombre de récits"),
    "sources": Message("nombre de sources"),
    "communes": Message("nombre de communes"),
    "subject": Message("sujet d’un texte"),
    "alone": Message("seul dans un texte"),
    "upcoming": Message("rendez-vous annoncés"),
    "anchoring": Message("ancrage local"),
    "themes": Message("thèmes suivis"),
    "relevance": Message("vocabulaire proche"),
    "nearness": Message("proximité d’acteurs retenus"),
    "company": Message("groupe nouveau"),
    "evidence": Message("certitude que c’est un groupe"),
    "under_the_radar": Message("discrétion"),
    "repeated": Message("déjà proposé"),
    "listed": Message("présence dans un annuaire"),
    "national": Message("portée nationale"),
    "established": Message("ancienneté"),
    "seasonal": Message("retour saisonnier"),
    "event_name": Message("nom d’événement"),
    "work": Message("œuvre ou programme"),
    "advert": Message("publicité"),
    "crowd": Message("cité dans une liste"),
    "syndicated": Message("communiqué repris"),
    "elsewhere": Message("situation hors du territoire"),
    "institution": Message("institution"),
    "proposed": Message("proposition"),
    **{f"kind_{kind}": name for kind, name in KINDS.items()},
}
"""The terms of the score, in a word or two; one of a kind is called by it."""

FIELDS = {
    Field.NAME: Message("nom"),
    Field.DESCRIPTION: Message("description"),
    Field.KINDS: Message("types"),
    Field.COMMUNES: Message("communes"),
    Field.THEMES: Message("thèmes"),
    Field.LINKS: Message("liens"),
    Field.CONTACT: Message("comment joindre l’organisation"),
    Field.STAGE: Message("relation"),
    Field.ACTIVE: Message("toujours actif"),
    Field.ASSIGNEE: Message("qui s’en occupe"),
    Field.VISIBILITY: Message("visibilité"),
    Field.SIDE: Message("côté"),
    Field.FUNCTION: Message("fonction dans l’administration"),
    Field.NOTE: Message("note"),
}

VISIBILITIES = {
    Visibility.PUBLIC: Message("public"),
    Visibility.NETWORK: Message("réseau de partenaires"),
    Visibility.LAB: Message("laboratoire"),
}

SIDES = {
    Side.EXTERNAL: Message("hors de l’administration"),
    Side.INTERNAL: Message("dans l’administration"),
}

STAGES = {
    Stage.SPOTTED: Message("repéré"),
    Stage.CONTACTED: Message("contacté"),
    Stage.MET: Message("rencontré"),
    Stage.ALLY: Message("allié"),
    Stage.DORMANT: Message("en sommeil"),
}

ROLES = {
    Role.READER: Message("lecture"),
    Role.CONTRIBUTOR: Message("contribution"),
    Role.OFFICER: Message("veille"),
    Role.ADMINISTRATOR: Message("administration"),
}

SOURCE_CHANGES = {
    SourceChange.ADDED: Message("source ajoutée"),
    SourceChange.PAUSED: Message("source mise en pause"),
    SourceChange.RESUMED: Message("source reprise"),
}

PAUSED = Message("en pause")

ANSWERS = {
    Answer.KEPT: Message("Elle est retenue : elle entre dans l’annuaire de la veille."),
    Answer.WATCHED: Message("Elle est suivie : la veille reste attentive à ce qui s’en écrira."),
    Answer.DECLINED: Message("Elle n’est pas retenue."),
    Answer.KNOWN: Message("La veille la connaissait déjà, sous un autre nom."),
    Answer.UNWANTED: Message("Elle n’est pas retenue."),
}
"""What became of a proposal, to who proposes."""

PROPOSED = {
    ProposalKind.ACTOR: Message("un acteur"),
    ProposalKind.PROJECT: Message("un projet"),
}

FATES = {
    "new": Message("nouveau"),
    "completed": Message("complété"),
    "duplicate": Message("déjà là"),
    "conflict": Message("en conflit"),
    "refused": Message("mis de côté"),
}
"""What becomes of a row that is imported."""

ROUNDS = {
    RoundKind.ADVICE: Message("avis"),
    RoundKind.CONSENT: Message("consentement"),
    RoundKind.VOTE: Message("vote"),
}
ROUND_ASKS = {
    RoundKind.ADVICE: Message("Votre avis éclaire qui décide."),
    RoundKind.CONSENT: Message("C’est fait si personne n’objecte ; se taire, c’est consentir."),
    RoundKind.VOTE: Message("C’est fait si les oui l’emportent sur les non."),
}
"""What kind of answer is asked for."""

POSITIONS = {
    Position.YES: Message("oui"),
    Position.NO: Message("non"),
    Position.ABSTAIN: Message("abstention"),
    Position.OBJECTION: Message("objection"),
}

ENDS = {
    RoundEnd.PASSED: Message("Elle a abouti : l’avis est donné."),
    RoundEnd.FAILED: Message("Elle n’a pas abouti : rien ne change."),
    RoundEnd.NO_QUORUM: Message("Trop peu se sont exprimés : rien ne change."),
    RoundEnd.ADVISED: Message("Les avis sont rendus ; qui les a demandés décide."),
}
"""How a round of opinions ended."""

SIGN_INS = {
    SignInOutcome.IN: Message("connexion"),
    SignInOutcome.WRONG: Message("mauvais mot de passe"),
    SignInOutcome.OUT: Message("déconnexion"),
}

LANGUAGES = {
    "fr": Message("en français"),
    "de": Message("en allemand"),
    "gsw": Message("en alsacien"),
    "en": Message("en anglais"),
    "ar": Message("en arabe"),
    "es": Message("en espagnol"),
    "it": Message("en italien"),
    "lb": Message("en luxembourgeois"),
    "nl": Message("en néerlandais"),
    "pl": Message("en polonais"),
    "pt": Message("en portugais"),
    "ro": Message("en roumain"),
    "ru": Message("en russe"),
    "tr": Message("en turc"),
    "uk": Message("en ukrainien"),
}
"""In which language a text is, by its code (ISO 639): those that one meets in these lands."""
ANOTHER_LANGUAGE = Message("dans une autre langue")

# --- the system's own ------------------------------------------------------------------------

UNKNOWN_HOST, SILENT_NAMES = -2, -3
"""What `socket.gaierror` has for errno: EAI_NONAME, EAI_AGAIN."""

REFUSALS = {
    errno.EACCES: Message("accès refusé"),
    errno.EADDRINUSE: Message("adresse déjà prise"),
    errno.EADDRNOTAVAIL: Message("adresse absente de cette machine"),
    errno.ECONNREFUSED: Message("connexion refusée"),
    errno.ECONNRESET: Message("connexion coupée"),
    errno.EDQUOT: Message("quota de disque dépassé"),
    errno.EEXIST: Message("existe déjà"),
    errno.EFBIG: Message("fichier trop grand"),
    errno.EHOSTUNREACH: Message("machine injoignable"),
    errno.EIO: Message("le disque ne se laisse pas lire ou écrire"),
    errno.EISDIR: Message("c’est un dossier"),
    errno.EMFILE: Message("trop de fichiers ouverts"),
    errno.ENAMETOOLONG: Message("nom trop long"),
    errno.ENETUNREACH: Message("réseau injoignable"),
    errno.ENOENT: Message("fichier ou dossier introuvable"),
    errno.ENOSPC: Message("plus de place sur le disque"),
    errno.ENOTDIR: Message("ce n’est pas un dossier"),
    errno.EPERM: Message("opération interdite"),
    errno.EROFS: Message("disque en lecture seule"),
    errno.ETIMEDOUT: Message("pas de réponse à temps"),
    UNKNOWN_HOST: Message("nom de machine inconnu"),
    SILENT_NAMES: Message("le nom de la machine ne peut pas être résolu pour le moment"),
}


def refusal(error: OSError) -> Message:
    """Return why the system refused something; in its own words where we have none."""
    # A library's own kinds of `OSError` (ssl, smtplib) have numbers of their own.
    is_system = type(error).__module__ in {"builtins", "socket"}
    if is_system and error.errno in REFUSALS:
        return REFUSALS[error.errno]
    if type(error) is TimeoutError:
        return REFUSALS[errno.ETIMEDOUT]
    said = error.strerror or str(error) or type(error).__name__
    return Message("{sentence}", {"sentence": said})
