"""How long does it take to verify a register nobody has vouched for yet, against the machine's Ed25519 verify rate?

The log is made of updates of three fictional States; every entry carries one signature. Cold verification reads the
bundles, rebuilds every tile and the root, checks every signature and applies every rule. Nothing is durable here:
no commits, no syncs; the node's own mirror adds one commit a fetch.
"""

from __future__ import annotations

from benchmarks.figures import Figure, at_least, medians
from liaison.keys.ed25519 import verify_ed25519
from liaison.node.wiring import open_lanes
from liaison.register.state import fold_aside
from liaison.tlog.log import append_entries, read_entries, verify_log
from liaison.tlog.proofs import EMPTY_HEAD, TreeHead
from liaison.wire.envelope import PayloadType, decode_envelope, pae
from tests.register.registry import RegisterBuilder, small_register
from tests.tlog.memory import MemoryTiles

SIZES = (10_000,)
LIMIT = 0.6
LARGEST = 65_535


def measure() -> list[Figure]:
    """Cold verification at each size."""
    registry = small_register()
    return [_cold(registry, size) for size in SIZES]


def _cold(registry: RegisterBuilder, size: int) -> Figure:
    _grow(registry, size)
    store = MemoryTiles()
    growth = append_entries(store, EMPTY_HEAD, registry.leaves)
    store.write(growth.items)
    signed = _signed(registry)
    taken = medians({"cold": lambda: _verify(store, growth.head), "bare": lambda: _verify_bare(signed)})
    ratio = taken["bare"] / taken["cold"]
    return at_least(f"cold verification, {size:,} entries", size / taken["cold"], "entries/s", ratio=ratio, limit=LIMIT)


def _grow(registry: RegisterBuilder, size: int) -> None:
    states = ("XC", "XD", "XE")
    while len(registry.leaves) < size:
        registry.publish_desk(states[len(registry.leaves) % len(states)], "duty")


def _verify(store: MemoryTiles, head: TreeHead) -> None:
    verify_log(store, head)
    with open_lanes(head.size) as lanes:
        assert lanes is not None
        view = fold_aside(lambda: read_entries(store, 0, head.size, size=head.size), lanes)
    assert view.size == head.size


def _signed(registry: RegisterBuilder) -> list[tuple[bytes, bytes, bytes]]:
    """The limit: every signature of the log with its key and message, found beforehand."""
    envelopes = [decode_envelope(leaf, payload_type=PayloadType.ENTRY, limit=LARGEST) for leaf in registry.leaves]
    known = {name: fact.key.raw for name, fact in registry.view.changed.keys.items()}
    return [
        (known[line.keyid], pae(each.payload_type, each.payload), line.sig)
        for each in envelopes
        for line in each.signatures
    ]


def _verify_bare(pairs: list[tuple[bytes, bytes, bytes]]) -> None:
    for public, message, signature in pairs:
        verify_ed25519(public, message, signature)
