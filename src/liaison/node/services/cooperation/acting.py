"""How does an officer ask, decide, answer, ask for more time, take back or close a request?

    gone = ask(node, seat, Asked(to=(desk,), form="preservation-request", fields={…}), by=7)
    gone = say_step(node, seat, Said(root=root, form="request-answer", fields={"decision": "accepted", …}), by=9)
    review(node, seat, root, by=9)                    a person over here has it
    query_status(node, seat, root, by=7)              how does it stand? in one action
    tell_status(node, seat, root, by=9)               as the table has it, in one action

Invariants (docs/spec/requests.md, "Steps"):
- before anything is said it is tried on the history of the request: what would not count there, or would be marked, is
  refused here with the reason, so that nobody breaks a rule unknowing; grounds are checked where every door sends
  (`cooperation.trying`);
- a step goes the way of every message: the rules of clearance of the desk, its numbers, its outbox;
- only officers who may write, at the desk that has the request, and where its case is closed the named ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from liaison.cooperation.completeness import EMPTY, Draft, Lack, find_lacks
from liaison.cooperation.history.reading import (
    CONSULTATION,
    QUESTION,
    STATUS_ANSWER,
    STATUS_QUERY,
    SUPPLEMENT,
    asks,
    what_it_says,
)
from liaison.cooperation.lifecycle import Event, State
from liaison.cooperation.requests import Mark, Request
from liaison.errors import Several, UsageError
from liaison.messages.case import CLOSE
from liaison.messages.forms import latest_form
from liaison.messages.forms.checking import check_value
from liaison.messages.message import Attachment, Tlp, Urgency
from liaison.messages.parties import DeskRef, sorted_desks
from liaison.node.node import Node
from liaison.node.reads.cooperation.grounds import ReservedGround
from liaison.node.reads.cooperation.messages import words_of
from liaison.node.reads.cooperation.rulebooks import rulebook_for
from liaison.node.reads.facts import register_facts
from liaison.node.services.cooperation.finding import Found, find_request
from liaison.node.services.cooperation.resting import check_basis
from liaison.node.services.cooperation.trying import Tried, check_grounds, try_step
from liaison.node.services.desk.answering import Saying, acknowledge_message, say
from liaison.node.services.inside.clearance import Asking, Gone, send_or_ask
from liaison.node.services.line.sending import Letter
from liaison.node.services.people.audit import SYSTEM, note
from liaison.node.services.people.case_access import require_case_access
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON

_ABOUT: Mapping[str, frozenset[str]] = MappingProxyType(
    {SUPPLEMENT: frozenset({QUESTION, CONSULTATION}), STATUS_ANSWER: frozenset({STATUS_QUERY})}
)
"""Steps that refer to another step, and not to the request itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as an officer decided it. `linked` is the root of the one that it extends or carries on; with `here` it
    goes into the case of that one, to its parties. `incomplete` that what is missing is known, and it goes anyway."""

    form: str
    fields: Mapping[str, JSON]
    to: tuple[DeskRef, ...] = ()
    linked: str = ""
    here: bool = False
    case: str | None = None
    tlp: Tlp = "amber"
    urgency: Urgency = "routine"
    exercise: bool = False
    wanted_by: str | None = None
    attachments: tuple[Attachment, ...] = ()
    host_may_read: bool = False
    incomplete: bool = False
    alone: bool = False
    leased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A step as an officer decided it; `shorter` that a date below the least of the text is meant."""

    root: str
    form: str
    fields: Mapping[str, JSON] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    shorter: bool = False
    alone: bool = False
    leased: bool = False


