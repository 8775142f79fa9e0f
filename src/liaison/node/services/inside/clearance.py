"""How does a letter leave where its desk wants a second person to look at it first?

    gone = send_or_ask(node, letter, Asking(officer=7, draft=12))      inside a unit of work
    gone.sent          what left at once
    gone.request       or the number under which it waits: nothing is signed, numbered or sealed yet

    approve(node, seat, gone.request, by=4)                            signed, numbered, sealed, in the outbox
    give_back(node, seat, gone.request, by=4, reason="…")              the writer has it again, with the reason
    keep_deadlines(node)                                               what silence means, where nobody decided

Invariants:
- A letter is checked when it is handed in, so that whoever clears it decides about its words only, and again when it
  leaves, because keys and register may have changed meanwhile.
- Who sends alone is on shift: where the desk keeps a rota and it has others on duty, whoever is not takes over first.
- Of a letter about evidence its line is signed when it leaves, never while it waits (`services.evidence.leaving`).
- Nobody clears what they wrote. What waits is decided once; its text is kept in the draft it came from, or in the
  inputs it was typed in, until then.
- Where a case is shared for clearance with a desk of another node, its people decide there; their answer counts here.
- A deadline is kept by the node itself, to the second: from then on nobody decides, also where the node comes to it a
  minute later; what then cannot be sent goes back to its writer with the refusal, in the words of its code.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, cast

import msgspec
from django.db.models import Q

from liaison.errors import At, LiaisonError, NotNowError, Param, Several, UsageError
from liaison.messages.inside import CLEARED, REFUSED
from liaison.messages.message import Attachment
from liaison.messages.parties import DeskRef
from liaison.node.models import CaseShare, ClearanceRequest, Draft, OutgoingMessage
from liaison.node.models.inside import REASON
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import is_on_shift
from liaison.node.reads.inside.rules import columns, rule_for, writers
from liaison.node.services.evidence.leaving import with_record
from liaison.node.services.inside.between.clearing import call_letters_back, show_elsewhere
from liaison.node.services.line.sending import Letter, SentMessage, check_letter, send_letter
from liaison.node.services.people.audit import SYSTEM, note
from liaison.node.services.people.case_access import require_case_access
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.clearance import Cleared, Silence, check_second_person, cleared_at_once
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON
from liaison.wire.typed import convert

WAITING, PASSED, RETURNED = "waiting", "passed", "returned"
SHORT = 48
"""Signs of each text of a refusal, where all of it would not fit the reason of a row."""
_MARKED: Mapping[str, type[At | Several]] = MappingProxyType({"at": At, "several": Several})
OF_A_SHARE = ("clearance", "handed-over")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who sends, alone or not, and where the text goes back to if it is not cleared."""

    officer: int
    authors: Collection[int] = ()
    alone: bool = False
    draft: int = 0
    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    leased: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """What became of a letter."""

    sent: tuple[SentMessage, ...] = ()
    request: int = 0


def send_or_ask(node: Node, letter: Letter, asking: Asking) -> Gone:
    """Inside a unit of work: send a letter, or have it wait for a second person. Raises what `send_letter` raises."""
    _forget_returned(node, letter, asking.officer)
    rule = rule_for(letter.register, letter.sender, form=letter.form, urgency=letter.urgency)
    cleared = cleared_at_once(rule, form=letter.form, urgency=letter.urgency, alone=asking.alone)
    if cleared is Cleared.ALONE:
        _require_on_shift(node, letter, asking.officer)
    if cleared is not None:
        ready = replace(letter, cleared=cleared, written_by=asking.officer)
        return Gone(tuple(send_letter(node, with_record(node, ready), leased=asking.leased)))
    if rule is None:
        raise UsageError("clearance-needed", form=letter.form, urgency=letter.urgency)
    exercise = check_letter(node, letter)
    now = node.clock.now()
    row = ClearanceRequest.objects.create(
        **columns(letter.register, letter.sender),
        draft=asking.draft,
        case=letter.case or "",
        form=letter.form,
        urgency=letter.urgency,
        exercise=exercise,
        letter=keep_letter(letter),
        typed={name: list(texts) for name, texts in asking.typed.items()},
        authors=sorted({asking.officer, *asking.authors}),
        asked_by=asking.officer,
        asked_at=now,
        deadline=now + rule.within,
        silence=rule.silence.value,
    )
    told: JSON = {"form": letter.form, "draft": asking.draft}
    note(node, "clearance-asked", officer=asking.officer, subject=str(row.pk), params=told)
    if row.case:
        show_elsewhere(node, row, letter)
    return Gone(request=row.pk)


