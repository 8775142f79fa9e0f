"""What does the register say of this desk, and how is that changed? Propose, look at the difference, approve, publish.

    entry/     entry/change     entry/withdraw     entry/approve     entry/confirm     entry/letter?letter=change&in=ar

Invariants: what was typed stands again in the form when a field is wrong; nothing is published by whoever proposed it
while somebody else at the desk may approve; a letter is made from what the register says, in any language there is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from liaison.errors import MalformedError
from liaison.node.reads.checks.fresh import own_freshness
from liaison.node.reads.letter_boxes import reached_by
from liaison.node.reads.writing.drafts import Place
from liaison.node.services import own_entry
from liaison.node.services.own_entry import Proposal, Wanted
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.register.bodies import Expected
from liaison.register.records import Contact, Person, ReportWishes
from liaison.register.vocabulary import ReportFormat
from liaison.web.entrance.reauthentication import recently_signed_in
from liaison.web.forms.typed import parted
from liaison.web.languages import languages
from liaison.web.letters import letter as letters
from liaison.web.letters.entry_words import AUDIENCES, CONTACT, HINTS, LABELS, entry_label, entry_value
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import code_word
from liaison.wire.typed import convert

_SEMICOLON = re.compile("[;؛\uff1b]")  # As keyboards in Arabic and Chinese have it too.
MINUTES = ("routine", "urgent", "emergency")
WISHES = ("formats", "every", "largest")


@at_desk(Action.READ_METADATA)
def show(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The entry as declared, and the proposal with its difference."""
    entry = own_entry.own_entry(here(), seat.register, seat.desk)
    values: dict[str, Any] = {
        "rows": [
            (entry_label(name), entry_value(name, text))
            for name, _, text in own_entry.differences(_nothing(entry.declared), entry.declared)
        ],
        "fresh": own_freshness(here(), Place(seat.register, seat.desk)),
        "now": here().clock.now(),
        "reached": reached_by(here(), seat.register, seat.desk.at),
        "may_publish": seat.may(Action.PUBLISH),
        "languages_of_letters": languages().values(),
        "letters": [(each.value, letters.title(each)) for each in letters.LetterKind],
    }
    if entry.proposal is not None:
        values |= _proposal(request, seat, entry.declared, entry.proposal)
    return render(request, "web/own_entry.html", values)


