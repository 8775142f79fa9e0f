"""What stands in an OpenPGP message that was encrypted to us, and no more of it than we allow?

    PKESK 3 (ECDH over Curve25519) … SEIPD 1 ( [compressed (] one-pass signature, literal, signature [)] , MDC )
    PKESK 6                        … SEIPD 2 ( the same, in chunks under OCB or GCM )

The first is what GnuPG and Thunderbird write to the certificates made here, the second what sq writes. Sequoia's
binding refuses what GnuPG compresses, which it does unless told otherwise, and would not bound what comes out; so the
container is taken apart here, by primitives of `cryptography`, and its signature judged by Sequoia (docs/adr/0028).

Invariants (RFC 9580 §5.1, §5.13, RFC 6637 §8):
- the integrity code is compared before anything inside is looked at; all failures before that are one error, so that
  nobody learns which;
- one layer of compression, never more than `limit` bytes out of it;
- what is returned are whole packets, one literal among them, none compressed: nothing unfolds any further.
"""

from __future__ import annotations

import bz2
import hashlib
import hmac
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidKey, InvalidTag
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESOCB3
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from liaison.errors import MalformedError, VerificationError
from liaison.keys.openpgp.packets import (
    COMPRESSED,
    LITERAL,
    MARKER,
    ONE_PASS,
    PADDING,
    PKESK,
    SEIPD,
    SIGNATURE,
    split_packets,
    take_mpi,
)

ECDH = 18
CURVE25519 = bytes.fromhex("2b060104019755010501")
HASHES = {8: "sha256", 9: "sha384", 10: "sha512"}
AES = {7: 16, 8: 24, 9: 32}
BLOCK = 16
MDC = 22
TAG = 16
PLAIN = frozenset({ONE_PASS, SIGNATURE, LITERAL, MARKER, PADDING})


@dataclass(frozen=True, slots=True)
class EcdhKey:
    """The encryption subkey of a certificate made here."""

    fingerprint: bytes
    scalar: bytes = field(repr=False)
    hash_id: int
    wrap_id: int


def read_subkey(body: bytes, fingerprint: str) -> EcdhKey | None:
    """The key in the body of a secret subkey packet; None for one of another kind. Raises MalformedError."""
    if len(body) < 7 or body[0] != 4 or body[5] != ECDH or body[7 : 7 + body[6]] != CURVE25519:
        return None
    _, at = take_mpi(body, 7 + body[6])
    if body[at : at + 2] != b"\x03\x01" or len(body) < at + 5 or body[at + 4] != 0:
        raise MalformedError("openpgp-secret")
    secret, _ = take_mpi(body, at + 5)
    return EcdhKey(bytes.fromhex(fingerprint), secret.rjust(32, b"\0")[::-1], body[at + 2], body[at + 3])


def open_container(data: bytes, key: EcdhKey, *, limit: int) -> bytes:
    """The packets inside, of at most `limit` bytes. Raises MalformedError, VerificationError."""
    packets = list(split_packets(data))
    sealed = [body for tag, body in packets if tag == SEIPD]
    if len(sealed) != 1 or packets[-1][0] != SEIPD or sealed[0][:1] not in _DECRYPT:
        raise MalformedError("openpgp-container")
    version, decrypt = _DECRYPT[sealed[0][:1]]
    mine = [body for tag, body in packets if tag == PKESK and _is_for(body, key)]
    for body in mine[:4]:
        session = _session_key(body, key, version)
        if session is not None:
            return unfold(decrypt(session, sealed[0][1:]), limit=limit)
    raise VerificationError("openpgp-not-opened" if mine else "openpgp-not-for-us")


def _is_for(body: bytes, key: EcdhKey) -> bool:
    """Whether a session key names this key, or nobody."""
    if body[:1] == b"\x06":
        return body[1:2] == b"\0" or body[3:23] == key.fingerprint
    return body[1:9] in (key.fingerprint[-8:], bytes(8))


def _session_key(body: bytes, key: EcdhKey, version: int) -> bytes | None:
    """The key of the message, or None where this packet does not open."""
    start = 9 if version == 3 else 2 + body[1]
    if len(body) < start + 3 or body[0] != version or body[start] != ECDH:
        return None
    point, at = take_mpi(body, start + 1)
    wrapped = body[at + 1 :]
    if len(point) != 33 or point[0] != 0x40 or len(wrapped) != body[at]:
        return None
    try:
        shared = X25519PrivateKey.from_private_bytes(key.scalar).exchange(X25519PublicKey.from_public_bytes(point[1:]))
        plain = aes_key_unwrap(_wrapping_key(key, shared), wrapped)
    except (ValueError, InvalidUnwrap, InvalidKey):
        return None
    if version == 3:  # The cipher stands before the key there, in the container here.
        return _checked(plain[1:], AES.get(plain[0]))
    return _checked(plain, len(plain) - 2 - plain[-1])


