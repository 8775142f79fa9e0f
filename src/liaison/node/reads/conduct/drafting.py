"""What does a participant write about its own year, how far is each answer, and who wrote what when?

    read_report_draft(node, register, desk, 3)      the draft with every answer, and the texts that wait beside them
    earlier_texts(node, register, desk, 3, "norm-a")

Invariants: every query names the participant of the desk that asks, so that no participant sees another's draft; the
desks of one participant see the same.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from liaison.conduct.drafting import Mark
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import Officer, ReportAnswer, ReportDraft, ReportEdit, ReportProposal
from liaison.node.node import Node
from liaison.node.unit_of_work import reading

OPEN, PUBLISHED, WITHDRAWN = "open", "published", "withdrawn"
LISTED = 200


@dataclass(frozen=True, slots=True)
class TextRead:
    """A text for a clause; `number` is nought for the one that stands."""

    typed: Mapping[str, str]
    mark: Mark
    by: str
    at: datetime | None
    number: int = 0


@dataclass(frozen=True, slots=True)
class AnswerRead:
    """What stands for a clause, and the texts beside it that wait for somebody to choose."""

    version: int
    stands: TextRead
    beside: tuple[TextRead, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposedReport:
    """A report as it was proposed: its bytes, the published version it follows, and who proposed it."""

    plan: bytes
    follows: int
    by: int
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A report that is being written, in a list: how many answers are begun, ended, and wait for a choice."""

    number: int
    instrument: str
    period: int
    profile: str
    begun: int
    ended: int
    unsettled: int
    proposed: bool


@dataclass(frozen=True, slots=True)
class DraftedReport:
    """A report that is being written."""

    number: int
    instrument: str
    period: int
    begun_at: datetime
    profile: str = ""
    answers: Mapping[str, AnswerRead] = field(default_factory=dict)
    proposal: ProposedReport | None = None

    @property
    def fingerprint(self) -> str:
        """What it says as a whole; another text or mark gives another."""
        told = {clause: [dict(each.stands.typed), each.stands.mark] for clause, each in self.answers.items()}
        return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def unsettled(self) -> tuple[str, ...]:
        """The clauses where two texts wait for somebody to choose."""
        return tuple(clause for clause, each in self.answers.items() if each.beside)


def drafts_of(register: str, participant: str) -> Any:
    """The drafts of a participant; inside a reading or a unit of work."""
    return ReportDraft.objects.filter(register=register, participant=participant)


def list_report_drafts(node: Node, register: str, desk: DeskRef) -> list[ListedReport]:
    """Every draft of the desk's participant, the last year first."""
    with reading(node):
        rows = list(drafts_of(register, desk.participant).order_by("-period", "instrument")[:LISTED])
        answers = Counter(_of(ReportAnswer, rows))
        work = Counter(_of(ReportAnswer, rows, mark=Mark.WORK.value))
        beside = Counter(draft for draft, _ in set(_of(ReportEdit, rows, "clause", beside=True)))
        proposed = set(_of(ReportProposal, rows, state=OPEN))
    return [
        ListedReport(
            row.pk,
            row.instrument,
            row.period,
            row.profile,
            begun=answers[row.pk],
            ended=answers[row.pk] - work[row.pk],
            unsettled=beside[row.pk],
            proposed=row.pk in proposed,
        )
        for row in rows
    ]


def _of(table: Any, drafts: list[ReportDraft], *more: str, **wanted: Any) -> Any:
    """Of which drafts the rows of a table are, a row at a time."""
    rows = table.objects.filter(draft__in=drafts, **wanted)
    return rows.values_list("draft", *more) if more else rows.values_list("draft", flat=True)


def draft_of_year(node: Node, register: str, desk: DeskRef, instrument: str, period: int) -> DraftedReport | None:
    """The draft of the desk's participant for a text and a year, if one is begun."""
    with reading(node):
        rows = drafts_of(register, desk.participant).filter(instrument=instrument, period=period)
        number = rows.values_list("pk", flat=True).first()
    return read_report_draft(node, register, desk, number) if number is not None else None


def read_report_draft(node: Node, register: str, desk: DeskRef, number: int) -> DraftedReport:
    """One draft of the desk's participant. Raises UsageError."""
    with reading(node):
        rows = drafts_of(register, desk.participant).filter(pk=number)
        row = rows.prefetch_related(*_with()).first()
        if row is None:
            raise UsageError("report-draft-not-found", number=number)
        names = dict(Officer.objects.filter(pk__in=_writers([row])).values_list("pk", "name"))
        return _read(row, names)


def earlier_texts(node: Node, register: str, desk: DeskRef, number: int, clause: str) -> list[TextRead]:
    """The texts that stood for a clause before, and those that were not chosen, the last first."""
    with reading(node):
        drafts = drafts_of(register, desk.participant).filter(pk=number)
        rows = list(ReportEdit.objects.filter(draft__in=drafts, clause=clause).order_by("-written_at", "-pk")[:LISTED])
        names = dict(Officer.objects.filter(pk__in={row.written_by for row in rows}).values_list("pk", "name"))
        return [_text(row, names) for row in rows]


def _with() -> tuple[str | Prefetch, ...]:
    """What is read with a draft: of the other texts those that wait beside an answer."""
    return "answers", "proposals", Prefetch("edits", ReportEdit.objects.filter(beside=True).order_by("pk"))


def _writers(rows: list[ReportDraft]) -> set[int]:
    answers = {each.changed_by for row in rows for each in row.answers.all()}
    others = {each.written_by for row in rows for each in row.edits.all()}
    return answers | others | {each.proposed_by for row in rows for each in row.proposals.all()}


def _read(row: ReportDraft, names: Mapping[int, str]) -> DraftedReport:
    beside: dict[str, list[TextRead]] = {}
    for edit in row.edits.all():
        beside.setdefault(edit.clause, []).append(_text(edit, names))
    answers = {}
    for each in sorted(row.answers.all(), key=lambda answer: answer.pk):
        stands = TextRead(each.typed, Mark(each.mark), names.get(each.changed_by, ""), each.changed_at)
        answers[each.clause] = AnswerRead(each.version, stands, tuple(beside.get(each.clause, ())))
    proposal = next((_proposed(each, names) for each in row.proposals.all() if each.state == OPEN), None)
    return DraftedReport(row.pk, row.instrument, row.period, row.begun_at, row.profile, answers, proposal)


def _text(row: ReportEdit, names: Mapping[int, str]) -> TextRead:
    return TextRead(row.typed, Mark(row.mark), names.get(row.written_by, ""), row.written_at, row.pk)


def _proposed(row: ReportProposal, names: Mapping[int, str]) -> ProposedReport:
    name = names.get(row.proposed_by, "")
    return ProposedReport(bytes(row.plan), row.follows, row.proposed_by, name, row.proposed_at)
