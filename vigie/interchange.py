"""Records as the JSON that scripts rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vigie import gazetteer
from vigie.language import render, terminal_language

if TYPE_CHECKING:
    from vigie.records import Candidate, Document, EventDetails, NamedPlace, Proposal, Queue, Span


def queue_as_json(queue: Queue) -> dict[str, object]:
    """Return a week's queue as `vigie queue --json` prints it."""
    return {
        "watch": queue.watch,
        "week": queue.week,
        "as_of": queue.as_of.isoformat(),
        "candidates": [_candidate(candidate) for candidate in queue.candidates],
        "clusters": [
            {
                "id": cluster.id,
                "label": list(cluster.label),
                "members": list(cluster.members),
                "known": list(cluster.known),
                "new": [one for one in cluster.members if one not in cluster.known],
                "since": cluster.since or None,
                "change": cluster.change.value,
                "came_from": list(cluster.came_from),
            }
            for cluster in queue.clusters
        ],
    }


def _candidate(candidate: Candidate) -> dict[str, object]:
    place = gazetteer.communes().get(candidate.commune) if candidate.commune else None
    return {
        "rank": candidate.rank,
        "actor_id": candidate.actor_id,
        "name": candidate.name,
        "aliases": list(candidate.aliases),
        "kind": candidate.kind.value,
        "commune": place.name if place else None,
        "commune_code": candidate.commune,
        "score": candidate.score,
        "entered_by": candidate.entered_by.value,
        "first_seen": candidate.first_seen.isoformat(),
        "mentions": candidate.mentions,
        "stories": candidate.stories,
        "sources": candidate.sources,
        "cluster": candidate.cluster,
        "reasons": [
            {
                "feature": reason.name,
                "value": reason.value,
                "contribution": reason.contribution,
                "detail": render(reason.detail, terminal_language()),
            }
            for reason in candidate.reasons
        ],
        "evidence": [
            {
                "document_url": evidence.document_url,
                "source": evidence.source,
                "date": evidence.date.isoformat(),
                "quote": evidence.quote,
            }
            for evidence in candidate.evidence
        ],
    }


def proposal_as_json(proposal: Proposal, actor_id: str) -> dict[str, object]:
    """Return a proposal as `vigie proposals list --json` prints it; no way to reach anyone."""
    place = gazetteer.communes().get(proposal.commune) if proposal.commune else None
    return {
        "id": proposal.id,
        "actor_id": actor_id,
        "kind": proposal.kind.value,
        "name": proposal.name,
        "what": proposal.what,
        "place": proposal.place,
        "commune": place.name if place else None,
        "commune_code": proposal.commune,
        "latitude": proposal.latitude,
        "longitude": proposal.longitude,
        "link": proposal.link or None,
        "by": proposal.who or None,
        "at": proposal.at.isoformat(),
    }


def document_as_json(document: Document, file: str) -> dict[str, object]:
    """Return a document as `vigie read --json` prints it."""
    return {
        "file": file,
        "kind": document.kind.value,
        "url": document.url,
        "title": document.title,
        "published_at": document.published_at.isoformat() if document.published_at else None,
        "text": document.text,
        "language": document.language,
        "event": _event(document.event) if document.event else None,
    }


def _event(event: EventDetails) -> dict[str, object]:
    return {
        "start": event.start.isoformat() if event.start else None,
        "end": event.end.isoformat() if event.end else None,
        "venue": event.venue,
        "organiser": event.organiser,
    }


def place_as_json(place: NamedPlace) -> dict[str, object]:
    """Return a territory that a text names as `vigie extract --json` prints it."""
    return {
        "start": place.start,
        "end": place.end,
        "kind": place.kind.value,
        "name": place.name,
        "code": place.code,
        "commune": place.commune,
    }


def span_as_json(span: Span) -> dict[str, object]:
    """Return a span as `vigie extract --json` prints it."""
    return {
        "start": span.start,
        "end": span.end,
        "text": span.text,
        "label": span.label.value,
        "confidence": round(span.confidence, 4),
    }
