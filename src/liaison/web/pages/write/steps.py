"""How does an officer write, page by page, without ever losing a word?

    write/                     what this desk is writing, and what can be said
    write/12/to                one page of a draft: form, to, how, text, files, check

Invariants:
- Each page saves what it owns, whatever is wrong with it; "next" goes on only when nothing is.
- A page saves over the version it was made from; where somebody saved another one meanwhile, it says so, keeps what
  was typed on the page, and replaces the other only when asked again.
- A script saves the same way after two seconds of silence, and is told the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from liaison.errors import UsageError
from liaison.messages.forms import latest_form
from liaison.node.reads.facts import register_facts
from liaison.node.reads.writing.drafts import DraftRead, Place, forms_used, list_drafts, read_draft
from liaison.node.services.people.officers import Seat
from liaison.node.services.writing.drafts import Inputs, begin_draft, discard_draft, save_draft
from liaison.officers.permissions import Action
from liaison.web.forms import Problem, Typed, typed_of
from liaison.web.forms.sentences import INPUTS as SENTENCE_INPUTS
from liaison.web.forms.sentences import put_in
from liaison.web.forms.typed import PREFIX, ZONE
from liaison.web.pages.write import recipients
from liaison.web.pages.write.plan import OFFERED, Plan, chosen_desks, first, forms_to_choose, read_plan, surroundings
from liaison.web.pages.write.views import STEP_PAGES
from liaison.web.requests import at_desk, officer_id, path_to
from liaison.web.said import after_post
from liaison.web.site import here
from liaison.web.words import explained

CONFLICT, REFUSED = 409, 400
TOO_HIGH = frozenset({"marking-above-limit", "marking-unknown", "draft-too-large"})
BEGUN_WITH = frozenset({"to", "field.observables"})


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a draft: its title, and which inputs are its own."""

    title: Any
    owns: Callable[[str], bool]


def _named(*names: str) -> Callable[[str], bool]:
    return frozenset(names).__contains__


STEPS = {
    "form": Step(gettext_lazy("What"), _named()),
    "to": Step(gettext_lazy("To whom"), _named("to", "together", "add")),
    "how": Step(
        gettext_lazy("How"), _named("stage", "tlp", "marking", "urgency", "exercise", "wanted_by", f"{PREFIX}.zone")
    ),
    "text": Step(gettext_lazy("Text"), lambda name: name.startswith(f"{PREFIX}.")),
    "files": Step(gettext_lazy("Files"), _named()),
    "check": Step(gettext_lazy("Check"), _named()),
}
ORDER = tuple(STEPS)


def place_of(seat: Seat) -> Place:
    """Where the drafts of a seat's desk are."""
    return Place(seat.register, seat.desk)


def path_of(seat: Seat, number: int, step: str) -> str:
    """The path of a page of a draft."""
    return path_to(seat, f"write/{number}/{step}")