def ask(node: Node, seat: Seat, asked: Asked, *, by: int) -> Gone:
    """Send a request, or have it wait for clearance. Raises UsageError, MalformedError."""
    require(Action.WRITE, seat.roles)
    if not asks(asked.form):
        raise UsageError("request-unknown-type", form=asked.form[:32])
    found = find_request(node, seat, asked.linked) if asked.linked else None
    fields = dict(asked.fields)
    if found is not None:
        _require_access(node, seat, by, found.request.case)
        _check_link(node, found, asked.form)
        if "linked" in latest_form(asked.form).fields:
            fields.setdefault("linked", found.request.root)
    asked = replace(asked, fields=fields)
    to = asked.to or (found.others(seat.desk) if found is not None else ())
    if not asked.incomplete:
        _require_complete(node, seat, asked, to)
    if found is not None and (asked.here or latest_form(asked.form).re == "required"):
        return _ask_here(node, seat, asked, found.request, by=by)
    letter = Letter(
        register=seat.register,
        sender=seat.desk,
        to=sorted_desks(asked.to),
        fields=asked.fields,
        **{name: getattr(asked, name) for name in _OF_A_LETTER},
    )
    with unit_of_work(node):
        gone = send_or_ask(node, letter, Asking(officer=by, alone=asked.alone, leased=asked.leased))
        for sent in gone.sent:
            note(node, "message-sent", officer=by, subject=sent.message_id, params={"form": asked.form})
    return gone


_OF_A_LETTER = ("form", "case", "tlp", "urgency", "exercise", "wanted_by", "attachments", "host_may_read")


def _ask_here(node: Node, seat: Seat, asked: Asked, earlier: Request, *, by: int) -> Gone:
    saying = Saying(
        case=earlier.case,
        re=earlier.message_id,
        **{name: getattr(asked, name) for name in _OF_SAYING},
    )
    return say(node, seat.desk, saying, officer=by, leased=asked.leased)


_OF_SAYING = ("form", "fields", "tlp", "urgency", "wanted_by", "attachments", "host_may_read", "alone")


def lacks_of(node: Node, seat: Seat, asked: Asked, to: tuple[DeskRef, ...]) -> tuple[Lack, ...]:
    """What the text and the rules of whoever is asked demand and the request does not have, what blocks first."""
    own = register_facts(node, seat.register).desk_state(seat.desk)
    found: list[Lack] = []
    for desk in to:
        rules = rulebook_for(node, seat.register, desk)
        draft = Draft(
            form=asked.form,
            fields=asked.fields,
            sender_kind=own.kind if own is not None else None,
            to=desk,
            urgency=asked.urgency,
        )
        found += [each for each in find_lacks(draft, rules.rulebook if rules else None) if each not in found]
    return tuple(sorted(found, key=lambda each: not each.blocks))


def _require_complete(node: Node, seat: Seat, asked: Asked, to: tuple[DeskRef, ...]) -> None:
    """Return if nothing that blocks is missing. Raises UsageError."""
    blocking = [each for each in lacks_of(node, seat, asked, to) if each.blocks]
    if blocking:
        raise UsageError("request-incomplete", count=len(blocking), lacks=Several.of(map(_named, blocking)))


def _named(lack: Lack) -> str:
    """A lack as it is named in a refusal: its field with the article that demands it, else its code."""
    place = lack.field or lack.code.value
    why = lack.article or ("" if lack.code in EMPTY else lack.code.value if lack.field else "")
    return f"{place} ({why})" if why else place


def _check_link(node: Node, found: Found, form: str) -> None:
    """Return if a request that follows this one may still be made. Raises UsageError."""
    extension = found.request.demands.extension
    if extension is None or extension.form != form:
        return
    clock = found.request.clock(extension.clock)
    if found.request.state is State.LAPSED or (clock is not None and clock.runs_out(node.clock.now())):
        raise UsageError("request-too-late")


def say_step(node: Node, seat: Seat, said: Said, *, by: int) -> Gone:
    """Take a step of a request. Raises UsageError for one that would not count, MalformedError for unfit fields."""
    require(Action.WRITE, seat.roles)
    found = find_request(node, seat, said.root)
    _require_access(node, seat, by, found.request.case)
    _check_values(said)
    _try(node, seat, found, said)
    saying = Saying(
        case=found.request.case,
        form=said.form,
        fields=said.fields,
        re=refers_to(found, said.form),
        attachments=said.attachments,
        alone=said.alone,
    )
    return say(node, seat.desk, saying, officer=by, leased=said.leased)


