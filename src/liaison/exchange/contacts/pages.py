"""Whom does a page that a team published about itself name? RFC 2350, security.txt (RFC 9116).

    2.1 Name of the Team               Contact: mailto:security@net.example
        CERT Example                   Expires: 2027-01-01T00:00:00Z
    2.7 Electronic Mail Address        Canonical: https://net.example/.well-known/security.txt
        cert@cert.example.xj

Invariants (docs/spec/contacts.md): a section is known by its title, whatever its number and layout; a signature
around a page is not
checked here, and the note says so; a security.txt without `Contact` or with two `Expires` is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from liaison.errors import MalformedError
from liaison.exchange.contacts.cards import Contacts, card, domains_in, host_in, key_in, mailbox_in
from liaison.exchange.observing import moment

_HEADING = re.compile(r"[ \t]{0,8}(?:#{1,6}[ \t]+)?([0-9]{1,2}(?:\.[0-9]{1,2}){0,3})\.?[ \t]+(\S[^\n]{0,100})")
_TELEPHONE = re.compile(r"\+[0-9][0-9 ().\-/]{5,30}[0-9]")
# Words in the title of a section → what it holds; the first that fits.
SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "name of the team": "name",
        "telephone": "telephone",
        "electronic mail": "mailbox",
        "e-mail": "mailbox",
        "email": "mailbox",
        "time zone": "zone",
        "timezone": "zone",
        "constituency": "constituency",
        "sponsor": "organisation",
        "public key": "key",
        "encryption information": "key",
        "date of last update": "updated",
    }
)
_FIELD = re.compile(r"([A-Za-z][A-Za-z-]{1,40}):(.*)")
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
SIGNED_NOTE = "Signed with OpenPGP; the signature was not checked here."


def is_rfc2350(data: str) -> bool:
    """Whether a text has the section that every such page has."""
    return any(kind == "name" for kind, _ in _sections(data))


def decode_rfc2350(data: str) -> Contacts:
    """The team of a page by RFC 2350. Raises MalformedError where it names none."""
    told: dict[str, str] = {}
    for kind, body in _sections(data):
        told.setdefault(kind, body)
    lines = {kind: [line.strip(" \t*-•") for line in body.splitlines() if line.strip()] for kind, body in told.items()}
    telephone = _TELEPHONE.search(told.get("telephone", ""))
    notes = [f"{_first(lines, kind)}." for kind in ("zone", "updated") if _first(lines, kind)]
    notes += [SIGNED_NOTE] if _SIGNED in data else []
    made = card(
        name=_first(lines, "name"),
        organisation=_first(lines, "organisation"),
        mailbox=mailbox_in(told.get("mailbox", "")),
        telephone=telephone[0] if telephone else "",
        domains=domains_in(re.sub(r"[*()<>\"']", " ", told.get("constituency", "")[:4000])),
        note=" ".join(notes),
        key=key_in(data),
        fingerprint=told.get("key", ""),
    )
    if made is None:
        raise MalformedError("book-not-rfc2350")
    return Contacts((made,))


def _first(lines: Mapping[str, list[str]], kind: str) -> str:
    found = lines.get(kind, [])
    return found[0].rstrip(".") if found else ""


def _sections(data: str) -> Iterator[tuple[str, str]]:
    """What each known section holds, in order; text on the line of the title counts to it where a colon stands."""
    kind, body = "", list[str]()
    for line in data.splitlines():
        heading = _HEADING.fullmatch(line.rstrip())
        if heading is None:
            body.append(line)
            continue
        if kind:
            yield kind, "\n".join(body)
        title, _, rest = heading[2].partition(":")
        kind = next((what for words, what in SECTIONS.items() if words in title.lower()), "")
        body = [rest] if rest.strip() else []
    if kind:
        yield kind, "\n".join(body)


def is_security_txt(data: str) -> bool:
    """Whether a text has the two fields that RFC 9116 demands."""
    names = {name for name, _ in _fields(data)}
    return {"contact", "expires"} <= names


def decode_security_txt(data: str) -> Contacts:
    """The contact of a security.txt, in the name of the host it stands on. Raises MalformedError."""
    fields = list(_fields(data))
    contacts = [value for name, value in fields if name == "contact"]
    expires = [moment(value) for name, value in fields if name == "expires"]
    if not contacts or len(expires) != 1 or expires[0] is None:
        raise MalformedError("book-not-security-txt")
    mailbox = next((mailbox_in(value) for value in contacts if mailbox_in(value)), "")
    telephone = next((value.removeprefix("tel:") for value in contacts if value.startswith("tel:")), "")
    pages = [value for name, value in fields if name == "canonical"] + [each for each in contacts if "://" in each]
    host = next(filter(None, map(host_in, pages)), mailbox.rpartition("@")[2])
    notes = [value for value in contacts if value.startswith("https://")][:1]
    languages = next((value for name, value in fields if name == "preferred-languages"), "")
    notes += [f"Languages: {languages}."] if languages else []
    notes += [SIGNED_NOTE] if _SIGNED in data else []
    keys = [value for name, value in fields if name == "encryption"]
    notes += [f"Key: {each} (not fetched)." for each in keys if "://" in each][:1]
    named = next((each for each in keys if each.lower().startswith("openpgp4fpr:")), "")
    made = card(
        name=host or "security.txt",
        mailbox=mailbox,
        telephone=telephone,
        domains=domains_in(host),
        note=" ".join(notes),
        expires=expires[0].at,
        fingerprint=named.partition(":")[2],
    )
    return Contacts((made,) if made is not None else ())


def _fields(data: str) -> Iterator[tuple[str, str]]:
    """Fields in order, those inside a signed text only; comments and the signature's own lines are none."""
    lines = data.splitlines()
    if _SIGNED in lines:
        start = lines.index(_SIGNED) + 1
        end = lines.index("-----BEGIN PGP SIGNATURE-----") if "-----BEGIN PGP SIGNATURE-----" in lines else len(lines)
        lines = [line.removeprefix("- ") for line in lines[start:end]]
    for line in lines:
        found = _FIELD.fullmatch(line)
        if found is not None:
            yield found[1].lower(), found[2].strip(" \t")
