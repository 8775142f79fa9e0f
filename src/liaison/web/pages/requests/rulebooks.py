"""What does a participant say of requests that are sent to it, and how does one's own say something else?

    requests/rulebook               this desk's own, and whose else can be looked at
    requests/rulebook?of=XD         what XD says, by its record in the register
    requests/rulebook/change        the own one as a form; a good one becomes the open proposal of the entry

Invariants: what is published is said by the record of a desk and proven by the log; a change is a proposal like any
other of the entry, so somebody else approves it where there is somebody; what was typed stands again where it is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from liaison.cooperation.catalogue import load_catalogue
from liaison.cooperation.rulebook import is_old, usual_days
from liaison.errors import LiaisonError, UsageError
from liaison.messages.forms import Form, latest_form
from liaison.messages.parties import DeskRef
from liaison.node.reads.cooperation.rulebooks import rulebook_for
from liaison.node.reads.recipients import find_recipient
from liaison.node.reads.register import directory
from liaison.node.services import own_entry
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.register.records import RequestRules, Rulebook
from liaison.web.entrance.reauthentication import recently_signed_in
from liaison.web.forms import Problem, typed_of
from liaison.web.names import DeskName, DeskNames
from liaison.web.pages.requests.rulebook_form import read_rulebook, typed_rules, view_of
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.site import here
from liaison.web.words import code_word, explained, field_word, form_word, language_word


@dataclass(frozen=True, slots=True)
class RulesShown:
    """What is said of one form of request, in words."""

    title: str
    taken: bool
    desk: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RulebookShown:
    """A rulebook in words; `old` where it was looked at more than a year ago."""

    rulebook: Rulebook
    desk: DeskName
    as_of: date
    old: bool
    languages: tuple[str, ...]
    urgent: tuple[str, ...]
    ways: tuple[str, ...]
    rules: tuple[RulesShown, ...]
    steps: tuple[tuple[str, int], ...]


@require_GET
@at_desk(Action.READ_METADATA)
def page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """One rulebook."""
    names, of = DeskNames(here()), request.GET.get("of", "").strip()[:80]
    desk, problems = seat.desk, tuple[Problem, ...]()
    others = sorted(_others(seat, names), key=lambda each: each[1])
    if of in {participant for participant, _ in others}:
        desk = DeskRef(of, "", "")  # No desk of theirs is asked: their central authority's counts first.
    elif of:
        try:
            desk = find_recipient(here(), seat.register, of)
        except UsageError as error:
            problems = (Problem("of", explained(error).what),)
    own = desk.participant == seat.desk.participant
    given = {
        "of": of,
        "problems": problems,
        "whose": names.participant(seat.register, desk.participant),
        "own": own,
        "shown": None if problems else _shown(seat, names, desk),
        "others": others,
        "may_change": own and seat.may(Action.PUBLISH),
    }
    return render(request, "web/requests/rulebook.html", given, status=400 if problems else 200)


def _shown(seat: Seat, names: DeskNames, desk: DeskRef) -> RulebookShown | None:
    found = rulebook_for(here(), seat.register, desk)
    if found is None:
        return None
    rules, today = found.rulebook, timezone.localtime(here().clock.now()).date()
    return RulebookShown(
        rulebook=rules,
        desk=names.of(seat.register, found.desk),
        as_of=date.fromisoformat(rules.as_of),
        old=is_old(rules, today),
        languages=tuple(map(language_word, rules.languages)),
        urgent=tuple(map(language_word, rules.urgent_languages)),
        ways=tuple(code_word("request-way", each.value) for each in rules.ways),
        rules=tuple(map(_rules, rules.requests)),
        steps=tuple((code_word("own-step", step.value), days) for step, days in usual_days(rules)),
    )


def _rules(rules: RequestRules) -> RulesShown:
    """A form or field of a later version is shown by its code."""
    form: Form | None = latest_form(rules.form) if rules.form in load_catalogue() else None
    title = form_word(form) if form is not None else rules.form
    fields = tuple(field_word(form, each) if form is not None else each for each in rules.fields)
    return RulesShown(title, rules.taken, rules.desk.desk if rules.desk is not None else "", fields)


def _others(seat: Seat, names: DeskNames) -> Iterator[tuple[str, str]]:
    """Whose rulebook can be asked for: what is typed for it, and its name."""
    known = directory(here(), seat.register)
    for participant in {each.participant for each in known.desks() if each.participant}:
        if participant != seat.desk.participant:
            yield participant, names.participant(seat.register, participant)


@recently_signed_in
@require_http_methods(["GET", "POST"])
@at_desk(Action.PUBLISH)
def change(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The own rulebook as a form; a good one becomes the open proposal."""
    entry = own_entry.own_entry(here(), seat.register, seat.desk)
    base = entry.proposal.wanted if entry.proposal is not None else entry.declared
    if request.method != "POST":
        return _form(request, seat, typed_rules(base.rulebook, here().clock.now().date()))
    typed = typed_of(request.POST)
    rules: Rulebook | None = None
    problems: tuple[Problem, ...] = ()
    if request.POST.get("go") != "remove":
        rules, problems = read_rulebook(typed)
    if not problems:
        try:
            wanted = msgspec.structs.replace(base, rulebook=rules)
            own_entry.propose(here(), seat.register, seat.desk, wanted, officer=officer_id(request))
            return HttpResponseRedirect(path_to(seat, "entry/"))
        except LiaisonError as error:
            problems = (Problem("authority", explained(error).what),)
    return _form(request, seat, typed, problems)


def _form(request: HttpRequest, seat: Seat, typed: Any, problems: tuple[Problem, ...] = ()) -> HttpResponse:

    given = {"view": view_of(here(), seat, typed), "problems": problems}
    return render(request, "web/requests/rulebook_form.html", given, status=400 if problems else 200)


ROUTES = [
    path("requests/rulebook", page, name="request-rulebook"),
    path("requests/rulebook/change", change, name="request-rulebook-change"),
]