def check_step(node: Node, seat: Seat, said: Said) -> tuple[ReservedGround, ...]:
    """Return if a step, or a request that follows this one, would count and lack no mark, with the grounds it names
    that are not plainly open to this side; nothing is sent. Raises UsageError.
    """
    found = find_request(node, seat, said.root)
    if asks(said.form):
        _check_link(node, found, said.form)
        check_basis(node, seat.register, seat.desk, said.fields, found.others(seat.desk))
        return ()
    _check_values(said)
    unsure = check_grounds(node, seat.register, seat.desk, found.request, said.fields)
    _try(node, seat, found, said)
    return unsure


def review(node: Node, seat: Seat, root: str, *, by: int) -> bool:
    """Say that a person of this desk has a request; whether it was still to be said. Raises UsageError."""
    require(Action.ACKNOWLEDGE, seat.roles)
    found = find_request(node, seat, root)
    return acknowledge_message(node, seat.desk, found.request.message_id, officer=by)


def query_status(node: Node, seat: Seat, root: str, *, by: int, leased: bool = False) -> Gone:
    """Ask how a request stands. Raises UsageError."""
    return say_step(node, seat, Said(root=root, form=STATUS_QUERY, leased=leased), by=by)


def tell_status(node: Node, seat: Seat, root: str, *, by: int, leased: bool = False) -> Gone:
    """Say how a request stands, as its history has it. Raises UsageError, also where nobody asked."""
    found = find_request(node, seat, root)
    fields = status_fields(found.request)
    return say_step(node, seat, Said(root=found.request.root, form=STATUS_ANSWER, fields=fields, leased=leased), by=by)


def status_fields(request: Request) -> dict[str, JSON]:
    """What the history of a request says to whoever asks how it stands."""
    decided = [step.event for step in request.steps if step.counted and step.event in _DECIDED]
    done = any(step.event in (Event.EXECUTED, Event.ANSWERED) and step.counted for step in request.steps)
    fields: dict[str, JSON] = {
        "decision": _DECIDED[decided[-1]] if decided else "under-review",
        "execution": "executed" if done else "under-way" if decided else "not-begun",
    }
    kept = next((clock.due.day for clock in request.clocks if clock.lapses and clock.due.day is not None), None)
    return fields | ({"preserved_until": kept.isoformat()} if kept is not None else {})


_DECIDED = {
    Event.ACCEPTED: "accepted",
    Event.PARTLY: "partly",
    Event.POSTPONED: "postponed",
    Event.REFUSED: "refused",
}


def _require_access(node: Node, seat: Seat, by: int, case: str) -> None:
    if by != SYSTEM:  # The operator's own commands.
        require_case_access(node, seat, by, case)


def _check_values(said: Said) -> None:
    """Return if what the step says are values of its fields, so that it can be tried. Raises MalformedError."""
    shape = latest_form(said.form)
    for name, value in said.fields.items():
        if name in shape.fields:  # Another name, and what is missing, are refused when it is sent.
            check_value(shape.fields[name], value)


def _try(node: Node, seat: Seat, found: Found, said: Said) -> None:
    """Return if the step counts in the history as it is now, with no mark but what is meant. Raises UsageError."""
    if not what_it_says(said.form, said.fields)["events"]:
        raise UsageError("request-says-nothing", form=said.form[:32])
    with reading(node):
        words = words_of(seat.register, seat.desk, found.cases)
    meant = frozenset({Mark.TOO_SHORT}) if said.shorter else frozenset[Mark]()
    try_step(words, found.request, Tried(said.form, said.fields, seat.desk, node.clock.now()), meant=meant)


def refers_to(found: Found, form: str) -> str:
    """The message that a step refers to: the request, the last one that asked for this step, or, to close it, the last
    one of the other side, so that nobody takes the close for older. Raises UsageError."""
    asked_by = _ABOUT.get(form)
    of_request = {step.hash for step in found.request.steps}
    if asked_by is None:
        theirs = [word for word in found.words if word.by != found.request.asker and word.hash in of_request]
        return theirs[-1].message_id if theirs and form == CLOSE else found.request.message_id
    fit = [word.message_id for word in found.words if word.form in asked_by and word.hash in of_request]
    if not fit:
        raise UsageError("request-nothing-asked", form=form[:32])
    return fit[-1]
