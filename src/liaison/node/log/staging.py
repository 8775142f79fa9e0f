"""What of a register was fetched already when the line broke? Whole entry bundles, kept until they are verified.

Invariants: a staged bundle is believed no more than one that was fetched just now: all of them together must lead to
a checkpoint the log signed, or they are thrown away; only full bundles are staged, because they never change. Of a
bundle whose larger half is held already only the bytes behind that are asked for: entries stand one behind the other,
so a wider bundle begins with the bytes of a narrower one, and where it does not the root comes out another.
"""

from __future__ import annotations

from collections.abc import Iterator

from liaison.errors import MalformedError
from liaison.node.log.remote import RemoteLog
from liaison.node.log.rows import remove_under
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.models import Tile as TileRow
from liaison.node.node import Node
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.tlog.bundles import ENTRY_LIMIT, Bundle, bundles_for, decode_bundle
from liaison.tlog.tiles import WIDTH
from liaison.wire.byte_ranges import ByteRange

STAGED = "staged/"


def fetch_entries(node: Node, register: str, remote: RemoteLog, start: int, end: int) -> Iterator[bytes]:
    """The entries [start, end), those before `start` being held: staged ones first, the others from `remote`.

    What comes as a whole full bundle is staged on the way.
    """
    for bundle in bundles_for(start, end):
        held = max(0, start - bundle.index * WIDTH)
        if 2 * held > bundle.width:
            yield from _rest(node, register, remote, bundle, held)
        else:
            yield from _bundle(node, register, remote, bundle)[held:]


def drop_staged(register: str) -> None:
    """Forget what was staged, inside the present unit of work: it is verified and stored, or it is rubbish."""
    remove_under(TileRow, register, STAGED)


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


def _rest(node: Node, register: str, remote: RemoteLog, bundle: Bundle, held: int) -> tuple[bytes, ...]:
    """The entries of the bundle behind the first `held`, which stand in the node's own tiles."""
    with reading(node):
        own = DatabaseTileStore(register).read(Bundle(bundle.index, held).path) or b""
    wanted = ByteRange(len(own), len(own) + (bundle.width - held) * (2 + ENTRY_LIMIT))
    try:
        begin, data = remote.read_on(bundle.path, wanted) or (0, b"")
        return decode_bundle(data, bundle.width - held) if begin else decode_bundle(data, bundle.width)[held:]
    except MalformedError:
        # Cut in other places: a log with another beginning, and its tiles shall show which entry differs.
        return decode_bundle(_fetched(remote, bundle), bundle.width)[held:]


def _fetched(remote: RemoteLog, bundle: Bundle) -> bytes:
    data = remote.read(bundle.path)
    if data is None:
        raise MalformedError("mirror-lacks-tile", path=bundle.path)
    return data
