"""`detect --explain`: how an actor was scored in a week, on which counts, and beside whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from vigie.errors import UnknownNameError
from vigie.language import decimal, render, say, terminal_language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.profile import Profile
    from signals.ranking import Ranking
    from signals.scoring import Scored
    from storage import Store
    from vigie.records import Actor, Queue
    from vigie.settings import Settings, Watch

NEIGHBOURS = 3
WEEKS = 12


def explain(
    settings: Settings, store: Store, given: str, as_of: date, watch: Watch
) -> Iterator[str]:
    """Yield, as lines, an actor's features, the counts behind them and its nearest rivals.

    `given` is an actor's id or a name of it; everything is as of a day and as a watch knows it,
    with the weights of its week.

    Raises:
        UnknownNameError: there is no such actor, or nothing was known of it lately.
    """
    from signals.ranking import rank
    from storage import facts, queues
    from vigie.cli.naming import named
    from vigie.records import iso_week

    with store.reading() as c:
        actor = named(c, given)
        week = facts.week(c, as_of, zone=settings.zone, watch=watch)
        queue = queues.load(c, iso_week(as_of), watch.id)
    ranking = rank(week, watch)
    places = {one.profile.actor_id: place for place, one in enumerate(ranking.scored)}
    if actor.id not in places:
        yield _left_out(ranking, actor, as_of)
        return
    place = places[actor.id]
    found = ranking.scored[place]
    yield say(
        "{name} : score {score}, rang {place} sur {total} le {day}",
        name=found.profile.name,
        score=decimal(found.score, ".4f"),
        place=place + 1,
        total=len(ranking.scored),
        day=f"{as_of:%d/%m/%Y}",
    )
    if queue is not None:
        yield _in_queue(found, ranking, queue)
    yield from _counts(found.profile, as_of)
    yield ""
    yield from _features(found, ranking)
    yield ""
    yield from _neighbours(ranking, place)


def day_of(week: str, store: Store, watch: Watch) -> date:
    """Return the day as of which a watch's queue of a week was made, or else its last day.

    Raises:
        UnknownNameError: it is no week.
    """
    from storage import queues

    with store.reading() as c:
        kept = queues.load(c, week, watch.id)
    if kept is not None:
        return kept.as_of
    try:
        year, number = week.split("-W")
        return date.fromisocalendar(int(year), int(number), 7)
    except ValueError as error:
        raise UnknownNameError(
            say("« {week} » n’est pas une semaine : écrivez 2026-W12.", week=week)
        ) from error


def _left_out(ranking: Ranking, actor: Actor, as_of: date) -> str:
    from signals.misses import ASIDE

    aside = ranking.aside.get(actor.id)
    why = ASIDE[aside] if aside else say("rien n’en a été dit dans les six semaines d’avant")
    return say(
        "{name} : pas classé le {day} ({why}).", name=actor.name, day=f"{as_of:%d/%m/%Y}", why=why
    )


def _in_queue(found: Scored, ranking: Ranking, queue: Queue) -> str:
    """Return where an actor stands in the week's queue, which is not the ranking alone."""
    from vigie.records import EnteredBy

    for one in queue.candidates:
        if one.actor_id == found.profile.actor_id:
            how = {
                EnteredBy.RANKING: say("par le classement"),
                EnteredBy.EXPLORATION: say("par tirage"),
                EnteredBy.PROPOSED: say("sur proposition"),
            }[one.entered_by]
            return say("  dans la file de cette semaine : place {n}, {how}", n=one.rank, how=how)
    day = ranking.context.shown(found.profile)
    if day is None:
        return say("  pas dans la file de cette semaine")
    return say(
        "  pas dans la file de cette semaine ; déjà proposé le {day}, il cède sa place à du "
        "nouveau",
        day=f"{day:%d/%m/%Y}",
    )


def _counts(profile: Profile, as_of: date) -> Iterator[str]:
    yield say(
        "  mentions : {mentions}, récits : {stories}, sources : {sources}, depuis le {first}",
        mentions=profile.mentions,
        stories=profile.stories,
        sources=len(profile.sources),
        first=f"{profile.first_seen:%d/%m/%Y}",
    )
    ends = [as_of + timedelta(days=1, weeks=-n) for n in range(WEEKS - 1, -1, -1)]
    counts = [profile.stories_between(end - timedelta(weeks=1), end) for end in ends]
    yield say(
        "  récits nouveaux, semaine par semaine jusqu’à ce jour : {counts}",
        counts=" ".join(map(str, counts)),
    )


def _features(found: Scored, ranking: Ranking) -> Iterator[str]:
    from signals.scoring import reasons
    from vigie.words import FEATURES

    language = terminal_language()
    for one in reasons(found, ranking.weights):
        yield say(
            "  {share}  {name} : valeur {value} × poids {weight}",
            share=decimal(one.contribution, "+.4f"),
            name=render(FEATURES[one.name], language),
            value=decimal(one.value),
            weight=decimal(one.weight, "+.2f"),
        )
        yield f"           {render(one.detail, language)}"


def _neighbours(ranking: Ranking, place: int) -> Iterator[str]:
    """Yield the candidates just above and just below, the actor between them."""
    above = max(place - NEIGHBOURS, 0)
    near = ranking.scored[above : place + NEIGHBOURS + 1]
    yield say("Les plus proches dans le classement :")
    for number, one in enumerate(near, start=above):
        mark = ">" if number == place else " "
        yield f" {mark} {number + 1:>4}. {decimal(one.score, '.4f')}  {one.profile.name}"
