"""Is this a certificate that a desk can be written to with, and how is it compared over the telephone?

    certificate = read_certificate(data)         binary or armored, one, version 4, able to encrypt
    certificate.fingerprint                      "1cc33126edc0282152cd392f319e3502c80fe48b"
    certificate.groups                           "1CC3 3126 EDC0 2821 52CD  392F 319E 3502 C80F E48B", as gpg prints it

Invariants: public keys only, none that is revoked; where something is sealed, none that is out of date; what was read
is written again by Sequoia, so that nothing unknown travels along.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

import pysequoia
from pysequoia.packet import PacketPile, Tag

from liaison.errors import MalformedError

LARGEST = 64 * 1024
_FINGERPRINT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Certificate:
    """The public keys of a correspondent."""

    data: bytes
    fingerprint: str
    names: tuple[str, ...]
    expires: datetime | None
    parsed: pysequoia.Cert = field(repr=False, compare=False)

    @property
    def groups(self) -> str:
        """The fingerprint in the groups that people read out."""
        return format_groups(self.fingerprint)


def read_certificate(data: bytes) -> Certificate:
    """The one certificate in these bytes. Raises MalformedError."""
    if len(data) > LARGEST:
        raise MalformedError("too-large", size=len(data), limit=LARGEST)
    try:
        tags = [packet.tag for packet in PacketPile.from_bytes(data)]
        found = pysequoia.Cert.split_bytes(data)
    except Exception:  # noqa: BLE001 — the binding raises what it likes
        raise MalformedError("openpgp-certificate", reason="unreadable") from None
    if Tag.SecretKey in tags or Tag.SecretSubkey in tags:
        raise MalformedError("openpgp-certificate", reason="secret")
    if len(found) != 1:
        raise MalformedError("openpgp-certificate", reason="not-one")
    cert = found[0]
    if not _FINGERPRINT.fullmatch(cert.fingerprint):
        raise MalformedError("openpgp-certificate", reason="version")
    if cert.is_revoked:
        raise MalformedError("openpgp-certificate", reason="revoked")
    try:
        pysequoia.encrypt(b"", [cert])
    except Exception:  # noqa: BLE001
        raise MalformedError("openpgp-certificate", reason="cannot-encrypt") from None
    return Certificate(bytes(cert), cert.fingerprint, tuple(map(str, cert.user_ids)), cert.expiration, cert)


def require_valid(certificate: Certificate, now: datetime) -> None:
    """Return unless the certificate has expired; Sequoia encrypts to one all the same. Raises MalformedError."""
    if certificate.expires is not None and certificate.expires <= now:
        raise MalformedError("openpgp-certificate", reason="expired")


def known_certificate(data: bytes) -> Certificate:
    """A certificate that `read_certificate` took once: what it signed before it expired still counts. Raises
    MalformedError."""
    try:
        cert = pysequoia.Cert.from_bytes(data)
    except Exception:  # noqa: BLE001
        raise MalformedError("openpgp-certificate", reason="unreadable") from None
    return Certificate(bytes(cert), cert.fingerprint, tuple(map(str, cert.user_ids)), cert.expiration, cert)


def format_groups(fingerprint: str) -> str:
    """A fingerprint as gpg prints it: ten groups of four with a wider gap in the middle."""
    groups = [fingerprint[at : at + 4].upper() for at in range(0, len(fingerprint), 4)]
    return f"{' '.join(groups[:5])}  {' '.join(groups[5:])}"


def read_groups(text: str) -> str:
    """The fingerprint that a person typed as it was read out. Raises MalformedError."""
    typed = re.sub(r"[\s:-]+", "", text.lower()).removeprefix("0x")
    if not _FINGERPRINT.fullmatch(typed):
        raise MalformedError("openpgp-fingerprint", found=len(typed), expected=40)
    return typed


def armor(certificate: bytes) -> str:
    """A certificate as text, to be sent or published."""
    return pysequoia.armor(certificate, pysequoia.ArmorKind.PublicKey)
