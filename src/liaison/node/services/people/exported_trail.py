"""How does the audit trail stand in a file, and does a file still hold? JSON lines, or a table for a spreadsheet.

    {"action":"role-granted","at":"2026-11-22T03:02:00Z","hash":"…","number":7,"officer":3,"params":{…},…}
    {"hash":"…","number":8,"previous":"…"}                                   a line of another participant

Invariants: what a JSON-lines file says is checked by `check_lines` without the node; a cell of the table that a
spreadsheet could take for a formula has an apostrophe in front.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from liaison.errors import MalformedError
from liaison.node.services.people.audit import AuditLine
from liaison.routing.feeds.neutral import cell
from liaison.wire.canonical import JSON, decode, encode
from liaison.wire.identifiers import format_instant, parse_instant

COLUMNS = ("number", "at", "officer", "action", "subject", "params", "previous", "hash")
LONGEST = 65_536


def json_lines(lines: Iterable[AuditLine]) -> Iterator[str]:
    """Each line as canonical JSON and a line feed."""
    for line in lines:
        yield encode(_told(line)).decode() + "\n"


def csv_lines(lines: Iterable[AuditLine]) -> Iterator[str]:
    """The table with its head, in the form of RFC 4180; lines without contents are left out."""
    yield _csv(COLUMNS)
    for line in lines:
        if line.action:
            told = (line.number, format_instant(line.at), line.officer, line.action, line.subject)
            yield _csv((*told, encode(dict(line.params)).decode(), line.previous, line.hash))


def read_json_lines(lines: Iterable[bytes]) -> Iterator[AuditLine]:
    """The lines of an exported file. Raises MalformedError."""
    for text in lines:
        yield _read(text)


def _read(text: bytes) -> AuditLine:
    found = decode(text.rstrip(b"\n"), limit=LONGEST)
    try:
        if not isinstance(found, dict) or not isinstance(found["number"], int):
            raise MalformedError("audit-line-not-understood")
        whole = found if "action" in found else found | _EMPTY
        return AuditLine(
            found["number"],
            parse_instant(str(whole["at"])),
            str(whole["participant"]),
            int(str(whole["officer"])),
            str(whole["action"]),
            str(whole["subject"]),
            dict(whole["params"]) if isinstance(whole["params"], dict) else {},
            str(whole["previous"]),
            str(whole["hash"]),
        )
    except (KeyError, ValueError):
        raise MalformedError("audit-line-not-understood") from None


_EMPTY: dict[str, JSON] = {
    "at": "1970-01-01T00:00:00Z",
    "participant": "",
    "officer": 0,
    "action": "",
    "subject": "",
    "params": {},
}


def _told(line: AuditLine) -> JSON:
    chain: dict[str, JSON] = {"number": line.number, "previous": line.previous, "hash": line.hash}
    if not line.action:
        return chain
    return chain | {
        "at": format_instant(line.at),
        "participant": line.participant,
        "officer": line.officer,
        "action": line.action,
        "subject": line.subject,
        "params": dict(line.params),
    }


def _csv(cells: Iterable[object]) -> str:
    return ",".join(cell(str(each)) for each in cells) + "\r\n"
