"""Is the signed form of a request the one of RFC 9421, and is every other spelling refused?"""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.wire.http_signature import (
    SignatureParameters,
    SignedParts,
    content_digest,
    format_signature,
    format_signature_input,
    parse_content_digest,
    parse_signature,
    parse_signature_input,
    signature_base,
    split_target,
)

KEYID = "9f" * 32
PARAMETERS = SignatureParameters(1795316520, KEYID)
GOOD = format_signature_input(PARAMETERS)


def test_the_base_is_written_line_by_line() -> None:
    parts = SignedParts("POST", "CSIRT.xc.example:8443", "/receipts", "?", content_digest(b""), "0")
    expected = (
        '"@method": POST\n"@authority": csirt.xc.example:8443\n"@path": /receipts\n"@query": ?\n'
        '"content-digest": sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\n"content-length": 0\n'
        '"@signature-params": ("@method" "@authority" "@path" "@query" "content-digest" "content-length")'
        f';created=1795316520;keyid="{KEYID}";tag="liaison-peer"'
    )
    assert expected == signature_base(parts, PARAMETERS).decode()


def test_an_independent_library_verifies_what_we_sign() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    body = b"sealed"
    path, query = split_target("/desks/a/b/messages?n=1")
    parts = SignedParts("POST", "csirt.xc.example", path, query, content_digest(body), str(len(body)))

    class Resolver(HTTPSignatureKeyResolver):  # type: ignore[misc]
        def resolve_public_key(self, key_id: str) -> object:
            assert key_id == KEYID
            return key.public_key()

        def resolve_private_key(self, key_id: str) -> object:
            raise AssertionError(key_id)

    class Message:
        method = "POST"
        url = "https://csirt.xc.example/desks/a/b/messages?n=1"
        headers = {  # noqa: RUF012
            "Host": "csirt.xc.example",
            "Content-Digest": content_digest(body),
            "Content-Length": str(len(body)),
            "Signature-Input": format_signature_input(SignatureParameters(_recent(), KEYID)),
            "Signature": format_signature(key.sign(signature_base(parts, SignatureParameters(_recent(), KEYID)))),
        }

    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Resolver())
    results = verifier.verify(Message())
    assert [result.label for result in results] == ["liaison"]


def _recent() -> int:
    import time

    return int(time.time()) // 60 * 60


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("liaison=", "sig1=", 1),
        GOOD.replace('"@query" ', ""),
        GOOD.replace('"@method" "@authority"', '"@authority" "@method"'),
        GOOD.replace(";tag", ';alg="ed25519";tag'),
        GOOD.replace("created=1", "created=01"),
        GOOD.replace("created=1795316520", "created=-1"),
        GOOD.replace("liaison-peer", "other"),
        GOOD.replace("9f", "9F", 1),
        GOOD + ", other=()",
        GOOD + " ",
        "",
    ],
)
def test_any_other_signature_input_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="signature-input-not-understood"):
        parse_signature_input(text)


def test_headers_read_back_what_was_written() -> None:
    assert parse_signature_input(GOOD) == PARAMETERS
    assert parse_signature(format_signature(bytes(range(64)))) == bytes(range(64))
    assert parse_content_digest(content_digest(b"x")) == hashlib.sha256(b"x").digest()


def test_unused_bits_in_a_signature_are_refused() -> None:
    padded = base64.b64encode(bytes(64)).decode()
    with pytest.raises(MalformedError, match="signature-header-malformed"):
        parse_signature(f"liaison=:{padded[:85]}B==:")


@given(st.text())
def test_any_text_raises_only_our_errors(text: str) -> None:
    for parse in (parse_signature_input, parse_signature, parse_content_digest):
        with pytest.raises(MalformedError):
            parse(text)
