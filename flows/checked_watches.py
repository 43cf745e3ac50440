"""Whether the watches of `vigie.toml` go with the sources, accounts and queues there are."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from flows.findings import Finding, State
from storage import accounts, open_workspace, sources
from storage.folding import fold
from vigie.language import say
from vigie.watches import is_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.findings import Place
    from storage.condition import Condition
    from vigie.settings import Settings

CHECK = "watches"


def watches(place: Place) -> Iterator[Finding]:
    """Find what watches name and is not there, what none reads, and queues of former watches."""
    settings, database = place.settings, place.database
    if database is None or database.schema is None or database.older or database.newer:
        return
    found = _misnamed(settings)
    yield from found
    yield from _former(settings, database)
    if settings.others and not found:
        said = say("{n} veilles : leurs sources et leurs comptes sont là", n=len(settings.watches))
        yield Finding(check=CHECK, state=State.WELL, said=said)


def _misnamed(settings: Settings) -> list[Finding]:
    if not any(one.sources or one.officers for one in settings.watches):
        return []
    with (
        closing(open_workspace(settings)) as store,
        store.reading() as c,
    ):
        known = {one.id for one in sources.all(c)} | {one.id for one in settings.sources}
        named = {one.name for one in accounts.all_of(c) if not one.disabled}
    return [*_unread(settings, known), *_unknown_officers(settings, named)]


def _unread(settings: Settings, known: Iterable[str]) -> Iterator[Finding]:
    for watch in settings.watches:
        for pattern in filter(is_pattern, watch.sources):
            if not any(map(type(watch)(sources=(pattern,)).reads, known)):
                yield _look(
                    say(
                        "{watch} : aucune source ne répond au motif « {pattern} »",
                        watch=watch.name,
                        pattern=pattern,
                    ),
                    say("Corrigez « sources » dans sa section de vigie.toml."),
                )
    idle = [
        one.id for one in settings.sources if not any(w.reads(one.id) for w in settings.watches)
    ]
    if idle:
        some = ", ".join(idle[:8]) + (" …" if idle[8:] else "")
        said = say("collectées pour aucune veille : {names}", names=some)
        yield _look(said, say("Nommez-les dans « sources » d’une veille, ou retirez-les."))


def _unknown_officers(settings: Settings, named: Iterable[str]) -> Iterator[Finding]:
    for watch in settings.watches:
        missing = [one for one in watch.officers if fold(one) not in named]
        if missing:
            yield _look(
                say(
                    "{watch} : pas de compte pour {names}",
                    watch=watch.name,
                    names=", ".join(missing),
                ),
                say("« vigie user add NOM », ou corrigez « officers » dans vigie.toml."),
            )


def _former(settings: Settings, database: Condition) -> Iterator[Finding]:
    """Say which queues are kept of watches that are not in the file any more."""
    ids = {one.id for one in settings.watches}
    for watch_id, week in database.last_queues.items():
        if watch_id not in ids:
            said = say(
                "« {id} » n’est plus dans vigie.toml : ses files (jusqu’à la semaine {week}) et "
                "ses avis sont gardés, et reviennent avec [watches.{id}]",
                id=watch_id,
                week=week,
            )
            yield Finding(check=CHECK, state=State.WELL, said=said)


def _look(said: str, remedy: str) -> Finding:
    return Finding(check=CHECK, state=State.LOOK, said=said, remedy=remedy)


def late_queues(settings: Settings, database: Condition, week: str) -> Iterator[str]:
    """Yield which watches have no queue of a week yet, in words."""
    for watch in settings.watches:
        if database.last_queues.get(watch.id, "") >= week:
            continue
        if settings.others:
            yield say("{watch} : pas de file pour la semaine {week}", watch=watch.name, week=week)
        else:
            yield say("pas de file pour la semaine {week}", week=week)
