"""What does each desk's report look like, and the file of rejects? Rows and answers in, bytes out.

    # This report is information from one contact centre to another. It is not a legal order.
    # …
    first_seen,ip,port,liaison_code,liaison_basis,liaison_ground,liaison_source,liaison_date,liaison_contested
    2026-08-22T03:00:00Z,192.0.2.7,443,XC,allocation,XC,delegated-extended xc,2026-08-22,

A plain list and CSV give CSV with the feed's own delimiter; JSON lines give JSON lines:

    {"liaison_notice":["This report is …"]}
    {"liaison":{"basis":"allocation","code":"XC",…},"row":{"ip":"192.0.2.7"}}

Rejects are CSV: `line,reason,code,original`. Every original column is kept byte for byte, save the apostrophe of
`neutral`. Spec: docs/spec/reports.md.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from importlib import resources

import msgspec

from liaison.routing.claims import Desk
from liaison.routing.feeds.neutral import cell, cell_bytes
from liaison.routing.feeds.shape import Format, Shape
from liaison.routing.route import Answer

ANSWER_COLUMNS = ("code", "basis", "ground", "source", "date", "contested")
REJECT_COLUMNS = ("line", "reason", "code", "original")


@functools.cache
def notice() -> tuple[str, ...]:
    """What every report says first, in the English source wording: the legal sentence and how to read the columns."""
    page = resources.files("liaison.routing") / "data" / "report-notice.txt"
    return tuple(page.read_text(encoding="utf-8").splitlines())


def report_head(shape: Shape, header: bytes, sentences: Sequence[str]) -> bytes:
    """What stands before the first row of a report."""
    if shape.format is Format.JSON_LINES:
        return msgspec.json.encode({"liaison_notice": list(sentences)}) + b"\n"
    delimiter = shape.delimiter.encode()
    names = header or delimiter.join(cell(name, shape.delimiter).encode() for name in shape.names)
    added = [f"liaison_{name}".encode() for name in ANSWER_COLUMNS]
    comments = "".join(f"# {sentence}\n" for sentence in sentences).encode()
    return comments + delimiter.join([names, *added]) + b"\n"


def row_frame(shape: Shape, answer: Answer) -> tuple[bytes, bytes]:
    """What stands before and after each row that got this answer."""
    values = {
        "code": answer.code,
        "basis": answer.basis.value,
        "ground": answer.ground,
        "source": answer.source,
        "date": answer.date,
    }
    contested = [
        "/".join(part for part in (desk.participant, desk.node, desk.desk) if part) for desk in answer.contested
    ]
    if shape.format is Format.JSON_LINES:
        return (
            b'{"liaison":' + msgspec.json.encode(values | {"contested": contested}, order="sorted") + b',"row":',
            b"}\n",
        )
    cells = [cell(value or "", shape.delimiter) for value in (*values.values(), " ".join(contested))]
    return b"", (shape.delimiter + shape.delimiter.join(cells) + "\n").encode()


def reject_head() -> bytes:
    """The header of the file of rejects."""
    return ",".join(REJECT_COLUMNS).encode() + b"\n"


def reject_frame(answer: Answer) -> bytes:
    """What stands between line number and row of each reject with this answer: the reason, and the code if any."""
    return f",{answer.refusal},{answer.code or ''},".encode()


def reject_row(line: int, frame: bytes, original: bytes) -> bytes:
    """One rejected row: where it stood, why, the country code if one was found, and the whole row as one field."""
    return b"%d%b%b\n" % (line, frame, cell_bytes(original))


def desk_key(desk: Desk) -> bytes:
    """The desk as bytes, for digests of what was sent to it."""
    return "\n".join((desk.register, desk.participant or "", desk.node or "", desk.desk)).encode()