@recently_signed_in
@at_desk(Action.PUBLISH)
def change(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The form; a good one becomes the open proposal."""
    entry = own_entry.own_entry(here(), seat.register, seat.desk)
    base = entry.proposal.wanted if entry.proposal is not None else entry.declared
    if request.method != "POST":
        return _form(request, _typed(base), {})
    typed = {name: value.strip() for name, value in request.POST.items() if isinstance(value, str)}
    wanted, wrong = _read(base, typed)
    if wanted is None:
        return _form(request, typed, wrong)
    own_entry.propose(here(), seat.register, seat.desk, wanted, officer=officer_id(request))
    return after_post(path_to(seat, "entry/"), "entry-proposed")


@recently_signed_in
@require_POST
@at_desk(Action.PUBLISH)
def withdraw(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Take the proposal back."""
    own_entry.withdraw(here(), seat.register, seat.desk, officer=officer_id(request))
    return after_post(path_to(seat, "entry/"), "entry-withdrawn")


@recently_signed_in
@require_POST
@at_desk(Action.PUBLISH)
def approve(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Publish the proposal."""
    own_entry.approve(here(), seat.register, seat.desk, officer=officer_id(request))
    return after_post(path_to(seat, "entry/"), "entry-published")


@require_POST
@at_desk(Action.PUBLISH)
def confirm(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Confirm the entry without a change, from its own page or from the desk's."""
    own_entry.confirm(here(), seat.register, seat.desk, officer=officer_id(request))
    return after_post(path_to(seat, "" if request.POST.get("back") == "desk" else "entry/"), "confirmed")


@at_desk(Action.READ_METADATA)
def letter(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A letter to the secretariat as PDF, in the language asked for."""
    kind, language = request.GET.get("letter", ""), languages().get(request.GET.get("in", ""))
    if kind not in {each.value for each in letters.LetterKind} or language is None:
        raise Http404
    data = letters.make_letter(here(), seat, letters.LetterKind(kind), language)
    answer = HttpResponse(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{kind}-{language.tag}.pdf"'
    return answer


def _proposal(request: HttpRequest, seat: Seat, declared: Wanted, proposal: Proposal) -> dict[str, Any]:
    changed = own_entry.differences(declared, proposal.wanted)
    officer = officer_id(request)
    return {
        "proposal": proposal,
        "changes": [
            (entry_label(name), entry_value(name, before), entry_value(name, after)) for name, before, after in changed
        ],
        "own": proposal.by == officer,
        "may_approve": own_entry.may_approve(here(), seat.register, seat.desk, proposal, officer),
    }


def _form(request: HttpRequest, typed: Mapping[str, str], wrong: Mapping[str, str]) -> HttpResponse:
    groups: list[tuple[str, list[str]]] = [("", ["languages", *MINUTES])]
    groups += [(each, [f"contact/{each}/{name}" for name in (*CONTACT, "persons")]) for each in AUDIENCES]
    groups.append(("reports", [f"reports/{name}" for name in WISHES]))
    shown = [
        {
            "title": code_word("audience", audience) if audience in AUDIENCES else "",
            "reports": audience == "reports",
            "fields": [_field(name, typed, wrong) for name in names if not name.endswith("public/persons")],
        }
        for audience, names in groups
    ]
    status = 422 if wrong else 200
    return render(request, "web/own_entry_form.html", {"groups": shown, "wrong": bool(wrong)}, status=status)


def _field(name: str, typed: Mapping[str, str], wrong: Mapping[str, str]) -> dict[str, Any]:
    last = name.rpartition("/")[2]
    return {
        "name": name,
        "id": name.replace("/", "-"),
        "label": LABELS[last],
        "hint": HINTS.get(last, ""),
        "value": typed.get(name, ""),
        "wrong": wrong.get(name, ""),
        "many": last == "persons",
        "number": last in (*MINUTES, "every", "largest"),
    }


def _typed(wanted: Wanted) -> dict[str, str]:
    """What the form shows of a version."""
    typed = {name: str(minutes or "") for name, minutes in msgspec.to_builtins(wanted.expected).items()}
    typed["languages"] = ", ".join(wanted.languages)
    for audience, contact in wanted.contacts.items():
        for name in CONTACT:
            typed[f"contact/{audience}/{name}"] = getattr(contact, name) or ""
        lines = ("; ".join(each or "" for each in msgspec.structs.astuple(person)) for person in contact.persons)
        typed[f"contact/{audience}/persons"] = "\n".join(lines)
    if wanted.reports is not None:
        typed["reports/formats"] = ", ".join(each.value for each in wanted.reports.formats)
        typed |= {"reports/every": str(wanted.reports.every), "reports/largest": str(wanted.reports.largest >> 10)}
    return typed


def _read(base: Wanted, typed: Mapping[str, str]) -> tuple[Wanted | None, dict[str, str]]:
    """The version that was typed, what this form does not ask as in `base`, or what is wrong with it by field."""
    wrong: dict[str, str] = {}
    tags = tuple(parted(typed.get("languages", "")))
    expected = Expected(*(_minutes(name, typed, wrong) for name in MINUTES))
    contacts = {name: contact for name, contact in base.contacts.items() if name not in AUDIENCES}
    for audience in AUDIENCES:
        contact = _contact(audience, typed, wrong)
        if contact is not None:
            contacts[audience] = contact
    wanted = Wanted(base.kind, tags, expected, contacts, _wishes(typed, wrong), base.rulebook)
    try:
        wanted = convert(msgspec.to_builtins(wanted), Wanted)
    except msgspec.ValidationError as error:
        wrong |= _place(error)
    if not tags:
        wrong["languages"] = gettext("Name at least one language.")
    return (None, wrong) if wrong else (wanted, {})


def _wishes(typed: Mapping[str, str], wrong: dict[str, str]) -> ReportWishes | None:
    """How the desk wants reports on resources; nothing where no format is named."""
    named = parted(typed.get("reports/formats", "").lower())
    if not named:
        return None
    if len(set(named)) < len(named) or not set(named) <= {each.value for each in ReportFormat}:
        wrong["reports/formats"] = gettext("Name formats of the list, each once.")
        return None
    numbers = {}
    for name, least, most, otherwise in (("every", 0, 44_640, "0"), ("largest", 64, 8192, "8192")):
        text = typed.get(f"reports/{name}", "") or otherwise
        if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
            wrong[f"reports/{name}"] = gettext("Write a whole number from %(least)s to %(most)s.") % {
                "least": least,
                "most": most,
            }
            return None
        numbers[name] = int(text)
    return ReportWishes(tuple(map(ReportFormat, named)), numbers["every"], numbers["largest"] << 10)


def _minutes(name: str, typed: Mapping[str, str], wrong: dict[str, str]) -> int | None:
    text = typed.get(name, "")
    if not text:
        return None
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 525_600:
        return int(text)
    wrong[name] = gettext("Write a whole number of minutes, or leave it empty.")
    return None


def _contact(audience: str, typed: Mapping[str, str], wrong: dict[str, str]) -> Contact | None:
    given = {name: typed.get(f"contact/{audience}/{name}", "") or None for name in CONTACT}
    try:
        persons = _persons(typed.get(f"contact/{audience}/persons", ""))
    except MalformedError:
        wrong[f"contact/{audience}/persons"] = gettext("Write name; position; mailbox; telephone, one person a line.")
        persons = ()
    if not any(given.values()) and not persons:
        return None
    if given["institution"] is None:
        wrong[f"contact/{audience}/institution"] = gettext("Name the institution.")
    return Contact(
        given["institution"] or "-",
        given["unit"],
        given["mailbox"],
        given["telephone"],
        given["time_zone"],
        given["hours"],
        persons,
    )


def _persons(text: str) -> tuple[Person, ...]:
    found = []
    for line in text.splitlines():
        if line.strip():
            name, *rest = (part.strip() for part in _SEMICOLON.split(line))
            if len(rest) > 3 or not name:
                raise MalformedError("proposal-malformed", reason="persons")
            found.append(Person(name, *(*(each or None for each in rest), None, None, None)[:3]))
    return tuple(found)


def _place(error: msgspec.ValidationError) -> dict[str, str]:
    """Under which field a refusal of the register's own form is shown."""
    said = str(error)
    name = "languages" if "$.languages" in said else "contact/participants/institution"
    return {name: gettext("The register does not take this: it is too long, or not written as the hint says.")}


def _nothing(wanted: Wanted) -> Wanted:
    return Wanted(wanted.kind, (), Expected(None, None, None), {})


ROUTES = [
    path("entry/", show, name="own-entry"),
    path("entry/change", change, name="own-entry-change"),
    path("entry/withdraw", withdraw, name="own-entry-withdraw"),
    path("entry/approve", approve, name="own-entry-approve"),
    path("entry/confirm", confirm, name="own-entry-confirm"),
    path("entry/letter", letter, name="own-entry-letter"),
]
