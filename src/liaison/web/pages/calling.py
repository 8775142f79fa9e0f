"""How do two duty officers get through a call when they share no language well? One sheet, every sentence in both.

    centres/9ab01c2d3e4f5061/duty/call?in=fr      for a contact centre of the register, to read out or to print
    cases/0192f0c1-…/call?in=fr                   for the other side of a case by mail, who telephones with a reference

Invariants: a sentence has a code that is the same in every language, so that it can be pointed at over the telephone;
numbers are those of the register, else of a list and then marked so, never out of a message; opening a sheet changes
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation

from liaison.errors import LiaisonError
from liaison.keys.words import format_words
from liaison.node.reads.mail.overview import contacts, mails_of
from liaison.node.reads.mail.targets import is_mailbox, mailbox_ref
from liaison.node.reads.writing import book
from liaison.node.reads.writing.centres import desk_card, find_entry, find_entry_by
from liaison.node.reads.writing.origins import origins
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.languages import Language, find_language, languages
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.pages.cases.thread import open_thread
from liaison.web.pages.write.cards import desk_key, show_cards
from liaison.web.pages.write.steps import place_of
from liaison.web.phrases import PHRASES, beside, said
from liaison.web.requests import at_desk, path_to
from liaison.web.site import here
from liaison.web.words import codes_of

STEPS = ("A1", "A2", "B1", "B5", "F1", "F2", "F3", "D1", "G4", "D6", "G1", "H1")
"""A call from its greeting to its end: who speaks, whether they are it, what it is about, how it goes on."""
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number as its source has it; whether every telephone of the world can dial it (ITU-T E.164)."""

    text: str
    dials: bool


def numbers(found: Iterable[str]) -> list[Number]:
    """The numbers of a sheet."""
    return [Number(each, _E164.fullmatch(re.sub(r"[\s().\-/]", "", each)) is not None) for each in found]


@at_desk(Action.READ_METADATA)
def call(request: HttpRequest, seat: Seat, participant: str, desk: str) -> HttpResponse:
    """The sheet for a call to one contact centre."""
    node = here()
    entry = find_entry_by(node, seat.register, participant, desk)
    (card,) = show_cards(node, seat, [entry])
    sealing = origins(node, seat.register, entry, limit=1).sealing
    given: dict[str, Any] = {
        "name": card.name,
        "back": "./",
        "card": card,
        "numbers": numbers(card.card.telephones),
        "words": format_words(sealing) if sealing else "",
        "log_key": desk_key(card.card.ref) if card.card.ref and seat.may(Action.WRITE) else "",
        "write_path": path_to(seat, "write/"),
    }
    return _sheet(request, seat, given, entry.languages)


@at_desk(Action.READ_CASE)
def case_call(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """The sheet for a call with the other side of a case by mail."""
    node, thread = here(), open_thread(request, seat, case)
    other = next((each for each in thread.view.parties if is_mailbox(each)), None)
    if other is None or not reader_of(request, seat).may(case):
        raise Http404
    kept = (each for each in contacts(node, seat.register, seat.desk) if mailbox_ref(each.mailbox) == other)
    contact = next(kept, None)
    mailbox = contact.mailbox if contact else ""
    known = book.contacts(node, place_of(seat), words=mailbox) if mailbox else []
    mails = mails_of(node, seat.register, [each.message_id for each in thread.entries if each.ours])
    given: dict[str, Any] = {
        "name": contact.name if contact else other.participant[:8],
        "back": case_path(seat, case),
        "by_mail": mailbox,
        "numbers": numbers(each.card.telephone for each in known if each.card.telephone),
        "case": case,
        "tokens": sorted({each.token for each in mails.values()}),
        "log_path": case_path(seat, case, "say/call-note") if contact and contact.fingerprint else "",
        "note_path": case_path(seat, case) + "#internal-notes",
    }
    return _sheet(request, seat, given, contact.languages if contact else ())


def _sheet(request: HttpRequest, seat: Seat, given: dict[str, Any], tags: Sequence[str]) -> HttpResponse:
    own = find_language(translation.get_language())
    other = languages().get(request.GET.get("in", "")) or beside(tags, own)
    codes = codes_of(PHRASES)
    shown = {
        "own": own,
        "other": other,
        "steps": _rows(STEPS, own, other),
        "rows": _rows([code for code in codes if code not in STEPS], own, other),
        "ours": _ours(seat),
    }
    return render(request, "web/call.html", given | shown)


def _rows(codes: Iterable[str], own: Language, other: Language) -> list[tuple[str, str, str]]:
    return [(code, said(code, own), said(code, other)) for code in codes]


def _ours(seat: Seat) -> dict[str, Any]:
    """What the other side finds of this desk in the register: the numbers, and the words of its key."""
    try:
        entry = find_entry(here(), seat.register, seat.desk)
    except LiaisonError:  # Not published, or withdrawn: there is nothing they could find.
        return {}
    sealing = origins(here(), seat.register, entry, limit=1).sealing
    card = desk_card(here(), seat.register, entry)
    return {"numbers": numbers(card.telephones), "words": format_words(sealing) if sealing else ""}


ROUTES = [
    path("centres/<str:participant>/<str:desk>/call", call, name="centre-call"),
    path("cases/<slug:case>/call", case_call, name="case-call"),
]
