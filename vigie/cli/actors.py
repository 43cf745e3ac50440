"""`actors`: who is known, what is known of one, which are one and which are two."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from vigie.cli.naming import named
from vigie.cli.options import opened, today, workspace
from vigie.cli.seen import as_known, as_seen, commune, home_in_words
from vigie.errors import UnknownNameError, VigieError
from vigie.language import render, say, terminal_language
from vigie.terminal import show as show_table
from vigie.terminal import tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from signals.profile import Profile
    from vigie.records import Actor, Tie

MOST = 20
QUOTES = 5
json_option = click.option("--json", "as_json", is_flag=True, help=say("En JSON."))
actor_help = say("ACTEUR")


@click.group(help=say("L’annuaire des acteurs : les voir, les réunir, les séparer."))
def actors() -> None:
    """Group the commands on actors."""


@actors.command(
    "list", help=say("Les acteurs les plus nommés, ou ceux dont un nom contient TEXTE.")
)
@click.argument("text", metavar=say("TEXTE"), default="")
@click.option("--limit", default=MOST, show_default=True, type=click.IntRange(1, 10_000))
@click.option(
    "--questions", is_flag=True, help=say("Les paires qui sont peut-être un seul acteur.")
)
@json_option
@workspace
def list_(folder: Path, text: str, limit: int, questions: bool, as_json: bool) -> None:
    """Print actors, or the open questions « same actor? »."""
    from storage import actors as stored

    with opened(folder) as (settings, store), store.reading() as c:
        if questions:
            from vigie.cli.questions import print_questions

            print_questions(c, limit, as_json=as_json)
            return
        found = [
            (*as_known(c, settings, actor), n) for actor, n in stored.most_named(c, limit, text)
        ]
    if as_json:
        click.echo(json.dumps([_plain(a, mentions=n) for a, _, n in found], ensure_ascii=False))
        return
    from rich.table import Table

    from vigie.words import KINDS

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (say("Acteur"), say("Type"), say("Commune"), say("Vu dès"), say("Mentions")):
        table.add_column(title)
    table.add_column(say("Repère"))
    for actor, sure, mentions in found:
        table.add_row(
            actor.name,
            render(KINDS[actor.shown_kind], terminal_language()),
            commune(actor.commune) + ("" if sure or not actor.commune else " ?"),
            actor.first_seen.strftime("%d/%m/%Y"),
            str(mentions),
            actor.id,
        )
    show_table(table)


@actors.command(help=say("Ce que l’on sait d’un acteur, et d’où on le tient."))
@click.argument("name", metavar=actor_help)
@json_option
@workspace
def show(folder: Path, name: str, as_json: bool) -> None:
    """Print what is known of an actor: names, nature, home, quotes, ties, open questions."""
    from signals.profile import profile
    from storage import actors as stored
    from storage import facts, registrations, relations, splits, suggestions
    from vigie.cli.questions import registered

    with opened(folder) as (settings, store), store.reading() as c:
        actor, day = named(c, name), today(settings)
        known = facts.of_actor(c, actor.id, day, zone=settings.zone)
        seen = profile(known, day) if known else None
        described = stored.descriptions(c, actor.id, day)
        ties = relations.ties(c, [actor.id], day)
        others = stored.load(c, {i for tie in ties for i in (tie.actor_id, tie.other_id)})
        listed = registrations.of_actors(c, [actor.id]).get(actor.id, [])
        questions = suggestions.of_actors(c, [actor.id])
        roots = stored.surviving(c, {i for s in questions for i in (s.actor_id, s.other_id)})
        asked = stored.load(c, roots.values())
        taken_apart = [s for s in splits.standing(c) if actor.id in {s.actor_id, s.new_id}]
    actor = as_seen(actor, seen) if seen else actor
    if as_json:
        told = _plain(actor, description=described[0] if described else None)
        if seen and seen.home:
            told["home"] = {
                "commune": seen.home.commune,
                "share": round(seen.home.share, 3),
                "sure": seen.home.sure,
                "why": render(seen.home.reason(), terminal_language()),
            }
        told["ties"] = [
            {"actor_id": t.actor_id, "other_id": t.other_id, "kind": t.kind, "url": t.document_url}
            for t in ties
        ]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for line in _told(actor, seen, described):
        click.echo(line)
    for line in _bonds(actor, ties, {i: a.name for i, a in others.items()}):
        click.echo(line)
    for one in listed:
        click.echo(registered(one))
    for question in questions:
        pair = {roots[question.actor_id], roots[question.other_id]} - {actor.id}
        for other in (asked[i] for i in sorted(pair) if i in asked):
            why = render(question.reason, terminal_language())
            click.echo(say("Le même que « {name} » ? {why}", name=other.name, why=why))
    for split in taken_apart:
        click.echo(
            say(
                "Scission numéro {id}, par {who} le {day}.",
                id=split.id,
                who=split.who,
                day=split.at.strftime("%d/%m/%Y"),
            )
        )


def _told(actor: Actor, seen: Profile | None, described: list[str]) -> Iterator[str]:
    """Yield what an actor is, in lines for a person."""
    from vigie.words import KINDS

    language = terminal_language()
    yield actor.name
    if actor.aliases:
        yield say("Autres noms : {names}.", names=" ; ".join(actor.aliases))
    yield say("Type : {kind}.", kind=render(KINDS[actor.shown_kind], language))
    if described:
        yield say("Décrit ainsi : « {words} ».", words=described[0])
    if seen is None:
        return
    yield home_in_words(seen.home)
    yield say(
        "Vu du {first} au {last} : mentions {mentions}, récits {stories}, sources {sources}.",
        first=seen.first_seen.strftime("%d/%m/%Y"),
        last=seen.last_seen.strftime("%d/%m/%Y"),
        mentions=len(seen.sightings),
        stories=seen.stories,
        sources=len(seen.sources),
    )
    for sighting in seen.sightings[: -QUOTES - 1 : -1]:
        yield f"  {sighting.day.strftime('%d/%m/%Y')}  « {sighting.sentence} »"
        yield f"              {sighting.document_url}"


def _bonds(actor: Actor, ties: list[Tie], names: Mapping[str, str]) -> Iterator[str]:
    """Yield with whom an actor is named, and in which words, the strongest bonds first."""
    from vigie.records import RelationKind
    from vigie.words import RELATIONS, RELATIONS_TURNED

    said: dict[tuple[str, str], list[Tie]] = {}
    for tie in sorted(ties, key=lambda t: t.kind is RelationKind.TOGETHER):
        first = tie.actor_id == actor.id
        bond = (RELATIONS if first else RELATIONS_TURNED)[tie.kind]
        other = tie.other_id if first else tie.actor_id
        if other in names:
            key = (render(bond, terminal_language()), names[other])
            said.setdefault(key, []).append(tie)
    for (words, name), found in list(said.items())[:MOST]:
        yield say(
            "{words} {name} ({n} récit)",
            "{words} {name} ({n} récits)",
            words=words,
            name=name,
            n=len({tie.story_id for tie in found}),
        )
        yield f"  « {found[0].sentence} »"


@actors.command(help=say("Deux noms d’un même acteur : le premier rejoint le second."))
@click.argument("name", metavar=actor_help)
@click.argument("into", metavar=actor_help)
@workspace
def merge(folder: Path, name: str, into: str) -> None:
    """Merge an actor into another one, as a judgement that can be taken back."""
    from storage import judgements
    from vigie.records import Judgement, Verdict, iso_week

    with opened(folder) as (settings, store), store.writing() as c:
        one, other = named(c, name), named(c, into)
        if one.id == other.id:
            raise VigieError(
                say("« {name} » et « {into} » sont déjà un seul acteur.", name=name, into=into)
            )
        judgements.add(
            c,
            Judgement(
                actor_id=one.id,
                verdict=Verdict.MERGE,
                who=_who(),
                at=datetime.now(UTC),
                week=iso_week(today(settings)),
                merge_into=other.id,
            ),
        )
    tell(
        say(
            "« {name} » est désormais un nom de « {into} ». Pour défaire : vigie actors undo.",
            name=one.name,
            into=other.name,
        )
    )


@actors.command(
    help=say("Deux acteurs sous un nom : en séparer un nom, ou ce qu’en disent des documents.")
)
@click.argument("name", metavar=actor_help)
@click.option(
    "--alias", "aliases", multiple=True, help=say("Un de ses noms, qui devient un acteur à part.")
)
@click.option(
    "--document",
    "documents",
    multiple=True,
    help=say("Un document (adresse) où il s’agit d’un autre acteur."),
)
@workspace
def split(folder: Path, name: str, aliases: tuple[str, ...], documents: tuple[str, ...]) -> None:
    """Take an actor apart."""
    from storage import documents as stored_documents
    from storage import splits

    if not aliases and not documents:
        raise click.UsageError(say("indiquez au moins un --alias ou un --document"))
    with opened(folder) as (_, store), store.writing() as c:
        actor = named(c, name)
        ids = [stored_documents.identify(c, given) for given in documents]
        made = splits.split(c, actor.id, _who(), datetime.now(UTC), names=aliases, documents=ids)
        new = named(c, made.new_id)
    tell(
        say(
            "« {new} » est un acteur à part ({id}). Pour défaire : vigie actors undo.",
            new=new.name,
            id=made.new_id,
        )
    )


@actors.command(help=say("Deux acteurs qui se ressemblent et n’en sont pas un : ne plus demander."))
@click.argument("name", metavar=actor_help)
@click.argument("other", metavar=actor_help)
@workspace
def distinct(folder: Path, name: str, other: str) -> None:
    """Answer « not the same » to the question whether two actors are one."""
    from storage import distinctions

    with opened(folder) as (_, store), store.writing() as c:
        one, two = named(c, name), named(c, other)
        distinctions.add(c, one.id, two.id, _who(), datetime.now(UTC))
    tell(
        say(
            "« {one} » et « {other} » restent deux acteurs, et la question n’est plus posée. "
            "Pour défaire : vigie actors undo.",
            one=one.name,
            other=two.name,
        )
    )


@actors.command(help=say("Défaire votre dernière réunion, séparation ou distinction."))
@workspace
def undo(folder: Path) -> None:
    """Take back the newest merge, split or distinction of the person who asks."""
    from storage import distinctions, judgements, splits

    who, now = _who(), datetime.now(UTC)
    with opened(folder) as (_, store), store.writing() as c:
        merged = judgements.last_merge(c, who)
        parted = next(iter(splits.standing(c, who)), None)
        told = next(iter(distinctions.standing(c, who)), None)
        newest = max(
            (done for done in (merged and merged.judgement, parted, told) if done),
            key=lambda done: done.at,
            default=None,
        )
        if newest is None:
            raise UnknownNameError(say("Rien de vous à défaire."))
        if told is newest:
            distinctions.undo(c, told.id, who, now)
            tell(say("La question si ces deux acteurs n’en sont qu’un se pose à nouveau."))
        elif parted is newest:
            splits.undo(c, parted.id, who, now)
            tell(say("La scission numéro {id} est défaite.", id=parted.id))
        elif merged:
            judgements.withdraw(c, merged.id, who, now)
            tell(say("La réunion de « {name} » est défaite.", name=merged.actor_name))


def _plain(actor: Actor, **more: object) -> dict[str, object]:
    return {
        "actor_id": actor.id,
        "name": actor.name,
        "aliases": list(actor.aliases),
        "kind": actor.shown_kind.value,
        "commune": commune(actor.commune) or None,
        "first_seen": actor.first_seen.isoformat(),
        "institution": actor.institution,
        **more,
    }


def _who() -> str:
    import getpass

    return getpass.getuser()
