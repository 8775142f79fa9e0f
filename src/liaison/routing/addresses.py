"""What does this text name: an address, a prefix, an AS number or a host? One text at a time.

    192.0.2.7   2001:db8::7   192.0.2.0/24   AS64500   www.example.fr   https://user@www.example.fr:8443/path

Rules (docs/spec/routing.md §1):
- IPv4 is a strict dotted quad: four decimal numbers without leading zeros. `010.0.0.1` and `0x7f.1` are refused.
- IPv6 is RFC 4291 text without a zone. An IPv4-mapped address (`::ffff:192.0.2.7`) is the IPv4 address it maps.
- A prefix has no bits set beyond its length.
- A name is lower-cased and brought into its ASCII form: `пример.рф` is `xn--e1afmkfd.xn--p1ai`.
- `host:port` and `[IPv6]:port` name the host; of a URL only the host counts. User information before one `@` is
  passed over; two `@`, a backslash or an escaped host are refused, because programs disagree on what they name.
"""

from __future__ import annotations

import functools
import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from socket import AF_INET, AF_INET6, inet_pton  # a pure function of the text; no socket is opened

from liaison.errors import MalformedError

TEXT_LIMIT = 2048
NAME_LIMIT = 253

_NUMBER = r"(?:0|[1-9][0-9]{0,2})"
_IPV6 = re.compile(r"[0-9A-Fa-f:.]{2,45}")
_PREFIX_LENGTH = re.compile(_NUMBER)
_AS_NUMBER = re.compile(r"[Aa][Ss](0|[1-9][0-9]{0,9})")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
_PORT = re.compile(r":(?:[0-9]{1,5})?")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_HARMLESS = {"[.]": ".", "(.)": ".", "[:]": ":"}
_HXXP = re.compile(r"\Ahxxp", re.IGNORECASE)
_DOTS = dict.fromkeys(map(ord, "\u3002\uff0e\uff61"), ".")
"""What IDNA takes for dots: an ideographic full stop, a wide one and a narrow one."""
_HOST_LIKE = re.compile(r"[^\x00-\x20\x7f\\@%]+")


ipv4_bytes = functools.partial(inet_pton, AF_INET)
"""The four bytes of a strict dotted quad; OSError or ValueError for any other text (POSIX `inet_pton`)."""
ipv6_bytes = functools.partial(inet_pton, AF_INET6)
"""The sixteen bytes of an RFC 4291 text without a zone; OSError or ValueError for any other."""