@at_desk(Action.WRITE)
def write(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What this desk is writing; what can be said."""
    node, place = here(), place_of(seat)
    if request.method == "POST":
        return _begin(request, seat)
    state = register_facts(node, seat.register).desk_state(seat.desk)
    drafts = [listed_draft(seat, draft) for draft in list_drafts(node, place)]
    choose = forms_to_choose(forms_used(node, place), state.kind if state else None)
    return render(request, "web/write/start.html", {"drafts": drafts, "forms": choose})


def listed_draft(seat: Seat, draft: DraftRead) -> dict[str, Any]:
    """A draft as a list shows it: its title, to whom, and where one goes on with it."""
    node = here()
    desks = chosen_desks(draft.typed, seat.desk)
    title = next(iter(draft.typed.get("field.title", draft.typed.get("field.subject", ()))), "")
    return {
        "draft": draft,
        "exercise": is_exercise(seat, draft.typed),
        "title": title,
        "to": recipients.names_of(node, seat, desks[:3]),
        "more": max(0, len(desks) - 3),
        "path": path_of(
            seat,
            draft.number,
            "waiting" if draft.awaiting else "check" if draft.form and desks else "to" if draft.form else "form",
        ),
        "discard": path_to(seat, f"write/{draft.number}/discard"),
    }


def is_exercise(seat: Seat, typed: Typed) -> bool:
    """Whether what is being written will be marked: because its writer says so, or its register is for nothing else."""
    return first(typed, "exercise") == "on" or register_facts(here(), seat.register).globals.rehearsal


def _begin(request: HttpRequest, seat: Seat) -> HttpResponse:
    form = request.POST.get("form", "")
    if form and form not in OFFERED:
        raise Http404
    typed = {name: texts for name, texts in typed_of(request.POST).items() if name in BEGUN_WITH}
    number = begin_draft(here(), place_of(seat), officer=officer_id(request), form=form, typed=typed)
    step = "form" if not form else "how" if typed.get("to") else "to"
    return HttpResponseRedirect(path_of(seat, number, step))


@at_desk(Action.WRITE)
def discard(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Throw a draft away, after asking."""
    draft = read_draft(here(), place_of(seat), number)
    if request.method == "POST":
        discard_draft(here(), place_of(seat), number, officer=officer_id(request))
        return after_post(path_to(seat, "write/"), "draft-discarded")
    return render(request, "web/write/discard.html", {"row": listed_draft(seat, draft)})


@at_desk(Action.WRITE)
def step(request: HttpRequest, seat: Seat, number: int, name: str) -> HttpResponse:
    """One page of a draft."""
    if name not in STEPS:
        raise Http404
    draft = read_draft(here(), place_of(seat), number)
    if draft.sent_as:
        return HttpResponseRedirect(path_to(seat, f"write/sent/{draft.sent_as}"))
    if draft.awaiting:
        return HttpResponseRedirect(path_of(seat, number, "waiting"))
    if request.method == "POST" and name not in ("files", "check"):
        return _save(request, seat, draft, name)
    return show_step(request, seat, draft, name)


def _save(request: HttpRequest, seat: Seat, draft: DraftRead, name: str) -> HttpResponse:
    node, place, go = here(), place_of(seat), request.POST.get("go", "next")
    typed = typed_of(request.POST)
    found = recipients.change(node, seat, typed, request.POST) if name == "to" else None
    form = request.POST.get("form", draft.form) if name == "form" else draft.form
    if form and form not in OFFERED:
        raise Http404
    wrong: tuple[Problem, ...] = ()
    if go == "phrase" and name == "text" and draft.form:
        typed, wrong = put_in(latest_form(draft.form), typed)
    inputs = Inputs(_owned(name, draft), typed)
    version = int(request.POST.get("version") or 0) if request.POST.get("version", "").isdecimal() else 0
    quiet = go == "quiet"
    try:
        saved = save_draft(
            node, place, draft.number, officer=officer_id(request), version=version, inputs=inputs, form=form
        )
    except UsageError as error:
        return _not_saved(request, seat, (draft, inputs, name), error, quiet=quiet)
    if quiet:
        at = timezone.localtime(saved.changed_at).strftime("%H:%M")
        return JsonResponse({"version": saved.version, "words": gettext("Saved %(time)s") % {"time": at}})
    if found is not None and (found.problem or found.choices):
        problems = (Problem("add", found.problem),) if found.problem else ()
        return show_step(request, seat, saved, name, problems=problems, choices=found.choices)
    if go == "phrase" and name == "text":
        picked = {each: typed[each] for each in SENTENCE_INPUTS & typed.keys()}
        shown = dataclasses.replace(saved, typed={**saved.typed, **picked})
        return show_step(request, seat, shown, name, problems=wrong, put_in=True)
    return _go_on(request, seat, saved, name, go)


def _owned(name: str, draft: DraftRead) -> Callable[[str], bool]:
    """Which inputs the page replaces; fields of a form chosen before stay, in case it is chosen again."""
    if name != "text" or not draft.form:
        return STEPS[name].owns
    fields = {ZONE, *latest_form(draft.form).fields}
    return lambda each: each.startswith(f"{PREFIX}.") and each.split(".")[1] in fields


def _go_on(request: HttpRequest, seat: Seat, saved: DraftRead, name: str, go: str) -> HttpResponse:
    if go in ("save", "add") or request.POST.get("remove") or request.POST.get("pick"):
        return HttpResponseRedirect(path_of(seat, saved.number, name))
    if go in STEPS:
        return HttpResponseRedirect(path_of(seat, saved.number, go))
    problems = read_plan(saved, seat, surroundings(request, seat)).problems
    if problems.get(name):
        return show_step(request, seat, saved, name, problems=problems[name])
    # Whoever came from "Write to them" chose the recipient before the form, and is not asked again.
    after = ORDER.index(name) + (2 if name == "form" and not problems["to"] else 1)
    return HttpResponseRedirect(path_of(seat, saved.number, ORDER[after]))


def _not_saved(
    request: HttpRequest, seat: Seat, typed: tuple[DraftRead, Inputs, str], error: UsageError, *, quiet: bool
) -> HttpResponse:
    """The page again with what was typed on it, and why it was not kept."""
    stored, inputs, name = typed
    conflict = error.code == "draft-changed-elsewhere"
    if not conflict and error.code not in TOO_HIGH:
        raise error
    status = CONFLICT if conflict else REFUSED
    if quiet:
        return JsonResponse({"refused": explained(error).what}, status=status)
    shown = dataclasses.replace(stored, typed=inputs.over(stored.typed))
    return show_step(request, seat, shown, name, refused=error, status=status)


def show_step(
    request: HttpRequest, seat: Seat, draft: DraftRead, name: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Draw a page of a draft."""
    problems, refused = more.pop("problems", ()), more.pop("refused", None)
    plan = dataclasses.replace(read_plan(draft, seat, surroundings(request, seat)), tried=bool(problems))
    given = {
        "draft": draft,
        "plan": plan,
        "step": name,
        "steps": _steps(seat, draft, plan, name),
        "problems": problems,
        "refused": explained(refused) if refused is not None else None,
        "changed_elsewhere": refused is not None and refused.code == "draft-changed-elsewhere",
        "here_path": path_of(seat, draft.number, name),
        "discard_path": path_to(seat, f"write/{draft.number}/discard"),
        "exercise": is_exercise(seat, draft.typed),
    }
    given |= STEP_PAGES[name](here(), seat, plan, surroundings(request, seat)) | more
    return render(request, f"web/write/{name}.html", given, status=status)


def _steps(seat: Seat, draft: DraftRead, plan: Plan, name: str) -> list[dict[str, Any]]:
    return [
        {
            "name": each,
            "title": STEPS[each].title,
            "path": path_of(seat, draft.number, each),
            "here": each == name,
            "open": bool(plan.problems.get(each)),
        }
        for each in ORDER
    ]
