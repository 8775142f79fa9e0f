"""Which forms may this desk say something in, in this case, and to which message does each refer?

Invariants: one table; what a form itself demands (a kind of desk, a reference) is taken from the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from liaison.conduct.help import INTRODUCTION, OUTCOME
from liaison.cooperation.steps import is_about
from liaison.messages.case import ACKNOWLEDGEMENT
from liaison.messages.forms import Form, latest_form
from liaison.node.node import Node
from liaison.node.reads.desk.thread import Entry, Thread
from liaison.node.reads.facts import register_facts
from liaison.node.services.people.officers import Seat
from liaison.web.words import form_purpose, form_word

THEIRS, OURS, ANY = "theirs", "ours", "any"
# In the order of the page; of whose messages each speaks.
IN_A_CASE: Mapping[str, str] = MappingProxyType(
    {
        "reply": THEIRS,
        "information-request": THEIRS,
        "clarification": THEIRS,
        "incident-notice": ANY,
        "call-note": ANY,
        "reminder": OURS,
        "correction": OURS,
        "no-longer-needed": OURS,
        "withdrawal": OURS,
        "false-positive": THEIRS,
        "help-outcome": ANY,
        "request-answer": THEIRS,
        "request-clarification": THEIRS,
        "request-consultation": THEIRS,
        "request-supplement": THEIRS,
        "status-query": OURS,
        "status-answer": THEIRS,
        "preservation-extension": OURS,
        "request-extension": ANY,
        "request-withdrawal": OURS,
        "close": ANY,
    }
)
# Beside the steps of requests, which their own table has: forms that speak of one other form alone.
SPEAKS_OF: Mapping[str, str] = MappingProxyType({OUTCOME: INTRODUCTION})
WITH_A_CLOCK = frozenset({"information-request", "clarification", "incident-notice", "reminder"})


@dataclass(frozen=True, slots=True)
class Allowed:
    """A form to say something in."""

    form: Form
    title: str
    purpose: str


def allowed_forms(thread: Thread, node: Node, seat: Seat) -> list[Allowed]:
    """The forms for this desk in this case."""
    state = register_facts(node, thread.row.register).desk_state(seat.desk)
    kind = state.kind if state is not None else None
    return [
        Allowed(form, form_word(form), form_purpose(form))
        for form in map(latest_form, IN_A_CASE)
        if (not form.sender_kinds or kind in form.sender_kinds)
        and (form.re != "required" or answerable(thread, form.id))
    ]


def answerable(thread: Thread, form: str) -> list[Entry]:
    """The messages that a message in this form may refer to, the newest first."""
    whose = IN_A_CASE[form]
    return [
        each
        for each in reversed(thread.entries)
        if not each.rejected
        and each.core.form != ACKNOWLEDGEMENT
        and (whose == ANY or each.ours == (whose == OURS))
        and is_about(form, each.core.form)
        and SPEAKS_OF.get(form, each.core.form) == each.core.form
    ]
