"""What would a draft say as a report: what is done of it, or all that was written?

    assembled_report(node, register, desk, draft)     what would be published: answers that are done
    whole_draft(node, register, desk, draft)          everything, as a file or on paper
    last_report(node, register, desk, draft)          the year before

Invariants: a draft is one that was read for the desk's own participant; the report bears that participant's id.
"""

from __future__ import annotations

from collections.abc import Mapping

from liaison.conduct.assembling import Assembled, Drafted, assemble
from liaison.conduct.drafting import Mark
from liaison.conduct.reports import Report
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.conduct.audiences import participants_of
from liaison.node.reads.conduct.drafting import DraftedReport, draft_of_year
from liaison.node.reads.conduct.reports import own_report


def assembled_report(node: Node, register: str, desk: DeskRef, draft: DraftedReport) -> Assembled:
    """The report of the answers that are done."""
    return _assembled(node, register, desk, draft, {clause: each.stands.mark for clause, each in draft.answers.items()})


def whole_draft(node: Node, register: str, desk: DeskRef, draft: DraftedReport) -> Assembled:
    """The report of every answer in which something is written, whatever its mark."""
    return _assembled(node, register, desk, draft, dict.fromkeys(draft.answers, Mark.DONE))


def last_report(node: Node, register: str, desk: DeskRef, draft: DraftedReport) -> Report | None:
    """What was published for the year before, else what was written for it; None for neither."""
    before = own_report(node, register, desk.participant, draft.instrument, draft.period - 1)
    if before is not None:
        return before
    written = draft_of_year(node, register, desk, draft.instrument, draft.period - 1)
    return whole_draft(node, register, desk, written).report if written is not None else None


def _assembled(node: Node, register: str, desk: DeskRef, draft: DraftedReport, marks: Mapping[str, Mark]) -> Assembled:
    answers = {clause: Drafted(each.stands.typed, marks[clause]) for clause, each in draft.answers.items()}
    find = participants_of(node, register).others(desk.participant)
    return assemble(draft.instrument, desk.participant, draft.period, answers, find, profile=draft.profile)
