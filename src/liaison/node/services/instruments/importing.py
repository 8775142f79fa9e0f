"""How does an operator supply instruments of their own, and positions of States outside the register?

    import_file(node, data, name="ets-185", taken_from="ets-185.toml")     an instrument or a list of positions
    remove_file(node, "ets-185")

Invariants: a file is read whole and strictly before it is kept; the same name replaces; nothing is taken away that
another file still speaks of.
"""

from __future__ import annotations

import re

from liaison.errors import LiaisonError, UsageError
from liaison.instruments.catalogue import decode_instrument, load_instruments, merge_instruments
from liaison.instruments.positions_file import decode_positions
from liaison.node.models import InstrumentFile
from liaison.node.node import Node
from liaison.node.reads.instruments.known import (
    INSTRUMENT,
    POSITIONS,
    ImportedFile,
    imported_files,
    known_instruments,
)
from liaison.node.services.people.audit import SYSTEM, note
from liaison.node.unit_of_work import unit_of_work

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_POSITIONS = re.compile(rb'^\s*format\s*=\s*"liaison-positions"', re.MULTILINE)


def import_file(node: Node, data: bytes, *, name: str, taken_from: str, by: int = SYSTEM) -> ImportedFile:
    """Keep an instrument or a list of positions under `name`. Raises MalformedError, UsageError."""
    if not _NAME.fullmatch(name):
        raise UsageError("instrument-file-name", name=name[:64])
    kind = POSITIONS if _POSITIONS.search(data) else INSTRUMENT
    if kind == POSITIONS:
        decode_positions(data, known_instruments(node))
    with unit_of_work(node):
        InstrumentFile.objects.update_or_create(
            name=name,
            defaults={"kind": kind, "data": data, "taken_from": taken_from[:255], "imported_at": node.clock.now()},
        )
        _check_all()
        note(node, "instrument-file-imported", officer=by, subject=name)
    return next(each for each in imported_files(node) if each.name == name)


def remove_file(node: Node, name: str, *, by: int = SYSTEM) -> None:
    """Forget a file. Raises UsageError for one that is not there, or that another file needs."""
    with unit_of_work(node):
        gone, _ = InstrumentFile.objects.filter(name=name).delete()
        if not gone:
            raise UsageError("instrument-file-not-here", name=name[:64])
        try:
            _check_all()
        except LiaisonError as error:
            raise UsageError("instrument-file-needed", name=name) from error
        note(node, "instrument-file-removed", officer=by, subject=name)


def _check_all() -> None:
    """Everything that would be kept, read together. Raises MalformedError."""
    rows = list(InstrumentFile.objects.order_by("name").values_list("kind", "data"))
    texts = (decode_instrument(bytes(data)) for kind, data in rows if kind == INSTRUMENT)
    instruments = merge_instruments(load_instruments(), texts)
    for kind, data in rows:
        if kind == POSITIONS:
            decode_positions(bytes(data), instruments)
