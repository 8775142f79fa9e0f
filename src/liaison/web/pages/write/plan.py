"""What does a draft say as a whole, and what is still missing before it can be sent?

    plan = read_plan(draft, seat, around)
    plan.problems["how"]        what has to be put right on that page, each with the input it is about
    plan.letter(seat)           what `send_letter` takes, once nothing is wrong

Invariants: what is typed decides, page by page; nothing is chosen for the officer but "routine" and TLP:AMBER, and
both stand on the page to be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext

from liaison.cooperation.catalogue import load_catalogue
from liaison.errors import MalformedError
from liaison.messages.forms import Form, code_list, latest_form
from liaison.messages.message import Tlp, Urgency
from liaison.messages.parties import DeskRef, sorted_desks
from liaison.node.reads.recipients import find_recipient
from liaison.node.reads.writing.drafts import DraftRead
from liaison.node.services.line.sending import Letter
from liaison.node.services.people.officers import Seat
from liaison.web.forms import Problem, Reading, Surroundings, Typed, read_form
from liaison.web.forms.instants import find_zone, parse_ahead
from liaison.web.forms.languages import language_tag
from liaison.web.pages.write.cards import read_key
from liaison.web.site import here
from liaison.web.words import explained
from liaison.wire.identifiers import format_instant

Problems = dict[str, tuple[Problem, ...]]
LONGEST_MARKING = 80


@dataclass(frozen=True, slots=True)
class Plan:
    """A draft, read."""

    draft: DraftRead
    form: Form | None
    to: tuple[DeskRef, ...]
    together: str
    stage: str
    tlp: Tlp
    marking: str
    urgency: Urgency
    exercise: bool
    wanted_by: str | None
    reading: Reading
    problems: Problems
    tried: bool = False
    """Whether the officer wanted to go on from a page on which something is missing."""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not any(self.problems.values())

    def letter(self, seat: Seat, *, host_may_read: bool) -> Letter:
        """What is sent."""
        return Letter(
            register=seat.register,
            sender=seat.desk,
            to=self.to,
            form=self.form.id if self.form else "",
            fields=self.reading.values,
            stage=self.stage or None,
            tlp=self.tlp,
            marking=self.marking or None,
            urgency=self.urgency,
            exercise=self.exercise,
            wanted_by=self.wanted_by,
            together=self.together != "each",
            attachments=self.draft.attachments,
            host_may_read=host_may_read,
        )


def surroundings(request: HttpRequest, seat: Seat) -> Surroundings:
    """The officer's zone and language, and how a desk they type is found."""
    user: Any = request.user
    node = here()
    return Surroundings(
        zone=user.zone,
        language=language_tag(user.language or "en"),
        find_desk=lambda text: find_recipient(node, seat.register, text),
    )


def first(typed: Typed, name: str, default: str = "") -> str:
    """What stands in an input that stands once."""
    return next(iter(typed.get(name, ())), default).strip()


def chosen_desks(typed: Typed, own: DeskRef) -> tuple[DeskRef, ...]:
    """The recipients so far, the own desk never among them."""
    named = (read_key(text) for text in typed.get("to", ()))
    return sorted_desks(desk for desk in named if desk is not None and desk != own)


def read_plan(draft: DraftRead, seat: Seat, around: Surroundings) -> Plan:
    """The draft as it would be sent. An unknown code counts as not chosen."""
    typed = draft.typed
    form = latest_form(draft.form) if draft.form else None
    to = chosen_desks(typed, seat.desk)
    reading = _read_fields(form, typed, around)
    wanted_by, wanted = _wanted_by(typed, reading)
    stage = first(typed, "stage") if form is not None and first(typed, "stage") in form.stages else ""
    together = first(typed, "together")
    problems: Problems = {
        "form": () if form else (Problem("form", gettext("Choose what you want to say.")),),
        "to": tuple(_to_problems(to, together)),
        "how": (*_how_problems(form, stage, first(typed, "marking")), *wanted),
        "text": reading.problems,
    }
    return Plan(
        draft=draft,
        form=form,
        to=to,
        together=together,
        stage=stage,
        tlp=cast(Tlp, _one_of("tlp", first(typed, "tlp"), "amber")),
        marking=first(typed, "marking"),
        urgency=cast(Urgency, _one_of("urgency", first(typed, "urgency"), "routine")),
        exercise=first(typed, "exercise") == "on",
        wanted_by=wanted_by,
        reading=reading,
        problems=problems,
    )


def _one_of(codes: str, code: str, default: str) -> str:
    return code if code in code_list(codes) else default


def _read_fields(form: Form | None, typed: Typed, around: Surroundings) -> Reading:
    empty: Mapping[str, Any] = {}
    if form is None:
        return Reading(typed, empty, (), find_zone(around.zone))
    return read_form(form, typed, around)


def _wanted_by(typed: Typed, reading: Reading) -> tuple[str | None, tuple[Problem, ...]]:
    text = first(typed, "wanted_by")
    if not text:
        return None, ()
    try:
        return format_instant(parse_ahead(text, reading.zone, here().clock.now())), ()
    except MalformedError as error:
        return None, (Problem("wanted_by", explained(error).what),)


def _to_problems(to: tuple[DeskRef, ...], together: str) -> list[Problem]:
    if not to:
        return [Problem("add", gettext("Choose at least one contact centre to write to."))]
    if len(to) > 1 and together not in ("together", "each"):
        words = gettext("Choose whether all of them share one case, or each has a case of its own.")
        return [Problem("together", words)]
    return []


def _how_problems(form: Form | None, stage: str, marking: str) -> list[Problem]:
    found = []
    if form is not None and form.stages and not stage:
        found.append(Problem("stage", gettext("Choose the stage of the message.")))
    if len(marking) > LONGEST_MARKING:
        found.append(Problem("marking", gettext("A marking has at most 80 characters.")))
    return found


def forms_to_choose(used: Mapping[str, int], kind: str | None) -> list[Form]:
    """The forms that begin a case and that a desk of this kind may use: requests last, then the most used first."""
    found = [latest_form(name) for name in OFFERED]
    allowed = [form for form in found if not form.sender_kinds or kind in form.sender_kinds]
    return sorted(allowed, key=lambda form: (form.id in load_catalogue(), -used.get(form.id, 0)))


OFFERED = (
    "incident-notice",
    "information-request",
    "assistance-request",
    "clarification",
    "introduction",
    "help-introduction",
    "call-note",
    "line-test",
    *(form for form in load_catalogue() if latest_form(form).re != "required"),
)
"""In the order shown to a desk that has sent nothing yet. Answers begin at the message they answer."""
