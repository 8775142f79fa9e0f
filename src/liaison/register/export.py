"""How does a whole register fit into one file that proves itself, and what does such a file say?

    liaison register v1
    anchor 812            then so many bytes: the anchor file
    checkpoint 1103       the checkpoint, signed by the log and its quorum
    entries 61240         every leaf from 0 on, each behind its size in two bytes, big-endian
    records 20110         record parts with their salts, each behind its size in four bytes

Invariants:
- The file adds no signature of its own: the entries are signed by their owners, the tree by the log and its witnesses,
  and a record part is good if its digest stands in the log. So it may come from anybody.
- Verifying folds every entry; nothing in the result was taken on the word of who wrote the file.
- A checkpoint in an anchor must be of the same history, so an anchor of long ago still catches a rewritten log.

Spec page: docs/spec/anchor.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from liaison.errors import MalformedError, VerificationError
from liaison.register.anchor import Anchor, format_anchor, parse_anchor, verify_opening
from liaison.register.memory import MemoryView
from liaison.register.records import Record, decode_record, encode_record
from liaison.register.standing import TrustedHead, verify_trusted
from liaison.register.state import Lanes, fold_aside, fold_on
from liaison.tlog.checkpoint import parse_checkpoint
from liaison.tlog.merkle import Frontier, leaf_hash
from liaison.tlog.proofs import TreeHead
from liaison.wire.identifiers import parse_decimal
from liaison.wire.note import Note, format_note, parse_note

HEADER = b"liaison register v1\n"
OFFLINE_LIMIT = 1024 * 1024 * 1024
_SECTIONS = ("anchor", "checkpoint", "entries", "records")
_ENTRY_SIZE, _RECORD_SIZE = 2, 4
_STEP = 256  # leaves that are hashed together


@dataclass(frozen=True, slots=True)
class OfflineRegister:
    """What the file holds, well-formed and not yet verified."""

    anchor: Anchor
    checkpoint: Note
    leaves: tuple[bytes, ...]
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class VerifiedRegister:
    """The fold of all leaves, up to where it is trusted, and the record parts that the log names."""

    view: MemoryView
    head: TrustedHead
    records: tuple[Record, ...]


def encode_offline(register: OfflineRegister) -> bytes:
    """The bytes of the file."""
    parts = (
        format_anchor(register.anchor),
        format_note(register.checkpoint),
        b"".join(_sized(register.leaves, _ENTRY_SIZE)),
        b"".join(_sized((encode_record(record) for record in register.records), _RECORD_SIZE)),
    )
    sections = (b"%b %d\n%b" % (name.encode(), len(part), part) for name, part in zip(_SECTIONS, parts, strict=True))
    return HEADER + b"".join(sections)


def decode_offline(data: bytes) -> OfflineRegister:
    """What the file holds. Raises MalformedError, and VerificationError for a record part that is not its digest's."""
    if len(data) > OFFLINE_LIMIT or not data.startswith(HEADER):
        raise MalformedError("offline-malformed")
    parts, offset = [], len(HEADER)
    for name in _SECTIONS:
        part, offset = _section(data, offset, name)
        parts.append(part)
    if offset != len(data):
        raise MalformedError("offline-malformed")
    anchor, note, leaves, records = parts
    return OfflineRegister(
        anchor=parse_anchor(anchor),
        checkpoint=parse_note(note),
        leaves=tuple(_split(leaves, _ENTRY_SIZE)),
        records=tuple(decode_record(record) for record in _split(records, _RECORD_SIZE)),
    )


Watched = Callable[[Iterable[bytes]], Iterable[bytes]]
"""Passes leaves on as they are judged, so that somebody can show how far it is."""


