"""`vigie.toml`: read strictly, so that a slip of the pen is named with its line."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, field, fields, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from vigie import __version__, addresses, toml_reader, watches
from vigie.errors import SettingsError, UnknownNameError, WorkspaceError, WrongValueError
from vigie.language import nearest, say
from vigie.records import (
    MAIN_WATCH,
    MailSecurity,
    Reservations,
    Source,
    SourceKind,
    Visibility,
)
from vigie.toml_reader import NOT_WRITTEN, Reader
from vigie.words import refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE_NAME = "vigie.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table of `vigie.toml`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(Section):
    """What is watched, by whom, and how much of it reaches them.

    `[watch]` is the first of an installation; each `[watches.ID]` adds one, which says what is
    otherwise there.
    """

    id: str = field(default=MAIN_WATCH, metadata=NOT_WRITTEN)
    """`main`, or what follows `watches.` in its section's name."""
    name: str = "Vigie"
    territory: tuple[str, ...] = ()
    """EPCI SIREN, department or INSEE commune codes, mixed."""
    languages: tuple[str, ...] = ("fr",)
    themes: tuple[str, ...] = ()
    quarters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """INSEE code of a commune → names of its quartiers, which have no codes in open data."""
    neighbours: tuple[str, ...] = ()
    """Codes as in `territory`, of what lies beside it: half as far away as the rest."""
    abroad: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Country (`DE`) → towns across the border as texts name them: never a French namesake."""
    seasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What comes back every year, in the words of texts → first and last day, `MM-DD`."""
    queue_size: int = 25
    exploration: int = 3
    """Slots of the queue outside the ranking."""
    proposed: int = 10
    """Places of the queue, beyond the others, for what people propose."""
    licence: str = "etalab-2.0"
    """Of what is published: an identifier of SPDX, or the words of another one."""
    visibility: Visibility = Visibility.LAB
    """Of an actor of which nobody has said who may be shown it."""
    sources: tuple[str, ...] = ()
    """Ids of sources, or patterns of them (`ville-*`); none: all of them."""
    officers: tuple[str, ...] = ()
    """Names of the accounts that judge here; none: every officer's."""
    only_themes: bool = False
    """Propose none but those whose sentences touch a theme."""

    @property
    def is_main(self) -> bool:
        """Tell whether it is the first of its installation."""
        return self.id == MAIN_WATCH

    @property
    def address(self) -> str:
        """Return what the addresses of its pages begin with."""
        return "" if self.is_main else f"/veilles/{self.id}"

    def reads(self, source_id: str) -> bool:
        """Tell whether a source is one of its own."""
        return not self.sources or any(fnmatchcase(source_id, one) for one in self.sources)


