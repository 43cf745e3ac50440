"""Records as plain values for JSON columns, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from vigie.records import Cluster, ClusterChange, EventDetails, Evidence, Feature, Message

Plain = Mapping[str, Any]


def from_message(message: Message) -> Plain:
    """Return a message as plain values."""
    return {
        "template": message.template,
        "values": {
            name: from_message(value) if isinstance(value, Message) else value
            for name, value in message.values.items()
        },
        "plural": message.plural,
    }


def to_message(plain: Plain) -> Message:
    """Return the message that `from_message` was given."""
    values = {
        name: to_message(value) if isinstance(value, dict) else value
        for name, value in plain["values"].items()
    }
    return Message(plain["template"], values, plain["plural"])


def from_event(event: EventDetails | None) -> Plain | None:
    """Return an event's details as plain values."""
    if event is None:
        return None
    return {
        "start": event.start.isoformat() if event.start else None,
        "end": event.end.isoformat() if event.end else None,
        "venue": event.venue,
        "organiser": event.organiser,
        "commune": event.commune,
    }


def to_event(plain: Plain | None) -> EventDetails | None:
    """Return the details that `from_event` was given."""
    if plain is None:
        return None
    return EventDetails(
        start=datetime.fromisoformat(plain["start"]) if plain["start"] else None,
        end=datetime.fromisoformat(plain["end"]) if plain["end"] else None,
        venue=plain["venue"],
        organiser=plain["organiser"],
        commune=plain["commune"],
    )


def from_feature(feature: Feature) -> Plain:
    """Return one term of a score as plain values."""
    return {
        "name": feature.name,
        "value": feature.value,
        "weight": feature.weight,
        "contribution": feature.contribution,
        "detail": from_message(feature.detail),
    }


def to_feature(plain: Plain) -> Feature:
    """Return the term that `from_feature` was given."""
    return Feature(
        name=plain["name"],
        value=plain["value"],
        weight=plain["weight"],
        contribution=plain["contribution"],
        detail=to_message(plain["detail"]),
    )


def from_evidence(evidence: Evidence) -> Plain:
    """Return a quoted sentence as plain values."""
    return {
        "document_url": evidence.document_url,
        "source": evidence.source,
        "date": evidence.date.isoformat(),
        "quote": evidence.quote,
        "surface": evidence.surface,
    }


def to_evidence(plain: Plain) -> Evidence:
    """Return the evidence that `from_evidence` was given."""
    return Evidence(
        document_url=plain["document_url"],
        source=plain["source"],
        date=date.fromisoformat(plain["date"]),
        quote=plain["quote"],
        surface=plain["surface"],
    )


def from_cluster(cluster: Cluster) -> Plain:
    """Return a cluster as plain values."""
    return {
        "id": cluster.id,
        "label": list(cluster.label),
        "members": list(cluster.members),
        "known": list(cluster.known),
        "since": cluster.since,
        "change": cluster.change.value,
        "came_from": list(cluster.came_from),
    }


def to_cluster(plain: Plain) -> Cluster:
    """Return the cluster that `from_cluster` was given."""
    return Cluster(
        id=plain["id"],
        label=tuple(plain["label"]),
        members=tuple(plain["members"]),
        known=tuple(plain.get("known", ())),
        since=plain.get("since", ""),
        change=ClusterChange(plain.get("change", ClusterChange.GOES_ON)),
        came_from=tuple(plain.get("came_from", ())),
    )
