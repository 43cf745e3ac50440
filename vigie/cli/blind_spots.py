"""`blind-spots`: where the watch is not looking."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from vigie.cli.options import asked_watch, opened, today, watch_option, workspace
from vigie.cli.work import until_option
from vigie.language import render, say, terminal_language
from vigie.terminal import tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from signals.blind_spots import BlindSpots

WEEKS = 13
"""Looked at: a season."""
SHOWN = 12


@click.command(
    "blind-spots",
    help=say("Dire où la veille ne regarde pas : communes, quartiers, types, thèmes, sources."),
)
@until_option
@click.option("--json", "as_json", is_flag=True, help=say("En JSON."))
@watch_option(say("Ceux d’une autre veille que la première."))
@workspace
def blind_spots(folder: Path, until: date | None, *, as_json: bool, watch_id: str | None) -> None:
    """Print what the sources hardly cover, and what comes of each source."""
    from signals import blind_spots as signals
    from storage import actors, facts, source_changes, sources

    with opened(folder) as (settings, store):
        as_of = until or today(settings)
        since, watch = as_of - timedelta(weeks=WEEKS), asked_watch(settings, watch_id)
        read = [one.id for one in settings.sources if watch.reads(one.id)]
        with store.reading() as c:
            week = facts.between(c, since, as_of, zone=settings.zone, watch=watch)
            listed = actors.listed(c, as_of)
            recent = source_changes.given(c, read, since, as_of)
            every = sources.all(c)
    known = {source.id: source.name for source in settings.sources}
    found = signals.blind_spots(
        week,
        watch,
        since,
        listed=listed,
        documents=recent,
    )
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
        return
    names = known | {one.id: one.name for one in every}
    for line in _lines(found, names):
        tell(line)


def _whole(stories: float) -> int | str:
    return round(stories) if stories >= 1 else say("moins d’un")


def _lines(found: BlindSpots, names: Mapping[str, str]) -> Iterator[str]:
    from vigie import gazetteer
    from vigie.records import ActorKind
    from vigie.words import KINDS

    language = terminal_language()
    yield say(
        "Du {first} au {last} :", first=f"{found.since:%d/%m/%Y}", last=f"{found.as_of:%d/%m/%Y}"
    )
    for spot in [one for one in found.communes if one.blind][:SHOWN]:
        line = say(
            "commune peu couverte : {place} ({population} habitants) : {n} récits pour {expected} "
            "attendus d’après sa population",
            place=gazetteer.commune(spot.what).name,
            population=spot.population,
            n=spot.stories,
            expected=_whole(spot.expected),
        )
        by_register = say(
            ", {expected} d’après les annuaires (inscriptions : {listed})",
            expected=_whole(spot.by_register),
            listed=spot.listed,
        )
        yield line + by_register if spot.by_register else line
    for spot in [one for one in found.quarters if one.blind][:SHOWN]:
        yield say(
            "quartier peu couvert : {quarter} ({place}) : {n} récits, {expected} en moyenne par "
            "quartier",
            quarter=spot.what,
            place=gazetteer.commune(spot.commune).name,
            n=spot.stories,
            expected=_whole(spot.expected),
        )
    for spot in [one for one in found.kinds if one.blind]:
        yield say(
            "type peu couvert : {kind} : {n} récits pour {expected} attendus d’après les annuaires",
            kind=render(KINDS[ActorKind(spot.what)], language),
            n=spot.stories,
            expected=_whole(spot.by_register),
        )
    for theme, count in found.themes.items():
        if not count:
            yield say(
                "thème dont les mots ne se trouvent dans aucune phrase lue : {theme}", theme=theme
            )
    for source in found.sources:
        if source.kept or source.rejected:
            yield say(
                "{source} : découvertes retenues {kept}, écartées {rejected}",
                source=names.get(source.source_id, source.source_id),
                kept=source.kept,
                rejected=source.rejected,
            )
    for source_id in found.silent:
        yield say("source muette : {source}", source=names.get(source_id, source_id))
