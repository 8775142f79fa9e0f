"""Does another node answer, with the right keys, clock and a worker that works? It is asked, and what came is kept.

    look_around(node)                            a job: every node whose moment of the day has come
    check_desk(node, register, own, desk)        one desk now; the result is kept

Invariants (docs/spec/checks.md):
- a check goes through the peer door, in a request of the size of a short message;
- a node that does not answer costs `LONGEST` seconds of a thread of its own and delays no message;
- the breaker of the line learns nothing from a check.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from liaison.duty.checks.node_check import ANSWER_SIZE, Answer, Question, decode_answer, encode_question, work_of
from liaison.duty.checks.results import NodeResult, Outcome
from liaison.duty.checks.schedule import is_due
from liaison.errors import LiaisonError, MalformedError, UnreachableError, VerificationError
from liaison.keys.public import Purpose
from liaison.keys.sealing import seal
from liaison.messages.parties import DeskRef, NodeRef
from liaison.node.models import CheckedDesk, HostedNode, NodeCheck
from liaison.node.node import Node
from liaison.node.peering import PeerAddress, PeerAnswer, PeerRequest
from liaison.node.reads.checks.planned_work import planned_there
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import own_memory
from liaison.node.reads.own import setting
from liaison.node.reads.register import directory
from liaison.node.services.people.audit import note
from liaison.node.services.setup import set_setting
from liaison.node.unit_of_work import READ_ONLY, reading, unit_of_work
from liaison.node.work.timers import make_due
from liaison.wire.identifiers import format_instant, parse_instant

LONGEST = 20.0
TOGETHER_SECONDS = 240.0
"""All the checks of one turn; a lease of the job lasts longer."""
KEPT = timedelta(days=400)
CHECK_NODES = "check-nodes"
"""The job that somebody at a desk may have run at once."""
WANTED = "checks-wanted"
"""The setting that says since when somebody wants every node to be looked at."""
# Of the codes with which a door refuses: who does not have the key, and who does not know of checks.
_CODES = {"sealed-for-another": Outcome.NOT_OPENED, "path-not-known": Outcome.NOT_KNOWN}

log = logging.getLogger("liaison.checks")


@dataclass(frozen=True, slots=True)
class Looking:
    """One of our nodes in a register, since when it is there, and the desks of the others by their nodes."""

    register: str
    own: NodeRef
    since: datetime
    desks: dict[NodeRef, list[DeskRef]]


def look_around(node: Node) -> int:
    """Check the nodes whose turn it is, those that answered last time first; how many desks were asked."""
    if setting(node, READ_ONLY):
        return 0
    begun, asked = node.clock.monotonic(), 0
    _sweep(node)
    for looking in lookings(node):
        for desk in _whose_turn(node, looking):
            if node.clock.monotonic() - begun > TOGETHER_SECONDS:
                return asked
            try:
                check_desk(node, looking.register, looking.own, desk)
            except LiaisonError as error:  # Of this register or this moment; the others are looked at all the same.
                log.warning("%s was not checked: %s", desk, error.code)
            asked += 1
    return asked


def look_at_all(node: Node, *, officer: int) -> None:
    """Have the worker look at every node now."""
    with unit_of_work(node):
        want_all(node)
        note(node, "checks-started", officer=officer)
    make_due(node, CHECK_NODES)


def want_all(node: Node) -> None:
    """Have every node looked at as soon as the worker can, inside the present unit of work."""
    set_setting(WANTED, format_instant(node.clock.now().replace(microsecond=0)))


def lookings(node: Node) -> Iterator[Looking]:
    """What this installation looks at: in each register by the first of its nodes there."""
    with reading(node):
        rows = list(HostedNode.objects.order_by("register", "participant", "node"))
    for register in dict.fromkeys(row.register for row in rows):
        ours = [row for row in rows if row.register == register]
        hosted = {NodeRef(row.participant, row.node) for row in ours}
        desks: defaultdict[NodeRef, list[DeskRef]] = defaultdict(list)
        for entry in directory(node, register).desks():
            if entry.participant is not None and entry.node is not None:
                desk = DeskRef(entry.participant, entry.node, entry.desk)
                if desk.at not in hosted:
                    desks[desk.at].append(desk)
        yield Looking(register, NodeRef(ours[0].participant, ours[0].node), ours[0].since, dict(desks))


def _whose_turn(node: Node, looking: Looking) -> list[DeskRef]:
    """The desks of the nodes whose moment has come, those that answered last time first."""
    now, wanted = node.clock.now(), setting(node, WANTED)
    since = max(looking.since, parse_instant(wanted)) if wanted else looking.since
    with reading(node):
        rows = list(CheckedDesk.objects.filter(register=looking.register))
    last = {DeskRef(row.peer_participant, row.peer_node, row.peer_desk): row for row in rows}
    due = []
    for peer, desks in looking.desks.items():
        for desk in desks:
            asked = last[desk].asked_at if desk in last else None
            late = bool(wanted) and (asked is None or asked < parse_instant(wanted))
            if late or is_due(looking.own, peer, last=asked, since=since, now=now):
                due.append(desk)
    return sorted(due, key=lambda desk: (desk in last and last[desk].answered_at != last[desk].asked_at, desk))


def check_desk(node: Node, register: str, own: NodeRef, desk: DeskRef) -> NodeResult:
    """Check a node through one of its desks, and keep what came."""
    result = _check(node, register, own, desk)
    if result.outcome is not Outcome.ANSWERED:  # What it told before it fell silent still counts.
        result = replace(result, planned=planned_there(node, register).get(desk))
    log.info("checked %s: %s", desk, result.outcome)
    _keep(node, register, own, desk, result)
    return result


def _check(node: Node, register: str, own: NodeRef, desk: DeskRef) -> NodeResult:
    asked, facts = node.clock.now(), register_facts(node, register)
    address = facts.address(desk.at)
    if address is None:
        return NodeResult(asked, Outcome.NO_DOOR)
    question = Question(desk, node.entropy.draw(16).hex(), register, format_instant(asked.replace(microsecond=0)))
    try:
        sealed = seal(encode_question(question), facts.sealing_key(desk))
    except LiaisonError as error:
        return NodeResult(asked, Outcome.NO_KEY, error=error.code)
    begun = node.clock.monotonic()
    try:
        answer = _call(node, register, own, desk, address=address, sealed=sealed)
    except UnreachableError as error:
        other = error.code == "peer-key-differs"
        return NodeResult(asked, Outcome.OTHER_KEY if other else Outcome.NOT_REACHED, error=error.code)
    took = node.clock.monotonic() - begun
    if answer.status != 200:
        return _refused(asked, answer, took)
    try:
        return _answered(asked, took, decode_answer(answer.body, question))
    except (MalformedError, VerificationError) as error:
        return NodeResult(asked, Outcome.REFUSED, took=took, error=error.code)


def _call(node: Node, register: str, own: NodeRef, desk: DeskRef, *, address: PeerAddress, sealed: bytes) -> PeerAnswer:
    request = PeerRequest(
        "POST",
        f"/desks/{desk.participant}/{desk.desk}/checking",
        body=sealed,
        signer=own_memory(node).signer(Purpose.HTTP, register, own),
        limit=max(ANSWER_SIZE, 4096),
        longest=LONGEST,
    )
    return node.link.call(address, request)


def _answered(asked: datetime, took: float, said: Answer) -> NodeResult:
    there = parse_instant(said.now)
    return NodeResult(
        asked,
        Outcome.ANSWERED,
        took=took,
        skew=(there - asked).total_seconds() - took / 2,
        worker=said.worker,
        key_made=parse_instant(said.key_made) if said.key_made is not None else None,
        version=said.version,
        planned=work_of(said.planned) if said.planned is not None else None,
        duty_since=parse_instant(said.duty_since) if said.duty_since is not None else None,
    )


def _refused(asked: datetime, answer: PeerAnswer, took: float) -> NodeResult:
    code = next((code for code in _CODES if code.encode() in answer.body[:200]), f"status-{answer.status}")
    return NodeResult(asked, _CODES.get(code, Outcome.REFUSED), took=took, error=code)


def _keep(node: Node, register: str, own: NodeRef, desk: DeskRef, result: NodeResult) -> None:
    peer = {"peer_participant": desk.participant, "peer_node": desk.node, "peer_desk": desk.desk}
    with unit_of_work(node):
        row = NodeCheck.objects.create(
            register=register,
            participant=own.participant,
            node=own.node,
            **peer,
            asked_at=result.asked,
            outcome=result.outcome.value,
            took_ms=None if result.took is None else round(result.took * 1000),
            skew=None if result.skew is None else round(result.skew),
            worker=result.worker,
            key_made=result.key_made,
            version=result.version,
            planned_from=result.planned.begins if result.planned is not None else None,
            planned_until=result.planned.ends if result.planned is not None else None,
            duty_since=result.duty_since,
            error=result.error[:64],
        )
        last = {"last": row, "asked_at": result.asked}
        if result.outcome is Outcome.ANSWERED:
            last["answered_at"] = result.asked
        CheckedDesk.objects.update_or_create(register=register, **peer, defaults=last)


def _sweep(node: Node) -> None:
    """Forget checks that are too old for any trend."""
    old = node.clock.now() - KEPT
    with reading(node):
        if not NodeCheck.objects.filter(asked_at__lt=old).exists():
            return
    with unit_of_work(node):
        NodeCheck.objects.filter(asked_at__lt=old).delete()


def peers_of(node: Node, register: str) -> Sequence[tuple[NodeRef, DeskRef]]:
    """Every desk that this installation looks at in a register, with the node of ours that does."""
    found = (each for each in lookings(node) if each.register == register)
    return [(each.own, desk) for each in found for desks in each.desks.values() for desk in desks]
