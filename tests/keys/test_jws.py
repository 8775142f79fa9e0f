"""Is a token of an identity provider taken only if a key of its set signed it, by an algorithm that fits the key?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError, VerificationError
from liaison.keys.jws import verify_token
from liaison.wire.identifiers import encode_base64

# RFC 8037, appendices A.1, A.2 and A.4.
RFC_KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
RFC_TOKEN = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
# RFC 7515, appendix A.3.
ES_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
ES_TOKEN = (
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
RSA_KEY = rsa.generate_private_key(65537, 2048)


def keys(*found: dict[str, Any]) -> bytes:
    return json.dumps({"keys": found}).encode()


def b64(data: bytes) -> str:
    return encode_base64(data).rstrip("=").replace("+", "-").replace("/", "_")


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def rsa_jwk(key: rsa.RSAPrivateKey, **rest: str) -> dict[str, str]:
    told = key.public_key().public_numbers()
    return {"kty": "RSA", "n": number(told.n), "e": number(told.e)} | rest


def rsa_token(key: rsa.RSAPrivateKey, payload: bytes = b"{}", **header: Any) -> str:
    head = {"alg": "RS256"} | header
    signed = f"{b64(json.dumps(head).encode())}.{b64(payload)}"
    pss = padding.PSS(padding.MGF1(SHA256()), 32)
    how: Any = pss if head["alg"] == "PS256" else padding.PKCS1v15()
    return f"{signed}.{b64(key.sign(signed.encode(), how, SHA256()))}"


def test_the_examples_of_the_standards_hold() -> None:
    assert verify_token(RFC_TOKEN, keys(RFC_KEY)) == b"Example of Ed25519 signing"
    assert json.loads(verify_token(ES_TOKEN, keys(ES_KEY)))["iss"] == "joe"


@pytest.mark.parametrize("alg", ["RS256", "PS256"])
def test_rsa_of_both_kinds_is_taken(alg: str) -> None:
    assert (
        verify_token(rsa_token(RSA_KEY, b"told", alg=alg, kid="b"), keys(ES_KEY, rsa_jwk(RSA_KEY, kid="b"))) == b"told"
    )


def test_a_changed_token_is_refused() -> None:
    head, body, signature = RFC_TOKEN.split(".")
    for changed in (f"{head}.{body[:-1]}A.{signature}", f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body}."):
        with pytest.raises(VerificationError):
            verify_token(changed, keys(RFC_KEY))


def test_the_token_does_not_choose_how_it_is_checked() -> None:
    unsigned, mac = (f"{b64(json.dumps({'alg': alg}).encode())}.{b64(b'{}')}." for alg in ("none", "HS256"))
    critical = rsa_token(RSA_KEY, crit=["exp"])
    for token in (unsigned, mac, critical, rsa_token(RSA_KEY, alg="PS256")):
        with pytest.raises(VerificationError):
            verify_token(token, keys(rsa_jwk(RSA_KEY, alg="RS256"), RFC_KEY))


@pytest.mark.parametrize("rest", [{"kid": "other"}, {"use": "enc", "kid": "a"}, {"alg": "PS256", "kid": "a"}])
def test_another_key_of_the_set_does_not_stand_in(rest: dict[str, str]) -> None:
    with pytest.raises(VerificationError):
        verify_token(rsa_token(RSA_KEY, kid="a"), keys(rsa_jwk(RSA_KEY, **rest)))


def test_a_short_rsa_key_is_refused() -> None:
    short = rsa.generate_private_key(65537, 1024)
    with pytest.raises(VerificationError):
        verify_token(rsa_token(short), keys(rsa_jwk(short)))


def test_keys_of_a_kind_not_known_here_are_passed_over() -> None:
    odd: list[dict[str, Any]] = [{"kty": "oct", "k": "AA"}, {"kid": 7}, {"kty": "OKP", "crv": "X25519", "x": "AA"}]
    assert verify_token(RFC_TOKEN, keys(*odd, RFC_KEY)) == b"Example of Ed25519 signing"


@given(st.binary(max_size=200), st.text(max_size=80))
def test_any_bytes_raise_only_our_errors(data: bytes, text: str) -> None:
    for token, key_set in ((text, keys(RFC_KEY)), (RFC_TOKEN, data), (f"{b64(data)}.{b64(data)}.AA", keys(ES_KEY))):
        with pytest.raises((MalformedError, VerificationError)):
            verify_token(token, key_set)
