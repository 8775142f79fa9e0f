"""Which reports does this participant write, how far is each, and how is another begun?

    conduct/own/          the years: what is being written, and a form to begin one
    conduct/own/3/        one report as a list of tasks

Invariant: every desk of the participant sees the same; nobody else's report stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from liaison.conduct.asking import Asks, asked_by
from liaison.conduct.drafting import Mark
from liaison.conduct.profiles import load_profiles, profile_of
from liaison.conduct.reports import OWN
from liaison.conduct.typed import AUDIENCE
from liaison.instruments.texts import Instrument
from liaison.node.reads.conduct.drafting import AnswerRead, ListedReport, list_report_drafts, read_report_draft
from liaison.node.reads.instruments.known import carried_instruments, known_instruments
from liaison.node.services.conduct.own.drafting import begin_report
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.pages.conduct.own.places import asked_of_draft, clause_path, number_in, path_of, text_of
from liaison.web.requests import at_desk, officer_id
from liaison.web.site import here

YEARS_BACK = 10
NOT_BEGUN = "not-begun"


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the list: what is asked, and how far its answer is."""

    asks: Asks
    answer: AnswerRead | None
    path: str

    @property
    def state(self) -> str:
        """A code of the list `report-mark`."""
        return self.answer.stands.mark.value if self.answer is not None else NOT_BEGUN

    @property
    def ended(self) -> bool:
        """Whether its writers have nothing more to do."""
        return self.state in (Mark.DONE, Mark.NOTHING)

    @property
    def audience(self) -> str:
        """Who would see it, as a code of the list `report-audience`."""
        return self.answer.stands.typed.get(AUDIENCE, OWN) if self.answer is not None else ""


@at_desk(Action.REPORT)
def years(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The reports that are being written, and a form to begin one."""
    texts, now = known_instruments(here()), timezone.localtime(here().clock.now())
    published = carried_instruments(here(), seat.register)
    carried = [texts[name] for name, each in published.items() if name in texts and not each.withdrawn]
    drafts = list_report_drafts(here(), seat.register, seat.desk)
    given = {
        "rows": [
            (each, texts.get(each.instrument), _asked(each, texts), path_of(seat, each.number)) for each in drafts
        ],
        "texts": carried or list(texts.values()),
        "carried": bool(carried),
        "profiles": list(load_profiles().values()),
        "years": [now.year - back for back in range(YEARS_BACK)],
    }
    return render(request, "web/conduct/own/years.html", given)


def _asked(draft: ListedReport, texts: Mapping[str, Instrument]) -> int:
    """How many answers a report asks for."""
    text = texts.get(draft.instrument)
    return len(asked_by(text, profile_of(draft.profile or None, text.id))) if text is not None else draft.begun


@require_POST
@at_desk(Action.REPORT)
def begin(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Begin the report on a text for a year, from last year's answers if wanted; one that is begun is opened."""
    number = begin_report(
        here(),
        seat.register,
        seat.desk,
        request.POST.get("instrument", ""),
        number_in(request.POST.get("year", "")),
        officer=officer_id(request),
        profile=request.POST.get("profile", ""),
        from_last=request.POST.get("last") == "on",
    )
    return HttpResponseRedirect(path_of(seat, number))


@at_desk(Action.REPORT)
def tasks(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """One report as a list of tasks."""
    draft = read_report_draft(here(), seat.register, seat.desk, number)
    text = text_of(draft)
    asked = asked_of_draft(draft, text).items()
    rows = [Task(asks, draft.answers.get(name), clause_path(seat, number, name)) for name, asks in asked]
    given = {"draft": draft, "text": text, "rows": rows, "ended": sum(row.ended for row in rows)}
    return render(request, "web/conduct/own/tasks.html", given | {"here_path": path_of(seat, number)})
