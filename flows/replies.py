"""Answers to those who propose: that it came, and what became of it; then their address goes.

A verdict is told once it has stood for an hour: until then it may be taken back, and nobody has
been told anything. Nothing that was written in a form is sent to its address before a person has
judged it, so that nobody can have us write to others in their stead.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from flows import mail
from flows.digest import is_ours_alone
from storage import directory, edits, proposals
from storage import replies as stored
from vigie.language import render, say
from vigie.records import Answer, Edit, Field, Message
from vigie.typography import plain
from vigie.words import ANSWERS

if TYPE_CHECKING:
    from datetime import datetime

    from storage import Connection, Store
    from storage.proposals import Entry
    from storage.replies import Due
    from vigie.records import Proposal
    from vigie.settings import Settings

UNWANTED_KEPT = timedelta(days=7)
"""How long what was written in an unwanted proposal is kept, in case that was a slip."""
ADDRESS_KEPT = timedelta(days=180)
"""How long an address waits for an answer at most."""
PUBLIC = Message("proposition du public")


@dataclass(slots=True)
class Told:
    """What was done for those who propose."""

    receipts: int = 0
    answers: int = 0
    """Proposals that are answered for good, told by mail or not."""
    mails: int = 0
    erased: int = 0
    """Unwanted proposals of which nothing is left."""
    refused: list[str] = field(default_factory=list)
    """Why the server would not take a mail."""

    def lines(self) -> list[str]:
        """Return it as lines for a person."""
        first = say(
            "Propositions : réglées {answers}, courriels {mails}, effacées {erased}.",
            answers=self.answers,
            mails=self.mails,
            erased=self.erased,
        )
        return [first, *(say("Un courriel est refusé ({why}).", why=why) for why in self.refused)]


def send(settings: Settings, store: Store, now: datetime) -> Told:
    """Settle what is answered, write to those who propose, and erase what is kept no longer.

    Killed and run again, it goes on; a mail that was sent just before keeps its id, so that mail
    programs show it once.

    Raises:
        MailError: the server cannot be reached; whoever had no mail gets it the next time.
    """
    told = Told()
    with store.writing() as c:
        for entry in proposals.answered(c):
            if entry.verdict and entry.answer and entry.verdict.at <= now - proposals.GRACE:
                _settle(c, entry, entry.answer, now)
                told.answers += 1
        for entry in proposals.unwanted(c):
            still = entry.answer is Answer.UNWANTED
            if still and entry.told_at and entry.told_at <= now - UNWANTED_KEPT:
                proposals.erase(c, entry.proposal.id)
                told.erased += 1
        stored.forget_addresses(c, now - ADDRESS_KEPT)
        due = [(one, proposals.token(c, one.proposal.id)) for one in stored.due(c)]
    _write(settings, store, due, now, told)
    return told


def _settle(c: Connection, entry: Entry, answer: Answer, now: datetime) -> None:
    """Note an answer for good; what was written of a kept one completes its page."""
    proposals.note_answer(c, entry.proposal.id, answer, now)
    if answer not in {Answer.KEPT, Answer.WATCHED}:
        return
    one, (line,) = entry.proposal, directory.lines(c, [entry.root])
    by = Message("proposition de {who}", {"who": plain(one.who, 60)}) if one.who else PUBLIC
    for name, value in ((Field.DESCRIPTION, one.what), (Field.LINKS, one.link)):
        if value and name not in line.written:
            edits.add(c, Edit(actor_id=entry.root, field=name, value=(value,), who=str(by), at=now))


# --- mails -----------------------------------------------------------------------------------


def _write(
    settings: Settings, store: Store, due: list[tuple[Due, str]], now: datetime, told: Told
) -> None:
    unwanted = _unwanted(store)
    silent = [one for one, _ in due if one.proposal.id in unwanted or not settings.mail.host]
    for one in silent:
        _done(store, one, now)
    wanted = [(one, token) for one, token in due if one not in silent]
    if not wanted:
        return
    with mail.connected(settings.mail) as server:
        for one, token in wanted:
            message = mail.letter(
                settings.mail,
                one.address,
                subject_of(settings, one),
                text_of(settings, one, token, _answer(store, one.proposal)),
                f"proposal-{one.proposal.id}-{'answer' if one.answered else 'receipt'}",
            )
            try:
                server.send_message(message)
            except (
                smtplib.SMTPRecipientsRefused,
                smtplib.SMTPSenderRefused,
                smtplib.SMTPDataError,
            ) as error:
                told.refused.append(mail.reason(error))
            else:
                told.mails += 1
                told.receipts += not one.answered
            _done(store, one, now)


def _unwanted(store: Store) -> set[int]:
    with store.reading() as c:
        return {one.proposal.id for one in proposals.unwanted(c)}


def _answer(store: Store, one: Proposal) -> Answer | None:
    with store.reading() as c:
        entry = proposals.get(c, one.id)
    return entry.answer if entry and entry.told_at else None


def _done(store: Store, one: Due, now: datetime) -> None:
    """Note that a mail went out, or never will; with the answer the address goes."""
    with store.writing() as c:
        if one.answered:
            stored.forget_address(c, one.proposal.id)
        else:
            stored.note_receipt(c, one.proposal.id, now)


def subject_of(settings: Settings, one: Due) -> str:
    """Return what a mail is about."""
    watch = {"watch": plain(settings.watch.name, 80)}
    words = (
        Message("{watch} : ce que devient votre proposition", watch)
        if one.answered
        else Message("{watch} : votre proposition est arrivée", watch)
    )
    return render(words, one.proposal.language)


def text_of(settings: Settings, one: Due, token: str, answer: Answer | None) -> str:
    """Return a mail's text; only what a person has judged is named in it."""
    language, watch = one.proposal.language, plain(settings.watch.name, 80)
    lines: list[Message]
    if answer and one.answered:
        name = plain(one.proposal.name, 120)
        lines = [
            Message("Vous avez proposé « {name} » à {watch}.", {"name": name, "watch": watch}),
            ANSWERS[answer],
            Message("Votre adresse est maintenant effacée : ce courriel est le dernier."),
        ]
    else:
        lines = [
            Message(
                "Une proposition a été envoyée à {watch} avec votre adresse. Une personne la lira, "
                "et ce qu’elle devient vous sera écrit.",
                {"watch": watch},
            ),
            Message(
                "Votre adresse ne sert qu’à cela ; elle est effacée avec la réponse. Si ce n’est "
                "pas vous, il n’y a rien à faire."
            ),
        ]
    said = [render(message, language) for message in lines]
    if not is_ours_alone(settings.pages):
        followed = Message(
            "Pour la suivre : {url}", {"url": f"{settings.pages}/proposer/suivi/{token}"}
        )
        said.append(render(followed, language))
    return "\n\n".join(said) + "\n"
