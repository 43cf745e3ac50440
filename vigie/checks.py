"""What the values of single keys in `vigie.toml` may be, once they have their type.

A check takes the value that `vigie.toml_types` gives and returns it as the program uses it, or
raises `WrongValueError` with the French reason, to which the caller adds file, line and key.
"""

from __future__ import annotations

import re
from datetime import datetime
from difflib import get_close_matches
from ipaddress import ip_network
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel import Locale
from croniter import CroniterError, croniter

from vigie import gazetteer
from vigie.addresses import is_web
from vigie.errors import SettingsError, WrongValueError
from vigie.language import nearest, say
from vigie.records import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vigie.toml_types import Check

SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
_DATABASES = ("sqlite", "postgresql+psycopg")


def _between(low: float, high: float) -> Check:
    def check(value: float) -> float:
        if not low <= value <= high:
            raise WrongValueError(
                say(
                    "{value:g} n’est pas entre {low:g} et {high:g}", value=value, low=low, high=high
                )
            )
        return value

    return check


def _territory(codes: tuple[str, ...]) -> tuple[str, ...]:
    for code in codes:
        try:
            gazetteer.territory([code])
        except SettingsError as error:
            raise WrongValueError(str(error), needle=code) from error
    return codes


def _quarters(listed: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    for code in listed:
        _commune(code)
    return listed


def _abroad(listed: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    countries = Locale("fr").territories
    for code in listed:
        if not re.fullmatch(r"[A-Z]{2}", code) or code not in countries or code == "FR":
            near = [known for known, name in countries.items() if name.lower() == code.lower()]
            hint = say(" ; vouliez-vous dire {near} ?", near=near[0]) if near else ""
            why = say("« {code} » n’est pas le code d’un pays voisin, comme DE ou BE", code=code)
            raise WrongValueError(why + hint, needle=code)
    return listed


def _seasons(listed: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    for name, days in listed.items():
        if len(days) != 2 or not all(map(_is_day, days)):
            why = say(
                '« {name} » : écrivez le premier et le dernier jour, comme ["09-01", "09-30"]',
                name=name,
            )
            raise WrongValueError(why, needle=next(iter(days), name))
    return listed


def _is_day(text: str) -> bool:
    """Tell whether a text is a day of the year, `MM-DD`; 29 February is one."""
    try:
        datetime.strptime(f"2024-{text}", "%Y-%m-%d")  # noqa: DTZ007 - a day without a zone
    except ValueError:
        return False
    return re.fullmatch(r"\d\d-\d\d", text) is not None


def _commune(code: str) -> str:
    if code not in gazetteer.communes():
        near = gazetteer.nearest(code)
        hint = say(" ; vouliez-vous dire {near} ?", near=near) if near else ""
        raise WrongValueError(
            say(
                "« {code} » n’est le code INSEE d’aucune commune d’aujourd’hui{hint}",
                code=code,
                hint=hint,
            ),
            needle=code,
        )
    return code


def _language(code: str) -> str:
    names = Locale("fr").languages
    if _LANGUAGE.fullmatch(code) and code in names:
        return code
    near = get_close_matches(code.lower(), list(names.values()), n=1)
    meant = [known for known, name in names.items() if near and name == near[0]]
    hint = say(" ; vouliez-vous dire « {near} » ?", near=meant[0]) if meant else ""
    raise WrongValueError(
        say("« {code} » n’est pas un code de langue, comme fr ou de{hint}", code=code, hint=hint),
        needle=code,
    )


def _languages(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not codes:
        raise WrongValueError(say('il faut au moins une langue, comme ["fr"]'))
    return tuple(_language(code) for code in codes)


def _contact(address: str) -> str:
    if address and not (_ADDRESS.fullmatch(address) or is_web(address)):
        raise WrongValueError(
            say("« {value} » n’est ni une adresse de courriel ni une page web", value=address)
        )
    return address


def _mailbox(address: str) -> str:
    if address and not _ADDRESS.fullmatch(address):
        raise WrongValueError(
            say("« {value} » n’est pas une adresse de courriel", value=address), needle=address
        )
    return address


def _mailboxes(addresses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_mailbox(address) for address in addresses)


def _hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    for host in hosts:
        if not host or "/" in host or " " in host:
            raise WrongValueError(
                say("« {host} » : écrivez une machine, comme 10.0.0.5 ou intra:8080", host=host),
                needle=host,
            )
    return hosts


def _database(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if separator and rest and scheme in _DATABASES:
        return url
    start = say("l’adresse commence par sqlite:/// ou postgresql+psycopg://")
    if separator:
        start = say(
            "« {scheme} » n’est pas une base connue : {start}", scheme=scheme[:40], start=start
        )
    raise WrongValueError(start)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise WrongValueError(
            say(
                "« {name} » n’est pas un fuseau horaire{hint}",
                name=name,
                hint=nearest(name, available_timezones()),
            )
        ) from error
    return name


def _cron(expression: str) -> str:
    try:
        if len(expression.split()) == 5:
            next(iter(croniter(expression)))
            return expression
    except CroniterError as error:
        raise WrongValueError(_no_cron(expression)) from error
    raise WrongValueError(_no_cron(expression))


def _cron_or_never(expression: str) -> str:
    return _cron(expression) if expression else ""


def _no_cron(expression: str) -> str:
    return say(
        "« {cron} » n’est pas un rythme cron (minute, heure, jour, mois, jour de la semaine) ; "
        "par exemple 0 6 * * 1 : le lundi à 6 h",
        cron=expression,
    )


def _source_id(text: str) -> str:
    if not SOURCE_ID.fullmatch(text):
        raise WrongValueError(
            say(
                "« {id} » : de 1 à 64 lettres minuscules sans accent, chiffres, tirets ou points",
                id=text,
            )
        )
    return text


def _selector(text: str) -> str:
    # Read only where a source has one: the command line must answer at once.
    from cssselect import SelectorError, parse  # noqa: PLC0415

    try:
        parse(text)
    except SelectorError as error:
        raise WrongValueError(
            say("« {value} » n’est pas un sélecteur CSS, comme article h2 a", value=text)
        ) from error
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise WrongValueError(
            say("« {value} » n’est pas une expression régulière", value=text)
        ) from error
    return text


def _named(text: str) -> str:
    if not text:
        raise WrongValueError(say("le nom est vide"))
    return text


_TILES = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[^\s\"'<>\\^`|]*")


def _tiles(text: str) -> str:
    if text and not (
        _TILES.fullmatch(text) and all(text.count(part) == 1 for part in ("{z}", "{x}", "{y}"))
    ):
        raise WrongValueError(
            say(
                "une adresse avec {parts} est attendue, comme {example}",
                parts="{z}, {x}, {y}",
                example="https://tuiles.example/{z}/{x}/{y}.png",
            )
        )
    return text


def _proxies(networks: tuple[str, ...]) -> tuple[str, ...]:
    for one in networks:
        try:
            ip_network(one)
        except ValueError as error:
            why = say(
                "« {value} » n’est pas une adresse IP ni un réseau, comme 127.0.0.1 ou 10.0.0.0/8",
                value=one,
            )
            raise WrongValueError(why, needle=one) from error
    return networks


def _parts(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        return urlsplit("")


def _served_at(text: str) -> str:
    parts = _parts(text)
    whole = parts.scheme in {"http", "https"} and parts.hostname and not parts.path.strip("/")
    if text and not whole:
        raise WrongValueError(
            say("une adresse comme {example} est attendue", example="https://veille.example.org")
        )
    return text.rstrip("/")


def _issuer(text: str) -> str:
    parts = _parts(text)
    near = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and near)):
        raise WrongValueError(
            say("une adresse en https est attendue, comme {example}", example="https://sso.example")
        )
    return text


def _role(text: str) -> str:
    if text and text not in set(Role):
        raise WrongValueError(
            say("« {value} » n’est pas un rôle : {roles}", value=text, roles=", ".join(Role))
        )
    return text


BY_KEY: Mapping[tuple[str, str], Check] = {
    ("watch", "territory"): _territory,
    ("watch", "quarters"): _quarters,
    ("watch", "neighbours"): _territory,
    ("watch", "abroad"): _abroad,
    ("watch", "seasons"): _seasons,
    ("watch", "languages"): _languages,
    ("watch", "queue_size"): _between(1, 1000),
    ("watch", "exploration"): _between(0, 1000),
    ("watch", "proposed"): _between(0, 1000),
    ("watch", "licence"): _named,
    ("crawler", "contact"): _contact,
    ("crawler", "allow_private_hosts"): _hosts,
    ("crawler", "delay"): _between(0, 3600),
    ("crawler", "max_body_megabytes"): _between(0.001, 1000),
    ("crawler", "archive_megabytes"): _between(0, 10_000_000),
    ("crawler", "archive_days"): _between(0, 100_000),
    ("crawler", "timeout"): _between(0.01, 3600),
    ("crawler", "source_timeout"): _between(0.01, 86400),
    ("storage", "url"): _database,
    ("schedule", "timezone"): _zone,
    ("schedule", "crawl"): _cron_or_never,
    ("schedule", "annotate"): _cron_or_never,
    ("schedule", "queue"): _cron_or_never,
    ("schedule", "digest"): _cron_or_never,
    ("schedule", "retention"): _cron_or_never,
    ("schedule", "backup"): _cron_or_never,
    ("schedule", "replies"): _cron_or_never,
    ("schedule", "notices"): _cron_or_never,
    ("retention", "full_text_days"): _between(0, 100_000),
    ("retention", "persons_days"): _between(0, 100_000),
    ("mail", "to"): _mailboxes,
    ("mail", "sender"): _mailbox,
    ("mail", "answers"): _mailbox,
    ("mail", "port"): _between(1, 65535),
    ("review", "tiles"): _tiles,
    ("backup", "folder"): _named,
    ("backup", "daily"): _between(1, 1000),
    ("backup", "weekly"): _between(0, 1000),
    ("review", "address"): _served_at,
    ("review", "trusted_proxies"): _proxies,
    ("review.oidc", "issuer"): _issuer,
    ("review.oidc", "default_role"): _role,
    ("source", "id"): _source_id,
    ("source", "commune"): _commune,
    ("source", "name"): _named,
    ("source", "language"): _language,
    ("source", "links"): _selector,
    ("source", "content"): _selector,
    ("source", "leave_out"): _selector,
    ("source", "link_pattern"): _pattern,
}
"""Table and key → a further check, of a value that already has its type."""
