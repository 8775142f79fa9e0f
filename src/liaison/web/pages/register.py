"""What does the register say, what changed in it, and what proves that? Search, changes since a day, the log itself.

    register/?q=…&kind=technical&status=confirmed      register/changes/?since=2026-11-20
    register/log/?kind=…&below=120                     register/log/17/     register/log/17/proof

Invariants: what is void, pending or not understood is listed and says so; a proof is given only after it was verified
here, and the page says how somebody else checks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from liaison.duty.freshness import Freshness
from liaison.errors import VerificationError
from liaison.keys.words import format_words
from liaison.messages.parties import DeskRef
from liaison.node.reads import explorer, overview
from liaison.node.reads.checks.fresh import freshness_of
from liaison.node.reads.proofs import prove_entry
from liaison.node.reads.register import directory
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.register.lookup import DeskEntry, DeskStatus, Directory
from liaison.register.vocabulary import REGISTER, DeskKind
from liaison.web.requests import at_desk
from liaison.web.site import here
from liaison.web.words import explained

PAGE = 50


@at_desk(Action.READ_METADATA)
def search(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The desks of the register, found by words and narrowed by kind and status."""
    found = directory(here(), seat.register)
    text, kind, status = (request.GET.get(name, "").strip()[:200] for name in ("q", "kind", "status"))
    rows = found.find(text) if text else found.desks()
    rows = tuple(each for each in rows if kind in ("", each.kind) and status in ("", each.status))
    start = _number(request.GET.get("from", "")) or 0
    fresh = freshness_of(here(), Place(seat.register, seat.desk), rows[start : start + PAGE])
    return render(
        request,
        "web/register.html",
        {
            "text": text,
            "kind": kind,
            "status": status,
            "kinds": list(DeskKind),
            "statuses": list(DeskStatus),
            "count": len(rows),
            "rows": [_row(each, found, fresh) for each in rows[start : start + PAGE]],
            "now": here().clock.now(),
            "first": start + 1,
            "last": min(start + PAGE, len(rows)),
            "next": start + PAGE if start + PAGE < len(rows) else None,
            "previous": max(start - PAGE, 0) if start else None,
            "overview": _overview(seat.register),
            "words": format_words(seat.register),
            "alarms": list(_alarms(seat.register)),
            "map": here().config.pages.map,
        },
    )


@at_desk(Action.READ_METADATA)
def changes(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What may have come into the log since a day, in the officer's zone."""
    given = request.GET.get("since", "")
    since = _day(given)
    rows = explorer.entries_since(here(), seat.register, since) if since is not None else []
    wrong = bool(given) and since is None
    values = {"since": given, "wrong": wrong, "asked": since is not None, "rows": list(_entries(seat.register, rows))}
    return render(request, "web/register_changes.html", values)


@at_desk(Action.READ_METADATA)
def log(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The leaves of the log, the newest first."""
    kind, owner, verdict = (request.GET.get(name, "")[:64] for name in ("kind", "participant", "verdict"))
    below = _number(request.GET.get("below", ""))
    wanted = explorer.Wanted(kind=kind, participant=owner, verdict=verdict, below=below)
    rows = explorer.list_entries(here(), seat.register, wanted, limit=PAGE + 1)
    names = _names(seat.register)
    return render(
        request,
        "web/log.html",
        {
            "rows": list(_entries(seat.register, rows[:PAGE])),
            "older": rows[PAGE - 1].index if len(rows) > PAGE else None,
            "kinds": explorer.kinds_in(here(), seat.register),
            "participants": sorted(names.items(), key=lambda each: each[1]),
            "verdicts": ("applied", "void", "not-understood"),
            "kind": kind,
            "participant": owner,
            "verdict": verdict,
            "overview": _overview(seat.register),
        },
    )


@at_desk(Action.READ_METADATA)
def entry(request: HttpRequest, seat: Seat, index: int) -> HttpResponse:
    """One leaf: what it says, who signed it, what came of it."""
    shown = explorer.show_entry(here(), seat.register, index)
    (row,) = _entries(seat.register, [shown.listed])
    values = {"entry": shown, "row": row, "signers": [(each, format_words(each)) for each in shown.signers]}
    return render(request, "web/log_entry.html", values | {"overview": _overview(seat.register)})


@at_desk(Action.READ_METADATA)
def proof(request: HttpRequest, seat: Seat, index: int) -> HttpResponse:
    """The proof file of one leaf, for anybody to check without this node."""
    answer = HttpResponse(prove_entry(here(), seat.register, index), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="entry-{index}.proof"'
    return answer


def _row(each: DeskEntry, found: Directory, fresh: Mapping[DeskRef, Freshness]) -> dict[str, Any]:
    host = found.participants.get(each.hosted_by.participant) if each.hosted_by else None
    return {
        "desk": each,
        "path": f"{each.participant}/{each.desk}" if each.participant else "",
        "fresh": fresh.get(DeskRef(each.participant or "", each.node or "", each.desk)),
        "hosted_by": host.labels.name if host else "",
        "warnings": sorted(warning.value for warning in found.name_warnings(each.name)),
    }


def _entries(register: str, rows: Iterable[explorer.EntryListed]) -> Iterator[dict[str, Any]]:
    names = _names(register)
    for each in rows:
        yield {"entry": each, "owner": names.get(each.participant, each.participant[:12])}


def _names(register: str) -> dict[str, str]:
    found = {state.id: state.labels.name for state in directory(here(), register).participants.values()}
    return found | {REGISTER: _overview(register).title}


def _overview(register: str) -> overview.Overview:
    return next(each for each in overview.overviews(here()) if each.register == register)


def _alarms(register: str) -> Iterator[dict[str, Any]]:
    for each in overview.alarms(here(), register):
        yield {"at": each.raised_at, "words": explained(VerificationError(each.code, **each.params))}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _day(text: str) -> datetime | None:
    """The beginning of a day in the officer's zone."""
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day, time(), timezone.get_current_timezone()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


ROUTES = [
    path("register/", search, name="register"),
    path("register/changes/", changes, name="register-changes"),
    path("register/log/", log, name="log"),
    path("register/log/<int:index>/", entry, name="log-entry"),
    path("register/log/<int:index>/proof", proof, name="log-proof"),
]
