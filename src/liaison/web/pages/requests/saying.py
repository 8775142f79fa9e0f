"""What is different where a message is a step of a request: what stands in it, is it possible, what is shown again?

Invariants: the page shows what would be signed, field by field, and holds what was typed, so that going back loses
nothing; a step that would not count or would be marked is refused before it is shown, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from liaison.cooperation.history.reading import asks
from liaison.cooperation.steps import STEPS
from liaison.messages.case import CLOSE
from liaison.messages.forms import Form, latest_form
from liaison.node.reads.cooperation.grounds import ReservedGround
from liaison.node.reads.desk.thread import Thread
from liaison.node.reads.instruments.known import known_instruments
from liaison.node.services.cooperation.acting import Said, check_step
from liaison.node.services.cooperation.finding import request_of
from liaison.node.services.cooperation.following import carried_over
from liaison.node.services.desk.answering import Saying
from liaison.node.services.people.officers import Seat
from liaison.web.forms import Typed
from liaison.web.forms.carried import carried
from liaison.web.forms.norms import offered_norms
from liaison.web.forms.reading import Offered
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path
from liaison.web.pages.cases.values import fields_of
from liaison.web.pages.requests.basis import offered_about, offered_for
from liaison.web.site import here
from liaison.web.words import form_word


def of_request(seat: Seat, what: Saying) -> str:
    """The root of the request that a message is a step of; empty for any other message."""
    return request_of(here(), seat, what.case, what.re) if what.form in STEPS or what.form == CLOSE else ""


def check_said(seat: Seat, root: str, what: Saying, *, shorter: bool) -> tuple[ReservedGround, ...]:
    """Return if the step counts in the history of the request, with the grounds it names that are not plainly open.

    Raises UsageError.
    """
    return check_step(here(), seat, Said(root=root, form=what.form, fields=what.fields, shorter=shorter))


def offered_here(seat: Seat, thread: Thread, form: str, about: str) -> Mapping[str, Offered]:
    """What a message in this form offers for its fields, in this case."""
    found = offered_about(seat, form, thread.row.case, about) or offered_for(seat, form, thread.row.others)
    return {**found, **offered_norms(latest_form(form), lambda: known_instruments(here()))}


def carried_on(seat: Seat, form: Form, case: str, message: str) -> Mapping[str, list[str]]:
    """What a request that follows this message begins with."""
    root = request_of(here(), seat, case, message) if asks(form.id) else ""
    return carried(form, carried_over(here(), seat, root, form.id)) if root else {}


def check_page(
    request: HttpRequest,
    seat: Seat,
    thread: Thread,
    what: Saying,
    typed: Typed,
    *,
    unsure: tuple[ReservedGround, ...],
) -> HttpResponse:
    """The step once more, before it is sent."""
    form, names = latest_form(what.form), DeskNames(here())
    given: dict[str, Any] = {
        "title": form_word(form),
        "row": thread.row,
        "others": [names.of(thread.row.register, each) for each in thread.row.others],
        "fields": list(fields_of(form, thread.row.register, what.fields, names)),
        "what": what,
        "unsure": unsure,
        "inputs": [(name, text) for name, texts in typed.items() if name != "go" for text in texts],
        "action": case_path(seat, what.case, f"say/{what.form}"),
    }
    return render(request, "web/requests/check.html", given)
