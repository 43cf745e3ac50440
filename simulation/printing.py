"""What an outlet makes of a story: its typography, its slips, its address, what it cuts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation import grammar
from simulation.names import fold
from simulation.outlets import PORT, Outlet

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from simulation.cast import Entity
    from simulation.writing import EventFacts, Story

EXCERPT = 220
"""Characters of a feed's excerpt."""
_WORD = re.compile(r"[a-zàâéèêëîïôûùç]{6,}")
_MARKED = re.compile("([\ue000-\uf8fe][^\uf8ff]*\uf8ff)")


@dataclass(frozen=True, slots=True)
class Written:
    """A document as its outlet publishes it, with its truth."""

    outlet: Outlet
    url: str
    published: datetime
    title: str
    text: str
    story: str
    kind: str
    spans: tuple[tuple[int, int, Entity], ...]
    """Start, end and what is named, in the title, a blank line and the text."""
    event: EventFacts | None
    communes: tuple[str, ...]
    postscript: str = ""
    """What was added later, already part of `text`."""
    home: str | None = None
    recurs: bool = False


def excerpt(text: str) -> str:
    """Return the beginning of a text, as feeds give it."""
    flat = text.replace("\n", " ")
    return flat if len(flat) <= EXCERPT else flat[:EXCERPT].rsplit(" ", 1)[0] + "…"


def publish(
    story: Story, outlet: Outlet, *, published: datetime, name: str, number: int, rng: Random
) -> Written:
    """Return a story as an outlet prints it; `name` and `number` are the story's and its own."""
    paragraphs = list(story.paragraphs)
    postscript = ""
    if outlet.edits and rng.random() < outlet.edits and story.kind == "article":
        postscript = grammar.sentence(grammar.say("postscript", {}, rng))
        paragraphs.append(postscript)
    marked = story.title + "\n\n" + "\n".join(paragraphs)
    if outlet.typos:
        marked = "".join(
            p if p[:1] >= "\ue000" else _slips(p, outlet.typos, rng) for p in _MARKED.split(marked)
        )
    if outlet.straight:
        marked = marked.replace("’", "'")
    whole, named = grammar.finish(marked)
    title, _, text = whole.partition("\n\n")
    if outlet.blocked:
        text = excerpt(text)
        whole = f"{title}\n\n{text}"
        named = [n for n in named if n.end < len(whole)]
    entities = story.marks.entities
    spans = tuple(
        (n.start, n.end, entities[n.mark]) for n in sorted(named, key=lambda n: (n.start, n.end))
    )
    places = [e.commune for _, _, e in spans if e.kind == "commune" and e.commune]
    communes = tuple(sorted(set(places), key=lambda c: (-places.count(c), c)))
    return Written(
        outlet=outlet,
        url=f"http://{outlet.host}:{PORT}{_path(story, title, published, number)}",
        published=published,
        title=title,
        text=text,
        story=name,
        kind=story.kind,
        spans=spans,
        event=story.event,
        communes=communes,
        postscript=postscript.replace("’", "'") if outlet.straight else postscript,
        home=story.home,
        recurs=story.recurs,
    )


def _path(story: Story, title: str, published: datetime, number: int) -> str:
    if story.kind == "notice":
        return f"/annonces/W{(story.home or '00')[:2]}1{number:06d}"
    slug = fold(title)[:60].strip("-") or "sans-titre"
    folder = "agenda" if story.kind == "event" else "actu"
    return f"/{folder}/{published:%Y/%m}/{slug}-{number:x}"


def _slips(text: str, rate: float, rng: Random) -> str:
    def slip(match: re.Match[str]) -> str:
        word = match[0]
        if rng.random() >= rate:
            return word
        at = rng.randrange(1, len(word) - 1)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return _WORD.sub(slip, text)
