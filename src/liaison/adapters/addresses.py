"""May a node connect to this host? Its addresses are judged after name resolution, never by their spelling.

Invariants: only `https://host[:port]` without user, path or query; port 443 or one from 1024 up; every address that
the name resolves to must be public, unless the operator allowed the host by name; the connection then goes to a
judged address, so a name that changes its answer between check and use gains nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from liaison.errors import UnreachableError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NETLOC = re.compile(
    r"(?:\[(?P<v6>[0-9a-f.]*:[0-9a-f:.]{1,44})\]|(?P<name>[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9])?))"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
)
_PRIVATE_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
# What lies outside global unicast (mapped, loopback, link-local, unique-local, multicast, NAT64) is refused whole.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_PRIVATE_V6 = tuple(
    map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))
)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to connect: the name to present, the port, and the judged addresses in the resolver's order."""

    host: str
    port: int
    addresses: tuple[str, ...]


def is_public(address: IPAddress) -> bool:
    """Whether `address` is one of the open internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _PRIVATE_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _PRIVATE_V6)


def split_origin(url: str) -> tuple[str, int]:
    """Host and port of an `https://host[:port]` origin. Raises UnreachableError (permanent)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise UnreachableError("peer-address-refused", permanent=True, reason="not a URL") from None
    plain = parts.scheme == "https" and parts.path in ("", "/") and not parts.query and not parts.fragment
    # Judged as it is written, because `urlsplit` forgives odd brackets, empty ports, line ends and foreign letters.
    found = _NETLOC.fullmatch(parts.netloc.lower()) if url.isascii() and url.isprintable() else None
    if not plain or found is None or int(found["port"] or 443) > 65535:
        raise UnreachableError("peer-address-refused", permanent=True, reason="only https://host:port is allowed")
    host, port = found["v6"] or found["name"], int(found["port"] or 443)
    if port != 443 and port < 1024:
        raise UnreachableError("peer-address-refused", permanent=True, reason=f"port {port} is reserved")
    return host, port


Lookup = Callable[[str, int], Iterable[str]]
"""The addresses of a name, for a connection to a port. Raises OSError, UnicodeError."""


def look_up(host: str, port: int) -> list[str]:
    """What the machine's own resolver says."""
    return [str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def resolve(url: str, *, allowed_private_hosts: tuple[str, ...], lookup: Lookup = look_up) -> Destination:
    """The judged destination behind `url`, of one look-up. Raises UnreachableError, permanent if the address itself is
    refused."""
    host, port = split_origin(url)
    try:
        addresses = tuple(dict.fromkeys(lookup(host, port)))
    except (OSError, UnicodeError):
        raise UnreachableError("peer-name-not-resolved", host=host) from None
    if host not in allowed_private_hosts:
        for text in addresses:
            # A scope ("%eth0") only exists on link-local addresses, which are refused without it as well.
            if not is_public(ipaddress.ip_address(text.partition("%")[0])):
                raise UnreachableError("peer-address-private", permanent=True, host=host)
    return Destination(host, port, addresses)