MAIN = Watch()
"""The first watch as it is where nothing is written of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawler(Section):
    """How the crawler behaves towards others."""

    contact: str = ""
    """In the user agent; required before the first crawl."""
    allow_private_hosts: tuple[str, ...] = ()
    """`host` or `host:port` on a private network that may be fetched all the same."""
    delay: float = 2.0
    """Seconds between two requests to one host."""
    max_body_megabytes: float = 5.0
    archive_megabytes: float = 5000.0
    """Room for the raw responses; the oldest make room for the newest, 0 keeps none."""
    archive_days: int = 365
    """Days that raw responses are kept; 0 for no limit."""
    reservations: Reservations = Reservations.OBEY
    """What is done where a site reserves its texts against text and data mining."""
    timeout: float = 30.0
    """Seconds for one response."""
    source_timeout: float = 600.0
    """Seconds for one source in one run."""

    @property
    def user_agent(self) -> str:
        """Return how the crawler introduces itself: its version, and how to reach a person."""
        who = f"Vigie/{__version__}"
        return f"{who} (+{self.contact})" if self.contact else who


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage(Section):
    """Where everything is kept."""

    url: str = "sqlite:///data/vigie.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Section):
    """When things run by themselves: cron in `timezone`; an empty text is never."""

    timezone: str = "Europe/Paris"
    crawl: str = "*/30 6-22 * * *"
    """Looks which sources are due; how often each is asked is its own `every`."""
    annotate: str = "15,45 6-23 * * *"
    queue: str = "0 6 * * 1"
    """Crawls and reads what is due before it makes the week's queue."""
    digest: str = "30 8 * * 1"
    """The letter of the week before, to those who read it."""
    retention: str = "30 3 * * *"
    backup: str = "0 4 * * *"
    """Into the folder of `[backup]`."""
    replies: str = "*/20 7-21 * * *"
    """Receipts and answers to those who propose."""
    notices: str = "0 7 * * *"
    """When what needs a person is told by mail, all in one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Section):
    """How long texts are kept that are not needed any more; 0 for no limit."""

    full_text_days: int = 0
    """Days after its fetching that the whole text of a document is kept."""
    persons_days: int = 0
    """Days after its fetching that quoted sentences name persons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail(Section):
    """How mails are sent, and who is told when something needs a person."""

    to: tuple[str, ...] = ()
    sender: str = ""
    host: str = ""
    port: int = 587
    security: MailSecurity = MailSecurity.STARTTLS
    user: str = ""
    """The password stands in the environment, as `VIGIE_MAIL_PASSWORD`."""
    answers: str = ""
    """Where people answer when they are asked for opinions by mail; empty: to the sender."""
    inbox: str = ""
    """The mailbox in which those answers arrive: `imaps://…`, a Maildir or an mbox file; empty:
    none is read, and people answer on a page."""

    @property
    def is_set(self) -> bool:
        """Tell whether there is a server to send by, and somebody to send to."""
        return bool(self.host and self.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Oidc:
    """A city's single sign-on, by OpenID Connect; the client's secret is no part of the file."""

    issuer: str
    """Address of the provider, as its own description says it."""
    client_id: str
    name_claim: str = "preferred_username"
    """What a person is called here; it must not change."""
    groups_claim: str = "groups"
    readers: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    administrators: tuple[str, ...] = ()
    """Groups whose members have a role, the highest counts."""
    default_role: str = ""
    """Of those in none of these groups; empty: they are not let in."""
    create_accounts: bool = True
    """Whether somebody new has an account from the first sign-in on."""
    existing_accounts: bool = False
    """Whether an account made by hand is also that of the person of its name there."""
    scopes: tuple[str, ...] = ("openid", "profile")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Section):
    """What the pages show beyond what is stored, and how they are opened to others."""

    tiles: str = ""
    """Address of map tiles, with {z}, {x} and {y}: the one host that the map's page then asks."""
    attribution: str = ""
    """Whose tiles they are, as their licence wants it said."""
    address: str = ""
    """Under which browsers reach the pages, for links in mails and in Prefect; empty: on this
    machine alone, or as each request says."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of the proxies whose word on who asks, and by which scheme, counts."""
    passwords: bool = True
    """Whether one may sign in by name and password."""
    oidc: Oidc | None = None
    metrics: bool = False
    """Answer `/metrics` for Prometheus."""
    proposals: bool = False
    """Whether anyone may propose an actor or a project, without an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup(Section):
    """Where the scheduled backups stand, and how many are kept."""

    folder: str = "backups"
    """From the workspace's folder; best on another disk."""
    daily: int = 7
    """Days of which the last backup is kept."""
    weekly: int = 5
    """Weeks of which the last backup is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A workspace's `vigie.toml`, checked."""

    folder: Path
    watch: Watch
    crawler: Crawler
    storage: Storage
    schedule: Schedule
    retention: Retention = Retention()
    mail: Mail = Mail()
    sources: tuple[Source, ...]
    review: Review = field(default_factory=Review)
    backup: Backup = field(default_factory=Backup)
    others: tuple[Watch, ...] = ()
    """Watches beside the first one, in the order of the file."""

    @property
    def watches(self) -> tuple[Watch, ...]:
        """Return every watch, the first one first."""
        return (self.watch, *self.others)

    @property
    def territory(self) -> tuple[str, ...]:
        """Return the codes of all that is watched: what texts and registers are read for."""
        return tuple(dict.fromkeys(code for one in self.watches for code in one.territory))

    def watch_of(self, watch_id: str) -> Watch:
        """Return a watch by its id.

        Raises:
            UnknownNameError: there is none; the sentence names the nearest.
        """
        for one in self.watches:
            if one.id == watch_id:
                return one
        near = nearest(watch_id, [one.id for one in self.watches])
        raise UnknownNameError(say("Pas de veille « {id} »{hint}.", id=watch_id, hint=near))

    @property
    def data(self) -> Path:
        """Return the folder of all that the program writes."""
        return self.folder / "data"

    @property
    def pages(self) -> str:
        """Return where links from elsewhere find the pages."""
        return self.review.address or "http://127.0.0.1:8000"

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone in which days are counted."""
        return ZoneInfo(self.schedule.timezone)


SECTIONS: Mapping[str, type[Section]] = {
    "watch": Watch,
    "crawler": Crawler,
    "storage": Storage,
    "schedule": Schedule,
    "retention": Retention,
    "mail": Mail,
    "review": Review,
    "backup": Backup,
}


def load(folder: Path) -> Settings:
    """Read a workspace's settings.

    Raises:
        WorkspaceError: there is no `vigie.toml` in the folder, or it cannot be opened.
        SettingsError: it says something impossible; the message names the line.
    """
    return parse(read(folder), folder)


def read(folder: Path) -> str:
    """Return the text of a workspace's `vigie.toml`; raise as `load` does."""
    path = folder / FILE_NAME
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WorkspaceError(
            say(
                "Pas de {file} dans {folder} : créez un espace de travail avec « vigie init ».",
                file=FILE_NAME,
                folder=str(folder),
            )
        ) from error
    except OSError as error:
        raise WorkspaceError(
            say("{path} est illisible : {error}.", path=str(path), error=refusal(error))
        ) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(
            say(
                "{file}, ligne {line} : le fichier n’est pas en UTF-8 ; "
                "enregistrez-le dans cet encodage",
                file=FILE_NAME,
                line=raw[: error.start].count(b"\n") + 1,
            )
        ) from error


