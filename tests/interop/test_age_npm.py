"""The age program of npm opens what we seal, and we open what it seals."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from liaison.errors import MalformedError, VerificationError
from liaison.keys.agetext import format_identity, format_recipient, parse_identity, parse_recipient
from liaison.keys.padding import frame, padded_size
from liaison.keys.private import SealingIdentity
from liaison.keys.sealing import open_chunks, open_sealed, seal, seal_chunks
from tests import parts

NPM = Path(__file__).parent / "npm"
DESK = SealingIdentity.from_seed(bytes(range(32)))
TEXT = "An incident notice, 03:02 UTC. إشعار. 通知。".encode()
LARGE = bytes(range(256)) * 1000


def peer(verb: str, key: str = "", data: bytes = b"") -> bytes:
    """What the other program answers; skips the test when it is not installed."""
    node = parts.needs("node")
    if not (NPM / "node_modules" / "age-encryption").is_dir():
        pytest.skip(f"{parts.REASON}npm")
    done = subprocess.run(
        [node, "age.mjs", verb, key], cwd=NPM, input=data, capture_output=True, timeout=60, check=False
    )
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace"))
    return done.stdout


def test_it_reads_our_keys_and_we_read_its_keys() -> None:
    assert peer("recipient", format_identity(DESK.seed)).decode() == format_recipient(DESK.public)
    identity = peer("new").decode()
    assert (
        format_recipient(SealingIdentity.from_seed(parse_identity(identity)).public)
        == peer("recipient", identity).decode()
    )


def test_it_opens_our_message_and_finds_the_frame() -> None:
    assert peer("open", format_identity(DESK.seed), seal(TEXT, DESK.public)) == frame(TEXT)


def test_it_opens_our_attachment_of_many_chunks() -> None:
    sealed = b"".join(seal_chunks([LARGE], DESK.public))
    assert peer("open", format_identity(DESK.seed), sealed) == LARGE.ljust(padded_size(len(LARGE)), b"\0")


def test_we_open_a_message_it_sealed() -> None:
    assert open_sealed(peer("seal", format_recipient(DESK.public), frame(TEXT)), [DESK]) == TEXT


def test_we_open_an_attachment_of_many_chunks_it_sealed() -> None:
    padded = LARGE.ljust(padded_size(len(LARGE)), b"\0")
    sealed = peer("seal", format_recipient(DESK.public), padded)
    assert b"".join(open_chunks([sealed], [DESK], size=len(LARGE))) == LARGE


def test_we_seal_to_a_key_it_made() -> None:
    identity = peer("new").decode()
    recipient = parse_recipient(peer("recipient", identity).decode())
    assert peer("open", identity, seal(TEXT, recipient)) == frame(TEXT)


def test_both_refuse_one_flipped_bit() -> None:
    sealed = bytearray(peer("seal", format_recipient(DESK.public), frame(TEXT)))
    sealed[-100] ^= 1
    with pytest.raises((MalformedError, VerificationError)):
        DESK.open(bytes(sealed))
    with pytest.raises(ValueError):
        peer("open", format_identity(DESK.seed), bytes(sealed))
