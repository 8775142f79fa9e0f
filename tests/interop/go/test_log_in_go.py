"""Does Go's own log verifier, which knows nothing of this project, accept our log and refuse it damaged?"""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest

from liaison.tlog.checkpoint import log_key
from liaison.tlog.cosignature import cosign, cosigner_key
from liaison.tlog.log import LogReader, append_entries
from liaison.tlog.proofs import EMPTY_HEAD, Proof
from liaison.wire.note import format_note, format_vkey
from tests.interop.go.toolchain import build
from tests.tlog.cast import LATTICE, LOG, NOON, ORIGIN, WITNESSES, cosigned, signed
from tests.tlog.memory import MemoryTiles

# The steps leave partial tiles behind and end on a partial tile at every level.
STEPS = (1, 255, 40_000, 29_744, 112)
SIZE = sum(STEPS)
INDEXES = (0, 1, 255, 256, 40_000, 65_535, 65_536, SIZE - 1)
OLD_SIZES = (1, 2, 255, 256, 257, 40_256, 65_536, 70_000, SIZE - 1, SIZE)


@pytest.fixture(scope="module")
def program() -> Path:
    return build()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 70,112 entries as static files, with the questions about it beside."""
    store, head = MemoryTiles(), EMPTY_HEAD
    for step in STEPS:
        growth = append_entries(store, head, [b"entry %d" % number for number in range(head.size, head.size + step)])
        store.write(growth.items)
        head = growth.head
    lattice = cosigner_key("xd.example/lattice", LATTICE.public)
    note = cosigned(signed(head), "a", "b", "c")
    note = note.with_signatures([cosign(note.text, name=lattice.name, signer=LATTICE, time=NOON)])
    folder = tmp_path_factory.mktemp("log")
    for path, data in (store.files | {"checkpoint": format_note(note)}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    keys = [cosigner_key(name, signer.public) for name, signer in list(WITNESSES.items())[:3]]
    reader = LogReader(store, head)
    questions = {
        "log_key": format_vkey(log_key(ORIGIN, LOG.public)),
        "cosigners": [format_vkey(key) for key in (*keys, lattice)],
        "inclusion": [{"number": index, "proof": texts(reader.inclusion(index))} for index in INDEXES],
        "consistency": [
            {"number": old, "root": texts((reader.earlier(old).root,))[0], "proof": texts(reader.consistency(old))}
            for old in OLD_SIZES
        ],
    }
    (folder / "questions.json").write_text(json.dumps(questions))
    return folder


def texts(hashes: Proof) -> list[str]:
    return [base64.b64encode(value).decode() for value in hashes]


def run(program: Path, log: Path) -> tuple[int, str]:
    done = subprocess.run([program, log, log / "questions.json"], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.strip()


def test_go_verifies_checkpoint_tiles_entries_and_proofs(program: Path, log: Path) -> None:
    expected = (
        f"5 signatures, 277 tiles, {SIZE} entries, {len(INDEXES)} inclusion and {len(OLD_SIZES)} consistency proofs"
    )
    assert run(program, log) == (0, expected)


@pytest.mark.parametrize(
    ("path", "place", "failure"),
    [
        ("tile/0/000", 5, "inconsistent tile"),
        ("tile/0/273.p/224", -1, "inconsistent tile"),
        ("tile/1/000", 700, "inconsistent tile"),
        ("tile/2/000.p/1", 0, "inconsistent tile"),
        ("tile/entries/156", 45, "differs"),
        ("tile/entries/156", 40, "is short"),
        ("checkpoint", 24, "invalid signature"),
        ("checkpoint", 130, "invalid signature"),
        ("questions.json", -20, "consistency from"),
    ],
)
def test_go_refuses_a_flipped_bit(program: Path, log: Path, path: str, place: int, failure: str) -> None:
    file = log / path
    whole = file.read_bytes()
    damaged = bytearray(whole)
    damaged[place] ^= 1
    file.write_bytes(damaged)
    try:
        code, said = run(program, log)
    finally:
        file.write_bytes(whole)
    assert code == 1
    assert failure in said


def test_go_refuses_each_cosignature_over_another_text(program: Path, log: Path) -> None:
    file = log / "checkpoint"
    whole = file.read_bytes()
    lines = whole.split(b"\n")
    try:
        for number in range(5, 9):
            name, encoded = lines[number].rsplit(b" ", 1)
            signature = bytearray(base64.b64decode(encoded))
            signature[-1] ^= 1
            changed = [*lines[:number], name + b" " + base64.b64encode(signature), *lines[number + 1 :]]
            file.write_bytes(b"\n".join(changed))
            code, said = run(program, log)
            assert (code, said[:17]) == (1, "invalid signature")
    finally:
        file.write_bytes(whole)