class Family(StrEnum):
    """Which numbers a stretch is made of."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    AS = "as"


@dataclass(frozen=True, slots=True)
class Stretch:
    """An address, a prefix or an AS number: all numbers from first to last of one family."""

    family: Family
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Name:
    """A domain or host name in its ASCII form, lower case, without the final dot."""

    text: str


Resource = Stretch | Name


def parse_resource(text: str) -> Resource:
    """What the text names, spaces around it passed over.

    Raises MalformedError `address-missing`, `address-malformed`, `prefix-malformed` or `host-malformed`.
    """
    text = text.strip(" \t")
    if not text:
        raise MalformedError("address-missing")
    if len(text) > TEXT_LIMIT:
        raise MalformedError("address-malformed")
    url = _URL.match(text) if "://" in text else None
    if url is not None:
        return _authority(url.group(1), text)
    if "/" in text:
        return parse_prefix(text)
    if text[0] in "Aa" and _AS_NUMBER.fullmatch(text):
        return _autonomous_system(text)
    return parse_host(text)


def spell_plainly(text: str) -> str:
    """What a person typed or pasted, as programs spell it; feeds and claims are read strictly, without this.

    `hxxp` and `[.]`, which make an address harmless to click, are undone. Where the rest is ASCII, digits and dots of
    other scripts become ASCII ones, and signs that nobody sees, as the marks of direction that word processors add, go.
    """
    for harmless, plain in _HARMLESS.items():
        text = text.replace(harmless, plain)
    text = _HXXP.sub("http", text)
    if text.isascii():
        return text
    seen = (sign for sign in text.translate(_DOTS) if unicodedata.category(sign) != "Cf")
    spelled = "".join(str(unicodedata.decimal(sign, sign)) for sign in seen)
    return spelled if spelled.isascii() else text


def parse_address(text: str) -> Stretch:
    """One IPv4 or IPv6 address, or MalformedError `address-malformed`."""
    if ":" not in text:
        try:
            number = int.from_bytes(ipv4_bytes(text))
        except (OSError, ValueError):
            raise MalformedError("address-malformed") from None
        return Stretch(Family.IPV4, number, number)
    if _IPV6.fullmatch(text):
        return _unmapped(_ipv6_number(text))
    raise MalformedError("address-malformed")


def parse_prefix(text: str) -> Stretch:
    """`192.0.2.0/24` or `2001:db8::/32`, or MalformedError `prefix-malformed`."""
    network, _, length_text = text.partition("/")
    try:
        base = parse_address(network)
    except MalformedError:
        raise MalformedError("prefix-malformed") from None
    mapped = ":" in network and base.family is Family.IPV4
    width = 32 if base.family is Family.IPV4 else 128
    length = int(length_text) - (96 if mapped else 0) if _PREFIX_LENGTH.fullmatch(length_text) else -1
    if not 0 <= length <= width or base.first & ((1 << (width - length)) - 1):
        raise MalformedError("prefix-malformed")
    return Stretch(base.family, base.first, base.first | ((1 << (width - length)) - 1))


def parse_host(text: str) -> Resource:
    """An address or a name, with or without a port, or MalformedError."""
    if text.startswith("["):
        inside, bracket, port = text[1:].partition("]")
        if bracket and ":" in inside and (not port or _is_port(port)):
            return parse_address(inside)
        raise MalformedError("address-malformed")
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        if not _is_port(":" + port):
            raise MalformedError("host-malformed")
        text = host
    if ":" in text or _looks_numeric(text):
        return parse_address(text)
    return parse_name(text)


def parse_name(text: str) -> Name:
    """A domain name of at least two labels, lower-cased, or MalformedError `host-malformed`."""
    name = text.removesuffix(".").lower()
    labels = name.split(".")
    if len(labels) < 2 or len(name) > NAME_LIMIT or not _HOST_LIKE.fullmatch(name):
        raise MalformedError("host-malformed")
    return Name(".".join(_ascii_label(label) for label in labels))


def format_stretch(stretch: Stretch) -> str:
    """The shortest usual text: an address, a prefix, `AS64500`, or `first-last` where it is none of these."""
    if stretch.family is Family.AS:
        last = "" if stretch.first == stretch.last else f"-AS{stretch.last}"
        return f"AS{stretch.first}{last}"
    kind = ipaddress.IPv4Address if stretch.family is Family.IPV4 else ipaddress.IPv6Address
    size = stretch.last - stretch.first + 1
    width = 32 if stretch.family is Family.IPV4 else 128
    if size == 1:
        return str(kind(stretch.first))
    if size & (size - 1) == 0 and stretch.first % size == 0:
        return f"{kind(stretch.first)}/{width - size.bit_length() + 1}"
    return f"{kind(stretch.first)}-{kind(stretch.last)}"


def _authority(authority: str, whole: str) -> Resource:
    """The host of a URL: nothing that two programs could read in two ways is accepted."""
    if "\\" in whole or any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in whole):
        raise MalformedError("host-malformed")
    _, _, host = authority.rpartition("@")
    if authority.count("@") > 1 or "%" in host or not host:
        raise MalformedError("host-malformed")
    return parse_host(host)


def _autonomous_system(text: str) -> Stretch:
    number = int(text[2:])
    if number >= 2**32:
        raise MalformedError("address-malformed")
    return Stretch(Family.AS, number, number)


def _ipv6_number(text: str) -> int:
    try:
        return int.from_bytes(ipv6_bytes(text))
    except (OSError, ValueError):
        raise MalformedError("address-malformed") from None


def _unmapped(number: int) -> Stretch:
    """IPv6, or IPv4 where it is an IPv4-mapped address."""
    if number >> 32 == 0xFFFF:
        return Stretch(Family.IPV4, number & 0xFFFFFFFF, number & 0xFFFFFFFF)
    return Stretch(Family.IPV6, number, number)


def _is_port(text: str) -> bool:
    return _PORT.fullmatch(text) is not None and int(text[1:] or "0") <= 65535


def _looks_numeric(text: str) -> bool:
    """No top-level domain is a number, so a last label of digits means an address was intended."""
    last = text.rpartition(".")[2]
    return last.isdigit() or last[:2].lower() == "0x"


def _ascii_label(label: str) -> str:
    """The label as it is, or in its `xn--` form where it is in a script of its own."""
    if not label.isascii() and _is_native_label(label):
        label = "xn--" + unicodedata.normalize("NFC", label).encode("punycode").decode("ascii")
    if not _LABEL.fullmatch(label):
        raise MalformedError("host-malformed")
    return label


def _is_native_label(label: str) -> bool:
    """A label in its own script: letters, digits and marks, no ASCII punctuation and no invisible signs."""
    stripped = label.replace("-", "")
    return bool(stripped) and f"a{stripped}".isidentifier() and "_" not in label
