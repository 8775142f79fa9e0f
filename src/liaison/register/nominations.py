"""Which desks does this table nominate, correct or withdraw, and which of its rows are wrong?

    nomination,code,kind,letter,date,mission,withdrawn,institution,unit,mailbox,telephone,time_zone,hours
    xc-technical,XC,technical,5c1f…,2026-10-01,Permanent Mission of XC,,National CSIRT,,duty@csirt.xc.example,,UTC,24/7

Invariants:
- A row is the whole nomination as its letter asks for it: a new id nominates, a known one with other content corrects,
  one with `withdrawn` = yes withdraws, the same content again changes nothing. A row left out changes nothing either.
- A wrong row is reported by its line and stops no other; nothing is guessed.

Spec page: docs/spec/nominations.md.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import msgspec

from liaison.errors import MalformedError, Several
from liaison.register.bodies import DeskNominated, Part
from liaison.register.facts import NominationState
from liaison.register.records import Contact, Record, content_of, make_record
from liaison.register.views import RegisterView
from liaison.wire.typed import convert

S = TypeVar("S", bound=msgspec.Struct)

AUDIENCE = "participants"
CSV_LIMIT = 4 * 1024 * 1024
REQUIRED = ("nomination", "code", "kind", "letter", "date", "mission", "institution")
OPTIONAL = ("withdrawn", "unit", "mailbox", "telephone", "time_zone", "hours")
_WITHDRAWN = {"": False, "no": False, "yes": True}


@dataclass(frozen=True, slots=True)
class NominationRow:
    """One good row, with the line it ends on."""

    line: int
    body: DeskNominated
    """Version 1 and without parts; `plan_nominations` sets both."""
    contact: Contact


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One wrong row: its line and why."""

    line: int
    error: MalformedError


@dataclass(frozen=True, slots=True)
class PlannedNomination:
    """An entry to be written, with the record parts that belong to it."""

    line: int
    body: DeskNominated
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class NominationPlan:
    """What a table comes to against the register as it stands."""

    entries: tuple[PlannedNomination, ...]
    unchanged: int
    problems: tuple[RowProblem, ...]


def parse_nominations(text: str) -> tuple[tuple[NominationRow, ...], tuple[RowProblem, ...]]:
    """The good rows and the wrong ones. Raises MalformedError for a table that is too large or has other columns."""
    if len(text) > CSV_LIMIT:
        raise MalformedError("nominations-too-large", size=len(text), limit=CSV_LIMIT)
    text = text.removeprefix("\ufeff")
    # Spreadsheets part cells by what their country uses; no name of a column has such a sign in it.
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[NominationRow] = []
    problems: list[RowProblem] = []
    seen: set[str] = set()
    columns = _columns(_lines(reader))
    for cells in _lines(reader):
        try:
            row = _row(columns, cells, reader.line_num)
            if row.body.nomination in seen:
                raise MalformedError("nomination-twice", nomination=row.body.nomination)
            seen.add(row.body.nomination)
            rows.append(row)
        except MalformedError as error:
            problems.append(RowProblem(reader.line_num, error))
    return tuple(rows), tuple(problems)


def plan_nominations(
    view: RegisterView,
    rows: Iterable[NominationRow],
    *,
    held: Mapping[str, Record],
    salts: Iterator[bytes],
) -> NominationPlan:
    """The entries that bring the register to what `rows` say.

    `held` are the record parts this node has (digest → record), so that unchanged contacts keep their part; `salts`
    gives 32 fresh random bytes for each new part.
    """
    entries: list[PlannedNomination] = []
    problems: list[RowProblem] = []
    unchanged = 0
    for row in rows:
        before = view.nomination(row.body.nomination)
        problem = _conflict(row, before)
        if problem is not None:
            problems.append(RowProblem(row.line, problem))
            continue
        planned = _planned(row, before, held, salts)
        if before is not None and _same(planned.body, before):
            unchanged += 1
        else:
            entries.append(planned)
    return NominationPlan(tuple(entries), unchanged, tuple(problems))


def _conflict(row: NominationRow, before: NominationState | None) -> MalformedError | None:
    """What the rules for nominations would refuse (docs/spec/rules.md, rules 34 and 35)."""
    if before is None:
        return MalformedError("nomination-unknown", nomination=row.body.nomination) if row.body.withdrawn else None
    if before.withdrawn and not row.body.withdrawn:
        return MalformedError("nomination-withdrawn", nomination=row.body.nomination)
    if (before.code, before.kind) != (row.body.code, row.body.kind):
        return MalformedError("nomination-other-desk", nomination=row.body.nomination)
    return None


def _planned(
    row: NominationRow, before: NominationState | None, held: Mapping[str, Record], salts: Iterator[bytes]
) -> PlannedNomination:
    version = 1 if before is None else before.version + 1
    if row.body.withdrawn:
        return PlannedNomination(row.line, msgspec.structs.replace(row.body, version=version), ())
    for part in before.parts if before is not None else ():
        if part.digest in held and content_of(held[part.digest], Contact) == row.contact:
            return PlannedNomination(row.line, _with(row.body, version, part), ())
    record = make_record(row.contact, AUDIENCE, salt=next(salts))
    part = Part(audience=AUDIENCE, digest=record.digest)
    return PlannedNomination(row.line, _with(row.body, version, part), (record,))


def _with(body: DeskNominated, version: int, part: Part) -> DeskNominated:
    return msgspec.structs.replace(body, version=version, parts=(part,))


def _same(body: DeskNominated, before: NominationState) -> bool:
    if body.withdrawn:
        return before.withdrawn
    fields = ("letter", "date", "mission", "withdrawn", "parts")
    return all(getattr(body, name) == getattr(before, name) for name in fields)


def _lines(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows that are not empty. Raises MalformedError where the quoting breaks off."""
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise MalformedError("nominations-not-csv", detail=str(error)) from error
        if any(cells):
            yield cells


def _columns(lines: Iterator[list[str]]) -> list[str]:
    columns = next(lines, [])
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in (*REQUIRED, *OPTIONAL)]
    if missing or unknown or len(set(columns)) != len(columns):
        raise MalformedError(
            "nominations-columns", missing=Several.of(missing), unknown=Several(Several.of(unknown)[:200])
        )
    return columns


def _row(columns: list[str], cells: list[str], line: int) -> NominationRow:
    if len(cells) != len(columns):
        raise MalformedError("nomination-cells", found=len(cells), expected=len(columns))
    values = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    withdrawn = _WITHDRAWN.get(values.get("withdrawn", ""))
    if withdrawn is None:
        raise MalformedError("nomination-value", column="withdrawn")
    try:
        date.fromisoformat(values["date"])
    except ValueError as error:
        raise MalformedError("nomination-value", column="date") from error
    body = {name: values[name] for name in ("nomination", "code", "kind", "letter", "date", "mission")}
    contact = {name: values.get(name) or None for name in ("unit", "mailbox", "telephone", "time_zone", "hours")}
    return NominationRow(
        line,
        _read(body | {"version": 1, "withdrawn": withdrawn, "parts": ()}, DeskNominated),
        _read(contact | {"institution": values["institution"], "persons": ()}, Contact),
    )


def _read(values: dict[str, object], type_: type[S]) -> S:
    try:
        return convert(values, type_)
    except msgspec.ValidationError as error:
        column = str(error).rpartition("$.")[2].rstrip("`")
        raise MalformedError("nomination-value", column=column[:40]) from error
