"""What can an officer do next with a request? One link a step, each to a page with one question.

Invariants: only what the table of steps allows this side now; a link chooses codes beforehand and never words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy

from liaison.cooperation.history.reading import CONSULTATION, QUESTION, STATUS_ANSWER, STATUS_QUERY, SUPPLEMENT
from liaison.cooperation.lifecycle import LIVE, Event, Side
from liaison.errors import UsageError
from liaison.messages.case import CLOSE
from liaison.node.reads.cooperation.showing import Shown
from liaison.node.services.cooperation.acting import refers_to
from liaison.node.services.cooperation.finding import find_request
from liaison.node.services.people.officers import Seat
from liaison.web.pages.cases.naming import case_path
from liaison.web.pages.requests.naming import request_path
from liaison.web.site import here

ANSWER, MORE_TIME, WITHDRAWAL = "request-answer", "request-extension", "request-withdrawal"


@dataclass(frozen=True, slots=True)
class Offer:
    """A step: what it is called, where it is taken, and whether one press takes it."""

    title: Any
    path: str
    press: bool = False
    form: str = ""


@dataclass(frozen=True, slots=True)
class _Step:
    title: Any
    form: str
    chosen: Mapping[str, str]


_DECIDED = {"execution": "not-begun", "last": "no"}
_DONE = {"decision": "accepted", "execution": "executed"}
_STEPS: Mapping[Event, _Step] = MappingProxyType(
    {
        Event.ACCEPTED: _Step(gettext_lazy("Accept it"), ANSWER, {"decision": "accepted"} | _DECIDED),
        Event.PARTLY: _Step(gettext_lazy("Accept it in part"), ANSWER, {"decision": "partly"} | _DECIDED),
        Event.POSTPONED: _Step(gettext_lazy("Postpone it"), ANSWER, {"decision": "postponed"} | _DECIDED),
        Event.CONSULTED: _Step(gettext_lazy("Consult first"), CONSULTATION, {}),
        Event.REFUSED: _Step(gettext_lazy("Refuse it"), ANSWER, {"decision": "refused", **_DECIDED, "last": "yes"}),
        Event.MORE_ASKED: _Step(gettext_lazy("Ask back"), QUESTION, {}),
        Event.EXPLAINED: _Step(gettext_lazy("Answer what was asked back"), SUPPLEMENT, {}),
        Event.EXECUTED: _Step(gettext_lazy("Say that it was executed"), ANSWER, _DONE | {"last": "no"}),
        Event.ANSWERED: _Step(gettext_lazy("Give the last answer"), ANSWER, _DONE | {"last": "yes"}),
        Event.MORE_TIME: _Step(gettext_lazy("More time for a step"), MORE_TIME, {}),
        Event.WITHDRAWN: _Step(gettext_lazy("Withdraw it"), WITHDRAWAL, {}),
        Event.CLOSED: _Step(gettext_lazy("Close it"), CLOSE, {"outcome": "resolved"}),
    }
)


def offers(seat: Seat, shown: Shown) -> list[Offer]:
    """The steps of this side now, in the order of the table."""
    return [*_pressed(seat, shown), *_said(seat, shown), *_followed(seat, shown)]


def _said(seat: Seat, shown: Shown) -> Iterator[Offer]:
    found = find_request(here(), seat, shown.request.root)
    for event, step in _STEPS.items():
        if event not in shown.choices or (event is Event.CONSULTED and shown.side is not Side.REQUESTED):
            continue
        try:
            about = refers_to(found, step.form)
        except UsageError:  # Nothing was asked that this would answer.
            continue
        yield Offer(step.title, _saying(seat, shown, step.form, about, step.chosen))


def _saying(seat: Seat, shown: Shown, form: str, about: str, chosen: Mapping[str, str]) -> str:
    given = {"re": about} | {f"field.{name}": value for name, value in chosen.items()}
    return f"{case_path(seat, shown.request.case, f'say/{form}')}?{urlencode(given)}"


def _pressed(seat: Seat, shown: Shown) -> Iterator[Offer]:
    root = shown.request.root
    if shown.side is Side.REQUESTED and Event.REVIEWED in shown.choices and not shown.request.first(Event.REVIEWED):
        yield Offer(gettext_lazy("Say that a person here has it"), request_path(seat, root, "seen"), press=True)
    if Event.STATUS_ASKED in shown.choices:
        yield Offer(
            gettext_lazy("Ask how it stands"), request_path(seat, root, "status"), press=True, form=STATUS_QUERY
        )
    if Event.STATUS_TOLD in shown.choices and shown.request.first(Event.STATUS_ASKED):
        path = request_path(seat, root, "status")
        yield Offer(gettext_lazy("Tell how it stands"), path, press=True, form=STATUS_ANSWER)


def _followed(seat: Seat, shown: Shown) -> Iterator[Offer]:
    request = shown.request
    extension = request.demands.extension
    if shown.side is Side.REQUESTED:
        if request.state in LIVE:
            yield Offer(gettext_lazy("Note a step at home"), request_path(seat, request.root, "step"))
        return
    if request.state not in LIVE:
        return
    if extension is not None and request.form != extension.form:
        about = _saying(seat, shown, extension.form, request.message_id, {})
        yield Offer(gettext_lazy("Ask that it is kept longer"), about)
    if extension is not None:
        path = request_path(seat, request.root, "assistance")
        yield Offer(gettext_lazy("Ask for the assistance it was preserved for"), path, press=True)
