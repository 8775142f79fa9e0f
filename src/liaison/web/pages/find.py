"""Who answers for this, and why? One box for an address, a network, a domain, a code, a name or a whole list.

    find/  (POST: one question)            find/?asked=3, which this session knows; LX-… leads to the case of that mail
    find/  (POST: a list, a dropped file)  grouped by desk
    find/?q=XD                             the same for a link, of what is no secret
    find/each  (POST: the same list)       one draft a desk, its rows filled in

Invariants: an answer says what it rests on, from which source, of which day; where nobody answers, it says what to do;
"registered in" is never "attack from"; the address book is asked last and what it says is marked "not in the register".
What an officer looks for stands in no address, so in no history of a shared computer and no log of a proxy.
"""

from __future__ import annotations

from typing import Any

from babel import Locale
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext, to_locale
from django.views.decorators.http import require_POST

from liaison.errors import MalformedError, UsageError
from liaison.messages.forms.observables import MOST_OBSERVABLES
from liaison.messages.mail.guests import read_reference
from liaison.node.node import Node
from liaison.node.reads.mail.overview import case_of_mail
from liaison.node.reads.writing import book, finding
from liaison.node.services.people.officers import Seat
from liaison.node.services.writing.drafts import begin_draft
from liaison.officers.permissions import Action
from liaison.register.lookup import fold_text
from liaison.register.vocabulary import DeskKind
from liaison.routing.route import Answer, Basis
from liaison.web.pages.book import shown_contacts
from liaison.web.pages.cases.naming import case_path
from liaison.web.pages.write.cards import desk_key, kind_word, show_cards
from liaison.web.pages.write.steps import place_of
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.site import here
from liaison.web.words import explained

SHOWN = 30
REFUSED_SHOWN = 50
LONGEST_LIST = 512 * 1024
MOST_ROWS = 20_000
MOST_DRAFTS = 50
ASKED, MOST_ASKED, LONGEST_QUESTION = "asked", 20, 4000


