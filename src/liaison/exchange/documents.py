"""Which of the formats are these bytes in, and who reads and writes it?

    decode_document(data)                        the format is told from the first members
    encode_document(Format.STIX, report)         Written(data, left_out)

Invariant: a document is read by exactly one parser; nothing is tried in turn, so that no bytes mean two things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from liaison.errors import MalformedError
from liaison.exchange.csaf.reading import decode_csaf
from liaison.exchange.csaf.writing import encode_csaf
from liaison.exchange.iodef.reading import decode_iodef
from liaison.exchange.iodef.vocabulary import SPACE
from liaison.exchange.iodef.writing import encode_iodef
from liaison.exchange.misp.reading import decode_misp
from liaison.exchange.misp.writing import encode_misp
from liaison.exchange.stix.reading import decode_stix
from liaison.exchange.stix.writing import encode_stix
from liaison.exchange.strict_json import UNFIT
from liaison.exchange.values import Document, Format, Report, Written
from liaison.exchange.xarf.reading import decode_xarf
from liaison.exchange.xarf.writing import encode_xarf

LOOKED_AT = 64 << 10


class Way(NamedTuple):
    """How one format is read and written, its media type and the end of its file names."""

    decode: Callable[[bytes], Document]
    encode: Callable[[Report], Written]
    media_type: str
    suffix: str


WAYS: Mapping[Format, Way] = MappingProxyType(
    {
        Format.STIX: Way(decode_stix, encode_stix, "application/stix+json;version=2.1", ".stix.json"),
        Format.MISP: Way(decode_misp, encode_misp, "application/json", ".misp.json"),
        Format.XARF: Way(decode_xarf, encode_xarf, "application/json", ".xarf.jsonl"),
        Format.IODEF: Way(decode_iodef, encode_iodef, "application/xml", ".iodef.xml"),
        Format.CSAF: Way(decode_csaf, encode_csaf, "application/json", ".csaf.json"),
    }
)

# Names that stand in documents of one format and of no other: near the beginning, or near the end where a program wrote
# the members in the order of the alphabet. Inside a text they would have a backslash before their quotation mark.
_MARKS: tuple[tuple[Format, tuple[bytes, ...]], ...] = (
    (Format.XARF, (b'"xarf_version"',)),
    (Format.CSAF, (b'"csaf_version"',)),
    (Format.STIX, (b'"type"', b'"bundle"', b'"objects"')),
)
# An event is the one member of its document.
_MISP = re.compile(rb'\{\s*"(?:Event|response)"\s*:\s*[\[{]')


def recognise(data: bytes) -> Format | None:
    """The format of a document from its first and last 64 KiB, or None for anything else."""
    head = data[:LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return Format.IODEF if SPACE.encode() in head else None
    if _MISP.match(head):
        return Format.MISP
    if head.startswith(b"{"):
        tail = data[LOOKED_AT:][-LOOKED_AT:]
        return next((form for form, marks in _MARKS if all(mark in head or mark in tail for mark in marks)), None)
    return None


def decode_document(data: bytes) -> Document:
    """What a document says. Raises MalformedError, also for a format that is none of ours."""
    form = recognise(data)
    if form is None:
        raise MalformedError("document-unknown")
    return WAYS[form].decode(data)


def encode_document(form: Format, report: Report) -> Written:
    """The case in a format. Nothing is raised; what the format has no place for is named."""
    words = {name: UNFIT.sub("\ufffd", getattr(report, name)) for name in ("title", "description", "terms")}
    return WAYS[form].encode(replace(report, **words))  # type: ignore[arg-type]
