"""What became of the rows of a report? Noted at both ends in the unit of work that sends or takes in what says it.

    note_report(core, fields, core_hash, own=desk, at=now)     a report was sent or received
    note_answer(core, fields, own=desk, seq=3)                 an answer to one was

    rows 1 to 200: fixed (RT#4711); 201 to 204: not ours, AS64501; all others as the whole file: customer told

Invariants (docs/spec/reports.md):
- an answer counts only from the desk that the report was sent to, about rows that it has; what names others is shown
  as a message and changes nothing here;
- of two answers about one row the later message counts, as its sender dated and numbered them, whichever came first:
  both ends show the same, in whatever order messages arrive;
- an answer about the whole file is about every row of which nothing was said by itself then or later.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec

from liaison.messages.forms.row_answers import MOST_GROUPS, RowAnswer, read_row_answers, within
from liaison.messages.mail.tokens import token_of
from liaison.messages.message import Core
from liaison.messages.parties import DeskRef, sorted_desks
from liaison.node.models import RowAnswers, TrackedReport
from liaison.node.models.reports import RECEIVED, SENT
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import parse_instant
from liaison.wire.typed import read_json

REPORT, ANSWER = "resource-report", "report-answer"
BLOCK = 5000

Said = tuple[str, str, str, str, str]
"""Place in the order of answers, answer, whom it concerns instead, ticket, remark."""
Run = tuple[int, int, Said]
"""The first and last of neighbouring rows of which the same was said."""


def note_report(core: Core, core_hash: str, fields: Mapping[str, JSON], *, own: DeskRef, at: Any) -> None:
    """Inside a unit of work: a report that an own desk sends or received, once for each desk at the other end."""
    if core.form != REPORT:
        return
    rows, side = fields.get("rows"), SENT if core.sender == own else RECEIVED
    if not isinstance(rows, int) or rows < 1:
        return
    for other in core.to if side == SENT else (core.sender,):
        told = {
            "register": core.register,
            "message_id": core.id,
            "case": core.case,
            "feed": str(fields.get("feed", ""))[:200],
            "reference": str(fields.get("own_reference", ""))[:100],
            "incident_type": str(fields.get("incident_type", ""))[:64],
            "exercise": core.exercise,
            "rows": rows,
            "at": at,
            "token": token_of(core_hash) if side == RECEIVED else "",
        }
        key = {"side": side, "core_hash": core_hash, **_named("", own), **_named("other_", other)}
        TrackedReport.objects.get_or_create(**key, defaults=told)


def note_answer(core: Core, fields: Mapping[str, JSON], *, own: DeskRef, seq: int) -> None:
    """Inside a unit of work: what an answer that an own desk sends or received, under this number, says of a report."""
    if core.form != ANSWER or core.re is None:
        return
    ours = core.sender == own
    for other in sorted_desks(core.parties - {own}) if ours else (core.sender,):
        report = (
            TrackedReport.objects.select_for_update()
            .filter(
                register=core.register,
                core_hash=core.re,
                side=RECEIVED if ours else SENT,
                **_named("", own),
                **_named("other_", other),
            )
            .first()
        )
        if report is not None:
            _apply(report, _order(core, seq), fields)


def _order(core: Core, seq: int) -> str:
    """What the answers of one desk are ordered by: when it says it wrote, then the number it gave in the case."""
    return f"{int(parse_instant(core.composed).timestamp()):010d}{seq:08d}{core.id[-12:]}"


def _named(prefix: str, desk: DeskRef) -> dict[str, str]:
    told = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    return {f"{prefix}{name}": value for name, value in told.items()}


def _apply(report: TrackedReport, order: str, fields: Mapping[str, JSON]) -> None:
    ticket = str(fields.get("ticket", ""))
    if ticket and order > report.ticket_by:
        report.ticket, report.ticket_by = ticket, order
    if "answer" in fields and order > report.whole_by:
        report.whole, report.whole_by = _whole(fields), order
    groups = read_row_answers(fields["rows"], most=MOST_GROUPS) if "rows" in fields else ()
    kept = {row.block: read_runs(row.said) for row in report.blocks.all()}
    for block, runs in _changed(groups, report.rows, order, kept):
        RowAnswers.objects.update_or_create(report=report, block=block, defaults={"said": msgspec.json.encode(runs)})
        kept[block] = runs
    report.answers = count_answers(report, (run for runs in kept.values() for run in runs))
    report.answered = sum(report.answers.values())
    report.done = report.answered >= report.rows
    report.save(update_fields=["ticket", "ticket_by", "whole", "whole_by", "answers", "answered", "done"])


def _whole(fields: Mapping[str, JSON]) -> dict[str, str]:
    desk = fields.get("referred_to")
    named = f"{str(desk['participant'])[:12]}/{desk['desk']}" if isinstance(desk, Mapping) else ""
    remark: Any = fields.get("remark")
    return {
        "answer": str(fields["answer"]),
        "to": str(fields.get("referred_elsewhere", "")) or named,
        "ticket": str(fields.get("ticket", "")),
        "remark": str(remark["text"])[:200] if isinstance(remark, Mapping) else "",
    }


def _changed(
    groups: Sequence[RowAnswer], rows: int, order: str, kept: Mapping[int, Sequence[Run]]
) -> Iterator[tuple[int, list[Run]]]:
    """The blocks that this message changes, with what stands in them then."""
    touched: defaultdict[int, list[Run]] = defaultdict(list)
    for each, first, last in within(groups, rows):
        said = (order, each.answer, each.to or "", each.ticket or "", each.remark or "")
        for block in range((first - 1) // BLOCK, (last - 1) // BLOCK + 1):
            touched[block].append((max(first, block * BLOCK + 1), min(last, (block + 1) * BLOCK), said))
    for block, runs in touched.items():
        yield block, list(_laid_over(block, [*kept.get(block, ()), *runs]))


def _laid_over(block: int, runs: Sequence[Run]) -> Iterator[Run]:
    """The runs with the later message on top, row by row, neighbours that say the same as one."""
    start = block * BLOCK + 1
    slots: list[Said | None] = [None] * BLOCK
    for first, last, said in runs:
        for place in range(first - start, last - start + 1):
            before = slots[place]
            if before is None or before[0] < said[0]:
                slots[place] = said
    place = start
    for alike, same in groupby(slots):
        count = sum(1 for _ in same)
        if alike is not None:
            yield place, place + count - 1, alike
        place += count


def count_answers(report: Any, runs: Iterable[Run]) -> dict[str, int]:
    """How many rows have which answer."""
    counted: Counter[str] = Counter()
    for first, last, said in runs:
        if said[0] >= report.whole_by:
            counted[said[1]] += last - first + 1
    if report.whole:
        counted[report.whole["answer"]] += report.rows - counted.total()
    return {code: count for code, count in sorted(counted.items()) if count}


def read_runs(data: bytes) -> list[Run]:
    """What was said of the rows of a block."""
    return read_json(bytes(data), list[Run])
