"""How do two duty officers get through a call when they share no language well? One sheet, every sentence in both.

    centres/9ab01c2d3e4f5061/duty/call?in=fr      to read out or to print

Invariants: a sentence has a code that is the same in every language, so that it can be pointed at over the telephone;
the sheet holds nothing of any case but what the reader writes on the paper; opening it changes nothing.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation

from liaison.keys.words import format_words
from liaison.node.reads.writing.centres import find_entry_by
from liaison.node.reads.writing.origins import origins
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.languages import find_language, languages
from liaison.web.pages.write.cards import show_cards
from liaison.web.phrases import PHRASES, beside, said
from liaison.web.requests import at_desk
from liaison.web.site import here
from liaison.web.words import codes_of


@at_desk(Action.READ_METADATA)
def call(request: HttpRequest, seat: Seat, participant: str, desk: str) -> HttpResponse:
    """The sheet for a call to one contact centre."""
    node = here()
    entry = find_entry_by(node, seat.register, participant, desk)
    own = find_language(translation.get_language())
    other = languages().get(request.GET.get("in", "")) or beside(entry.languages, own)
    (card,) = show_cards(node, seat, [entry])
    sealing = origins(node, seat.register, entry, limit=1).sealing
    given: dict[str, Any] = {
        "card": card,
        "own": own,
        "other": other,
        "rows": [(code, said(code, own), said(code, other)) for code in codes_of(PHRASES)],
        "words": format_words(sealing) if sealing else "",
    }
    return render(request, "web/call.html", given)


ROUTES = [path("centres/<str:participant>/<str:desk>/call", call, name="centre-call")]
