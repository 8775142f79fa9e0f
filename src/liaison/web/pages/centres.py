"""What is known of a contact centre: how to reach it now, how it is known to be them, and what changed?

    centres/9ab01c2d3e4f5061/duty/               the page

Invariants: keys are shown as words to read over the telephone and as a code to compare by camera; what comes from the
log can be taken away with its proof; GET changes nothing, "write" and "log a call" begin drafts.
"""

from __future__ import annotations

import functools
import io
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from liaison.keys.words import format_words
from liaison.node.reads.writing.centres import find_entry_by
from liaison.node.reads.writing.origins import desks_at, last_heard, origins
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.languages import find_language
from liaison.web.pages.write.cards import desk_key, show_cards
from liaison.web.pages.write.steps import place_of
from liaison.web.phrases import beside
from liaison.web.requests import at_desk, path_to
from liaison.web.site import here
from liaison.web.words import code_word

NEWEST, ALL = 12, 500


@at_desk(Action.READ_METADATA)
def centre(request: HttpRequest, seat: Seat, participant: str, desk: str) -> HttpResponse:
    """One contact centre."""
    node = here()
    entry = find_entry_by(node, seat.register, participant, desk)
    (card,) = show_cards(node, seat, [entry])
    limit = ALL if request.GET.get("changes") == "all" else NEWEST
    known = origins(node, seat.register, entry, limit=limit)
    test, heard = last_heard(node, place_of(seat), card.card.ref) if card.card.ref else (None, None)
    others = show_cards(node, seat, desks_at(node, seat.register, entry))
    given: dict[str, Any] = {
        "card": card,
        "spoken": beside(entry.languages, find_language(get_language())),
        "own": card.card.ref == seat.desk,
        "origins": known,
        "sealing": _shown(known.sealing) if known.sealing else None,
        "roots": [_shown(each) for each in known.roots],
        "changes": [(each, code_word("entry-kind", each.kind)) for each in known.changes],
        "test": test,
        "heard": heard,
        "others": others,
        "key": desk_key(card.card.ref) if card.card.ref else "",
        "may_write": seat.may(Action.WRITE),
        "write_path": path_to(seat, "write/"),
    }
    return render(request, "web/centre.html", given)


def _shown(fingerprint: str) -> dict[str, object]:
    """A fingerprint in every way it can be compared."""
    return {"hex": fingerprint, "words": format_words(fingerprint), "qr": qr_of(fingerprint)}


@functools.lru_cache(maxsize=1024)
def qr_of(text: str) -> SafeString:
    """A QR code as inline SVG; it holds nothing but paths and numbers made here."""
    out = io.BytesIO()
    code = segno.make(text.upper(), error="m")
    code.save(out, kind="svg", scale=4, xmldecl=False, svgns=False, svgclass="qr", lineclass=None, nl=False)
    return format_html("{}", SafeString(out.getvalue().decode()))


ROUTES = [
    path("centres/<str:participant>/<str:desk>/", centre, name="centre"),
]
