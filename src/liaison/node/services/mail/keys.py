"""Which OpenPGP key does a desk sign its mails with, and which keys open what comes?

    certificate = make_key(node, register, desk, name="XC / duty")      kept in the vault, published by `publish_node`
    key = desk_key(node, register, desk)                                the newest one

Invariants: the private half is in the vault before a row names it; an older key still opens, the newest one signs.
"""

from __future__ import annotations

from liaison.errors import UsageError
from liaison.keys.openpgp.certificates import Certificate
from liaison.keys.openpgp.private import OpenPgpKey
from liaison.messages.parties import DeskRef
from liaison.node.models import MailKey
from liaison.node.node import Node
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.wire.identifiers import digest


def make_key(node: Node, register: str, desk: DeskRef, *, name: str) -> Certificate:
    """Make a fresh key for a desk; its certificate. Raises UsageError where the node has no mailbox."""
    address = node.config.mail.address
    if not address:
        raise UsageError("mail-not-configured")
    key = OpenPgpKey.generate(f"{name.replace('<', '').replace('>', '')} <{address}>")
    held_as = digest(key.certificate.data)
    node.vault.store(held_as, key.secret)
    with unit_of_work(node):
        MailKey.objects.create(
            register=register,
            participant=desk.participant,
            node=desk.node,
            desk=desk.desk,
            fingerprint=key.certificate.fingerprint,
            held_as=held_as,
            certificate=key.certificate.data,
            made_at=node.clock.now(),
        )
    return key.certificate


def desk_key(node: Node, register: str, desk: DeskRef) -> OpenPgpKey:
    """The key that signs for a desk. Raises UsageError where it has none."""
    keys = desk_keys(node, register, desk)
    if not keys:
        raise UsageError("mail-key-missing", desk=desk.desk)
    return keys[0]


def desk_keys(node: Node, register: str, desk: DeskRef) -> list[OpenPgpKey]:
    """The keys of a desk, the newest first."""
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    with reading(node):
        rows = MailKey.objects.filter(register=register, **place).order_by("-made_at", "-pk")
        held = list(rows.values_list("held_as", flat=True))
    return [OpenPgpKey.from_bytes(node.vault.load(name)) for name in held]


def all_keys(node: Node) -> list[tuple[str, DeskRef, OpenPgpKey]]:
    """Every key here with its register and desk: the mailbox is one for all desks of a node."""
    with reading(node):
        rows = list(MailKey.objects.order_by("-made_at", "-pk")[:64])
    return [
        (
            row.register,
            DeskRef(row.participant, row.node, row.desk),
            OpenPgpKey.from_bytes(node.vault.load(row.held_as)),
        )
        for row in rows
    ]


def published_certificate(node: Node, register: str, desk: DeskRef) -> bytes | None:
    """The certificate to publish for a desk, if it has one."""
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    with reading(node):
        row = MailKey.objects.filter(register=register, **place).order_by("-made_at", "-pk").first()
    return None if row is None else bytes(row.certificate)
