"""What was measured of providers' networks, what was said of it, and what do providers agree to have shown?

    conduct/measured/?side=own      conduct/measured/7/      conduct/measured/shown      /shown/measured for everybody

Invariants: counts with source and days and nothing else, in the order of days or of AS numbers; what is not shown is
not there for anybody but the two sides; a measurement of a case that is closed to an officer is not there for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from liaison.conduct.measured.evidence import Evidence
from liaison.conduct.measured.lifecycle import Audience, Event, Side, State
from liaison.errors import UsageError
from liaison.messages.forms import latest_form
from liaison.node.reads.conduct.measured import MeasuredRead, Shown, find_measured, list_measured, shown_page
from liaison.node.reads.overview import overviews
from liaison.node.services.conduct.measured.noting import NOTICE
from liaison.node.services.conduct.measured.telling import LEAST_DAYS, MOST_DAYS, USUAL_DAYS
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.requests import at_desk, path_to
from liaison.web.site import here
from liaison.web.words import code_word, codes_of, field_word

SIDES = {"ours": Side.MEASURER, "own": Side.PROVIDER}
GROUNDS, RESULTS, AUDIENCES = "conformance-ground", "conformance-result", "conformance-audience"


@dataclass(frozen=True, slots=True)
class Count:
    """One count with its words, as it is known or was typed."""

    name: str
    words: str
    number: str


@require_GET
@at_desk(Action.READ_CASE)
def listing(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What the desk measured, or was told of its own networks."""
    return listing_page(request, seat)


def listing_page(
    request: HttpRequest, seat: Seat, *, problems: Any = (), typed: Mapping[str, Any] | None = None, taken: Any = None
) -> HttpResponse:
    """The list, with what was typed and what is wrong with it, and what became of files that were supplied."""
    side = request.GET.get("side", "ours")
    side = side if side in SIDES else "ours"
    text = request.GET.get("page", "1")[:6]
    found = list_measured(here(), seat.desk, side=SIDES[side], page=int(text) if text.isdecimal() else 1)
    names, reader = DeskNames(here()), reader_of(request, seat)
    given = {
        "side": side,
        "found": found,
        "rows": [
            {
                "each": each,
                "other": names.of(each.register, each.other),
                "path": path_to(seat, f"conduct/measured/{each.number}/"),
                "counts": counts_of(each.evidence),
                "new": each.standing.state is State.MEASURED and not each.waits,
            }
            for each in found.rows
            if not each.case or reader.may(each.case)
        ],
        "may_write": seat.may(Action.WRITE),
        "typed": typed or {"days": USUAL_DAYS, "bogons": True},
        "least": LEAST_DAYS,
        "most": MOST_DAYS,
        "problems": problems,
        "taken": taken,
        "before": f"?{urlencode({'side': side, 'page': found.number - 1})}" if found.number > 1 else "",
        "after": f"?{urlencode({'side': side, 'page': found.number + 1})}" if found.number < found.pages else "",
    }
    return render(request, "web/conduct/measured.html", given, status=400 if problems else 200)


@require_GET
@at_desk(Action.READ_CASE)
def one(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """One measurement with what was said of it."""
    return one_page(request, seat, open_measured(request, seat, number))


def open_measured(request: HttpRequest, seat: Seat, number: int) -> MeasuredRead:
    """The measurement of the desk. Raises Http404, also where its case is closed to this officer."""
    try:
        found = find_measured(here(), seat.desk, number)
    except UsageError as error:
        raise Http404 from error
    if found.case and not reader_of(request, seat).may(found.case):
        raise Http404
    return found


def one_page(
    request: HttpRequest,
    seat: Seat,
    found: MeasuredRead,
    *,
    problems: Any = (),
    typed: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page of a measurement, with what was typed and what is wrong with it."""
    may = frozenset(found.may) if seat.may(Action.WRITE) else frozenset()
    given = {
        "each": found,
        "other": DeskNames(here()).of(found.register, found.other),
        "case": case_path(seat, found.case) if found.case else "",
        "counts": counts_of(found.evidence),
        "right": _counts(found.evidence.counts, typed or {}),
        "told": _counts(found.told) if found.told != found.evidence.counts else [],
        "may_notify": Event.NOTIFIED in may and not found.waits,
        "may_dispute": Event.DISPUTED in may,
        "may_review": Event.UPHELD in may,
        "may_take_back": Event.WITHDRAWN in may and bool(found.case),
        "may_agree": Event.CONSENT_GIVEN in may and found.standing.state not in (State.CONSENTED, State.SHOWN),
        "may_end_consent": Event.CONSENT_WITHDRAWN in may,
        "grounds": [(code, code_word(GROUNDS, code)) for code in codes_of(GROUNDS)],
        "results": [(code, code_word(RESULTS, code)) for code in codes_of(RESULTS)],
        "audiences": [(code, code_word(AUDIENCES, code)) for code in codes_of(AUDIENCES)],
        "typed": typed or {"days": USUAL_DAYS},
        "least": LEAST_DAYS,
        "most": MOST_DAYS,
        "problems": problems,
    }
    return render(request, "web/conduct/measurement.html", given, status=400 if problems else 200)


@require_GET
@at_desk(Action.READ_METADATA)
def shown_here(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What providers agreed to have shown to the participants of the register."""
    return _shown_page(request, [seat.register], Audience.PARTICIPANTS)


@require_GET
def shown_to_all(request: HttpRequest) -> HttpResponse:
    """What providers agreed to have shown to everybody."""
    return _shown_page(request, [row.register for row in overviews(here())], Audience.PUBLIC)


def _shown_page(request: HttpRequest, registers: list[str], audience: Audience) -> HttpResponse:
    """A page, from where its address says on; the first where it names no place."""
    begin, text = request.GET.get("register", ""), request.GET.get("above", "")[:10]
    at = registers.index(begin) if begin in registers else 0
    found = shown_page(here(), registers[at:], audience, above=int(text) if text.isdecimal() else 0)
    given = {
        "rows": [_shown_view(each) for each in found.rows],
        "first": "?" if at or text else "",
        "after": f"?{urlencode({'register': found.then[0], 'above': found.then[1]})}" if found.then else "",
    }
    return render(request, "web/conduct/shown.html", given)


def _shown_view(each: Shown) -> dict[str, Any]:
    names = DeskNames(here())
    return {
        "each": each,
        "provider": names.of(each.register, each.provider),
        "measurer": names.of(each.register, each.measurer),
        "counts": counts_of(each.evidence),
    }


def counts_of(evidence: Evidence) -> list[Count]:
    """The counts of a measurement in words."""
    return _counts(evidence.counts)


def _counts(counts: Mapping[str, int], typed: Mapping[str, Any] = MappingProxyType({})) -> list[Count]:
    form = latest_form(NOTICE)
    return [Count(name, field_word(form, name), typed.get(name, str(number))) for name, number in counts.items()]


ROUTES = [
    path("conduct/measured/", listing, name="measured"),
    path("conduct/measured/shown", shown_here, name="measured-shown"),
    path("conduct/measured/<int:number>/", one, name="measurement"),
]
OUTSIDE = [path("shown/measured", shown_to_all, name="measured-public")]
