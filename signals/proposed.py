"""What people propose, as candidates: beside the ranking, which it neither enters nor moves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from signals.context import say_day
from signals.showing import QUOTES, candidate, shortened
from signals.text import theme_stems, themes_in
from vigie import gazetteer
from vigie.records import (
    ActorKind,
    Candidate,
    EnteredBy,
    Evidence,
    Feature,
    Message,
    Proposal,
    ProposalKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from signals.ranking import Ranking
    from vigie.settings import Watch

SOURCE = "Proposition"
"""What stands where the name of a source would."""


def proposed(
    proposals: Iterable[Proposal], ranking: Ranking, most: int, after: int
) -> Iterator[Candidate]:
    """Yield at most so many proposals as candidates, placed after others, the oldest first.

    Of what the press names too, all is told that is known of it.
    """
    scored = {one.profile.actor_id: one for one in ranking.scored}
    for place, proposal in zip(range(after + 1, after + 1 + most), proposals, strict=False):
        known = scored.get(proposal.actor_id)
        if known is None:
            yield _unheard_of(proposal, place)
        else:
            group = ranking.context.groups.get(proposal.actor_id)
            found = candidate(known, place, EnteredBy.PROPOSED, group, ranking)
            yield marked(found, proposal)


def concerns(watch: Watch, proposal: Proposal) -> bool:
    """Tell whether what is proposed is a watch's to judge; the first one judges whatever comes.

    Another takes what lies in its territory, or says no place; and, where it proposes none but
    what touches its themes, what touches one.
    """
    if watch.is_main:
        return True
    territory = gazetteer.territory(watch.territory)
    here = not territory or proposal.commune is None or proposal.commune in territory
    said = f"{proposal.name} . {proposal.what}"
    about = not watch.only_themes or bool(themes_in(said, theme_stems(watch.themes)))
    return here and about


def marked(found: Candidate, proposal: Proposal) -> Candidate:
    """Return a candidate that says that it was proposed too."""
    return replace(
        found,
        reasons=(reason(proposal), *found.reasons),
        evidence=(evidence(proposal), *found.evidence)[:QUOTES],
    )


def _unheard_of(proposal: Proposal, place: int) -> Candidate:
    project = proposal.kind is ProposalKind.PROJECT
    return Candidate(
        actor_id=proposal.actor_id,
        name=proposal.name,
        aliases=(),
        kind=ActorKind.CITIZEN_PROJECT if project else ActorKind.UNKNOWN,
        commune=proposal.commune,
        score=0.0,
        rank=place,
        entered_by=EnteredBy.PROPOSED,
        first_seen=proposal.day,
        mentions=0,
        stories=0,
        sources=0,
        cluster=None,
        reasons=(reason(proposal),),
        evidence=(evidence(proposal),),
    )


def reason(proposal: Proposal) -> Feature:
    """Return by whom it was proposed and when; it weighs nothing."""
    day = say_day(proposal.day)
    detail = (
        Message("Proposé par {who} le {day}", {"who": proposal.who, "day": day})
        if proposal.who
        else Message("Proposé par le public le {day}", {"day": day})
    )
    return Feature(name="proposed", value=1.0, weight=0, contribution=0, detail=detail)


def evidence(proposal: Proposal) -> Evidence:
    """Return what was written, as a quote; its address is the link that was given, if one was."""
    return Evidence(
        document_url=proposal.link,
        source=SOURCE,
        date=proposal.day,
        quote=shortened(proposal.what or proposal.name, proposal.name),
        surface=proposal.name,
    )
