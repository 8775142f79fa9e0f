"""What do the latest reports of all participants say to one viewer, kept until the register or its parts change?

    latest = latest_said(node, register, viewer=viewer)
    latest.answers_on(Norm("un-norms-2015", "norm-j"))      what participants show about one norm, by name
    latest.wishes        help sought and offered            latest.practices      those shared with all participants

Invariants:
- a memory is of one database, one register and one viewer: what was read for one is never given to another;
- it holds for one state of the log and one count of what parts came here (`FollowedRegister.parts_kept`), so that a
  report that was published or withdrawn, and a part that arrived, is seen at the next look;
- nothing is in it that only its own participant may read: what a viewer has of its own is what it published.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from liaison.conduct.help import Wish, wishes_in
from liaison.conduct.practices import Practice, in_order, practices_in
from liaison.conduct.reports import Answer, Report
from liaison.messages.forms.checking import Norm
from liaison.node.node import Node
from liaison.node.reads.conduct.reports import Viewer, latest_reports
from liaison.node.reads.register import directory, followed
from liaison.register.lookup import Directory

VIEWERS = 16
"""So many viewers are remembered: a node hosts few participants, and one that is not remembered is read again."""


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """One answer with whose it is and of which year."""

    participant: str
    name: str
    period: int
    answer: Answer


@dataclass(frozen=True)
class Latest:
    """The latest report of each participant on each text as far as one viewer sees it, by name, with their names."""

    reports: tuple[Report, ...]
    names: Mapping[str, str]

    def answers_on(self, norm: Norm) -> tuple[AnswerShown, ...]:
        """What participants show about one norm, by name."""
        return self._answers.get(norm, ())

    def reports_of(self, participant: str) -> tuple[Report, ...]:
        """The latest reports of one participant."""
        return tuple(each for each in self.reports if each.participant == participant)

    @functools.cached_property
    def wishes(self) -> tuple[Wish, ...]:
        """The help that is sought and offered, in the order of norms and participants."""
        return sorted_wishes(self.reports)

    @functools.cached_property
    def norms(self) -> frozenset[Norm]:
        """Those that help is sought or offered with."""
        return frozenset(each.norm for each in self.wishes)

    @functools.cached_property
    def practices(self) -> tuple[Practice, ...]:
        """The practices that are shared with all participants, in their order."""
        return in_order(
            each for report in self.reports for each in practices_in(report, self.names[report.participant])
        )

    @functools.cached_property
    def _answers(self) -> Mapping[Norm, tuple[AnswerShown, ...]]:
        found: dict[Norm, list[AnswerShown]] = {}
        for report in self.reports:
            for answer in report.answers:
                told = AnswerShown(report.participant, self.names[report.participant], report.period, answer)
                found.setdefault(Norm(report.instrument, answer.clause), []).append(told)
        return {norm: tuple(told) for norm, told in found.items()}


_Stamp = tuple[Directory, int]
_memories: dict[tuple[str, str, Viewer], tuple[_Stamp, Latest]] = {}


def latest_said(node: Node, register: str, *, viewer: Viewer) -> Latest:
    """What the latest reports that stand say to this viewer."""
    place = (node.database, register, viewer)
    stamp = (directory(node, register), followed(node, register).parts_kept)  # Before what it is a stamp of is read.
    known = _memories.get(place)
    if known is not None and known[0] == stamp:
        return known[1]
    shown = [each for each in latest_reports(node, register, viewer=viewer) if each.report is not None]
    made = Latest(tuple(each.report for each in shown if each.report), {each.participant: each.name for each in shown})
    _memories.pop(place, None)
    _memories[place] = (stamp, made)
    for oldest in list(_memories)[:-VIEWERS]:
        _memories.pop(oldest, None)
    return made


def sorted_wishes(reports: Iterable[Report]) -> tuple[Wish, ...]:
    """The help that these reports seek and offer, in the order of norms and participants."""
    return tuple(
        sorted((each for report in reports for each in wishes_in(report)), key=lambda one: (one.norm, one.key))
    )
