"""Does a fold whose signatures are computed beside it come to the same state?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from liaison.adapters.lanes import ProcessLanes
from liaison.errors import VerificationError
from liaison.register.entries import decode_entry
from liaison.register.export import verify_offline
from liaison.register.state import SignatureCheck, fold, fold_aside
from liaison.wire.envelope import encode_envelope
from tests.register.test_export import FILE
from tests.register.test_fold import REGISTRY, WHOLE


class InlineLanes:
    """Lanes that compute at the end, in this process."""

    def __init__(self) -> None:
        self.checks: list[SignatureCheck] = []

    def submit(self, checks: Sequence[SignatureCheck]) -> None:
        self.checks += checks

    def settle(self) -> bool:
        try:
            for check in self.checks:
                check.run()
        except VerificationError:
            return False
        return True


def forged(index: int) -> list[bytes]:
    """The leaves of the register, one with a signature that does not verify."""
    envelope = decode_entry(REGISTRY.leaves[index]).envelope
    wrong = replace(envelope.signatures[0], sig=bytes(64))
    leaf = encode_envelope(replace(envelope, signatures=(wrong, *envelope.signatures[1:])))
    return [*REGISTRY.leaves[:index], leaf, *REGISTRY.leaves[index + 1 :]]


def test_the_state_is_the_same_as_without_lanes() -> None:
    assert fold_aside(lambda: REGISTRY.leaves, InlineLanes()).snapshot() == WHOLE


@pytest.mark.parametrize("index", [1, 3, len(REGISTRY.leaves) - 1])
def test_a_forged_signature_leads_to_the_state_it_would_without_lanes(index: int) -> None:
    leaves = forged(index)
    assert fold_aside(lambda: leaves, InlineLanes()).snapshot() == fold(leaves) != WHOLE


def test_every_signature_of_the_log_is_computed() -> None:
    lanes = InlineLanes()
    fold_aside(lambda: REGISTRY.leaves, lanes)
    stand = [entry for entry in REGISTRY.entries if entry.index not in {odd.index for odd in WHOLE.oddities}]
    assert sum(len(check.signed) for check in lanes.checks) == sum(len(entry.envelope.signatures) for entry in stand)


def test_a_register_file_is_proved_in_lanes_too() -> None:
    aside, alone = (verify_offline(FILE, lanes=lanes) for lanes in (InlineLanes(), None))
    assert aside.view.snapshot() == alone.view.snapshot()


BAD = {
    "cut": lambda leaf: leaf[:-1],
    "empty": lambda leaf: b"",
    "not canonical": lambda leaf: leaf.replace(b",", b", ", 1),
    "another payload": lambda leaf: leaf.replace(b'"payload":"ey', b'"payload":"Ey', 1),
    "unused bits": lambda leaf: leaf.replace(b'=="}', b'=/"}', 1),
    "another key": lambda leaf: leaf.replace(b'"keyid":"', b'"keyid":"00', 1).replace(b'","sig"', b'"', 1),
    "another signature": lambda leaf: leaf[:-20] + bytes([leaf[-20] ^ 2]) + leaf[-19:],
    "without signatures": lambda leaf: leaf[: leaf.index(b"[") + 1] + b"]}",
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("index", [0, 3, len(REGISTRY.leaves) - 2])
def test_bad_bytes_give_the_same_verdicts_in_lanes(kind: str, index: int) -> None:
    leaves = [*REGISTRY.leaves[:index], BAD[kind](REGISTRY.leaves[index]), *REGISTRY.leaves[index + 1 :]]
    assert fold_aside(lambda: leaves, InlineLanes()).snapshot() == fold(leaves) != WHOLE


def test_bad_bytes_give_the_same_verdicts_in_processes() -> None:
    lanes = ProcessLanes(1)
    try:
        for change in BAD.values():
            leaves = [*REGISTRY.leaves[:3], change(REGISTRY.leaves[3]), *REGISTRY.leaves[4:]]
            assert fold_aside(lambda leaves=leaves: leaves, lanes).snapshot() == fold(leaves)
    finally:
        lanes.close()
