"""C2SP's age vectors: what every age program must open, and what none may (tests/vectors/age/README.md)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from liaison.errors import LiaisonError, MalformedError, VerificationError
from liaison.keys.agetext import parse_identity
from liaison.keys.private import SealingIdentity
from liaison.keys.stream import decrypt_stream
from liaison.wire.age import Header, format_header, header_mac, header_size, parse_header

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "age" / "cctv.json").read_text())

# Our library refuses these without saying why; the vectors let such cases be told alike.
SHARES_OF_SMALL_ORDER = {"hybrid_identity", "hybrid_low_order"}


@dataclass(frozen=True, slots=True)
class Vector:
    """One file and what must become of it."""

    expect: str
    payload: str | None
    file_key: bytes
    identity: str
    data: bytes

    @classmethod
    def named(cls, name: str) -> Vector:
        head, _, data = base64.b64decode(VECTORS[name]).partition(b"\n\n")
        facts = dict(line.split(": ", 1) for line in head.decode().splitlines())
        if facts.get("compressed") == "zlib":
            data = zlib.decompress(data)
        file_key = bytes.fromhex(facts["file key"])
        return cls(facts["expect"], facts.get("payload"), file_key, facts.get("identity", ""), data)


def unwrapped(header: Header, identity: SealingIdentity) -> bytes:
    """The file key by the rules of age, which allow several stanzas (we allow one)."""
    for stanza in header.stanzas:
        try:
            return identity.unwrap(stanza)
        except VerificationError:
            continue
    raise VerificationError("sealed-for-another")


def outcome(vector: Vector, file_key_of: Callable[[Header], bytes]) -> tuple[str, str | None]:
    """What we make of the file, in the words of the vectors, and the hash of the plaintext."""
    try:
        size = header_size(vector.data)
        if size is None:
            raise MalformedError("age-header")
        header = parse_header(vector.data[:size])
        assert format_header(header) == vector.data[:size]
        file_key = file_key_of(header)
    except MalformedError:
        return "header failure", None
    except VerificationError:
        return "no match", None
    if not hmac.compare_digest(header_mac(header.stanzas, file_key), header.mac):
        return "HMAC failure", None
    if len(vector.data) < size + 16:
        return "header failure", None
    try:
        plaintext = b"".join(decrypt_stream([vector.data[size:]], file_key))
    except LiaisonError:
        return "payload failure", None
    return "success", hashlib.sha256(plaintext).hexdigest()


def names(*, hybrid: bool) -> list[str]:
    """The vectors for our kind of key; or those of the format itself, whose file key the vector tells."""
    # What is wrong with an X25519 stanza only an X25519 reader can tell.
    readable = [name for name in VECTORS if not name.startswith("x25519_") and name != "hybrid_x25519_arg"]
    return [name for name in readable if Vector.named(name).identity.startswith("AGE-SECRET-KEY-PQ-1") == hybrid]


@pytest.mark.parametrize("name", names(hybrid=True))
def test_a_file_for_a_hybrid_key_has_the_published_outcome(name: str) -> None:
    vector = Vector.named(name)
    identity = SealingIdentity.from_seed(parse_identity(vector.identity))
    expected = "no match" if name in SHARES_OF_SMALL_ORDER else vector.expect
    assert outcome(vector, lambda header: unwrapped(header, identity)) == (expected, vector.payload)


@pytest.mark.parametrize("name", names(hybrid=False))
def test_a_file_whose_key_is_told_has_the_published_outcome(name: str) -> None:
    vector = Vector.named(name)
    # Before a failure we release less than the vectors allow: a chunk is only tried as what its place makes it.
    released = vector.payload if vector.expect == "success" else None
    assert outcome(vector, lambda _: vector.file_key) == (vector.expect, released)


def test_the_vectors_are_all_there() -> None:
    assert (len(VECTORS), len(names(hybrid=True)), len(names(hybrid=False))) == (85, 17, 54)
