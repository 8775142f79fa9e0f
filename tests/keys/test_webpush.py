"""Do browsers open what is sealed to them, and do push services know who sends? RFC 8291's example, RFC 8292's form."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.keys.webpush import LARGEST, push_public, push_text, read_subscriber, seal_push, vapid
from tests.push import open_push, subscriber

BROWSER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_example_of_rfc_8291_comes_out_byte_for_byte() -> None:
    seed, salt = plain("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), plain("DGv6ra1nlYgDCS1FRnbzlw")
    words = b"When I grow up, I want to be a watermelon"
    assert push_text(seal_push(words, read_subscriber(BROWSER, SECRET), salt=salt, seed=seed)) == SEALED


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16))
def test_a_browser_opens_what_was_sealed_to_it(words: bytes, seed: bytes, salt: bytes) -> None:
    private, to = subscriber()
    assert open_push(private, to.secret, seal_push(words, to, salt=salt, seed=seed)) == words


def test_a_push_service_can_check_who_sends_and_until_when() -> None:
    seed = b"\7" * 32
    told = vapid("https://push.example", "mailto:desk@xc.example", 1_800_000_000, seed)
    token, key = (part.partition("=")[2] for part in told.removeprefix("vapid ").split(", "))
    head, claims, signature = token.split(".")
    assert json.loads(plain(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(plain(claims))["aud"] == "https://push.example"
    assert plain(key) == push_public(seed)
    both = plain(signature)
    r, s = int.from_bytes(both[:32], "big"), int.from_bytes(both[32:], "big")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), plain(key))
    public.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))


@pytest.mark.parametrize(
    ("public", "secret"),
    [("", SECRET), (BROWSER, ""), (BROWSER[:-4] + "AAAA", SECRET), (BROWSER, "äöü"), ("BCVx" * 30, SECRET)],
)
def test_what_is_no_subscription_is_malformed(public: str, secret: str) -> None:
    with pytest.raises(MalformedError, match="subscription-malformed"):
        read_subscriber(public, secret)


@given(st.text(max_size=120), st.text(max_size=40))
def test_any_text_is_a_subscription_or_malformed(public: str, secret: str) -> None:
    with pytest.raises(MalformedError):
        read_subscriber(public, secret)


def test_words_that_fit_no_record_are_refused() -> None:
    with pytest.raises(MalformedError):
        seal_push(b"x" * (LARGEST + 1), read_subscriber(BROWSER, SECRET), salt=b"\0" * 16, seed=b"\1" * 32)
