"""What does a desk of many cases look like in its tables? Real messages, signed and numbered, for measuring only.

    desk = busy_desk(folder, participants=250, cases=10_000)     XC's node, its cases of three years
    desk.long_case                                               one case of 120 messages between two desks

Invariants: every message parses and its digests hold; a case's row is folded by the product's own functions; a third
of the cases was begun by the desk, one in ten is open, one in fifty waits to be acknowledged; numbers decide all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from liaison.keys.public import Purpose
from liaison.messages.forms import latest_form
from liaison.messages.message import ComposedUnder, Copy, Draft, compose, sign_copy
from liaison.messages.parties import DeskRef
from liaison.messages.turns import Standing, Word, after
from liaison.node import models
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import own_memory
from liaison.node.services.line.cases import STANDING, _Parties, participants_but
from liaison.node.unit_of_work import unit_of_work
from liaison.register import bodies
from liaison.wire.canonical import encode_struct
from liaison.wire.identifiers import digest, format_instant, format_uuid7
from tests.mirrored import START
from tests.register.registry import RegisterBuilder
from tests.world import World

TYPES = ("fraud:phishing", "information-gathering:scanner", "malicious-code:c2-server", "availability:ddos")
TEXT = "What was seen, in the words of the desk that saw it. " * 20
BATCH = 500
SPAN = timedelta(days=3 * 365)


@dataclass(slots=True)
class BusyDesk:
    """A node with many cases; `cases` in the order they began."""

    world: World
    cases: list[str]
    long_case: str


class _Maker:
    """Makes the rows of messages, a batch at a time."""

    def __init__(self, world: World, others: list[DeskRef]) -> None:
        self.world, self.own, self.others = world, world.desk("XC"), others
        node, register = world.nodes["XC"], world.register
        self.signer = own_memory(node).signer(Purpose.MESSAGE, register, self.own.at)
        self.under: ComposedUnder = register_facts(node, register).checkpoint
        self.number = 0
        self.rows: dict[Any, list[Any]] = {}

    def case(self, number: int, at: datetime, other: DeskRef, forms: list[tuple[str, bool]]) -> str:
        """One case with a message a form; the flag says whether this desk says it."""
        case, standing, core_hash = self._id(at), None, None
        heads: dict[bool, tuple[int, str]] = {}
        for step, (form, ours) in enumerate(forms):
            said_at = at + timedelta(minutes=7 * step * (1 + number % 5))
            fields = _fields(form, number, said_at)
            signed, core, core_hash = self._message(
                case, form, fields, said_at, other, ours=ours, re=core_hash, heads=heads
            )
            standing = after(standing, Word(core, fields, ours, said_at))
            last = step == len(forms) - 1
            self._keep(signed, core, core_hash, said_at, other, ours=ours, owed=not ours and last and number % 50 == 0)
        assert standing is not None
        self._keep_case(case, at, said_at, other, standing)
        return case

    def _id(self, at: datetime) -> str:
        self.number += 1
        return format_uuid7(int(at.timestamp() * 1000), hashlib.sha256(str(self.number).encode()).digest()[:10])

    def _message(
        self, case: str, form: str, fields: Any, at: datetime, other: DeskRef, *, ours: bool, re: str | None, heads: Any
    ) -> tuple[Any, Any, str]:
        found = latest_form(form)
        sender, to = (self.own, other) if ours else (other, self.own)
        draft = Draft(
            register=self.world.register,
            case=case,
            sender=sender,
            to=(to,),
            form=form,
            form_version=found.version,
            form_hash=found.hash,
            fields=fields,
            stage="notification" if found.stages else None,
            urgency=("routine", "urgent", "emergency")[self.number % 3],
            re=re if found.re == "required" else None,
        )
        salts = [hashlib.sha256(f"{self.number} {name}".encode()).digest() for name in fields]
        composed = compose(
            draft, message_id=self._id(at), composed=format_instant(at), composed_under=self.under, salts=salts
        )
        seq, prev = heads.get(ours, (-1, None))
        signed = sign_copy(composed, Copy(desk=to, epoch="00" * 16, seq=seq + 1, prev=prev), self.signer)
        heads[ours] = (seq + 1, signed.message_hash)
        return signed, composed.core, composed.core_hash

    def _keep(
        self, signed: Any, core: Any, core_hash: str, at: datetime, other: DeskRef, *, ours: bool, owed: bool
    ) -> None:
        own = self.own
        place = {"participant": own.participant, "node": own.node, "desk": own.desk}
        shared = {"register": core.register, "message_id": core.id, "case": core.case, **place, "form": core.form}
        if not ours:
            row = models.IncomingCopy(
                **shared, from_participant=other.participant, from_node=other.node, from_desk=other.desk,
                epoch=signed.payload.copy.epoch, seq=signed.payload.copy.seq, core_hash=core_hash,
                message_hash=signed.message_hash, sealed_hash=digest(signed.plaintext), plaintext=signed.plaintext,
                urgency=core.urgency, verdict="accepted", way="peer", owed=owed, received_at=at,
            )  # fmt: skip
            self._add(row)
            return
        message = models.OutgoingMessage(
            **shared, batch="", urgency=core.urgency, state="outgoing", cleared="no-clearance-asked",
            core=encode_struct(core), core_hash=core_hash, composed_at=at,
        )  # fmt: skip
        self._add(message)
        self._add(
            models.OutgoingCopy(
                message=message, register=core.register,
                participant=other.participant, node=other.node, desk=other.desk,
                epoch=signed.payload.copy.epoch, seq=signed.payload.copy.seq, message_hash=signed.message_hash,
                plaintext=signed.plaintext, sealed=b"", sealed_hash=digest(signed.plaintext), sealed_to="00" * 32,
                state="acknowledged", settled_at=at,
            )
        )  # fmt: skip

    def _keep_case(self, case: str, opened: datetime, last: datetime, other: DeskRef, standing: Standing) -> None:
        own = self.own
        parties = frozenset((own, other))
        self._add(
            models.Case(
                register=self.world.register, case=case, participant=own.participant, node=own.node, desk=own.desk,
                parties=encode_struct(_Parties(tuple(sorted(parties)))), exercise=False, opened_at=opened, last_at=last,
                others=participants_but(own, parties), **{name: getattr(standing, name) for name in STANDING},
            )
        )  # fmt: skip

    def _add(self, row: Any) -> None:
        self.rows.setdefault(type(row), []).append(row)

    def flush(self) -> None:
        """Write what was made."""
        with unit_of_work(self.world.nodes["XC"]):
            for table in (models.Case, models.IncomingCopy, models.OutgoingMessage, models.OutgoingCopy):
                table.objects.bulk_create(self.rows.get(table, ()), batch_size=BATCH)
        self.rows = {}


def _fields(form: str, number: int, at: datetime) -> dict[str, Any]:
    text = {"lang": "en", "text": TEXT}
    return {
        "incident-notice": {
            "title": {"lang": "en", "text": f"Incident {number}"},
            "incident_type": TYPES[number % len(TYPES)],
            "expectation": "answer-asked",
            "severity": {"common": number % 6, "own": None},
            "description": text,
            "own_reference": f"REF-{number:05}",
        },
        "acknowledgement": {"at": format_instant(at), "by_duty_desk": True},
        "reply": {"answer": "accepted", "information": text},
        "close": {"outcome": "resolved"},
    }[form]


def _forms(number: int) -> list[tuple[str, bool]]:
    """What was said in a case: most are closed, some wait, some were only heard."""
    ours = number % 3 == 0
    begun = [("incident-notice", ours)]
    if number % 50 == 0:
        return begun
    heard = [*begun, ("acknowledgement", not ours)]
    if number % 10 == 0:
        return heard
    return [*heard, ("close", True)]


def _registry(participants: int) -> RegisterBuilder:
    registry = RegisterBuilder(rehearsal=False)
    registry.open()
    for who in _names(participants):
        codes = (who,) if len(who) == 2 else ()
        registry.admit(who, labels=bodies.Labels(name=f"State {who}", codes=codes))
        registry.set_up(who)
        registry.publish_desk(who, "duty")
        registry.publish_node(who, "duty")
    return registry


def _names(participants: int) -> Iterator[str]:
    yield "XC"
    yield from (f"participant-{number:03}" for number in range(1, participants))


def busy_desk(folder: Path, *, participants: int, cases: int, long_case: int) -> BusyDesk:
    """A desk whose last three years had so many cases, one of them of `long_case` messages."""
    world = World(folder, codes=("XC",), registry=_registry(participants))
    others = [world.desk(who) for who in _names(participants) if who != "XC"]
    maker, made = _Maker(world, others), list[str]()
    for number in range(cases):
        at = START - SPAN + SPAN * number / cases
        made.append(maker.case(number, at, others[number % len(others)], _forms(number)))
        if number % BATCH == 0:
            maker.flush()
    steps = [("incident-notice", False), *(("reply", step % 2 == 0) for step in range(long_case - 1))]
    long = maker.case(1, START - timedelta(days=20), others[0], steps)
    maker.flush()
    return BusyDesk(world, made, long)
