"""How does a draft leave the participant: one proposes what was seen, another approves, the node publishes?

    propose_report(node, register, desk, 3, seen=draft.fingerprint, officer=7)      kept as it is; replaces an open one
    approve_report(node, register, desk, 3, officer=8)                              published, and the proposal closed

Invariants:
- Who proposed does not approve, unless nobody else of the participant may; then the audit trail says `alone`.
- What is published is what was proposed, byte for byte; what is written afterwards waits for the next proposal.
- A draft in which two texts wait for a choice is not proposed; neither is one whose finished answers have a fault.
- A proposal made before another version was published is not published: it would undo that one.
"""

from __future__ import annotations

from typing import Any

from liaison.conduct.parts import make_parts
from liaison.conduct.reports import decode_report, encode_report
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import OwnReport, ReportDraft, ReportProposal
from liaison.node.node import Node
from liaison.node.reads.conduct.assembled import assembled_report
from liaison.node.reads.conduct.drafting import OPEN, PUBLISHED, WITHDRAWN, drafts_of, read_report_draft
from liaison.node.services.conduct.reporting import publish_report
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import who_may_of
from liaison.node.services.publication import Place
from liaison.node.services.secretariat import Handed
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Action
from liaison.register.records import SALT


def propose_report(node: Node, register: str, desk: DeskRef, number: int, *, seen: str, officer: int) -> None:
    """Propose to publish the draft as it was seen. Raises UsageError, MalformedError."""
    with unit_of_work(node):
        row = _draft(register, desk, number, locked=True)
        draft = read_report_draft(node, register, desk, number)
        if draft.fingerprint != seen:
            raise UsageError("report-draft-changed", number=number)
        for clause in draft.unsettled:
            raise UsageError("report-draft-unsettled", clause=clause, number=len(draft.unsettled))
        report = assembled_report(node, register, desk, draft).complete()
        if not make_parts(report, lambda: bytes(SALT)):
            raise UsageError("report-shows-nothing", instrument=report.instrument, period=report.period)
        _close(node, row, WITHDRAWN, officer)
        ReportProposal.objects.create(
            draft=row,
            plan=encode_report(report),
            follows=_published(row),
            proposed_by=officer,
            proposed_at=node.clock.now(),
        )
        note(node, "report-proposed", **_told(desk, row, officer))


def withdraw_report_proposal(node: Node, register: str, desk: DeskRef, number: int, *, officer: int) -> None:
    """Take the open proposal back. Raises UsageError."""
    with unit_of_work(node):
        row = _draft(register, desk, number)
        if not _close(node, row, WITHDRAWN, officer):
            raise UsageError("no-report-proposal")
        note(node, "report-proposal-withdrawn", **_told(desk, row, officer))


def approve_report(node: Node, register: str, desk: DeskRef, number: int, *, officer: int) -> list[Handed]:
    """Publish the open proposal. Raises UsageError, and what the publication raises; the proposal then stays open."""
    with reading(node):
        row = _draft(register, desk, number)
        proposal = row.proposals.filter(state=OPEN).first()
        published = _published(row)
    if proposal is None:
        raise UsageError("no-report-proposal")
    if not may_approve_report(node, register, desk, by=proposal.proposed_by, officer=officer):
        raise UsageError("report-needs-another")
    if published != proposal.follows:
        raise UsageError("report-proposal-outdated")
    report = decode_report(bytes(proposal.plan))
    handed = publish_report(node, Place(register, desk.participant, desk.node), report, by=officer)
    with unit_of_work(node):
        _close(node, row, PUBLISHED, officer)
        told = _told(desk, row, officer)
        told["params"] |= {"alone": proposal.proposed_by == officer}
        note(node, "report-approved", **told)
    return handed


def may_approve_report(node: Node, register: str, desk: DeskRef, *, by: int, officer: int) -> bool:
    """Whether this officer may approve what `by` proposed, for what a page shows."""
    return officer != by or not who_may_of(node, register, desk.participant, Action.PUBLISH) - {by}


def _draft(register: str, desk: DeskRef, number: int, *, locked: bool = False) -> ReportDraft:
    rows = drafts_of(register, desk.participant)
    row: ReportDraft | None = (rows.select_for_update() if locked else rows).filter(pk=number).first()
    if row is None:
        raise UsageError("report-draft-not-found", number=number)
    return row


def _published(draft: ReportDraft) -> int:
    """The version that was published last, or nought."""
    about = {"register": draft.register, "participant": draft.participant, "instrument": draft.instrument}
    rows = OwnReport.objects.filter(**about, period=draft.period, entry__isnull=False).order_by("-version")
    return rows.values_list("version", flat=True).first() or 0


def _close(node: Node, draft: ReportDraft, state: str, officer: int) -> int:
    rows = ReportProposal.objects.filter(draft=draft, state=OPEN)
    return rows.update(state=state, decided_by=officer, decided_at=node.clock.now())


def _told(desk: DeskRef, draft: ReportDraft, officer: int) -> dict[str, Any]:
    """What a line of the trail says of a report."""
    params = {"period": draft.period, "desk": desk.desk}
    return {"participant": desk.participant, "officer": officer, "subject": draft.instrument, "params": params}
