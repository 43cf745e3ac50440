"""The weekly letter as mails: what each reader asked for, sent once."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import TYPE_CHECKING, NamedTuple

from flows import mail
from flows.digest import gather, is_ours_alone
from signals.text import theme_stems, themes_in
from storage import Store, subscribers
from vigie import gazetteer
from vigie.digest import rendering, sections
from vigie.digest.edition import Remark, tailored
from vigie.errors import SettingsError
from vigie.language import say
from vigie.records import MAIN_WATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from vigie.digest.edition import Community, Edition, Subscriber, Told
    from vigie.digest.sections import Letter
    from vigie.settings import Settings, Watch


WHOLE_LINES = SMTP.clone(max_line_length=998)
"""As long as RFC 5322 lets a line be: a longer address than a line would be written as an encoded
word, and mail programs look for the way out as it stands (RFC 8058)."""


def wanted(
    areas: Sequence[str], themes: Sequence[str]
) -> Callable[[Told | Community | Remark], bool]:
    """Return a test for what lies in some areas and touches one of some themes.

    What has no place is in no area; a theme is touched by whatever is said of an actor. What is
    remarked on the watch as a whole is for all.
    """
    codes, stems = gazetteer.territory(areas), theme_stems(themes)

    def fits(one: Told | Community | Remark) -> bool:
        whole = isinstance(one, Remark)
        here = not areas or bool(codes & set(one.places)) or (whole and not one.places)
        about = not themes or (whole and not one.words) or bool(themes_in(one.words, stems))
        return here and about

    return fits


def asked(subscriber: Subscriber) -> list[str]:
    """Return what a reader asked for, in words."""
    places = [hit.name for code in subscriber.areas for hit in gazetteer.search(code)[:1]]
    return [*places, *subscriber.themes]


def message_for(
    settings: Settings, edition: Edition, subscriber: Subscriber, token: str
) -> EmailMessage | None:
    """Return the mail of one reader, or None where there is nothing to tell them.

    It says how to leave in one click (RFC 2369, RFC 8058), and its id is the same each time, so
    that no mail program shows it twice.
    """
    way_out = f"{settings.pages}/desabonnement/{token}"
    mine = tailored(edition, subscriber.audience, wanted(subscriber.areas, subscriber.themes))
    if mine.is_empty:
        return None
    made = sections.letter(mine, subscriber.language, settings.zone)
    made = sections.addressed(made, way_out, asked(subscriber))
    message = email(settings, made, edition.watch)
    message["To"] = subscriber.address
    message["Message-ID"] = (
        f"<{edition.week}.{subscriber.id}@{settings.mail.sender.rpartition('@')[2]}>"
    )
    message["List-Unsubscribe"] = f"<{way_out}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message


def email(settings: Settings, made: Letter, watch: str = MAIN_WATCH) -> EmailMessage:
    """Return a watch's letter as a mail, as text and as HTML, to nobody yet."""
    message = EmailMessage(policy=WHOLE_LINES)
    sender = settings.mail.sender
    name = Address(display_name=made.watch, addr_spec=sender) if sender else None
    if name:
        message["From"] = name
    message["Subject"] = made.title
    message["Date"] = formatdate()
    message["List-Id"] = _list_id(settings, watch)
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    message.set_content(rendering.text(made), cte="quoted-printable")
    message.add_alternative(rendering.html(made), subtype="html", cte="quoted-printable")
    message["Content-Language"] = made.language
    return message


def _list_id(settings: Settings, watch: str) -> str:
    host = settings.mail.sender.rpartition("@")[2] or "localhost"
    return f"<vigie.{host}>" if watch == MAIN_WATCH else f"<{watch}.vigie.{host}>"


# --- sending -----------------------------------------------------------------------------------


