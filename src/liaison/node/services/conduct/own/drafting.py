"""How do the people of a participant write one report together without losing a word of it?

    number = begin_report(node, register, desk, "un-norms-2015", 2026, officer=7)
    kept = save_answer(node, register, desk, number, "norm-a", saved=saved)    stands, or is kept beside what stands
    choose(node, register, desk, number, "norm-a", edit=4, take=True, officer=7)

Invariants:
- What somebody saved is kept, whatever others saved meanwhile; where it goes, `liaison.conduct.drafting` says.
- Beginning a report that is begun already opens that one: a year has one draft a text.
- The trail tells that a report was begun and that somebody chose between texts, not each save.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from liaison.conduct.drafting import Mark, Placing, Saved, placing
from liaison.conduct.typed import kept_inputs, typed_of
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import ReportAnswer, ReportDraft, ReportEdit
from liaison.node.node import Node
from liaison.node.reads.conduct.asked import asked_of
from liaison.node.reads.conduct.audiences import participants_of
from liaison.node.reads.conduct.drafting import drafts_of
from liaison.node.reads.conduct.reports import own_report
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import unit_of_work
from liaison.wire.canonical import JSON

LARGEST = 1 << 17
"""How many bytes the inputs of one answer may have together."""
YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a text went: the version that stands now, and the number of the text that is kept beside it, or nought."""

    version: int
    beside: int = 0


def begin_report(
    node: Node,
    register: str,
    desk: DeskRef,
    instrument: str,
    period: int,
    *,
    officer: int,
    profile: str = "",
    from_last: bool = False,
) -> int:
    """The number of the draft for this text and year, begun now if it is not yet.

    `from_last` gives it the answers of the year before to work on.

    Raises UsageError for a text this node does not know, or a year that cannot be meant.
    """
    asked_of(node, register, instrument, profile or None)
    if period not in YEARS:
        raise UsageError("report-year", first=YEARS.start, last=YEARS.stop - 1)
    place = {"register": register, "participant": desk.participant, "instrument": instrument, "period": period}
    begun = {"node": desk.node, "desk": desk.desk, "profile": profile, "begun_by": officer}
    with unit_of_work(node):
        row, fresh = ReportDraft.objects.get_or_create(**place, defaults={**begun, "begun_at": node.clock.now()})
        if fresh:
            for clause, typed in (_last_year(node, row) if from_last else {}).items():
                _put(node, row, clause, Saved(_checked(typed), Mark.WORK, 0, "", officer), version=1)
            told: JSON = {"period": period, "desk": desk.desk}
            note(node, "report-draft-begun", **_by(desk, officer), subject=instrument, params=told)
        return int(row.pk)


def save_answer(
    node: Node, register: str, desk: DeskRef, number: int, clause: str, *, saved: Saved, settles: int = 0
) -> Kept:
    """Keep a text for a clause; `settles` is the text beside it that was worked into this one. Raises UsageError."""
    typed = Saved(_checked(saved.typed), saved.mark, saved.version, saved.page, saved.by)
    with unit_of_work(node):
        draft = _draft(node, register, desk, number, clause)
        row = ReportAnswer.objects.filter(draft=draft, clause=clause).first()
        stood = _stood(row) if row is not None else None
        place = placing(stood, typed)
        if place is Placing.BESIDE:
            return Kept(row.version if row else 0, _beside(node, draft, clause, typed))
        if place is Placing.FOLLOWS and stood is not None and row is not None:
            _keep_earlier(draft, row)
        version = row.version if row is not None else 0
        if place is Placing.AGREES:
            ReportAnswer.objects.filter(draft=draft, clause=clause).update(page="")
        elif place is not Placing.NOTHING:
            version += 1
            _put(node, draft, clause, typed, version=version)
        if settles:
            ReportEdit.objects.filter(pk=settles, draft=draft, clause=clause).update(beside=False)
        return Kept(version)


def choose(
    node: Node, register: str, desk: DeskRef, number: int, clause: str, *, edit: int, take: bool, officer: int
) -> None:
    """Let one of two texts stand: the one beside (`take`), or the one that stands; both are kept. Raises UsageError."""
    with unit_of_work(node):
        draft = _draft(node, register, desk, number, clause)
        row = ReportAnswer.objects.filter(draft=draft, clause=clause).first()
        other = ReportEdit.objects.filter(pk=edit, draft=draft, clause=clause, beside=True).first()
        if row is None or other is None:
            raise UsageError("report-text-settled")
        ReportEdit.objects.filter(pk=edit).update(beside=False)
        if take:
            _keep_earlier(draft, row)
            chosen = Saved(other.typed, Mark(other.mark), row.version, "", other.written_by)
            _put(node, draft, clause, chosen, version=row.version + 1)
        told: JSON = {"period": draft.period, "clause": clause}
        note(node, "report-text-chosen", **_by(desk, officer), subject=draft.instrument, params=told)


