"""Did the holder of one of these public keys sign this token? JSON Web Signature, compact form (RFC 7515, 7518, 8037).

    keys = b'{"keys": [{"kty": "EC", "kid": "a", "crv": "P-256", "x": "…", "y": "…"}]}'        a JWK set (RFC 7517)
    verify_token("eyJhbGciOiJFUzI1NiIsImtpZCI6ImEifQ.eyJpc3MiOi….MEUCIQ…", keys)     the payload, as bytes

Invariants: what a key may have signed with is decided by the key and the four algorithms below, so `none` and every
MAC are unknown; a token that names a key (`kid`) is checked with that key only; RSA keys have 2048 bits or more; keys
of a set that are of no kind known here are passed over, as the standard asks.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from liaison.errors import MalformedError, VerificationError
from liaison.keys.ed25519 import verify_ed25519
from liaison.wire.typed import convert, read_json

LONGEST_TOKEN, LONGEST_SET, MOST_KEYS = 16_384, 256 << 10, 50
RSA_BITS = range(2048, 8193)
COORDINATE = 32


class Jwk(msgspec.Struct, frozen=True):
    """A public key of a set; which members it needs depends on `kty`."""

    kty: str
    kid: str = ""
    use: str = "sig"
    alg: str = ""
    crv: str = ""
    n: str = ""
    e: str = ""
    x: str = ""
    y: str = ""


class _Set(msgspec.Struct, frozen=True):
    keys: list[dict[str, object]]


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str = ""
    crit: object = None


def verify_token(token: str, key_set: bytes) -> bytes:
    """The payload of a token that a key of the set signed. Raises MalformedError, VerificationError."""
    parts = token.split(".")
    if len(token) > LONGEST_TOKEN or len(parts) != 3 or not token.isascii():
        raise MalformedError("token-malformed")
    header, payload, signature = map(_decoded, parts)
    told = _header(header)
    signed = f"{parts[0]}.{parts[1]}".encode()
    for key in _of_the_set(key_set, told):
        try:
            CHECKS[told.alg][1](key, signed, signature)
        except (VerificationError, InvalidSignature, MalformedError, ValueError):
            continue  # Another key of the set may be the one, where the token names none.
        return payload
    raise VerificationError("token-signature")


def _of_the_set(key_set: bytes, told: _Header) -> Iterator[Jwk]:
    """The keys that may have signed a token with this header."""
    kind = CHECKS[told.alg][0]
    for key in _read_set(key_set):
        named = not told.kid or key.kid == told.kid
        if named and (key.kty, key.use) == (kind, "sig") and key.alg in ("", told.alg):
            yield key


def _read_set(data: bytes) -> Iterator[Jwk]:
    if len(data) > LONGEST_SET:
        raise MalformedError("token-keys-malformed")
    try:
        found = read_json(data, _Set).keys
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError("token-keys-malformed") from error
    for each in found[:MOST_KEYS]:
        try:
            yield convert(each, Jwk)
        except (msgspec.MsgspecError, RecursionError):
            continue


def _header(data: bytes) -> _Header:
    try:
        told = read_json(data, _Header)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError("token-malformed") from error
    if told.alg not in CHECKS or told.crit is not None:
        raise VerificationError("token-signature")
    return told


def _check_rs256(key: Jwk, signed: bytes, signature: bytes) -> None:
    _rsa(key).verify(signature, signed, padding.PKCS1v15(), SHA256())


def _check_ps256(key: Jwk, signed: bytes, signature: bytes) -> None:
    pss = padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size)
    _rsa(key).verify(signature, signed, pss, SHA256())


def _rsa(key: Jwk) -> rsa.RSAPublicKey:
    numbers = rsa.RSAPublicNumbers(_number(key.e), _number(key.n))
    if numbers.n.bit_length() not in RSA_BITS:
        raise VerificationError("token-signature")
    return numbers.public_key()


def _check_es256(key: Jwk, signed: bytes, signature: bytes) -> None:
    if key.crv != "P-256" or len(signature) != 2 * COORDINATE:
        raise VerificationError("token-signature")
    public = ec.EllipticCurvePublicNumbers(_number(key.x), _number(key.y), ec.SECP256R1()).public_key()
    r, s = (int.from_bytes(signature[at : at + COORDINATE], "big") for at in (0, COORDINATE))
    public.verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))


def _check_eddsa(key: Jwk, signed: bytes, signature: bytes) -> None:
    if key.crv != "Ed25519":
        raise VerificationError("token-signature")
    verify_ed25519(_decoded(key.x), signed, signature)


CHECKS: Mapping[str, tuple[str, Callable[[Jwk, bytes, bytes], None]]] = MappingProxyType(
    {
        "RS256": ("RSA", _check_rs256),
        "PS256": ("RSA", _check_ps256),
        "ES256": ("EC", _check_es256),
        "EdDSA": ("OKP", _check_eddsa),
    }
)
"""The algorithms there are: of which kind of key, and how it is checked."""


def _number(text: str) -> int:
    return int.from_bytes(_decoded(text), "big")


def _decoded(text: str) -> bytes:
    """Base64url without padding. Raises MalformedError."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise MalformedError("token-malformed") from error
    return data
