"""Messages and requests as somebody would make them who does not keep the rules: every part can be chosen."""

from __future__ import annotations

from typing import Any

from liaison.keys.ports import Signer
from liaison.keys.sealing import open_sealed, seal
from liaison.messages.forms import latest_form
from liaison.messages.message import ComposedMessage, ComposedUnder, Copy, Draft, compose, sign_copy
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import Receipt, decode_receipt
from liaison.node.peering import PeerAddress, PeerAnswer, PeerRequest, signature_headers
from liaison.wire.http import HttpRequest
from liaison.wire.identifiers import format_instant, format_uuid7
from tests.world import NOTICE, World

_counter = iter(range(1, 1 << 20))


def fresh_id() -> str:
    number = next(_counter)
    return format_uuid7(1_795_000_000_000 + number, number.to_bytes(10, "big"))


def composed(world: World, sender: str, *to: str, **changes: Any) -> ComposedMessage:
    """A notice as `sender` would compose it, with any part changed; `id`, `composed_at` and `under` among them."""
    form = latest_form("incident-notice")
    message_id = changes.pop("id", None) or fresh_id()
    at = changes.pop("composed_at", world.clock.now())
    under = changes.pop("under", None) or checkpoint(world)
    given: dict[str, Any] = {
        "register": world.register,
        "case": fresh_id(),
        "sender": world.desk(sender),
        "to": tuple(sorted(world.desk(code) for code in to)),
        "form": form.id,
        "form_version": form.version,
        "form_hash": form.hash,
        "fields": NOTICE,
        "stage": "notification",
        "exercise": True,
    }
    draft = Draft(**(given | changes))
    salts = [bytes([number]) * 32 for number in range(1, len(draft.fields) + 1)]
    return compose(draft, message_id=message_id, composed=format_instant(at), composed_under=under, salts=salts)


def checkpoint(world: World, size: int | None = None) -> ComposedUnder:
    """The registry's checkpoint as messages state it."""
    note = world.registry.checkpoint(size)
    _, count, root = note.text.splitlines()[:3]
    import base64

    return ComposedUnder(int(count), base64.b64decode(root).hex())


def plaintext(
    world: World, message: ComposedMessage, desk: DeskRef, *, key: str, seq: int = 0, prev: str | None = None
) -> bytes:
    """The signed copy for `desk`, by the key of that name."""
    copy = Copy(desk=desk, epoch="ab" * 16, seq=seq, prev=prev)
    return sign_copy(message, copy, world.registry.key(key)).plaintext


def sealed_for(world: World, data: bytes, code: str) -> bytes:
    """`data` sealed to the desk of a State."""
    return seal(data, world.registry.sealing(f"{code}/duty").public)


def opened_by(world: World, sealed: bytes, code: str) -> bytes:
    """What the desk of a State reads."""
    return open_sealed(sealed, [world.registry.sealing(f"{code}/duty")])


def post_message(world: World, sealed: bytes, *, by: str, to: str) -> Receipt:
    """Hand sealed bytes in at the door of `to` as the node of `by`; the receipt."""
    answer = ask(world, by, to, method="POST", path=message_path(world, to), body=sealed)
    assert answer.status == 200, (answer.status, answer.body)
    return decode_receipt(answer.body).receipt


def message_path(world: World, code: str) -> str:
    return f"/desks/{world.registry.ids[code]}/duty/messages"


def ask(
    world: World,
    by: str,
    to: str,
    *,
    method: str,
    path: str,
    body: bytes = b"",
    signer: Signer | None = None,
    created: int | None = None,
    authority: str | None = None,
    headers: dict[str, str | None] | None = None,
) -> PeerAnswer:
    """One signed request at the door of `to`, any header changed (None removes it)."""
    host = f"{to.lower()}.example:8443"
    key = signer or world.registry.key(f"{by}/main/http")
    request = PeerRequest(method, path, body=body, signer=key)
    when = int(world.clock.now().timestamp()) if created is None else created
    signed = signature_headers(PeerAddress(f"https://{authority or host}", ()), request, signer=key, created=when)
    given: dict[str, str | None] = {"content-length": str(len(body)), **signed, **(headers or {})}
    kept = {name: value for name, value in given.items() if value is not None}
    return world.network.ask(host, HttpRequest(method, path, body=body, headers=kept))
