"""What stands on the page of a norm, and on that of a participant? One table each of panels, drawn in their order.

    NORM = (related, …)             each makes a Panel of the norm for this seat, or None where it has nothing to show
    PARTICIPANT = (declared, …)

A subject adds to a page by a function here and a template of its own, which finds what the function gave as `given`.
Invariants: a panel asks for what the seat may see and nothing else; it makes a heading of the second rank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from liaison.instruments.lineage import relatives
from liaison.messages.forms.checking import Norm as Named
from liaison.node.reads.conduct.help import has_help
from liaison.node.reads.conduct.reports import Viewer, answers_on, reports_of
from liaison.node.reads.instruments.known import known_instruments
from liaison.node.reads.instruments.proposed import StandsOf
from liaison.node.reads.instruments.status import InstrumentStatus
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.pages.conduct.answers import said_in
from liaison.web.site import here


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page: its template, and what the template is given."""

    template: str
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Norm:
    """The norm whose page is drawn; `id` is that of its clause."""

    text: InstrumentStatus
    id: str


def related(seat: Seat, norm: Norm) -> Panel | None:
    """The clauses of other texts that ask for the same, for less or for more."""
    known = known_instruments(here())
    found = [
        (each, known[each.instrument], known[each.instrument].clauses[each.clause])
        for each in relatives(known, norm.text.instrument, norm.id)
    ]
    return Panel("web/conduct/related.html", {"rows": found}) if found else None


def helped(seat: Seat, norm: Norm) -> Panel | None:
    """The way to the help that is sought and offered with the norm; its words stand in the answers already."""
    named, whole = Named(norm.text.instrument, norm.id), seat.may(Action.READ_CASE)
    found = has_help(here(), seat.register, seat.desk, named, whole=whole)
    return Panel("web/conduct/help/panel.html", {"key": f"{named.instrument} {named.clause}"}) if found else None


def declared(seat: Seat, who: StandsOf) -> Panel | None:
    """Everything the participant declared, with what became of it."""
    titles = {name: text.short for name, text in known_instruments(here()).items()}
    rows = [(each, titles.get(each.body.instrument, "")) for each in reversed(who.declared)]
    return Panel("web/conduct/declared.html", {"rows": rows})


def reported(seat: Seat, norm: Norm) -> Panel | None:
    """What participants show us of what they did about the norm, each in the latest report of its own."""
    viewer = Viewer(seat.desk.participant)
    found = answers_on(here(), seat.register, norm.text.instrument, norm.id, viewer=viewer)
    rows = [(each, said_in(each.answer)) for each in found]
    return Panel("web/conduct/reported.html", {"rows": rows}) if rows else None


def reports(seat: Seat, who: StandsOf) -> Panel | None:
    """The reports of the participant, with what is shown to us of them."""
    known = known_instruments(here())
    found = reports_of(here(), seat.register, who.participant, viewer=Viewer(seat.desk.participant))
    rows = []
    for each in found:
        text = known.get(each.instrument)
        clauses = text.clauses if text is not None else {}
        answers = each.report.answers if each.report is not None else ()
        rows.append((each, text, [(one, clauses.get(one.clause), said_in(one)) for one in answers]))
    return Panel("web/conduct/reports.html", {"rows": rows}) if rows else None


NORM: tuple[Callable[[Seat, Norm], Panel | None], ...] = (related, reported, helped)
PARTICIPANT: tuple[Callable[[Seat, StandsOf], Panel | None], ...] = (declared, reports)


def norm_panels(seat: Seat, norm: Norm) -> list[Panel]:
    """The panels of a norm's page."""
    return [panel for make in NORM if (panel := make(seat, norm)) is not None]


def participant_panels(seat: Seat, who: StandsOf) -> list[Panel]:
    """The panels of a participant's page."""
    return [panel for make in PARTICIPANT if (panel := make(seat, who)) is not None]
