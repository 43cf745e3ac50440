"""The words for the enumerations, as a person reads them: never an identifier."""

from __future__ import annotations

from vigie.records import ActorKind, HealthState, Message

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
    ActorKind.UNKNOWN: Message("sorte à préciser"),
}

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