def _checked(plain: bytes, size: int | None) -> bytes | None:
    """The first `size` bytes where their sum follows them."""
    if size is None or size not in AES.values() or len(plain) < size + 2:
        return None
    return plain[:size] if sum(plain[:size]) & 0xFFFF == int.from_bytes(plain[size : size + 2], "big") else None


def _wrapping_key(key: EcdhKey, shared: bytes) -> bytes:
    if key.hash_id not in HASHES or key.wrap_id not in AES:
        raise MalformedError("openpgp-secret")
    name = bytes((len(CURVE25519),)) + CURVE25519 + bytes((ECDH, 3, 1, key.hash_id, key.wrap_id))
    info = name + b"Anonymous Sender    " + key.fingerprint
    return hashlib.new(HASHES[key.hash_id], b"\0\0\0\1" + shared + info).digest()[: AES[key.wrap_id]]


def _decrypt(session: bytes, data: bytes) -> bytes:
    if len(data) < BLOCK + 2 + MDC:
        raise VerificationError("openpgp-not-opened")
    cipher = Cipher(algorithms.AES(session), CFB(bytes(BLOCK))).decryptor()
    plain = cipher.update(data) + cipher.finalize()
    body, code = plain[:-20], plain[-20:]
    # SHA-1 is what the format has; it guards ciphertext that the signature inside vouches for.
    told = hashlib.sha1(body, usedforsecurity=False).digest()
    if not hmac.compare_digest(told, code) or body[-2:] != b"\xd3\x14":
        raise VerificationError("openpgp-not-opened")
    return body[BLOCK + 2 : -2]


def _decrypt_chunks(session: bytes, data: bytes) -> bytes:
    """Version 2: chunks with a tag each, and one at the end over how much there was."""
    if len(data) < 35 + TAG or AES.get(data[0]) != len(session) or data[1] not in _AEAD or data[2] > 16:
        raise VerificationError("openpgp-not-opened")
    info, salt, body = b"\xd2\x02" + data[:3], data[3:35], data[35:-TAG]
    make, nonce = _AEAD[data[1]]
    derived = HKDF(SHA256(), len(session) + nonce - 8, salt, info).derive(session)
    cipher, begin = make(derived[: len(session)]), derived[len(session) :]
    step, pieces = (1 << data[2] + 6) + TAG, list[bytes]()
    try:
        for at in range(0, len(body), step):
            pieces.append(cipher.decrypt(begin + len(pieces).to_bytes(8, "big"), body[at : at + step], info))
        size = sum(map(len, pieces))
        cipher.decrypt(begin + len(pieces).to_bytes(8, "big"), data[-TAG:], info + size.to_bytes(8, "big"))
    except (InvalidTag, ValueError):
        raise VerificationError("openpgp-not-opened") from None
    return b"".join(pieces)


_AEAD: Mapping[int, tuple[type[AESOCB3] | type[AESGCM], int]] = {2: (AESOCB3, 15), 3: (AESGCM, 12)}
_DECRYPT: Mapping[bytes, tuple[int, Callable[[bytes, bytes], bytes]]] = {
    b"\x01": (3, _decrypt),
    b"\x02": (6, _decrypt_chunks),
}
"""By the version of the container: that of the session key before it, and how it opens."""


def unfold(data: bytes, *, limit: int) -> bytes:
    """The packets of a message without its compression. Raises MalformedError."""
    packets = list(split_packets(data))
    if [tag for tag, _ in packets] == [COMPRESSED]:
        data = _decompress(packets[0][1], limit)
        packets = list(split_packets(data))
    tags = [tag for tag, _ in packets]
    if not PLAIN.issuperset(tags) or tags.count(LITERAL) != 1 or len(data) > limit:
        raise MalformedError("openpgp-structure")
    return data


def _decompress(body: bytes, limit: int) -> bytes:
    try:
        opened = _decompressor(body[0])
        data = opened.decompress(body[1:], limit + 1)
    except (IndexError, KeyError, OSError, ValueError, zlib.error):
        raise MalformedError("openpgp-compression") from None
    if len(data) > limit:
        raise MalformedError("openpgp-bomb", limit=limit)
    if not opened.eof:
        raise MalformedError("openpgp-compression")
    return bytes(data)


class _Decompressor(Protocol):
    """What zlib and bz2 have in common."""

    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _decompressor(kind: int) -> _Decompressor:
    """The decompressor by its number in RFC 9580 §9.4."""
    if kind == 3:
        return bz2.BZ2Decompressor()
    return zlib.decompressobj(wbits={1: -15, 2: 15}[kind])


def literal_of(packets: bytes) -> bytes:
    """The text of the one literal packet. Raises MalformedError."""
    body = next(body for tag, body in split_packets(packets) if tag == LITERAL)
    start = 2 + (body[1] if len(body) > 1 else 0) + 4
    if len(body) < start:
        raise MalformedError("openpgp-structure")
    return body[start:]


def is_signed(packets: bytes) -> bool:
    """Whether there is a signature to judge."""
    return any(tag == SIGNATURE for tag, _ in split_packets(packets))
