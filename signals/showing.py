"""How a candidate is shown: its reasons, what is new, and the sentences that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.context import Context, say_day
from signals.ranking import Ranking, new_stories
from signals.scoring import Scored, reasons
from signals.text import fold
from vigie.records import (
    Candidate,
    Cluster,
    EnteredBy,
    Evidence,
    Feature,
    Message,
    Sighting,
)

if TYPE_CHECKING:
    from signals.profile import Profile

QUOTES = 5
QUOTE_LENGTH = 400


def candidate(
    scored: Scored, place: int, by: EnteredBy, cluster: Cluster | None, ranking: Ranking
) -> Candidate:
    """Return a place of the queue as it is kept and shown."""
    found = scored.profile
    return Candidate(
        actor_id=found.actor_id,
        name=found.name,
        aliases=found.aliases,
        kind=found.kind,
        commune=found.commune,
        score=scored.score,
        rank=place,
        entered_by=by,
        first_seen=found.first_seen,
        mentions=found.mentions,
        stories=found.stories,
        sources=len(found.sources),
        cluster=cluster.id if cluster else None,
        reasons=(
            *_news(found, ranking.context),
            *_again(found, ranking.context),
            *reasons(scored, ranking.weights),
        ),
        evidence=evidence(found, ranking.context),
    )


def _news(found: Profile, shared: Context) -> tuple[Feature, ...]:
    """Say what is new since an actor was last judged; it weighs nothing by itself."""
    judgement = found.judgement
    if judgement is None:
        return ()
    fresh = set(new_stories(found, judgement))
    outlets = sorted(
        {shared.source_name(s.source_id) for s in found.sightings if s.story_id in fresh}
    )
    detail = Message(
        "Depuis votre avis du {day} : {n} nouveau récit ({sources})",
        {"day": say_day(judgement.at.date()), "n": len(fresh), "sources": ", ".join(outlets)},
        "Depuis votre avis du {day} : {n} nouveaux récits ({sources})",
    )
    return (Feature(name="news", value=float(len(fresh)), weight=0, contribution=0, detail=detail),)


def _again(found: Profile, shared: Context) -> tuple[Feature, ...]:
    """Say that an actor was proposed before; it cedes its place to others by that alone."""
    day = shared.shown(found)
    if day is None:
        return ()
    fresh = sum(told > day for told, _ in found.story_days)
    detail = Message("Déjà proposé le {day}, rien de nouveau depuis", {"day": say_day(day)})
    if fresh:
        detail = Message(
            "Déjà proposé le {day} ; {n} nouveau récit depuis",
            {"day": say_day(day), "n": fresh},
            "Déjà proposé le {day} ; {n} nouveaux récits depuis",
        )
    return (Feature(name="repeated", value=1.0, weight=0, contribution=0, detail=detail),)


def evidence(found: Profile, shared: Context) -> tuple[Evidence, ...]:
    """Return up to five quotes that hold the name: distinct stories first, newest first."""
    quotable = [s for s in found.sightings if fold(s.surface) in fold(s.sentence)]
    quotable.sort(key=lambda s: (-s.day.toordinal(), -s.confidence, s.document_id, s.sentence))
    told: set[str] = set()
    quotes: set[str] = set()
    first: list[Sighting] = []
    again: list[Sighting] = []
    for sighting in quotable:
        if sighting.sentence in quotes:
            continue
        quotes.add(sighting.sentence)
        (again if sighting.story_id in told else first).append(sighting)
        told.add(sighting.story_id)
    return tuple(
        Evidence(
            document_url=s.document_url,
            source=shared.source_name(s.source_id),
            date=s.day,
            quote=shortened(s.sentence, s.surface),
            surface=s.surface,
        )
        for s in (first + again)[:QUOTES]
    )


def shortened(sentence: str, surface: str) -> str:
    """Return a sentence, or the part of a very long one that stands around the name."""
    sentence = " ".join(sentence.split())
    if len(sentence) <= QUOTE_LENGTH:
        return sentence
    at = max(sentence.find(surface), 0)
    start = max(0, min(at - QUOTE_LENGTH // 2, len(sentence) - QUOTE_LENGTH))
    end = start + QUOTE_LENGTH
    if start:
        start = min(sentence.find(" ", start) + 1 or start, at)
    if end < len(sentence):
        end = max(sentence.rfind(" ", start, end), at + len(surface))
    cut = sentence[start:end].strip()
    return ("… " if start else "") + cut + (" …" if end < len(sentence) else "")
