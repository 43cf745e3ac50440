"""Rounds of opinions: the mails that ask, the answers that arrive, and what comes of each round.

Everybody who is asked by mail has a token of their own, in the subject and in the ids of what they
are sent: an answer bears it whichever of the two their mail program keeps.
"""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parseaddr, parsedate_to_datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from crawlers import imap, text
from crawlers import mail as crawled
from crawlers.guard import Guard
from flows import mail
from flows.digest import is_ours_alone
from storage import invitations, judgements, opinions, proposals
from vigie.language import render, say
from vigie.records import (
    Judgement,
    Message,
    Opinion,
    Position,
    RejectReason,
    RoundEnd,
    RoundKind,
    Verdict,
    iso_week,
)
from vigie.typography import cleaned, plain
from vigie.words import ENDS, POSITIONS, ROUND_ASKS, ROUNDS, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from storage import Connection, Store
    from storage.invitations import Invitation
    from storage.opinions import Entry
    from vigie.settings import Settings

DAY = timedelta(days=1)
TIMEOUT = 30.0
LONGEST = 2000
"""Characters of what somebody says."""
LONGEST_HEAD = 100_000
LARGEST = 2_000_000
"""Bytes of a mail that is read."""
FIRST_WORDS = {
    "oui": Position.YES,
    "yes": Position.YES,
    "favorable": Position.YES,
    "non": Position.NO,
    "no": Position.NO,
    "abstention": Position.ABSTAIN,
    "abstain": Position.ABSTAIN,
    "objection": Position.OBJECTION,
}
_TOKEN = re.compile(r"\b(\d{1,9}\.[0-9a-f]{40})\b")
_QUOTED = re.compile(
    r"^(?:>|_{5,}|-{2,}\s*(?:Message|Original)|(?:Le|On)\b.{0,200}(?:a écrit|wrote)\s*:?\s*$"
    r"|(?:De|From)\s*:)",
    re.IGNORECASE,
)
"""Where a mail program begins to quote what is answered."""


@dataclass(slots=True)
class Done:
    """What was done for the rounds of opinions."""

    asked: int = 0
    answers: int = 0
    closed: int = 0
    trouble: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return it as lines for a person."""
        first = say(
            "Consultations : personnes consultées {asked}, réponses lues {answers}, finies "
            "{closed}.",
            asked=self.asked,
            answers=self.answers,
            closed=self.closed,
        )
        return [first, *self.trouble]


def work(settings: Settings, store: Store, now: datetime) -> Done:
    """Read answers, close what is due, and write to those who are asked or are to be told.

    In this order: what arrived in time counts. Each part can be interrupted and done again.

    Raises:
        MailError: the server that sends cannot be reached.
    """
    done = Done()
    _read_answers(settings, store, now, done)
    with store.writing() as c:
        for entry in opinions.all_open(c):
            if entry.round.until <= now:
                end(c, entry, settings, now)
                done.closed += 1
        invitations.forget_called_off(c)
    _write(settings, store, now, done)
    return done


# --- how a round ends ------------------------------------------------------------------------


def outcome_of(c: Connection, entry: Entry) -> RoundEnd:
    """Return how a round ends with what was said in it."""
    asked, said = entry.round, len(entry.opinions)
    alone = not any(one.who != asked.who for one in entry.opinions)
    if said < asked.quorum or (alone and _is_own(c, entry)):
        return RoundEnd.NO_QUORUM
    if asked.kind is RoundKind.ADVICE:
        return RoundEnd.ADVISED
    against = entry.count(Position.NO, Position.OBJECTION)
    passed = (
        against == 0 if asked.kind is RoundKind.CONSENT else entry.count(Position.YES) > against
    )
    return RoundEnd.PASSED if passed else RoundEnd.FAILED


def _is_own(c: Connection, entry: Entry) -> bool:
    """Tell whether who asks also proposes the actor: then somebody else must speak."""
    return any(one.proposal.who == entry.round.who for one in proposals.of_actor(c, entry.root))


def end(c: Connection, entry: Entry, settings: Settings, now: datetime) -> RoundEnd:
    """Close a round; one that passes is a judgement that says who said what."""
    outcome, asked = outcome_of(c, entry), entry.round
    judgement_id = None
    if outcome is RoundEnd.PASSED:
        judgement_id = judgements.add(
            c,
            Judgement(
                actor_id=entry.root,
                verdict=asked.verdict,
                who=signed(entry),
                at=now,
                week=iso_week(now.astimezone(settings.zone).date()),
                reason=RejectReason.OTHER if asked.verdict is Verdict.REJECT else None,
                note=trace(entry),
                watch=asked.watch,
            ),
        )
    opinions.close(c, asked.id, outcome, now, judgement_id)
    return outcome


def signed(entry: Entry) -> str:
    """Return by whom a round's judgement is given."""
    return f"consultation {entry.round.id}"


