"""How does an officer measure, tell a provider, dispute, review and agree?

Invariants: one POST does one thing or nothing; what was typed stands again beside what is wrong with it; nothing is
told or shown by measuring.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from liaison.conduct.measured.evidence import COUNTS
from liaison.conduct.measured.routes import MOST_BYTES
from liaison.errors import LiaisonError
from liaison.node.reads.conduct.measured import MeasuredRead
from liaison.node.services.conduct.measured import taking, telling
from liaison.node.services.conduct.measured.telling import Dispute, Review, Text
from liaison.node.services.inside.clearance import Gone
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.forms.languages import language_tag
from liaison.web.pages.conduct.measured import listing_page, one_page, open_measured
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import code_word, explained

LIST = "conduct/measured/"


@require_POST
@at_desk(Action.WRITE)
def take(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Measure by the files that were supplied; the list then says what became of them."""
    typed = {
        "source": request.POST.get("source", "").strip()[:1000],
        "bogons": request.POST.get("bogons") == "on",
        "contacts": request.POST.get("contacts") == "on",
        "days": telling.USUAL_DAYS,
    }
    supplied = taking.Supplied(
        source=str(typed["source"]),
        routes=_file(request, "routes"),
        roas=_file(request, "roas"),
        bogons=bool(typed["bogons"]),
        contacts=bool(typed["contacts"]),
    )
    try:
        taken = taking.take_in(here(), seat, supplied, by=officer_id(request))
    except LiaisonError as error:
        place = "source" if error.code == "measured-source" else "routes"
        return listing_page(request, seat, problems=(_problem(place, error),), typed=typed)
    left_out = [(code_word("measured-left-out", why), asns) for why, asns in taken.left_out.items()]
    if not left_out:
        return after_post(path_to(seat, LIST), "networks-measured")
    return listing_page(request, seat, taken={"kept": taken.kept, "networks": taken.networks, "left_out": left_out})


@require_POST
@at_desk(Action.WRITE)
def notify(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Tell the providers of the marked measurements."""
    marks = [int(mark) for mark in request.POST.getlist("mark")[:200] if mark.isdecimal() and len(mark) < 15]
    days = request.POST.get("days", "").strip()[:4]
    for number in marks:
        open_measured(request, seat, number)
    try:
        gone = telling.notify(here(), seat, marks, days=int(days) if days.isdecimal() else 0, by=officer_id(request))
    except LiaisonError as error:
        place = "days" if error.code == "measured-days" else "marks"
        typed = {"days": days, "mark": frozenset(marks), "bogons": True}
        return listing_page(request, seat, problems=(_problem(place, error),), typed=typed)
    return after_post(path_to(seat, LIST), "handed-in" if any(each.request for each in gone) else "providers-told")


@require_POST
@at_desk(Action.WRITE)
def drop(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Forget a measurement of which nobody was told."""
    found = open_measured(request, seat, number)
    try:
        telling.drop(here(), seat, number, by=officer_id(request))
    except LiaisonError as error:
        return one_page(request, seat, found, problems=(_problem("drop", error),))
    return after_post(path_to(seat, LIST), "measurement-dropped")


@require_POST
@at_desk(Action.WRITE)
def dispute(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Say that it is wrong."""
    typed = {name: request.POST.get(name, "").strip() for name in ("ground", "statement")}

    def act(by: int) -> Gone:
        return telling.dispute(here(), seat, number, Dispute(typed["ground"], _text(typed["statement"])), by=by)

    missing = _missing(typed, ground=gettext("Choose a ground."), statement=gettext("Say what is wrong."))
    return _say(request, seat, number, act, typed=typed, problems=missing, place="statement")


@require_POST
@at_desk(Action.WRITE)
def review(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Say what became of a dispute, or take the measurement back."""
    typed = {name: request.POST.get(name, "").strip() for name in ("result", "reason")}
    names = COUNTS[open_measured(request, seat, number).evidence.measure]
    typed |= {name: request.POST.get(name, "").strip()[:9] for name in names}
    counts = {name: int(typed[name]) for name in names if typed[name].isascii() and typed[name].isdecimal()}

    def act(by: int) -> Gone:
        given = counts if typed["result"] == "corrected" else None
        return telling.review(here(), seat, number, Review(typed["result"], _text(typed["reason"]), given), by=by)

    missing = _missing(typed, result=gettext("Choose a result."), reason=gettext("Give the reason."))
    return _say(request, seat, number, act, typed=typed, problems=missing, place="result")


@require_POST
@at_desk(Action.WRITE)
def consent(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Agree that it is shown, or not any more."""
    typed = {"shown_to": request.POST.get("shown_to", "")[:32], "end": request.POST.get("end", "")}
    ends = typed["end"] == "yes"

    def act(by: int) -> Gone:
        return telling.consent(here(), seat, number, shown_to="" if ends else typed["shown_to"], by=by)

    missing = () if ends else _missing(typed, shown_to=gettext("Choose who may see it."))
    return _say(request, seat, number, act, typed=typed, problems=missing, place="shown_to")


def _say(
    request: HttpRequest,
    seat: Seat,
    number: int,
    act: Callable[[int], Gone],
    *,
    typed: dict[str, Any],
    problems: tuple[Problem, ...],
    place: str,
) -> HttpResponse:
    found: MeasuredRead = open_measured(request, seat, number)
    if not problems:
        try:
            gone = act(officer_id(request))
            code = "handed-in" if gone.request else "sent"
            return after_post(path_to(seat, f"{LIST}{number}/"), code)
        except LiaisonError as error:
            problems = (_problem(place, error),)
    return one_page(request, seat, found, problems=problems, typed=typed | {"days": telling.USUAL_DAYS})


def _missing(typed: dict[str, Any], **wanted: str) -> tuple[Problem, ...]:
    return tuple(Problem(name, words) for name, words in wanted.items() if not typed[name])


def _text(words: str) -> Text:
    return Text(words, language_tag(get_language() or "en"))


def _file(request: HttpRequest, name: str) -> taking.File | None:
    file = request.FILES.get(name)
    return taking.File(file.name or name, file.read(MOST_BYTES + 1)) if file is not None else None


def _problem(place: str, error: LiaisonError) -> Problem:
    told = explained(error)
    return Problem(place, f"{told.what} {told.next}")


ROUTES = [
    path("conduct/measured/take", take, name="measured-take"),
    path("conduct/measured/notify", notify, name="measured-notify"),
    path("conduct/measured/<int:number>/drop", drop, name="measurement-drop"),
    path("conduct/measured/<int:number>/dispute", dispute, name="measurement-dispute"),
    path("conduct/measured/<int:number>/review", review, name="measurement-review"),
    path("conduct/measured/<int:number>/consent", consent, name="measurement-consent"),
]
