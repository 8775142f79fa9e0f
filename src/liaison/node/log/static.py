"""How does a register leave this node as files: the log for any C2SP reader, or one file that proves itself?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from liaison.errors import NotNowError
from liaison.node.log.parts import CURRENT, PUBLIC
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.models import FollowedRegister, RecordPart
from liaison.node.node import Node
from liaison.node.unit_of_work import reading
from liaison.register import anchor as anchors
from liaison.register.export import OfflineRegister, encode_offline
from liaison.register.records import decode_record
from liaison.tlog.bundles import bundles_for
from liaison.tlog.checkpoint import parse_checkpoint
from liaison.tlog.log import read_entries
from liaison.tlog.ports import TileStore
from liaison.tlog.tiles import tiles_for
from liaison.wire.note import parse_note

AT_ONCE = 64


class StaticLog(TileStore, Protocol):
    """A `TileStore` that also takes the checkpoint, last."""

    def write_checkpoint(self, data: bytes) -> None:
        """Store the checkpoint, after everything it promises."""


def export_log(node: Node, *, register: str, target: StaticLog, progress: Callable[[int], None]) -> int:
    """Write every tile and bundle of the log, then its checkpoint; the size. Tells `progress` how many files came."""
    with reading(node):
        row = _row(register)
        store, size = DatabaseTileStore(register), row.size
        paths = [tile.path for tile in tiles_for(0, size)] + [bundle.path for bundle in bundles_for(0, size)]
        for some in _in_tens(paths):
            items = {path: data for path in some if (data := store.read(path)) is not None}
            if len(items) < len(some):
                raise NotNowError("log-file-not-here", register=register)
            target.write(items)
            progress(len(items))
    target.write_checkpoint(bytes(row.checkpoint))
    return int(size)


def export_file(node: Node, *, register: str, audiences: tuple[str, ...] = (PUBLIC,)) -> bytes:
    """One file with anchor, trusted checkpoint, all its entries, and the current parts for these audiences."""
    with reading(node):
        row = _row(register)
        if not row.trusted_checkpoint:
            raise NotNowError("register-not-trusted-yet", register=register)
        note = parse_note(bytes(row.trusted_checkpoint))
        size = parse_checkpoint(note.text).size
        leaves = tuple(read_entries(DatabaseTileStore(register), 0, size, size=row.size))
        parts = RecordPart.objects.filter(register=register, state=CURRENT, audience__in=audiences).order_by("digest")
        records = tuple(decode_record(bytes(part.part)) for part in parts if part.part)
        anchor = anchors.parse_anchor(bytes(row.anchor))
    return encode_offline(OfflineRegister(anchor, note, leaves, records))


def _row(register: str) -> FollowedRegister:
    row = FollowedRegister.objects.get(register=register)
    if not row.checkpoint:
        raise NotNowError("register-empty", register=register)
    return row


def _in_tens(paths: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(paths), AT_ONCE):
        yield paths[start : start + AT_ONCE]
