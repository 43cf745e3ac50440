"""No fetching of addresses that are nobody's business: loopback, private networks, metadata.

A name is resolved once, its addresses are checked, and the connection is made to those and no
others: a name that changes its answer in between gains nothing. Every connection passes here,
those of redirects too.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from vigie.records import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
AddressInfo = tuple[int, int, int, str, Any]


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet.

    An IPv6 address that carries an IPv4 one (mapped, 6to4, Teredo, NAT64) is judged by it.
    """
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.is_site_local or ip in _LOCAL_NAT64:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and (ip in _NAT64 or int(ip) < 2**32):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


class Guard:
    """Resolves names to the addresses that may be connected to."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = {name.lower().strip("[]") for name in allowed}
        self._known: dict[tuple[str, int], list[AddressInfo]] = {}
        self._unknown: set[tuple[str, int]] = set()
        self.refused: set[str] = set()
        """Hosts whose addresses were all refused."""

    def allows(self, host: str, port: int) -> bool:
        """Tell whether the settings name a host as one that may be private."""
        host = host.lower().strip("[]")
        return host in self._allowed or f"{host}:{port}" in self._allowed

    def getaddrinfo(
        self, host: str, port: int, family: int = 0, kind: int = 0
    ) -> list[AddressInfo]:
        """Answer as `socket.getaddrinfo`, without the addresses that must not be reached.

        Runs in a thread of the reactor's pool.
        """
        key = (host.lower(), port)
        if key in self._unknown:
            raise socket.gaierror(socket.EAI_NONAME, "unknown earlier in this crawl")
        if key not in self._known:
            try:
                answers = socket.getaddrinfo(host, port, family, kind)
            except socket.gaierror:
                self._unknown.add(key)
                raise
            found: list[AddressInfo] = [
                (int(info[0]), int(info[1]), info[2], info[3], info[4]) for info in answers
            ]
            kept = [info for info in found if self.allows(host, port) or is_public(str(info[4][0]))]
            if found and not kept:
                self.refused.add(host.lower().strip("[]"))
            # Names that resolve to IPv6 first are often unreachable where there is only IPv4.
            self._known[key] = sorted(kept, key=lambda info: info[0] != socket.AF_INET)
        return self._known[key]


PRIVATE = Message("adresse privée ou réservée, que Vigie refuse de lire")


def refuses(url: str, allowed: Iterable[str]) -> bool:
    """Tell, without any connection, whether all addresses of a site are refused.

    A name that cannot be resolved is not: why that is so is for the visit to say.
    """
    parts = urlsplit(url)
    guard = Guard(allowed)
    try:
        port = parts.port or {"http": 80}.get(parts.scheme, 443)
        guard.getaddrinfo(parts.hostname or "", port, kind=socket.SOCK_STREAM)
    except (OSError, ValueError):
        return False
    return bool(guard.refused)


class GuardedResolver:
    """Puts the guard where Scrapy expects its DNS resolver; the guard comes in the settings."""

    def __init__(self, reactor: ReactorBase, guard: Guard) -> None:
        self._reactor = reactor
        self._guard = guard

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardedResolver:
        """Make the resolver, as Scrapy does."""
        return cls(reactor, crawler.settings["VIGIE_GUARD"])

    def install_on_reactor(self) -> None:
        """Make the reactor resolve every name through the guard."""
        from twisted.internet._resolver import GAIResolver  # noqa: PLC0415 - installs no reactor

        # Twisted declares its interfaces with zope, which type checkers do not read.
        reactor: Any = self._reactor
        reactor.installNameResolver(
            GAIResolver(reactor, getaddrinfo=cast("Any", self._guard).getaddrinfo)
        )
