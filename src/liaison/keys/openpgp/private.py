"""What can a desk do with its own OpenPGP key: sign and encrypt a mail, open one, judge who signed it?

    key = OpenPgpKey.generate("Contact centre <desk@xc.example>")
    key.seal(b"…", certificate)                 signed and encrypted, armored
    opened = key.open(data, certificate, limit=…)
    opened.text, opened.signer                  signer: the fingerprint of `certificate`, or None

Invariants: version 4 (Ed25519, Cv25519), because GnuPG reads no other; a signature counts only by the one certificate
it is expected from; chance and clock of a signature are Sequoia's (docs/adr/0028).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pysequoia
from pysequoia.packet import PacketPile, Tag

from liaison.errors import MalformedError, VerificationError
from liaison.keys.openpgp.certificates import Certificate, read_certificate
from liaison.keys.openpgp.encrypting import encrypt
from liaison.keys.openpgp.opening import EcdhKey, is_signed, literal_of, open_container, read_subkey
from liaison.keys.openpgp.packets import read_armor


@dataclass(frozen=True, slots=True)
class Opened:
    """What was inside, and whose signature over it is good; None where there is none that counts."""

    text: bytes
    signer: str | None
    signed: bool


@dataclass(frozen=True, slots=True)
class OpenPgpKey:
    """A desk's private key."""

    certificate: Certificate
    _secret: pysequoia.Tsk = field(repr=False)
    _subkey: EcdhKey = field(repr=False)

    @classmethod
    def generate(cls, user_id: str) -> OpenPgpKey:
        """A new key for this name and mailbox."""
        made = pysequoia.Tsk.generate(
            user_id, profile=pysequoia.Profile.RFC4880, cipher_suite=pysequoia.CipherSuite.Cv25519
        )
        return cls.from_bytes(bytes(made))

    @classmethod
    def from_bytes(cls, data: bytes) -> OpenPgpKey:
        """The key that `secret` gave. Raises MalformedError."""
        try:
            secret = pysequoia.Tsk.from_bytes(data)
            packets = list(PacketPile.from_bytes(data))
        except Exception:  # noqa: BLE001 — the binding raises what it likes
            raise MalformedError("openpgp-secret") from None
        certificate = read_certificate(bytes(secret.extract_certificate()))
        for packet in packets:
            if packet.tag == Tag.SecretSubkey and packet.fingerprint is not None:
                subkey = read_subkey(packet.body, packet.fingerprint)
                if subkey is not None:
                    return cls(certificate, secret, subkey)
        raise MalformedError("openpgp-secret")

    @property
    def secret(self) -> bytes:
        """The bytes to keep in the vault."""
        return bytes(self._secret)

    def seal(self, data: bytes, recipient: Certificate) -> bytes:
        """Signed by this key and encrypted to the recipient, armored. Raises VerificationError."""
        try:
            return encrypt(data, recipient, self._secret.signer())
        except Exception as error:
            raise VerificationError("openpgp-not-sealed", fingerprint=recipient.fingerprint) from error

    def open(self, data: bytes, expected: Certificate | None, *, limit: int) -> Opened:
        """What was encrypted to this key. Raises MalformedError, VerificationError ("openpgp-not-for-us")."""
        packets = open_container(read_armor(data), self._subkey, limit=limit)
        text = literal_of(packets)
        if not is_signed(packets):
            return Opened(text, None, signed=False)
        return Opened(text, None if expected is None else _signer(expected, bytes=packets), signed=True)


def judge_detached(data: bytes, signature: bytes, expected: Certificate) -> str | None:
    """The fingerprint of `expected` where its signature over `data` is good, else None. Raises MalformedError."""
    try:
        parsed = pysequoia.Sig.from_bytes(signature)
    except Exception:  # noqa: BLE001
        raise MalformedError("openpgp-structure") from None
    return _signer(expected, bytes=data, signature=parsed)


def judge_clear(text: bytes, expected: Certificate) -> bytes | None:
    """What stands signed in a text with a clear signature where it is good and of `expected`, else None."""
    try:
        verified = pysequoia.verify(text, store=lambda _: [expected.parsed])
    except Exception:  # noqa: BLE001
        return None
    found = {str(each.certificate) for each in verified.valid_sigs}
    return verified.bytes if found == {expected.fingerprint} else None


def _signer(expected: Certificate, **said: object) -> str | None:
    try:
        verified = pysequoia.verify(store=lambda _: [expected.parsed], **said)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 — every refusal of the library means that nobody signed it
        return None
    found = {str(each.certificate) for each in verified.valid_sigs}
    return expected.fingerprint if found == {expected.fingerprint} else None
