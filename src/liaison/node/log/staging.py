"""What of a register was fetched already when the line broke? Whole entry bundles, kept until they are verified.

Invariants: a staged bundle is believed no more than one that was fetched just now: all of them together must lead to
a checkpoint the log signed, or they are thrown away; only full bundles are staged, because they never change.
"""

from __future__ import annotations

from collections.abc import Iterator

from liaison.errors import MalformedError
from liaison.node.log.remote import RemoteLog
from liaison.node.models import Tile as TileRow
from liaison.node.node import Node
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.tlog.bundles import Bundle, bundles_for, decode_bundle
from liaison.tlog.tiles import WIDTH

STAGED = "staged/"


def fetch_entries(node: Node, register: str, remote: RemoteLog, start: int, end: int) -> Iterator[bytes]:
    """The entries [start, end): staged ones first, the others from `remote`, staging what is whole on the way."""
    for bundle in bundles_for(start, end):
        base = bundle.index * WIDTH
        yield from _bundle(node, register, remote, bundle)[max(0, start - base) : end - base]


def drop_staged(register: str) -> None:
    """Forget what was staged, inside the present unit of work: it is verified and stored, or it is rubbish."""
    TileRow.objects.filter(register=register, path__startswith=STAGED).delete()


def _bundle(node: Node, register: str, remote: RemoteLog, bundle: Bundle) -> tuple[bytes, ...]:
    if bundle.width < WIDTH:
        return decode_bundle(_fetched(remote, bundle), bundle.width)
    path = STAGED + bundle.path
    with reading(node):
        data = TileRow.objects.filter(register=register, path=path).values_list("data", flat=True).first()
    if data is None:
        data = _fetched(remote, bundle)
        entries = decode_bundle(data, WIDTH)
        with unit_of_work(node):
            TileRow.objects.get_or_create(register=register, path=path, defaults={"data": data})
        return entries
    return decode_bundle(bytes(data), WIDTH)


def _fetched(remote: RemoteLog, bundle: Bundle) -> bytes:
    data = remote.read(bundle.path)
    if data is None:
        raise MalformedError("mirror-lacks-tile", path=bundle.path)
    return data
