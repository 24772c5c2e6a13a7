"""Addresses: which may be visited, which are the same, and where a mirror stands in. No network here."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit, urlunsplit

from sources.outcomes import VisitFault

if TYPE_CHECKING:
    from collections.abc import Collection

PORTS = {"http": 80, "https": 443}


def check_address(url: str, hosts: Collection[str]) -> str:
    """Returns the address without its fragment, if it may be visited.

    Args:
        url: Any address, also a hostile one from a page or a redirect.
        hosts: Host names of the card, lower case.

    Raises:
        VisitFault: `address_refused` for anything but plain http and https on their own ports; `private_address` for
            an IP address that is not public; `outside_hosts` for a host that the card does not name.
    """
    try:
        parts = urlsplit(urldefrag(url.strip()).url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as fault:
        raise VisitFault("address_refused", f"{url[:200]!r} is no address: {fault}") from fault
    if parts.scheme not in PORTS or not host:
        raise VisitFault("address_refused", f"{url[:200]!r} is not an http or https address")
    if parts.username is not None or parts.password is not None:
        raise VisitFault("address_refused", f"an address of {host} with a user name in it")
    if port not in (None, PORTS[parts.scheme]):
        raise VisitFault("address_refused", f"{url[:200]!r} names port {port}")
    if _is_private_literal(host):
        raise VisitFault("private_address", f"{host} lies in a private network")
    if host not in hosts:
        raise VisitFault("outside_hosts", f"{host} is not among the hosts of the card: {', '.join(sorted(hosts))}")
    return urlunsplit((parts.scheme, host, _escaped(parts.path) or "/", _escaped(parts.query), ""))


def _is_private_literal(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return False


def _escaped(text: str) -> str:
    """Escapes what must not stand in a request line; what is escaped already stays."""
    return "".join(c if c.isascii() and c.isprintable() and c != " " else _percent(c) for c in text)


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))


def join(base: str, reference: str) -> str:
    """Returns the absolute address of a reference, or the reference itself where it cannot be joined."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def sameness(url: str) -> tuple[str, str, str]:
    """Returns a key that is equal for addresses that differ in scheme, `www.` or a last slash only."""
    parts = urlsplit(url)
    return ((parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query)


def host_of(url: str) -> str:
    """Returns the host name of an address, lower case."""
    return urlsplit(url).hostname or ""


def is_public(address: str) -> bool:
    """Returns whether an IP address lies in the public internet.

    Private, loopback, link-local, multicast, unspecified, carrier-grade NAT and reserved ranges are not public; an IPv6
    address that wraps an IPv4 address (mapped, 6to4, Teredo, NAT64) is judged by that.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in ipaddress.IPv6Network("64:ff9b::/96"):
            wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if wrapped is not None:
            ip = wrapped
    return ip.is_global and not ip.is_multicast


@dataclass(frozen=True, slots=True)
class Mirror:
    """A server that stands in for a source's hosts: a test server, or a copy in the house.

    Attributes:
        base: Its address, `http://127.0.0.1:8000` or with a folder. It takes the place of scheme and host;
            `{host}` in it stands for the public host, for sources with several.
    """

    base: str

    def wire(self, public: str) -> str:
        """Returns where the mirror keeps a public address."""
        parts = urlsplit(public)
        return self._prefix(parts) + urlunsplit(("", "", parts.path or "/", parts.query, ""))

    def public(self, wire: str, asked: str) -> str:
        """Returns the public form of an address that the mirror gave (a redirect).

        Args:
            wire: Absolute address, the mirror's own or already public.
            asked: The public address that was asked for; its scheme and host are the public ones.
        """
        parts = urlsplit(asked)
        prefix = self._prefix(parts)
        if wire == prefix or wire.startswith((prefix + "/", prefix + "?")):
            return f"{parts.scheme}://{parts.netloc}{wire[len(prefix) :]}"
        return wire

    def _prefix(self, parts: SplitResult) -> str:
        return self.base.replace("{host}", parts.hostname or "").rstrip("/")

    def servers(self, hosts: Collection[str]) -> set[tuple[str, int]]:
        """Returns host name and port of the mirror, for each public host: where a private address is allowed."""
        places = [urlsplit(self.base.replace("{host}", host)) for host in hosts]
        return {(place.hostname or "", place.port or PORTS.get(place.scheme, 80)) for place in places}

    @property
    def is_local(self) -> bool:
        """Whether the mirror runs on this very machine."""
        host = urlsplit(self.base).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"