def _by(desk: DeskRef, officer: int) -> dict[str, Any]:
    """Whose trail a line belongs to, and who acted."""
    return {"participant": desk.participant, "officer": officer}


def _draft(node: Node, register: str, desk: DeskRef, number: int, clause: str) -> ReportDraft:
    """The draft, locked, if it is this participant's and its report asks this. Raises UsageError.

    One save of a report at a time: where two first texts for a clause come at once, neither replaces the other.
    """
    rows = drafts_of(register, desk.participant).select_for_update()
    row: ReportDraft | None = rows.filter(pk=number).first()
    if row is None:
        raise UsageError("report-draft-not-found", number=number)
    if clause not in asked_of(node, register, row.instrument, row.profile or None):
        raise UsageError("report-clause-not-found", clause=clause[:64])
    return row


def _last_year(node: Node, draft: ReportDraft) -> Mapping[str, Mapping[str, str]]:
    """What was written for the year before, else what was published for it from elsewhere."""
    rows = drafts_of(draft.register, draft.participant).filter(instrument=draft.instrument, period=draft.period - 1)
    answers = ReportAnswer.objects.filter(draft__in=rows).exclude(mark=Mark.NOTHING.value).order_by("pk")
    written = dict(answers.values_list("clause", "typed"))
    if written:
        return written
    last = own_report(node, draft.register, draft.participant, draft.instrument, draft.period - 1)
    called = participants_of(node, draft.register).called
    return {each.clause: typed_of(each, called) for each in last.answers} if last is not None else {}


def _stood(row: ReportAnswer) -> Saved:
    return Saved(row.typed, Mark(row.mark), row.version, row.page, row.changed_by)


def _put(node: Node, draft: ReportDraft, clause: str, saved: Saved, *, version: int) -> None:
    ReportAnswer.objects.update_or_create(
        draft=draft,
        clause=clause,
        defaults={
            "typed": dict(saved.typed),
            "mark": saved.mark.value,
            "version": version,
            "page": saved.page,
            "changed_by": saved.by,
            "changed_at": node.clock.now(),
        },
    )


def _keep_earlier(draft: ReportDraft, row: ReportAnswer) -> None:
    """What stood, among the earlier texts."""
    ReportEdit.objects.create(
        draft=draft,
        clause=row.clause,
        typed=row.typed,
        mark=row.mark,
        beside=False,
        page=row.page,
        written_by=row.changed_by,
        written_at=row.changed_at,
    )


def _beside(node: Node, draft: ReportDraft, clause: str, saved: Saved) -> int:
    """The number of the text beside the answer: the one this page keeps there already, one that says the same, or a
    new one."""
    told = {"typed": dict(saved.typed), "mark": saved.mark.value}
    rows = ReportEdit.objects.filter(draft=draft, clause=clause, beside=True)
    same = next((each for each in rows if (each.typed, each.mark) == (told["typed"], told["mark"])), None)
    if same is not None:
        if (same.page, same.written_by) != (saved.page, saved.by):
            rows.filter(pk=same.pk).update(page="")  # Two say it now: neither page replaces it alone.
        return int(same.pk)
    at = {"written_at": node.clock.now()}
    kept = rows.filter(page=saved.page, written_by=saved.by).first() if saved.page else None
    if kept is not None:
        rows.filter(pk=kept.pk).update(**told, **at)
        return int(kept.pk)
    whose = {"draft": draft, "clause": clause, "beside": True, "page": saved.page, "written_by": saved.by}
    return int(ReportEdit.objects.create(**whose, **told, **at).pk)


def _checked(typed: Mapping[str, str]) -> dict[str, str]:
    """What is kept: inputs that are not empty. Raises UsageError for too much."""
    size = sum(len(name.encode()) + len(text.encode()) for name, text in typed.items())
    if size > LARGEST:
        raise UsageError("report-typed-too-large", size=size, limit=LARGEST)
    return kept_inputs(typed)
