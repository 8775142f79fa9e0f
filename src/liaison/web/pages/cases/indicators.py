"""What does an attached document of another program name, and who answers for it?

    cases/0192f0b7-…/files/0192f0c1-…/0/indicators       the table; each row asks Find

Invariants: what a document says is shown as its own words and nobody's here; nothing it points to is fetched; a file
that is none of the formats is refused in words and stays to be downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from liaison.exchange.documents import decode_document
from liaison.exchange.rows import ROUTABLE
from liaison.exchange.values import Document, Indicator
from liaison.node.services.line.attachments import open_file
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action
from liaison.web.pages.cases.documents import may_be_document
from liaison.web.pages.cases.files import held_entry
from liaison.web.pages.cases.naming import case_path
from liaison.web.pages.cases.values import ShownObservable, shown_observable
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.site import here

SHOWN = 500


@dataclass(frozen=True, slots=True)
class ShownIndicator:
    """One row; `ask` is what to ask Find for, empty for what is no network resource."""

    shown: ShownObservable
    tlp: str
    place: str
    ask: str


@require_GET
@at_desk(Action.READ_CASE)
def indicators(request: HttpRequest, seat: Seat, case: str, message: str, position: int) -> HttpResponse:
    """What one file of a message names. Raises MalformedError for a file that is no such document."""
    entry = held_entry(request, seat, case, message, position)
    attachment = entry.core.attachments[position]
    if not may_be_document(attachment):
        raise Http404
    document = decode_document(b"".join(open_file(here(), entry.core, position)))
    with unit_of_work(here()):
        note(here(), "file-read", officer=officer_id(request), subject=message, params={"position": position})
    given: dict[str, Any] = {
        "file": attachment.name,
        "document": document,
        "rows": list(_rows(document)),
        "more": max(0, len(document.indicators) - SHOWN),
        "exercise": document.exercise or entry.core.exercise,
        "stricter": entry.core.tlp,
        "find_path": path_to(seat, "find/"),
        "case_path": case_path(seat, case),
    }
    return render(request, "web/cases/indicators.html", given)


def _rows(document: Document) -> Iterator[ShownIndicator]:
    for each in document.indicators[:SHOWN]:
        yield ShownIndicator(shown_observable(each.what), each.tlp or "", each.path, _asked(each))


def _asked(indicator: Indicator) -> str:
    return indicator.what.value if indicator.what.kind in ROUTABLE else ""


ROUTES = [
    path("cases/<slug:case>/files/<slug:message>/<int:position>/indicators", indicators, name="file-indicators"),
]
