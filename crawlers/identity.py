"""Which document a URL stands for.

The same article is reached through many addresses: with tracking parameters, on a mobile host,
as AMP, with or without a trailing slash. All of them give one id, so that reading it again is
an update and never a second document.
"""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"""(utm|pk|mtm|piwik|matomo|at|hsa|vero|wt|itm|oly|mkt)_\w+ | xtor | xtref | xts | ns_\w+
    | fbclid | gclid | gclsrc | dclid | msclkid | twclid | igshid | igsh | yclid | wbraid | gbraid
    | mc_cid | mc_eid | _ga | _gl | _hsenc | _hsmi | cmpid | spm | trk | ml_subscriber\w*
    | sms_ss | awesm | mkevt | s_cid | ncid | at_medium | rss_?id
    | phpsessid | jsessionid | aspsessionid\w*""",
    re.VERBOSE | re.IGNORECASE,
)
_TARGETS = {"url", "u", "target", "redirect", "redirect_url", "dest", "destination", "to", "link"}
"""Parameters that hold the address to which a counting link leads on."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_DAMAGED = re.compile(r"^(?:amp;)+", re.IGNORECASE)
"""What is left before a parameter's name where an address was escaped once too often."""
_AMP_VALUES = {"", "1", "true", "amp", "yes"}


def canonical_url(url: str) -> str:
    """Return the address that stands for all the addresses of one page.

    What cannot be read as a web address is returned as it is, without blanks at its ends.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        return url
    host = _host(parts)
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{port}"
    return urlunsplit((scheme, host, _path(parts.path), _query(parts.query), ""))


def document_id(url: str, part: str = "") -> str:
    """Return the id of the document at an address: 24 hexadecimal digits.

    `part` tells apart the documents that share one address, as the events of a calendar do.
    `http` and `https`, and a host with or without `www.`, are the same place.
    """
    place = re.sub(r"^https?://(www\.)?", "", canonical_url(url))
    name = f"{place}\n{part}" if part else place
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def without_tracking(url: str) -> str:
    """Return an address without what tells who followed it, and its target where it wraps one.

    An address that cannot be read is returned as it is.
    """
    try:
        parts = urlsplit(url)
        values = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return url
    for name, value in values:
        if name.lower() in _TARGETS and value.startswith(("http://", "https://")):
            return without_tracking(value)
    kept = [
        (name, value) for name, value in values if not _TRACKING.fullmatch(_DAMAGED.sub("", name))
    ]
    if len(kept) == len(values):
        return url
    return urlunsplit(parts._replace(query=urlencode(kept)))


def is_front_page(url: str) -> bool:
    """Tell whether an address is a site's front page rather than one of its pages."""
    parts = urlsplit(canonical_url(url))
    return parts.path in {"", "/"} and not parts.query


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        host = host.lower()
    if ":" in host:
        return f"[{host}]"
    for prefix in ("m.", "amp.", "mobile."):
        # `m.fr` is a name of its own; `m.gazette.fr` is the mobile face of `gazette.fr`.
        if host.startswith(prefix) and host.count(".") >= 2:
            return host.removeprefix(prefix)
    return host


def _path(path: str) -> str:
    path = quote(
        unquote(path, errors="surrogateescape"), safe="/~!$&'()*+,;=:@", errors="surrogateescape"
    )
    path = re.sub(r"/{2,}", "/", path)
    path = re.sub(r"/index\.html?$", "/", path, flags=re.IGNORECASE)
    path = re.sub(r";jsessionid=[^/]*", "", path, flags=re.IGNORECASE)
    path = re.sub(r"^/amp(?=/.)|(?<=.)/amp/?$|\.amp(?=\.html$|$)", "", path)
    return path.rstrip("/") or "/"


def _query(query: str) -> str:
    values = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    kept = [
        (name, value)
        for name, value in ((_DAMAGED.sub("", name), value) for name, value in values)
        if not _TRACKING.fullmatch(name)
        and not (name.lower() in {"amp", "outputtype"} and value.lower() in _AMP_VALUES)
    ]
    return urlencode(kept, errors="surrogateescape")
