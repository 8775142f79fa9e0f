"""Under which conditions may this evidence be used, who had it, and how is it opened, exported or destroyed?

    evidence/9f86…/            conditions first, then the files and the custody record
    evidence/9f86…/open        (POST) one file, after the conditions were accepted as they were shown
    evidence/9f86…/export      (POST) the container that is checked without a node
    evidence/9f86…/destroy     how it is destroyed, the same once more, then the signed record goes back

Invariants: nothing opens without the hash of the conditions that stood on the page and the officer's tick; each opening
and each copy is a signed line before the first byte leaves; a file is a download with a harmless name, never shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaison.cooperation.evidence.report import CustodyReport, Written
from liaison.errors import LiaisonError
from liaison.messages.forms import code_list
from liaison.messages.forms.codes import code_lists
from liaison.node.reads.cooperation.evidence import EvidenceRead
from liaison.node.services.evidence.ending import Destruction, destroy_evidence
from liaison.node.services.evidence.opening import export_evidence, open_evidence
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.forms.languages import language_tag
from liaison.web.names import DeskNames
from liaison.web.pages.cases.files import safe_name
from liaison.web.pages.cases.naming import case_path
from liaison.web.pages.evidence.finding import find_item
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import code_word, explained
from liaison.wire.identifiers import parse_instant

COPIED = "Downloaded in a browser"
LONGEST = 2000


@require_GET
@at_desk(Action.READ_CASE)
def page(request: HttpRequest, seat: Seat, evidence: str) -> HttpResponse:
    """One item of evidence."""
    found, report = find_item(request, seat, evidence)
    return _page(request, seat, found, report)


def _page(
    request: HttpRequest, seat: Seat, found: EvidenceRead, report: CustodyReport, problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    names = DeskNames(here())
    given = {
        "each": found,
        "report": report,
        "findings": [(each.fatal, _finding(each.code)) for each in report.findings],
        "lines": [_line(seat, names, line) for line in report.lines],
        "source": names.of(seat.register, found.source) if found.source is not None else None,
        "giver": names.of(seat.register, found.given_by) if found.given_by is not None else None,
        "problems": problems,
        "may_give": seat.may(Action.WRITE) and found.state == "held",
        "may_ask": found.conditions is not None and found.conditions.onward == "ask-first",
        "held": found.state == "held",
        "now": here().clock.now(),
        "case": case_path(seat, found.case),
        "here": path_to(seat, f"evidence/{found.evidence}/"),
    }
    return render(request, "web/evidence/one.html", given, status=400 if problems else 200)


def _finding(code: str) -> str:
    """What was found, by the list that has it: that of custody records, else that of every log."""
    return code_word("custody-finding" if code in code_lists()["custody-finding"] else "finding", code)


def _line(seat: Seat, names: DeskNames, written: Written) -> dict[str, Any]:
    line = written.line
    return {
        "written": written,
        "at": parse_instant(line.at),
        "by": names.of(seat.register, line.by),
        "to": names.of(seat.register, line.to) if line.to is not None else None,
    }


def _accepted(request: HttpRequest, found: EvidenceRead) -> tuple[str, tuple[Problem, ...]]:
    """The hash of the conditions as the page had them; what is wrong where they were not accepted."""
    shown = request.POST.get("accept", "")[:64]
    if found.accept and request.POST.get("agreed") != "on":
        return "", (Problem("agreed", gettext("Read the conditions and accept them first. Nothing was opened.")),)
    return shown, ()


@require_POST
@at_desk(Action.READ_CASE)
def opening(request: HttpRequest, seat: Seat, evidence: str) -> HttpResponse:
    """One file, as a download, with the lines that say so in the custody record."""
    found, report = find_item(request, seat, evidence)
    shown, problems = _accepted(request, found)
    position = request.POST.get("position", "")
    if not (position.isdecimal() and len(position) < 3 and int(position) < len(found.manifest.files)):
        raise Http404
    if problems:
        return _page(request, seat, found, report, problems)
    try:
        opened = open_evidence(here(), seat, found.evidence, by=officer_id(request), accepted=shown, copied=COPIED)[
            int(position)
        ]
    except LiaisonError as error:
        return _page(request, seat, found, report, (Problem("agreed", explained(error).what),))
    return _download(opened.chunks, safe_name(opened.file.name, int(position)), size=opened.file.size)


@require_POST
@at_desk(Action.READ_CASE)
def export(request: HttpRequest, seat: Seat, evidence: str) -> HttpResponse:
    """The container that is checked offline."""
    found, report = find_item(request, seat, evidence)
    shown, problems = _accepted(request, found) if found.state == "held" else ("", ())
    if problems:
        return _page(request, seat, found, report, problems)
    try:
        chunks = export_evidence(here(), seat, found.evidence, by=officer_id(request), accepted=shown)
    except LiaisonError as error:
        return _page(request, seat, found, report, (Problem("agreed", explained(error).what),))
    return _download(chunks, f"evidence-{found.evidence[:16]}.tar")


def _download(chunks: Iterator[bytes], name: str, *, size: int | None = None) -> HttpResponse:
    response: Any = StreamingHttpResponse(chunks, content_type="application/octet-stream")
    if size is not None:
        response["Content-Encoding"] = "identity"  # A length that holds shows a download that broke off.
        response["Content-Length"] = str(size)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_http_methods(["GET", "POST"])
@at_desk(Action.WRITE)
def destroy(request: HttpRequest, seat: Seat, evidence: str) -> HttpResponse:
    """Destroy the files here: how, the same once more, done."""
    found, _ = find_item(request, seat, evidence)
    user: Any = request.user
    typed = {name: request.POST.get(name, "").strip() for name in ("means", "remark")}
    here_ = path_to(seat, f"evidence/{found.evidence}/")
    problems: tuple[Problem, ...] = ()
    go = request.POST.get("go", "")
    if request.method == "POST" and go != "change":
        if typed["means"] not in code_list("destruction-means"):
            problems = (Problem("means", gettext("Choose how it is destroyed.")),)
        elif len(typed["remark"]) > LONGEST:
            problems = (Problem("remark", gettext("This is longer than allowed, or holds signs that cannot be sent.")),)
        elif go == "send":
            words = {"lang": language_tag(user.language), "text": typed["remark"]} if typed["remark"] else None
            try:
                how = Destruction(typed["means"], words)
                gone = destroy_evidence(here(), seat, found.evidence, how, by=officer_id(request))
                return after_post(here_, "evidence-destroyed-waits" if gone.request else "evidence-destroyed")
            except LiaisonError as error:
                problems = (Problem("means", explained(error).what),)
    check = request.method == "POST" and not problems and go != "change"
    given = {"each": found, "typed": typed, "problems": problems, "check": check, "here": here_}
    given |= {"means": list(code_list("destruction-means"))}
    return render(request, "web/evidence/destroy.html", given, status=400 if problems else 200)


ROUTES = [
    path("evidence/<slug:evidence>/", page, name="evidence"),
    path("evidence/<slug:evidence>/open", opening, name="evidence-open"),
    path("evidence/<slug:evidence>/export", export, name="evidence-export"),
    path("evidence/<slug:evidence>/destroy", destroy, name="evidence-destroy"),
]