def _require_on_shift(node: Node, letter: Letter, officer: int) -> None:
    """Inside a unit of work: return where the rota has nobody else on duty now. Raises UsageError."""
    if not is_on_shift(node, letter.register, letter.sender, officer):
        raise UsageError("duty-not-on-shift")


def waits(letter: Letter, *, alone: bool) -> bool:
    """Inside a reading: whether a letter would wait for a second person."""
    rule = rule_for(letter.register, letter.sender, form=letter.form, urgency=letter.urgency)
    return cleared_at_once(rule, form=letter.form, urgency=letter.urgency, alone=alone) is None


def _forget_returned(node: Node, letter: Letter, officer: int) -> None:
    """An answer that was returned is said anew: what was typed then is not kept any longer."""
    if letter.case is not None or letter.evidence:
        mine = ClearanceRequest.objects.filter(**columns(letter.register, letter.sender), case=letter.case or "")
        if letter.evidence:
            mine = mine.filter(typed__evidence=[letter.evidence])
        theirs = Q(asked_by=officer) | ~Q(asked_by__in=writers(node, letter.register, letter.sender))
        mine.filter(theirs, form=letter.form, state=RETURNED).update(typed={})


def approve(node: Node, seat: Seat, number: int, *, by: int) -> list[SentMessage]:
    """Let a letter leave; its first attempts are the caller's. Raises UsageError and what `send_letter` raises."""
    with unit_of_work(node):
        row = _to_decide(node, seat, number, by)
        return _pass(node, row, Cleared.APPROVED, by=by, leased=True)


def give_back(node: Node, seat: Seat, number: int, *, by: int, reason: str) -> None:
    """Return a letter to its writer. Raises UsageError, also without a reason."""
    if not 0 < len(reason.strip()) <= REASON:
        raise UsageError("clearance-reason", limit=REASON)
    with unit_of_work(node):
        _return(node, _to_decide(node, seat, number, by), reason.strip(), by=by)


def take_back(node: Node, seat: Seat, number: int, *, by: int) -> None:
    """As one of its writers: have the letter again before anybody decided. Raises UsageError."""
    with unit_of_work(node):
        row = _waiting(Q(**columns(seat.register, seat.desk)), number)
        if by not in row.authors:
            raise UsageError("clearance-not-yours")
        _return(node, row, "", by=by)


def keep_deadlines(node: Node) -> int:
    """Act on what desks of other nodes answered, and on what silence means where a deadline passed; on how many
    letters. Raises NotNowError."""
    with reading(node):
        due = Q(deadline__lte=node.clock.now()) | ~Q(answer="")
        rows = ClearanceRequest.objects.filter(due, state=WAITING).order_by("deadline", "pk")
        numbers = list(rows.values_list("pk", flat=True))
    for number in numbers:
        try:
            with unit_of_work(node):
                _act(node, number)
        except NotNowError:
            raise
        except LiaisonError as error:
            _return_unsent(node, number, error)
    return len(numbers)


def _act(node: Node, number: int) -> None:
    """What was answered elsewhere before the deadline counts, however late this node comes to it."""
    row = ClearanceRequest.objects.select_for_update().filter(pk=number, state=WAITING).first()
    if row is None:
        return
    if row.answer == CLEARED:
        _pass(node, row, Cleared.APPROVED, by=SYSTEM, leased=False)
    elif row.answer:
        _return(node, row, row.reason, by=SYSTEM)
    elif row.silence == Silence.PASSES.value:
        _pass(node, row, Cleared.SILENCE, by=SYSTEM, leased=False)
    else:
        _return(node, row, "", by=SYSTEM)


def keep_letter(letter: Letter) -> bytes:
    """A letter as a row keeps it."""
    return json.dumps(msgspec.to_builtins(letter, enc_hook=dict), ensure_ascii=False, sort_keys=True).encode()


def kept_letter(data: bytes) -> Letter:
    """The letter of such a row."""
    found: dict[str, Any] = json.loads(data)
    found["sender"] = convert(found["sender"], DeskRef)
    found["to"] = convert(found["to"], tuple[DeskRef, ...])
    found["attachments"] = convert(found["attachments"], tuple[Attachment, ...])
    return Letter(**found)


def keep_refusal(error: LiaisonError) -> str:
    """Why a letter could not be sent, as the reason of its row: told to each reader in their own language."""
    for most in (REASON, SHORT):  # Every value is kept, if cut, for a sentence that lacks one cannot be said.
        params = {name: _kept(each, most) for name, each in error.params.items()}
        told = json.dumps({"code": error.code, **params}, ensure_ascii=False, sort_keys=True)
        if len(told) <= REASON:
            return told
    return ""


