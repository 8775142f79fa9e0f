"""How is a push notification sealed to one browser, and how does a push service know who sends it?

    seal_push(b"…", subscriber, salt=…, seed=…)      salt ‖ record size ‖ 65 ‖ our public key ‖ AES-128-GCM
    vapid("https://push.example", "mailto:…", until, seed)      "vapid t=eyJ0eXAi…, k=BP4z9KsN…"

Invariants (RFC 8188, 8291, 8292): one record, of at most 4096 bytes; salt and the key of each notification are fresh
and drawn by the caller; the push service sees a size and a time, never the words.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from liaison.errors import MalformedError

POINT, SECRET, SALT, SEED = 65, 16, 16, 32
RECORD = 4096
LARGEST = RECORD - 17
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class Subscriber:
    """The browser's own key and the secret it shares with whoever may tell it something."""

    public: bytes
    secret: bytes


def read_subscriber(public: str, secret: str) -> Subscriber:
    """The keys of a subscription as a browser gives them. Raises MalformedError."""
    found = Subscriber(_plain(public), _plain(secret))
    if len(found.public) != POINT or len(found.secret) != SECRET:
        raise MalformedError("subscription-malformed")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found.public)
    except (ValueError, InvalidKey):
        raise MalformedError("subscription-malformed") from None
    return found


def push_public(seed: bytes) -> bytes:
    """The public point that belongs to a seed."""
    return _point(_private(seed))


def seal_push(text: bytes, to: Subscriber, *, salt: bytes, seed: bytes) -> bytes:
    """The body of a push message. Raises MalformedError for a text that does not fit."""
    if len(text) > LARGEST:
        raise MalformedError("subscription-malformed")
    own = _private(seed)
    point = _point(own)
    browser = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), to.public)
    shared = _derive(own.exchange(ec.ECDH(), browser), to.secret, b"WebPush: info\0" + to.public + point, 32)
    key = _derive(shared, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(shared, salt, b"Content-Encoding: nonce\0", 12)
    record = AESGCM(key).encrypt(nonce, text + b"\x02", None)
    return salt + RECORD.to_bytes(4, "big") + bytes([POINT]) + point + record


def vapid(origin: str, contact: str, until: int, seed: bytes) -> str:
    """The authorization of a request to the push service at `origin`, good until a second since 1970."""
    own = _private(seed)
    claims = {"aud": origin, "exp": until, "sub": contact}
    told = b".".join(_text(json.dumps(part).encode()).encode() for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(own.sign(told, ec.ECDSA(SHA256())))
    signature = _text(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={told.decode()}.{signature}, k={_text(_point(own))}"


def push_text(data: bytes) -> str:
    """Bytes as push services and browsers write them: base64url without padding."""
    return _text(data)


def _private(seed: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(1 + (int.from_bytes(seed, "big") - 1) % (_ORDER - 1), ec.SECP256R1())


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _plain(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("subscription-malformed") from None
