"""What does this node know from the registers it follows: desks, keys, addresses, checkpoints?

Invariants: answers come from the trusted state, less what later entries took away; what is only pending is an
answer only where an officer confirmed its key by call-back (`reads/caution/pending.py`).
"""

from __future__ import annotations

from liaison.errors import NotNowError, UsageError, VerificationError
from liaison.keys.public import PublicKey
from liaison.node.models import CallBack, FollowedRegister, RecordPart
from liaison.node.node import Node
from liaison.node.peering import PeerAddress
from liaison.node.reads.caution.pending import called_back_desks, pending_view
from liaison.node.reads.caution.sealing import refused_digests
from liaison.node.unit_of_work import reading
from liaison.node.work.statements import fetch, read
from liaison.register import lookup, records, standing
from liaison.register.state import RegisterListing
from liaison.tlog.checkpoint import Checkpoint, parse_checkpoint
from liaison.wire.note import parse_note

_directories: dict[tuple[str, str], tuple[tuple[int, int, int], lookup.Directory]] = {}


def view(node: Node, register: str) -> RegisterListing:
    """What may be relied on: for use inside `with reading(node)` or a unit of work."""
    return pending_view(register)


def followed(node: Node, register: str) -> FollowedRegister:
    """The row of a register. Raises `UsageError` if this node does not follow it."""
    with reading(node):
        row = read(FollowedRegister, register=register)
    if row is None:
        raise UsageError("register-not-followed", register=register)
    return row


def directory(node: Node, register: str) -> lookup.Directory:
    """All desks of a register, made once for each state of it."""
    row = followed(node, register)
    place = (node.database, register)
    with reading(node):
        called_back = len(fetch(CallBack, ("digest",), register=register))
        state = (row.trusted_size, row.applied, called_back)
        known = _directories.get(place)
        if known is None or known[0] != state:
            pending = called_back_desks(register) if called_back else frozenset()
            known = (state, lookup.Directory(view(node, register), called_back=pending))
            _directories[place] = known
    return known[1]


def desk_entry(node: Node, register: str, participant: str, desk: str) -> lookup.DeskEntry:
    """One live desk. Raises `UsageError` if there is none."""
    entry = directory(node, register).desk(participant, desk)
    if entry is None:
        raise UsageError("desk-not-found", participant=participant[:16], desk=desk)
    return entry


def sealing_key(node: Node, register: str, participant: str, desk: str) -> PublicKey:
    """What a message to the desk is sealed with.

    Raises `NotNowError` while its record part is not here, `VerificationError` for a key another participant named
    first.
    """
    entry = desk_entry(node, register, participant, desk)
    record = _record(node, register, entry.sealing or "")
    if record is None:
        raise NotNowError("record-not-here", digest=entry.sealing or "")
    row = followed(node, register)
    with reading(node):
        refused = refused_digests(node, register, view(node, register), (row.trusted_size, row.applied))
    if record.digest in refused:
        raise VerificationError("sealing-key-shared", participant=participant[:16], desk=desk)
    return records.content_of(record, records.SealingKey).key


def peer_address(node: Node, register: str, participant: str, node_id: str) -> PeerAddress | None:
    """Where the peer door of a node is, if its address record is here and names one."""
    addresses = node_addresses(node, register, participant, node_id)
    if addresses is None:
        return None
    ways, tls = addresses
    url = next((way.at for way in ways.ways if way.way is records.Way.PEER and way.at), None)
    return PeerAddress(url, tls) if url else None


def node_ways(node: Node, register: str, participant: str, node_id: str) -> tuple[records.Address, ...]:
    """The ways to a node that need no hands, in its own order: peer doors and letter boxes; none if it told of none."""
    addresses = node_addresses(node, register, participant, node_id)
    ways = addresses[0].ways if addresses is not None else ()
    return tuple(way for way in ways if _is_open(way))


def _is_open(way: records.Address) -> bool:
    return bool(way.at) if way.way is records.Way.PEER else way.way is records.Way.LETTERBOX and way.by is not None


def node_addresses(
    node: Node, register: str, participant: str, node_id: str
) -> tuple[records.Addresses, tuple[str, ...]] | None:
    """The address record of a node and the TLS keys it answers with; None if it published none or it is not here."""
    with reading(node):
        state = view(node, register).participant(participant)
    published = state.nodes[node_id].publication if state and node_id in state.nodes else None
    record = _record(node, register, published.body.address) if published else None
    if published is None or record is None:
        return None
    return records.content_of(record, records.Addresses), published.body.tls


def message_key_standing(
    node: Node, register: str, participant: str, node_id: str, fingerprint: str
) -> standing.KeyStanding:
    """How a message key stands. Raises `VerificationError` for a key that never was this node's."""
    with reading(node):
        return standing.message_key_standing(view(node, register), participant, node_id, fingerprint)


def trusted_checkpoint(node: Node, register: str) -> Checkpoint:
    """The largest checkpoint with a quorum. Raises `NotNowError` before there is one."""
    row = followed(node, register)
    if not row.trusted_checkpoint:
        raise NotNowError("register-not-trusted-yet", register=register)
    return parse_checkpoint(parse_note(bytes(row.trusted_checkpoint)).text)


def _record(node: Node, register: str, digest: str) -> records.Record | None:
    with reading(node):
        row = RecordPart.objects.filter(register=register, digest=digest).first()
    return records.verify_record(bytes(row.part), digest) if row is not None and row.part else None