def trace(entry: Entry) -> str:
    """Return what was asked and who said what, in French, as it stays with a judgement."""
    asked = entry.round
    head = f"{render(ROUNDS[asked.kind])} : {asked.question}"
    lines = [
        f"{one.who} : {render(POSITIONS[one.position])}" + (f" ({one.words})" if one.words else "")
        for one in entry.opinions
    ]
    return cleaned("\n".join([head, *lines]), LONGEST)


# --- answers ---------------------------------------------------------------------------------


def _read_answers(settings: Settings, store: Store, now: datetime, done: Done) -> None:
    inbox = settings.mail.inbox
    if not inbox:
        return
    with store.reading() as c:
        if not opinions.all_open(c):
            return
        known = invitations.mark(c, inbox)
    try:
        for mark, raw in _messages(settings, inbox, known):
            with store.writing() as c:
                done.answers += take(c, raw, now)
                if mark:
                    invitations.save_mark(c, inbox, mark)
    except imap.NoMailError as error:
        done.trouble.append(
            say("La boîte des réponses ne se lit pas : {reason}.", reason=str(error.reason))
        )
    except OSError as error:
        done.trouble.append(
            say(
                "La boîte des réponses ne se lit pas : {reason}.",
                reason=refusal(error),
            )
        )


def _messages(settings: Settings, inbox: str, known: str | None) -> Iterator[tuple[str, bytes]]:
    if inbox.lower().startswith(("imap://", "imaps://")):
        account = imap.account(inbox, "answers")
        guard = Guard(settings.crawler.allow_private_hosts)
        yield from imap.new_messages(account, guard, known, TIMEOUT)
    else:
        path: Path = settings.folder / inbox
        # A Maildir has no order of its own, and of two answers the later one counts.
        for raw in sorted(crawled.raw_messages(path), key=_sent):
            yield "", raw


def _sent(raw: bytes) -> datetime:
    """Return when a mail was sent, as it says; what does not say comes first."""
    head = message_from_bytes(raw[:LONGEST_HEAD].split(b"\n\n")[0], policy=policy.compat32)
    try:
        at = parsedate_to_datetime(str(head["Date"]))
    except (ValueError, TypeError):
        return datetime.min.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def take(c: Connection, raw: bytes, now: datetime) -> int:
    """Keep what a mail answers; return 1, or 0 where it is no answer to anything that is asked."""
    if len(raw) > LARGEST:
        return 0
    message = message_from_bytes(raw, policy=policy.default)
    invitation = _invitation(c, message)
    if invitation is None or _is_automatic(message) or not _is_theirs(message, invitation):
        return 0
    said = _said(message)
    if said is None:
        return 0
    position, words = said
    opinion = Opinion(
        round_id=invitation.round_id,
        who=invitation.name,
        position=position,
        words=words,
        at=now,
    )
    return int(opinions.give(c, opinion, sha256(raw).hexdigest()))


def _invitation(c: Connection, message: EmailMessage) -> Invitation | None:
    headers = ("Subject", "In-Reply-To", "References")
    text_of = " ".join(str(message.get(name, "")) for name in headers)
    found = (invitations.of_token(c, token) for token in _TOKEN.findall(text_of)[:10])
    return next((one for one in found if one is not None), None)


def _is_theirs(message: EmailMessage, invitation: Invitation) -> bool:
    """Tell whether who was asked sends it: a question that is passed on is not theirs to answer."""
    sender = parseaddr(str(message.get("From", "")))[1]
    return not invitation.address or sender.casefold() == invitation.address.casefold()


def _is_automatic(message: EmailMessage) -> bool:
    """Tell whether a program answered (RFC 3834): nobody has said anything then."""
    sent = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    bulk = str(message.get("Precedence", "")).strip().lower() in {"bulk", "junk", "auto_reply"}
    return sent != "no" or bulk


def _said(message: EmailMessage) -> tuple[Position, str] | None:
    """Return the position that the first word of an answer takes, and the words after it."""
    own = _own_words(message)
    match = re.match(r"\W*([^\W\d_]+)[\s,.;:!–—-]*", own)
    position = FIRST_WORDS.get(match[1].lower()) if match else None
    if match is None or position is None:
        return None
    return position, cleaned(own[match.end() :], LONGEST)


