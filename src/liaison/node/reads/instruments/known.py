"""Which instruments and positions does this node know: shipped, of its operator, and of a register?

Invariants: what a participant declared in the register comes before what a file says of it; a file of the operator
that the present program no longer reads fails aloud, it is not passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from liaison.instruments.catalogue import decode_instrument, load_instruments, merge_instruments
from liaison.instruments.positions_file import PositionsFile, decode_positions
from liaison.instruments.stands import Known, gather
from liaison.instruments.texts import Instrument
from liaison.node.models import InstrumentFile
from liaison.node.node import Node
from liaison.node.reads.register import directory, view
from liaison.node.unit_of_work import reading
from liaison.register.bodies import InstrumentPublished
from liaison.register.vocabulary import REGISTER

INSTRUMENT, POSITIONS = "instrument", "positions"


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One file that the operator imported; `source` and `as_of` are what a list of positions says of itself."""

    name: str
    kind: str
    taken_from: str
    imported_at: datetime
    source: str
    as_of: str
    count: int
    """Its clauses, or its positions."""


def known_instruments(node: Node) -> Mapping[str, Instrument]:
    """The instruments this node has the data of, by id. Raises MalformedError for a file that is none any more."""
    return merge_instruments(load_instruments(), (decode_instrument(data) for _, data in _files(node, INSTRUMENT)))


def known_files(node: Node) -> list[PositionsFile]:
    """The lists of positions that the operator imported."""
    instruments = known_instruments(node)
    return [decode_positions(data, instruments) for _, data in _files(node, POSITIONS)]


def known_positions(node: Node, register: str) -> Known:
    """What the participants of a register declared, and what files say of everybody else; "" is no register."""
    files = known_files(node)
    if not register:
        return gather((), files)
    return gather(directory(node, register).everybody, files)


def carried_instruments(node: Node, register: str) -> Mapping[str, InstrumentPublished]:
    """The instruments a register carries, as its secretariat published them last, withdrawn ones included."""
    with reading(node):
        secretariat = view(node, register).participant(REGISTER)
    return {name: each.body for name, each in sorted(secretariat.instruments.items())} if secretariat else {}


def named_at_opening(node: Node, register: str) -> tuple[str, ...]:
    """The hashes of the texts that leaf 0 of a register names."""
    with reading(node):
        facts = view(node, register).globals()
    return facts.instruments if facts is not None else ()


def imported_files(node: Node) -> list[ImportedFile]:
    """What the operator imported, by name."""
    instruments = known_instruments(node)
    with reading(node):
        rows = list(InstrumentFile.objects.order_by("name"))
    return [_shown(row, instruments) for row in rows]


def _shown(row: InstrumentFile, instruments: Mapping[str, Instrument]) -> ImportedFile:
    if row.kind == INSTRUMENT:
        text = decode_instrument(bytes(row.data))
        told = text.source, str(text.adopted or ""), len(text.clauses)
    else:
        page = decode_positions(bytes(row.data), instruments)
        told = page.source, page.as_of.isoformat(), len(page.positions)
    return ImportedFile(row.name, row.kind, row.taken_from, row.imported_at, *told)


def _files(node: Node, kind: str) -> Iterator[tuple[str, bytes]]:
    with reading(node):
        rows = list(InstrumentFile.objects.filter(kind=kind).order_by("name").values_list("name", "data"))
    yield from ((str(name), bytes(data)) for name, data in rows)
