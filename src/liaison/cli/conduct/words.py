"""What does a command print of a report, a difference, a judgement? Lines for people, plain values for `--json`."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec

from liaison.cli.message.screen import plain
from liaison.conduct.differences import LISTS
from liaison.messages.forms.codes import Code, read_code_lists

if TYPE_CHECKING:
    from liaison.conduct.differences import Change, Item
    from liaison.conduct.proof import Judged
    from liaison.conduct.reports import Answer, Evidence, Report, Texts
    from liaison.node.reads.conduct.reports import ReportHead


def row_of(each: ReportHead) -> tuple[str, ...]:
    """One report as a line of a list."""
    return plain(each.name), each.instrument, str(each.period), f"version {each.version}", state_of(each)


def state_of(each: ReportHead) -> str:
    """How it stands for whoever looks."""
    if each.withdrawn:
        return "withdrawn"
    seen = "shown" if each.shown and not each.more else "shown in part" if each.shown else "not for this participant"
    return seen + (", signed by a key that was revoked as of then" if each.suspect else "")


def head_value(each: ReportHead) -> dict[str, Any]:
    """What the register says of a report, as plain values."""
    return {
        "participant": each.participant,
        "name": each.name,
        "instrument": each.instrument,
        "period": each.period,
        "number": each.version,
        "entry": each.entry,
        "entries": list(each.versions),
        "withdrawn": each.withdrawn,
        "suspect": each.suspect,
        "shown": each.shown,
        "more": each.more,
    }


def report_value(report: Report) -> dict[str, Any]:
    """A report as plain values."""
    value: dict[str, Any] = msgspec.to_builtins(report)
    return value


def report_lines(report: Report, head: Mapping[str, object]) -> Iterator[str]:
    """A report for people."""
    yield f"{report.instrument}, {report.period}, by {plain(str(head.get('name') or report.participant[:16]))}"
    if head.get("withdrawn"):
        yield "  Withdrawn."
    for answer in report.answers:
        yield ""
        yield f"{answer.clause}  [{_label('answer-audience', answer.audience.partition(':')[0])}]"
        yield from _answer_lines(answer)
    if head.get("more"):
        yield ""
        yield "Its entry names parts that are for others, or are not here yet."


def _answer_lines(answer: Answer) -> Iterator[str]:
    for name in LISTS:
        items: Sequence[Item] = getattr(answer, name)
        if items:
            yield f"  {_label('answer-list', name)}"
        for item in items:
            yield from (f"    {line}" for line in item_lines(item))


def item_lines(item: Item) -> Iterator[str]:
    """A measure, an obstacle, a wish or an offer."""
    kind = getattr(item, "kind", None)
    head = f"{_label('measure-kind', kind)}: " if kind else ""
    for number, (lang, text) in enumerate(_texts(item.text)):
        yield f"{'- ' + head if number == 0 else '  '}[{lang}] {text}"
    for each in getattr(item, "evidence", ()):
        yield f"    {_evidence(each)}"
    about = [*getattr(item, "languages", ()), *getattr(item, "areas", ()), getattr(item, "zone", None) or ""]
    if any(about):
        yield f"    {', '.join(each for each in about if each)}"


def _texts(texts: Texts) -> Iterator[tuple[str, str]]:
    yield from ((each.lang, plain(each.text).replace("\n", "\n      ")) for each in texts)


def _evidence(each: Evidence) -> str:
    place = each.address or ""
    document = f"SHA-256 {each.document}" if each.document else ""
    return " ".join(part for part in (plain(each.title or ""), place, document) if part)


def change_value(change: Change) -> dict[str, Any]:
    """The change of one answer as plain values."""
    lists = {
        name: {"added": msgspec.to_builtins(each.added), "removed": msgspec.to_builtins(each.removed)}
        for name, each in change.lists.items()
        if each.is_any
    }
    audience = list(change.audience) if change.audience else None
    return {"clause": change.clause, "change": change.kind.value, "audience": audience, **lists}


def change_lines(changes: Sequence[Change]) -> Iterator[str]:
    """The changes for people."""
    if not changes:
        yield "Nothing changed."
    for change in changes:
        yield f"{change.clause}  {_label('report-change', change.kind)}"
        if change.audience:
            before, after = (_label("answer-audience", each.partition(":")[0]) for each in change.audience)
            yield f"  For whom: {before} -> {after}"
        for name, each in change.lists.items():
            yield from _list_lines(name, each.removed, "-")
            yield from _list_lines(name, each.added, "+")


def _list_lines(name: str, items: Iterable[Item], sign: str) -> Iterator[str]:
    for item in items:
        yield from (f"  {sign} {_label('answer-list', name)} {line}" for line in item_lines(item))


def judged_value(each: Judged) -> dict[str, Any]:
    """How a part stands, as plain values."""
    content = each.content
    return {
        "digest": each.digest,
        "standing": each.standing.value,
        "audience": each.audience,
        "participant": content.participant if content else None,
        "instrument": content.instrument if content else None,
        "period": content.period if content else None,
        "clauses": [answer.clause for answer in content.answers] if content else [],
        "version": each.version,
        "entry": each.index,
        "absent": each.absent,
    }


def judged_lines(judged: Iterable[Judged]) -> Iterator[str]:
    """How parts stand, for people."""
    return judged_value_lines(judged_value(each) for each in judged)


def judged_value_lines(values: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The same from plain values."""
    for each in values:
        where = f"entry {each['entry']}, version {each['version']}" if each["entry"] is not None else "no entry"
        what = f"{each['instrument']} {each['period']} of {each['participant'][:16]}" if each["participant"] else "?"
        found = _code("report-standing", each["standing"])
        yield f"{found.en}: part {each['digest'][:16]} ({what}; {where}) {found.meaning}".rstrip()
        if each["clauses"]:
            yield f"  answers {', '.join(each['clauses'])}; shown to: {each['audience'].partition(':')[0]}"
        if each["absent"]:
            yield f"  {each['absent']} more parts that the same entry names are not in the file"


def _label(name: str, code: str) -> str:
    return _code(name, code).en


def _code(name: str, code: str) -> Code:
    return _lists()[name][str(code)]


@functools.cache
def _lists() -> Mapping[str, Mapping[str, Code]]:
    return read_code_lists(resources.files("liaison.conduct").joinpath("data/codes"))