@dataclass(slots=True)
class Sent:
    """What became of a week's letters."""

    sent: int = 0
    before: int = 0
    """Readers who had theirs already."""
    nothing: int = 0
    """Readers for whom there was nothing to tell."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Addresses, and why the server would not."""
    doubtful: list[str] = field(default_factory=list)
    """Addresses to which a letter was begun, and nobody knows if it arrived."""

    def lines(self) -> list[str]:
        """Return it as lines for a person."""
        first = say(
            "{n} lettre envoyée ; déjà envoyées : {before} ; sans rien à dire : {nothing}.",
            "{n} lettres envoyées ; déjà envoyées : {before} ; sans rien à dire : {nothing}.",
            n=self.sent,
            before=self.before,
            nothing=self.nothing,
        )
        doubtful = [
            say(
                "{address} : un envoi interrompu, dont on ne sait s’il est arrivé. Pour l’envoyer "
                "encore : --again {address}.",
                address=address,
            )
            for address in self.doubtful
        ]
        return [first, *mail.refusals(self.refused), *doubtful]


def require_way_out(settings: Settings) -> None:
    """See that letters can be sent, and that their readers can leave.

    Raises:
        SettingsError: they cannot.
    """
    if not settings.mail.host:
        raise SettingsError(
            say(
                "vigie.toml, [mail] : indiquez le serveur (host) et l’adresse (sender) qui "
                "envoient."
            )
        )
    if is_ours_alone(settings.pages):
        raise SettingsError(
            say(
                "vigie.toml, [review] : indiquez « address », l’adresse à laquelle vos lecteurs "
                "ouvrent Vigie ; le lien de désabonnement y mène."
            )
        )


def send_all(
    settings: Settings,
    store: Store,
    first: date,
    clock: Callable[[], datetime],
    *,
    watches: Sequence[Watch] = (),
    again: Sequence[str] = (),
) -> list[str]:
    """Send the letters of the week that begins on a Monday, of every watch or of some.

    Those that nobody reads are not gathered. Returns lines that say what became of them; raises
    as `send` does.
    """
    lines, day = [], clock().astimezone(settings.zone).date()
    for watch in watches or settings.watches:
        with store.reading() as c:
            if not (watch.is_main or subscribers.all_of(c, watch.id)):
                continue
        edition = gather(settings, store, first, day, watch)
        sent = send(settings, store, edition, clock, again).lines()
        if settings.others:
            sent = [say("{watch} : {line}", watch=watch.name, line=line) for line in sent]
        lines += sent
    return lines


def send(
    settings: Settings,
    store: Store,
    edition: Edition,
    clock: Callable[[], datetime],
    again: Sequence[str] = (),
) -> Sent:
    """Send an edition to every reader of its watch who has not had it.

    Killed and run again, to the others. That a letter is begun is kept before the server sees it:
    one that was interrupted in between is not sent a second time, unless its address is among
    `again`.

    Raises:
        MailError: the server cannot be reached; whoever had no letter gets it the next time.
    """
    with store.writing() as c:
        readers = [(one, subscribers.token(c, one)) for one in subscribers.all_of(c, edition.watch)]
        for one, _ in readers:
            if one.address in again:
                subscribers.not_sent(c, edition.week, one.id)
        had = subscribers.deliveries(c, edition.week)
    result = Sent(before=sum(had.values()))
    result.doubtful = [one.address for one, _ in readers if had.get(one.id) is False]
    left = [(one, token) for one, token in readers if one.id not in had]
    letters = [(one, message_for(settings, edition, one, token)) for one, token in left]
    result.nothing = sum(message is None for _, message in letters)
    if len(letters) > result.nothing:
        with mail.connected(settings.mail) as server:
            for one, message in letters:
                if message:
                    _send_one(_Post(store, edition.week, server, clock), one, message, result)
    return result


class _Post(NamedTuple):
    """What a letter is sent with."""

    store: Store
    week: str
    server: smtplib.SMTP
    clock: Callable[[], datetime]


def _send_one(post: _Post, reader: Subscriber, message: EmailMessage, result: Sent) -> None:
    post.server.noop()  # a server that has gone away is found out before anything is begun
    with post.store.writing() as c:
        if not subscribers.begin(c, post.week, reader.id, post.clock()):
            return
    try:
        post.server.send_message(message)
    except (
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPSenderRefused,
        smtplib.SMTPDataError,
    ) as error:
        with post.store.writing() as c:
            subscribers.not_sent(c, post.week, reader.id)
        result.refused.append((reader.address, mail.reason(error)))
        return
    with post.store.writing() as c:
        subscribers.done(c, post.week, reader.id, post.clock())
    result.sent += 1
