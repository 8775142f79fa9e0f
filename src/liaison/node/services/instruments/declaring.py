"""How does a participant declare what it did about an instrument? One proposes, another approves, the node publishes.

    number = propose_stand(node, register, desk, stand, officer=7)     kept, once the rules of the register let it pass
    approve_stand(node, register, desk, number, officer=8)             published by this node's entry key
    declare_stand(node, place, stand)                                  the same at once, for the operator's command

Invariants:
- Who proposed does not approve, unless nobody else at the desk may; then the audit trail says `alone`.
- What the rules would refuse is refused when it is proposed, and judged again when it is approved.
- The trail names instrument and act, never what the statement says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from liaison.errors import MalformedError, UsageError
from liaison.messages.parties import DeskRef
from liaison.node.log.views import RememberingView
from liaison.node.models import StandProposal
from liaison.node.node import Node
from liaison.node.reads.facts import forget_facts
from liaison.node.reads.instruments.proposed import DECLARED, OPEN, STAND_LIMIT, WITHDRAWN
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import who_may
from liaison.node.services.publication import Place, publish_bodies
from liaison.node.services.secretariat import Handed
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Action
from liaison.register.bodies import StandDeclared
from liaison.register.entries import KINDS, Entry, draft, open_entry
from liaison.register.rules import check_unsigned, next_place
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.envelope import Envelope, PayloadType, Signature
from liaison.wire.identifiers import format_instant
from liaison.wire.typed import convert

AFTER = 1 << 52


def make_stand(values: Mapping[str, object]) -> StandDeclared:
    """A stand of plain values, as a form or a command has them. Raises MalformedError."""
    try:
        return convert(values, StandDeclared)
    except msgspec.ValidationError as error:
        raise MalformedError("stand-malformed", reason=str(error)[:200]) from error


def propose_stand(node: Node, register: str, desk: DeskRef, stand: StandDeclared, *, officer: int) -> int:
    """Keep a proposal; its number. Raises MalformedError, and VerificationError with the rule it would break."""
    _check(node, Place(register, desk.participant, desk.node), stand)
    with unit_of_work(node):
        row = StandProposal.objects.create(
            register=register,
            participant=desk.participant,
            node=desk.node,
            desk=desk.desk,
            instrument=stand.instrument,
            stand=encode_struct(stand),
            proposed_by=officer,
            proposed_at=node.clock.now(),
        )
        _note(node, "stand-proposed", desk, stand, officer)
    return int(row.pk)


def withdraw_stand(node: Node, register: str, desk: DeskRef, number: int, *, officer: int) -> None:
    """Take an open proposal back. Raises UsageError."""
    with unit_of_work(node):
        stand = _stand(_open(register, desk, number))
        _close(node, register, desk, number, WITHDRAWN, officer)
        _note(node, "stand-proposal-withdrawn", desk, stand, officer)


def approve_stand(node: Node, register: str, desk: DeskRef, number: int, *, officer: int) -> list[Handed]:
    """Publish an open proposal. Raises UsageError, and what the publication raises; the proposal then stays open."""
    with reading(node):
        row = _open(register, desk, number)
    alone = row.proposed_by == officer
    if alone and who_may(node, register, desk, Action.PUBLISH) - {officer}:
        raise UsageError("needs-another-person")
    stand = _stand(row)
    handed = declare_stand(node, Place(register, desk.participant, desk.node), stand)
    with unit_of_work(node):
        _close(node, register, desk, number, DECLARED, officer)
        _note(node, "stand-declared", desk, stand, officer, alone=alone, entry=handed[0].index or 0)
    return handed


def may_approve_stand(node: Node, register: str, desk: DeskRef, *, by: int, officer: int) -> bool:
    """Whether this officer may approve what `by` proposed, for what a page shows."""
    return officer != by or not who_may(node, register, desk, Action.PUBLISH) - {by}


def declare_stand(node: Node, place: Place, stand: StandDeclared) -> list[Handed]:
    """Publish a stand at once. Raises what the rules and the publication raise."""
    handed = publish_bodies(node, place, [stand])
    forget_facts(node)
    return handed


def _check(node: Node, place: Place, stand: StandDeclared) -> None:
    make_stand(msgspec.to_builtins(stand))
    with reading(node):
        view = RememberingView(place.register, pending=True)
        check_unsigned(_unsigned(node, view, place, stand), view, AFTER)


def _unsigned(node: Node, view: RememberingView, place: Place, stand: StandDeclared) -> Entry:
    where = next_place(view, KINDS[type(stand)], place.participant, place.node)
    payload = draft(stand, where, issued=format_instant(node.clock.now()))
    return open_entry(Envelope(PayloadType.ENTRY, payload, (Signature("0" * 64, b""),)))


def _open(register: str, desk: DeskRef, number: int) -> StandProposal:
    place = {"register": register, "participant": desk.participant, "desk": desk.desk}
    row = StandProposal.objects.filter(pk=number, state=OPEN, **place).first()
    if row is None:
        raise UsageError("no-proposal")
    return row


def _close(node: Node, register: str, desk: DeskRef, number: int, state: str, officer: int) -> None:
    place: dict[str, Any] = {"register": register, "participant": desk.participant, "desk": desk.desk}
    rows = StandProposal.objects.filter(pk=number, state=OPEN, **place)
    rows.update(state=state, decided_by=officer, decided_at=node.clock.now())


def _stand(row: StandProposal) -> StandDeclared:
    return decode_struct(bytes(row.stand), StandDeclared, limit=STAND_LIMIT)


def _note(node: Node, action: str, desk: DeskRef, stand: StandDeclared, officer: int, **more: bool | int) -> None:
    params = {"act": stand.act.value, "desk": desk.desk, **more}
    note(node, action, participant=desk.participant, officer=officer, subject=stand.instrument, params=params)