@at_desk(Action.READ_METADATA)
def find(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The box, and what comes of what was typed into it."""
    if request.method == "POST":
        return _posted(request, seat)
    text, kind = _asked(request)
    case = _case_of_mail(seat, text)
    if case:
        return HttpResponseRedirect(case_path(seat, case))
    given = _one(here(), seat, text, kind) if text else {}
    return _page(request, seat, text, kind, given)


def _case_of_mail(seat: Seat, text: str) -> str:
    """The case of this desk that a mail of ours with this reference belongs to: somebody telephones and names it."""
    token = read_reference(text) if text.upper().startswith("LX") else ""
    return case_of_mail(here(), seat.register, seat.desk, token) if token else ""


def _posted(request: HttpRequest, seat: Seat) -> HttpResponse:
    text, kind = _list_of(request), _kind(request.POST.get("kind", ""))
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = finding.resources_in(lines[0])[:MOST_ROWS] or lines
    if len(lines) <= 1:
        number = _remember(request, lines[0].strip() if lines else "", kind)
        return HttpResponseRedirect(f"{path_to(seat, 'find/')}?{urlencode({'asked': number})}")
    return _page(request, seat, text, kind, _many(here(), seat, lines, kind))


def _remember(request: HttpRequest, text: str, kind: DeskKind) -> int:
    """Keep a question with the session, so that its answer has an address that says nothing; its number there."""
    known: list[Any] = request.session.get(ASKED, [])
    number = int(known[-1][0]) + 1 if known else 1
    request.session[ASKED] = [*known[1 - MOST_ASKED :], [number, text[:LONGEST_QUESTION], kind.value]]
    return number


def _asked(request: HttpRequest) -> tuple[str, DeskKind]:
    """The question of an address: by its number in this session, or in words; none where the session forgot it."""
    for number, text, kind in request.session.get(ASKED, []):
        if str(number) == request.GET.get("asked"):
            return text, _kind(kind)
    return request.GET.get("q", "").strip(), _kind(request.GET.get("kind", ""))


def _page(request: HttpRequest, seat: Seat, text: str, kind: DeskKind, given: dict[str, Any]) -> HttpResponse:
    kinds = [(each.value, kind_word(each), each is kind) for each in DeskKind]
    shown = {"q": text, "kinds": kinds, "kind": kind.value, "may_write": seat.may(Action.WRITE)}
    shown["may_change"] = shown["may_write"]  # Of the contacts below.
    shown |= {"write_path": path_to(seat, "write/"), "each_path": path_to(seat, "find/each")}
    return render(request, "web/find.html", shown | given)


def _list_of(request: HttpRequest) -> str:
    """What was pasted, or what stands in the dropped file. Raises UsageError for too much, or for what is no text."""
    file = request.FILES.get("file")
    text: str = request.POST.get("q", "")
    if file is not None and file.size:
        if file.size > LONGEST_LIST:
            raise UsageError("find-list-too-long", limit=LONGEST_LIST)
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UsageError("find-not-text", byte=error.start) from error
    if len(text) > LONGEST_LIST or text.count("\n") > MOST_ROWS:
        raise UsageError("find-list-too-long", limit=LONGEST_LIST)
    return text


def _kind(text: str) -> DeskKind:
    return DeskKind(text) if text in list(DeskKind) else DeskKind.TECHNICAL


def _one(node: Node, seat: Seat, text: str, kind: DeskKind) -> dict[str, Any]:
    """The answer to one question."""
    resource = finding.resource_in(text.rpartition("@")[2] if "@" in text and "://" not in text else text)
    if resource is not None and " " not in text:
        return _resource(node, seat, resource, kind)
    code = text.upper() if len(text) == 2 and text.isascii() and text.isalpha() else _code_of(text)
    if code is not None:
        found = _code(node, seat, code)
        if found["of_kind"] or len(text) == 2:
            return found
    entries = finding.by_words(node, seat.register, text)
    cards = show_cards(node, seat, entries[:SHOWN])
    known = book.contacts(node, place_of(seat), words=text, limit=SHOWN) if not entries else []
    shown = shown_contacts(known, node.clock.now())
    return {"named": cards, "more": max(0, len(entries) - SHOWN), "contacts": shown, "asked": text}


def _resource(node: Node, seat: Seat, text: str, kind: DeskKind) -> dict[str, Any]:
    routed = finding.route_text(node, seat.register, text, kind=kind)
    answer = routed.answer
    given: dict[str, Any] = {"resource": text, "answer": answer, "because": _because(answer), "asked": text}
    if routed.entry is not None:
        given["card"] = show_cards(node, seat, [routed.entry])[0]
    if answer.refusal is not None:
        given["refusal"] = explained(MalformedError(answer.refusal))
    contested = (finding.entry_of(node, desk) for desk in answer.contested)
    given["contested"] = show_cards(node, seat, [each for each in contested if each is not None])
    if routed.entry is None and answer.code:
        given["of_kind"] = _code(node, seat, answer.code)["of_kind"]
    if routed.entry is None:
        domain = text if answer.basis is Basis.SUFFIX or answer.refusal == "no-country-code-suffix" else ""
        known = book.contacts_for(node, place_of(seat), domain=domain, country=answer.code or "")
        given["contacts"] = shown_contacts(known, node.clock.now())
    return given


def _code(node: Node, seat: Seat, code: str) -> dict[str, Any]:
    """Every desk for a code, kind by kind."""
    found = [
        (kind_word(each.kind), each.refusal, show_cards(node, seat, each.desks))
        for each in finding.by_code(node, seat.register, code)
    ]
    known = book.contacts_for(node, place_of(seat), country=code) if not found else []
    return {"code": code, "of_kind": found, "contacts": shown_contacts(known, node.clock.now()), "asked": code}


def _code_of(text: str) -> str | None:
    """The code of a country by its name in the reader's language."""
    wanted = fold_text(text).strip()
    names = Locale.parse(to_locale(get_language() or "en")).territories
    return next((code for code, name in names.items() if len(code) == 2 and fold_text(name) == wanted), None)


def _because(answer: Answer) -> str:
    """What an answer rests on."""
    return {
        Basis.OVERRIDE: gettext("an override of this node's operator"),
        Basis.CLAIM: gettext("a resource published in the register"),
        Basis.ALLOCATION: gettext("allocation data of the registries"),
        Basis.SUFFIX: gettext("the country code at the end of the name"),
        Basis.NONE: "",
    }[answer.basis]


def _many(node: Node, seat: Seat, lines: list[str], kind: DeskKind) -> dict[str, Any]:
    """The answers to a list, by desk."""
    routed = finding.route_list(node, seat.register, lines, kind=kind)
    known = [group for group in routed.groups if group.entry is not None]
    cards = dict(
        zip(map(id, known), show_cards(node, seat, [group.entry for group in known if group.entry]), strict=True)
    )
    groups = [
        {
            "card": cards.get(id(group)),
            "code": group.desk.desk,
            "count": len(group.resources),
            "resources": "\n".join(group.resources[:MOST_OBSERVABLES]),
            "left": max(0, len(group.resources) - MOST_OBSERVABLES),
            "usable": _usable(seat, group),
        }
        for group in routed.groups
    ]
    refused = [(text, explained(MalformedError(code))) for text, code in routed.refused[:REFUSED_SHOWN]]
    return {
        "groups": groups,
        "refused": refused,
        "refused_more": max(0, len(routed.refused) - REFUSED_SHOWN),
        "rows": routed.rows,
        "heading": routed.heading,
        "usable": sum(bool(group["usable"]) for group in groups),
        "most_drafts": MOST_DRAFTS,
    }


def _usable(seat: Seat, group: finding.Group) -> bool:
    entry = group.entry
    return entry is not None and entry.register == seat.register and bool(entry.participant and entry.node)


@require_POST
@at_desk(Action.WRITE)
def each(request: HttpRequest, seat: Seat) -> HttpResponse:
    """One draft for each desk of a list, with its rows."""
    node, kind = here(), _kind(request.POST.get("kind", ""))
    routed = finding.route_list(node, seat.register, _list_of(request).splitlines(), kind=kind)
    groups = [group for group in routed.groups if _usable(seat, group) and group.desk.participant and group.desk.node]
    if len(groups) > MOST_DRAFTS:
        raise UsageError("find-too-many-desks", desks=len(groups), limit=MOST_DRAFTS)
    for group in groups:
        ref = finding.ref_of(group.desk)
        if ref == seat.desk:
            continue
        typed = {"to": [desk_key(ref)], "field.observables": ["\n".join(group.resources[:MOST_OBSERVABLES])]}
        begin_draft(node, place_of(seat), officer=officer_id(request), form="incident-notice", typed=typed)
    return HttpResponseRedirect(path_to(seat, "write/#drafts"))


ROUTES = [path("find/", find, name="find"), path("find/each", each, name="find-each")]
