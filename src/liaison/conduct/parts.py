"""Which parts of a report go into the register's log, and what is a report again when parts of it are there?

    made = make_parts(report, draw)              one record part or more an audience, each with a fresh salt
    body = report_body(report, made, version=2)  what the entry says: digests and to whom, never who is named
    part = open_part(record)                     a part with what stands in it
    check_part(part, participant=…, body=body)   it is what the entry says it is
    report = join_parts(parts)                   the report as far as these parts tell it

Invariants (docs/spec/conduct.md):
- an answer for the participant alone is in no part, and nothing in the log tells that there is one;
- the digests stand in their own order, so that the order says nothing about the answers;
- a part says whose it is, of which instrument and year, so that none can be passed off as another's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from liaison.conduct.reports import OWN, Answer, Answered, Report, decode_report
from liaison.errors import MalformedError, VerificationError
from liaison.register.bodies import ImplementationReported, ReportPart
from liaison.register.records import RECORD_LIMIT, Implementation, Record, content_of, make_record
from liaison.register.vocabulary import ShownTo
from liaison.wire.canonical import encode_struct

MOST_PARTS = 32
ROOM = RECORD_LIMIT - 6144
"""Bytes of answers in one part: the rest is for the audience, which may name 64, the salt, and what is around them."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A part of a report with what stands in it."""

    record: Record
    content: Implementation


def make_parts(report: Report, draw: Callable[[], bytes]) -> tuple[Record, ...]:
    """The record parts of what is shown to anybody, by their digests; `draw` gives 32 fresh random bytes.

    Raises MalformedError for an answer that fits in no part, and for more than an entry can name.
    """
    audiences = sorted({each.audience for each in report.answers} - {OWN})
    made = [
        make_record(_content(report, some), audience, salt=draw())
        for audience in audiences
        for some in _in_parts([each for each in report.answers if each.audience == audience])
    ]
    if len(made) > MOST_PARTS:
        raise MalformedError("report-too-many-parts", count=len(made), most=MOST_PARTS)
    return tuple(sorted(made, key=lambda record: record.digest))


def report_body(report: Report, parts: Sequence[Record], *, version: int) -> ImplementationReported:
    """What the log is told of a report, the `version`th on its instrument and year."""
    named = tuple(ReportPart(part.digest, shown_to(part.audience)) for part in parts)
    return ImplementationReported(report.instrument, report.period, version, named, withdrawn=False)


def shown_to(audience: str) -> ShownTo:
    """What the log says of an audience."""
    return ShownTo(audience.partition(":")[0])


def open_part(record: Record) -> Opened:
    """What stands in a part of a report. Raises MalformedError for a part of another kind."""
    return Opened(record, content_of(record, Implementation))


def check_part(part: Opened, *, participant: str, body: ImplementationReported) -> None:
    """Return if an entry of this participant names the part and says the same of it. Raises VerificationError."""
    record, content = part.record, part.content
    said = content.participant, content.instrument, content.period
    to = next((each.to for each in body.parts if each.digest == record.digest), None)
    if said != (participant, body.instrument, body.period) or to != record.audience.partition(":")[0]:
        raise VerificationError("report-part-foreign", digest=record.digest)


def join_parts(parts: Iterable[Opened]) -> Report | None:
    """The report as far as these parts of one report tell it; None for no part.

    Raises MalformedError for parts that answer the same twice or belong to several reports.
    """
    found = [(each.record.audience, each.content) for each in parts]
    if not found:
        return None
    heads = {(each.instrument, each.participant, each.period, each.profile) for _, each in found}
    if len(heads) > 1:
        raise MalformedError("report-parts-disagree")
    instrument, participant, period, profile = heads.pop()
    answers = [_with_audience(answer, audience) for audience, each in found for answer in each.answers]
    answers.sort(key=lambda answer: answer.clause)
    return decode_report(encode_struct(Report(instrument, participant, period, tuple(answers), profile)))


def _content(report: Report, answers: Iterable[Answer]) -> Implementation:
    told = tuple(_without_audience(each) for each in answers)
    return Implementation(report.instrument, report.participant, report.period, report.profile, told)


def _in_parts(answers: Iterable[Answer]) -> Iterator[list[Answer]]:
    part: list[Answer] = []
    size = 0
    for answer in answers:
        needs = len(encode_struct(_without_audience(answer))) + 1
        if needs > ROOM:
            raise MalformedError("report-answer-too-large", clause=answer.clause, size=needs, most=ROOM)
        if size + needs > ROOM:
            yield part
            part, size = [], 0
        part.append(answer)
        size += needs
    if part:
        yield part


def _without_audience(answer: Answer) -> Answered:
    return Answered(**{name: getattr(answer, name) for name in Answered.__struct_fields__})


def _with_audience(answer: Answered, audience: str) -> Answer:
    return Answer(**msgspec.structs.asdict(answer), audience=audience)
