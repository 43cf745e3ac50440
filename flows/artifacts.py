"""What a run leaves on Prefect's page: what each source gave, what was done, the queue.

Import this module after `flows.engine.keep_at_home`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_table_artifact,
)

from storage import sources
from vigie.language import decimal, render, say, terminal_language
from vigie.words import HEALTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flows.intake import TakenIn
    from storage import Store
    from vigie.records import Queue
    from vigie.settings import Settings


def of_sources(settings: Settings, store: Store, given: Mapping[str, TakenIn]) -> None:
    """Leave a table of the sources that were asked, with what they gave and how they fare."""
    if not given:
        return
    with store.reading() as c:
        health = sources.health(c)
    language = terminal_language()
    names = {source.id: source.name for source in settings.sources}
    rows = []
    for source_id, taken in sorted(given.items()):
        fares = health.get(source_id)
        rows.append(
            {
                say("Source"): names.get(source_id, source_id),
                say("État"): render(HEALTH[fares.state], language) if fares else "",
                say("Nouveaux"): taken.new,
                say("Révisés"): taken.revised,
                say("Connus"): taken.unchanged,
                say("Refusés"): taken.rejected,
                say("Ce qu’elle dit"): render(fares.message, language) if fares else "",
            }
        )
    create_table_artifact(rows, key="sources", description=say("Ce que chaque source a donné"))
    of_page(settings, "/sources")


def of_summary(lines: Sequence[str]) -> None:
    """Leave what was done as a list."""
    text = "".join(f"- {plain(line)}\n" for line in lines)
    create_markdown_artifact(text, key="summary", description=say("Ce qui a été fait"))


def of_queue(settings: Settings, queue: Queue) -> None:
    """Leave the queue as a table that leads to each candidate's page."""
    watch = settings.watch_of(queue.watch)
    said = say("La file de la semaine {week}", week=queue.week)
    if settings.others:
        said = say("{watch} : la file de la semaine {week}", watch=watch.name, week=queue.week)
    key = "queue" if watch.is_main else f"queue-{watch.id}"
    create_markdown_artifact(queue_text(settings, queue), key=key, description=said)
    of_page(settings, f"{watch.address}/semaines/{queue.week}")


def queue_text(settings: Settings, queue: Queue) -> str:
    """Return a queue as a table in Markdown that leads to each candidate's page."""
    page = f"{settings.pages}{settings.watch_of(queue.watch).address}/semaines/{queue.week}"
    head = (say("Rang"), say("Acteur"), say("Score"), say("Récits"), say("Sources"))
    rows = "".join(
        f"| {one.rank} | [{plain(one.name)}]({page}/acteurs/{one.actor_id}) | {decimal(one.score)} "
        f"| {one.stories} | {one.sources} |\n"
        for one in queue.candidates
    )
    return f"# [{queue.week}]({page})\n\n| {' | '.join(head)} |\n|-:|-|-:|-:|-:|\n{rows}"


def of_page(settings: Settings, path: str) -> None:
    """Leave a link to one of the review's pages."""
    words = say("Ouvrir dans Vigie")
    create_link_artifact(settings.pages + path, link_text=words, key="page")


def plain(words: str) -> str:
    """Return what the web wrote as words of Markdown, and nothing more."""
    return re.sub(r"([\\`*_{}\[\]()#!|<>~])", r"\\\1", " ".join(words.split()))