def _own_words(message: EmailMessage) -> str:
    """Return what an answer says itself, without what it quotes."""
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    try:
        content = str(body.get_content())
    except (LookupError, ValueError):
        return ""
    if body.get_content_type() == "text/html":
        content = text.from_html(content)
    lines: list[str] = []
    for line in content.replace("\r\n", "\n").split("\n"):
        if _QUOTED.match(line.strip()):
            break
        lines.append(line)
    # « -- » alone on a line begins a signature (RFC 3676).
    return re.split(r"\n-- ?\n", "\n".join(lines))[0].strip()


# --- mails -----------------------------------------------------------------------------------


def _write(settings: Settings, store: Store, now: datetime, done: Done) -> None:
    with store.writing() as c:
        due = [(one, invitations.token(c, one.id)) for one in invitations.to_send(c)]
        rounds = {one.round_id: opinions.get(c, one.round_id) for one, _ in due}
    if not settings.mail.host:
        with store.writing() as c:
            for one, _ in due:
                entry = rounds[one.round_id]
                if entry and not entry.open:
                    invitations.forget_address(c, one.id)
        return
    if not due:
        return
    with mail.connected(settings.mail) as server:
        for one, token in due:
            entry = rounds[one.round_id]
            if entry is None:
                continue
            try:
                server.send_message(message_for(settings, one, token, entry))
            except (
                smtplib.SMTPRecipientsRefused,
                smtplib.SMTPSenderRefused,
                smtplib.SMTPDataError,
            ) as error:
                why = mail.reason(error)
                done.trouble.append(say("Un courriel est refusé ({why}).", why=why))
            with store.writing() as c:
                invitations.note_sent(c, one.id, now)
                if not entry.open:
                    invitations.forget_address(c, one.id)
            done.asked += entry.open


def message_for(settings: Settings, one: Invitation, token: str, entry: Entry) -> EmailMessage:
    """Return the mail that asks somebody, or tells how the round ended."""
    asked, name = entry.round, plain(entry.actor_name, 80)
    lines = _question(settings, one, token, entry) if entry.open else _told(entry)
    body = "\n\n".join(render(line, one.language) for line in lines) + "\n"
    about = (
        Message("Avis demandé : {name}", {"name": name})
        if entry.open
        else Message("Avis rendu : {name}", {"name": name})
    )
    subject = f"{render(about, one.language)} [vigie {token}]"
    purpose = "ask" if entry.open else "end"
    made = mail.letter(settings.mail, one.address, subject, body, f"opinion-{purpose}-{token}")
    made["Reply-To"] = settings.mail.answers or settings.mail.sender
    made["X-Vigie-Round"] = str(asked.id)
    return made


def _question(settings: Settings, one: Invitation, token: str, entry: Entry) -> Iterator[Message]:
    asked = entry.round
    values = {
        "who": plain(asked.who, 60),
        "watch": plain(settings.watch.name, 80),
        "name": plain(entry.actor_name, 120),
    }
    yield Message("{who} ({watch}) vous demande votre avis sur « {name} ».", values)
    yield Message("{question}", {"question": plain(asked.question, 1000)})
    yield ROUND_ASKS[asked.kind]
    yield Message(
        "Jusqu’au {day} compris.",
        {"day": f"{last_day(settings, entry):%d/%m/%Y}"},
    )
    if settings.mail.inbox:
        yield Message(
            "Pour répondre, répondez à ce courriel : le premier mot est oui, non, abstention ou "
            "objection ; ce que vous voulez dire vient ensuite."
        )
    if not is_ours_alone(settings.pages):
        url = f"{settings.pages}/consultations/avis/{token}"
        yield Message("Ou sur une page, sans compte : {url}", {"url": url})
    yield Message("Votre réponse est signée « {name} ».", {"name": plain(one.name, 60)})


def last_day(settings: Settings, entry: Entry) -> datetime:
    """Return a moment of the last day on which opinions are taken."""
    return (entry.round.until - DAY).astimezone(settings.zone)


def _told(entry: Entry) -> Iterator[Message]:
    name = plain(entry.actor_name, 120)
    yield Message("La consultation sur « {name} » est finie.", {"name": name})
    if entry.outcome:
        yield ENDS[entry.outcome]
    for position in Position:
        count = entry.count(position)
        if count:
            what = POSITIONS[position]
            yield Message("{what} : {n}", {"what": what, "n": count})
    yield Message("Votre adresse est maintenant effacée : ce courriel est le dernier.")
