"""How does a log of entries grow, how is it read, and is all of it what its root says?

    growth = append_entries(store, head, [entry, entry])    # nothing is written yet
    store.write(growth.items)                                # tiles and bundles first, durably
    checkpoint = Checkpoint(origin, growth.head.size, growth.head.root)   # only then the checkpoint

Invariants:
- Nothing read from a store is built upon before it has led to the root the caller named.
- A proof is handed out only after it was verified; a damaged tile becomes an error, never a wrong proof.
- Where a partial file is gone, the full one that replaced it is read instead.

Spec page: docs/spec/log.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from liaison.errors import UsageError, VerificationError
from liaison.tlog.bundles import Bundle, bundles_for, decode_bundle, encode_bundle
from liaison.tlog.edge import Edge
from liaison.tlog.merkle import HASH_SIZE, leaf_hash, root_of
from liaison.tlog.ports import TileStore
from liaison.tlog.proofs import (
    Proof,
    TreeHead,
    prove_consistency,
    prove_inclusion,
    subtree_root,
    verify_consistency,
    verify_inclusion,
)
from liaison.tlog.tiles import HEIGHT, WIDTH, Tile, split_tile, tile_at, tiles_for


@dataclass(frozen=True, slots=True)
class Growth:
    """What appending makes: the new tree, and the files (path → bytes) to store before anyone hears of it."""

    head: TreeHead
    items: Mapping[str, bytes]


def append_entries(store: TileStore, head: TreeHead, entries: Sequence[bytes]) -> Growth:
    """The growth of the log at `head` by `entries` (each at most 65,535 bytes); writes nothing.

    Raises UsageError for an entry that is too large, VerificationError or MalformedError when the stored tiles do not
    lead to `head`.
    """
    edge = load_edge(store, head)
    leaves = [leaf_hash(entry) for entry in entries]
    bundles = _grown_bundles(store, edge, entries)
    items = {tile.path: data for tile, data in edge.extend(leaves)}
    written = set(tiles_for(head.size, edge.size))
    items |= {tile.path: data for tile, data in edge.partial() if tile in written}
    return Growth(TreeHead(edge.size, edge.root()), bundles | items)


def follow_entries(store: TileStore, head: TreeHead, entries: Sequence[bytes], target: TreeHead) -> Growth:
    """The growth of a mirror at `head` by `entries` fetched from elsewhere, when they lead exactly to `target`.

    Success proves that `head` is the beginning of `target` and that every entry is in it.
    Raises VerificationError otherwise.
    """
    growth = append_entries(store, head, entries)
    if growth.head != target:
        raise VerificationError("log-not-the-same", size=target.size, found=growth.head.size)
    return growth


def load_edge(store: TileStore, head: TreeHead) -> Edge:
    """The unfinished tiles of the log at `head`.

    Raises VerificationError when one is missing or they do not lead to the root of `head`, MalformedError when one has
    another length.
    """
    edge = Edge(head.size)
    level = 0
    while head.size >> (HEIGHT * level):
        count = head.size >> (HEIGHT * level)
        row = _read_tile(store, Tile(level, count // WIDTH, count % WIDTH)) if count % WIDTH else []
        edge.rows[level:] = [row]
        level += 1
    if edge.root() != head.root:
        raise VerificationError("log-damaged", size=head.size)
    return edge


def read_entries(store: TileStore, start: int, end: int, *, size: int) -> Iterator[bytes]:
    """The entries [start, end) of a log of `size` entries, in order; they are not verified here.

    Raises UsageError for a range outside the log, VerificationError for a missing bundle, MalformedError for a bad one.
    """
    if not 0 <= start <= end <= size:
        raise UsageError("log-range", start=start, end=end, size=size)
    for index in range(start // WIDTH, -(-end // WIDTH)):
        base = index * WIDTH
        entries = _read_bundle(store, Bundle(index, min(WIDTH, size - base)))
        yield from entries[max(0, start - base) : end - base]


def verify_log(store: TileStore, head: TreeHead) -> TreeHead:
    """`head`, when every entry, every tile and the root of the stored log agree; memory stays flat.

    Raises VerificationError naming the first path that is missing or different, MalformedError for a bad bundle.
    """
    for _ in proved_entries(store, head):
        pass
    return head


def proved_entries(store: TileStore, head: TreeHead) -> Iterator[bytes]:
    """All entries of the stored log in order, by whose end it is verified as by `verify_log`, in one reading.

    Each bundle has been compared with its tiles before an entry of it is given, the last one and what it completes with
    the root too. Whatever was made of the entries before stands only once the last was given.
    Raises as `verify_log` does.
    """
    edge = Edge()
    for bundle in bundles_for(0, head.size):
        entries = _read_bundle(store, bundle)
        _compare(store, edge.extend([leaf_hash(entry) for entry in entries]))
        if edge.size == head.size:
            _compare_head(store, edge, head)
        yield from entries
    if not head.size:
        _compare_head(store, edge, head)


def _compare_head(store: TileStore, edge: Edge, head: TreeHead) -> None:
    _compare(store, edge.partial())
    if edge.root() != head.root:
        raise VerificationError("log-not-the-same", size=head.size, found=edge.size)


class LogReader:
    """Proofs of one tree out of its tiles; keeps the tiles it has read, so make one for each piece of work."""

    def __init__(self, store: TileStore, head: TreeHead) -> None:
        self.head = head
        self._store = store
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The root of the entries [index·2^level, (index + 1)·2^level), not yet verified."""
        row, rest = divmod(level, HEIGHT)
        start = index << rest
        tile = (row, start // WIDTH)
        if tile not in self._tiles:
            self._tiles[tile] = _read_tile(self._store, tile_at(*tile, self.head.size))
        start %= WIDTH
        return root_of(self._tiles[tile][start : start + (1 << rest)])

    def inclusion(self, index: int) -> Proof:
        """The verified audit path of entry `index`.

        Raises UsageError outside the tree, VerificationError when the tiles do not lead to its root.
        """
        proof = prove_inclusion(self, index, self.head.size)
        verify_inclusion(self(0, index), index=index, proof=proof, head=self.head)
        return proof

    def consistency(self, old_size: int) -> Proof:
        """The verified proof from the tree of `old_size` entries to this one.

        Raises UsageError when the old tree is larger, VerificationError when the tiles do not lead to the root.
        """
        proof = prove_consistency(self, old_size, self.head.size)
        verify_consistency(self.earlier(old_size), self.head, proof)
        return proof

    def earlier(self, old_size: int) -> TreeHead:
        """The tree as it stood at `old_size` entries, by these tiles (a consistency proof shows that it is right).

        Raises UsageError when the old tree is larger.
        """
        if not 0 <= old_size <= self.head.size:
            raise UsageError("proof-out-of-range", index=old_size, size=self.head.size)
        return TreeHead(old_size, subtree_root(self, 0, old_size))


def _grown_bundles(store: TileStore, edge: Edge, entries: Sequence[bytes]) -> dict[str, bytes]:
    """The bundles to write; the unfinished one begins with what it held, checked against the unfinished tile."""
    base = edge.size - edge.size % WIDTH
    held: tuple[bytes, ...] = ()
    if edge.rows[0] and entries:
        held = _read_bundle(store, Bundle(base // WIDTH, len(edge.rows[0])))
        if [leaf_hash(entry) for entry in held] != edge.rows[0]:
            raise VerificationError("log-damaged", size=edge.size)
    everything = (*held, *entries)
    return {
        bundle.path: encode_bundle(everything[bundle.index * WIDTH - base : bundle.index * WIDTH - base + bundle.width])
        for bundle in bundles_for(edge.size, edge.size + len(entries))
    }


def _read_tile(store: TileStore, tile: Tile) -> list[bytes]:
    data = store.read(tile.path)
    if data is None and tile.width < WIDTH:
        full = store.read(Tile(tile.level, tile.index).path)
        data = None if full is None else full[: tile.width * HASH_SIZE]
    if data is None:
        raise VerificationError("log-file-missing", path=tile.path)
    return split_tile(data, tile.width)


def _read_bundle(store: TileStore, bundle: Bundle) -> tuple[bytes, ...]:
    data = store.read(bundle.path)
    if data is not None:
        return decode_bundle(data, bundle.width)
    full = store.read(Bundle(bundle.index).path) if bundle.width < WIDTH else None
    if full is None:
        raise VerificationError("log-file-missing", path=bundle.path)
    return decode_bundle(full, WIDTH)[: bundle.width]


def _compare(store: TileStore, tiles: Iterator[tuple[Tile, bytes]]) -> None:
    for tile, data in tiles:
        if b"".join(_read_tile(store, tile)) != data:
            raise VerificationError("log-file-different", path=tile.path)
