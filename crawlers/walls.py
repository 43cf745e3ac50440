"""Pages that stand between a robot and the page it asked for.

The guards of the web put scripts into ordinary pages too, and articles tell of captchas: what
only a wall carries is enough, anything else counts on a page that has hardly a text of its own.
"""

from __future__ import annotations

import re
from html import unescape

from crawlers import encoding, text
from vigie import gazetteer
from vigie.records import Message

MESSAGE = Message("le site montre une page de vérification (captcha) au lieu de son contenu")
LARGEST = 60_000
"""Bytes; an article that merely holds a form with a captcha is longer, as a rule."""
LITTLE, NEXT_TO_NOTHING = 1200, 300
"""Characters of text; explanations of a wall, and a wall that is all script, have no more."""
_MARKS = (
    b"cf-challenge", b"cf_chl_", b"orchestrate/chl_page", b"orchestrate/jsch",
    b"orchestrate/managed", b"orchestrate/captcha", b"captcha-delivery.com",
    b"/_sec/cp_challenge", b"px-captcha", b"sgcaptcha", b"anubis_challenge",
    b"sucuri_cloudproxy_js",
)  # fmt: skip
"""What stands on walls alone; in lower case, as all of these."""
_SCRIPTS = (b"_incapsula_resource", b"awswaf", b"ddos-guard")
"""What stands on walls, and in the pages behind them."""
_TITLE = re.compile(r"<title\b[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_ASKING = re.compile(
    r"(?:(?:just a|one) moment(?: please)?|(?:un )?instant(?: s il vous plait)?|please wait|"
    r"veuillez patienter|attention required|access denied|pardon our interruption|"
    r"(?:security|robot) check|(?:human|bot|robot|browser) verification|"
    r"verify(?:ing)? you are (?:a )?human|checking your browser|"
    r"verification (?:de securite|du navigateur|humaine)|"
    r"verifie[rz] que vous etes (?:un )?humaine?|you are being redirected|(?:re)?captcha|"
    r"are you (?:a )?(?:human|robot)|etes vous (?:un )?(?:robot|humain))"
)
"""Whole titles of walls, folded; « Un instant de poésie » is another thing."""
_WAITING = (
    "request is being verified", "verifying you are", "verifying that you are",
    "checking your browser before", "checking if the site connection is secure",
    "nous vérifions que vous êtes", "vérification que vous êtes",
)  # fmt: skip
"""What walls say to those who wait, and others in longer texts."""
_END = re.compile(r"\s+[-|:–—·]\s+|[:|…!?]")
"""Of what a title says itself, before the site's name."""


def is_wall(body: bytes) -> bool:
    """Tell whether a page asks its reader to prove that they are human."""
    if len(body) > LARGEST:
        return False
    lowered = body.lower()
    if any(mark in lowered for mark in _MARKS):
        return True
    page = encoding.decode(body)
    title = _TITLE.search(page)
    said = gazetteer.fold(_END.split(unescape(title[1]).strip())[0]) if title else ""
    if _ASKING.fullmatch(said) or _waits(page):
        return len(text.from_html(page)) <= LITTLE
    scripted = any(script in lowered for script in _SCRIPTS)
    return scripted and len(text.from_html(page)) <= NEXT_TO_NOTHING


def _waits(page: str) -> bool:
    lowered = page.lower()
    return any(words in lowered for words in _WAITING)
