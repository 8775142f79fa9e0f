"""How does an officer hand a case on? Choose what is withheld, see what remains, and take the file.

Invariants: a withheld field stays in the file as a digest, so that whoever reads it sees that something was withheld;
signatures and receipts are never left out; nothing is written before the officer asks for the file.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods

from liaison.messages.inbox import Note
from liaison.messages.turns import INSIDE
from liaison.node.reads.desk.thread import Thread
from liaison.node.services.line.transcripts import export_transcript
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.pages.cases.held import find_held
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.pages.cases.thread import open_thread, spoken
from liaison.web.requests import at_desk, officer_id
from liaison.web.site import here

Withheld = dict[str, set[str]]
WRITTEN_HERE = frozenset({Note.BY_MAIL.value, Note.ASSERTED.value})
"""What this node wrote down of somebody without a node: in the file as its own word, which proves nothing of theirs."""


@require_http_methods(["GET", "POST"])
@at_desk(Action.READ_CASE)
def transcript(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """Choose, look over, download."""
    found = find_held(seat, case)
    if not reader_of(request, found.seat).may(case) or not (found.held.own or found.held.answers):
        raise Http404
    thread = open_thread(request, seat, case)
    if thread.row.form in INSIDE:
        raise Http404
    withheld = _withheld(request, thread)
    if request.POST.get("what") == "download":
        return _file(request, found.seat, thread, withheld)
    names = DeskNames(here())
    said = [each for each in spoken(thread, names) if not each.entry.rejected]
    messages = [
        {
            "said": each,
            "written_here": bool(WRITTEN_HERE.intersection(each.entry.notes)),
            "all": each.entry.core.fields.keys() <= withheld.get(each.entry.core_hash, set()),
            "fields": [
                {"field": field, "hidden": field.name in withheld.get(each.entry.core_hash, set())}
                for field in each.fields
            ],
        }
        for each in said
    ]
    given = {
        "row": thread.row,
        "messages": messages,
        "written_here": any(each["written_here"] for each in messages),
        "preview": request.method == "POST",
        "count": sum(map(len, withheld.values())),
        "here": case_path(seat, case),
    }
    return render(request, "web/cases/transcript.html", given)


def _withheld(request: HttpRequest, thread: Thread) -> Withheld:
    """What was ticked: fields as `<core hash>:<name>`, whole messages as the hash alone; only what is there."""
    ticked = set(request.POST.getlist("withhold"))
    found: Withheld = {}
    for entry in thread.entries:
        whole = entry.core_hash in ticked
        names = {name for name in entry.core.fields if whole or f"{entry.core_hash}:{name}" in ticked}
        if names:
            found[entry.core_hash] = names
    return found


def _file(request: HttpRequest, seat: Seat, thread: Thread, withheld: Withheld) -> HttpResponse:
    data = export_transcript(here(), thread.row.case, withheld_of=withheld, own=seat.desk)
    with unit_of_work(here()):
        count = sum(map(len, withheld.values()))
        note(
            here(),
            "transcript-exported",
            officer=officer_id(request),
            subject=thread.row.case,
            params={"withheld": count},
        )
    response = HttpResponse(data, content_type="application/json")
    kind = "exercise-" if thread.row.exercise else ""
    response["Content-Disposition"] = f'attachment; filename="{kind}case-{thread.row.case}.json"'
    return response


ROUTES = [path("cases/<slug:case>/transcript", transcript, name="transcript")]
