"""Do the examples of the specification pages hold, letter by letter?"""

from __future__ import annotations

import re
from pathlib import Path

from liaison.tlog.checkpoint import log_key, verify_checkpoint
from liaison.tlog.cosignature import cosigned_message, cosigner_key
from liaison.tlog.monitor import decode_fork, verify_fork
from liaison.tlog.policy import WitnessPolicy, verify_quorum
from liaison.tlog.proofs import EMPTY_HEAD
from liaison.tlog.tiles import tiles_for
from liaison.tlog.tlogproof import parse_proof, verify_proof
from liaison.tlog.witness import judge_checkpoint, parse_add_checkpoint, take_cosignatures
from liaison.wire.note import format_vkey, parse_note
from tests.tlog.cast import KEYS, LOG, NOON, ORIGIN, WITNESSES, cosigners, logged

SPEC = Path(__file__).parents[2] / "docs" / "spec"
_, HEAD = logged(5)


def examples(page: str) -> list[bytes]:
    """The fenced blocks of a page, without their indentation."""
    text = (SPEC / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^( *)```\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE).encode() for indent, block in blocks]


def test_the_checkpoint_of_the_pages_is_signed() -> None:
    for page in ("signed-note.md", "checkpoint.md", "cosignature.md"):
        assert verify_checkpoint(parse_note(examples(page)[0]), ORIGIN, KEYS).head == HEAD


def test_the_verifier_keys_of_the_pages_are_those_of_the_examples() -> None:
    assert examples("signed-note.md")[1].decode() == format_vkey(log_key(ORIGIN, LOG.public)) + "\n"
    witness = cosigner_key("xc.example/a", WITNESSES["xc.example/a"].public)
    assert examples("cosignature.md")[1].decode() == format_vkey(witness) + "\n"


def test_the_cosignature_of_its_page_counts_and_signs_the_message_shown() -> None:
    note, _, message = examples("cosignature.md")
    assert verify_quorum(parse_note(note), WitnessPolicy(1, cosigners(1))).time == NOON
    assert message == cosigned_message(parse_note(note).text, key=cosigners(1)[0], time=NOON)


def test_the_proof_of_its_page_verifies() -> None:
    proof = parse_proof(examples("proof.md")[0])
    assert verify_proof(proof, b"entry 2", origin=ORIGIN, keys=KEYS, policy=WitnessPolicy(1, cosigners(1))).head == HEAD


def test_the_request_of_the_witness_page_is_cosigned_with_the_answer_shown() -> None:
    request, answer, _ = examples("witness.md")
    asked = parse_add_checkpoint(request)
    assert judge_checkpoint(asked, keys=KEYS, last=logged(3)[1]).head == HEAD
    assert (
        verify_quorum(take_cosignatures(asked.note, answer, cosigners(1)), WitnessPolicy(1, cosigners(1))).time == NOON
    )


def test_the_evidence_of_the_witness_page_shows_a_fork() -> None:
    first, second = verify_fork(decode_fork(examples("witness.md")[2].strip()), origin=ORIGIN, keys=KEYS)
    assert (first.size, second.size) == (3, 5)


def test_the_files_of_the_log_page_are_those_of_70000_entries() -> None:
    named = re.findall(r"tile/[0-9]/\S+", examples("log.md")[1].decode())
    written = [tile.path for tile in tiles_for(EMPTY_HEAD.size, 70_000)]
    assert set(named) <= set(written)
    assert [path for path in written if ".p/" in path] == [path for path in named if ".p/" in path]
