"""Which desks does this one write to by mail, and how is one more kept? A list with its keys, and a form.

Invariants: every correspondent shows that it is not in the register and where it comes from; a certificate is taken
only with the fingerprint as it was read out; what was typed stays on the page with what is wrong about it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, to_locale
from django.views.decorators.http import require_POST

from liaison.errors import LiaisonError
from liaison.keys.openpgp.certificates import LARGEST, armor, format_groups, read_certificate
from liaison.node.reads.mail.overview import ContactRead, contacts
from liaison.node.services.mail.contacts import (
    CHANNELS,
    Contact,
    Heard,
    attach_certificate,
    check_certificate,
    forget_contact,
    keep_contact,
)
from liaison.node.services.mail.from_book import keep_from_book
from liaison.node.services.mail.from_register import Elsewhere, keep_from_register
from liaison.node.services.mail.keys import published_certificate
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.forms.languages import language_choices
from liaison.web.pages.write.steps import place_of
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

INPUTS = {
    "mailbox-unfit": "mailbox",
    "mail-contact-incomplete": "name",
    "mail-channel": "channel",
    "openpgp-certificate": "certificate",
    "openpgp-fingerprint": "read_out",
    "mail-fingerprint-differs": "read_out",
    "too-large": "certificate",
    "upload-too-large": "file",
}
TYPED = ("name", "mailbox", "source", "certificate", "read_out", "channel", "language")


@at_desk(Action.READ_METADATA)
def mailboxes(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The desks that are written to by mail."""
    return _page(request, seat, {})


def _page(request: HttpRequest, seat: Seat, given: dict[str, Any], *, status: int = 200) -> HttpResponse:
    own = published_certificate(here(), seat.register, seat.desk)
    certificate = read_certificate(own) if own else None
    kept, now = contacts(here(), seat.register, seat.desk), here().clock.now()
    shown = {
        "rows": [_row(each, now) for each in kept],
        "own": {"key": certificate.groups, "text": armor(certificate.data)} if certificate else None,
        "address": here().config.mail.address,
        "channels": CHANNELS,
        "readable": language_choices(to_locale(get_language() or "en")),
        "may_change": seat.may(Action.WRITE),
    }
    return render(request, "web/mailboxes.html", shown | given, status=status)


def _row(each: ContactRead, now: datetime) -> dict[str, Any]:
    """A correspondent with its keys in the groups that people read out."""
    groups = {name: format_groups(text) if text else "" for name, text in (
        ("key", each.fingerprint), ("offered", each.offered_as), ("claimed", each.claimed))}  # fmt: skip
    return {"each": each, "expired": each.expired(now), "soon": each.expires_soon(now), **groups}


@require_POST
@at_desk(Action.WRITE)
def from_book(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Keep a contact of the address book."""
    keep_from_book(here(), place_of(seat), request.POST.get("mailbox", ""), officer=officer_id(request))
    return after_post(path_to(seat, "mailboxes/"), "mailbox-kept")


@require_POST
@at_desk(Action.WRITE)
def from_register(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Keep a desk of a register in which this one has no part."""
    desk = Elsewhere(*(request.POST.get(name, "") for name in ("register", "participant", "desk")))
    keep_from_register(here(), place_of(seat), desk, officer=officer_id(request))
    return after_post(path_to(seat, "mailboxes/"), "mailbox-kept")


@require_POST
@at_desk(Action.WRITE)
def attach(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Attach a certificate, which the desk has still to read out."""
    mailbox, place = request.POST.get("mailbox", ""), (seat.register, seat.desk)
    return _changed(
        request,
        seat,
        lambda: attach_certificate(here(), *place, mailbox, _certificate(request), officer=officer_id(request)),
        "certificate-attached",
    )


def _certificate(request: HttpRequest) -> bytes:
    """What stands in the file, or was pasted. Raises UsageError for a file that is too large."""
    file = request.FILES.get("file")
    return file.read(LARGEST + 1) if file is not None else request.POST.get("certificate", "").strip().encode()


@require_POST
@at_desk(Action.WRITE)
def check(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Compare what was attached with what the desk read out."""
    mailbox = request.POST.get("mailbox", "")
    heard = Heard(request.POST.get("read_out", ""), request.POST.get("channel", ""))
    return _changed(
        request,
        seat,
        lambda: check_certificate(here(), seat.register, seat.desk, mailbox, heard, officer=officer_id(request)),
        "certificate-compared",
    )


def _changed(request: HttpRequest, seat: Seat, change: Callable[[], object], code: str) -> HttpResponse:
    """The page again: as it is now, or with what is wrong beside what was typed."""
    try:
        change()
    except LiaisonError as error:
        told = explained(error)
        beside = {"mailbox": request.POST.get("mailbox", ""), "read_out": request.POST.get("read_out", ""),
                  "certificate": request.POST.get("certificate", "")}  # fmt: skip
        problem = Problem("kept", f"{told.what} {told.next}")
        return _page(request, seat, {"beside": beside, "problems": (problem,)}, status=400)
    return after_post(path_to(seat, "mailboxes/"), code)


@require_POST
@at_desk(Action.WRITE)
def keep(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Keep a desk, or what is new of it."""
    typed = {name: request.POST.get(name, "").strip() for name in TYPED}
    try:
        contact = Contact(
            name=typed["name"],
            mailbox=typed["mailbox"],
            source=typed["source"],
            languages=(typed["language"] or "en",),
            certificate=_certificate(request),
            read_out=typed["read_out"],
            channel=typed["channel"],
        )
        keep_contact(here(), seat.register, seat.desk, contact, officer=officer_id(request))
    except LiaisonError as error:
        told = explained(error)
        problem = Problem(INPUTS.get(error.code, "name"), f"{told.what} {told.next}")
        return _page(request, seat, {"typed": typed, "problems": (problem,)}, status=400)
    return after_post(path_to(seat, "mailboxes/"), "mailbox-kept")


@require_POST
@at_desk(Action.WRITE)
def forget(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Write to a mailbox no more."""
    mailbox = request.POST.get("mailbox", "")
    forget_contact(here(), seat.register, seat.desk, mailbox, officer=officer_id(request))
    return after_post(path_to(seat, "mailboxes/"), "mailbox-removed")


ROUTES = [
    path("mailboxes/", mailboxes, name="mailboxes"),
    path("mailboxes/keep", keep, name="mailboxes-keep"),
    path("mailboxes/from-book", from_book, name="mailboxes-from-book"),
    path("mailboxes/from-register", from_register, name="mailboxes-from-register"),
    path("mailboxes/attach", attach, name="mailboxes-attach"),
    path("mailboxes/check", check, name="mailboxes-check"),
    path("mailboxes/forget", forget, name="mailboxes-forget"),
]
