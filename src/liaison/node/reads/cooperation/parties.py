"""Which desks are at the other end of some cases?

    others_in(node, register, desk, {"0192…"})      {"0192…": (DeskRef(…),)}

Invariants: only cases of the desk.
"""

from __future__ import annotations

from collections.abc import Collection

from liaison.messages.parties import DeskRef
from liaison.node.models import Case
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.line.cases import read_parties
from liaison.node.unit_of_work import reading


def others_in(node: Node, register: str, desk: DeskRef, cases: Collection[str]) -> dict[str, tuple[DeskRef, ...]]:
    """The other desks of each of these cases."""
    with reading(node):
        rows = Case.objects.filter(**columns(register, desk), case__in=list(cases)).values_list("case", "parties")
        return {case: tuple(each for each in read_parties(bytes(data)) if each != desk) for case, data in rows}
