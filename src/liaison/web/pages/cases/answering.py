"""How does an officer answer: acknowledge with one action, or say something in a form of the case?

Invariants: nothing that was typed is lost to an error: the page comes back with all of it and the errors on top; a
message is sent by a POST alone and once, because its page then goes on to the case. A step of a request for cooperation
is tried on its history and shown once more before it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST

from liaison.errors import LiaisonError, MalformedError
from liaison.messages.forms.sharing import STRICTNESS
from liaison.node.reads.desk.thread import Thread
from liaison.node.reads.inside.rules import rule_for
from liaison.node.reads.inside.waiting import find_request
from liaison.node.reads.recipients import find_recipient
from liaison.node.services.desk.answering import Saying, acknowledge_message, say
from liaison.node.services.inside.sharing import acknowledging_desk, answering_desk
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading
from liaison.officers.clearance import Rule
from liaison.officers.permissions import Action
from liaison.web.forms import Problem, Surroundings, Typed, read_form, show_form, typed_of
from liaison.web.forms.carried import preset
from liaison.web.forms.instants import find_zone, parse_ahead
from liaison.web.forms.languages import language_tag
from liaison.web.forms.sentences import offered, put_in
from liaison.web.forms.typed import input_name
from liaison.web.languages import find_language
from liaison.web.names import DeskNames
from liaison.web.pages.cases.allowed import WITH_A_CLOCK, Allowed, allowed_forms, answerable
from liaison.web.pages.cases.held import HeldSeat, find_held
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.pages.cases.thread import open_thread
from liaison.web.pages.cases.values import form_title
from liaison.web.pages.requests.naming import request_path
from liaison.web.pages.requests.saying import carried_on, check_page, check_said, of_request, offered_here
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import code_word, explained
from liaison.wire.identifiers import format_instant

LONG = 18
URGENCIES = ("routine", "urgent", "emergency")


@require_POST
@at_desk(Action.ACKNOWLEDGE)
def acknowledge(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Acknowledge a message, from the desk page or from its case."""
    message, case = request.POST.get("message", "")[:36], request.POST.get("case", "")[:36]
    desk = acknowledging_desk(here(), seat, case) if case else seat.desk
    if desk != seat.desk and all(each.message_id != message for each in open_thread(request, seat, case).entries):
        raise Http404  # A share reaches one case of the other desk, and no other.
    fresh = acknowledge_message(here(), desk, message, officer=officer_id(request))
    where = case_path(seat, case) if request.POST.get("back") == "case" and case else path_to(seat)
    return after_post(where, "acknowledged" if fresh else "acknowledged-before")


@require_http_methods(["GET", "POST"])
@at_desk(Action.WRITE)
def saying(request: HttpRequest, seat: Seat, case: str, form: str) -> HttpResponse:
    """The page of a form in a case, and what it sends."""
    found = find_held(seat, case)
    reader = reader_of(request, found.seat)
    thread = found.thread(case, reader=reader)
    allowed = next((each for each in allowed_forms(thread, here(), found.seat) if each.form.id == form), None)
    if allowed is None or not reader.may(case):
        raise Http404
    about = answerable(thread, form)
    given = typed_of(request.POST) if request.method == "POST" else _begun(request, seat, allowed)
    if request.method != "POST":
        given |= carried_on(found.seat, allowed.form, case, request.GET.get("re", "")[:36])
    typed: Typed = {"re": [about[0].message_id] if about and allowed.form.re != "never" else []} | given
    around = _surroundings(request, thread.row.register)
    if request.method == "POST" and request.POST.get("go") == "phrase":
        typed, problems = put_in(allowed.form, typed)
        return _page(request, found, thread, allowed, typed, problems=problems)
    if request.method != "POST" or request.POST.get("go") == "change":
        return _page(request, found, thread, allowed, typed)
    read = read_form(allowed.form, typed, around)
    clock, wrong = _wanted_by(typed, around.zone)
    if problems := (*read.problems, *wrong):
        return _page(request, found, thread, allowed, typed, problems=problems)
    what = _what(case, allowed, typed, read.values, clock)
    root = of_request(found.seat, what)
    try:
        if root:
            unsure = check_said(found.seat, root, what, shorter=_one(typed, "shorter") == "on")
        if root and request.POST.get("go") != "send":
            return check_page(request, seat, thread, what, typed, unsure=unsure)
        desk = answering_desk(here(), seat, case)
        gone = say(here(), desk, what, officer=officer_id(request), typed=typed)
    except LiaisonError as error:
        told = explained(error)
        return _page(request, found, thread, allowed, typed, failed={"said": told, "code": error.code})
    back = request_path(seat, root) if root and found.held.own else case_path(seat, case)
    return after_post(back, "handed-in" if gone.request else "sent")


