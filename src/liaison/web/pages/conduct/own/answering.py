"""How is one clause answered, a page a clause, without anybody losing a word?

    conduct/own/3/clauses/norm-a/          what was done, evidence, obstacles, help, who sees it, how far it is
    conduct/own/3/clauses/norm-a/both      two texts for it: choose one, or put them together

Invariants:
- What one page saves never replaces what another person, or another page, wrote: both are kept and shown.
- An answer with something wrong in it is kept as it was typed, and is not called done until that is put right.
- A script saves each pause as the button does, and is told when the text was put beside another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext

from liaison.conduct.drafting import Mark, Saved
from liaison.conduct.reports import OWN, PARTICIPANTS, PUBLIC
from liaison.conduct.typed import AUDIENCE, NAMED, WHO, Find, read_typed
from liaison.errors import UsageError
from liaison.node.reads.conduct.audiences import Participants, participants_of
from liaison.node.reads.conduct.drafting import DraftedReport, TextRead, earlier_texts, read_report_draft
from liaison.node.services.conduct.own.drafting import Kept, choose, save_answer
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.forms import Problem
from liaison.web.forms.languages import language_tag
from liaison.web.pages.conduct.own.inputs import input_groups, posted, problems_of
from liaison.web.pages.conduct.own.places import asked_of_draft, clause_path, number_in, path_of, text_of
from liaison.web.requests import at_desk, officer_id
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.wire.identifiers import encode_base64

TOKEN, LONGEST_TOKEN = 12, 32
AUDIENCES = (OWN, NAMED, PARTICIPANTS, PUBLIC)
EMPTY = TextRead({}, Mark.WORK, "", None)


@at_desk(Action.REPORT)
def answer(request: HttpRequest, seat: Seat, number: int, clause: str) -> HttpResponse:
    """The page of one clause."""
    draft = read_report_draft(here(), seat.register, seat.desk, number)
    if clause not in asked_of_draft(draft, text_of(draft)):
        raise Http404
    if request.method == "POST":
        return _save(request, seat, draft, clause)
    stands = draft.answers[clause].stands if clause in draft.answers else EMPTY
    settles = number_in(request.GET.get("with", ""))
    if settles:
        stands = _other(seat, draft, clause, settles)
    return _page(request, seat, (draft, clause), {"typed": stands.typed, "mark": stands.mark, "settles": settles})


def _save(request: HttpRequest, seat: Seat, draft: DraftedReport, clause: str) -> HttpResponse:
    """Keep what was typed; a finished answer with something wrong in it stays in work."""
    typed, go = posted(request.POST), request.POST.get("go", "next")
    wanted = request.POST.get("mark", "")
    mark = Mark(wanted) if wanted in set(Mark) else Mark.WORK
    faults = read_typed(clause, typed, _find(seat)).faults
    refused = faults if mark is Mark.DONE else ()
    token = request.POST.get("page", "")[:LONGEST_TOKEN]
    settles = number_in(request.POST.get("settles", ""))
    version = number_in(request.POST.get("version", ""))
    saved = Saved(typed, Mark.WORK if refused else mark, version, token, officer_id(request))
    given = {"typed": typed, "mark": mark, "token": token, "settles": settles}
    try:
        place = (seat.register, seat.desk, draft.number, clause)
        kept = save_answer(here(), *place, saved=saved, settles=0 if go == "quiet" else settles)
    except UsageError as error:
        if error.code != "report-typed-too-large" or go == "quiet":
            raise
        words = gettext("This is too much for one answer: name documents as evidence instead.")
        given["problems"] = (Problem("measure-1", words),)
        return _page(request, seat, (draft, clause), given, status=400)
    if go == "quiet":
        return _told_quietly(saved, kept)
    if kept.beside:
        return after_post(clause_path(seat, draft.number, clause, "both"), "report-both-kept")
    if refused:
        again = read_report_draft(here(), seat.register, seat.desk, draft.number)
        given |= {"problems": problems_of(faults), "faults": faults, "settles": 0}
        return _page(request, seat, (again, clause), given, status=422)
    return HttpResponseRedirect(_after(seat, draft, clause, go))


def _told_quietly(saved: Saved, kept: Kept) -> HttpResponse:
    """What the script is told; a page whose text stands beside another keeps the version it was made from."""
    at = timezone.localtime(here().clock.now()).strftime("%H:%M")
    if kept.beside:
        words = gettext("Saved %(time)s beside what a colleague wrote meanwhile; press Save to see both.")
        return JsonResponse({"version": saved.version, "words": words % {"time": at}})
    return JsonResponse({"version": kept.version, "words": gettext("Saved %(time)s") % {"time": at}})


def _after(seat: Seat, draft: DraftedReport, clause: str, go: str) -> str:
    """Where one goes on: the same page, the list, or the next clause and after the last the whole."""
    if go == "save":
        return clause_path(seat, draft.number, clause)
    if go == "list":
        return path_of(seat, draft.number)
    names = list(asked_of_draft(draft, text_of(draft)))
    following = names[names.index(clause) + 1 :]
    return clause_path(seat, draft.number, following[0]) if following else path_of(seat, draft.number, "check")


def _page(
    request: HttpRequest, seat: Seat, place: tuple[DraftedReport, str], given: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Draw the page of a clause with what is typed on it."""
    draft, clause = place
    text, known, typed = text_of(draft), participants_of(here(), seat.register), given["typed"]
    asked = asked_of_draft(draft, text)
    stands = draft.answers.get(clause)
    language = language_tag(get_language() or "en")
    shown: dict[str, Any] = {
        "draft": draft,
        "text": text,
        "asks": asked[clause],
        "place": list(asked).index(clause) + 1,
        "of": len(asked),
        "version": stands.version if stands is not None else 0,
        "stands": stands,
        "token": encode_base64(here().entropy.draw(TOKEN)),
        "marks": [(each.value, each is given["mark"]) for each in Mark],
        "groups": input_groups(typed, given.get("faults", ()), language=language),
        "who": _who(seat, known, (clause, typed), given.get("faults", ())),
        "here_path": path_of(seat, draft.number),
        "clause_path": clause_path(seat, draft.number, clause),
        "earlier": earlier_texts(here(), seat.register, seat.desk, draft.number, clause),
        "problems": (),
    }
    return render(request, "web/conduct/own/answer.html", {**shown, **given}, status=status)


