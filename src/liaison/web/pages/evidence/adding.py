"""What is this, and which files are it? Hashed and sealed as they arrive, they become evidence of a case.

    cases/019a…/evidence/add        (1) what it is, in words; (2) its files
    cases/019a…/evidence/files      (POST) the files

Invariants: the words are asked for before the files, so that no upload is lost to a missing word; a file is measured
and sealed piece by piece and never lies on the disk as it is; nobody who may not write uploads a byte, and what was
uploaded for a case that is not open to the officer belongs to nothing and is swept away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from liaison.cooperation.evidence.conditions import LONGEST_WORDS, Words
from liaison.cooperation.evidence.custody import LONGEST_REMARK
from liaison.errors import LiaisonError
from liaison.messages.forms.lines import fits_line
from liaison.node.services.evidence.adding import Collected, Source, collect, keep_evidence, require_case
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.forms.languages import language_choices, language_tag
from liaison.web.forms.typed import plain_lines
from liaison.web.pages.cases.held import find_held
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.pages.write.uploads import SealingUpload, check_length
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

INPUTS = ("what", "lang", "remark")


@dataclass(frozen=True, slots=True)
class CollectedFile:
    """What stands in `request.FILES`."""

    collected: Collected

    def close(self) -> None:
        """Nothing is open."""


class CollectingUpload(SealingUpload):
    """Takes the hashes of every file while it is sealed."""

    def arrived(self, name: str, media_type: str, chunks: Iterator[bytes]) -> CollectedFile:
        """One file, measured as it comes in."""
        return CollectedFile(collect(self.node, Source(name, media_type, chunks)))


@require_http_methods(["GET", "POST"])
@at_desk(Action.WRITE)
def adding(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """What it is; then the page for its files."""
    row = _open(request, seat, case)
    if request.method != "POST":
        user: Any = request.user
        return _words(request, seat, row, {"what": "", "remark": "", "lang": language_tag(user.language)})
    typed = _typed(request)
    problems = _wrong(typed)
    if problems or request.POST.get("go") == "change":
        return _words(request, seat, row, typed, problems if request.POST.get("go") != "change" else ())
    return _files(request, seat, row, typed)


@csrf_exempt
@require_POST
@at_desk(Action.WRITE)
def files(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """The files; the token is checked after the upload handler is in place."""
    check_length(request, here())
    request.upload_handlers = [CollectingUpload(request, here())]
    return _keep(request, seat, case)


@csrf_protect
def _keep(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    sent: Any = request.FILES
    collected = [each.collected for each in sent.getlist("file")]
    row, typed = _open(request, seat, case), _typed(request)
    require_case(here(), seat, case)
    if problems := _wrong(typed):
        return _words(request, seat, row, typed, problems)
    if not collected:
        return _files(request, seat, row, typed, (Problem("file", gettext("Choose at least one file.")),))
    try:
        words = Words(typed["lang"], typed["what"])
        evidence = keep_evidence(here(), seat, case, collected, words, by=officer_id(request), remark=typed["remark"])
    except LiaisonError as error:
        return _files(request, seat, row, typed, (Problem("file", explained(error).what),))
    return after_post(path_to(seat, f"evidence/{evidence}/"), "evidence-added")


def _open(request: HttpRequest, seat: Seat, case: str) -> Any:
    """The row of a case of this desk that is open to this officer and goes on. Raises Http404."""
    found, reader = find_held(seat, case), reader_of(request, seat)
    row = found.thread(case, reader=reader).row
    if not (found.held.own and reader.may(case)) or row.archived_at is not None:
        raise Http404
    return row


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: plain_lines(request.POST.get(name, "")).strip() for name in INPUTS}


def _wrong(typed: dict[str, str]) -> tuple[Problem, ...]:
    found = []
    if not 0 < len(typed["what"]) <= LONGEST_WORDS:
        found.append(Problem("what", gettext("Say in a few words what it is.")))
    if typed["lang"] not in {code for code, _ in language_choices("en")}:
        found.append(Problem("lang", gettext("Choose the language of these words.")))
    if typed["remark"] and not fits_line(typed["remark"], LONGEST_REMARK):
        found.append(Problem("remark", gettext("Write one line, and a shorter one.")))
    return tuple(found)


def _words(
    request: HttpRequest, seat: Seat, row: Any, typed: dict[str, str], problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    given = {"row": row, "typed": typed, "problems": problems, "here": case_path(seat, row.case)}
    return render(request, "web/evidence/add.html", given, status=400 if problems else 200)


def _files(
    request: HttpRequest, seat: Seat, row: Any, typed: dict[str, str], problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    given = {"row": row, "typed": typed, "problems": problems, "here": case_path(seat, row.case)}
    given |= {"largest": here().config.attachments.largest}
    return render(request, "web/evidence/add_files.html", given, status=400 if problems else 200)


ROUTES = [
    path("cases/<slug:case>/evidence/add", adding, name="evidence-add"),
    path("cases/<slug:case>/evidence/files", files, name="evidence-files"),
]
