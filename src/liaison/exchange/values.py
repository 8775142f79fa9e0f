"""What does a document about an incident say, whatever format it came in, and what of a case goes out?

    Indicator(what=Observable(kind="ipv4", value="192.0.2.10", source_port=51044, …), tlp="amber", path="objects[3]")
    Document(format=Format.STIX, version="2.1", title="…", indicators=(…), unclear=(…))

Invariants (docs/spec/exchange.md):
- an indicator is an observable in the one spelling of `messages.forms`, with the place in the document it came from;
- what was not understood is listed with its place and a code, never dropped in silence and never guessed;
- a label missing from the document is None: "not known", never "clear".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from liaison.messages.forms.observables import Observable
from liaison.messages.message import Tlp
from liaison.wire.canonical import JSON

MOST_INDICATORS = 10_000
MOST_UNCLEAR = 1_000


class Format(StrEnum):
    """The formats, by the names they have on the command line."""

    STIX = "stix"
    MISP = "misp"
    XARF = "xarf"
    IODEF = "iodef"
    CSAF = "csaf"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One observable of a document; `path` says where in it, as `objects[3]` or `Incident/EventData[1]/Flow/System`."""

    what: Observable
    tlp: Tlp | None
    path: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A part of a document that was not understood; `why` is a code of the list `unclear`."""

    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What was understood of one document."""

    format: Format
    version: str
    title: str = ""
    description: str = ""
    tlp: Tlp | None = None
    """The strictest label that stands for the whole document."""
    terms: str = ""
    """Marking and conditions of use that travel with it."""
    exercise: bool = False
    indicators: tuple[Indicator, ...] = ()
    unclear: tuple[Unclear, ...] = ()


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who hands a case on; `mailbox` is where it can be reached, empty when not known."""

    name: str
    mailbox: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What of a case is handed on; `key` makes ids, `composed` and `changed` are of the first and last message."""

    key: str
    title: str
    description: str = ""
    lang: str = "en"
    incident_type: str = "other:undetermined"
    tlp: Tlp
    terms: str = ""
    exercise: bool = False
    composed: str
    changed: str
    publisher: Publisher
    observables: tuple[Observable, ...] = ()
    rows: tuple[Mapping[str, JSON], ...] = ()
    """Of a report on resources: the row that each observable was read from, with all its columns."""


@dataclass(frozen=True, slots=True)
class Written:
    """The bytes of an export, and which observables (by position) the format has no place for."""

    data: bytes
    left_out: tuple[int, ...] = ()