def _who(
    seat: Seat, known: Participants, said: tuple[str, Mapping[str, str]], faults: tuple[Any, ...]
) -> dict[str, Any]:
    """Who may see it: the choices, what was typed, who sees it as it stands, and the codes that can be typed."""
    clause, typed = said
    chosen = typed.get(AUDIENCE, OWN)
    seen = known.seen_by(
        read_typed(clause, typed, known.others(seat.desk.participant)).answer.audience, own=seat.desk.participant
    )
    others = [(known.called(each), name) for each, name in known.names.items() if each != seat.desk.participant]
    return {
        "choices": [(code, code == chosen) for code in AUDIENCES],
        "named": typed.get(WHO, ""),
        "wrong": any(each.name == WHO for each in faults),
        "public": seen.public,
        "names": [known.name(each) for each in seen.participants],
        "others": others,
    }


@at_desk(Action.REPORT)
def both(request: HttpRequest, seat: Seat, number: int, clause: str) -> HttpResponse:
    """The texts for one clause one under the other, and the choice."""
    draft = read_report_draft(here(), seat.register, seat.desk, number)
    text = text_of(draft)
    asks = asked_of_draft(draft, text).get(clause)
    if asks is None:
        raise Http404
    if request.method == "POST":
        edit, take = number_in(request.POST.get("text", "")), request.POST.get("choose") == "beside"
        choose(here(), seat.register, seat.desk, number, clause, edit=edit, take=take, officer=officer_id(request))
        left = read_report_draft(here(), seat.register, seat.desk, number).answers[clause].beside
        return after_post(clause_path(seat, number, clause, "both" if left else ""), "report-text-chosen")
    found = draft.answers.get(clause)
    if found is None or not found.beside:
        return HttpResponseRedirect(clause_path(seat, number, clause))
    find = _find(seat)
    stands, *beside = ((each, read_typed(clause, each.typed, find).answer) for each in (found.stands, *found.beside))
    given = {"draft": draft, "text": text, "asks": asks, "stands": stands, "beside": beside}
    given |= {"here_path": path_of(seat, number), "clause_path": clause_path(seat, number, clause)}
    return render(request, "web/conduct/own/both.html", given)


def _find(seat: Seat) -> Find:
    """How a participant is found that an answer names."""
    return participants_of(here(), seat.register).others(seat.desk.participant)


def _other(seat: Seat, draft: DraftedReport, clause: str, number: int) -> TextRead:
    """A text that does not stand, to be worked into the answer. Raises Http404."""
    found = earlier_texts(here(), seat.register, seat.desk, draft.number, clause)
    text = next((each for each in found if each.number == number), None)
    if text is None:
        raise Http404
    return text
