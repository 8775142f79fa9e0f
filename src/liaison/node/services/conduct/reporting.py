"""How does a participant publish what it did about an instrument, and take it back?

    publish_report(node, place, report)                      parts kept here, their digests in the log
    withdraw_report(node, place, "un-norms-2015", 2026)      the log says that it no longer stands; parts are erased

Invariants:
- the whole report, answers for the participant alone included, is stored before anything is handed in;
- parts for named participants are handed to nobody: their owner gives them to those who are named;
- what the rules would refuse changes nothing; the same report twice is published once;
- the trail names instrument, year and version, never what the report says.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from liaison.conduct.parts import make_parts, report_body
from liaison.conduct.reports import Report, check_report, encode_report, named_in
from liaison.errors import UsageError
from liaison.node.log.parts import DRAFT, keep_records
from liaison.node.log.views import RowsView
from liaison.node.models import OwnReport
from liaison.node.node import Node
from liaison.node.reads.conduct.asked import asked_of
from liaison.node.reads.facts import forget_facts
from liaison.node.reads.own import require_writable
from liaison.node.services.people.audit import SYSTEM, note
from liaison.node.services.publication import Place, publish_bodies
from liaison.node.services.secretariat import Handed
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register.bodies import ImplementationReported
from liaison.register.facts import ParticipantState
from liaison.register.records import SALT


def publish_report(node: Node, place: Place, report: Report, *, by: int = SYSTEM) -> list[Handed]:
    """Publish a report in place of the one on the same instrument and year; nothing where it stands already.

    Raises MalformedError, UsageError, VerificationError with the rule it would break, and what handing in raises.
    """
    require_writable(node)
    whole = encode_report(report)
    _check(node, place, report)
    version = _next_version(node, place, report.instrument, report.period)
    if _kept(node, place, report, version - 1) == whole:
        return []
    parts = make_parts(report, lambda: node.entropy.draw(SALT))
    if not parts:
        raise UsageError("report-shows-nothing", instrument=report.instrument, period=report.period)
    with unit_of_work(node):
        keep_records(node, place.register, parts, state=DRAFT)
        _keep(node, place, report_body(report, parts, version=version), whole, by)
    return _hand_in(node, place, report_body(report, parts, version=version), by)


def withdraw_report(node: Node, place: Place, instrument: str, period: int, *, by: int = SYSTEM) -> list[Handed]:
    """Take a report back. Raises VerificationError where none stands, and what handing in raises."""
    require_writable(node)
    version = _next_version(node, place, instrument, period)
    body = ImplementationReported(instrument, period, version, (), withdrawn=True)
    return _hand_in(node, place, body, by)


def _hand_in(node: Node, place: Place, body: ImplementationReported, by: int) -> list[Handed]:
    handed = publish_bodies(node, place, [body])
    forget_facts(node)
    index = handed[0].index or 0
    with unit_of_work(node):
        if body.withdrawn:
            _keep(node, place, body, b"", by)
        OwnReport.objects.filter(version=body.version, **_about(place, body.instrument, body.period)).update(
            entry=index
        )
        told: dict[str, bool | int] = {"period": body.period, "version": body.version, "entry": index}
        noted = partial(note, participant=place.participant, officer=by, subject=body.instrument, params=told)
        if body.withdrawn:
            noted(node, "report-withdrawn")
        else:
            noted(node, "report-published")
    return handed


def _check(node: Node, place: Place, report: Report) -> None:
    if report.participant != place.participant:
        raise UsageError("report-of-another", participant=report.participant[:16])
    check_report(report, asked_of(node, place.register, report.instrument, report.profile))
    names = {name for answer in report.answers for name in named_in(answer.audience)}
    with reading(node):
        view = RowsView(place.register, pending=True)
        unknown = sorted(name for name in names if name == place.participant or view.participant(name) is None)
    if unknown:
        raise UsageError("report-names-nobody", participant=unknown[0][:16])


def _next_version(node: Node, place: Place, instrument: str, period: int) -> int:
    with reading(node):
        owner: ParticipantState | None = RowsView(place.register, pending=True).participant(place.participant)
    made: Iterable[object] = owner.reports.get(f"{instrument}/{period}", ()) if owner is not None else ()
    return len(tuple(made)) + 1


def _kept(node: Node, place: Place, report: Report, version: int) -> bytes | None:
    """What is stored as this version, which the log has."""
    with reading(node):
        row = OwnReport.objects.filter(version=version, **_about(place, report.instrument, report.period)).first()
    return bytes(row.report) if row is not None else None


def _keep(node: Node, place: Place, body: ImplementationReported, whole: bytes, by: int) -> None:
    about = _about(place, body.instrument, body.period)
    # Somebody else was quicker: what stands as this version stays stored.
    if OwnReport.objects.filter(version=body.version, entry__isnull=False, **about).exists():
        raise UsageError("report-published-meanwhile", instrument=body.instrument, period=body.period)
    OwnReport.objects.update_or_create(
        version=body.version,
        **about,
        defaults={"report": whole, "withdrawn": body.withdrawn, "entry": None, "by": by, "at": node.clock.now()},
    )


def _about(place: Place, instrument: str, period: int) -> dict[str, str | int]:
    whose: dict[str, str | int] = {"register": place.register, "participant": place.participant}
    return whose | {"instrument": instrument, "period": period}