def _begun(request: HttpRequest, seat: Seat, allowed: Allowed) -> dict[str, list[str]]:
    """What stands in a fresh form: what was returned, or the message it is about, and now for a call."""
    number = request.GET.get("returned", "")
    back = find_request(here(), seat, int(number)) if number.isdecimal() and len(number) < LONG else None
    mine = back is not None and (back.left or officer_id(request) in back.authors)
    if back is not None and mine and back.form == allowed.form.id:
        return {name: list(texts) for name, texts in back.typed.items()}
    typed = {"re": [request.GET["re"][:36]]} if request.GET.get("re") else {}
    typed |= preset(allowed.form, dict(request.GET.lists()))
    if allowed.form.id == "call-note":
        user: Any = request.user
        local = here().clock.now().astimezone(find_zone(user.zone))
        typed[input_name("at")] = [local.strftime("%Y-%m-%dT%H:%M")]
    return typed


def _surroundings(request: HttpRequest, register: str) -> Surroundings:
    user: Any = request.user
    language = language_tag(user.language)
    return Surroundings(user.zone, language, lambda text: find_recipient(here(), register, text))


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "").strip()


def _wanted_by(typed: Typed, zone: str) -> tuple[str | None, tuple[Problem, ...]]:
    text = _one(typed, "wanted_by")
    if not text:
        return None, ()
    try:
        zone_typed = find_zone(_one(typed, input_name("zone")) or zone)
        return format_instant(parse_ahead(text, zone_typed, here().clock.now())), ()
    except MalformedError as error:
        return None, (Problem("wanted-by", explained(error).what),)


def _what(case: str, allowed: Allowed, typed: Typed, fields: Mapping[str, Any], clock: str | None) -> Saying:
    given: dict[str, Any] = {
        "tlp": _one(typed, "tlp"),
        "urgency": _one(typed, "urgency"),
        "stage": _one(typed, "stage"),
    }
    chosen: dict[str, Any] = {name: value or None for name, value in given.items()}
    return Saying(
        case=case,
        form=allowed.form.id,
        fields=fields,
        re=_one(typed, "re"),
        wanted_by=clock,
        host_may_read=_one(typed, "host_may_read") == "yes",
        alone=_one(typed, "alone") == "on",
        **chosen,
    )


def _page(
    request: HttpRequest,
    found: HeldSeat,
    thread: Thread,
    allowed: Allowed,
    typed: Typed,
    *,
    problems: tuple[Problem, ...] = (),
    failed: Mapping[str, Any] | None = None,
) -> HttpResponse:
    around, names = _surroundings(request, thread.row.register), DeskNames(here())
    read = read_form(allowed.form, typed, around, complete=False)
    about = answerable(thread, allowed.form.id)
    chosen = _one(typed, "re")
    around = replace(around, offered=offered_here(found.seat, thread, allowed.form.id, chosen))
    original = next((each for each in about if each.message_id == chosen), None)
    least = original.core.tlp if original is not None else thread.entries[0].core.tlp
    given = {
        "allowed": allowed,
        "thread": thread,
        "row": thread.row,
        "others": [names.of(thread.row.register, each) for each in thread.row.others],
        "form_view": show_form(allowed.form, replace(read, problems=problems or read.problems), around),
        "problems": problems,
        "failed": failed,
        "sentences": offered(allowed.form, typed, find_language(get_language())),
        "put_in": _one(typed, "go") == "phrase",
        "about": [
            {"entry": each, "title": form_title(each.core), "chosen": each.message_id == chosen} for each in about
        ],
        "needs_re": allowed.form.re,
        "original": original,
        "labels": _choices("tlp", [each for each in STRICTNESS if STRICTNESS[each] >= STRICTNESS[least]], typed, least),
        "urgencies": _choices("urgency", URGENCIES, typed, thread.row.urgency),
        "stages": _choices("stage", allowed.form.stages, typed, "update"),
        "rule": _rule(found.seat, allowed.form.id, _one(typed, "urgency") or thread.row.urgency),
        "clock": allowed.form.id in WITH_A_CLOCK,
        "wanted_by": _one(typed, "wanted_by"),
        "host_may_read": failed is not None and failed["code"] == "host-would-read",
        "shorter": failed is not None and failed["code"] == "request-kept-too-short",
        "here": case_path(found.own, thread.row.case),
        "title": gettext("Answer in this case"),
    }
    status = 400 if problems or failed else 200
    return render(request, "web/cases/saying.html", given, status=status)


def _rule(keeper: Seat, form: str, urgency: str) -> Rule | None:
    """What the desk that keeps the case asks for before such a message leaves."""
    with reading(here()):
        return rule_for(keeper.register, keeper.desk, form=form, urgency=urgency)


def _choices(name: str, codes: Any, typed: Typed, otherwise: str) -> list[dict[str, Any]]:
    chosen = _one(typed, name) or otherwise
    return [{"code": each, "word": code_word(name, each), "chosen": each == chosen} for each in codes]


ROUTES = [
    path("acknowledge", acknowledge, name="acknowledge"),
    path("cases/<slug:case>/say/<slug:form>", saying, name="saying"),
]
