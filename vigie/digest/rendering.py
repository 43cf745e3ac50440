"""A letter as HTML, plain text, Markdown and feed, from the same words."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from vigie.exchange.feeds import Feed, Item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Template

    from vigie.digest.edition import Edition
    from vigie.digest.sections import Entry, Letter, Section

WIDTH = 72
"""Columns of the plain text."""
_MARKS = re.compile(r"([\\`*_\[\]<>#|!])")


@cache
def _template(name: str) -> Template:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template(name)


def html(letter: Letter) -> str:
    """Return a letter as a page that mail programs can show: tables, styles in place, no image."""
    return _template("digest.html").render(letter=letter)


# --- plain text ------------------------------------------------------------------------------


def text(letter: Letter) -> str:
    """Return a letter as plain text, wrapped; addresses stand on lines of their own, whole."""
    return "\n".join(_text(letter)).strip() + "\n"


def _text(letter: Letter) -> Iterator[str]:
    yield letter.watch.upper()
    yield letter.week
    yield ""
    yield from _wrapped(letter.summary)
    if letter.action:
        yield f"{letter.action.words} : {letter.action.url}"
    for section in letter.sections:
        yield from ("", "", section.title.upper(), "=" * min(len(section.title), WIDTH))
        if section.lead:
            yield from ("", *_wrapped(section.lead))
        for entry in section.entries:
            yield from ("", *_entry_text(entry))
        if section.lines:
            yield ""
        for line in section.lines:
            yield from _wrapped(line, "- ", "  ")
        if section.more:
            yield from ("", section.more)
    yield from ("", "", "-- ")
    for line in letter.foot:
        yield from _wrapped(line)
    if letter.unsubscribe:
        yield from (f"{letter.unsubscribe.words} :", letter.unsubscribe.url)


def _entry_text(entry: Entry) -> Iterator[str]:
    when = f"{entry.when} : " if entry.when else ""
    yield from _wrapped(f"* {when}{entry.title}", "", "  ")
    if entry.facts:
        yield from _wrapped(entry.facts, "  ", "  ")
    if entry.text:
        yield from _wrapped(entry.text, "  ", "  ")
    if entry.url:
        yield f"  {entry.url}"
    for link in entry.links:
        yield from _wrapped(f"{link.words} ({link.after})", "  - ", "    ")
        if link.quote:
            yield from _wrapped(link.quote, "    ", "    ")
        if link.url:
            yield f"    {link.url}"


def _wrapped(words: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


# --- Markdown --------------------------------------------------------------------------------


def markdown(letter: Letter) -> str:
    """Return a letter as Markdown, for a wiki or a mailing list."""
    return "\n".join(_markdown(letter)).strip() + "\n"


def _markdown(letter: Letter) -> Iterator[str]:
    yield from (f"# {_md(letter.title)}", "", _md(letter.summary))
    for section in letter.sections:
        yield from ("", f"## {_md(section.title)}", "")
        if section.lead:
            yield from (_md(section.lead), "")
        yield from _entries_md(section)
        yield from (f"- {_md(line)}" for line in section.lines)
        if section.more:
            yield from ("", _md(section.more))
    if letter.foot:
        yield from ("", "---", "", *map(_md, letter.foot))


def _entries_md(section: Section) -> Iterator[str]:
    for entry in section.entries:
        when = f"{_md(entry.when)} : " if entry.when else ""
        title = f"[{_md(entry.title)}](<{entry.url}>)" if entry.url else f"**{_md(entry.title)}**"
        facts = f" ({_md(entry.facts)})" if entry.facts else ""
        yield f"- {when}{title}{facts}"
        if entry.text:
            yield f"  {_md(entry.text)}"
        for link in entry.links:
            named = f"[{_md(link.words)}](<{link.url}>)" if link.url else _md(link.words)
            quote = f" : {_md(link.quote)}" if link.quote else ""
            yield f"  - {named}, {_md(link.after)}{quote}"


def _md(words: str) -> str:
    return _MARKS.sub(r"\\\1", words)


# --- feeds -----------------------------------------------------------------------------------


def feed(edition: Edition, letter: Letter) -> Feed:
    """Return a letter as a feed, an item a thing told; ids last, so that nothing is read twice."""
    items = [
        Item(
            id=f"urn:vigie:digest:{edition.week}:{entry.id}",
            title=f"{section.title} : {entry.title}",
            day=edition.header.day,
            text=_item_text(entry),
            html=_template("item.html").render(entry=entry),
            url=entry.url or next((link.url for link in entry.links if link.url), ""),
        )
        for section in letter.sections
        for entry in section.entries
    ]
    return Feed(
        id=f"urn:vigie:digest:{letter.watch}",
        title=letter.watch,
        header=edition.header,
        items=items,
        language=letter.language,
        **({"home": edition.page} if edition.page else {}),
    )


def _item_text(entry: Entry) -> str:
    told = [entry.when, entry.facts, entry.text, *(one.quote or one.words for one in entry.links)]
    return " · ".join(part for part in told if part)
