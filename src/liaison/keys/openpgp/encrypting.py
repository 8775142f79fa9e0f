"""How is something encrypted to a certificate so that whoever made that certificate opens it?

    PKESK 3 (the recipient's) … SEIPD 1 ( one-pass signature, literal, signature, MDC )

Containers of version 2 are opened by Sequoia alone: not by GnuPG, nor by RNP, which is what Thunderbird has. Sequoia
writes them to every certificate that says it takes them, also to one that has moved into another program since, and to
one that says nothing, as RNP makes them; its binding leaves no choice. It writes version 1, which all programs open,
where one of several recipients asks for that. So there is a second recipient, whose part is taken away again: a
certificate made for the moment, which says "version 1" and whose keys are forgotten as soon as they are drawn.

Invariants: what leaves has session keys for the recipient alone; integrity is kept by the MDC and by the signature
inside (RFC 9580 §5.13.1); chance and clock are Sequoia's (docs/adr/0028).
"""

from __future__ import annotations

import hashlib

import pysequoia
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from liaison.keys.openpgp.certificates import Certificate
from liaison.keys.openpgp.opening import CURVE25519, ECDH
from liaison.keys.openpgp.packets import PKESK, SIGNATURE, split_packets, write_packet

EDDSA = 22
ED25519 = bytes.fromhex("2b06010401da470f01")
SHA512, AES256 = 10, 9
PUBLIC_KEY, PUBLIC_SUBKEY = 6, 14
MADE = (1577836800).to_bytes(4, "big")
"""2020-01-01T00:00:00Z, when that certificate says it was made: any instant of the past will do."""


def encrypt(data: bytes, recipient: Certificate, signer: pysequoia.PySigner | None) -> bytes:
    """Signed and encrypted in a container of version 1, armored. Raises what the binding raises."""
    second, its_id = _asking_for_version_1()
    sealed = pysequoia.encrypt(data, [recipient.parsed, second], signer, armor=False)
    kept = (each for each in split_packets(sealed) if each[0] != PKESK or each[1][1:9] != its_id)
    return pysequoia.armor(b"".join(write_packet(*each) for each in kept), pysequoia.ArmorKind.Message).encode()


def _asking_for_version_1() -> tuple[pysequoia.Cert, bytes]:
    """A certificate that takes version 1 alone, and the key id of its subkey."""
    key = Ed25519PrivateKey.generate()
    primary = _key(EDDSA, ED25519, key.public_key().public_bytes_raw())
    point = X25519PrivateKey.generate().public_key().public_bytes_raw()
    subkey = _key(ECDH, CURVE25519, point) + bytes((3, 1, SHA512, AES256))
    issuer = _key_id(primary)
    packets = (
        (PUBLIC_KEY, primary),
        (SIGNATURE, _signature(key, 0x1F, _hashed(primary), b"\x02\x1b\x01\x02\x1e\x01", issuer)),
        (PUBLIC_SUBKEY, subkey),
        (SIGNATURE, _signature(key, 0x18, _hashed(primary) + _hashed(subkey), b"\x02\x1b\x0c", issuer)),
    )
    return pysequoia.Cert.from_bytes(b"".join(write_packet(tag, body) for tag, body in packets)), _key_id(subkey)


def _key(algorithm: int, curve: bytes, point: bytes) -> bytes:
    """The body of a public key on a curve (§5.5.2): version, instant, algorithm, curve, point in its native form."""
    return b"\x04" + MADE + bytes((algorithm, len(curve))) + curve + _mpi(b"\x40" + point)


def _signature(key: Ed25519PrivateKey, kind: int, signed: bytes, flags: bytes, issuer: bytes) -> bytes:
    """The body of a signature by that key over keys (§5.2.3, §5.2.4), with these subpackets and its instant."""
    subpackets = b"\x05\x02" + MADE + flags
    head = bytes((4, kind, EDDSA, SHA512)) + len(subpackets).to_bytes(2, "big") + subpackets
    told = hashlib.sha512(signed + head + b"\x04\xff" + len(head).to_bytes(4, "big")).digest()
    made = key.sign(told)
    return head + b"\x00\x0a\x09\x10" + issuer + told[:2] + _mpi(made[:32]) + _mpi(made[32:])


def _hashed(body: bytes) -> bytes:
    """A key as it is hashed (§5.2.4)."""
    return b"\x99" + len(body).to_bytes(2, "big") + body


def _key_id(body: bytes) -> bytes:
    """The end of a key's fingerprint (§5.5.4.2)."""
    return hashlib.sha1(_hashed(body), usedforsecurity=False).digest()[-8:]


def _mpi(data: bytes) -> bytes:
    number = int.from_bytes(data, "big")
    return number.bit_length().to_bytes(2, "big") + number.to_bytes((number.bit_length() + 7) // 8, "big")
