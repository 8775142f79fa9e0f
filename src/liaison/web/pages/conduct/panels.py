"""What stands on the page of a norm, and on that of a participant? Panels, drawn in their order.

    norm_panels(seat, norm)                     what is related, what was reported, the way to help
    participant_panels(seat, who, year)         what it declared, and its reports

A subject adds to a page by a function here and a template of its own, which finds what the function gave as `given`; a
function gives None where there is nothing to show.
Invariants: a panel asks for what the seat may see and nothing else; it makes a heading of the second rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from liaison.instruments.lineage import relatives
from liaison.messages.forms.checking import Norm as Named
from liaison.node.reads.conduct.help import has_help
from liaison.node.reads.conduct.latest import latest_said
from liaison.node.reads.conduct.reports import ReportShown, Viewer, reports_of
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

    @property
    def named(self) -> Named:
        """What names it among the norms of all texts."""
        return Named(self.text.instrument, self.id)


def related(norm: Norm) -> Panel | None:
    """The clauses of other texts that ask for the same, for less or for more."""
    known = known_instruments(here())
    found = [
        (each, known[each.instrument], known[each.instrument].clauses[each.clause])
        for each in relatives(known, norm.text.instrument, norm.id)
    ]
    return Panel("web/conduct/related.html", {"rows": found}) if found else None


def helped(seat: Seat, norm: Norm) -> Panel | None:
    """The way to the help that is sought and offered with the norm; its words stand in the answers already."""
    found = has_help(here(), seat.register, seat.desk, norm.named, whole=seat.may(Action.READ_CASE))
    key = f"{norm.named.instrument} {norm.named.clause}"
    return Panel("web/conduct/help/panel.html", {"key": key}) if found else None


def declared(who: StandsOf) -> Panel:
    """Everything the participant declared, with what became of it."""
    titles = {name: text.short for name, text in known_instruments(here()).items()}
    rows = [(each, titles.get(each.body.instrument, "")) for each in reversed(who.declared)]
    return Panel("web/conduct/declared.html", {"rows": rows})


def reported(seat: Seat, norm: Norm) -> Panel | None:
    """What participants show us of what they did about the norm, each in the latest report of its own."""
    latest = latest_said(here(), seat.register, viewer=Viewer(seat.desk.participant))
    rows = [(each, said_in(each.answer)) for each in latest.answers_on(norm.named)]
    return Panel("web/conduct/reported.html", {"rows": rows}) if rows else None


def reports(seat: Seat, who: StandsOf, year: int) -> Panel | None:
    """The reports of the participant for a year, or the latest on each text, with what is shown to us of them."""
    known = known_instruments(here())
    found = reports_of(here(), seat.register, who.participant, viewer=Viewer(seat.desk.participant))
    rows = []
    for each in [one for one in found if one.period == year] or _latest(found):
        text = known.get(each.instrument)
        clauses = text.clauses if text is not None else {}
        answers = each.report.answers if each.report is not None else ()
        rows.append((each, text, [(one, clauses.get(one.clause), said_in(one)) for one in answers]))
    years = sorted({each.period for each in found}, reverse=True)
    return Panel("web/conduct/reports.html", {"rows": rows, "years": years, "year": year}) if rows else None


def _latest(found: Sequence[ReportShown]) -> list[ReportShown]:
    """Of each text the latest report that stands, and what was withdrawn since."""
    stand: set[str] = set()
    latest = []
    for each in found:
        if each.instrument not in stand:
            latest.append(each)
        if not each.withdrawn:
            stand.add(each.instrument)
    return latest


def norm_panels(seat: Seat, norm: Norm) -> list[Panel]:
    """The panels of a norm's page."""
    made = (related(norm), reported(seat, norm), helped(seat, norm))
    return [panel for panel in made if panel is not None]


def participant_panels(seat: Seat, who: StandsOf, year: int) -> list[Panel]:
    """The panels of a participant's page; `year` is that of its reports, nought for the latest."""
    return [panel for panel in (declared(who), reports(seat, who, year)) if panel is not None]
