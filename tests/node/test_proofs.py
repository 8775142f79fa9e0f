"""Does the proof a node hands out show what it claims, and does a list say what an exercise is?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.errors import UsageError, VerificationError
from liaison.node.reads.inbox import list_messages
from liaison.node.reads.proofs import prove_entry
from liaison.tlog.checkpoint import parse_checkpoint
from liaison.tlog.merkle import leaf_hash
from liaison.tlog.proofs import verify_inclusion
from liaison.tlog.tlogproof import parse_proof
from tests.world import World


def test_a_proof_carries_its_entry_and_leads_to_the_trusted_checkpoint(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        proof = parse_proof(prove_entry(world.nodes["XC"], world.register, 3))
        head = parse_checkpoint(proof.checkpoint.text).head
        assert proof.extra == world.registry.leaves[3]
        assert verify_inclusion(leaf_hash(proof.extra), index=3, proof=proof.path, head=head) == head
        with pytest.raises(VerificationError):
            verify_inclusion(leaf_hash(world.registry.leaves[4]), index=3, proof=proof.path, head=head)


def test_an_entry_the_log_does_not_have_cannot_be_proved(tmp_path: Path) -> None:
    with World(tmp_path) as world, pytest.raises(UsageError, match="proof-out-of-range"):
        prove_entry(world.nodes["XC"], world.register, len(world.registry.leaves))


def test_every_list_says_that_a_message_is_an_exercise(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.send("XC", "XD", exercise=True)
        assert [[each.exercise for each in list_messages(world.nodes[code])] for code in ("XC", "XD")] == [[True]] * 2
