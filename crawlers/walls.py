"""Pages that stand between a robot and the page it asked for."""

from __future__ import annotations

import re

from vigie.records import Message

MESSAGE = Message("le site montre une page de vérification (captcha) au lieu de son contenu")
LARGEST = 60_000
"""Bytes; an article that merely holds a form with a captcha is longer, as a rule."""
_SIGNS = re.compile(
    rb"cf-challenge|cf_chl_|challenge-platform|captcha-delivery\.com|_Incapsula_Resource"
    rb"|/_sec/cp_challenge|px-captcha|ddos-guard|sgcaptcha|awswaf|anubis_challenge"
    rb"|<title>\s*(?:just a moment|attention required|un instant|access denied|human verification"
    rb"|v\xc3\xa9rification de s\xc3\xa9curit\xc3\xa9|are you (?:a )?(?:human|robot))",
    re.IGNORECASE,
)


def is_wall(body: bytes) -> bool:
    """Tell whether a page asks its reader to prove that they are human."""
    return len(body) <= LARGEST and _SIGNS.search(body) is not None
