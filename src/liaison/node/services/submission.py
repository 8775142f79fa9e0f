"""How does an entry reach the secretariat? Handed in at its peer door, or here if this node is the secretariat's.

    POST /registers/{register}/entries   {"entries":["<base64>"],"parts":[{…}]}
    200   {"handed":[{"index":41,"params":{},"payload":"77d3…","refusal":null}]}

Invariants: entries prove themselves, so no request is signed; a refusal names its rule; handing in again is harmless.
Spec page: docs/spec/submission.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from liaison.errors import LiaisonError, MalformedError, NotNowError, UnreachableError, UsageError, VerificationError
from liaison.node.log.sources import secretariats
from liaison.node.node import Node
from liaison.node.peering import PeerAddress, PeerRequest
from liaison.node.services.mirror import sync_register
from liaison.node.services.secretariat import Handed, is_secretariat, submit_entries
from liaison.wire import canonical
from liaison.wire.identifiers import Base64, decode_base64, encode_base64
from liaison.wire.typed import read_json

LIMIT = 1 << 20
ANSWER_LIMIT = 1 << 18


class _Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    entries: tuple[Base64, ...]
    parts: tuple[dict[str, object], ...]


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    index: int | None
    params: dict[str, str | int]
    payload: str
    refusal: str | None


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    handed: tuple[_Row, ...]


def encode_submission(envelopes: Sequence[bytes], parts: Sequence[bytes]) -> bytes:
    """The body of a POST to `/entries`."""
    carried = tuple(read_json(part, dict[str, object]) for part in parts)
    return canonical.encode_struct(_Request(tuple(encode_base64(each) for each in envelopes), carried))


def decode_submission(body: bytes) -> tuple[list[bytes], list[bytes]]:
    """Entries and record parts of a POST to `/entries`. Raises `MalformedError`."""
    request = canonical.decode_struct(body, _Request, limit=LIMIT)
    if not request.entries:
        raise MalformedError("submission-empty")
    parts = [canonical.encode(part) for part in request.parts]  # type: ignore[arg-type]
    return [decode_base64(each) for each in request.entries], parts


def encode_handed(handed: Sequence[Handed]) -> bytes:
    """The body of the answer."""
    rows = tuple(
        _Row(
            each.index,
            dict(each.refusal.params) if each.refusal else {},
            each.payload_hash,
            each.refusal.code if each.refusal else None,
        )
        for each in handed
    )
    return canonical.encode_struct(_Answer(rows))


def decode_handed(body: bytes) -> list[Handed]:
    """What came of the entries. Raises `MalformedError`."""
    rows = canonical.decode_struct(body, _Answer, limit=ANSWER_LIMIT).handed
    return [
        Handed(row.payload, row.index, VerificationError(row.refusal, **row.params) if row.refusal else None)
        for row in rows
    ]


def hand_in(node: Node, *, register: str, envelopes: Sequence[bytes], parts: Sequence[bytes] = ()) -> list[Handed]:
    """Give entries to the secretariat and fetch what it made of them. Raises `UnreachableError`."""
    if is_secretariat(node, register):
        return submit_entries(node, register=register, envelopes=envelopes, parts=parts)
    handed = _post(node, register, encode_submission(envelopes, parts))
    try:
        sync_register(node, register=register)
    except (UnreachableError, NotNowError):
        return handed
    return handed


def hand_in_one(node: Node, *, register: str, envelope: bytes, parts: Sequence[bytes] = ()) -> int:
    """Give one entry to the secretariat; its index. Raises what refuses it."""
    handed = hand_in(node, register=register, envelopes=[envelope], parts=parts)
    if len(handed) != 1 or (handed[0].refusal is None and handed[0].index is None):
        raise MalformedError("submission-answer")
    if handed[0].refusal is not None:
        raise handed[0].refusal
    return handed[0].index or 0


def _post(node: Node, register: str, body: bytes) -> list[Handed]:
    tried: LiaisonError = UsageError("secretariat-not-known", register=register)
    for address in secretariats(node, register):
        try:
            return _post_to(node, register, address, body)
        except (UnreachableError, NotNowError) as error:
            tried = error
    raise tried


def _post_to(node: Node, register: str, address: PeerAddress, body: bytes) -> list[Handed]:
    request = PeerRequest(
        "POST", f"/registers/{register}/entries", body, content_type="application/json", limit=ANSWER_LIMIT
    )
    answer = node.link.call(address, request)
    if answer.status == 200:
        return decode_handed(answer.body)
    if answer.status == 503:
        raise NotNowError("secretariat-not-now", url=address.url)
    raise UnreachableError("secretariat-refused", status=answer.status, url=address.url)
