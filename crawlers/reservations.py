"""What a site says of text and data mining, in the forms that exist for saying it.

The TDM Reservation Protocol (W3C Community Group report, 2024) in its three places, the nearest
to the text first: a meta element of the page, a header of the response, a file of the whole
site (`/.well-known/tdmrep.json`). And `noai`, in `X-Robots-Tag` or a robots meta element, which
many sites write to the same end.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from vigie.records import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

RESERVED = Message("le site réserve ses textes contre la fouille (TDM, noai)")
WELL_KNOWN = "/.well-known/tdmrep.json"
MOST_RULES = 500
_META = re.compile(rb"<meta\b[^>]{0,1000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")
_HEAD = 200_000
"""Bytes of a page in which its meta elements are looked for."""


def well_known(url: str) -> str:
    """Return where the site of an address tells its policy."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}"


def is_reserved(
    url: str, headers: Sequence[tuple[str, str]], body: bytes, rules: Mapping[str, bool]
) -> bool:
    """Tell whether a response may not be mined.

    `rules` is what the site's file says of its paths; a page's own word goes before its
    header's, and that before the file's.
    """
    names, robots = _metas(body)
    told = {name.lower(): value for name, value in headers}
    tags = [value for name, value in headers if name.lower() == "x-robots-tag"]
    if any(map(_says_noai, (*robots, *tags))):
        return True
    for said in (names.get("tdm-reservation"), told.get("tdm-reservation")):
        if said is not None and said.strip() in {"0", "1"}:
            return said.strip() == "1"
    return _by_rule(url, rules)


def read_rules(content: str) -> dict[str, bool]:
    """Return the paths of a `tdmrep.json` with whether they are reserved; none when it is none."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    found: dict[str, bool] = {}
    for rule in (told if isinstance(told, list) else [told])[:MOST_RULES]:
        if isinstance(rule, dict) and isinstance(rule.get("location"), str):
            found[rule["location"]] = _is_one(rule.get("tdm-reservation"))
    return found


def dump_rules(rules: Mapping[str, bool]) -> str:
    """Return rules as `read_rules` reads them again."""
    return json.dumps(
        [{"location": path, "tdm-reservation": int(said)} for path, said in rules.items()],
        ensure_ascii=False,
    )


def _is_one(value: Any) -> bool:  # noqa: ANN401 - as JSON gives it
    return value is True or str(value).strip() == "1"


def _by_rule(url: str, rules: Mapping[str, bool]) -> bool:
    """Return what the longest of the rules that match an address says, as robots.txt is read."""
    if not rules:
        return False
    parts = urlsplit(url)
    path = unquote(parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    matching = [rule for rule in rules if _matches(rule, path)]
    return bool(matching) and rules[max(matching, key=len)]


def _matches(rule: str, path: str) -> bool:
    """Tell whether a location (`/a/*.html$`) is that of a path, in time that is linear."""
    ends = rule.endswith("$")
    first, *others = unquote(rule.removesuffix("$")).split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for number, piece in enumerate(others, start=1):
        if ends and number == len(others):
            return path.endswith(piece) and len(path) - len(piece) >= at
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not ends or at == len(path)


def _metas(body: bytes) -> tuple[dict[str, str], list[str]]:
    """Return a page's meta elements by name, and what those for robots say."""
    names: dict[str, str] = {}
    robots: list[str] = []
    for match in _META.finditer(body[:_HEAD]):
        found = {
            name.lower(): double or single or bare
            for name, double, single, bare in _attributes(match[0])
        }
        name, content = found.get("name", "").lower(), found.get("content", "")
        if name == "robots":
            robots.append(content)
        elif name:
            names.setdefault(name, content)
    return names, robots


def _attributes(element: bytes) -> Iterable[tuple[str, str, str, str]]:
    return _ATTRIBUTE.findall(element.decode("utf-8", "replace"))


def _says_noai(value: str) -> bool:
    """Tell whether robots directives forbid mining; those for one other robot are not ours."""
    for part in value.lower().split(","):
        agent, colon, directive = part.rpartition(":")
        if directive.strip() == "noai" and (not colon or agent.strip() in {"", "*", "vigie"}):
            return True
    return False
