"""How does a file of a report become a draft, without a word of what is written already being lost?

    number = import_report(node, register, desk, report, officer=7)

Invariants: a report of another participant is refused; where a draft for that text and year is begun, an answer that
differs stands beside the one there until somebody chooses; an answer to what the text does not ask is refused.
"""

from __future__ import annotations

from typing import Any

from liaison.conduct.drafting import Mark, Saved
from liaison.conduct.reports import Report, check_report
from liaison.conduct.typed import read_typed, typed_of
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.conduct.asked import asked_of
from liaison.node.reads.conduct.audiences import participants_of
from liaison.node.reads.conduct.drafting import read_report_draft
from liaison.node.services.conduct.own.drafting import begin_report, save_answer
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import unit_of_work

NO_VERSION = -1
"""A version that no answer has, so that what differs is put beside it."""


def import_report(node: Node, register: str, desk: DeskRef, report: Report, *, officer: int) -> int:
    """The number of the draft that holds every answer of the report. Raises UsageError, MalformedError."""
    if report.participant != desk.participant:
        raise UsageError("report-of-another", participant=report.participant[:16])
    check_report(report, asked_of(node, register, report.instrument, report.profile))
    known = participants_of(node, register)
    find = known.others(desk.participant)
    begun: dict[str, Any] = {"officer": officer, "profile": report.profile or ""}
    with unit_of_work(node):
        number = begin_report(node, register, desk, report.instrument, report.period, **begun)
        written = read_report_draft(node, register, desk, number).answers
        for answer in report.answers:
            there = written.get(answer.clause)
            if there is not None and read_typed(answer.clause, there.stands.typed, find).answer == answer:
                continue
            saved = Saved(typed_of(answer, known.called), Mark.DONE, NO_VERSION, "", officer)
            save_answer(node, register, desk, number, answer.clause, saved=saved)
        told: dict[str, Any] = {"participant": desk.participant, "officer": officer, "subject": report.instrument}
        note(node, "report-imported", **told, params={"period": report.period})
    return number
