"""What does a list or a page say of one team, whatever format it came in?

    Card(name="CERT Example", country="XJ", mailbox="cert@cert.example.xj", telephone="+000 555 0200",
    domains=("example.xj",))

Invariants (docs/spec/contacts.md): texts are cut to what an address book holds and cleared of control characters; a
country is
two letters or nothing; nothing is guessed into another member; a page that expires says when.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from liaison.errors import MalformedError
from liaison.routing.addresses import parse_name

MOST = 20_000
LARGEST = 16 << 20
"""Bytes, so that what this program writes of the most contacts is read again."""
LARGEST_KEY = 64 << 10
MOST_DOMAINS = 50
MOST_LEFT, WIDEST_LEFT = 50, 60
WIDTHS = {"name": 200, "organisation": 200, "country": 2, "mailbox": 254, "telephone": 64, "note": 500}
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_FINGERPRINT = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[ :\t\r\n-]{0,4}){19}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])")
_DOMAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
_MAILBOX = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


@dataclass(frozen=True, slots=True)
class Card:
    """One team or person; what is not known is empty. `expires` is the instant after which its page is old.

    `key` is an OpenPGP certificate that stood in the document itself, in base 64, `fingerprint` the one that the
    document names: both as it says, compared with nothing.
    """

    name: str
    organisation: str = ""
    country: str = ""
    mailbox: str = ""
    telephone: str = ""
    note: str = ""
    domains: tuple[str, ...] = ()
    expires: str = ""
    key: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Contacts:
    """The cards of one file, the numbers of rows that name nobody, and of what else something was not taken."""

    cards: tuple[Card, ...]
    refused: tuple[int, ...] = ()
    left: tuple[str, ...] = ()
    """Columns, properties or members, as the file calls them."""


class LeftOut:
    """Which columns or members of one file had something that an address book has no place for."""

    def __init__(self, but: Iterable[str] = ()) -> None:
        self._but, self._names = frozenset(but), dict[str, None]()

    def note(self, name: str, *, taken: bool) -> None:
        """Something stood there, and was taken or not."""
        if not taken and name.lower() not in self._but and len(self._names) < MOST_LEFT:
            self._names.setdefault(clean(name, WIDEST_LEFT) or "?")

    @property
    def names(self) -> tuple[str, ...]:
        """Each once, in the order of the file."""
        return tuple(self._names)


def card(
    *, domains: Iterable[str] = (), expires: str = "", key: str = "", fingerprint: str = "", **texts: Any
) -> Card | None:
    """The card of these texts, or None where they name nobody."""
    told = {name: clean(texts.get(name, ""), width) for name, width in WIDTHS.items()}
    country = texts.get("country", "").strip()
    told["country"] = country.upper() if re.fullmatch(r"[A-Za-z]{2}", country) else ""
    told["name"] = told["name"] or told["organisation"]
    if not told["name"]:
        return None
    found = dict.fromkeys([*domains, *domains_in(told["mailbox"].rpartition("@")[2])])
    said = {"expires": expires, "key": key, "fingerprint": fingerprint_in(fingerprint)}
    return Card(**told, domains=tuple(found)[:MOST_DOMAINS], **said)


def fits(name: str, text: str) -> bool:
    """Whether a card holds all of this text under that name."""
    if name == "country":
        return re.fullmatch(r"[A-Za-z]{2}", text.strip()) is not None
    if name == "fingerprint":
        return bool(fingerprint_in(text))
    return bool(text) and len(text.strip()) <= WIDTHS.get(name, len(text))


def clean(text: str, width: int) -> str:
    """The text without what steers a screen, cut to the width."""
    return _UNFIT.sub(" ", text).strip()[:width].strip()


def domains_in(text: str) -> list[str]:
    """The words that look like domains, each in the spelling that the network uses."""
    found = (_domain(word) for word in re.split(r"[\s,;|]+", text.lower()))
    return [each for each in found if each]


def _domain(word: str) -> str:
    if word.isascii():
        return word if _DOMAIN.fullmatch(word) else ""
    try:
        return parse_name(word).text
    except MalformedError:
        return ""


def mailbox_in(text: str) -> str:
    """The first mailbox, also where `@` is written as a word in brackets to keep machines away."""
    plain = re.sub(r"\s{0,4}[\[(<{]\s{0,4}(?:at|AT)\s{0,4}[\])>}]\s{0,4}", "@", text[:4000])
    found = _MAILBOX.search(plain)
    return found[0] if found else ""


def host_in(address: str) -> str:
    """The host of a web address without a leading `www.`."""
    found = re.match(r"https?://(?:www\.)?([A-Za-z0-9.-]+)", address.strip())
    return found[1].lower() if found else ""


def fingerprint_in(text: str) -> str:
    """The first OpenPGP fingerprint of version 4, forty hexadecimal digits however they are grouped."""
    found = _FINGERPRINT.search(text[:4000])
    return re.sub(r"[^0-9A-Fa-f]", "", found[0]).lower() if found else ""


def key_in(text: str) -> str:
    """The certificate that stands in a `data:` address or an armored block, in base 64; empty for anything else.

    An address to fetch one from is left alone.
    """
    if text.startswith("data:"):
        head, _, body = text.partition(",")
        return _base64(body) if head.endswith(";base64") and "pgp" in head.lower() else ""
    _, begun, rest = text.partition("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    block, ended, _ = rest.partition("-----END PGP PUBLIC KEY BLOCK-----")
    if not begun or not ended:
        return ""
    lines = [line.strip() for line in block.strip().splitlines()]
    return _base64("".join(line for line in lines if ":" not in line and not re.fullmatch(r"=[A-Za-z0-9+/]{4}", line)))


def _base64(text: str) -> str:
    """The text where it is base 64 of no more than a certificate may have."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return ""
    return base64.b64encode(data).decode("ascii") if 0 < len(data) <= LARGEST_KEY else ""
