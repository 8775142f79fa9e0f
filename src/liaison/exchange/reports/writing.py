"""How do rows of a report become a file in another format, with every column of the feed?

    written = write_rows(ReportFormat.XARF, about, rows)      written.data, written.left_out (positions of rows)

XARF: one report a row, the row under `liaison.row`; STIX: in the extension of its indicator; MISP: in the comment of
its attribute; CSV and JSON lines: the row itself.

Invariant (docs/spec/reports.md): a row that a format has no place for is named, so that the caller sends it otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from liaison.exchange.documents import WAYS, encode_document
from liaison.exchange.reports.rows import Row
from liaison.exchange.strict_json import UNFIT
from liaison.exchange.values import Format, Report, Written
from liaison.register.vocabulary import ReportFormat
from liaison.routing.feeds.neutral import cell
from liaison.routing.feeds.numbering import ROW
from liaison.routing.feeds.reports import ANSWER_COLUMNS, notice

DOCUMENTS: Mapping[ReportFormat, Format] = MappingProxyType(
    {ReportFormat.XARF: Format.XARF, ReportFormat.STIX: Format.STIX, ReportFormat.MISP: Format.MISP}
)
MOST_ROWS = 1000
"""So many in one document: readers have limits of their own."""


def write_rows(form: ReportFormat, about: Report, rows: Sequence[Row]) -> Written:
    """The file; positions of rows it has no place for."""
    return _WRITE[form](form, about, rows)


def media_type(form: ReportFormat) -> str:
    """Of a file in this format."""
    plain = {ReportFormat.CSV: "text/csv", ReportFormat.JSON_LINES: "application/jsonl"}
    return plain.get(form) or WAYS[DOCUMENTS[form]].media_type.partition(";")[0]


def suffix(form: ReportFormat) -> str:
    """How the name of such a file ends."""
    plain = {ReportFormat.CSV: ".csv", ReportFormat.JSON_LINES: ".jsonl"}
    return plain.get(form) or WAYS[DOCUMENTS[form]].suffix


def _document(form: ReportFormat, about: Report, rows: Sequence[Row]) -> Written:
    seen = [(place, row) for place, row in enumerate(rows) if row.what is not None and not _unfit(row)]
    given = tuple(row.what for _, row in seen if row.what is not None)
    report = replace(about, observables=given, rows=tuple(row.told() for _, row in seen))
    written = encode_document(DOCUMENTS[form], report)
    nowhere = {*range(len(rows))} - {place for place, _ in seen}
    left_out = sorted([*nowhere, *(seen[place][0] for place in written.left_out)])
    return Written(written.data if len(left_out) < len(rows) else b"", tuple(left_out))


def _unfit(row: Row) -> bool:
    """Whether a column holds what no document may: readers would refuse all of it."""
    return any(UNFIT.search(text) for each in row.columns.items() for text in each)


def _table(form: ReportFormat, about: Report, rows: Sequence[Row]) -> Written:
    names = list(dict.fromkeys(name for row in rows for name in row.columns))
    head = [*names, *(f"liaison_{name}" for name in ANSWER_COLUMNS), ROW]
    lines = [f"# {sentence}\n" for sentence in notice()]
    lines.append(",".join(map(cell, head)) + "\n")
    for row in rows:
        values = [
            *(row.columns.get(name, "") for name in names),
            *(row.routed.get(name, "") for name in ANSWER_COLUMNS),
        ]
        lines.append(",".join([*map(cell, values), str(row.number)]) + "\n")
    return Written("".join(lines).encode())


def _objects(form: ReportFormat, about: Report, rows: Sequence[Row]) -> Written:
    lines = [_line({"liaison_notice": list(notice())})]
    lines += [_line({ROW: row.number, "liaison": dict(row.routed), "row": dict(row.columns)}) for row in rows]
    return Written("".join(lines).encode())


def _line(told: Mapping[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


_WRITE: Mapping[ReportFormat, Callable[[ReportFormat, Report, Sequence[Row]], Written]] = MappingProxyType(
    {
        ReportFormat.CSV: _table,
        ReportFormat.JSON_LINES: _objects,
        ReportFormat.XARF: _document,
        ReportFormat.STIX: _document,
        ReportFormat.MISP: _document,
    }
)
