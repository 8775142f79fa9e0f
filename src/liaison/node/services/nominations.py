"""How does a table of letters become entries? Row by row, in one stretch of the secretariat's chain.

Invariants: what the register says already is not said again; wrong rows are reported and stop no other; contact data
goes into record parts, never into an entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liaison.errors import UsageError
from liaison.node.log.chain import ChainWriter
from liaison.node.log.views import RowsView
from liaison.node.models import RecordPart
from liaison.node.node import Node
from liaison.node.services.ceremony import own_node
from liaison.node.services.secretariat import is_secretariat, submit_entries
from liaison.node.unit_of_work import reading
from liaison.register.nominations import NominationPlan, RowProblem, parse_nominations, plan_nominations
from liaison.register.records import SALT, Record, decode_record, encode_record
from liaison.register.vocabulary import REGISTER

BATCH = 256


@dataclass(frozen=True, slots=True)
class Nominated:
    """What an import did: entries written, rows that changed nothing, and the wrong rows."""

    written: int
    unchanged: int
    problems: tuple[RowProblem, ...]


def import_nominations(node: Node, *, register: str, text: str) -> Nominated:
    """Nominate, correct and withdraw the desks a table names. Raises `UsageError` off the secretariat's node."""
    if not is_secretariat(node, register):
        raise UsageError("not-the-secretariat", register=register)
    rows, problems = parse_nominations(text)
    plan = _plan(node, register, rows)
    writer = ChainWriter(node, register, REGISTER, own_node(node, register, REGISTER))
    for start in range(0, len(plan.entries), BATCH):
        some = plan.entries[start : start + BATCH]
        envelopes = [writer.write(each.body) for each in some]
        parts = [encode_record(record) for each in some for record in each.records]
        for handed in submit_entries(node, register=register, envelopes=envelopes, parts=parts):
            if handed.refusal is not None:
                raise handed.refusal
    return Nominated(len(plan.entries), plan.unchanged, (*problems, *plan.problems))


def _plan(node: Node, register: str, rows: object) -> NominationPlan:
    with reading(node):
        view = RowsView(register, pending=True)
        held = dict(_held(register))
        return plan_nominations(view, rows, held=held, salts=_salts(node))  # type: ignore[arg-type]


def _held(register: str) -> Iterator[tuple[str, Record]]:
    for row in RecordPart.objects.filter(register=register).exclude(part=b""):
        yield row.digest, decode_record(bytes(row.part))


def _salts(node: Node) -> Iterator[bytes]:
    while True:
        yield node.entropy.draw(SALT)