def kept_refusal(row: ClearanceRequest) -> LiaisonError | None:
    """The refusal that a row keeps as its reason; None for the words of a person, who may write what they like."""
    if row.decided_by != SYSTEM or row.answer == REFUSED or not row.reason.startswith("{"):
        return None
    found: dict[str, Any] = json.loads(row.reason)
    return UsageError(str(found.pop("code")), **{name: _read(each) for name, each in found.items()})


def _kept(param: Param, most: int) -> JSON:
    """A param as JSON: an instant as `{"at": "…"}`, a list as `{"several": "…"}`, for each reader is told anew."""
    if isinstance(param, int):
        return param
    kind = next((name for name, of in _MARKED.items() if isinstance(param, of)), "")
    return {kind: param[:most]} if kind else param[:most]


def _read(param: Any) -> Param:
    if not isinstance(param, dict):
        return cast(Param, param)
    ((kind, text),) = param.items()
    return _MARKED[kind](text)


def in_reach(seat: Seat) -> Q:
    """The requests that people at this seat may clear: the desk's own, and those of cases shared with it for that."""
    shared = CaseShare.objects.filter(
        register=seat.register,
        participant=seat.desk.participant,
        to_node=seat.desk.node,
        to_desk=seat.desk.desk,
        purpose__in=OF_A_SHARE,
    )
    reach = Q(**columns(seat.register, seat.desk))
    for case, node, desk in shared.values_list("case", "node", "desk"):
        owner = DeskRef(seat.desk.participant, node, desk)
        reach |= Q(**columns(seat.register, owner), case=case)
    return reach


def _to_decide(node: Node, seat: Seat, number: int, by: int) -> ClearanceRequest:
    """The request, if this officer may decide about it. Raises UsageError."""
    require(Action.CLEAR, seat.roles)
    row = _waiting(in_reach(seat), number)
    check_second_person(by, row.authors)
    if row.deadline <= node.clock.now():
        raise UsageError("clearance-too-late")
    if row.case:
        owner = DeskRef(row.participant, row.node, row.desk)
        require_case_access(node, replace(seat, desk=owner), by, row.case)
    return row


def _waiting(reach: Q, number: int) -> ClearanceRequest:
    row = ClearanceRequest.objects.select_for_update().filter(reach, pk=number).first()
    if row is None:
        raise UsageError("clearance-not-found")
    if row.state != WAITING or row.answer:
        raise UsageError("clearance-decided")
    return row


def _pass(node: Node, row: ClearanceRequest, cleared: Cleared, *, by: int, leased: bool) -> list[SentMessage]:
    letter = replace(kept_letter(bytes(row.letter)), cleared=cleared, written_by=row.asked_by)
    sent = send_letter(node, with_record(node, letter), leased=leased)
    sent_as = sent_together_as(letter.register, sent)
    _decide(node, row, PASSED, by=by, sent_as=sent_as, typed={})
    end_draft(node, row.draft, sent_as, officer=row.asked_by)
    told: Any = {"cleared": cleared.value, "form": row.form, "messages": [each.message_id for each in sent]}
    note(node, "clearance-passed", officer=by, subject=str(row.pk), params=told, participant=row.participant)
    return sent


def _return(node: Node, row: ClearanceRequest, reason: str, *, by: int) -> None:
    _decide(node, row, RETURNED, by=by, reason=reason)
    Draft.objects.filter(pk=row.draft).update(awaiting=False)
    note(node, "clearance-returned", officer=by, subject=str(row.pk), participant=row.participant)


def _return_unsent(node: Node, number: int, error: LiaisonError) -> None:
    """What silence let pass cannot be sent any more: the writer has it again, with the refusal."""
    with unit_of_work(node):
        row = ClearanceRequest.objects.filter(pk=number, state=WAITING).first()
        if row is not None:
            _return(node, row, keep_refusal(error), by=SYSTEM)


def _decide(node: Node, row: ClearanceRequest, state: str, *, by: int, **values: Any) -> None:
    told = {"state": state, "decided_by": by, "decided_at": node.clock.now(), "letter": b"", **values}
    ClearanceRequest.objects.filter(pk=row.pk).update(**told)
    call_letters_back(node, row)


def sent_together_as(register: str, sent: Sequence[SentMessage]) -> str:
    """Inside a unit of work: what a letter was sent as: its batch, or its only message."""
    first = sent[0].message_id
    batch = OutgoingMessage.objects.filter(register=register, message_id=first).values_list("batch", flat=True).first()
    return str(batch or first)


def end_draft(node: Node, number: int, sent_as: str, *, officer: int) -> None:
    """Inside a unit of work: a draft that was sent keeps only what it was sent as."""
    Draft.objects.filter(pk=number).update(
        sent_as=sent_as, typed={}, attachments=[], awaiting=False, changed_at=node.clock.now(), changed_by=officer
    )
