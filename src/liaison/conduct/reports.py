"""What does a participant report of one instrument for one year, and who may see which answer?

One canonical JSON document holds a whole report and loses nothing:

    {"answers":[{"audience":"public","clause":"norm-j","help_offered":[],"help_sought":[],"measures":[…],"obstacles":[]}],
     "format":"liaison-report","instrument":"un-norms-2015","participant":"9ab0…","period":2026,"profile":null,"version":1}

    report = decode_report(data)
    encode_report(report) == data
    check_report(report, clauses)                 every answer is about something the instrument or profile asks
    seen_by(report, reader, owner=False)          the same report with the answers that reader may see

Invariants (docs/spec/conduct.md):
- no question is obligatory; an answer that says nothing is left out, never stored empty;
- answers stand in the order of their ids, each once, so that equal reports are equal bytes;
- a text is shown on any screen as it is written: no controls but line ends, no space around it;
- `own` is for the participant alone and leaves it only in this document, which it makes for itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Final, Literal

import msgspec

from liaison.errors import MalformedError
from liaison.messages.forms.lines import fits_line
from liaison.register.contents.implementation import (
    LONGEST,
    Answered,
    Area,
    Evidence,
    Help,
    Measure,
    MeasureKind,
    Obstacle,
    Texts,
    Worded,
    Zone,
)
from liaison.register.records import Reader, may_see
from liaison.register.vocabulary import Year
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.identifiers import Hash, LocalId
from liaison.wire.typed import convert

__all__ = [
    "OWN",
    "PARTICIPANTS",
    "PUBLIC",
    "Answer",
    "Answered",
    "Area",
    "Evidence",
    "Help",
    "Measure",
    "MeasureKind",
    "Obstacle",
    "Report",
    "Shown",
    "Texts",
    "Worded",
    "Year",
    "Zone",
    "check_answer",
    "check_report",
    "decode_report",
    "encode_report",
    "in_language",
    "make_answer",
    "make_report",
    "named",
    "named_in",
    "seen_by",
    "sees",
    "with_answer",
]

OWN: Final = "own"
PARTICIPANTS: Final = "participants"
PUBLIC: Final = "public"

REPORT_LIMIT = 2 * 1024 * 1024
MOST_ANSWERS = 320

Shown = Annotated[str, msgspec.Meta(pattern=r"\A(own|public|participants|named:[0-9a-f]{64}(,[0-9a-f]{64}){0,63})\Z")]
"""Who sees an answer: the participant alone, everybody, all participants, or those named, by their ids in order."""


class Answer(Answered, frozen=True, forbid_unknown_fields=True):
    """What is said of one clause or question, and who may see it."""

    audience: Shown = OWN


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A participant's report on one instrument for one year; `profile` names the questions asked beyond its clauses."""

    instrument: LocalId
    participant: Hash
    period: Year
    answers: Annotated[tuple[Answer, ...], msgspec.Meta(max_length=MOST_ANSWERS)] = ()
    profile: LocalId | None = None
    format: Literal["liaison-report"] = "liaison-report"
    version: Literal[1] = 1

    def answer(self, clause: str) -> Answer | None:
        """The answer about a clause, if there is one."""
        return next((each for each in self.answers if each.clause == clause), None)


def encode_report(report: Report) -> bytes:
    """The canonical bytes of a report. Raises MalformedError for one that no reader would take."""
    data = encode_struct(report)
    decode_report(data)
    return data


def decode_report(data: bytes) -> Report:
    """The report in these canonical bytes. Raises MalformedError."""
    report = decode_struct(data, Report, limit=REPORT_LIMIT)
    _check_form(report)
    return report


def make_report(values: Mapping[str, object]) -> Report:
    """A report of plain values. Raises MalformedError."""
    try:
        report = convert(values, Report)
    except (ValueError, RecursionError) as error:
        raise MalformedError("report-malformed", detail=str(error)[:200]) from error
    return decode_report(encode_struct(report))


