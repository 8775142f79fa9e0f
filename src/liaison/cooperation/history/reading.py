"""What does each message of a case say of a request?

    words = read_words([Told(item, fields, received), …])      of one case, in its order; `history` goes through them

    a form of the catalogue        asks                          request-clarification    the requested side asks back
    request-answer                 decides, executes, answers    request-consultation     consults before it refuses
    request-extension              more time for a step          request-supplement       what was asked for
    status-query, status-answer    move nothing                  request-withdrawal       takes back
    acknowledgement                a person over there has it    close                    whoever asked ends it

Invariants (docs/spec/requests.md, "From message to step"): what a message says depends on its signed bytes alone; the
order is the one of the case (`messages.case`), where the times that decide are those that were signed, not of arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from liaison.cooperation.catalogue import RequestType, load_catalogue
from liaison.cooperation.clocks import Due, end_of
from liaison.cooperation.completeness import COURTESY
from liaison.cooperation.lifecycle import Event
from liaison.cooperation.requests import NO_DEMANDS, Demands, Word
from liaison.cooperation.steps import STEPS
from liaison.messages.case import ACKNOWLEDGEMENT, CLOSE, WITHDRAWAL, CaseItem, view_case
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import parse_instant

ANSWER, MORE_TIME, TAKEN_BACK = "request-answer", "request-extension", "request-withdrawal"
QUESTION, CONSULTATION, SUPPLEMENT = "request-clarification", "request-consultation", "request-supplement"
STATUS_QUERY, STATUS_ANSWER = "status-query", "status-answer"
ASSISTANCE = frozenset({"assistance-request-mla", "stored-data-request"})
"""Requests for which data are preserved: once one is asked for, they are kept until it is decided."""
BESIDE = frozenset({ACKNOWLEDGEMENT, CLOSE, WITHDRAWAL, "no-longer-needed"})
"""Forms of any case that say something of a request, where they refer to one."""

LATEST = datetime.max.replace(tzinfo=UTC)
Fields = Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Told:
    """One message as a node holds it, what it discloses, and when by its receipt the other node had it."""

    item: CaseItem
    fields: Fields
    received: datetime | None = None


def asks(form: str) -> bool:
    """Whether a message in this form is a request."""
    return form in load_catalogue()


def speaks_of_requests(form: str) -> bool:
    """Whether a message in this form can begin a request or be a step of one."""
    return form in STEPS or asks(form)


def read_words(told: Iterable[Told]) -> list[Word]:
    """What the messages of one case say of requests, in the order of the case.

    What its sender took back as sent in error is not said; a request that is taken back is withdrawn.
    """
    by_hash: dict[str, Told] = {}
    items: list[CaseItem] = []
    for each in told:
        # The times of arrival differ between the two sides; those that were signed do not.
        items.append(replace(each.item, at=each.item.core.composed))
        known = by_hash.get(each.item.core_hash)
        if known is None or (known.received or LATEST) > (each.received or LATEST):
            by_hash[each.item.core_hash] = each
    if not items:
        return []
    view = view_case(items)
    void = {name for name in view.withdrawn if not asks(by_hash[name].item.core.form)}
    said = [by_hash[each.core_hash] for each in view.said if each.core_hash not in void]
    return [word for each in said if each.item.core.re not in void and (word := _word(each)) is not None]


def demands_of(form: str, instrument: str, basis: str = "") -> Demands:
    """What a text demands of the course of a request in this form; nothing where it does not know it. Of a courtesy it
    can always be said that nobody is bound."""
    known: RequestType | None = load_catalogue().get(form)
    terms = known.terms.get(instrument) if known is not None else None
    if known is None or terms is None:
        return NO_DEMANDS
    refusal, courtesy = terms.refusal, known.courtesy_grounds if basis == COURTESY else frozenset[str]()
    return Demands(
        clocks=terms.clocks,
        extension=terms.extension,
        grounds=frozenset({*refusal.grounds, *refusal.postponing, *courtesy}),
        no_others=refusal.only,
        ground_owed=refusal.only or refusal.reasons is not None,
        consult_owed=refusal.consultation is not None,
    )


def what_it_says(form: str, fields: Fields) -> dict[str, Any]:
    """What a message in this form brings about, and the dates and grounds it names, as arguments of a `Word`."""
    read = _READERS.get(form)
    return {
        "events": read(fields) if read is not None else (),
        "grounds": _codes(fields, "grounds"),
        "kept_until": _day(fields, "preserved_until"),
        "put_off_until": _day(fields, "postponed_until"),
        "clock": _text(fields, "clock"),
        "time_until": _day(fields, "until"),
    }


def _word(told: Told) -> Word | None:
    core = told.item.core
    if asks(core.form):
        return _asked(told)
    says = what_it_says(core.form, told.fields)
    if not says["events"]:
        return None
    return Word(
        hash=told.item.core_hash,
        message_id=core.id,
        case=core.case,
        form=core.form,
        by=core.sender,
        to=core.to,
        at=parse_instant(core.composed),
        about=core.re or "",
        **says,
    )


def _asked(told: Told) -> Word:
    core, fields = told.item.core, told.fields
    instrument, basis = _text(fields, "instrument"), _text(fields, "basis")
    return Word(
        hash=told.item.core_hash,
        message_id=core.id,
        case=core.case,
        form=core.form,
        events=(Event.SENT,),
        by=core.sender,
        to=core.to,
        at=parse_instant(core.composed),
        about=core.re or "",
        linked=_text(fields, "linked"),
        demands=demands_of(core.form, instrument, basis),
        instrument=instrument,
        basis=basis,
        assists=core.form in ASSISTANCE,
        exercise=core.exercise,
        urgency=core.urgency,
        wanted=parse_instant(core.wanted_by) if core.wanted_by is not None else None,
        received=told.received,
    )


def _answered(fields: Fields) -> tuple[Event, ...]:
    """A decision, what was done, and whether this was all: one message may say all three."""
    decision = _text(fields, "decision")
    found = [_DECISIONS[decision]] if decision in _DECISIONS else []
    if decision in ("accepted", "partly"):
        found += [Event.EXECUTED] if _text(fields, "execution") in ("executed", "partly") else []
        found += [Event.SECURED] if _text(fields, "secured") in ("all", "part") else []
        found += [Event.ANSWERED] if fields.get("last") is True else []
    return tuple(found)


def _taken_back(fields: Fields) -> tuple[Event, ...]:
    return (Event.RELEASED, Event.WITHDRAWN) if fields.get("release") is True else (Event.WITHDRAWN,)


def _always(*events: Event) -> Callable[[Fields], tuple[Event, ...]]:
    return lambda _: events


_DECISIONS: Mapping[str, Event] = {
    "under-review": Event.REVIEWED,
    "accepted": Event.ACCEPTED,
    "partly": Event.PARTLY,
    "postponed": Event.POSTPONED,
    "refused": Event.REFUSED,
}
_READERS: Mapping[str, Callable[[Fields], tuple[Event, ...]]] = {
    ANSWER: _answered,
    TAKEN_BACK: _taken_back,
    MORE_TIME: _always(Event.MORE_TIME),
    QUESTION: _always(Event.MORE_ASKED),
    CONSULTATION: _always(Event.CONSULTED),
    SUPPLEMENT: _always(Event.EXPLAINED),
    STATUS_QUERY: _always(Event.STATUS_ASKED),
    STATUS_ANSWER: _always(Event.STATUS_TOLD),
    ACKNOWLEDGEMENT: _always(Event.REVIEWED),
    CLOSE: _always(Event.CLOSED),
    WITHDRAWAL: _always(Event.WITHDRAWN),
    "no-longer-needed": _always(Event.WITHDRAWN),
}


def _text(fields: Fields, name: str) -> str:
    value: Any = fields.get(name)
    return value if isinstance(value, str) else ""


def _codes(fields: Fields, name: str) -> tuple[str, ...]:
    value: Any = fields.get(name)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _day(fields: Fields, name: str) -> Due | None:
    text = _text(fields, name)
    return end_of(date.fromisoformat(text)) if text else None
