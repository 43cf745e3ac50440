"""How long things are kept: whole texts, raw responses, the persons whom quotes name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from crawlers import archive
from nlp import model, persons
from storage import Store, exchanges, proposals
from storage import retention as stored
from vigie.language import say
from vigie.terminal import progress

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from vigie.settings import Settings

Key = TypeVar("Key")
Value = TypeVar("Value")

BATCH = 500
"""Documents a transaction."""


@dataclass(frozen=True, slots=True)
class Let:
    """What is, or would be, let go of."""

    documents: int = 0
    """Documents whose whole text goes."""
    characters: int = 0
    rejects: int = 0
    files: int = 0
    """Of raw responses."""
    megabytes: float = 0.0
    quoting: int = 0
    """Documents whose quoted sentences may name persons."""

    def lines(self) -> list[str]:
        """Return it as lines for a person."""
        return [
            say(
                "Textes intégraux : {n} document, {megabytes:.1f} Mo ; citations et mentions "
                "restent.",
                "Textes intégraux : {n} documents, {megabytes:.1f} Mo ; citations et mentions "
                "restent.",
                n=self.documents,
                megabytes=self.characters / 1e6,
            ),
            say(
                "Réponses brutes : {n} fichier, {megabytes:.1f} Mo.",
                "Réponses brutes : {n} fichiers, {megabytes:.1f} Mo.",
                n=self.files,
                megabytes=self.megabytes,
            ),
            say("Entrées refusées : {n}.", n=self.rejects),
            say(
                "Noms de personnes dans les citations : {n} document où il peut y en avoir.",
                "Noms de personnes dans les citations : {n} documents où il peut y en avoir.",
                n=self.quoting,
            ),
        ]


def apply(settings: Settings, store: Store, now: datetime, *, dry_run: bool = False) -> Let:
    """Let go of what is kept longer than `[retention]` and `[crawler]` say.

    With `dry_run` nothing is touched: what would go is counted.
    """
    files = archive.outdated(settings.data / "archive", settings.crawler.archive_days, now)
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    texts, quoting = stored.Old(0, 0, 0), 0
    old_text = _before(settings.retention.full_text_days, now)
    old_quote = _before(settings.retention.persons_days, now)
    with store.reading() as c:
        if old_text:
            texts = stored.old_texts(c, old_text)
        if old_quote:
            quoting = stored.count_with_persons(c, old_quote)
    found = Let(texts.documents, texts.characters, texts.rejects, len(files), megabytes, quoting)
    if dry_run:
        return found
    today = now.astimezone(settings.zone).date()
    for path in files:
        path.unlink(missing_ok=True)
    if old_text:
        _drop_texts(store, old_text, today, texts.documents)
    if old_quote:
        _leave_persons_out(store, old_quote, settings.zone, today, quoting)
        with store.writing() as c:
            exchanges.drop_quotes(c, old_quote.astimezone(settings.zone).date())
    return found


def _before(days: int, now: datetime) -> datetime | None:
    return now - timedelta(days=days) if days else None


def _drop_texts(store: Store, before: datetime, today: date, total: int) -> None:
    with progress(say("Textes intégraux"), total) as advance:
        while True:
            with store.writing() as c:
                done = stored.drop_texts(c, before, today, BATCH)
            if not done:
                break
            advance(done)


def _leave_persons_out(
    store: Store, before: datetime, zone: ZoneInfo, today: date, total: int
) -> None:
    """Read old quotes once more, and keep them without the persons that they name.

    The model takes its time, and nobody waits for their turn to write meanwhile: what was changed
    since it was read (a name was erased) is left to the next time.
    """
    day = before.astimezone(zone).date()
    with store.reading() as c:
        evidence = stored.quoting_queues(c, day)
        proposed = proposals.with_persons(c, before)
    if not total and not evidence and not proposed:
        return
    language_model = model.load()
    told = ((what, (name,)) for name, what in proposed.values())
    words = dict(zip(proposed, persons.without(told, language_model), strict=True))
    with store.writing() as c:
        same = _unchanged(proposed, proposals.with_persons(c, before))
        proposals.leave_persons_out(c, {number: words[number] for number in same}, today)
    with progress(say("Noms de personnes dans les citations"), total) as advance:
        while True:
            with store.reading() as c:
                quotes = stored.with_persons(c, before, BATCH)
            if not quotes:
                break
            flat = [quote for some in quotes.values() for quote in some]
            cut = persons.without(flat, language_model)
            said = {i: {q.sentence: next(cut) for q in some} for i, some in quotes.items()}
            with store.writing() as c:
                still = _unchanged(quotes, stored.with_persons(c, before, BATCH))
                stored.leave_persons_out(c, {i: said[i] for i in still}, today)
            advance(len(still))
    shown = (one for some in evidence.values() for quotes in some.values() for one in quotes)
    cut = persons.without(((one.quote, (one.surface,)) for one in shown), language_model)
    without = {
        week: {i: [replace(one, quote=next(cut)) for one in quotes] for i, quotes in some.items()}
        for week, some in evidence.items()
    }
    with store.writing() as c:
        weeks = _unchanged(evidence, stored.quoting_queues(c, day))
        stored.save_evidence(c, {week: without[week] for week in weeks}, today)


def _unchanged(read: Mapping[Key, Value], now: Mapping[Key, Value]) -> list[Key]:
    """Return the keys of what is now as it was when it was read."""
    return [key for key, value in read.items() if now.get(key) == value]