def make_answer(values: Mapping[str, object]) -> Answer:
    """An answer of plain values, as a form or a command has them; it may say nothing yet. Raises MalformedError."""
    try:
        answer = convert(values, Answer)
    except (ValueError, RecursionError) as error:
        raise MalformedError("report-malformed", detail=str(error)[:200]) from error
    check_answer(answer)
    return answer


def with_answer(report: Report, answer: Answer) -> Report:
    """The report with this answer in place of the one about the same clause; one that says nothing takes it out."""
    others = [each for each in report.answers if each.clause != answer.clause]
    answers = others if answer.is_empty else [*others, answer]
    return msgspec.structs.replace(report, answers=tuple(sorted(answers, key=lambda each: each.clause)))


def check_report(report: Report, asked: Collection[str]) -> None:
    """Return if each answer is about one of the clauses and questions `asked`. Raises MalformedError."""
    for answer in report.answers:
        if answer.clause not in asked:
            raise MalformedError("report-clause-unknown", instrument=report.instrument, clause=answer.clause)


def check_answer(answer: Answered) -> None:
    """Return if what stands in an answer stands there once and points somewhere. Raises MalformedError."""
    for texts in answer.texts():
        _check_once([each.lang for each in texts], answer.clause)
        if not all(fits_line(each.text.replace("\n", " "), LONGEST) for each in texts):
            raise MalformedError("report-text", clause=answer.clause)
    for measure in answer.measures:
        _check_once(measure.evidence, answer.clause)
        for each in measure.evidence:
            if each.address is None and each.document is None:
                raise MalformedError("report-evidence", clause=answer.clause)
            if each.title is not None and not fits_line(each.title, LONGEST):
                raise MalformedError("report-text", clause=answer.clause)
    for wish in (*answer.help_sought, *answer.help_offered):
        _check_once(wish.languages, answer.clause)
        _check_once(wish.areas, answer.clause)
    if isinstance(answer, Answer):
        names = named_in(answer.audience)
        if list(names) != sorted(set(names)):
            raise MalformedError("report-audience", clause=answer.clause)


def named(participants: Iterable[str]) -> str:
    """The audience of these participants, by their ids. Raises MalformedError for nobody, too many, or no id."""
    text = "named:" + ",".join(sorted(set(participants)))
    try:
        return convert(text, Shown)
    except ValueError as error:
        raise MalformedError("report-audience", clause="-") from error


def named_in(audience: str) -> tuple[str, ...]:
    """The participants an audience names; of the other audiences nobody."""
    group, _, names = audience.partition(":")
    return tuple(names.split(",")) if group == "named" else ()


def sees(audience: str, reader: Reader | None, *, owner: bool = False) -> bool:
    """Whether this reader (None: the public) may see an answer; the owner sees all of them."""
    return owner or (audience != OWN and may_see(audience, reader))


def seen_by(report: Report, reader: Reader | None, *, owner: bool = False) -> Report:
    """The report with the answers that this reader (None: the public) may see."""
    answers = tuple(each for each in report.answers if sees(each.audience, reader, owner=owner))
    return msgspec.structs.replace(report, answers=answers)


def in_language(texts: Sequence[Worded], preferred: Sequence[str]) -> Worded:
    """The text in the first of the preferred languages it stands in, else as it stands first."""
    for wanted in preferred:
        for each in texts:
            if each.lang == wanted or each.lang.partition("-")[0] == wanted:
                return each
    return texts[0]


def _check_form(report: Report) -> None:
    names = [each.clause for each in report.answers]
    if names != sorted(set(names)):
        raise MalformedError("report-order")
    for answer in report.answers:
        if answer.is_empty:
            raise MalformedError("report-answer-empty", clause=answer.clause)
        check_answer(answer)


def _check_once(items: Sequence[object], clause: str) -> None:
    if len(set(items)) != len(items):
        raise MalformedError("report-twice", clause=clause)
