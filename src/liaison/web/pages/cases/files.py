"""How does an officer get a file of a message? Always as a download with a harmless name; a large one on demand.

Invariants: a file is never shown inside a page of ours, whatever type its sender claims; what does not hash to what the
signed message names breaks off, so that no browser takes it for whole.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from liaison.node.reads.desk.thread import Entry
from liaison.node.services.line.attachments import open_file
from liaison.node.services.line.fetching import want_attachments
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action
from liaison.web.pages.cases.held import find_held
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.pages.cases.thread import open_thread
from liaison.web.requests import at_desk, officer_id
from liaison.web.said import after_post
from liaison.web.site import here

FORBIDDEN = frozenset('/\\:*?"<>|')
LONGEST = 120


@require_GET
@at_desk(Action.READ_CASE)
def download(request: HttpRequest, seat: Seat, case: str, message: str, position: int) -> HttpResponse:
    """One file, as a download."""
    entry = held_entry(request, seat, case, message, position)
    attachment, chunks = entry.core.attachments[position], open_file(here(), entry.core, position)
    with unit_of_work(here()):
        note(here(), "file-downloaded", officer=officer_id(request), subject=message, params={"position": position})
    response: Any = StreamingHttpResponse(chunks, content_type="application/octet-stream")
    response["Content-Encoding"] = "identity"  # A length that holds shows a download that broke off.
    response["Content-Length"] = str(attachment.size)
    response["Content-Disposition"] = content_disposition_header(True, safe_name(attachment.name, position))
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_POST
@at_desk(Action.READ_CASE)
def fetch(request: HttpRequest, seat: Seat, case: str, message: str, position: int) -> HttpResponse:
    """Have a large file, or one that failed, fetched from its sender."""
    entry = _entry(request, seat, case, message)
    if position >= len(entry.attachments) or entry.ours:
        raise Http404
    want_attachments(here(), message, {position}, own=find_held(seat, case).seat.desk)
    return after_post(case_path(seat, case), "fetching")


def safe_name(name: str, position: int) -> str:
    """A name without anything that a file system or a screen takes for more than a letter."""
    kept = "".join(
        "_" if sign in FORBIDDEN or (unicodedata.category(sign)[0] in "CZ" and sign != " ") else sign for sign in name
    ).strip(". ")
    stem, dot, suffix = kept.rpartition(".")
    if len(kept) > LONGEST:
        kept = f"{stem[: LONGEST - 10]}{dot}{suffix[:9]}" if dot else kept[:LONGEST]
    return f"{position + 1}-{kept or 'file'}"


def held_entry(request: HttpRequest, seat: Seat, case: str, message: str, position: int) -> Entry:
    """The message of the case whose file at this place is here. Raises Http404."""
    entry = _entry(request, seat, case, message)
    if position >= len(entry.attachments) or entry.attachments[position].state != "held":
        raise Http404
    return entry


def _entry(request: HttpRequest, seat: Seat, case: str, message: str) -> Entry:
    """The message of the case. Raises Http404, also for a case that is closed to this officer."""
    if not reader_of(request, find_held(seat, case).seat).may(case):
        raise Http404
    thread = open_thread(request, seat, case)
    found = next((each for each in thread.entries if each.message_id == message and not each.rejected), None)
    if found is None:
        raise Http404
    return found


ROUTES = [
    path("cases/<slug:case>/files/<slug:message>/<int:position>", download, name="file"),
    path("cases/<slug:case>/files/<slug:message>/<int:position>/fetch", fetch, name="fetch-file"),
]
