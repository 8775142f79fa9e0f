"""Whom does this desk know outside the register? A list that can be searched, printed, brought in and thrown out.

Invariants: every contact shows its sources and their days, and that it is not in the register; bringing a list in
replaces what came from the same source; what was typed beside a list that is refused stays on the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from liaison.errors import MalformedError, UsageError
from liaison.exchange.contacts.cards import LARGEST, Card
from liaison.exchange.contacts.files import KINDS
from liaison.exchange.contacts.merging import Merged
from liaison.node.reads.writing import book
from liaison.node.services.people.officers import Seat
from liaison.node.services.writing.book import export_contacts, forget_source, import_contacts
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.forms.uploads import HeldUpload
from liaison.web.pages.write.steps import place_of
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post, said
from liaison.web.site import here
from liaison.web.words import apart, explained, listed
from liaison.wire.identifiers import parse_instant


@dataclass(frozen=True, slots=True)
class ShownRow:
    """What one list says: its name and day, and whatever differs from what leads."""

    source: str
    dated: str
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownContact:
    """A team as a page shows it; `expires` is the time after which the page it came from is old."""

    card: Card
    rows: tuple[ShownRow, ...]
    expires: Any
    expired: bool


def shown_contacts(found: Iterable[Merged], now: datetime) -> list[ShownContact]:
    """Teams with every list that tells of them, and whether a page has expired by now."""
    return [_shown(each, now) for each in found]


def _shown(merged: Merged, now: datetime) -> ShownContact:
    card = merged.card
    names = ("name", "mailbox", "telephone", "note")
    rows = tuple(
        ShownRow(row.source, row.dated, tuple(said for name in names if (said := getattr(row.card, name))
                                              and said != getattr(card, name)))
        for row in merged.rows
    )  # fmt: skip
    expires = parse_instant(card.expires) if card.expires else None
    return ShownContact(card, rows, expires, expires is not None and expires <= now)


LEFT = "liaison.book.left"
"""Names of columns come from a file and go through an address: signed, so that no link makes this page say others."""
MOST_NAMED = 20
BESIDE = 1 << 20
"""Bytes that the form may have beside its file."""
INPUTS = {"book-source-missing": "source", "book-day": "dated"}


@at_desk(Action.READ_METADATA)
def contacts(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The contacts that bear the words in the box, all of them where it is empty."""
    return _page(request, seat, {"said": _taken_in(request) or said(request)})


def _page(request: HttpRequest, seat: Seat, given: dict[str, Any], *, status: int = 200) -> HttpResponse:
    words = request.GET.get("q", "")
    found = book.contacts(here(), place_of(seat), words=words)
    shown = {
        "q": words,
        "contacts": shown_contacts(found, here().clock.now()),
        "kinds": KINDS,
        "sources": book.sources(here(), place_of(seat)),
        "full": book.rows_of(found) >= book.LISTED,
        "may_change": seat.may(Action.WRITE),
    }
    return render(request, "web/book.html", shown | given, status=status)


def _taken_in(request: HttpRequest) -> str:
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
    try:
        names = signing.loads(request.GET.get("left", ""), salt=LEFT)
    except signing.BadSignature:
        return said
    told = gettext("An address book has no place for all that stood under: %(names)s.") % {
        "names": listed(map(apart, names))
    }
    return f"{said} {told}"


@csrf_exempt
@require_POST
@at_desk(Action.WRITE)
def bring_in(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Take a list in; a file is held for who may write alone, and the token of the form checked then."""
    request.upload_handlers = [HeldUpload(request, LARGEST + BESIDE)]
    return _bring_in(request, seat)


@csrf_protect
def _bring_in(request: HttpRequest, seat: Seat) -> HttpResponse:
    file = request.FILES.get("file")
    source, dated = request.POST.get("source", ""), request.POST.get("dated", "")
    typed = {"source": source, "dated": dated}
    if file is None:
        return _page(request, seat, typed | {"problems": (Problem("file", gettext("Choose a file.")),)}, status=400)
    try:
        done = import_contacts(
            here(), place_of(seat), file.read(), source=source, dated=dated, officer=officer_id(request)
        )
    except (UsageError, MalformedError) as error:
        told = explained(error)
        problem = Problem(INPUTS.get(error.code, "file"), f"{told.what} {told.next}")
        return _page(request, seat, typed | {"problems": (problem,)}, status=400)
    did = {"taken": str(done.taken), "refused": str(len(done.refused))}
    if done.left:
        did["left"] = signing.dumps(done.left[:MOST_NAMED], salt=LEFT)
    return HttpResponseRedirect(f"{path_to(seat, 'book/')}?{urlencode(did)}")


@require_GET
@at_desk(Action.READ_METADATA)
def export(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The contacts that bear the words in the box, as a file for another program."""
    kind, words = request.GET.get("as", "csv"), request.GET.get("q", "")
    data, _ = export_contacts(here(), place_of(seat), kind, words=words, officer=officer_id(request))
    response = HttpResponse(data, content_type=KINDS[kind].media_type)
    response["Content-Disposition"] = f'attachment; filename="address-book{KINDS[kind].suffix}"'
    return response


@require_POST
@at_desk(Action.WRITE)
def forget(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Throw everything of a source out."""
    forget_source(here(), place_of(seat), request.POST.get("source", ""), officer=officer_id(request))
    return after_post(path_to(seat, "book/"), "contacts-removed")


ROUTES = [
    path("book/", contacts, name="book"),
    path("book/import", bring_in, name="book-import"),
    path("book/forget", forget, name="book-forget"),
    path("book/export", export, name="book-export"),
]
