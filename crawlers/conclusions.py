"""How the crawl of a source ended, in one state and one sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from crawlers import clock, identity
from vigie.records import HealthState, Message, Outcome, Source

if TYPE_CHECKING:
    from crawlers.answers import Failure, Fetched
    from crawlers.progress import Progress
    from crawlers.resource import Reading

NOTHING_NEW = Message("rien de nouveau depuis le dernier passage")


def outcome_of(
    source: Source,
    state: HealthState,
    message: Message,
    documents: int = 0,
    *,
    not_modified: bool = False,
    failure: Failure | None = None,
) -> Outcome:
    """Return the outcome of a crawl that ends now; `failure` is the last one on the way."""
    now = clock.now()
    wait = failure.wait if failure else None
    return Outcome(
        source_id=source.id,
        at=now,
        state=state,
        message=message,
        documents=documents,
        not_modified=not_modified,
        failure=failure.kind if failure and state.is_failure else None,
        not_before=now + timedelta(seconds=wait) if wait else None,
    )


def moved(
    source: Source, answer: Fetched, documents: int = 0, *, not_modified: bool = False
) -> Outcome | None:
    """Return the outcome of a source that answers elsewhere for good, if it does."""
    if not _is_elsewhere(source, answer):
        return None
    message = Message("a changé d’adresse : remplacez-la par {url}", _where(answer))
    return outcome_of(source, HealthState.MOVED, message, documents, not_modified=not_modified)


def mismatched(source: Source, answer: Fetched, state: HealthState, message: Message) -> Outcome:
    """Return the outcome of a source that does not hold what it should, and where that stands."""
    if _is_elsewhere(source, answer):
        message = Message(
            "{report} ; l’adresse de la source y est redirigée pour de bon : {url}",
            {"report": message, **_where(answer)},
        )
    return outcome_of(source, state, message)


def _is_elsewhere(source: Source, answer: Fetched) -> bool:
    new = answer.moved_to
    return bool(new) and identity.document_id(source.url) != identity.document_id(new or "")


def _where(answer: Fetched) -> dict[str, str]:
    return {"url": (answer.moved_to or "")[:500]}


def conclude(progress: Progress, reading: Reading, answer: Fetched) -> Outcome:
    """Return the outcome of a crawl whose first address was read.

    That a source has moved comes first, and hides nothing else that is of note.
    """
    here = conclude_reading(progress, reading)
    elsewhere = moved(progress.source, answer, progress.seen)
    if elsewhere is None or is_plain(here.message):
        return elsewhere or here
    values = {"report": elsewhere.message, "trouble": here.message}
    return replace(elsewhere, message=Message("{report} ; {trouble}", values))


def heeding(outcome: Outcome, progress: Progress) -> Outcome:
    """Return an outcome that says until when the site of one of its pages asked to be left."""
    wait = progress.asked_to_wait.wait if progress.asked_to_wait else None
    return replace(outcome, not_before=outcome.at + timedelta(seconds=wait)) if wait else outcome


def conclude_reading(progress: Progress, reading: Reading) -> Outcome:
    """Return the outcome of a source that could be read, with whatever trouble on the way."""
    source, count = progress.source, progress.seen
    if said := _worth_saying(progress, reading):
        nothing_read = progress.aside and not count and not progress.listed
        state = HealthState.QUIET if nothing_read else HealthState.LIVELY
        return outcome_of(source, state, said, count)
    if not count and progress.unchanged:
        return outcome_of(source, HealthState.LIVELY, NOTHING_NEW)
    if not count:
        empty = Message("aucun document : la source est vide")
        return outcome_of(source, HealthState.QUIET, empty)
    return outcome_of(source, HealthState.LIVELY, counted(count), count)


def _worth_saying(progress: Progress, reading: Reading) -> Message | None:  # noqa: PLR0911 - one a trouble
    """Return what is to be said before the number of documents: the gravest, if anything is."""
    trouble = progress.trouble or (reading.problem if reading.documents else None)
    if trouble:
        return trouble
    if progress.asked_to_wait:
        return progress.asked_to_wait.message
    if progress.refused:
        return _refused(progress)
    if 1 < progress.gone == progress.asked:
        return Message(
            "aucune des {n} pages demandées n’existe (404) : vérifiez l’adresse de la source",
            {"n": progress.gone},
        )
    if progress.reserved:
        return _reserved(progress)
    if progress.listed:
        return _listed(progress)
    return for_instance(set_aside(progress.aside), progress) if progress.aside else None


def set_aside(entries: int) -> Message:
    """Return how many entries could not be read."""
    return Message("{n} entrée mise de côté", {"n": entries}, "{n} entrées mises de côté")


def for_instance(message: Message, progress: Progress) -> Message:
    """Return a message with the first entry set aside in this crawl: where, and why."""
    first = progress.first_aside
    if first is None:
        return message
    return Message(
        "{message} ; la première, {where} : {reason}",
        {"message": message, "where": first.where, "reason": first.reason},
    )


def _refused(progress: Progress) -> Message:
    return Message(
        "{n} page refusée par son site (401, 403, captcha…), sur {all} annoncées : à redemander",
        {"n": progress.refused, "all": progress.seen},
        "{n} pages refusées par leur site (401, 403, captcha…), sur {all} annoncées : à redemander",
    )


def _reserved(progress: Progress) -> Message:
    return Message(
        "{n} texte réservé par son site (TDM, noai), sur {all} lus",
        {"n": progress.reserved, "all": progress.seen},
        "{n} textes réservés par leur site (TDM, noai), sur {all} lus",
    )


def is_plain(message: Message) -> bool:
    """Tell whether a conclusion says that all went as it should, and nothing else."""
    return message.template in {NOTHING_NEW.template, counted(0).template}


def more_remains(requests: int) -> Message:
    """Return what is said of a source that has more addresses than one crawl reads."""
    values = {"n": requests}
    return Message("{n} adresses lues, il en reste : la suite au prochain passage", values)


def followed(requests: int) -> Message:
    """Return what is said of a source that has more addresses than are ever followed."""
    values = {"n": requests}
    return Message("seules les {n} premières adresses de cette source sont suivies", values)


def is_unfinished(message: Message) -> bool:
    """Tell whether a conclusion says that the next crawl goes on with what is left."""
    return message.template == more_remains(0).template


def counted(documents: int) -> Message:
    """Return how much was read, when there is nothing else to say."""
    return Message("{n} document", {"n": documents}, "{n} documents")


def _listed(progress: Progress) -> Message:
    listed = Message("{n} acteur connu", {"n": progress.listed}, "{n} acteurs connus")
    if not progress.seen:
        return listed
    return Message(
        "{listed}, dont récents : {documents}",
        {"listed": listed, "documents": counted(progress.seen)},
    )
