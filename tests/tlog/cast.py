"""Who plays in the tests of the log? A log, an impostor and witnesses, each with a key of a fixed seed."""

from __future__ import annotations

from liaison.keys.ports import Signer
from liaison.keys.private import Ed25519Signer, MlDsa44Signer
from liaison.tlog.checkpoint import Checkpoint, sign_checkpoint
from liaison.tlog.cosignature import cosign, cosigner_key
from liaison.tlog.log import append_entries
from liaison.tlog.proofs import EMPTY_HEAD, TreeHead
from liaison.wire.note import Note, VerifierKey
from tests.tlog.memory import MemoryTiles

ORIGIN = "log.register.example"
LOG = Ed25519Signer.from_seed(b"the log's key".ljust(32))
IMPOSTOR = Ed25519Signer.from_seed(b"somebody else's key".ljust(32))
KEYS = [LOG.public]
NOON = 1_795_262_400

WITNESSES: dict[str, Signer] = {
    f"xc.example/{letter}": Ed25519Signer.from_seed(f"witness {letter}".encode().ljust(32)) for letter in "abcde"
}
LATTICE = MlDsa44Signer.from_seed(b"a witness with a lattice".ljust(32))


def cosigners(count: int) -> tuple[VerifierKey, ...]:
    """The keys of the first `count` witnesses."""
    return tuple(cosigner_key(name, signer.public) for name, signer in list(WITNESSES.items())[:count])


def logged(count: int, word: str = "entry") -> tuple[MemoryTiles, TreeHead]:
    """A log of `count` entries `word n`."""
    store = MemoryTiles()
    growth = append_entries(store, EMPTY_HEAD, [f"{word} {number}".encode() for number in range(count)])
    store.write(growth.items)
    return store, growth.head


def signed(head: TreeHead, *, signer: Ed25519Signer = LOG, origin: str = ORIGIN) -> Note:
    """The checkpoint of `head`, signed by the log."""
    return sign_checkpoint(Checkpoint(origin, head.size, head.root), [signer])


def cosigned(note: Note, *names: str, time: int = NOON) -> Note:
    """`note` with the lines of the witnesses named by their last letter."""
    full = [f"xc.example/{name}" for name in names]
    return note.with_signatures([cosign(note.text, name=name, signer=WITNESSES[name], time=time) for name in full])
