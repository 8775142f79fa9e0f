"""Is the log in a folder of static files whole, and which register is it?

    checkpoint   tile/0/000   tile/0/001.p/44   tile/entries/000   …      as c2sp.org/tlog-tiles names them

Invariants:
- Every tile and bundle up to the checkpoint's size was read and leads to its root before a leaf is looked at.
- Without an anchor the register is called by what leaf 0 hashes to: the folder then only proves that it agrees with
  itself, which the caller must say.

Spec page: docs/spec/log.md.
"""

from __future__ import annotations

from liaison.errors import VerificationError
from liaison.register.anchor import Anchor
from liaison.register.export import OfflineRegister
from liaison.tlog.checkpoint import CHECKPOINT_PATH, parse_checkpoint
from liaison.tlog.log import proved_entries
from liaison.tlog.merkle import leaf_hash
from liaison.tlog.ports import TileStore
from liaison.wire.note import parse_note


def read_static_log(store: TileStore, *, anchor: Anchor | None = None) -> OfflineRegister:
    """The register in `store`, its tree verified, its entries and signatures not yet (`verify_offline` does that).

    Raises VerificationError where a file is missing or differs, MalformedError for bytes that are no log.
    """
    data = store.read(CHECKPOINT_PATH)
    if data is None:
        raise VerificationError("log-file-missing", path=CHECKPOINT_PATH)
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.size == 0:
        raise VerificationError("register-not-opened")
    leaves = tuple(proved_entries(store, checkpoint.head))
    named = anchor or Anchor(checkpoint.origin, leaf_hash(leaves[0]).hex())
    return OfflineRegister(anchor=named, checkpoint=note, leaves=leaves, records=())
