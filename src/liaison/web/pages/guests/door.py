"""What does somebody see who was told a code: a form for reference and code, then one case and a small form to answer?

    /guest/            reference and code; nothing that is typed here stands in an address
    /guest/case        what was written to this mailbox in this case, after the code

Invariants: nothing is shown before the code, and a reference of nobody is refused like a wrong code; GET changes
nothing; no page here runs a script; a guest's session is a cookie of its own, ends after half an hour, and is no
officer's.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.crypto import get_random_string
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaison.errors import LiaisonError, NotNowError
from liaison.messages.mail.guests import read_reference
from liaison.messages.parties import DeskRef
from liaison.node.models import GuestPage
from liaison.node.reads.mail.guests import GuestWord, guest_words, page_by_ticket
from liaison.node.services.line.attachments import open_attachment
from liaison.node.services.mail.guests import (
    LARGEST_FILE,
    LONGEST,
    Said,
    answer_as_guest,
    enter,
    leave,
)
from liaison.web.entrance.entering import address_of
from liaison.web.forms import Problem
from liaison.web.names import DeskNames
from liaison.web.pages.cases.files import safe_name
from liaison.web.pages.cases.values import form_title, shown_fields
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

DOOR, CASE = "/guest/", "/guest/case"
ONCE = 32


@require_http_methods(["GET", "POST"])
def door(request: HttpRequest) -> HttpResponse:
    """The form, and what it opens."""
    if request.method == "GET":
        return _door(request)
    token = read_reference(request.POST.get("reference", ""))
    try:
        ticket = enter(here(), token, request.POST.get("code", ""), address=address_of(request))
    except LiaisonError as error:
        return _door(request, error)
    response = HttpResponseRedirect(CASE)
    response.set_cookie(
        settings.GUEST_COOKIE_NAME,
        ticket,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def _door(request: HttpRequest, error: LiaisonError | None = None) -> HttpResponse:
    status = 200 if error is None else 429 if isinstance(error, NotNowError) else 400
    told = explained(error) if error else None
    problems = (Problem("code", f"{told.what} {told.next}"),) if told else ()
    given = {"problems": problems, "reference": request.POST.get("reference", "")[:40]}
    return render(request, "web/guests/door.html", given, status=status)


def _entered(request: HttpRequest) -> GuestPage | None:
    ticket = request.COOKIES.get(settings.GUEST_COOKIE_NAME, "")
    return page_by_ticket(here(), ticket) if ticket else None


@require_GET
def case(request: HttpRequest) -> HttpResponse:
    """The case, for whoever gave its code."""
    page = _entered(request)
    return _case(request, page) if page is not None else HttpResponseRedirect(DOOR)


def _case(
    request: HttpRequest, page: GuestPage, problems: tuple[Problem, ...] = (), *, status: int = 200
) -> HttpResponse:
    names = DeskNames(here())
    words = guest_words(here(), page)
    given = {
        "words": [_shown(each, names) for each in words],
        "sender": names.of(page.register, DeskRef(page.participant, page.node, page.desk)),
        "exercise": any(each.core.exercise for each in words),
        "until": page.until,
        "problems": problems,
        "text": request.POST.get("text", "") if problems else "",
        "once": request.POST.get("once", "")[:ONCE] if problems else get_random_string(ONCE),
        "longest": LONGEST,
        "mebibytes": LARGEST_FILE >> 20,
    }
    return render(request, "web/guests/case.html", given, status=status)


def _shown(word: GuestWord, names: DeskNames) -> dict[str, Any]:
    return {
        "word": word,
        "title": form_title(word.core),
        "fields": shown_fields(word.core, word.fields, names),
        "files": list(enumerate(word.attachments)),
    }


@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Take in that it was seen, or what was written."""
    page = _entered(request)
    if page is None:
        return HttpResponseRedirect(DOOR)
    file, seen = request.FILES.get("file"), request.POST.get("what") == "seen"
    text = "" if seen else request.POST.get("text", "")
    problem = _wrong(request, text, file, seen=seen)
    if problem is not None:
        return _case(request, page, (problem,), status=400)
    said = Said(text, file.name or "file", file.read(LARGEST_FILE + 1)) if file and not seen else Said(text)
    try:
        fresh = answer_as_guest(here(), page, said, once=request.POST.get("once", ""))
    except LiaisonError as error:
        told = explained(error)
        return _case(request, page, (Problem("text", f"{told.what} {told.next}"),), status=400)
    return after_post(CASE, "guest-taken" if fresh else "guest-taken-before")


def _wrong(request: HttpRequest, text: str, file: Any, *, seen: bool) -> Problem | None:
    """What keeps the form from being taken."""
    if file is not None and file.size > LARGEST_FILE:
        told = gettext("The file is larger than %(mebibytes)s MiB. Nothing of the form was taken.")
        return Problem("file", told % {"mebibytes": LARGEST_FILE >> 20})
    if not seen and not text.strip() and file is None:
        return Problem("text", gettext("Write something, or choose a file."))
    return None


@require_GET
def download(request: HttpRequest, message: str, position: int) -> HttpResponse:
    """A file of the case, as a download."""
    page = _entered(request)
    if page is None:
        raise Http404
    words = guest_words(here(), page)
    found = [word.attachments[position : position + 1] for word in words if word.message_id == message]
    if not found or not found[0]:
        raise Http404
    (attachment,) = found[0]
    response: Any = StreamingHttpResponse(open_attachment(here(), attachment), content_type="application/octet-stream")
    response["Content-Encoding"] = "identity"  # A length that holds shows a download that broke off.
    response["Content-Length"] = str(attachment.size)
    response["Content-Disposition"] = content_disposition_header(True, safe_name(attachment.name, position))
    return response


@require_POST
def go(request: HttpRequest) -> HttpResponse:
    """End the guest's session."""
    page = _entered(request)
    if page is not None:
        leave(here(), page.pk)
    response = HttpResponseRedirect(DOOR)
    response.delete_cookie(settings.GUEST_COOKIE_NAME)
    return response


ROUTES = [
    path("guest/", door, name="guest"),
    path("guest/case", case, name="guest-case"),
    path("guest/answer", answer, name="guest-answer"),
    path("guest/files/<slug:message>/<int:position>", download, name="guest-file"),
    path("guest/leave", go, name="guest-leave"),
]