def parse(text: str, folder: Path) -> Settings:
    """Check the text of a `vigie.toml`; raise `SettingsError` as `load` does."""
    settings, problems = examine(text, folder)
    if not problems:
        return settings
    others = len(problems) - 1
    more = say(" (et un autre problème)", " (et {n} autres problèmes)", n=others) if others else ""
    raise SettingsError(problems[0] + more)


def examine(text: str, folder: Path) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings with all that is wrong in the text, a line each.

    What is wrong has its default value in the settings, and a source with something wrong is
    left out of them.

    Raises:
        SettingsError: the text is no TOML at all.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(toml_reader.no_toml(str(error), text, FILE_NAME)) from error
    reader = Reader(text, FILE_NAME, SECTIONS)
    reader.only_known(document, [*SECTIONS, watches.TABLE, "source"], "")
    watch = reader.section(document, "watch", Watch)
    if watch.exploration > watch.queue_size and "exploration" in document.get("watch", {}):
        reader.blame("watch", "exploration", say("dépasse queue_size ({n})", n=watch.queue_size))
    sources = tuple(_sources(reader, document))
    others = tuple(watches.read(reader, document, watch))
    watches.see_sources(reader, document)
    review = _review(reader, document)
    if review.tiles and not review.attribution:
        why = say('dites aussi à qui elles sont : attribution = "© …"')
        reader.blame("review", "tiles", why)
    settings = Settings(
        folder=folder,
        watch=watch,
        crawler=reader.section(document, "crawler", Crawler),
        storage=reader.section(document, "storage", Storage),
        schedule=reader.section(document, "schedule", Schedule),
        retention=reader.section(document, "retention", Retention),
        mail=_mail(reader, document),
        backup=reader.section(document, "backup", Backup),
        sources=sources,
        review=review,
        others=others,
    )
    return settings, tuple(said for _, said in sorted(reader.problems))


def require_contact(settings: Settings) -> str:
    """Return the address that the crawler shows to those whom it visits.

    Raises:
        SettingsError: there is none yet.
    """
    if not settings.crawler.contact:
        raise SettingsError(
            say(
                "{file}, [crawler] : indiquez une adresse où vous joindre avant de visiter des "
                'sites, par exemple contact = "veille@example.org".',
                file=FILE_NAME,
            )
        )
    return settings.crawler.contact


def _mail(reader: Reader, document: Mapping[str, object]) -> Mail:
    """Return how mails are sent; whom to tell takes a server and a sender."""
    mail = reader.section(document, "mail", Mail)
    if mail.to and not mail.host:
        reader.blame("mail", "to", say("il manque « host », le serveur qui envoie les courriels"))
    if mail.host and not mail.sender:
        why = say("il manque « sender », l’adresse qui signe les courriels")
        reader.blame("mail", "host", why)
    return mail


def _review(reader: Reader, document: Mapping[str, object]) -> Review:
    """Return how the pages are opened, and by whose single sign-on."""
    table = document.get("review", {})
    given = table.get("oidc") if isinstance(table, dict) else None
    if not isinstance(given, dict):
        return reader.section(document, "review", Review)
    assert isinstance(table, dict)  # noqa: S101  # narrows for the type checker
    rest = {key: value for key, value in table.items() if key != "oidc"}
    review = reader.section({**document, "review": rest}, "review", Review)
    values = reader.values(given, Oidc, "review.oidc")
    for wanted in ("issuer", "client_id"):
        if wanted not in given:
            reader.blame("review.oidc", None, say("il manque « {key} »", key=wanted))
    if not {"issuer", "client_id"} <= values.keys():
        return review
    return replace(review, oidc=Oidc(**values))


def _sources(reader: Reader, document: Mapping[str, object]) -> Iterable[Source]:
    """Yield the sources in which nothing is wrong."""
    tables = document.get("source", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        reader.blame("source", None, say("s’écrit [[source]], entre doubles crochets"))
        return
    first: dict[str, int] = {}
    for index, table in enumerate(tables):
        before = len(reader.problems)
        values = reader.values(table, Source, "source", index)
        _complete(reader, table, values, index)
        name = values.get("id")
        if name in first:
            other = reader.line("source", first[name], "id")
            why = say(
                "« {id} » est déjà l’identifiant de la source de la ligne {line}",
                id=name,
                line=other,
            )
            reader.blame("source", "id", why, index)
        elif name is not None:
            first[name] = index
        if len(reader.problems) == before:
            yield Source(**values)


def _complete(
    reader: Reader, table: Mapping[str, object], values: dict[str, Any], index: int
) -> None:
    """Check that a source has what it needs, and an address that goes with its kind."""
    if values.get("kind") == SourceKind.FILES:
        values.setdefault("url", "")
    for wanted in fields(Source):
        if wanted.default is MISSING and wanted.name not in {*table, *values}:
            why = say("il manque « {key} » à la source", key=wanted.name)
            reader.blame("source", None, why, index)
    if "kind" in values and "url" in values:
        try:
            addresses.address(values["url"], values["kind"])
        except WrongValueError as wrong:
            reader.blame("source", "url", str(wrong), index)
