"""How are evidence, its conditions and its record shown on a terminal? Conditions first, in local words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from liaison.cli.message.screen import plain
from liaison.messages.forms import english
from liaison.messages.forms.codes import code_lists

if TYPE_CHECKING:
    from liaison.cooperation.evidence.conditions import UseConditions
    from liaison.cooperation.evidence.manifest import FileCheck
    from liaison.cooperation.evidence.report import CustodyReport, Noted
    from liaison.messages.parties import DeskRef
    from liaison.node.reads.cooperation.evidence import EvidenceRead

Name = Callable[["DeskRef"], str]


def conditions_value(conditions: UseConditions | None) -> dict[str, Any] | None:
    """The conditions as plain values."""
    import msgspec

    if conditions is None:
        return None
    value: dict[str, Any] = msgspec.to_builtins(conditions)
    return value


def conditions_lines(conditions: UseConditions | None) -> list[str]:
    """The conditions, one a line."""
    if conditions is None:
        return ["  collected by this desk: no conditions of others"]
    ending = english("evidence-ending", conditions.ending)
    lines = [
        f"  to be used only for: {plain(conditions.purpose.text)}",
        f"  proceedings: {plain(conditions.proceedings)}" if conditions.proceedings else "",
        f"  {english('onward-use', conditions.onward)}",
        f"  {english('evidence-readers', conditions.confidentiality)}",
        f"  {ending}" + (f", no later than {conditions.ends_by}" if conditions.ends_by else ""),
        f"  also: {plain(conditions.other.text)}" if conditions.other else "",
    ]
    return [line for line in lines if line]


def read_value(each: EvidenceRead, name: Name) -> dict[str, Any]:
    """One item as plain values."""
    return {
        "evidence": each.evidence,
        "case": each.case,
        "state": each.state,
        "exercise": each.exercise,
        "what": each.manifest.description.text,
        "files": [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in each.manifest.files],
        "missing": list(each.missing),
        "source": name(each.source) if each.source is not None else None,
        "given_by": name(each.given_by) if each.given_by is not None else None,
        "conditions": conditions_value(each.conditions),
        "accept": each.accept,
        "opened": each.opened,
        "ends_by": each.ends_by.isoformat() if each.ends_by is not None else None,
    }


def report_value(report: CustodyReport, name: Name) -> dict[str, Any]:
    """What a record shows, as plain values."""
    return {
        "proven": report.proven,
        "judged": report.judged,
        "witnessed": report.witnessed,
        "register": report.register,
        "evidence": report.evidence,
        "exercise": report.exercise,
        "what": report.manifest.description.text,
        "lines": [
            {
                "line": each.line_hash,
                "event": each.line.event.value,
                "by": name(each.line.by),
                "at": each.line.at,
                "to": name(each.line.to) if each.line.to is not None else None,
                "conditions": conditions_value(each.line.conditions),
                "remark": each.line.remark,
                "means": each.line.means,
                "standing": each.standing.value,
                "stamped": each.stamped.isoformat() if each.stamped is not None else None,
            }
            for each in report.lines
        ],
        "holders": [
            {"desk": name(desk), "holds": each.holds, "conditions": conditions_value(each.conditions)}
            for desk, each in sorted(report.holders.items())
        ],
        "files": [_file_value(each) for each in report.files],
        "findings": [{"code": each.code, "about": each.about, "fatal": each.fatal} for each in report.findings],
    }


def _file_value(each: FileCheck) -> dict[str, Any]:
    return {
        "name": each.file.name,
        "sha256": each.file.sha256,
        "size": each.file.size,
        "found": each.found,
        "same": each.same,
        "wrong": [[part.start, part.end] for part in each.wrong],
    }


def report_lines(report: CustodyReport, name: Name) -> list[str]:
    """What a record shows, for a person."""
    lines = [f"{'EXERCISE  ' if report.exercise else ''}evidence {report.evidence}"]
    lines.append(f"  {plain(report.manifest.description.text)}")
    for each in report.lines:
        said = each.line
        stamped = f", stamped {each.stamped.isoformat()}" if each.stamped is not None else ""
        to = f" to {name(said.to)}" if said.to is not None else ""
        event = english("custody-event", said.event)
        lines.append(f"{said.at} by its own clock{stamped}: {name(said.by)}: {event}{to} ({each.standing})")
        lines += [f"    {plain(said.remark)}"] if said.remark else []
        lines += [f"  {line}" for line in conditions_lines(said.conditions)] if said.conditions is not None else []
    lines += [line for each in report.files for line in _file_lines(each)]
    return [*lines, *finding_lines(report.findings)]


def _file_lines(each: FileCheck) -> list[str]:
    name = plain(each.file.name)
    if each.same:
        return [f"{name}: {each.file.size} bytes, as collected"]
    if each.found is None:
        return [f"! {name}: not there"]
    where = [f"!   bytes {part.start} to {part.end - 1}" for part in each.wrong]
    return [f"! {name}: {each.found} bytes, NOT as collected ({each.file.size} bytes); it differs in", *where]


def finding_lines(findings: Iterable[Noted]) -> list[str]:
    """What was found, fatal findings marked."""
    return [
        f"{'!' if each.fatal else '-'} {_finding(each.code)}{f' ({plain(each.about)[:64]})' if each.about else ''}"
        for each in findings
    ]


def _finding(code: str) -> str:
    return english("custody-finding" if code in code_lists()["custody-finding"] else "finding", code)
