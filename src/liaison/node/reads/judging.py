"""What does the judgement of a received message depend on? The facts of the register and of this desk, looked up once.

Invariants: inside the unit of work that stores the verdict, so that two copies of one message cannot both be the
first; while log time has not begun, a replaced key's 60 days run by this node's clock from when it was first noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from liaison.messages.inbox import JudgeContext, SenderDesk, SenderKey
from liaison.messages.message import ReceivedMessage
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import decode_receipt
from liaison.node.models import IncomingCopy, Setting
from liaison.node.node import Node
from liaison.node.reads import register as registers
from liaison.node.reads.facts import RegisterFacts, register_facts
from liaison.node.services.line.cases import find_case
from liaison.node.work.statements import fetch
from liaison.register.facts import KeyFact
from liaison.register.state import RegisterListing
from liaison.wire.identifiers import format_instant, parse_instant


@dataclass(frozen=True, slots=True)
class Mirror:
    """This node's copy of a register, as a transcript or a custody record is judged by it."""

    facts: RegisterFacts
    view: RegisterListing

    @property
    def register(self) -> str:
        return self.facts.register

    @property
    def size(self) -> int:
        return self.facts.head.size

    @property
    def witnessed(self) -> bool:
        return self.facts.globals.policy.k > 0

    def root(self, size: int) -> str | None:
        return self.facts.root_at(size)


def own_mirror(node: Node, register: str) -> Mirror:
    """This node's copy of a register, inside a reading."""
    return Mirror(register_facts(node, register), registers.view(node, register))


def judge_context(
    message: ReceivedMessage, facts: RegisterFacts, desk: DeskRef, now: datetime, *, stood: Sequence[bytes] = ()
) -> JudgeContext:
    """The context for `judge`, inside a unit of work; `stood` are the receipts given before the message was lost."""
    core = message.core
    case = find_case(core.register, core.case, desk)
    told = _told(message)
    return JudgeContext(
        register=facts.register,
        rehearsal=facts.globals.rehearsal,
        desk=desk,
        mirror_size=facts.head.size,
        mirror_root=facts.root_at(core.composed_under.size),
        sender_keys=_sender_keys(message, facts, now),
        sender_desk=_sender_desk(core.sender, facts),
        now=now,
        case=case.facts if case is not None else None,
        known_message=next((row[1] for row in told if row[0] == desk and not row[3]), None),
        known_core=next((row[2] for row in told), None),
        stood=_verdict(stood[0]) if stood else None,
    )


def _verdict(data: bytes) -> str:
    receipt = decode_receipt(data).receipt
    return receipt.reason or receipt.verdict


def first_copy(message: ReceivedMessage, desk: DeskRef) -> IncomingCopy | None:
    """What is stored under the message's key, rejected or not."""
    sender = message.core.sender
    return IncomingCopy.objects.filter(
        register=message.core.register,
        from_participant=sender.participant,
        from_node=sender.node,
        message_id=message.core.id,
        participant=desk.participant,
        node=desk.node,
        desk=desk.desk,
        reused=False,
    ).first()


def _told(message: ReceivedMessage) -> list[tuple[DeskRef, str, str, bool]]:
    """What any desk here was told under this sender and identifier: desk, message hash, core hash, reused."""
    told_by = (message.core.register, message.core.sender.participant, message.core.sender.node)
    columns = ("participant", "node", "desk", "message_hash", "core_hash", "reused")
    # By the identifier alone: asked for the register too, SQLite would walk through all messages of that register.
    rows = fetch(IncomingCopy, (*columns, "register", "from_participant", "from_node"), message_id=message.core.id)
    return [(DeskRef(*row[:3]), row[3], row[4], bool(row[5])) for row in rows if row[6:] == told_by]


def _sender_desk(sender: DeskRef, facts: RegisterFacts) -> SenderDesk | None:
    state, desk = facts.participant(sender.participant), facts.desk_state(sender)
    if state is None or desk is None:
        return None
    return SenderDesk(kind=desk.kind, withdrawn=desk.withdrawn_index is not None, disputed=state.disputed)


def _sender_keys(message: ReceivedMessage, facts: RegisterFacts, now: datetime) -> dict[str, SenderKey]:
    keyid = message.envelope.signatures[0].keyid
    fact = facts.message_key(message.core.sender.at, keyid)
    if fact is None:
        return {}
    key = SenderKey(
        public=fact.key,
        replaced_index=fact.replaced_index,
        replaced_for=_replaced_for(fact, keyid, facts, now),
        revoked=fact.revoked_index is not None,
    )
    return {keyid: key}


def _replaced_for(fact: KeyFact, keyid: str, facts: RegisterFacts, now: datetime) -> timedelta | None:
    if fact.replaced_index is None:
        return None
    then, today = facts.log_time(fact.replaced_index), facts.log_time(facts.head.size - 1)
    if today is not None:
        return today - (then or today)
    noticed, _ = Setting.objects.get_or_create(name=f"rep:{keyid[:60]}", defaults={"value": format_instant(now)})
    return now - parse_instant(noticed.value)
