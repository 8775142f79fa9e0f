"""Whom does this desk know outside the register? A list that can be searched, printed, brought in and thrown out.

Invariants: every contact shows its source and day, and that it is not in the register; bringing a list in replaces what
came from the same source; what was typed beside a list that is refused stays on the page.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from liaison.errors import UsageError
from liaison.node.reads.writing import book
from liaison.node.services.people.officers import Seat
from liaison.node.services.writing.book import forget_source, import_contacts
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.pages.write.steps import place_of
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.site import here
from liaison.web.words import explained

INPUTS = {"book-source-missing": "source", "book-day": "dated"}


@at_desk(Action.READ_METADATA)
def contacts(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The contacts that bear the words in the box, all of them where it is empty."""
    return _page(request, seat, {"said": _said(request)})


def _page(request: HttpRequest, seat: Seat, given: dict[str, Any], *, status: int = 200) -> HttpResponse:
    words = request.GET.get("q", "")
    found = book.contacts(here(), place_of(seat), words=words)
    shown = {
        "q": words,
        "contacts": found,
        "sources": book.sources(here(), place_of(seat)),
        "full": len(found) == book.LISTED,
        "may_change": seat.may(Action.WRITE),
    }
    return render(request, "web/book.html", shown | given, status=status)


def _said(request: HttpRequest) -> str:
    """What the last import did, told after the redirect."""
    taken = request.GET.get("taken", "")
    refused = request.GET.get("refused", "")
    if not (taken.isdecimal() and refused.isdecimal()):
        return ""
    words = ngettext("%(count)s contact was taken in.", "%(count)s contacts were taken in.", int(taken))
    said = words % {"count": int(taken)}
    if int(refused):
        left = gettext("Rows without a name, left out: %(count)s.") % {"count": int(refused)}
        said = f"{said} {left}"
    return said


@require_POST
@at_desk(Action.WRITE)
def bring_in(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Take a list in."""
    file = request.FILES.get("file")
    source, dated = request.POST.get("source", ""), request.POST.get("dated", "")
    typed = {"source": source, "dated": dated}
    if file is None:
        return _page(request, seat, typed | {"problems": (Problem("file", gettext("Choose a file.")),)}, status=400)
    try:
        done = import_contacts(
            here(), place_of(seat), file.read(), source=source, dated=dated, officer=officer_id(request)
        )
    except UsageError as error:
        told = explained(error)
        problem = Problem(INPUTS.get(error.code, "file"), f"{told.what} {told.next}")
        return _page(request, seat, typed | {"problems": (problem,)}, status=400)
    said = urlencode({"taken": done.taken, "refused": len(done.refused)})
    return HttpResponseRedirect(f"{path_to(seat, 'book/')}?{said}")


@require_POST
@at_desk(Action.WRITE)
def forget(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Throw everything of a source out."""
    forget_source(here(), place_of(seat), request.POST.get("source", ""), officer=officer_id(request))
    return HttpResponseRedirect(path_to(seat, "book/"))


ROUTES = [
    path("book/", contacts, name="book"),
    path("book/import", bring_in, name="book-import"),
    path("book/forget", forget, name="book-forget"),
]
