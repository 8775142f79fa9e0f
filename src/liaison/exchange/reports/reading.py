"""Which rows are in a file of a report that came in, whatever its format, by their numbers?

    sheet = decode_report_file(data)          CSV and JSON lines as they are; XARF, STIX and MISP by the rows they carry
    sheet.cells(17)                  [("time", "2026-08-22T03:00:00Z"), ("ip", "192.0.2.7"), …]

Invariants: sizes and depth are those of any document (docs/spec/exchange.md); a document without numbered rows is no
report of this kind and says so; nothing is fetched and nothing is rendered.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from liaison.errors import MalformedError
from liaison.exchange.documents import recognise
from liaison.exchange.members import inner, objects, text
from liaison.exchange.misp.vocabulary import ROW_COMMENT
from liaison.exchange.stix.vocabulary import EXTENSION
from liaison.exchange.strict_json import decode_json
from liaison.exchange.values import Format
from liaison.routing.feeds.numbering import LONGEST_NUMBER, ROW, Sheet, decode_sheet


def decode_report_file(data: bytes) -> Sheet:
    """The numbered rows. Raises MalformedError."""
    form = recognise(data)
    if form is None:
        return decode_sheet(data)
    if form not in _ROWS:
        raise MalformedError("report-not-numbered")
    lines = {number: line for told in _ROWS[form](data) for number, line in _numbered(told)}
    if not lines:
        raise MalformedError("report-not-numbered")
    return Sheet((), lines, "")


def _numbered(told: object) -> Iterator[tuple[int, bytes]]:
    row = inner(told)
    number = row.get("number")
    if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 10**LONGEST_NUMBER:
        line = {ROW: number, "liaison": inner(row.get("routed")), "row": inner(row.get("columns"))}
        yield number, json.dumps(line, ensure_ascii=False).encode()


def _of_xarf(data: bytes) -> Iterator[object]:
    lines = [line for line in data.split(b"\n") if line.strip()]
    for each in decode_json(b"[" + b",".join(lines) + b"]"):
        yield inner(inner(each).get("liaison")).get("row")


def _of_stix(data: bytes) -> Iterator[object]:
    for each in objects(inner(decode_json(data)).get("objects")):
        yield inner(inner(each.get("extensions")).get(EXTENSION)).get("row")


def _of_misp(data: bytes) -> Iterator[object]:
    for each in objects(inner(inner(decode_json(data)).get("Event")).get("Attribute")):
        _, mark, told = text(each.get("comment")).partition(ROW_COMMENT)
        if mark:
            yield decode_json(told.encode())


_ROWS: Mapping[Format, Any] = {Format.XARF: _of_xarf, Format.STIX: _of_stix, Format.MISP: _of_misp}
