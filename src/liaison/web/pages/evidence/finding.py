"""Which item of evidence does a page speak of, and what stood on the page when it was handed in?

Invariants: an item of another desk, or of a case that is closed to this officer, is not there; what was typed comes
back to its writer alone, or to their colleagues once they have left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest

from liaison.cooperation.evidence.report import CustodyReport
from liaison.errors import UsageError
from liaison.messages.forms import Form, latest_form
from liaison.node.reads.cooperation.evidence import EvidenceRead, show_evidence
from liaison.node.reads.inside.rules import rule_for
from liaison.node.reads.inside.waiting import find_request
from liaison.node.reads.recipients import find_recipient
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading
from liaison.web.forms import Surroundings, Typed
from liaison.web.forms.languages import language_tag
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import reader_of
from liaison.web.requests import officer_id
from liaison.web.site import here

LONG = 18
NOT_TYPED = frozenset({"go", "evidence", "message"})


def find_item(request: HttpRequest, seat: Seat, evidence: str) -> tuple[EvidenceRead, CustodyReport]:
    """The item of this desk in a case that is open to this officer. Raises Http404."""
    try:
        found, report = show_evidence(here(), seat.register, seat.desk, evidence)
    except UsageError as error:
        raise Http404 from error
    if not reader_of(request, seat).may(found.case):
        raise Http404
    return found, report


def part_of(form: str, names: Iterable[str]) -> Form:
    """A form of the line with these of its fields alone: the others follow from the item."""
    whole = latest_form(form)
    return replace(whole, fields={name: whole.fields[name] for name in names})


def around(request: HttpRequest, seat: Seat) -> Surroundings:
    """Who fills a form in."""
    user: Any = request.user
    return Surroundings(
        user.zone, language_tag(user.language), lambda text: find_recipient(here(), seat.register, text)
    )


def returned(request: HttpRequest, seat: Seat, form: str) -> dict[str, list[str]]:
    """What was typed for a message that a second person gave back to this officer."""
    number = request.GET.get("returned", "")
    back = find_request(here(), seat, int(number)) if number.isdecimal() and len(number) < LONG else None
    if back is None or back.form != form or not (back.left or officer_id(request) in back.authors):
        return {}
    return {name: list(texts) for name, texts in back.typed.items() if name not in NOT_TYPED}


def parties_of(seat: Seat, item: EvidenceRead) -> list[str]:
    """The other desks of the item's case, as they are typed."""
    names = DeskNames(here())
    return [f"{names.of(seat.register, each).code or each.participant}/{each.desk}" for each in item.others]


def one(typed: Typed, name: str) -> str:
    """The text of one input."""
    return next(iter(typed.get(name, ())), "").strip()


def hidden(typed: Typed) -> list[tuple[str, str]]:
    """What the last look carries along, so that going back loses nothing."""
    return [(name, text) for name, texts in typed.items() if name not in NOT_TYPED for text in texts]


def waits_for(seat: Seat, form: str, urgency: str) -> bool:
    """Whether a second person clears such a message before it leaves."""
    with reading(here()):
        rule = rule_for(seat.register, seat.desk, form=form, urgency=urgency)
    return rule is not None and rule.demand == "needed"


def kept(typed: Typed, **more: str) -> Mapping[str, list[str]]:
    """What is kept of the page while the message waits; `more` says which page it was."""
    return {name: list(texts) for name, texts in typed.items() if name not in NOT_TYPED} | {
        name: [text] for name, text in more.items()
    }