def verify_offline(
    register: OfflineRegister, *, known: Anchor | None = None, watched: Watched = iter, lanes: Lanes | None = None
) -> VerifiedRegister:
    """The register, proved from leaf 0 to its checkpoint.

    `known` is the anchor the reader came by otherwise; without it the file only proves that it agrees with itself.
    With `lanes` signatures are computed there.
    Raises MalformedError, VerificationError.
    """
    anchor = known or register.anchor
    if register.anchor.register != anchor.register or not register.leaves:
        raise VerificationError("anchor-other-register", register=anchor.register)
    verify_opening(register.leaves[0], anchor)
    view = _folded(lambda: watched(_proved(register, (anchor, register.anchor))), lanes)
    head = verify_trusted(view, register.checkpoint, applied=view.size)
    named = frozenset(digests_named(view))
    return VerifiedRegister(view, head, tuple(each for each in register.records if each.digest in named))


def _folded(read: Callable[[], Iterable[bytes]], lanes: Lanes | None) -> MemoryView:
    return fold_on(MemoryView(), read()) if lanes is None else fold_aside(read, lanes)


def digests_named(view: MemoryView) -> Iterator[str]:
    """The digests of all record parts that stand now: of live nodes, desks and nominations, and of reports."""
    for state in view.participants():
        for reported in state.reports_standing():
            yield from (part.digest for part in reported.body.parts)
        for node in state.nodes.values():
            if node.retired_index is not None:
                continue
            for desk in node.desks.values():
                if desk.withdrawn_index is None:
                    yield from (part.digest for part in desk.parts)
            if node.publication is not None:
                yield node.publication.body.address
                for keys in node.publication.body.desks:
                    yield keys.sealing
                    if keys.openpgp is not None:
                        yield keys.openpgp
    for nomination in view.nominations():
        if not nomination.withdrawn:
            yield from (part.digest for part in nomination.parts)


def root_at(leaves: Sequence[bytes], size: int) -> bytes:
    """The root of the first `size` leaves."""
    tree = Frontier()
    tree.extend(leaf_hash(leaf) for leaf in leaves[:size])
    return tree.root()


def _proved(register: OfflineRegister, anchors: Iterable[Anchor]) -> Iterator[bytes]:
    """The leaves in order; the last of them are given only if all lead to the checkpoint, by way of what anchors note.

    Hashing them as they are judged leaves no time in which whoever computes signatures meanwhile has none.
    """
    checkpoint, size = parse_checkpoint(register.checkpoint.text), len(register.leaves)
    noted = [parse_checkpoint(anchor.checkpoint.text) for anchor in anchors if anchor.checkpoint is not None]
    tree, rewritten = Frontier(), list[int]()
    for end in sorted({*range(_STEP, size, _STEP), *(each.size for each in noted if each.size < size), size}):
        leaves = register.leaves[tree.size : end]
        tree.extend(leaf_hash(leaf) for leaf in leaves)
        rewritten += [end for each in noted if each.size == end and each.root != tree.root()]
        if end == size and checkpoint.head != TreeHead(size, tree.root()):
            raise VerificationError("offline-other-tree", size=size)
        if end == size and rewritten:
            raise VerificationError("offline-other-history", size=rewritten[0])
        yield from leaves


def _sized(items: Iterable[bytes], width: int) -> Iterator[bytes]:
    for item in items:
        if not 0 < len(item) < 1 << 8 * width:
            raise MalformedError("offline-malformed")
        yield len(item).to_bytes(width, "big") + item


def _split(data: bytes, width: int) -> Iterator[bytes]:
    offset = 0
    while offset < len(data):
        size = int.from_bytes(data[offset : offset + width], "big")
        item = data[offset + width : offset + width + size]
        if size == 0 or len(item) != size:
            raise MalformedError("offline-malformed")
        yield item
        offset += width + size


def _section(data: bytes, offset: int, name: str) -> tuple[bytes, int]:
    end = data.find(b"\n", offset, offset + 64)
    found, _, size = data[offset:end].decode("ascii", errors="replace").partition(" ")
    if end < 0 or found != name:
        raise MalformedError("offline-malformed")
    start = end + 1
    stop = start + parse_decimal(size)
    if stop > len(data):
        raise MalformedError("offline-malformed")
    return data[start:stop], stop
