"""Vectors others published, and the edges of Ed25519 against a naive twin (provenance: tests/vectors/*/README.md)."""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
from pathlib import Path

import pytest

from liaison.errors import MalformedError, VerificationError
from liaison.keys.ed25519 import verify_ed25519
from liaison.keys.hybrid import load_private
from liaison.keys.mldsa import load_mldsa44
from liaison.keys.private import Ed25519Signer
from liaison.keys.public import Algorithm, PublicKey, check_public_key
from tests.keys import curve

VECTORS = Path(__file__).parent.parent / "vectors"
TORSION = curve.small_order_points()
SCALAR = 7_777_777
MESSAGE = b"edge"


def accepted(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        verify_ed25519(public, message, signature)
    except VerificationError:
        return False
    return True


def sound(public: bytes) -> bool:
    try:
        check_public_key(PublicKey.from_raw(Algorithm.ED25519, public), Algorithm.ED25519)
    except MalformedError:
        return False
    return True


def test_rfc_8032_and_reference_signatures_are_made_and_verified() -> None:
    lines = (VECTORS / "ed25519" / "sign.input").read_text().splitlines()
    for line in lines:
        secret, public, message, signed = (bytes.fromhex(part) for part in line.split(":")[:4])
        signer = Ed25519Signer.from_seed(secret[:32])
        assert (signer.public.raw, signer.sign(message)) == (public, signed[:64])
        verify_ed25519(public, message, signed[:64])
    assert len(lines) == 65


def speccheck() -> list[tuple[bytes, bytes, bytes]]:
    cases = json.loads((VECTORS / "ed25519" / "speccheck.json").read_text())
    return [(bytes.fromhex(x["pub_key"]), bytes.fromhex(x["message"]), bytes.fromhex(x["signature"])) for x in cases]


def cctv() -> list[tuple[bytes, bytes, bytes]]:
    cases = json.loads((VECTORS / "ed25519" / "cctv_part.json").read_text())
    return [(bytes.fromhex(x["key"]), x["msg"].encode(), bytes.fromhex(x["sig"])) for x in cases]


@pytest.mark.parametrize(("cases", "expected"), [(speccheck(), {3}), (cctv(), {7, 29})], ids=["speccheck", "cctv"])
def test_the_published_edge_cases_are_judged_by_the_rule(
    cases: list[tuple[bytes, bytes, bytes]], expected: set[int]
) -> None:
    assert {number for number, case in enumerate(cases) if accepted(*case)} == expected
    assert {number for number, case in enumerate(cases) if curve.accepts(*case)} == expected


def test_no_published_edge_case_stands_under_a_key_the_register_takes() -> None:
    assert [case for case in speccheck() + cctv() if accepted(*case) and sound(case[0])] == []


@functools.cache
def edge_encodings(scalar: int) -> list[bytes]:
    """A point in the main subgroup plus each small-order point, and the small-order points in every encoding."""
    mixed = [curve.encode(curve.add(curve.multiply(scalar, curve.BASE), torsion)) for torsion in TORSION]
    small = [curve.encode(torsion) for torsion in TORSION]
    beyond = [(curve.PRIME + y | sign << 255).to_bytes(32, "little") for y in (0, 1) for sign in (0, 1)]
    minus_zero = [(1 | 1 << 255).to_bytes(32, "little"), (curve.PRIME - 1 | 1 << 255).to_bytes(32, "little")]
    return [*mixed, *small, *beyond, *minus_zero]


def test_every_mix_of_small_orders_and_encodings_is_judged_by_the_rule() -> None:
    verdicts = []
    for public, nonce in itertools.product(edge_encodings(SCALAR), edge_encodings(SCALAR + 1)):
        for large in (False, True):
            factor = int.from_bytes(hashlib.sha512(nonce + public + MESSAGE).digest(), "little")
            key_scalar = SCALAR if public in edge_encodings(SCALAR)[:8] else 0
            nonce_scalar = SCALAR + 1 if nonce in edge_encodings(SCALAR + 1)[:8] else 0
            scalar = (nonce_scalar + factor * key_scalar) % curve.ORDER + (curve.ORDER if large else 0)
            signature = nonce + scalar.to_bytes(32, "little")
            verdict = accepted(public, MESSAGE, signature)
            assert verdict == curve.accepts(public, MESSAGE, signature)
            verdicts.append(verdict)
    assert any(verdicts) and not all(verdicts)


def test_only_a_point_of_the_main_subgroup_in_its_own_encoding_is_a_key() -> None:
    assert [sound(encoding) for encoding in edge_encodings(SCALAR)] == [True] + [False] * 21


def test_seeds_of_sealing_keys_expand_as_the_hpke_vectors_say() -> None:
    vector = json.loads((VECTORS / "hpke" / "mlkem768x25519.json").read_text())
    assert load_private(bytes.fromhex(vector["skRm"]))[1].hex() == vector["pkRm"]


@pytest.mark.parametrize("vector", json.loads((VECTORS / "mldsa" / "kat_44_seeds.json").read_text()))
def test_seeds_of_ml_dsa_keys_expand_as_the_known_answers_say(vector: dict[str, str]) -> None:
    assert load_mldsa44(bytes.fromhex(vector["xi"])).public_key().public_bytes_raw().hex() == vector["pk"]
