"""Who is there when a report goes its ways, and what should each of them see of it?

    walk = tell(story)          XC reported; XD is named, XE is not, XF lives on XD's node and XG on that of XC
    marks_in(page)              whose answers, by audience, stand in what somebody was given
    SEES["xd"]                  those that are for XD

Each answer has a mark in all of its texts that nothing else has. XC's whole report is also a draft at its own node,
with a second text beside one answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from liaison.conduct.reports import OWN, PARTICIPANTS, PUBLIC, Answer, Measure, MeasureKind, Worded, named, with_answer
from liaison.instruments.catalogue import load_instruments
from liaison.messages.parties import DeskRef
from liaison.node.reads.conduct.reports import Viewer
from liaison.node.services.conduct.own.importing import import_report
from liaison.node.services.conduct.reporting import publish_report
from liaison.node.services.instruments.publishing import publish_instrument
from liaison.register.vocabulary import REGISTER, DeskKind
from tests.conduct.examples import answer, report
from tests.node.stories import Resident, Story

TEXT = load_instruments()["un-norms-2015"]
CLAUSES = {"own": "norm-a", "named": "norm-b", "participants": "norm-g", "public": "norm-j"}
MARKS = {name: f"mark-{name}-answer" for name in CLAUSES}
PLACE = TEXT.id, 2026

ALL_BUT_OWN, NAMED = {"named", "participants", "public"}, {"named", "participants", "public"}
SEES: Mapping[str, set[str]] = {
    "xc": ALL_BUT_OWN,
    "xd": NAMED,
    "xe": {"participants", "public"},
    "xf": {"participants", "public"},
    "xg": {"participants", "public"},
    "secretariat": {"public"},
    "nobody": {"public"},
}


@dataclass
class Walk:
    """The nodes after the report went its ways."""

    story: Story
    residents: dict[str, Resident]
    draft: int
    """The number of XC's draft."""

    @property
    def register(self) -> str:
        return self.story.register

    @property
    def owner(self) -> str:
        return self.residents["xc"].participant

    def viewer(self, who: str) -> Viewer:
        names = {name: each.participant for name, each in self.residents.items()}
        return Viewer(({"secretariat": REGISTER, "nobody": ""} | names)[who])


def tell(story: Story) -> Walk:
    """The report is published, and everybody has synced."""
    publish_instrument(story.reg, story.register, TEXT)
    residents = {name: story.join(name, name.upper()) for name in ("xc", "xd", "xe")}
    for name, host in (("xf", "xd"), ("xg", "xc")):
        residents[name] = story.admit(name, name.upper(), on=host)
        story.keys(residents[name], kinds=(DeskKind.TECHNICAL,))
        story.desk(residents[name])
    story.sync()
    xc, audiences = residents["xc"], {"own": OWN, "participants": PARTICIPANTS, "public": PUBLIC}
    audiences["named"] = named([residents["xd"].participant])
    answers = (_with_practice(answer(CLAUSES[name], audiences[name], MARKS[name]), MARKS[name]) for name in CLAUSES)
    whole = report(xc.participant, *answers, instrument=TEXT.id)
    publish_report(xc.node, xc.place, whole)
    story.sync()
    desk = DeskRef(xc.participant, "main", "duty")
    beside = _with_practice(answer(CLAUSES["own"], OWN, MARKS["own"]), f"{MARKS['own']} again")
    draft = import_report(xc.node, story.register, desk, whole, officer=0)
    import_report(xc.node, story.register, desk, with_answer(whole, beside), officer=0)
    return Walk(story, residents, draft)


def _with_practice(said: Answer, mark: str) -> Answer:
    made = Measure(MeasureKind.PRACTICE, (Worded("en", f"{mark} practice"),), ())
    return msgspec.structs.replace(said, measures=(*said.measures, made))


def marks_in(told: object) -> set[str]:
    text = told.decode("latin-1") if isinstance(told, bytes) else repr(told)
    return {name for name, mark in MARKS.items() if mark in text}
